// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The life of a File-Lifecycle-Bound object: preserved for the first file that needs it,
 * serialized with the count of them, retrieved when somebody asks, finished after the last.
 */
#include "lib/flb.h"

#include <string.h>

#include "lib/callback.h"
#include "lib/codec/codec.h"
#include "lib/registry.h"

/* The old kernel */

static void forget(struct liveupdate_flb_state *state)
{
	state->data = 0;
	state->obj = NULL;
	luo_on_flb_object_gone(state);
}

/* One more user; the first one preserves. */
static int preserve_one(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.outgoing;
	struct liveupdate_flb_op_args args = { .flb = flb };
	int err = 0;

	mutex_lock(&state->lock);
	if (!state->count && !state->references) {
		if (!luo_pin_used(luo, flb->ops->owner)) {
			mutex_unlock(&state->lock);
			return -ENODEV;
		}
		err = luo_call_flb(luo, &args, LUO_PRESERVE);
		if (err)
			luo_unpin_used(luo, flb->ops->owner);
		else
			state->data = args.data, state->obj = args.obj;
	}
	if (!err) {
		state->count++;
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, false, 1, "file preserved");
	}
	mutex_unlock(&state->lock);
	return err;
}

/* The last user is gone: undo preserve. Called with the lock held. */
static void unpreserve(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.outgoing;
	struct liveupdate_flb_op_args args = { .flb = flb, .data = state->data, .obj = state->obj };

	luo_call_flb(luo, &args, LUO_UNPRESERVE);
	forget(state);
	luo_unpin_used(luo, flb->ops->owner);
}

static void unpreserve_one(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.outgoing;

	mutex_lock(&state->lock);
	if (!WARN_ON(state->count <= 0)) {
		state->count--;
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, false, -1, "file unpreserved");
		if (!state->count && !state->references)
			unpreserve(luo, flb);
	}
	mutex_unlock(&state->lock);
}

static int preserve_linked(struct luo *luo, struct liveupdate_file_handler *fh)
{
	unsigned long changes = luo->register_changes;
	struct luo_flb_link *link;
	int err = 0;

	list_for_each_entry(link, &fh->private.flb_list, list) {
		err = preserve_one(luo, link->flb);
		if (err)
			break;
		if (luo_registry_moved(luo, changes, "flbs of a handler"))
			return -EIO;
	}
	if (!err)
		return 0;
	list_for_each_entry_continue_reverse(link, &fh->private.flb_list, list)
		unpreserve_one(luo, link->flb);
	return err;
}

int luo_flb_file_preserve(struct luo *luo, struct liveupdate_file_handler *fh)
{
	int err;

	luo_registry(luo, down_read);
	err = preserve_linked(luo, fh);
	luo_registry(luo, up_read);
	return err;
}

void luo_flb_file_unpreserve(struct luo *luo, struct liveupdate_file_handler *fh)
{
	struct luo_flb_link *link;

	luo_registry(luo, down_read);
	list_for_each_entry_reverse(link, &fh->private.flb_list, list)
		unpreserve_one(luo, link->flb);
	luo_registry(luo, up_read);
}

/* How many files of the next kernel will finish it. */
static s64 count_to_serialize(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *state = &flb->private.outgoing;

	if (luo_quirk(luo, LUO_QUIRK_FLB_COUNT_INCLUDES_GETS)) {
		luo->watch->flb->references_serialized(luo, flb);
		return state->count + state->references;
	}
	if (state->count <= 0 && state->references > 0)
		luo->watch->flb->warned(flb, LUO_WARN_HELD_BY_REFERENCES);
	return state->count;
}

void luo_flb_serialize(struct luo *luo)
{
	struct luo_flb_record record;
	struct liveupdate_flb *flb;
	u64 index = 0;

	luo_registry(luo, down_read);
	list_for_each_entry(flb, &luo->flbs, private.list) {
		s64 count = count_to_serialize(luo, flb);

		if (count <= 0)
			continue;
		record = (struct luo_flb_record){
			.data = flb->private.outgoing.data,
			.count = (u64)count,
		};
		memcpy(record.name, flb->compatible, sizeof(flb->compatible));
		luo_write_flb(luo, index++, &record);
		lfb__event(luo->kernel, FLB_SERIALIZED, .flb = flb->compatible,
			   .count = record.count,
			   .handle = lfb__memory_shown(&luo->kernel->memory, record.data));
	}
	luo->watch->flb->all_serialized(luo);
	luo_registry(luo, up_read);
	luo_write_flb_count(luo, index);
}

/* The new kernel */

/*
 * Reads what was handed over for @flb. Without the quirk the page was checked at boot; with it, a
 * kernel reads what it must not.
 */
static int load(struct luo *luo, struct liveupdate_flb *flb)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	struct luo_reader reader = {
		.view = &view,
		.context = flb,
		.problem = luo->watch->flb->trusted,
	};
	struct liveupdate_flb_state *state = &flb->private.incoming;
	struct luo_flb_record record;
	s64 before = state->count;

	if (!luo->handed_over || !luo->head.flbs)
		return -ENODATA;
	if (!lfb__memory_at(&luo->kernel->memory, luo->head.flbs, PAGE_SIZE))
		luo->watch->flb->page_followed(luo, flb);
	if (luo_find_flb(&reader, &luo->head, flb->compatible, &record))
		return -ENOENT;
	state->data = record.data;
	state->count = (s64)record.count;
	luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, true, (s64)((u64)state->count - (u64)before),
		   "handed over");
	state->loaded = true;
	state->entry = record.index;
	luo->watch->flb->found(luo, flb);
	return 0;
}

/* Runs the callback; called with the lock held, after load(). */
static int call_retrieve(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;
	struct liveupdate_flb_op_args args = { .flb = flb, .data = state->data };
	int err;

	if (!luo_pin_used(luo, flb->ops->owner))
		return -ENODEV;
	err = luo_call_flb(luo, &args, LUO_RETRIEVE);
	if (!err && !args.obj && luo->profile->flb_null_object_is_error) {
		luo->watch->flb->warned(flb, LUO_WARN_RETRIEVED_NOTHING);
		err = -EIO;
	}
	state->retrieve_status = err ? err : 1;
	if (err)
		luo_unpin_used(luo, flb->ops->owner);
	else
		state->obj = args.obj;
	return err;
}

int luo_flb_retrieve_locked(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;
	bool retries = luo_quirk(luo, LUO_QUIRK_FLB_RETRIEVE_RETRIED);
	int err;

	if (state->finished && !luo_quirk(luo, LUO_QUIRK_FLB_RETRIEVE_AFTER_FINISH))
		return -ENODATA;
	if (state->retrieve_status == 1)
		return 0;
	if (state->retrieve_status < 0 && !retries)
		return state->retrieve_status;
	luo->watch->flb->to_retrieve(luo, flb);
	/*
	 * The shipped kernels read the count again at every try, forgetting who finished since;
	 * finish forgot the data.
	 */
	if (!state->loaded || state->finished || retries) {
		err = load(luo, flb);
		if (err)
			return err;
	}
	return call_retrieve(luo, flb);
}

/* The last user is gone; called with the lock held. */
static void finish(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;
	struct liveupdate_flb_op_args args = { .flb = flb };
	s64 left;

	if (state->retrieve_status != 1 && luo_flb_retrieve_locked(luo, flb)) {
		/* A module that is going away can be called no more. */
		bool quirk = luo_quirk(luo, LUO_QUIRK_FLB_FAILED_RETRIEVE_LEAKS);
		bool leaks = quirk || !luo_pin_used(luo, flb->ops->owner);

		luo->watch->flb->warned(flb, quirk ? LUO_WARN_LEAKED : LUO_WARN_NOT_RETRIEVED);
		if (leaks)
			return;
		/* Without an object, but with the handle: the callback can still free the data. */
		args.data = state->data;
	}
	args.obj = state->obj;
	luo_call_flb(luo, &args, LUO_FINISH);
	luo_unpin_used(luo, flb->ops->owner);
	forget(state);
	left = state->count;
	state->count = 0; /* a retrieve on the way here may have read it again */
	if (left)
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, true, (s64)(0 - (u64)left), "finished");
	state->finished = true;
	if (state->entry < 64)
		luo->flbs_finished |= 1ull << state->entry;
	state->retrieve_status = 0;
}

static void finish_one(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;

	mutex_lock(&state->lock);
	if (!state->loaded && !luo_quirk(luo, LUO_QUIRK_FLB_FINISH_NEEDS_GET))
		load(luo, flb);
	/* It may have been handed over as anything; a kernel wraps around. */
	state->count = (s64)((u64)state->count - 1);
	luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, true, -1, "file finished");
	if (!state->count && !state->references)
		finish(luo, flb);
	mutex_unlock(&state->lock);
}

void luo_flb_file_finish(struct luo *luo, struct liveupdate_file_handler *fh)
{
	struct luo_flb_link *link;

	luo_registry(luo, down_read);
	list_for_each_entry_reverse(link, &fh->private.flb_list, list)
		finish_one(luo, link->flb);
	luo_registry(luo, up_read);
}

/* References */

void luo_flb_put(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);

	mutex_lock(&state->lock);
	if (unlikely(state->references <= 0)) {
		luo->watch->flb->warned(flb, LUO_WARN_PUT_WITHOUT_GET);
		mutex_unlock(&state->lock);
		return;
	}
	state->references--;
	luo_on_flb(luo, LFB_DID_FLB_PUT, flb, incoming, -1, NULL);
	if (!state->references && state->count <= 0) {
		if (incoming)
			finish(luo, flb);
		else
			unpreserve(luo, flb);
	}
	mutex_unlock(&state->lock);
}
