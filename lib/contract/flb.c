// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * FLBs between their callbacks and across the update: are they counted, retrieved and finished
 * once, and is what the next kernel has under a compatible string the same?
 */
#include <string.h>

#include "lib/contract/contract.h"

static const struct {
	enum lfb_finding_id id;
	const char *where;
	const char *text;
} warnings[] = {
	[LUO_WARN_HELD_BY_REFERENCES] = { LFB_FINDING_FLB_GET_NOT_PUT, "luo_flb_serialize",
		" is held by references alone: it is not handed over" },
	[LUO_WARN_RETRIEVED_NOTHING] = { LFB_FINDING_FLB_RETRIEVE_WITHOUT_OBJ, "luo_flb_retrieve",
		": retrieve returned 0 and no object" },
	[LUO_WARN_NOT_RETRIEVED] = { LFB_FINDING_FLB_RETRIEVE_REFUSED, "luo_flb_finish",
		" could not be retrieved to be finished" },
	[LUO_WARN_LEAKED] = { LFB_FINDING_FLB_FAILED_RETRIEVE_LEAKED, "luo_flb_finish",
		" could not be retrieved to be finished" },
	[LUO_WARN_NOTHING_TO_LOCK] = { LFB_FINDING_FLB_GET_WRONG_PHASE,
		"liveupdate_flb_outgoing_locked", ": nothing is preserved" },
	[LUO_WARN_UNLOCKED_WITH_OTHER] = { LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT,
		"liveupdate_flb_unlock",
		": unlocked with another object than it was locked with" },
	[LUO_WARN_PUT_WITHOUT_GET] = { LFB_FINDING_FLB_PUT_WITHOUT_GET, "luo_flb_put",
		": put without get" },
	[LUO_WARN_SATURATED] = { LFB_FINDING_FLB_COUNT_SATURATED, "refcount_warn_saturate",
		": its count is saturated" },
	[LUO_WARN_RETRIEVED] = { LFB_FINDING_KERNEL_WARN, "liveupdate_unregister_flb",
		" is not finished" },
	[LUO_WARN_PRESERVED] = { LFB_FINDING_KERNEL_WARN, "liveupdate_unregister_flb",
		" is preserved" },
};

/* Has its retrieve, before it failed, taken back what the handle leads to? */
static bool is_taken_back(struct lfb_kernel *kernel, u64 data)
{
	const struct lfb_ledger_entry *entry =
		lfb__ledger_find(kernel, LFB_LEDGER_INCOMING, data);

	return entry && entry->restored;
}

static void warned(const struct liveupdate_flb *flb, enum luo_flb_warning warning)
{
	struct luo_name object = luo_flb_name(flb);

	if (warning == LUO_WARN_LEAKED && is_taken_back(lfb__current, flb->private.incoming.data))
		warning = LUO_WARN_NOT_RETRIEVED;
	/* What a kernel does not notice. */
	if (warning == LUO_WARN_PUT_OF_OTHERS)
		lfb__find(lfb__current, LFB_FINDING_FLB_PUT_WITHOUT_GET, object.text,
			  "put without get: the count is one less than there are users");
	else if (warning == LUO_WARN_DROPPED_UNCOUNTED)
		lfb__find(lfb__current, LFB_FINDING_FLB_DROPPED_UNCOUNTED, object.text,
			  "the file was preserved before it was linked to the handler");
	else
		lfb__warn_as(warnings[warning].id, object.text, warnings[warning].where,
			     "FLB %.47s%s", flb->compatible, warnings[warning].text);
}

static void page_left(struct luo *luo)
{
	lfb__find(luo->kernel, LFB_FINDING_FLB_PAGE_LEAKED, "luo flbs", "live update is off, and "
		  "the page at 0x%llx stays preserved: the next kernel finds it reserved and "
		  "nobody's", virt_to_phys(luo->flb_mem));
}

static void count_serialized(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *state = &flb->private.outgoing;

	if (unlikely(state->count == LFB_FLB_SATURATED))
		lfb__find(luo->kernel, LFB_FINDING_FLB_COUNT_SATURATED, luo_flb_name(flb).text,
			  "it is handed over with handle 0x%llx and a count that nobody finishes",
			  state->data);
	else if (unlikely(state->references > 0) && state->count > 0 &&
		 luo_quirk(luo, LUO_QUIRK_FLB_COUNT_INCLUDES_GETS))
		lfb__find(luo->kernel, LFB_FINDING_FLB_COUNT_TOO_HIGH, luo_flb_name(flb).text,
			  "%lld users are handed over: %lld files and %lld references",
			  state->count, luo_flb_files(state), state->references);
}

static void page_followed(struct luo *luo, const struct liveupdate_flb *flb, phys_addr_t where)
{
	lfb__oops_as(luo->kernel, LFB_FINDING_FLB_SERIALIZED_TRUSTED, luo_flb_name(flb).text,
		     "FLBs are said to be at 0x%llx, where there is no memory", where);
}

static int trusted(void *flb, int error, const struct lfb_problem *problem)
{
	(void)error;
	lfb__unsafe_as(lfb__current, LFB_FINDING_FLB_SERIALIZED_TRUSTED, luo_flb_name(flb).text,
		       "serialized state is trusted: at 0x%llx: %s", problem->where, problem->what);
	return 0;
}

static void to_retrieve(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb_state *state = &flb->private.incoming;

	if (unlikely(state->finished))
		lfb__unsafe_as(luo->kernel, LFB_FINDING_FLB_RETRIEVED_AFTER_FINISH,
			       luo_flb_name(flb).text,
			       "%.47s is retrieved again after it was finished", flb->compatible);
	else if (unlikely(state->retrieve_status < 0))
		lfb__unsafe_as(luo->kernel, LFB_FINDING_FLB_RETRIEVED_AGAIN, luo_flb_name(flb).text,
			       "%.47s is retrieved again after it failed (%d)", flb->compatible,
			       state->retrieve_status);
}

/* From one kernel to the next */

#define HANDLERS_KEPT 6
#define NAME_SIZE LIVEUPDATE_FLB_COMPAT_LENGTH

/* An FLB that was handed over; host memory, see struct lfb_kept. */
struct kept_flb {
	char compatible[NAME_SIZE];
	char owner[NAME_SIZE];		/* "": built in */
	unsigned int handlers;		/* more than HANDLERS_KEPT: not all are here */
	char handler[HANDLERS_KEPT][NAME_SIZE];
};

static void keep(const struct luo *luo, const struct liveupdate_flb *flb, struct kept_flb *kept)
{
	const struct liveupdate_file_handler *fh;
	const struct module *owner = flb->ops->owner;

	memcpy(kept->compatible, flb->compatible, NAME_SIZE);
	if (owner && owner->name)
		memcpy(kept->owner, owner->name, strnlen(owner->name, NAME_SIZE - 1));
	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (!luo_flb_link(fh, flb))
			continue;
		if (kept->handlers < HANDLERS_KEPT)
			memcpy(kept->handler[kept->handlers], fh->compatible, NAME_SIZE);
		kept->handlers++;
	}
}

static void all_serialized(struct luo *luo)
{
	struct lfb_kept *kept = &luo->kernel->kept;
	const struct liveupdate_flb *flb;
	struct kept_flb *room;

	if (!lfb__checking(luo->kernel))
		return;
	kept->flbs.count = 0;
	kept->size = sizeof(*room);
	kept->boot = luo->kernel->boot_number;
	list_for_each_entry(flb, &luo->flbs, private.list) {
		room = flb->private.outgoing.count > 0 ?
			       lfb__list_add(&kept->flbs, sizeof(*room)) : NULL;
		if (room)
			keep(luo, flb, room);
	}
}

static const struct kept_flb *find_kept(const struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct lfb_kept *kept = &luo->kernel->kept;
	const struct kept_flb *all = kept->flbs.items;

	if (kept->boot + 1 != luo->kernel->boot_number)
		return NULL;
	for (size_t i = 0; i < kept->flbs.count; i++) {
		if (!strncmp(all[i].compatible, flb->compatible, NAME_SIZE))
			return &all[i];
	}
	return NULL;
}

static bool was_linked(const struct kept_flb *kept, const char *handler)
{
	for (unsigned int i = 0; i < kept->handlers; i++) {
		if (!strncmp(kept->handler[i], handler, NAME_SIZE))
			return true;
	}
	return false;
}

/* Linked to handlers, and to none that it was linked to? */
static bool has_other_handlers(const struct luo *luo, const struct liveupdate_flb *flb,
			       const struct kept_flb *kept)
{
	const struct liveupdate_file_handler *fh;

	if (!flb->private.users || !kept->handlers || kept->handlers > HANDLERS_KEPT)
		return false;
	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (luo_flb_link(fh, flb) && was_linked(kept, fh->compatible))
			return false;
	}
	return true;
}

static void found(struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct kept_flb *kept = lfb__checking(luo->kernel) ? find_kept(luo, flb) : NULL;
	const struct module *owner = flb->ops->owner;

	if (!kept)
		return;
	/* What is built in now may have been a module, and the other way round. */
	if (kept->owner[0] && owner && owner->name && strncmp(kept->owner, owner->name,
							      NAME_SIZE - 1))
		lfb__find(luo->kernel, LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE,
			  luo_flb_name(flb).text, "module %.47s handed it over, and "
			  "this one is module %.47s's", kept->owner, owner->name);
	else if (has_other_handlers(luo, flb, kept))
		lfb__find(luo->kernel, LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE,
			  luo_flb_name(flb).text, "files of handler %.47s needed it; it is linked "
			  "to other handlers now", kept->handler[0]);
}

const struct luo_watch_flb luo_contract_flb = {
	.warned = warned,
	.page_left = page_left,
	.count_serialized = count_serialized,
	.all_serialized = all_serialized,
	.page_followed = page_followed,
	.trusted = trusted,
	.found = found,
	.to_retrieve = to_retrieve,
};
