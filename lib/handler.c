// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The registry: file handlers, and the locks and module references around it.
 */
#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"

void luo_registry_read(struct luo *luo)
{
	if (!luo_quirk(luo, LUO_QUIRK_REGISTRY_UNLOCKED))
		down_read(&luo->register_lock);
}

void luo_registry_read_done(struct luo *luo)
{
	if (!luo_quirk(luo, LUO_QUIRK_REGISTRY_UNLOCKED))
		up_read(&luo->register_lock);
}

void luo_registry_write(struct luo *luo)
{
	if (!luo_quirk(luo, LUO_QUIRK_REGISTRY_UNLOCKED))
		down_write(&luo->register_lock);
}

void luo_registry_write_done(struct luo *luo)
{
	if (!luo_quirk(luo, LUO_QUIRK_REGISTRY_UNLOCKED))
		up_write(&luo->register_lock);
}

bool luo_registry_moved(struct luo *luo, unsigned long changes, const char *walker)
{
	if (likely(luo->register_changes == changes))
		return false;
	lfb__unsafe_as(luo->kernel, LFB_FINDING_LOCK_REGISTRY_CHANGED, "lock luo_register_rwlock",
		       "%s: a list of handlers or FLBs changed while it was walked without a lock",
		       walker);
	return true;
}

int luo_pin_registered(struct luo *luo, struct module *owner)
{
	if (!luo_quirk(luo, LUO_QUIRK_MODULE_PINNED_FROM_REGISTRATION))
		return 0;
	return lfb__module_pin(owner) ? 0 : -EAGAIN;
}

void luo_unpin_registered(struct luo *luo, struct module *owner)
{
	if (luo_quirk(luo, LUO_QUIRK_MODULE_PINNED_FROM_REGISTRATION))
		lfb__module_unpin(owner);
}

bool luo_pin_used(struct luo *luo, struct module *owner)
{
	return luo_quirk(luo, LUO_QUIRK_MODULE_PINNED_FROM_REGISTRATION) || lfb__module_pin(owner);
}

void luo_unpin_used(struct luo *luo, struct module *owner)
{
	if (!luo_quirk(luo, LUO_QUIRK_MODULE_PINNED_FROM_REGISTRATION))
		lfb__module_unpin(owner);
}

int luo_register_allowed(struct luo *luo, const char *what)
{
	if (luo->profile->register_until == LUO_REGISTER_ALWAYS)
		return 0;
	if (luo->profile->register_until == LUO_REGISTER_UNTIL_OPENED) {
		if (!WARN(luo->was_opened, "%s after /dev/liveupdate was opened", what))
			return 0;
		return lfb__fail(luo->kernel, -EBUSY, "%s after /dev/liveupdate was opened", what);
	}
	if (!luo_any_session(luo))
		return 0;
	return lfb__fail(luo->kernel, -EBUSY, "%s while sessions exist", what);
}

struct liveupdate_file_handler *luo_handler_by_compatible(struct luo *luo, const char *compatible)
{
	struct liveupdate_file_handler *fh;

	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (!strncmp(fh->compatible, compatible, sizeof(fh->compatible)))
			return fh;
	}
	return NULL;
}

struct liveupdate_file_handler *luo_handler_for(struct luo *luo, struct file *file)
{
	unsigned long changes = luo->register_changes;
	struct liveupdate_file_handler *fh;

	list_for_each_entry(fh, &luo->handlers, private.list) {
		lfb__sched_point(luo->kernel, "can_preserve", fh->compatible);
		if (luo_call_can_preserve(luo, fh, file)) {
			if (lfb__checking(luo->kernel))
				luo_contract_other_handlers(luo, fh, file);
			return fh;
		}
		if (luo_registry_moved(luo, changes, "handlers"))
			return NULL;
	}
	return NULL;
}

static bool ops_complete(const struct liveupdate_file_ops *ops)
{
	return ops && ops->can_preserve && ops->preserve && ops->unpreserve && ops->retrieve &&
	       ops->finish;
}

int luo_check_compatible(struct luo *luo, enum lfb_finding_id id, const char *what,
			 const char *compatible)
{
	char object[64];

	if (strnlen(compatible, LIVEUPDATE_HNDL_COMPAT_LENGTH) < LIVEUPDATE_HNDL_COMPAT_LENGTH)
		return 0;
	snprintf(object, sizeof(object), "%s %.47s", id == LFB_FINDING_FLB_COMPATIBLE ? "flb" :
		 "file", compatible);
	lfb__unsafe_as(luo->kernel, id, object, "the compatible string %.47s… is not terminated "
		       "within %d bytes", compatible, LIVEUPDATE_HNDL_COMPAT_LENGTH);
	return lfb__fail(luo->kernel, -EINVAL, "%s %.47s…: the compatible string is not terminated",
			 what, compatible);
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
	return 0;
}

static long register_file_handler(struct luo *luo, void *a, void *b, void *c)
{
	struct liveupdate_file_handler *fh = a;
	int err;

	(void)b, (void)c;
	if (!fh || !ops_complete(fh->ops))
		return lfb__fail(luo->kernel, -EINVAL,
				 "file handler%s%.47s lacks one of can_preserve, preserve, "
				 "unpreserve, retrieve, finish", fh ? " " : "",
				 fh ? fh->compatible : "");
	err = luo_check_compatible(luo, LFB_FINDING_FILE_COMPATIBLE, "file handler",
				   fh->compatible);
	if (!err)
		err = luo_register_allowed(luo, "register a file handler");
	if (err)
		return err;
	luo_registry_write(luo);
	err = list_handler(luo, fh);
	luo_registry_write_done(luo);
	if (err)
		return err;
	lfb__trace(luo->kernel, LFB_EVENT_LUO, fh->compatible, "register-handler", "%s", "");
	return 0;
}

int liveupdate_register_file_handler(struct liveupdate_file_handler *fh)
{
	return (int)luo_enter(register_file_handler, fh, NULL, NULL);
}

static long unregister_file_handler(struct luo *luo, void *a, void *b, void *c)
{
	struct liveupdate_file_handler *fh = a;
	int err;

	(void)b, (void)c;
	if (!luo->profile->has_unregister)
		return luo_not_here(luo, "liveupdate_unregister_file_handler");
	if (!fh || !fh->private.registered)
		return lfb__fail(luo->kernel, -EINVAL, "the file handler is not registered");
	err = luo_register_allowed(luo, "unregister a file handler");
	if (err)
		return err;
	if (!luo->profile->unregister_unlinks && !list_empty(&fh->private.flb_list))
		return lfb__fail(luo->kernel, -EBUSY, "file handler %.47s has FLBs linked to it",
				 fh->compatible);
	luo_registry_write(luo);
	err = luo_flb_unlink_all(luo, fh);
	if (!err) {
		list_del_init(&fh->private.list);
		luo->register_changes++;
		fh->private.registered = false;
	}
	luo_registry_write_done(luo);
	if (err)
		return err;
	luo_unpin_registered(luo, fh->ops->owner);
	lfb__trace(luo->kernel, LFB_EVENT_LUO, fh->compatible, "unregister-handler", "%s", "");
	return 0;
}

int liveupdate_unregister_file_handler(struct liveupdate_file_handler *fh)
{
	return (int)luo_enter(unregister_file_handler, fh, NULL, NULL);
}
