// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Which FLBs there are, and which handlers need them. */
#include <string.h>

#include "lib/codec/codec.h"
#include "lib/flb.h"
#include "lib/registry.h"

static void set_up(struct liveupdate_flb *flb)
{
	INIT_LIST_HEAD(&flb->private.list);
	memset(&flb->private.outgoing, 0, sizeof(flb->private.outgoing));
	memset(&flb->private.incoming, 0, sizeof(flb->private.incoming));
	lfb_lock_init(&flb->private.outgoing.lock.lock, "flb->outgoing.lock");
	lfb_lock_init(&flb->private.incoming.lock.lock, "flb->incoming.lock");
	luo_on_flb_made(flb);
	flb->private.users = 0;
	flb->private.lfb_boot = 0;
	flb->private.initialized = true;
}

static bool is_listed(const struct luo *luo, const struct liveupdate_flb *flb)
{
	const struct liveupdate_flb *other;

	list_for_each_entry(other, &luo->flbs, private.list) {
		if (other == flb)
			return true;
	}
	return false;
}

static int init_flb(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb *flb = args->flb;

	if (!luo->profile->has_init_flb)
		return luo_not_here(luo, args->function);
	if (!flb)
		return lfb__fail(luo->kernel, -EINVAL, "liveupdate_init_flb: no FLB");
	/* The posted patch allocates the private part here. */
	if (lfb__fault(luo->kernel, LFB_FAULT_ALLOC, "liveupdate_init_flb"))
		return -ENOMEM;
	if (is_listed(luo, flb))
		luo->watch->registry->set_up_again(luo, flb, "initialized");
	else
		set_up(flb);
	return 0;
}

int liveupdate_init_flb(struct liveupdate_flb *flb)
{
	return luo_enter(init_flb, &(struct luo_args){ .function = __func__, .flb = flb });
}

static bool ops_complete(const struct liveupdate_flb_ops *ops)
{
	return ops && ops->preserve && ops->unpreserve && ops->retrieve && ops->finish;
}

/* The check asks for a list that is initialized and empty. */
static int check_handler(struct luo *luo, struct liveupdate_file_handler *fh,
			 struct liveupdate_flb *flb)
{
	const bool was = fh->private.list.next;
	const bool passes = luo_quirk(luo, was ? LUO_QUIRK_FLB_LINK_UNREGISTERED_HANDLER :
					   LUO_QUIRK_FLB_REGISTER_UNCHECKED_HANDLER);

	if (passes)
		return 0;
	luo->watch->registry->handler_unregistered(luo, fh, flb, false, false);
	return lfb__fail(luo->kernel, -EINVAL, "file handler %.47s is not registered",
			 fh->compatible);
}

/* Called with the registry locked: the handler may have gone since it was looked at. */
static int check_listed(struct luo *luo, struct liveupdate_file_handler *fh,
			struct liveupdate_flb *flb)
{
	int err;

	if (fh->private.registered)
		return 0;
	err = check_handler(luo, fh, flb);
	/* It passed: here its list is walked, which is NULL of one that never was. */
	if (!err)
		luo->watch->registry->handler_unregistered(luo, fh, flb, true,
							   !fh->private.list.next);
	return err;
}

static int check_arguments(struct luo *luo, struct liveupdate_file_handler *fh,
			   struct liveupdate_flb *flb)
{
	if (!flb || !flb->ops || (!fh && ops_complete(flb->ops)))
		luo_follow(luo, fh, flb, !flb ? "no FLB" : flb->ops ? "no file handler" :
							   "it has no ops");
	if (WARN_ON(!fh || !flb))
		return lfb__fail(luo->kernel, -EINVAL, "liveupdate_register_flb: no %s",
				 fh ? "FLB" : "file handler");
	if (WARN_ON(!ops_complete(flb->ops)))
		return lfb__fail(luo->kernel, -EINVAL, "FLB %.47s lacks one of preserve, "
				 "unpreserve, retrieve, finish", flb->compatible);
	if (luo->profile->has_init_flb && WARN_ON(!flb->private.initialized))
		return lfb__fail(luo->kernel, -EINVAL, "FLB %.47s: liveupdate_init_flb() first",
				 flb->compatible);
	if (luo_check_compatible(luo, true, flb->compatible))
		return -EINVAL;
	return fh->private.registered ? 0 : check_handler(luo, fh, flb);
}

/* Not linked to the global list: this is the FLB's first handler. */
static int list_globally(struct luo *luo, struct liveupdate_flb *flb)
{
	int err;

	if (luo->flb_count == LUO_FLB_MAX)
		return lfb__fail(luo->kernel, -ENOSPC, "FLB %.47s: there are %lu FLBs already",
				 flb->compatible, luo->flb_count);
	if (luo_flb_by_compatible(luo, flb->compatible))
		return lfb__fail(luo->kernel, -EEXIST, "another FLB is registered as %.47s",
				 flb->compatible);
	err = luo_pin_registered(luo, flb->ops->owner);
	if (err)
		return lfb__fail(luo->kernel, err, "FLB %.47s: its module is going away",
				 flb->compatible);
	list_add_tail(&flb->private.list, &luo->flbs);
	flb->private.gone = false;
	luo->flb_count++;
	LFB_ASSERT(luo->flb_count <= LUO_FLB_MAX);
	return 0;
}

/*
 * Later kernels than the posted patch set an FLB up on its first use. With the shipped defect
 * nothing keeps a second thread from doing the same in between.
 */
void luo_flb_init_lazily(struct luo *luo, struct liveupdate_flb *flb)
{
	if (flb->private.initialized)
		return;
	if (luo_quirk(luo, LUO_QUIRK_FLB_LAZY_INIT_RACE)) {
		lfb__sched_point(luo->kernel, "flb-lazy-init", flb->compatible);
		if (flb->private.initialized) {
			luo->watch->registry->set_up_again(luo, flb, "set up");
			return;
		}
	}
	set_up(flb);
}

static int register_flb(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_file_handler *fh = args->fh;
	struct liveupdate_flb *flb = args->flb;
	struct luo_flb_link *link;
	int err = check_arguments(luo, fh, flb);

	if (!err)
		err = luo_register_allowed(luo, "register an FLB");
	if (err)
		return err;
	luo_flb_init_lazily(luo, flb);
	luo_on_to_register(luo, "flb", flb->compatible, flb->private.lfb_boot);
	link = lfb__kzalloc(sizeof(*link));
	if (!link)
		return lfb__fail(luo->kernel, -ENOMEM, "FLB %.47s: no memory", flb->compatible);
	luo_registry(luo, down_write);
	err = check_listed(luo, fh, flb);
	if (!err && luo_flb_link(fh, flb))
		err = lfb__fail(luo->kernel, -EEXIST, "FLB %.47s is linked to handler %.47s "
				"already", flb->compatible, fh->compatible);
	if (!err && !flb->private.users)
		err = list_globally(luo, flb);
	if (!err) {
		flb->private.users++;
		flb->private.lfb_boot = luo->kernel->boot_number + 1;
		link->flb = flb;
		list_add_tail(&link->list, &fh->private.flb_list);
		link->made = ++luo->register_changes;
		luo->watch->registry->linked(luo, fh, flb);
	}
	luo_registry(luo, up_write);
	if (err)
		kfree(link);
	return err;
}

int liveupdate_register_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb)
{
	return luo_enter(register_flb,
			 &(struct luo_args){ .which = LUO_REGISTER_FLB,
					     .function = __func__, .fh = fh, .flb = flb });
}

static void unlink_flb(struct luo *luo, struct luo_flb_link *link)
{
	struct liveupdate_flb *flb = link->flb;

	luo->watch->registry->to_unlink(luo, flb);
	list_del(&link->list);
	luo->register_changes++;
	kfree(link);
	if (--flb->private.users)
		return;
	flb->private.lfb_boot = 0;
	list_del_init(&flb->private.list);
	LFB_ASSERT(luo->flb_count > 0);
	luo->flb_count--;
	luo_on_flb_gone(flb);
	luo_unpin_registered(luo, flb->ops->owner);
}

/*
 * An FLB that is preserved, or retrieved, may not go: nobody would hand it over, unpreserve or
 * finish it. The shipped kernel lets it.
 */
static int check_idle(struct luo *luo, const struct liveupdate_flb *flb)
{
	if (luo->profile->register_until != LUO_REGISTER_ALWAYS)
		return 0;
	if (flb->private.outgoing.count > 0 &&
	    !luo_quirk(luo, LUO_QUIRK_FLB_UNREGISTER_WHILE_PRESERVED)) {
		luo->watch->flb->warned(flb, LUO_WARN_PRESERVED);
		return lfb__fail(luo->kernel, -EBUSY, "FLB %.47s is preserved", flb->compatible);
	}
	/* Before there are files, a module that fails to load takes back what it did. */
	if (flb->private.incoming.retrieve_status == 1 && luo->restored &&
	    !luo_quirk(luo, LUO_QUIRK_FLB_INCOMING_UNLINK)) {
		luo->watch->flb->warned(flb, LUO_WARN_RETRIEVED);
		return lfb__fail(luo->kernel, -EBUSY, "FLB %.47s is not finished",
				 flb->compatible);
	}
	return 0;
}

int luo_flb_unlink_all(struct luo *luo, struct liveupdate_file_handler *fh)
{
	struct luo_flb_link *link, *next;
	int err;

	list_for_each_entry(link, &fh->private.flb_list, list) {
		err = check_idle(luo, link->flb);
		if (err)
			return err;
	}
	list_for_each_entry_safe(link, next, &fh->private.flb_list, list)
		unlink_flb(luo, link);
	return 0;
}

/* Called with the registry locked. */
static int unlink_from(struct luo *luo, struct liveupdate_file_handler *fh,
		       struct liveupdate_flb *flb)
{
	/* What was registered once has a list still. */
	struct luo_flb_link *link = fh->private.flb_list.next ? luo_flb_link(fh, flb) : NULL;
	int err;

	if (!link) {
		/* Where unregistering returns nothing, this is all the caller hears. */
		WARN(luo->profile->unregister_unlinks, "FLB %.47s is not linked to handler %.47s",
		     flb->compatible, fh->compatible);
		return lfb__fail(luo->kernel, -ENOENT, "FLB %.47s is not linked to handler %.47s",
				 flb->compatible, fh->compatible);
	}
	err = check_idle(luo, flb);
	if (!err)
		unlink_flb(luo, link);
	return err;
}

static int unregister_flb(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_file_handler *fh = args->fh;
	struct liveupdate_flb *flb = args->flb;
	int err;

	if (!luo->profile->has_unregister)
		return luo_not_here(luo, args->function);
	if (!fh || !flb)
		luo_follow(luo, NULL, flb, fh ? "no FLB" : "no file handler");
	else if (!fh->private.flb_list.next)
		luo_follow(luo, fh, flb, "the handler was never registered");
	if (!fh || !flb)
		return lfb__fail(luo->kernel, -EINVAL, "liveupdate_unregister_flb: no %s",
				 fh ? "FLB" : "file handler");
	err = luo_register_allowed(luo, "unregister an FLB");
	if (err)
		return err;
	luo_registry(luo, down_write);
	err = unlink_from(luo, fh, flb);
	luo_registry(luo, up_write);
	if (err)
		return err;
	lfb__event(luo->kernel, FLB_UNREGISTERED, .flb = flb->compatible,
		   .handler = fh->compatible);
	return 0;
}

int liveupdate_unregister_flb(struct liveupdate_file_handler *fh, struct liveupdate_flb *flb)
{
	return luo_enter(unregister_flb,
			 &(struct luo_args){ .which = LUO_UNREGISTER_FLB,
					     .function = __func__, .fh = fh, .flb = flb });
}
