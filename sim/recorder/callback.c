// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module's callbacks: first what the scenario wrote, then what they answer. */
#include <stdarg.h>
#include <stdio.h>

#include "sim/recorder/inside.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

#define NAME_SIZE 32 /* of what a callback is called */

u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value)
{
	return lfb__memory_shown(&recorder->machine->kernel.memory, value);
}

static u64 shown(const struct lfb_step_call *call, u64 value)
{
	return lfb__recorder_shown(call->recorder, value);
}

/* Around each callback */

static struct lfb_step_call call_of(struct lfb_recorded *recorded, void *args,
				    enum lfb_callback callback)
{
	return (struct lfb_step_call){
		.recorder = recorded->recorder,
		.recorded = recorded,
		.program = &recorded->code->programs[callback],
		.args = args,
		.callback = callback,
		.can_fail = callback != LFB_CALLBACK_UNPRESERVE &&
			    callback != LFB_CALLBACK_UNFREEZE && callback != LFB_CALLBACK_FINISH,
		.scope = {
			.of = recorded->of_flb ? LFB_SCOPE_FLB : LFB_SCOPE_FILE,
			.incoming = callback == LFB_CALLBACK_RETRIEVE ||
				    callback == LFB_CALLBACK_CAN_FINISH ||
				    callback == LFB_CALLBACK_FINISH,
			.number = recorded->number,
		},
	};
}

/* The callback, as who uses the module is told of it. */
static struct lfb_recorded_call told(const struct lfb_step_call *call, char name[NAME_SIZE])
{
	const struct lfb_recorded *recorded = call->recorded;

	snprintf(name, NAME_SIZE, "%s%s%u.%s", recorded->of_flb ? "" : "file ",
		 lfb__whose(recorded), recorded->number, lfb__callbacks[call->callback]);
	return (struct lfb_recorded_call){
		.name = name,
		.of_flb = recorded->of_flb,
		.number = recorded->number,
		.callback = call->callback,
		.args = call->args,
	};
}

/* Has who uses the module an answer? Then the callback does nothing. */
static bool is_answered(const struct lfb_step_call *call, int *result)
{
	const struct lfb_recorder_user *user = &call->recorder->user;
	struct lfb_recorded_call recorded;
	char name[NAME_SIZE];

	if (!user->answers)
		return false;
	recorded = told(call, name);
	return user->answers(user->context, &recorded, result);
}

/* What it did and answers is done; who uses the module may see to that. */
static void meddle(const struct lfb_step_call *call, int *result)
{
	const struct lfb_recorder_user *user = &call->recorder->user;
	struct lfb_recorded_call recorded;
	char name[NAME_SIZE];

	if (!user->meddles)
		return;
	recorded = told(call, name);
	user->meddles(user->context, &recorded, result);
}

LFB_PRINTF(2, 3) static void record(const struct lfb_step_call *call, const char *format, ...)
{
	char name[NAME_SIZE], text[96];
	va_list args;

	if (!call->recorder->transcript)
		return;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	lfb__transcript_line(call->recorder->transcript, "%s%s", told(call, name).name, text);
}

/* What it was told to answer, or else what the scenario wrote for it. */
static int perform(struct lfb_step_call *call, enum lfb_recorded_op op)
{
	struct lfb_failure *failure = &call->recorded->fails[op];

	if (failure->times) {
		failure->times--;
		if (failure->error)
			return failure->error;
	}
	return lfb__run_program(call);
}

/* FLBs */

static struct lfb_step_call flb_call(struct liveupdate_flb_op_args *argp,
				     enum lfb_callback callback)
{
	struct lfb_step_call call = call_of(
		container_of(argp->flb, struct lfb_recorded, flb), argp, callback);

	call.flb_args = argp;
	call.data = &argp->data;
	call.obj = &argp->obj;
	return call;
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_step_call call = flb_call(argp, LFB_CALLBACK_PRESERVE);
	int err = 0;

	if (!is_answered(&call, &err)) {
		err = perform(&call, LFB_RECORDED_PRESERVE);
		if (!err && !call.data_given)
			argp->data = FLB_DATA + call.scope.number;
		if (!err && !call.obj_given)
			argp->obj = (void *)(uintptr_t)(FLB_OBJ_PRESERVED + call.scope.number);
	}
	meddle(&call, &err);
	record(&call, " -> %d", err);
	return err;
}

/* A callback that is told what was handed over, and answers nothing. */
static void flb_undo(struct liveupdate_flb_op_args *argp, enum lfb_callback callback)
{
	struct lfb_step_call call = flb_call(argp, callback);
	const u64 data = shown(&call, argp->data);
	const u64 obj = shown(&call, (uintptr_t)argp->obj);

	if (!is_answered(&call, NULL))
		lfb__run_program(&call);
	meddle(&call, NULL);
	if (callback == LFB_CALLBACK_UNPRESERVE)
		record(&call, " data=%llx obj=%llx", data, obj);
	else
		record(&call, " obj=%llx", obj);
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	flb_undo(argp, LFB_CALLBACK_UNPRESERVE);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_step_call call = flb_call(argp, LFB_CALLBACK_RETRIEVE);
	const u64 data = argp->data;
	int err = 0;

	if (!is_answered(&call, &err)) {
		err = perform(&call, LFB_RECORDED_RETRIEVE);
		if (!err && !call.obj_given)
			argp->obj = (void *)(uintptr_t)(FLB_OBJ_RETRIEVED + call.scope.number);
	}
	meddle(&call, &err);
	record(&call, " data=%llx -> %d", shown(&call, data), err);
	return err;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	flb_undo(argp, LFB_CALLBACK_FINISH);
}

const struct liveupdate_flb_ops lfb__recorder_flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

/* Files. A file's kind is in private_data. */

static const struct file_operations file_fops;

struct file *lfb__recorder_file(unsigned int type, u64 ino)
{
	struct file *file = anon_inode_getfile("recorded", &file_fops, (void *)(uintptr_t)type, 0);

	if (!IS_ERR(file))
		file_inode(file)->i_ino = (unsigned long)ino;
	return file;
}

static unsigned long ino_of(const struct file *file)
{
	return file ? file_inode(file)->i_ino : 0;
}

static struct lfb_recorded *recorded_of(struct liveupdate_file_handler *handler)
{
	return container_of(handler, struct lfb_recorded, handler);
}

/* In the old kernel a file is who it is; in the new one all there is at first is its data. */
static struct lfb_step_call file_call(struct liveupdate_file_op_args *args,
				      enum lfb_callback callback)
{
	struct lfb_step_call call = call_of(recorded_of(args->handler), args, callback);

	call.scope.file = call.scope.incoming ? args->serialized_data : ino_of(args->file);
	call.file_args = args;
	call.data = &args->serialized_data;
	call.private_data = &args->private_data;
	return call;
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	struct lfb_recorded *recorded = recorded_of(handler);
	struct lfb_step_call call = call_of(recorded, file, LFB_CALLBACK_CAN_PRESERVE);
	int can = file->f_op == &file_fops && (uintptr_t)file->private_data == recorded->number;
	int err;

	call.scope.file = ino_of(file);
	if (!is_answered(&call, &can)) {
		err = lfb__run_program(&call);
		can = call.answered ? call.answer : can && !err;
	}
	meddle(&call, &can);
	return can;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = file_call(args, LFB_CALLBACK_PRESERVE);
	unsigned long ino = ino_of(args->file);
	int err = 0;

	if (!is_answered(&call, &err)) {
		err = perform(&call, LFB_RECORDED_PRESERVE);
		if (!err && !call.data_given)
			args->serialized_data = FILE_DATA + ino;
	}
	meddle(&call, &err);
	record(&call, " ino=%lu -> %d", ino, err);
	return err;
}

/* A callback that is told what was handed over, and answers nothing. */
static void file_undo(struct liveupdate_file_op_args *args, enum lfb_callback callback)
{
	struct lfb_step_call call = file_call(args, callback);
	const u64 data = shown(&call, args->serialized_data);
	const bool has_file = args->file;
	unsigned long ino = ino_of(args->file);

	if (!is_answered(&call, NULL))
		lfb__run_program(&call);
	meddle(&call, NULL);
	if (callback == LFB_CALLBACK_UNPRESERVE)
		record(&call, " ino=%lu data=%llx", ino, data);
	else if (callback == LFB_CALLBACK_UNFREEZE)
		record(&call, " data=%llx", data);
	else
		record(&call, " data=%llx file=%d", data, has_file);
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	file_undo(args, LFB_CALLBACK_UNPRESERVE);
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = file_call(args, LFB_CALLBACK_FREEZE);
	const u64 data = args->serialized_data;
	int err = 0;

	if (!is_answered(&call, &err)) {
		err = perform(&call, LFB_RECORDED_FREEZE);
		if (!err && !call.data_given)
			args->serialized_data |= FILE_FROZEN;
	}
	meddle(&call, &err);
	record(&call, " data=%llx -> %d", shown(&call, data), err);
	return err;
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	file_undo(args, LFB_CALLBACK_UNFREEZE);
}

static int make_retrieved(struct liveupdate_file_op_args *args, const struct lfb_step_call *call,
			  u64 data)
{
	const u64 ino = call->ino_given ? call->ino : data & FILE_INO_MASK;
	struct file *file = lfb__recorder_file(call->scope.number, ino);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	args->file = file;
	return 0;
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = file_call(args, LFB_CALLBACK_RETRIEVE);
	const u64 data = args->serialized_data;
	int err = 0;

	if (!is_answered(&call, &err)) {
		err = perform(&call, LFB_RECORDED_RETRIEVE);
		if (!err && !call.file_given)
			err = make_retrieved(args, &call, data);
	}
	meddle(&call, &err);
	record(&call, " data=%llx -> %d", shown(&call, data), err);
	return err;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = file_call(args, LFB_CALLBACK_CAN_FINISH);
	const u64 data = args->serialized_data;
	int can = true;

	if (!is_answered(&call, &can)) {
		can = !perform(&call, LFB_RECORDED_CAN_FINISH);
		if (call.answered)
			can = call.answer != 0;
	}
	meddle(&call, &can);
	record(&call, " data=%llx -> %d", shown(&call, data), can);
	return can;
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	file_undo(args, LFB_CALLBACK_FINISH);
}

const struct liveupdate_file_ops lfb__recorder_file_ops = {
	.can_preserve = file_can_preserve,
	.preserve = file_preserve,
	.unpreserve = file_unpreserve,
	.freeze = file_freeze,
	.unfreeze = file_unfreeze,
	.retrieve = file_retrieve,
	.can_finish = file_can_finish,
	.finish = file_finish,
};
