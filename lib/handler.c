// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* File handlers come and go. */
#include "lib/flb.h"
#include "lib/registry.h"

static bool ops_complete(const struct liveupdate_file_ops *ops)
{
	return ops && ops->can_preserve && ops->preserve && ops->unpreserve && ops->retrieve &&
	       ops->finish;
}

/* Called with the registry locked. */
static int list_handler(struct luo *luo, struct liveupdate_file_handler *fh)
{
	int err;

	if (luo_handler_by_compatible(luo, fh->compatible))
		return lfb__fail(luo->kernel, -EEXIST, "file handler %.47s is registered already",
				 fh->compatible);
	err = luo_pin_registered(luo, fh->ops->owner);
	if (err)
		return err;
	INIT_LIST_HEAD(&fh->private.flb_list);
	list_add_tail(&fh->private.list, &luo->handlers);
	luo->register_changes++;
	fh->private.registered = true;
	fh->private.gone = false;
	fh->private.lfb_boot = luo->kernel->boot_number + 1;
	return 0;
}

static int register_file_handler(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_file_handler *fh = args->fh;
	int err;

	if (!fh || !fh->ops)
		luo_follow(luo, fh, NULL, fh ? "it has no ops" : "no file handler");
	if (!fh || !ops_complete(fh->ops))
		return lfb__fail(luo->kernel, -EINVAL,
				 "file handler%s%.47s lacks one of can_preserve, preserve, "
				 "unpreserve, retrieve, finish", fh ? " " : "",
				 fh ? fh->compatible : "");
	err = luo_check_compatible(luo, false, fh->compatible);
	if (!err)
		err = luo_register_allowed(luo, "register a file handler");
	if (err)
		return err;
	luo_on_to_register(luo, "file", fh->compatible, fh->private.lfb_boot);
	luo_registry(luo, down_write);
	err = list_handler(luo, fh);
	luo_registry(luo, up_write);
	if (err)
		return err;
	lfb__event(luo->kernel, HANDLER_REGISTERED, .handler = fh->compatible);
	return 0;
}

int liveupdate_register_file_handler(struct liveupdate_file_handler *fh)
{
	return luo_enter(register_file_handler,
			 &(struct luo_args){ .which = LUO_REGISTER_FILE_HANDLER,
					     .function = __func__, .fh = fh });
}

/* Called with the registry locked; somebody else may have unregistered it until then. */
static int unlist_handler(struct luo *luo, struct liveupdate_file_handler *fh)
{
	int err;

	if (!fh->private.registered)
		return lfb__fail(luo->kernel, -EINVAL, "the file handler is not registered");
	err = luo_flb_unlink_all(luo, fh);
	if (err)
		return err;
	list_del_init(&fh->private.list);
	luo->register_changes++;
	fh->private.registered = false;
	fh->private.lfb_boot = 0;
	return 0;
}

static int unregister_file_handler(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_file_handler *fh = args->fh;
	int err;

	if (!luo->profile->has_unregister)
		return luo_not_here(luo, args->function);
	if (!fh || !fh->private.registered)
		luo_follow(luo, fh, NULL, !fh ? "no file handler" : fh->private.list.next ?
			   "it is unregistered already" : "it was never registered");
	if (!fh || !fh->private.registered)
		return lfb__fail(luo->kernel, -EINVAL, "the file handler is not registered");
	err = luo_register_allowed(luo, "unregister a file handler");
	if (err)
		return err;
	if (!luo->profile->unregister_unlinks && !list_empty(&fh->private.flb_list))
		return lfb__fail(luo->kernel, -EBUSY, "file handler %.47s has FLBs linked to it",
				 fh->compatible);
	luo_registry(luo, down_write);
	err = unlist_handler(luo, fh);
	luo_registry(luo, up_write);
	if (err)
		return err;
	luo_unpin_registered(luo, fh->ops->owner);
	lfb__event(luo->kernel, HANDLER_UNREGISTERED, .handler = fh->compatible);
	return 0;
}

int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)
{
	return luo_enter(unregister_file_handler,
			 &(struct luo_args){ .which = LUO_UNREGISTER_FILE_HANDLER,
					     .function = __func__, .fh = fh });
}
