// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The seams around a callback, whoever calls it: a scheduling point before and after, a fault point
 * where it may fail, a trace event with what it answered.
 */
#include "lib/luo/luo.h"

#include <limits.h>

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
	[LUO_GET_ID] = { "get_id", NO_FAULT, NO_FAULT, NO_EVENT, NO_EVENT },
};

/* What happens is the callback's between the two, whoever was at work. */

void luo_call_push(struct lfb_kernel *kernel, struct lfb_frame *frame, enum luo_op op)
{
	lfb__module_comes(kernel);
	frame->op = ops[op].name;
	frame->up = kernel->task->frame;
	frame->call = ++kernel->calls;
	frame->locks_held = kernel->task->locks_held;
	kernel->task->frame = frame;
}

void luo_call_pop(struct lfb_kernel *kernel, const struct lfb_frame *frame)
{
	LFB_ASSERT(kernel->task->frame == frame);
	if (unlikely(kernel->task->locks_held > frame->locks_held))
		lfb__locks_kept(kernel, frame->locks_held, frame->op);
	kernel->task->frame = frame->up;
}

/* In place of a result: the callback is about to be called. Callbacks answer errnos. */
#define BEGINS INT_MAX

static void tell(struct luo_call *call, u64 handle, int result)
{
	struct lfb_event event = {
		.happening = call->of_flb ? ops[call->op].flb_event : ops[call->op].file_event,
		.flb = call->of_flb ? call->frame.name : NULL,
		.handler = call->of_flb ? NULL : call->frame.name,
		.session = call->session,
		.token = call->token,
		.incoming = call->incoming,
		.handle = lfb__memory_shown(&call->kernel->memory, handle),
		.result = result,
	};

	if (result == BEGINS)
		call->span = lfb__event_begins(call->kernel, &event);
	else
		lfb__event_ends(call->kernel, call->span, &event);
}

void luo_call_begins(struct luo_call *call, u64 handle)
{
	if (unlikely(call->kernel->trace.fine))
		tell(call, handle, BEGINS);
	lfb__sched_point(call->kernel, ops[call->op].name, call->frame.name);
	luo_call_push(call->kernel, &call->frame, call->op);
}

bool luo_call_fails(struct luo_call *call)
{
	const enum lfb_fault_kind kind = call->of_flb ? ops[call->op].flb : ops[call->op].file;

	return kind != NO_FAULT && lfb__fault(call->kernel, kind, call->frame.name);
}

void luo_call_ends(struct luo_call *call, u64 handle, int result)
{
	luo_call_pop(call->kernel, &call->frame);
	lfb__sched_point(call->kernel, call->frame.op, call->frame.name);
	if (lfb__tracing_callbacks(call->kernel))
		tell(call, handle, result);
}

/* By name. What returns nothing answers 0. */

int luo_run_flb(struct liveupdate_flb_op_args *args, enum luo_op op)
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

int luo_run_file(struct liveupdate_file_op_args *args, enum luo_op op)
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
