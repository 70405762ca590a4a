// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: a scheduling point before and after, a
 * fault point where the callback may fail, a look at what it did, a trace event with what it
 * answered.
 */
#include "lib/callback.h"

#include <string.h>

#include "lib/flb.h"

/* What injected failures look like: the callback is not run. */
#define INJECTED_ERROR (-EIO)

#define NO_FAULT LFB_FAULT_KINDS

static const struct {
	const char *name;
	enum lfb_fault_kind flb;
	enum lfb_fault_kind file;
} ops[] = {
	[LUO_CAN_PRESERVE] = { "can_preserve", NO_FAULT, NO_FAULT },
	[LUO_PRESERVE] = { "preserve", LFB_FAULT_FLB_PRESERVE, LFB_FAULT_FILE_PRESERVE },
	[LUO_UNPRESERVE] = { "unpreserve", NO_FAULT, NO_FAULT },
	[LUO_FREEZE] = { "freeze", NO_FAULT, LFB_FAULT_FILE_FREEZE },
	[LUO_UNFREEZE] = { "unfreeze", NO_FAULT, NO_FAULT },
	[LUO_RETRIEVE] = { "retrieve", LFB_FAULT_FLB_RETRIEVE, LFB_FAULT_FILE_RETRIEVE },
	[LUO_CAN_FINISH] = { "can_finish", NO_FAULT, LFB_FAULT_FILE_CAN_FINISH },
	[LUO_FINISH] = { "finish", NO_FAULT, NO_FAULT },
};

/* "flb iommu-v1". */
static void name_subject(char subject[64], const struct lfb_frame *frame)
{
	size_t type = strlen(frame->type);
	size_t name = strnlen(frame->name, 47);

	memcpy(subject, frame->type, type);
	subject[type] = ' ';
	memcpy(subject + type + 1, frame->name, name);
	subject[type + 1 + name] = '\0';
}

/* From here on what happens is the callback's. */
static void push(struct lfb_kernel *kernel, struct lfb_frame *frame)
{
	frame->up = kernel->task->frame;
	frame->call = ++kernel->calls;
	frame->locks_held = kernel->task->locks_held;
	kernel->task->frame = frame;
}

static void pop(struct lfb_kernel *kernel, const struct lfb_frame *frame)
{
	if (unlikely(kernel->task->locks_held > frame->locks_held))
		lfb__locks_kept(kernel, frame->locks_held, frame->op);
	kernel->task->frame = frame->up;
}

/* The scheduling point before a callback. */
static void enter(struct lfb_kernel *kernel, struct lfb_frame *frame)
{
	lfb__sched_point(kernel, frame->op, frame->name);
	push(kernel, frame);
}

/* The scheduling point behind it, and the trace of it; @result is NULL for void ones. */
static void leave(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data,
		  const int *result)
{
	char subject[64];

	pop(kernel, frame);
	lfb__sched_point(kernel, frame->op, frame->name);
	if (!lfb__tracing(kernel))
		return;
	data = lfb__memory_shown(&kernel->memory, data);
	name_subject(subject, frame);
	if (result)
		lfb__emit_result(kernel, LFB_EVENT_CALLBACK, *result, subject, frame->op,
				 "data=0x%llx", data);
	else
		lfb__emit(kernel, LFB_EVENT_CALLBACK, subject, frame->op, "data=0x%llx", data);
}

static void tell(struct luo *luo, const struct lfb_returned *call)
{
	const struct lfb_watch *watch = &luo->kernel->watch;

	if (unlikely(watch->returned != NULL))
		watch->returned(watch->context, call);
}

/* A callback answers 0 or a negative errno; anything else would be taken for a success upstairs. */
static int checked(const struct lfb_frame *frame, int result)
{
	struct luo_name object;

	if (likely(result <= 0))
		return result;
	object = luo_name(frame->type, frame->name);
	lfb__warn_as(LFB_FINDING_KERNEL_BAD_ANSWER, object.text, frame->op, "%.47s: returned %d, "
		     "which is neither 0 nor a negative errno", frame->name, result);
	return -EINVAL;
}

/* Where the code of an unloaded module was is something else by now: the call ends the kernel. */
static bool is_gone(const struct lfb_frame *frame, bool gone)
{
	struct luo_name object;

	if (likely(!gone))
		return false;
	object = luo_name(frame->type, frame->name);
	lfb__bug_as(LFB_FINDING_MODULE_GONE, object.text, frame->op,
		    "%.47s: the module of this callback is unloaded", frame->name);
	return true;
}

/* FLBs */

static int run_flb(struct liveupdate_flb_op_args *args, enum luo_op op)
{
	const struct liveupdate_flb_ops *flb_ops = args->flb->ops;

	switch (op) {
	case LUO_PRESERVE:
		return flb_ops->preserve(args);
	case LUO_RETRIEVE:
		return flb_ops->retrieve(args);
	case LUO_UNPRESERVE:
		flb_ops->unpreserve(args);
		return 0;
	default:
		flb_ops->finish(args);
		return 0;
	}
}

int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, enum luo_op op)
{
	struct liveupdate_flb *flb = args->flb;
	struct liveupdate_flb_state *state =
		luo_flb_state(flb, op == LUO_RETRIEVE || op == LUO_FINISH);
	const struct liveupdate_flb_op_args before = *args;
	struct lfb_frame frame = {
		.type = "flb",
		.name = flb->compatible,
		.op = ops[op].name,
		.holder = &state->lfb_holder,
		.object = flb,
		.lock = &state->lock.lock,
		.died = op == LUO_RETRIEVE && !args->data ? luo_contract_died : NULL,
	};
	bool may_fail = ops[op].flb != NO_FAULT;
	int result = INJECTED_ERROR;

	enter(luo->kernel, &frame);
	if (is_gone(&frame, flb->private.gone)) {
		result = -EFAULT;
	} else if (!may_fail || !lfb__fault(luo->kernel, ops[op].flb, frame.name)) {
		result = checked(&frame, run_flb(args, op));
		if (lfb__checking(luo->kernel))
			luo_contract_flb(luo, &frame, op, &before, args, result);
	}
	tell(luo, &(struct lfb_returned){ args->flb, NULL, args->flb->compatible, frame.op, true,
					  result, args->data });
	leave(luo->kernel, &frame, args->data, may_fail ? &result : NULL);
	return result;
}

/* Files */

static int run_file(struct liveupdate_file_op_args *args, enum luo_op op)
{
	const struct liveupdate_file_ops *file_ops = args->handler->ops;

	switch (op) {
	case LUO_PRESERVE:
		return file_ops->preserve(args);
	case LUO_FREEZE:
		return file_ops->freeze(args);
	case LUO_RETRIEVE:
		return file_ops->retrieve(args);
	case LUO_CAN_FINISH:
		return file_ops->can_finish(args);
	case LUO_UNPRESERVE:
		file_ops->unpreserve(args);
		return 0;
	case LUO_UNFREEZE:
		file_ops->unfreeze(args);
		return 0;
	default:
		file_ops->finish(args);
		return 0;
	}
}

static void fill_in(const struct luo *luo, const struct luo_file *luo_file,
		    struct liveupdate_file_op_args *args)
{
	*args = (struct liveupdate_file_op_args){
		.handler = luo_file->handler,
		.session = luo->profile->args_have_session ? luo_file->session : NULL,
		.file = luo_file->file,
		.serialized_data = luo_file->serialized_data,
		.private_data = luo_file->private_data,
	};
	if (luo->profile->args_have_retrieve_status)
		args->retrieve_status = luo_file->retrieve_status;
	else
		args->retrieved = luo_file->retrieve_status == 1;
}

int luo_call_file(struct luo *luo, struct luo_file *luo_file, struct liveupdate_file_op_args *args,
		  enum luo_op op)
{
	struct liveupdate_file_handler *fh = luo_file->handler;
	struct lfb_frame frame = {
		.type = "file",
		.name = fh->compatible,
		.op = ops[op].name,
		.holder = &luo_file->holder,
		.object = fh,
	};
	struct liveupdate_file_op_args before;
	bool may_fail = ops[op].file != NO_FAULT;
	int result = op == LUO_CAN_FINISH ? false : INJECTED_ERROR;
	int told;

	fill_in(luo, luo_file, args);
	before = *args;
	enter(luo->kernel, &frame);
	if (is_gone(&frame, fh->private.gone)) {
		result = op == LUO_CAN_FINISH ? false : -EFAULT;
	} else if (!may_fail || !lfb__fault(luo->kernel, ops[op].file, frame.name)) {
		if (lfb__checking(luo->kernel))
			luo_contract_file_given(luo, luo_file, op);
		result = run_file(args, op);
		if (op != LUO_CAN_FINISH)
			result = checked(&frame, result);
		if (lfb__checking(luo->kernel))
			luo_contract_file(luo, &frame, luo_file, op, &before, args, result);
	}
	told = op != LUO_CAN_FINISH ? result : result ? 0 : -EBUSY;
	tell(luo, &(struct lfb_returned){ fh, &before, fh->compatible, frame.op, false, told,
					  args->serialized_data });
	leave(luo->kernel, &frame, args->serialized_data, may_fail ? &result : NULL);
	return result;
}

bool luo_call_can_preserve(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file)
{
	struct lfb_frame frame = {
		.type = "file",
		.name = fh->compatible,
		.op = ops[LUO_CAN_PRESERVE].name,
		.object = fh,
	};
	bool can = false;

	push(luo->kernel, &frame);
	if (!is_gone(&frame, fh->private.gone))
		can = fh->ops->can_preserve(fh, file);
	pop(luo->kernel, &frame);
	return can;
}
