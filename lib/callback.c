// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: a scheduling point before and after, a
 * fault point where the callback may fail, a look at what it did, a trace event with what it
 * answered.
 */
#include "lib/callback.h"

#include <limits.h>
#include <string.h>

#include "lib/flb.h"

/* What injected failures look like: the callback is not run. */
#define INJECTED_ERROR (-EIO)

#define NO_FAULT LFB_FAULT_KINDS
#define NO_EVENT LFB_HAPPENINGS_NR

static const struct {
	const char *name;
	enum lfb_fault_kind flb;
	enum lfb_fault_kind file;
	enum lfb_happening flb_event;
	enum lfb_happening file_event;
} ops[] = {
	[LUO_CAN_PRESERVE] = { "can_preserve", NO_FAULT, NO_FAULT, NO_EVENT, NO_EVENT },
	[LUO_PRESERVE] = { "preserve", LFB_FAULT_FLB_PRESERVE, LFB_FAULT_FILE_PRESERVE,
		LFB_DID_FLB_PRESERVE, LFB_DID_FILE_PRESERVE },
	[LUO_UNPRESERVE] = { "unpreserve", NO_FAULT, NO_FAULT,
		LFB_DID_FLB_UNPRESERVE, LFB_DID_FILE_UNPRESERVE },
	[LUO_FREEZE] = { "freeze", NO_FAULT, LFB_FAULT_FILE_FREEZE,
		NO_EVENT, LFB_DID_FILE_FREEZE },
	[LUO_UNFREEZE] = { "unfreeze", NO_FAULT, NO_FAULT,
		NO_EVENT, LFB_DID_FILE_UNFREEZE },
	[LUO_RETRIEVE] = { "retrieve", LFB_FAULT_FLB_RETRIEVE, LFB_FAULT_FILE_RETRIEVE,
		LFB_DID_FLB_RETRIEVE, LFB_DID_FILE_RETRIEVE },
	[LUO_CAN_FINISH] = { "can_finish", NO_FAULT, LFB_FAULT_FILE_CAN_FINISH,
		NO_EVENT, LFB_DID_FILE_CAN_FINISH },
	[LUO_FINISH] = { "finish", NO_FAULT, NO_FAULT,
		LFB_DID_FLB_FINISH, LFB_DID_FILE_FINISH },
};

/* From here on what happens is the callback's. */
static void push(struct lfb_kernel *kernel, struct lfb_frame *frame)
{
	lfb__module_comes(kernel);
	frame->up = kernel->task->frame;
	frame->call = ++kernel->calls;
	frame->locks_held = kernel->task->locks_held;
	kernel->task->frame = frame;
}

static void pop(struct lfb_kernel *kernel, const struct lfb_frame *frame)
{
	LFB_ASSERT(kernel->task->frame == frame);
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

/* The scheduling point behind it. */
static void leave(struct lfb_kernel *kernel, const struct lfb_frame *frame)
{
	pop(kernel, frame);
	lfb__sched_point(kernel, frame->op, frame->name);
}

/* In place of a result: the callback is about to be called. Callbacks answer errnos. */
#define BEGINS INT_MAX

static void tell(struct luo *luo, struct lfb_event *event, struct lfb_span *span, int result)
{
	event->handle = lfb__memory_shown(&luo->kernel->memory, event->handle);
	event->result = result;
	if (result == BEGINS)
		*span = lfb__event_begins(luo->kernel, event);
	else
		lfb__event_ends(luo->kernel, *span, event);
}

static void tell_flb(struct luo *luo, const struct liveupdate_flb_op_args *args, enum luo_op op,
		     struct lfb_span *span, int result)
{
	struct lfb_event event = {
		.happening = ops[op].flb_event,
		.flb = args->flb->compatible,
		.handle = args->data,
	};

	tell(luo, &event, span, result);
}

static void tell_file(struct luo *luo, const struct luo_file *luo_file, u64 handle, enum luo_op op,
		      struct lfb_span *span, int result)
{
	struct lfb_event event = {
		.happening = ops[op].file_event,
		.handler = luo_file->handler->compatible,
		.session = luo_file->session->name,
		.incoming = luo_file->session->sessions->incoming,
		.token = luo_file->token,
		.handle = handle,
	};

	tell(luo, &event, span, result);
}

/* A callback answers 0 or a negative errno; anything else would be taken for a success upstairs. */
static int checked(const struct luo *luo, const struct lfb_frame *frame, int result)
{
	if (likely(result <= 0))
		return result;
	luo->watch->call->bad_answer(frame, result);
	return luo_quirk(luo, LUO_QUIRK_CALLBACK_POSITIVE_IS_SUCCESS) ? result : -EINVAL;
}

/* Where the code of an unloaded module was is something else by now: the call ends the kernel. */
static bool is_gone(const struct luo *luo, const struct lfb_frame *frame, bool gone)
{
	if (unlikely(gone))
		luo->watch->call->code_gone(frame);
	return gone;
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
		.died = op == LUO_RETRIEVE && !args->data ? luo->watch->call->died : NULL,
	};
	struct lfb_span span = { 0 };
	bool may_fail = ops[op].flb != NO_FAULT;
	int result = INJECTED_ERROR;

	if (unlikely(luo->kernel->trace.fine))
		tell_flb(luo, args, op, &span, BEGINS);
	enter(luo->kernel, &frame);
	if (is_gone(luo, &frame, flb->private.gone)) {
		result = -EFAULT;
	} else if (!may_fail || !lfb__fault(luo->kernel, ops[op].flb, frame.name)) {
		result = checked(luo, &frame, run_flb(args, op));
		if (lfb__checking(luo->kernel))
			luo->watch->call->flb(luo, &frame, op, &before, args, result);
	}
	leave(luo->kernel, &frame);
	if (lfb__tracing_callbacks(luo->kernel))
		tell_flb(luo, args, op, &span, result);
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
	struct lfb_span span = { 0 };
	struct liveupdate_file_op_args before;
	bool may_fail = ops[op].file != NO_FAULT;
	int result = op == LUO_CAN_FINISH ? false : INJECTED_ERROR;

	fill_in(luo, luo_file, args);
	before = *args;
	if (unlikely(luo->kernel->trace.fine))
		tell_file(luo, luo_file, args->serialized_data, op, &span, BEGINS);
	enter(luo->kernel, &frame);
	if (is_gone(luo, &frame, fh->private.gone)) {
		result = op == LUO_CAN_FINISH ? false : -EFAULT;
	} else if (!may_fail || !lfb__fault(luo->kernel, ops[op].file, frame.name)) {
		if (lfb__checking(luo->kernel))
			luo->watch->call->file_given(luo, luo_file, op);
		result = run_file(args, op);
		if (op != LUO_CAN_FINISH)
			result = checked(luo, &frame, result);
		if (lfb__checking(luo->kernel))
			luo->watch->call->file(luo, &frame, luo_file, op, &before, args, result);
	}
	leave(luo->kernel, &frame);
	if (lfb__tracing_callbacks(luo->kernel))
		tell_file(luo, luo_file, args->serialized_data, op, &span, result);
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
	if (!is_gone(luo, &frame, fh->private.gone))
		can = fh->ops->can_preserve(fh, file);
	pop(luo->kernel, &frame);
	return can;
}

unsigned long luo_call_get_id(struct luo *luo, struct liveupdate_file_handler *fh,
			      struct file *file)
{
	struct lfb_frame frame = {
		.type = "file",
		.name = fh->compatible,
		.op = "get_id",
		.object = fh,
	};
	unsigned long id = 0;

	push(luo->kernel, &frame);
	if (!is_gone(luo, &frame, fh->private.gone))
		id = fh->ops->get_id(file);
	pop(luo->kernel, &frame);
	return id;
}
