// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: a scheduling point before and after, a
 * fault point where the callback may fail, a trace event with what it answered.
 */
#include <stdio.h>

#include "lib/luo.h"

/* What injected failures look like: the callback is not run. */
#define INJECTED_ERROR (-EIO)

/* "flb NAME" or "file NAME", for traces; made only when somebody listens. */
static const char *subject(char *text, size_t size, const char *kind, const char *compatible)
{
	snprintf(text, size, "%s %.47s", kind, compatible);
	return text;
}

/* A callback answers 0 or a negative errno; anything else would be taken for a success upstairs. */
static int checked(struct lfb_kernel *kernel, const char *compatible, const char *op, int result)
{
	(void)kernel;
	if (likely(result <= 0))
		return result;
	lfb_warn(op, "%.47s: returned %d, which is neither 0 nor a negative errno", compatible,
		 result);
	return -EINVAL;
}

int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		 int (*call)(struct liveupdate_flb_op_args *args), enum lfb_fault_kind kind)
{
	struct lfb_kernel *kernel = luo->kernel;
	const char *name = args->flb->compatible;
	char text[64];
	int result = INJECTED_ERROR;

	lfb_sched_point(kernel, op, name);
	if (!lfb_fault(kernel, kind, name))
		result = checked(kernel, name, op, call(args));
	lfb_sched_point(kernel, op, name);
	if (lfb_tracing(kernel))
		lfb_emit_result(kernel, LFB_EVENT_CALLBACK, result,
				subject(text, sizeof(text), "flb", name), op, "data=0x%llx",
				(unsigned long long)args->data);
	return result;
}

void luo_call_flb_void(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		       void (*call)(struct liveupdate_flb_op_args *args))
{
	struct lfb_kernel *kernel = luo->kernel;
	char text[64];

	lfb_sched_point(kernel, op, args->flb->compatible);
	call(args);
	lfb_sched_point(kernel, op, args->flb->compatible);
	if (lfb_tracing(kernel))
		lfb_emit(kernel, LFB_EVENT_CALLBACK,
			 subject(text, sizeof(text), "flb", args->flb->compatible), op,
			 "data=0x%llx", (unsigned long long)args->data);
}

int luo_call_file(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
		  int (*call)(struct liveupdate_file_op_args *args), enum lfb_fault_kind kind)
{
	struct lfb_kernel *kernel = luo->kernel;
	const char *name = args->handler->compatible;
	char text[64];
	int result = INJECTED_ERROR;

	lfb_sched_point(kernel, op, name);
	if (!lfb_fault(kernel, kind, name))
		result = checked(kernel, name, op, call(args));
	lfb_sched_point(kernel, op, name);
	if (lfb_tracing(kernel))
		lfb_emit_result(kernel, LFB_EVENT_CALLBACK, result,
				subject(text, sizeof(text), "file", name), op, "data=0x%llx",
				(unsigned long long)args->serialized_data);
	return result;
}

void luo_call_file_void(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
			void (*call)(struct liveupdate_file_op_args *args))
{
	struct lfb_kernel *kernel = luo->kernel;
	char text[64];

	lfb_sched_point(kernel, op, args->handler->compatible);
	call(args);
	lfb_sched_point(kernel, op, args->handler->compatible);
	if (lfb_tracing(kernel))
		lfb_emit(kernel, LFB_EVENT_CALLBACK,
			 subject(text, sizeof(text), "file", args->handler->compatible), op,
			 "data=0x%llx", (unsigned long long)args->serialized_data);
}

bool luo_call_can_finish(struct luo *luo, struct liveupdate_file_op_args *args)
{
	struct lfb_kernel *kernel = luo->kernel;
	const char *name = args->handler->compatible;
	char text[64];
	bool can = false;

	lfb_sched_point(kernel, "can_finish", name);
	if (!lfb_fault(kernel, LFB_FAULT_FILE_CAN_FINISH, name))
		can = args->handler->ops->can_finish(args);
	lfb_sched_point(kernel, "can_finish", name);
	if (lfb_tracing(kernel))
		lfb_emit_result(kernel, LFB_EVENT_CALLBACK, can,
				subject(text, sizeof(text), "file", name), "can_finish",
				"data=0x%llx", (unsigned long long)args->serialized_data);
	return can;
}
