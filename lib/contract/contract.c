// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What callbacks owe: looked at when they return. Only what a callback did wrong is named here;
 * what the orchestrator does wrong is named where it does so.
 */
#include "lib/contract/contract.h"

/* FLBs */

/* Fields a callback may write are those that are kept; clearing what it freed harms nobody. */
static const char *discarded_by_flb(enum luo_op op, const struct liveupdate_flb_op_args *before,
				    const struct liveupdate_flb_op_args *after, int result)
{
	bool ends = op == LUO_UNPRESERVE || op == LUO_FINISH;

	if (after->flb != before->flb)
		return "flb";
	if (result || op == LUO_PRESERVE)
		return NULL;
	if (after->data != before->data && !(ends && !after->data))
		return "data";
	if (ends && after->obj != before->obj && after->obj)
		return "obj";
	return NULL;
}

static void check_flb_failed(struct luo *luo, const struct lfb_frame *frame, enum luo_op op,
			     const struct liveupdate_flb_op_args *before, int result,
			     const char *object)
{
	struct luo_left left = luo_contract_left(luo->kernel, frame->holder, frame->call, NULL);

	luo_contract_find_left(luo->kernel, &left, op == LUO_PRESERVE ?
			       LFB_FINDING_FLB_PRESERVE_NOT_UNDONE :
			       LFB_FINDING_FLB_RETRIEVE_NOT_UNDONE, object);
	/* Want of memory says nothing about the handle. */
	if (op == LUO_RETRIEVE && !before->data && (result != -ENOMEM || frame->touched_nothing))
		lfb__find(luo->kernel, LFB_FINDING_FLB_PRESERVE_WITHOUT_DATA, object,
			  "retrieve was given no handle and returned %d", result);
}

static void check_flb_ended(struct lfb_kernel *kernel, const struct lfb_frame *frame, bool waits,
			    const struct liveupdate_flb_op_args *before, const char *object)
{
	struct luo_left left = luo_contract_left(kernel, frame->holder, 0, before->obj);

	if (left.object) {
		luo_contract_place(kernel, left.object);
		lfb__find(kernel, LFB_FINDING_FLB_OBJ_NOT_FREED, object,
			  "its object is still allocated after %s", frame->op);
	}
	luo_contract_find_left(kernel, &left, LFB_FINDING_FLB_LEFT_BEHIND, object);
	if (waits)
		lfb__find(kernel, LFB_FINDING_FLB_LEFT_BEHIND, object, "what was handed over at "
			  "0x%llx is neither restored nor freed",
			  before->flb->private.incoming.data);
}

/*
 * Who has a reference, or the record that is handed over, has what is gone. There is no record of
 * what was about to go when records were made.
 */
static bool ended_too_early(const struct lfb_frame *frame, struct liveupdate_flb *flb,
			    enum luo_op op)
{
	return luo_flb_state(flb, op == LUO_FINISH)->references > 0 ||
	       (op == LUO_UNPRESERVE && frame->late);
}

static void find_ended(struct luo *luo, struct liveupdate_flb *flb, enum luo_op op)
{
	const s64 references = luo_flb_state(flb, op == LUO_FINISH)->references;

	if (references > 0)
		lfb__find(luo->kernel, LFB_FINDING_FLB_ENDED_WHILE_HELD, luo_flb_name(flb).text,
			  "%s ran, and %lld references are held: more files gave it back than were "
			  "counted", op == LUO_FINISH ? "finish" : "unpreserve", references);
	else
		lfb__find(luo->kernel, LFB_FINDING_FLB_UNPRESERVED_AFTER_SERIALIZE,
			  luo_flb_name(flb).text, "where it is written down, handle 0x%llx leads "
			  "nowhere now", flb->private.outgoing.data);
}

static void flb_called(struct luo *luo, const struct lfb_frame *frame, enum luo_op op,
		      const struct liveupdate_flb_op_args *before,
		      const struct liveupdate_flb_op_args *after, int result)
{
	const char *discarded = discarded_by_flb(op, before, after, result);
	bool ends = op == LUO_UNPRESERVE || op == LUO_FINISH;
	bool no_object = op == LUO_RETRIEVE && !result && !after->obj;
	/* Without an object the callback may not know how to free what it could not retrieve. */
	bool waits = op == LUO_FINISH && before->obj &&
		     luo_contract_waits(luo->kernel, frame, before->flb->private.incoming.data);
	bool early = ends && ended_too_early(frame, before->flb, op);
	struct luo_name object;

	if (likely(!discarded && !result && !no_object && !frame->touched_nothing && !waits &&
		   !early && (!ends || list_empty(&frame->holder->entries))))
		return;
	object = luo_name("flb", frame->name);
	if (early)
		find_ended(luo, before->flb, op);
	if (discarded)
		lfb__find(luo->kernel, LFB_FINDING_FLB_DISCARDED_WRITE, object.text,
			  "%s wrote to %s, which is not kept", frame->op, discarded);
	if (no_object && !luo->profile->flb_null_object_is_error)
		lfb__find(luo->kernel, LFB_FINDING_FLB_RETRIEVE_WITHOUT_OBJ, object.text,
			  "retrieve returned 0");
	if (result)
		check_flb_failed(luo, frame, op, before, result, object.text);
	else if (op == LUO_RETRIEVE && !before->data && frame->touched_nothing)
		lfb__find(luo->kernel, LFB_FINDING_FLB_PRESERVE_WITHOUT_DATA, object.text,
			  "retrieve was given no handle and asked for memory all the same");
	if (ends)
		check_flb_ended(luo->kernel, frame, waits, before, object.text);
}

static void bad_answer(const struct lfb_frame *frame, int result)
{
	lfb__warn_as(LFB_FINDING_KERNEL_BAD_ANSWER, luo_name(frame->type, frame->name).text,
		     frame->op, "%.47s: returned %d, which is neither 0 nor a negative errno",
		     frame->name, result);
}

static void code_gone(const struct lfb_frame *frame)
{
	lfb__bug_as(LFB_FINDING_MODULE_GONE, luo_name(frame->type, frame->name).text, frame->op,
		    "%.47s: the module of this callback is unloaded", frame->name);
}

static void died(struct lfb_kernel *kernel, const struct lfb_frame *frame)
{
	lfb__find(kernel, LFB_FINDING_FLB_PRESERVE_WITHOUT_DATA,
		  luo_name(frame->type, frame->name).text,
		  "retrieve was given no handle, and the kernel died in it");
}

/* Files */

static void file_given(struct luo *luo, const struct luo_file *luo_file, enum luo_op op)
{
	const struct liveupdate_flb *flb;
	struct luo_flb_link *link;

	if (unlikely(op != LUO_PRESERVE && luo_file->serialized_data != luo_file->kept_data))
		lfb__find(luo->kernel, LFB_FINDING_FILE_HANDLE_CHANGED,
			  luo_file_name(luo_file).text, "it is given 0x%llx; the handle is 0x%llx",
			  luo_file->serialized_data, luo_file->kept_data);
	if (op != LUO_FINISH || !luo_file->session->sessions->incoming)
		return;
	list_for_each_entry(link, &luo_file->handler->private.flb_list, list) {
		flb = link->flb;
		if (unlikely(flb->private.incoming.finished))
			lfb__find(luo->kernel, LFB_FINDING_FLB_FINISHED_BEFORE_FILE,
				  luo_flb_name(flb).text, "token %llu of session %.64s is finished "
				  "after it", luo_file->token, luo_file->session->name);
	}
}

static bool keeps_data(enum luo_op op)
{
	return op == LUO_PRESERVE || op == LUO_FREEZE;
}

static const char *discarded_by_file(enum luo_op op, const struct liveupdate_file_op_args *before,
				     const struct liveupdate_file_op_args *after, int result)
{
	bool ends = op == LUO_UNPRESERVE || op == LUO_FINISH;

	if (after->handler != before->handler)
		return "handler";
	if (after->session != before->session)
		return "session";
	if (after->retrieved != before->retrieved ||
	    after->retrieve_status != before->retrieve_status)
		return "retrieve_status";
	/* What a failing callback leaves there is nobody's, and it knows. */
	if (result < 0)
		return NULL;
	if (after->file != before->file && op != LUO_RETRIEVE && !(ends && !after->file))
		return "file";
	if (after->serialized_data != before->serialized_data && !keeps_data(op) &&
	    !(ends && !after->serialized_data))
		return "serialized_data";
	if (after->private_data != before->private_data && op != LUO_PRESERVE &&
	    !(ends && !after->private_data))
		return "private_data";
	return NULL;
}

static void check_file_failed(struct luo *luo, const struct lfb_frame *frame, enum luo_op op,
			      bool changed, const char *object)
{
	struct luo_left left;

	if (op == LUO_FREEZE && changed)
		lfb__find(luo->kernel, LFB_FINDING_FILE_FREEZE_CHANGED_AND_FAILED, object,
			  "freeze set another handle and failed");
	if (op == LUO_FREEZE)
		return;
	left = luo_contract_left(luo->kernel, frame->holder, frame->call, NULL);
	luo_contract_find_left(luo->kernel, &left, op == LUO_PRESERVE ?
			       LFB_FINDING_FILE_PRESERVE_NOT_UNDONE :
			       LFB_FINDING_FILE_RETRIEVE_NOT_UNDONE, object);
}

/*
 * Another file of the handler that is as far as @luo_file, whose @op ends something now; for @data
 * one with that handle. What files share lives as long as one of them, whichever made it.
 */
static struct luo_file *heir_of(const struct luo_file *luo_file, enum luo_op op, const u64 *data)
{
	const struct liveupdate_session *session;
	struct luo_file *heir;

	list_for_each_entry(session, &luo_file->session->sessions->list, list) {
		list_for_each_entry(heir, &session->files, list) {
			if (heir != luo_file && heir->handler == luo_file->handler &&
			    (op != LUO_UNFREEZE || heir->freeze_call) &&
			    (!data || heir->serialized_data == *data))
				return heir;
		}
	}
	return NULL;
}

/* unpreserve ends all there is, unfreeze what freeze made, finish what it made itself. */
static void check_file_ended(struct luo *luo, const struct lfb_frame *frame,
			     struct luo_file *luo_file, enum luo_op op,
			     const struct liveupdate_file_op_args *before)
{
	struct lfb_kernel *kernel = luo->kernel;
	unsigned long call = op == LUO_FINISH ? frame->call : luo_file->freeze_call;
	struct luo_file *heir;
	struct luo_name object;
	struct luo_left left;
	bool waits = false;

	if (op == LUO_UNFREEZE && !luo_file->freeze_call)
		return;
	if (op == LUO_UNPRESERVE)
		call = 0;
	if (op == LUO_FINISH && luo_file->session->sessions->incoming)
		waits = luo_contract_waits(kernel, frame, before->serialized_data) &&
			!heir_of(luo_file, op, &before->serialized_data);
	heir = list_empty(&frame->holder->entries) ? NULL : heir_of(luo_file, op, NULL);
	if (unlikely(heir != NULL))
		luo_contract_pass_on(frame->holder, call, heir, op);
	if (likely(!waits && list_empty(&frame->holder->entries)))
		return;
	object = luo_file_name(luo_file);
	left = luo_contract_left(kernel, frame->holder, call,
				 op == LUO_UNPRESERVE ? before->private_data : NULL);
	if (left.object) {
		luo_contract_place(kernel, left.object);
		lfb__find(kernel, LFB_FINDING_FILE_PRIVATE_NOT_FREED, object.text,
			  "private_data is still allocated");
	}
	luo_contract_find_left(kernel, &left, LFB_FINDING_FILE_LEFT_BEHIND, object.text);
	if (waits)
		lfb__find(kernel, LFB_FINDING_FILE_LEFT_BEHIND, object.text, "what was handed over "
			  "at 0x%llx is neither restored nor freed", before->serialized_data);
}

static void file_called(struct luo *luo, const struct lfb_frame *frame, struct luo_file *luo_file,
		       enum luo_op op, const struct liveupdate_file_op_args *before,
		       const struct liveupdate_file_op_args *after, int result)
{
	const char *discarded = discarded_by_file(op, before, after, result);

	if (unlikely(discarded != NULL))
		lfb__find(luo->kernel, LFB_FINDING_FILE_DISCARDED_WRITE,
			  luo_file_name(luo_file).text, "%s wrote to %s, which is not kept",
			  frame->op, discarded);
	if (unlikely(result < 0))
		check_file_failed(luo, frame, op, after->serialized_data != before->serialized_data,
				  luo_file_name(luo_file).text);
	else if (!result && keeps_data(op))
		luo_file->kept_data = after->serialized_data;
	if (op == LUO_FREEZE)
		luo_file->freeze_call = result ? 0 : frame->call;
	if (op == LUO_CAN_FINISH && unlikely(frame->gave_back))
		lfb__find(luo->kernel, LFB_FINDING_FILE_CAN_FINISH_ACTED,
			  luo_file_name(luo_file).text, "can_finish gave memory back %u time%s: "
			  "when another file is not ready it is asked again", frame->gave_back,
			  frame->gave_back == 1 ? "" : "s");
	if (op == LUO_UNPRESERVE || op == LUO_UNFREEZE || op == LUO_FINISH)
		check_file_ended(luo, frame, luo_file, op, before);
	if (op == LUO_UNFREEZE)
		luo_file->freeze_call = 0;
}

const struct luo_watch_call luo_contract_call = {
	.flb = flb_called,
	.bad_answer = bad_answer,
	.code_gone = code_gone,
	.died = died,
	.file_given = file_given,
	.file = file_called,
};

const struct luo_watch luo_contract = {
	.call = &luo_contract_call,
	.session = &luo_contract_session,
	.file = &luo_contract_file,
	.flb = &luo_contract_flb,
	.access = &luo_contract_access,
	.registry = &luo_contract_registry,
	.settled = &luo_contract_settled,
};
