// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: a scheduling point before and after, a
 * fault point where the callback may fail, a trace event with what it answered.
 */
#include <stdio.h>

#include "lib/luo.h"

/* What injected failures look like: the callback is not run. */
#define INJECTED_ERROR (-EIO)

/* The scheduling point behind a callback, and the trace of it; @result is NULL for void ones. */
static void returned(struct lfb_kernel *kernel, const char *kind, const char *compatible,
		     const char *op, u64 data, const int *result)
{
	char subject[64];

	lfb_sched_point(kernel, op, compatible);
	if (!lfb_tracing(kernel))
		return;
	snprintf(subject, sizeof(subject), "%s %.47s", kind, compatible);
	if (result)
		lfb_emit_result(kernel, LFB_EVENT_CALLBACK, *result, subject, op, "data=0x%llx",
				(unsigned long long)data);
	else
		lfb_emit(kernel, LFB_EVENT_CALLBACK, subject, op, "data=0x%llx",
			 (unsigned long long)data);
}

/* A callback answers 0 or a negative errno; anything else would be taken for a success upstairs. */
static int checked(const char *compatible, const char *op, int result)
{
	if (likely(result <= 0))
		return result;
	lfb_warn(op, "%.47s: returned %d, which is neither 0 nor a negative errno", compatible,
		 result);
	return -EINVAL;
}

int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		 int (*call)(struct liveupdate_flb_op_args *args), enum lfb_fault_kind kind)
{
	const char *name = args->flb->compatible;
	int result = INJECTED_ERROR;

	lfb_sched_point(luo->kernel, op, name);
	if (!lfb_fault(luo->kernel, kind, name))
		result = checked(name, op, call(args));
	returned(luo->kernel, "flb", name, op, args->data, &result);
	return result;
}

void luo_call_flb_void(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		       void (*call)(struct liveupdate_flb_op_args *args))
{
	const char *name = args->flb->compatible;

	lfb_sched_point(luo->kernel, op, name);
	call(args);
	returned(luo->kernel, "flb", name, op, args->data, NULL);
}

int luo_call_file(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
		  int (*call)(struct liveupdate_file_op_args *args), enum lfb_fault_kind kind)
{
	const char *name = args->handler->compatible;
	int result = INJECTED_ERROR;

	lfb_sched_point(luo->kernel, op, name);
	if (!lfb_fault(luo->kernel, kind, name))
		result = checked(name, op, call(args));
	returned(luo->kernel, "file", name, op, args->serialized_data, &result);
	return result;
}

void luo_call_file_void(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
			void (*call)(struct liveupdate_file_op_args *args))
{
	const char *name = args->handler->compatible;

	lfb_sched_point(luo->kernel, op, name);
	call(args);
	returned(luo->kernel, "file", name, op, args->serialized_data, NULL);
}

bool luo_call_can_finish(struct luo *luo, struct liveupdate_file_op_args *args)
{
	const char *name = args->handler->compatible;
	int can = false;

	lfb_sched_point(luo->kernel, "can_finish", name);
	if (!lfb_fault(luo->kernel, LFB_FAULT_FILE_CAN_FINISH, name))
		can = args->handler->ops->can_finish(args);
	returned(luo->kernel, "file", name, "can_finish", args->serialized_data, &can);
	return can;
}
