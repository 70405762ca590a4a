// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module's callbacks: first what the scenario wrote, then what they answer. */
#include <stdio.h>

#include "sim/recorder/inside.h"

/* What the callbacks answer; part of the golden data. */
#define FLB_DATA 0xf000u
#define FLB_OBJ_PRESERVED 0x1000u
#define FLB_OBJ_RETRIEVED 0x2000u
#define FILE_DATA 0xd000u
#define FILE_FROZEN 0x100000u
#define FILE_INO_MASK 0xfffu

u64 lfb__recorder_shown(const struct lfb_recorder *recorder, u64 value)
{
	return lfb__memory_shown(&recorder->machine->kernel.memory, value);
}

/* A file's kind is in private_data. */
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

/* What transcripts show of what a callback was told, in this order. */
enum { SHOWS_INO = 1u << 0, SHOWS_DATA = 1u << 1, SHOWS_OBJ = 1u << 2, SHOWS_FILE = 1u << 3 };

static const struct {
	bool incoming;
	bool can_fail;
	u8 shown[2];			/* of a file, of an FLB */
	enum lfb_recorded_op op;	/* LFB_RECORDED_OPS: it cannot be told to fail */
} traits[LFB_CALLBACKS] = {
	[LFB_CALLBACK_PRESERVE] = { false, true, { SHOWS_INO, 0 }, LFB_RECORDED_PRESERVE },
	[LFB_CALLBACK_UNPRESERVE] = { false, false,
				      { SHOWS_INO | SHOWS_DATA, SHOWS_DATA | SHOWS_OBJ },
				      LFB_RECORDED_OPS },
	[LFB_CALLBACK_RETRIEVE] = { true, true, { SHOWS_DATA, SHOWS_DATA }, LFB_RECORDED_RETRIEVE },
	[LFB_CALLBACK_FINISH] = { true, false, { SHOWS_DATA | SHOWS_FILE, SHOWS_OBJ },
				  LFB_RECORDED_OPS },
	[LFB_CALLBACK_CAN_PRESERVE] = { false, true, { 0 }, LFB_RECORDED_OPS },
	[LFB_CALLBACK_FREEZE] = { false, true, { SHOWS_DATA }, LFB_RECORDED_FREEZE },
	[LFB_CALLBACK_UNFREEZE] = { false, false, { SHOWS_DATA }, LFB_RECORDED_OPS },
	[LFB_CALLBACK_CAN_FINISH] = { true, true, { SHOWS_DATA }, LFB_RECORDED_CAN_FINISH },
};

static void describe(const struct lfb_step_call *call, char *text, size_t size)
{
	const struct lfb_recorder *recorder = call->recorder;
	const unsigned int shown = traits[call->callback].shown[call->recorded->of_flb];
	size_t length = 0;

	if (shown & SHOWS_INO)
		length += snprintf(text, size, " ino=%lu", ino_of(call->file_args->file));
	if (shown & SHOWS_DATA)
		length += snprintf(text + length, size - length, " data=%llx",
				   lfb__recorder_shown(recorder, *call->data));
	if (shown & SHOWS_OBJ)
		snprintf(text + length, size - length, " obj=%llx",
			 lfb__recorder_shown(recorder, (uintptr_t)*call->obj));
	if (shown & SHOWS_FILE)
		snprintf(text + length, size - length, " file=%d", call->file_args->file != NULL);
}

/* What steps have not given is as it always is. In the new kernel scope.file is the data. */
static int give_the_rest(struct lfb_step_call *call)
{
	const bool of_flb = call->recorded->of_flb;
	const u32 number = call->scope.number;
	const u64 base = call->scope.incoming ? FLB_OBJ_RETRIEVED : FLB_OBJ_PRESERVED;
	struct file *file;

	if (call->callback == LFB_CALLBACK_PRESERVE && !call->data_given)
		*call->data = of_flb ? FLB_DATA + number : FILE_DATA + call->scope.file;
	if (call->callback == LFB_CALLBACK_FREEZE && !call->data_given)
		*call->data |= FILE_FROZEN;
	if (of_flb && call->can_fail && !call->obj_given)
		*call->obj = (void *)(uintptr_t)(base + number);
	if (of_flb || call->callback != LFB_CALLBACK_RETRIEVE || call->file_given)
		return 0;
	file = lfb__recorder_file(number, call->ino_given ? call->ino :
							    call->scope.file & FILE_INO_MASK);
	if (IS_ERR(file))
		return (int)PTR_ERR(file);
	call->file_args->file = file;
	return 0;
}

/* What it was told to answer, or else what the scenario wrote for it. @can: of a bool callback. */
static int perform(struct lfb_step_call *call, bool can)
{
	const enum lfb_recorded_op op = traits[call->callback].op;
	struct lfb_failure *failure = op < LFB_RECORDED_OPS ? &call->recorded->fails[op] : NULL;
	int err = 0;

	if (failure && failure->times) {
		failure->times--;
		err = failure->error;
	}
	if (!err) {
		err = lfb__run_program(call);
		if (!err && !lfb__answers_bool(call->callback))
			err = give_the_rest(call);
		lfb__end_program(call, err);
	}
	if (lfb__answers_bool(call->callback))
		return call->answered ? call->answer != 0 : can && !err;
	return err;
}

/* Any callback, told to who uses the module before and after. @can: what a bool one answers. */
static int run_callback(struct lfb_step_call *call, bool can)
{
	const struct lfb_recorded *recorded = call->recorded;
	const struct lfb_recorder_user *user = &call->recorder->user;
	struct lfb_transcript *transcript = call->recorder->transcript;
	int result = can, *heard = call->can_fail ? &result : NULL;
	char name[32], text[96] = "", answer[16] = "";
	const struct lfb_recorded_call told = {
		.name = name,
		.of_flb = recorded->of_flb,
		.number = recorded->number,
		.callback = call->callback,
		.args = call->args,
	};

	snprintf(name, sizeof(name), "%s%s%u.%s", recorded->of_flb ? "" : "file ",
		 lfb__whose(recorded), recorded->number, lfb__callbacks[call->callback]);
	if (transcript)
		describe(call, text, sizeof(text));
	if (!user->answers || !user->answers(user->context, &told, heard))
		result = perform(call, can);
	if (user->meddles)
		user->meddles(user->context, &told, heard);
	if (!transcript || call->callback == LFB_CALLBACK_CAN_PRESERVE)
		return result;
	if (heard)
		snprintf(answer, sizeof(answer), " -> %d", result);
	lfb__transcript_line(transcript, "%s%s%s", name, text, answer);
	return result;
}

static struct lfb_step_call call_of(struct lfb_recorded *recorded, void *args,
				    enum lfb_callback callback)
{
	return (struct lfb_step_call){
		.recorder = recorded->recorder,
		.recorded = recorded,
		.program = &recorded->code->programs[callback],
		.args = args,
		.callback = callback,
		.can_fail = traits[callback].can_fail,
		.scope = {
			.of = recorded->of_flb ? LFB_SCOPE_FLB : LFB_SCOPE_FILE,
			.incoming = traits[callback].incoming,
			.number = recorded->number,
		},
	};
}

static int run_flb(struct liveupdate_flb_op_args *argp, enum lfb_callback callback)
{
	struct lfb_step_call call = call_of(
		container_of(argp->flb, struct lfb_recorded, flb), argp, callback);

	call.flb_args = argp;
	call.data = &argp->data;
	call.obj = &argp->obj;
	return run_callback(&call, false);
}

/* In the old kernel a file is who it is; in the new one all there is at first is its data. */
static int run_file(struct liveupdate_file_op_args *args, enum lfb_callback callback)
{
	struct lfb_step_call call = call_of(
		container_of(args->handler, struct lfb_recorded, handler), args, callback);

	call.scope.file = call.scope.incoming ? args->serialized_data : ino_of(args->file);
	call.file_args = args;
	call.data = &args->serialized_data;
	call.private_data = &args->private_data;
	return run_callback(&call, callback == LFB_CALLBACK_CAN_FINISH);
}

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	return run_flb(argp, LFB_CALLBACK_PRESERVE);
}

static void flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	run_flb(argp, LFB_CALLBACK_UNPRESERVE);
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	return run_flb(argp, LFB_CALLBACK_RETRIEVE);
}

static void flb_finish(struct liveupdate_flb_op_args *argp)
{
	run_flb(argp, LFB_CALLBACK_FINISH);
}

const struct liveupdate_flb_ops lfb__recorder_flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = flb_unpreserve,
	.retrieve = flb_retrieve,
	.finish = flb_finish,
};

static bool file_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	struct lfb_recorded *recorded = container_of(handler, struct lfb_recorded, handler);
	struct lfb_step_call call = call_of(recorded, file, LFB_CALLBACK_CAN_PRESERVE);

	call.scope.file = ino_of(file);
	return run_callback(&call, file->f_op == &file_fops &&
					   (uintptr_t)file->private_data == recorded->number);
}

static int file_preserve(struct liveupdate_file_op_args *args)
{
	return run_file(args, LFB_CALLBACK_PRESERVE);
}

static void file_unpreserve(struct liveupdate_file_op_args *args)
{
	run_file(args, LFB_CALLBACK_UNPRESERVE);
}

static int file_freeze(struct liveupdate_file_op_args *args)
{
	return run_file(args, LFB_CALLBACK_FREEZE);
}

static void file_unfreeze(struct liveupdate_file_op_args *args)
{
	run_file(args, LFB_CALLBACK_UNFREEZE);
}

static int file_retrieve(struct liveupdate_file_op_args *args)
{
	return run_file(args, LFB_CALLBACK_RETRIEVE);
}

static bool file_can_finish(struct liveupdate_file_op_args *args)
{
	return run_file(args, LFB_CALLBACK_CAN_FINISH);
}

static void file_finish(struct liveupdate_file_op_args *args)
{
	run_file(args, LFB_CALLBACK_FINISH);
}

/* The kernel gives it the file alone; whose callback it is its frame says. */
unsigned long lfb__recorder_get_id(struct file *file)
{
	const struct lfb_frame *frame = lfb__frame(lfb__current);
	struct lfb_recorded *recorded =
		container_of(frame->object, struct lfb_recorded, handler);

	switch (recorded->code->identity) {
	case LFB_IDENTITY_CONSTANT:
		return (unsigned long)recorded->code->constant;
	case LFB_IDENTITY_CHANGING:
		/* … and that no file's number is. */
		return 0x80000000ul + ++recorded->asked;
	default:
		return ino_of(file);
	}
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
