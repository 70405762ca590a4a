// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Every call out of the orchestrator goes through here: the seams around it are lib/luo/call.c's,
 * and what the callback did is looked at.
 */
#include "lib/callback.h"

#include <string.h>

#include "lib/flb.h"

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

int luo_call_flb(struct luo *luo, struct liveupdate_flb_op_args *args, enum luo_op op)
{
	struct liveupdate_flb *flb = args->flb;
	struct liveupdate_flb_state *state =
		luo_flb_state(flb, op == LUO_RETRIEVE || op == LUO_FINISH);
	const struct liveupdate_flb_op_args before = *args;
	struct luo_call call = {
		.kernel = luo->kernel,
		.op = op,
		.frame = {
			.type = "flb",
			.name = flb->compatible,
			.holder = &state->lfb_holder,
			.object = flb,
			.lock = &state->lock.lock,
			.late = luo->serialized,
			.died = op == LUO_RETRIEVE && !args->data ? luo->watch->call->died : NULL,
		},
		.of_flb = true,
	};
	int result = LUO_INJECTED_ERROR;

	luo_call_begins(&call, args->data);
	if (is_gone(luo, &call.frame, flb->private.gone)) {
		result = -EFAULT;
	} else if (!luo_call_fails(&call)) {
		result = checked(luo, &call.frame, luo_run_flb(args, op));
		if (lfb__checking(luo->kernel))
			luo->watch->call->flb(luo, &call.frame, op, &before, args, result);
	}
	luo_call_ends(&call, args->data, result);
	return result;
}

/* Files */

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
	struct luo_call call = {
		.kernel = luo->kernel,
		.op = op,
		.frame = {
			.type = "file",
			.name = fh->compatible,
			.holder = &luo_file->holder,
			.object = fh,
		},
		.session = luo_file->session->name,
		.incoming = luo_file->session->sessions->incoming,
		.token = luo_file->token,
	};
	struct liveupdate_file_op_args before;
	int result = op == LUO_CAN_FINISH ? false : LUO_INJECTED_ERROR;

	fill_in(luo, luo_file, args);
	before = *args;
	luo_call_begins(&call, args->serialized_data);
	if (is_gone(luo, &call.frame, fh->private.gone)) {
		result = op == LUO_CAN_FINISH ? false : -EFAULT;
	} else if (!luo_call_fails(&call)) {
		if (lfb__checking(luo->kernel))
			luo->watch->call->file_given(luo, luo_file, op);
		result = luo_run_file(args, op);
		if (op != LUO_CAN_FINISH)
			result = checked(luo, &call.frame, result);
		if (lfb__checking(luo->kernel))
			luo->watch->call->file(luo, &call.frame, luo_file, op, &before, args,
					       result);
	}
	luo_call_ends(&call, args->serialized_data, result);
	return result;
}

bool luo_call_can_preserve(struct luo *luo, struct liveupdate_file_handler *fh, struct file *file)
{
	struct lfb_frame frame = { .type = "file", .name = fh->compatible, .object = fh };
	bool can = false;

	luo_call_push(luo->kernel, &frame, LUO_CAN_PRESERVE);
	if (!is_gone(luo, &frame, fh->private.gone))
		can = fh->ops->can_preserve(fh, file);
	luo_call_pop(luo->kernel, &frame);
	return can;
}

unsigned long luo_call_get_id(struct luo *luo, struct liveupdate_file_handler *fh,
			      struct file *file)
{
	struct lfb_frame frame = { .type = "file", .name = fh->compatible, .object = fh };
	unsigned long id = 0;

	luo_call_push(luo->kernel, &frame, LUO_GET_ID);
	if (!is_gone(luo, &frame, fh->private.gone))
		id = fh->ops->get_id(file);
	luo_call_pop(luo->kernel, &frame);
	return id;
}
