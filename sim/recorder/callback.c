// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module's callbacks: first what the scenario wrote for them, then what they answer.
 */
#include <stdio.h>

#include "sim/recorder/inside.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

#define record(call, format, ...)                                                                  \
	do {                                                                                       \
		if ((call)->recorder->transcript)                                                  \
			lfb__transcript_line((call)->recorder->transcript, "%s%s%u.%s" format,     \
					     kind_of(call), (call)->whose, (call)->number,         \
					     lfb__callbacks[(call)->callback], __VA_ARGS__);       \
	} while (0)

static const char *kind_of(const struct lfb_step_call *call)
{
	return call->scope.of == LFB_SCOPE_FILE ? "file " : "";
}

u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value)
{
	return lfb__memory_shown(&recorder->machine->kernel.memory, value);
}

static u64 shown(const struct lfb_step_call *call, u64 value)
{
	return lfb__recorder_shown(call->recorder, value);
}

/*
 * Around each callback
 */

static struct lfb_recorded_call told(const struct lfb_step_call *call, void *args, char *name,
				     size_t size)
{
	snprintf(name, size, "%s%s%u.%s", kind_of(call), call->whose, call->number,
		 lfb__callbacks[call->callback]);
	return (struct lfb_recorded_call){
		.name = name,
		.of_flb = call->scope.of == LFB_SCOPE_FLB,
		.number = call->number,
		.callback = call->callback,
		.args = args,
	};
}

/* Has who uses the module an answer? Then the callback does nothing. */
static bool is_answered(const struct lfb_step_call *call, void *args, int *result)
{
	const struct lfb_recorder_user *user = &call->recorder->user;
	struct lfb_recorded_call recorded;
	char name[32];

	if (!user->answers)
		return false;
	recorded = told(call, args, name, sizeof(name));
	return user->answers(user->context, &recorded, result);
}

/* What it did and answers is done; who uses the module may see to that. */
static void meddle(const struct lfb_step_call *call, void *args, int *result)
{
	const struct lfb_recorder_user *user = &call->recorder->user;
	struct lfb_recorded_call recorded;
	char name[32];

	if (!user->meddles)
		return;
	recorded = told(call, args, name, sizeof(name));
	user->meddles(user->context, &recorded, result);
}

static int take_failure(struct lfb_failure *failure)
{
	if (!failure->times)
		return 0;
	failure->times--;
	return failure->error;
}

/*
 * FLBs
 */

static struct lfb_recorded_flb *flb_of(const struct liveupdate_flb_op_args *argp)
{
	return container_of(argp->flb, struct lfb_recorded_flb, flb);
}

static struct lfb_step_call flb_call(struct liveupdate_flb_op_args *argp,
				     enum lfb_callback callback)
{
	struct lfb_recorded_flb *flb = flb_of(argp);

	return (struct lfb_step_call){
		.recorder = flb->recorder,
		.program = &flb->code->programs[callback],
		.whose = "flb",
		.number = flb->number,
		.callback = callback,
		.can_fail = callback == LFB_CALLBACK_PRESERVE || callback == LFB_CALLBACK_RETRIEVE,
		.scope = {
			.of = LFB_SCOPE_FLB,
			.incoming = callback == LFB_CALLBACK_RETRIEVE ||
				    callback == LFB_CALLBACK_FINISH,
			.number = flb->number,
		},
		.flb_args = argp,
		.data = &argp->data,
		.obj = &argp->obj,
	};
}

static int flb_fails(struct lfb_step_call *call, enum lfb_recorded_op op)
{
	int err = take_failure(&flb_of(call->flb_args)->fails[op]);

	return err ? err : lfb__run_program(call);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_step_call call = flb_call(argp, LFB_CALLBACK_PRESERVE);
	int err = 0;

	if (!is_answered(&call, argp, &err)) {
		err = flb_fails(&call, LFB_RECORDED_PRESERVE);
		if (!err && !call.data_given)
			argp->data = FLB_DATA + call.number;
		if (!err && !call.obj_given)
			argp->obj = (void *)(uintptr_t)(FLB_OBJ_PRESERVED + call.number);
	}
	meddle(&call, argp, &err);
	record(&call, " -> %d", err);
	return err;
}

/* A callback that is told what was handed over, and answers nothing. */
static void flb_undo(struct liveupdate_flb_op_args *argp, enum lfb_callback callback)
{
	struct lfb_step_call call = flb_call(argp, callback);
	const u64 data = shown(&call, argp->data);
	const u64 obj = shown(&call, (uintptr_t)argp->obj);

	if (!is_answered(&call, argp, NULL))
		lfb__run_program(&call);
	meddle(&call, argp, NULL);
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

	if (!is_answered(&call, argp, &err)) {
		err = flb_fails(&call, LFB_RECORDED_RETRIEVE);
		if (!err && !call.obj_given)
			argp->obj = (void *)(uintptr_t)(FLB_OBJ_RETRIEVED + call.number);
	}
	meddle(&call, argp, &err);
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

/*
 * Files. A file's kind is in private_data.
 */

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

/* In the old kernel a file is who it is; in the new one all there is at first is its data. */
static struct lfb_step_call file_call(struct liveupdate_file_handler *handler, u64 file,
				      enum lfb_callback callback)
{
	struct lfb_recorded_handler *recorded =
		container_of(handler, struct lfb_recorded_handler, handler);

	return (struct lfb_step_call){
		.recorder = recorded->recorder,
		.program = &recorded->code->programs[callback],
		.whose = "h",
		.number = recorded->number,
		.callback = callback,
		.can_fail = callback != LFB_CALLBACK_UNPRESERVE &&
			    callback != LFB_CALLBACK_UNFREEZE && callback != LFB_CALLBACK_FINISH,
		.scope = {
			.of = LFB_SCOPE_FILE,
			.incoming = callback == LFB_CALLBACK_RETRIEVE ||
				    callback == LFB_CALLBACK_CAN_FINISH ||
				    callback == LFB_CALLBACK_FINISH,
			.number = recorded->number,
			.file = file,
		},
	};
}

static struct lfb_step_call args_call(struct liveupdate_file_op_args *args,
				      enum lfb_callback callback)
{
	struct lfb_step_call call = file_call(args->handler, 0, callback);

	call.scope.file = call.scope.incoming ? args->serialized_data : ino_of(args->file);
	call.file_args = args;
	call.data = &args->serialized_data;
	call.private_data = &args->private_data;
	return call;
}

static int file_fails(struct lfb_step_call *call, enum lfb_recorded_op op)
{
	struct lfb_recorded_handler *handler = container_of(
		call->file_args->handler, struct lfb_recorded_handler, handler);
	int err = take_failure(&handler->fails[op]);

	return err ? err : lfb__run_program(call);
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	struct lfb_step_call call = file_call(handler, ino_of(file), LFB_CALLBACK_CAN_PRESERVE);
	int can = file->f_op == &file_fops && (uintptr_t)file->private_data == call.number;
	int err;

	if (!is_answered(&call, file, &can)) {
		err = lfb__run_program(&call);
		can = call.answered ? call.answer : can && !err;
	}
	meddle(&call, file, &can);
	return can;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = args_call(args, LFB_CALLBACK_PRESERVE);
	unsigned long ino = ino_of(args->file);
	int err = 0;

	if (!is_answered(&call, args, &err)) {
		err = file_fails(&call, LFB_RECORDED_PRESERVE);
		if (!err && !call.data_given)
			args->serialized_data = FILE_DATA + ino;
	}
	meddle(&call, args, &err);
	record(&call, " ino=%lu -> %d", ino, err);
	return err;
}

/* A callback that is told what was handed over, and answers nothing. */
static void file_undo(struct liveupdate_file_op_args *args, enum lfb_callback callback)
{
	struct lfb_step_call call = args_call(args, callback);
	const u64 data = shown(&call, args->serialized_data);
	const bool has_file = args->file;
	unsigned long ino = ino_of(args->file);

	if (!is_answered(&call, args, NULL))
		lfb__run_program(&call);
	meddle(&call, args, NULL);
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
	struct lfb_step_call call = args_call(args, LFB_CALLBACK_FREEZE);
	const u64 data = args->serialized_data;
	int err = 0;

	if (!is_answered(&call, args, &err)) {
		err = file_fails(&call, LFB_RECORDED_FREEZE);
		if (!err && !call.data_given)
			args->serialized_data |= FILE_FROZEN;
	}
	meddle(&call, args, &err);
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
	struct file *file = lfb__recorder_file(call->number, ino);

	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	args->file = file;
	return 0;
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = args_call(args, LFB_CALLBACK_RETRIEVE);
	const u64 data = args->serialized_data;
	int err = 0;

	if (!is_answered(&call, args, &err)) {
		err = file_fails(&call, LFB_RECORDED_RETRIEVE);
		if (!err && !call.file_given)
			err = make_retrieved(args, &call, data);
	}
	meddle(&call, args, &err);
	record(&call, " data=%llx -> %d", shown(&call, data), err);
	return err;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	struct lfb_step_call call = args_call(args, LFB_CALLBACK_CAN_FINISH);
	const u64 data = args->serialized_data;
	int can = true;

	if (!is_answered(&call, args, &can)) {
		can = !file_fails(&call, LFB_RECORDED_CAN_FINISH);
		if (call.answered)
			can = call.answer != 0;
	}
	meddle(&call, args, &can);
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
