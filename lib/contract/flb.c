// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * FLBs across the update: is what the next kernel has under a compatible string the same, and are
 * the counts what the files make them?
 */
#include <string.h>

#include "lib/contract/contract.h"

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

void luo_contract_flbs_serialized(struct luo *luo)
{
	struct lfb_kept *kept = &luo->kernel->kept;
	const struct liveupdate_flb *flb;
	struct kept_flb *room;

	if (!lfb__checking(luo->kernel))
		return;
	kept->flbs.count = 0;
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

void luo_contract_flb_found(struct luo *luo, const struct liveupdate_flb *flb)
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

s64 luo_contract_users(const struct luo *luo, const struct liveupdate_file_handler *fh)
{
	const struct luo_flb_link *link;
	s64 users = 0;

	if (!lfb__checking(luo->kernel))
		return 0;
	list_for_each_entry(link, &fh->private.flb_list, list)
		users += link->flb->private.outgoing.count;
	return users;
}

void luo_contract_file_not_preserved(struct luo *luo, const struct liveupdate_file_handler *fh,
				     s64 before)
{
	const struct luo_flb_link *link;
	s64 now = luo_contract_users(luo, fh);

	/* Another task may have come in between where tasks take turns. */
	if (likely(now <= before) || luo->kernel->sched.hook)
		return;
	list_for_each_entry(link, &fh->private.flb_list, list)
		lfb__find(luo->kernel, LFB_FINDING_FLB_COUNT_LEAKED, luo_flb_name(link->flb).text,
			  "a file of handler %.47s was not preserved; %lld files need it all the "
			  "same", fh->compatible, link->flb->private.outgoing.count);
}

void luo_contract_flb_linked(struct luo *luo, const struct liveupdate_file_handler *fh,
			     const struct liveupdate_flb *flb)
{
	const struct liveupdate_session *session;
	const struct luo_file *luo_file;

	if (!lfb__checking(luo->kernel))
		return;
	list_for_each_entry(session, &luo->outgoing.list, list) {
		list_for_each_entry(luo_file, &session->files, list) {
			if (luo_file->handler != fh)
				continue;
			lfb__find(luo->kernel, LFB_FINDING_FLB_LINKED_WHILE_PRESERVED,
				  luo_flb_name(flb).text, "it was linked to handler "
				  "%.47s, which has files preserved without it: it is dropped for "
				  "them all the same when they go", fh->compatible);
			return;
		}
	}
}
