// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: a scheduling point before and after, a
 * fault point where the callback may fail, a trace event with what it answered.
 */
#include <string.h>

#include "lib/luo.h"

/* What injected failures look like: the callback is not run. */
#define INJECTED_ERROR (-EIO)

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

/* The scheduling point before a callback; what happens in it is the callback's from here on. */
static void enter(struct lfb_kernel *kernel, struct lfb_frame *frame)
{
	lfb_sched_point(kernel, frame->op, frame->name);
	frame->up = kernel->frame;
	frame->call = ++kernel->calls;
	frame->locks_held = kernel->task->locks_held;
	kernel->frame = frame;
}

/* The scheduling point behind it, and the trace of it; @result is NULL for void ones. */
static void leave(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data,
		  const int *result)
{
	char subject[64];

	kernel->frame = frame->up;
	lfb_sched_point(kernel, frame->op, frame->name);
	if (!lfb_tracing(kernel))
		return;
	data = lfb_memory_shown(&kernel->memory, data);
	name_subject(subject, frame);
	if (result)
		lfb_emit_result(kernel, LFB_EVENT_CALLBACK, *result, subject, frame->op,
				"data=0x%llx", (unsigned long long)data);
	else
		lfb_emit(kernel, LFB_EVENT_CALLBACK, subject, frame->op, "data=0x%llx",
			 (unsigned long long)data);
}

static void tell(struct luo *luo, const struct lfb_returned *call)
{
	const struct lfb_watch *watch = &luo->kernel->watch;

	if (unlikely(watch->returned != NULL))
		watch->returned(watch->context, call);
}

static void tell_flb(struct luo *luo, const struct liveupdate_flb_op_args *args, const char *op,
		     int result)
{
	tell(luo, &(struct lfb_returned){ args->flb, NULL, args->flb->compatible, op, true, result,
					  args->data });
}

/* @given: the arguments before the callback, which may write to them. */
static void tell_file(struct luo *luo, const struct liveupdate_file_op_args *given,
		      const struct liveupdate_file_op_args *args, const char *op, int result)
{
	tell(luo, &(struct lfb_returned){ given->handler, given, given->handler->compatible, op,
					  false, result, args->serialized_data });
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

static struct lfb_frame flb_frame(const struct liveupdate_flb_op_args *args, const char *op)
{
	return (struct lfb_frame){
		.type = "flb",
		.name = args->flb->compatible,
		.op = op,
		.object = args->flb,
	};
}

static struct lfb_frame file_frame(const struct liveupdate_file_op_args *args, const char *op)
{
	return (struct lfb_frame){
		.type = "file",
		.name = args->handler->compatible,
		.op = op,
		.object = args->handler,
	};
}

int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		 int (*call)(struct liveupdate_flb_op_args *args), enum lfb_fault_kind kind)
{
	struct lfb_frame frame = flb_frame(args, op);
	int result = INJECTED_ERROR;

	enter(luo->kernel, &frame);
	if (!lfb_fault(luo->kernel, kind, frame.name))
		result = checked(frame.name, op, call(args));
	tell_flb(luo, args, op, result);
	leave(luo->kernel, &frame, args->data, &result);
	return result;
}

void luo_call_flb_void(struct luo *luo, struct liveupdate_flb_op_args *args, const char *op,
		       void (*call)(struct liveupdate_flb_op_args *args))
{
	struct lfb_frame frame = flb_frame(args, op);

	enter(luo->kernel, &frame);
	call(args);
	tell_flb(luo, args, op, 0);
	leave(luo->kernel, &frame, args->data, NULL);
}

int luo_call_file(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
		  int (*call)(struct liveupdate_file_op_args *args), enum lfb_fault_kind kind)
{
	const struct liveupdate_file_op_args given = *args;
	struct lfb_frame frame = file_frame(args, op);
	int result = INJECTED_ERROR;

	enter(luo->kernel, &frame);
	if (!lfb_fault(luo->kernel, kind, frame.name))
		result = checked(frame.name, op, call(args));
	tell_file(luo, &given, args, op, result);
	leave(luo->kernel, &frame, args->serialized_data, &result);
	return result;
}

void luo_call_file_void(struct luo *luo, struct liveupdate_file_op_args *args, const char *op,
			void (*call)(struct liveupdate_file_op_args *args))
{
	const struct liveupdate_file_op_args given = *args;
	struct lfb_frame frame = file_frame(args, op);

	enter(luo->kernel, &frame);
	call(args);
	tell_file(luo, &given, args, op, 0);
	leave(luo->kernel, &frame, args->serialized_data, NULL);
}

bool luo_call_can_finish(struct luo *luo, struct liveupdate_file_op_args *args)
{
	const struct liveupdate_file_op_args given = *args;
	struct lfb_frame frame = file_frame(args, "can_finish");
	int can = false;

	enter(luo->kernel, &frame);
	if (!lfb_fault(luo->kernel, LFB_FAULT_FILE_CAN_FINISH, frame.name))
		can = args->handler->ops->can_finish(args);
	tell_file(luo, &given, args, "can_finish", can ? 0 : -EBUSY);
	leave(luo->kernel, &frame, args->serialized_data, &can);
	return can;
}
