// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module's callbacks: first what the scenario wrote for them, then what they answer.
 */
#include "sim/recorder/recorder.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

#define record(object, ...)                                                                \
	do {                                                                               \
		if ((object)->recorder->transcript)                                        \
			lfb__transcript_line((object)->recorder->transcript, __VA_ARGS__); \
	} while (0)

u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value)
{
	return lfb__memory_shown(&recorder->machine->kernel.memory, value);
}

static u64 shown(const struct lfb_recorder *recorder, u64 value)
{
	return lfb__recorder_shown(recorder, value);
}

static u64 shown_obj(const struct lfb_recorder *recorder, const void *obj)
{
	return lfb__recorder_shown(recorder, (uintptr_t)obj);
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

static int run_flb(struct lfb_step_call *call, struct lfb_recorded_flb *flb,
		   struct liveupdate_flb_op_args *argp, enum lfb_callback callback)
{
	*call = (struct lfb_step_call){
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
	return lfb__run_program(call);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_recorded_flb *flb = flb_of(argp);
	struct lfb_step_call call = { 0 };
	int err = take_failure(&flb->fails[LFB_RECORDED_PRESERVE]);

	if (!err)
		err = run_flb(&call, flb, argp, LFB_CALLBACK_PRESERVE);
	record(flb, "flb%u.preserve -> %d", flb->number, err);
	if (err)
		return err;
	if (!call.data_given)
		argp->data = FLB_DATA + flb->number;
	if (!call.obj_given)
		argp->obj = (void *)(uintptr_t)(FLB_OBJ_PRESERVED + flb->number);
	return 0;
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_recorded_flb *flb = flb_of(argp);
	const struct liveupdate_flb_op_args asked = *argp;
	struct lfb_step_call call;

	run_flb(&call, flb, argp, LFB_CALLBACK_UNPRESERVE);
	record(flb, "flb%u.unpreserve data=%llx obj=%llx", flb->number,
	       shown(flb->recorder, asked.data), shown_obj(flb->recorder, asked.obj));
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct lfb_recorded_flb *flb = flb_of(argp);
	struct lfb_step_call call = { 0 };
	const u64 data = argp->data;
	int err = take_failure(&flb->fails[LFB_RECORDED_RETRIEVE]);

	if (!err)
		err = run_flb(&call, flb, argp, LFB_CALLBACK_RETRIEVE);
	record(flb, "flb%u.retrieve data=%llx -> %d", flb->number, shown(flb->recorder, data), err);
	if (err)
		return err;
	if (!call.obj_given)
		argp->obj = (void *)(uintptr_t)(FLB_OBJ_RETRIEVED + flb->number);
	return 0;
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	struct lfb_recorded_flb *flb = flb_of(argp);
	const void *obj = argp->obj;
	struct lfb_step_call call;

	run_flb(&call, flb, argp, LFB_CALLBACK_FINISH);
	record(flb, "flb%u.finish obj=%llx", flb->number, shown_obj(flb->recorder, obj));
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

static struct lfb_recorded_handler *handler_of(const struct liveupdate_file_op_args *args)
{
	return container_of(args->handler, struct lfb_recorded_handler, handler);
}

static unsigned long ino_of(const struct file *file)
{
	return file ? file_inode(file)->i_ino : 0;
}

/* In the old kernel a file is who it is; in the new one all there is at first is its data. */
static struct lfb_step_call file_call(struct lfb_recorded_handler *handler, u64 file,
				      enum lfb_callback callback)
{
	return (struct lfb_step_call){
		.recorder = handler->recorder,
		.program = &handler->code->programs[callback],
		.whose = "h",
		.number = handler->number,
		.callback = callback,
		.can_fail = callback != LFB_CALLBACK_UNPRESERVE &&
			    callback != LFB_CALLBACK_UNFREEZE && callback != LFB_CALLBACK_FINISH,
		.scope = {
			.of = LFB_SCOPE_FILE,
			.incoming = callback == LFB_CALLBACK_RETRIEVE ||
				    callback == LFB_CALLBACK_CAN_FINISH ||
				    callback == LFB_CALLBACK_FINISH,
			.number = handler->number,
			.file = file,
		},
	};
}

static int run_file(struct lfb_step_call *call, struct lfb_recorded_handler *handler,
		    struct liveupdate_file_op_args *args, enum lfb_callback callback)
{
	*call = file_call(handler, 0, callback);
	call->scope.file = call->scope.incoming ? args->serialized_data : ino_of(args->file);
	call->file_args = args;
	call->data = &args->serialized_data;
	call->private_data = &args->private_data;
	return lfb__run_program(call);
}

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	struct lfb_recorded_handler *recorded =
		container_of(handler, struct lfb_recorded_handler, handler);
	struct lfb_step_call call = file_call(recorded, ino_of(file), LFB_CALLBACK_CAN_PRESERVE);
	bool can = file->f_op == &file_fops && (uintptr_t)file->private_data == recorded->number;
	int err = lfb__run_program(&call);

	return call.answered ? call.answer : can && !err;
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	unsigned long ino = ino_of(args->file);
	struct lfb_step_call call = { 0 };
	int err = take_failure(&handler->fails[LFB_RECORDED_PRESERVE]);

	if (!err)
		err = run_file(&call, handler, args, LFB_CALLBACK_PRESERVE);
	record(handler, "file h%u.preserve ino=%lu -> %d", handler->number, ino, err);
	if (err)
		return err;
	if (!call.data_given)
		args->serialized_data = FILE_DATA + ino;
	return 0;
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	unsigned long ino = ino_of(args->file);
	const u64 data = args->serialized_data;
	struct lfb_step_call call;

	run_file(&call, handler, args, LFB_CALLBACK_UNPRESERVE);
	record(handler, "file h%u.unpreserve ino=%lu data=%llx", handler->number, ino,
	       shown(handler->recorder, data));
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	const u64 data = args->serialized_data;
	struct lfb_step_call call = { 0 };
	int err = take_failure(&handler->fails[LFB_RECORDED_FREEZE]);

	if (!err)
		err = run_file(&call, handler, args, LFB_CALLBACK_FREEZE);
	record(handler, "file h%u.freeze data=%llx -> %d", handler->number,
	       shown(handler->recorder, data), err);
	if (err)
		return err;
	if (!call.data_given)
		args->serialized_data |= FILE_FROZEN;
	return 0;
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	const u64 data = args->serialized_data;
	struct lfb_step_call call;

	run_file(&call, handler, args, LFB_CALLBACK_UNFREEZE);
	record(handler, "file h%u.unfreeze data=%llx", handler->number,
	       shown(handler->recorder, data));
}

static int make_retrieved(struct lfb_recorded_handler *handler, u64 data, struct file **file)
{
	*file = lfb__recorder_file(handler->number, data & FILE_INO_MASK);
	return IS_ERR(*file) ? (int)PTR_ERR(*file) : 0;
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	const u64 data = args->serialized_data;
	struct lfb_step_call call = { 0 };
	struct file *file = NULL;
	int err = take_failure(&handler->fails[LFB_RECORDED_RETRIEVE]);

	if (!err)
		err = run_file(&call, handler, args, LFB_CALLBACK_RETRIEVE);
	if (!err && !call.file_given)
		err = make_retrieved(handler, data, &file);
	record(handler, "file h%u.retrieve data=%llx -> %d", handler->number,
	       shown(handler->recorder, data), err);
	if (err)
		return err;
	if (!call.file_given)
		args->file = file;
	return 0;
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	const u64 data = args->serialized_data;
	bool can = !take_failure(&handler->fails[LFB_RECORDED_CAN_FINISH]);
	struct lfb_step_call call;

	if (can) {
		can = !run_file(&call, handler, args, LFB_CALLBACK_CAN_FINISH);
		if (call.answered)
			can = call.answer;
	}
	record(handler, "file h%u.can_finish data=%llx -> %d", handler->number,
	       shown(handler->recorder, data), can);
	return can;
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	struct lfb_recorded_handler *handler = handler_of(args);
	const u64 data = args->serialized_data;
	const bool retrieved = args->file != NULL;
	struct lfb_step_call call;

	run_file(&call, handler, args, LFB_CALLBACK_FINISH);
	record(handler, "file h%u.finish data=%llx file=%d", handler->number,
	       shown(handler->recorder, data), retrieved);
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
