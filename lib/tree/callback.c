// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Calls out of a tree's orchestrator, with the same seams as lib/'s. */
#include "lib/tree/twin.h"

static const enum luo_op ops[] = {
	[LFB_TREE_CAN_PRESERVE] = LUO_CAN_PRESERVE,
	[LFB_TREE_PRESERVE] = LUO_PRESERVE,
	[LFB_TREE_UNPRESERVE] = LUO_UNPRESERVE,
	[LFB_TREE_FREEZE] = LUO_FREEZE,
	[LFB_TREE_UNFREEZE] = LUO_UNFREEZE,
	[LFB_TREE_RETRIEVE] = LUO_RETRIEVE,
	[LFB_TREE_CAN_FINISH] = LUO_CAN_FINISH,
	[LFB_TREE_FINISH] = LUO_FINISH,
	[LFB_TREE_GET_ID] = LUO_GET_ID,
};

/* What the orchestrator does is its own, what a callback does is not. */
static unsigned int leave_orchestrator(struct lfb_kernel *kernel)
{
	const unsigned int internal = kernel->task->internal;

	kernel->task->internal = 0;
	return internal;
}

static bool is_gone(const struct luo_twin *twin, const struct lfb_frame *frame)
{
	if (unlikely(twin->gone))
		twin->tree->shell.watch->call->code_gone(frame);
	return twin->gone;
}

/* FLBs */

static int run_flb(struct luo_twin *twin, struct luo_call *flb_call,
		   struct liveupdate_flb_op_args *argp)
{
	struct luo_tree *tree = twin->tree;
	const struct liveupdate_flb_op_args before = *argp;
	int result;

	result = luo_run_flb(argp, flb_call->op);
	if (unlikely(result > 0))
		tree->shell.watch->call->bad_answer(&flb_call->frame, result);
	if (lfb__checking(tree->kernel))
		tree->shell.watch->call->flb(&tree->shell, &flb_call->frame, flb_call->op, &before,
					     argp, result);
	return result;
}

static int call_flb(void *owner, enum lfb_tree_op op, struct lfb_tree_args *args)
{
	struct luo_twin *twin = owner;
	struct lfb_kernel *kernel = twin->tree->kernel;
	const unsigned int internal = leave_orchestrator(kernel);
	const bool incoming = op == LFB_TREE_RETRIEVE || op == LFB_TREE_FINISH;
	struct liveupdate_flb_op_args argp = { twin->ours, args->data, args->pointer };
	struct luo_call flb_call = {
		.kernel = kernel,
		.op = ops[op],
		.frame = {
			.type = "flb",
			.name = luo_twin_name(twin),
			.holder = twin->gone ? NULL :
					       &luo_flb_state(twin->ours, incoming)->lfb_holder,
			.object = twin->ours,
			.late = twin->tree->shell.serialized,
			.died = op == LFB_TREE_RETRIEVE && !args->data ?
					twin->tree->shell.watch->call->died : NULL,
		},
		.of_flb = true,
	};
	int result = LUO_INJECTED_ERROR;

	if (!twin->gone)
		luo_told_flb_called(twin->tree, twin->ours, ops[op], args->data);
	luo_call_begins(&flb_call, args->data);
	if (is_gone(twin, &flb_call.frame))
		result = -EFAULT;
	else if (!luo_call_fails(&flb_call))
		result = run_flb(twin, &flb_call, &argp);
	luo_call_ends(&flb_call, argp.data, result);
	argp.flb = twin->ours;
	if (!twin->gone)
		luo_told_flb_returned(twin->tree, ops[op], &argp, result);
	kernel->task->internal = internal;
	args->data = argp.data;
	args->pointer = argp.obj;
	return result;
}

/* Files */

/* @luo_file: whose it is, NULL: nothing is known of it. */
static int run_file(struct luo_tree *tree, const struct lfb_frame *frame,
		    struct luo_file *luo_file, enum luo_op op,
		    struct liveupdate_file_op_args *args)
{
	const struct liveupdate_file_op_args before = *args;
	const bool checks = luo_file && lfb__checking(tree->kernel);
	int result;

	if (checks)
		tree->shell.watch->call->file_given(&tree->shell, luo_file, op);
	result = luo_run_file(args, op);
	if (unlikely(result > 0) && op != LUO_CAN_FINISH)
		tree->shell.watch->call->bad_answer(frame, result);
	if (checks)
		tree->shell.watch->call->file(&tree->shell, frame, luo_file, op, &before, args,
					      result);
	return result;
}

static int call_file(void *owner, enum lfb_tree_op op, struct lfb_tree_args *told)
{
	struct luo_twin *twin = owner;
	struct lfb_kernel *kernel = twin->tree->kernel;
	const unsigned int internal = leave_orchestrator(kernel);
	struct luo_file *luo_file =
		luo_told_called(luo_request_now(twin->tree), twin, ops[op], told);
	struct liveupdate_file_op_args args = {
		.handler = twin->ours,
		.retrieve_status = told->retrieve_status,
		.file = told->file,
		.serialized_data = told->data,
		.private_data = told->pointer,
	};
	struct luo_call file_call = {
		.kernel = kernel,
		.op = ops[op],
		.frame = {
			.type = "file",
			.name = luo_twin_name(twin),
			.holder = luo_file ? &luo_file->holder : NULL,
			.object = twin->ours,
		},
		.session = luo_file ? luo_file->session->name : NULL,
		.incoming = op >= LFB_TREE_RETRIEVE,
		.token = luo_file ? luo_file->token : 0,
	};
	int result = op == LFB_TREE_CAN_FINISH ? false : LUO_INJECTED_ERROR;

	luo_call_begins(&file_call, told->data);
	if (is_gone(twin, &file_call.frame))
		result = op == LFB_TREE_CAN_FINISH ? false : -EFAULT;
	else if (!luo_call_fails(&file_call))
		result = run_file(twin->tree, &file_call.frame, luo_file, ops[op], &args);
	luo_call_ends(&file_call, args.serialized_data, result);
	if (unlikely(luo_file && op == LFB_TREE_RETRIEVE && !result && !args.file))
		twin->tree->shell.watch->file->gave_nothing(&twin->tree->shell, luo_file);
	if (luo_file)
		luo_told_returned(luo_file, ops[op], &args, result);
	kernel->task->internal = internal;
	told->retrieve_status = args.retrieve_status;
	told->file = args.file;
	told->data = args.serialized_data;
	told->pointer = args.private_data;
	return result;
}

static bool can_preserve(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file)
{
	struct lfb_frame frame = { .type = "file", .name = fh->compatible, .object = fh };
	bool can;

	luo_call_push(luo->kernel, &frame, LUO_CAN_PRESERVE);
	can = fh->ops->can_preserve(fh, file);
	luo_call_pop(luo->kernel, &frame);
	return can;
}

static bool call_can_preserve(void *owner, struct file *file)
{
	struct luo_twin *twin = owner;
	struct luo *luo = &twin->tree->shell;
	const unsigned int internal = leave_orchestrator(luo->kernel);
	struct lfb_frame frame = { .type = "file", .name = luo_twin_name(twin) };
	bool can = false;

	lfb__sched_point(luo->kernel, "can_preserve", frame.name);
	if (!is_gone(twin, &frame))
		can = can_preserve(luo, twin->ours, file);
	if (can && lfb__checking(luo->kernel))
		luo->watch->registry->handler_found(luo, twin->ours, file, can_preserve);
	luo->kernel->task->internal = internal;
	return can;
}

static unsigned long call_get_id(void *owner, struct file *file)
{
	struct luo_twin *twin = owner;
	struct lfb_kernel *kernel = twin->tree->kernel;
	const unsigned int internal = leave_orchestrator(kernel);
	struct liveupdate_file_handler *fh = twin->ours;
	struct lfb_frame frame = {
		.type = "file", .name = luo_twin_name(twin), .object = fh,
	};
	unsigned long id = 0;

	luo_call_push(kernel, &frame, LUO_GET_ID);
	if (!is_gone(twin, &frame))
		id = fh->ops->get_id(file);
	luo_call_pop(kernel, &frame);
	kernel->task->internal = internal;
	return id;
}

const struct lfb_tree_calls luo_tree_calls = {
	.can_preserve = call_can_preserve,
	.get_id = call_get_id,
	.file = call_file,
	.flb = call_flb,
	.get_module = lfb__module_pin,
	.put_module = lfb__module_unpin,
};
