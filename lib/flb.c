// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The life of a File-Lifecycle-Bound object: preserved for the first file that needs it,
 * serialized with the count of them, retrieved when somebody asks, finished after the last.
 */
#include "lib/flb.h"

#include <limits.h>
#include <string.h>

#include "lib/callback.h"
#include "lib/codec/codec.h"
#include "lib/registry.h"

/*
 * Counting. Kernels that count references count them and files together, in a refcount_t: one step
 * too many is remembered for good. A file that is dropped twice is another defect than that.
 */

static void saturate(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);
	u64 by = LFB_FLB_SATURATED - (u64)luo_flb_files(state);

	luo->watch->flb->warned(flb, LUO_WARN_SATURATED);
	state->count = LFB_FLB_SATURATED;
	if (by)
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, incoming, (s64)by, "saturated");
}

/* One user more, or less; false: it is saturated, and what was to be counted is lost. */
static bool count_by(struct luo *luo, struct liveupdate_flb *flb, bool incoming, int by)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);

	if (luo_quirk(luo, LUO_QUIRK_FLB_COUNT_SATURATES) &&
	    (!state->count || state->count > INT_MAX || (by > 0 && state->count == INT_MAX))) {
		saturate(luo, flb, incoming);
		return false;
	}
	/* It may have been handed over as anything; a kernel wraps around. */
	state->count = (s64)((u64)state->count + (u64)by);
	return true;
}

void luo_flb_hold(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	count_by(luo, flb, incoming, 1);
	luo_flb_state(flb, incoming)->references++;
}

/* The first one: no step from 0, which would be one too many. */
static void count_first(struct luo *luo, struct liveupdate_flb *flb, bool incoming, u64 count)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);
	s64 before = luo_flb_files(state);

	state->count = luo_quirk(luo, LUO_QUIRK_FLB_COUNT_SATURATES) ? (u32)count : (s64)count;
	luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, incoming,
		   (s64)((u64)luo_flb_files(state) - (u64)before),
		   incoming ? "handed over" : "file preserved");
}

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
	if (!state->count) {
		if (!luo_pin_used(luo, flb->ops->owner)) {
			mutex_unlock(&state->lock);
			return -ENODEV;
		}
		err = luo_call_flb(luo, &args, LUO_PRESERVE);
		if (err) {
			luo_unpin_used(luo, flb->ops->owner);
		} else {
			state->data = args.data, state->obj = args.obj;
			count_first(luo, flb, false, 1);
		}
	} else if (count_by(luo, flb, false, 1)) {
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
	bool saturates = luo_quirk(luo, LUO_QUIRK_FLB_COUNT_SATURATES);

	mutex_lock(&state->lock);
	/* Of a refcount nobody knows what it counts: files take references, too. */
	if ((saturates || !WARN_ON(luo_flb_files(state) <= 0)) && count_by(luo, flb, false, -1)) {
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, false, -1, "file unpreserved");
		if (!state->count)
			unpreserve(luo, flb);
	}
	mutex_unlock(&state->lock);
}

/* The walk ends there: its link may be freed. */
static bool links_moved(struct luo *luo, unsigned long changes)
{
	return luo_registry_moved(luo, changes, "flbs of a handler");
}

static int preserve_linked(struct luo *luo, struct liveupdate_file_handler *fh)
{
	unsigned long changes = luo->register_changes;
	struct luo_flb_link *link;
	int err = 0;

	list_for_each_entry(link, &fh->private.flb_list, list) {
		err = preserve_one(luo, link->flb);
		if (links_moved(luo, changes))
			return err ?: -EIO;
		if (err)
			break;
	}
	if (!err)
		return 0;
	list_for_each_entry_continue_reverse(link, &fh->private.flb_list, list) {
		unpreserve_one(luo, link->flb);
		if (links_moved(luo, changes))
			break;
	}
	return err;
}

int luo_flb_file_preserve(struct luo *luo, struct luo_file *luo_file)
{
	int err;

	luo_registry(luo, down_read);
	luo_file->links_made = luo->register_changes;
	err = preserve_linked(luo, luo_file->handler);
	luo_registry(luo, up_read);
	return err;
}

void luo_flb_file_unpreserve(struct luo *luo, const struct luo_file *luo_file)
{
	struct luo_flb_link *link;
	unsigned long changes;

	luo_registry(luo, down_read);
	changes = luo->register_changes;
	list_for_each_entry_reverse(link, &luo_file->handler->private.flb_list, list) {
		bool counted = link->made <= luo_file->links_made;

		if (!counted && !luo_quirk(luo, LUO_QUIRK_FLB_LINK_WHILE_PRESERVED))
			continue;
		if (!counted)
			luo->watch->flb->warned(link->flb, LUO_WARN_DROPPED_UNCOUNTED);
		unpreserve_one(luo, link->flb);
		if (links_moved(luo, changes))
			break;
	}
	luo_registry(luo, up_read);
}

/* How many files of the next kernel will finish it. */
static s64 count_to_serialize(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *state = &flb->private.outgoing;

	luo->watch->flb->count_serialized(luo, flb);
	if (luo_quirk(luo, LUO_QUIRK_FLB_COUNT_INCLUDES_GETS))
		return state->count;
	if (state->count > 0 && luo_flb_files(state) <= 0)
		luo->watch->flb->warned(flb, LUO_WARN_HELD_BY_REFERENCES);
	return luo_flb_files(state);
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

/* Who is not found is looked for in as many records as there are said to be, wherever they lie. */
static void look_behind(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct lfb_memory *memory = &luo->kernel->memory;
	const phys_addr_t page = luo->head.flbs;
	const struct luo_flb_header_ser *header = lfb__memory_at(memory, page, PAGE_SIZE);

	if (header->count > (memory->size - page - sizeof(*header)) / sizeof(struct luo_flb_ser))
		luo->watch->flb->page_followed(luo, flb, memory->size);
}

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

	if (!luo->handed_over || !luo->head.flbs)
		return -ENODATA;
	if (!lfb__memory_at(&luo->kernel->memory, luo->head.flbs, PAGE_SIZE))
		luo->watch->flb->page_followed(luo, flb, luo->head.flbs);
	if (luo->flb_page_freed)
		return -ENOENT;
	if (luo_find_flb(&reader, &luo->head, flb->compatible, &record)) {
		look_behind(luo, flb);
		return -ENOENT;
	}
	state->data = record.data;
	count_first(luo, flb, true, record.count);
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
	/* Also of an answer that is neither success nor an error. */
	if (state->retrieve_status > 0)
		return 0;
	if (state->retrieve_status < 0 && !retries)
		return state->retrieve_status;
	luo->watch->flb->to_retrieve(luo, flb);
	/*
	 * The shipped kernels read the count again at every try, forgetting who finished since;
	 * finish forgot the data.
	 */
	if (!state->loaded || state->finished || retries ||
	    luo_quirk(luo, LUO_QUIRK_FLB_FINISH_NEEDS_GET)) {
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

	if (state->retrieve_status <= 0 && luo_flb_retrieve_locked(luo, flb)) {
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
	/* A retrieve on the way here may have read it again. */
	left = state->count;
	state->count = 0;
	if (left)
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, true, (s64)(0 - (u64)left), "finished");
	state->finished = true;
	if (state->entry < 64)
		luo->flbs_finished |= 1ull << state->entry;
	state->retrieve_status = 0;
}

/* Is a file of its handlers not finished, whoever was linked to it when that was preserved? */
static bool is_needed(const struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_file_handler *fh;

	if (!luo->restored)
		return true;
	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (fh->private.unfinished && luo_flb_link(fh, flb))
			return true;
	}
	return false;
}

/* Nobody has it and no file needs it; called with the lock held, after one of them went. */
static bool is_over(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *state = &flb->private.incoming;

	if (luo_quirk(luo, LUO_QUIRK_FLB_LINKS_COUNT_NOT_FILES))
		return !state->count;
	return state->loaded && !state->finished && !state->references &&
	       luo_flb_files(state) <= 0 && !is_needed(luo, flb);
}

static void finish_one(struct luo *luo, struct liveupdate_flb *flb)
{
	struct liveupdate_flb_state *state = &flb->private.incoming;
	bool counts = luo_quirk(luo, LUO_QUIRK_FLB_LINKS_COUNT_NOT_FILES), counted = false;

	mutex_lock(&state->lock);
	if (!state->loaded && !luo_quirk(luo, LUO_QUIRK_FLB_FINISH_NEEDS_GET))
		load(luo, flb);
	/* A file that was not counted takes nobody else's count. */
	if (counts || luo_flb_files(state) > 0)
		counted = count_by(luo, flb, true, -1);
	if (counted)
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, true, -1, "file finished");
	if ((counted || !counts) && is_over(luo, flb))
		finish(luo, flb);
	mutex_unlock(&state->lock);
}

void luo_flb_file_finish(struct luo *luo, struct liveupdate_file_handler *fh)
{
	struct luo_flb_link *link;
	unsigned long changes;

	if (fh->private.unfinished)
		fh->private.unfinished--;
	luo_registry(luo, down_read);
	changes = luo->register_changes;
	list_for_each_entry_reverse(link, &fh->private.flb_list, list) {
		finish_one(luo, link->flb);
		if (links_moved(luo, changes))
			break;
	}
	luo_registry(luo, up_read);
}

static int count_record(void *records, phys_addr_t where, const struct luo_flb_record *record)
{
	(void)where, (void)record;
	++*(u64 *)records;
	return 0;
}

/*
 * When all is over, the page in which FLBs were handed over is of no more use. Called after
 * whatever may have been the last of it.
 */
void luo_flb_page_done(struct luo *luo)
{
	struct lfb_view view = kho__incoming_view(luo->kernel);
	u64 records = 0;
	struct luo_reader reader = { .view = &view, .context = &records, .flb = count_record };

	/* With the other quirk it is read again afterwards. */
	if (luo_quirk(luo, LUO_QUIRK_FLB_PAGE_NEVER_RESTORED) ||
	    luo_quirk(luo, LUO_QUIRK_FLB_RETRIEVE_AFTER_FINISH) || !luo->handed_over ||
	    luo->restore_failed || luo->flb_page_freed || !luo_all_finished(luo))
		return;
	luo_read_flbs(&reader, &luo->head);
	if ((u64)__builtin_popcountll(luo->flbs_finished) < records)
		return;
	luo->flb_page_freed = true;
	kho_restore_free(phys_to_virt(luo->head.flbs));
}

/* References */

/* One is given back; false: there is none, and this kernel knows. */
static bool give_back(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);
	bool saturates = luo_quirk(luo, LUO_QUIRK_FLB_COUNT_SATURATES);
	bool held = state->references > 0, counted;

	if (unlikely(!held))
		luo->watch->flb->warned(flb, saturates ? LUO_WARN_PUT_OF_OTHERS :
						      LUO_WARN_PUT_WITHOUT_GET);
	if (!held && !saturates)
		return false;
	/* Without a refcount, what ended under its holder stays at 0. */
	counted = (saturates || state->count) && count_by(luo, flb, incoming, -1);
	state->references -= held;
	if (held)
		luo_on_flb(luo, LFB_DID_FLB_PUT, flb, incoming, -1, NULL);
	else if (counted)
		luo_on_flb(luo, LFB_DID_FLB_COUNTED, flb, incoming, -1, "put");
	return counted;
}

/* What is handed over is written down: nothing is taken back any more. */
static bool is_too_late(const struct luo *luo)
{
	return luo->serialized && !luo_quirk(luo, LUO_QUIRK_FLB_PUT_AFTER_SERIALIZE);
}

void luo_flb_put(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);

	mutex_lock(&state->lock);
	if (give_back(luo, flb, incoming)) {
		if (incoming && is_over(luo, flb))
			finish(luo, flb);
		else if (!incoming && !state->count && !is_too_late(luo))
			unpreserve(luo, flb);
	}
	mutex_unlock(&state->lock);
	if (incoming)
		luo_flb_page_done(luo);
}
