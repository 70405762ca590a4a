// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The registry: the locks and module references around handlers and FLBs, and who is asked. */
#include "lib/registry.h"

#include <string.h>

#include "lib/callback.h"
#include "lib/orchestrator.h"

void luo_registry(struct luo *luo, void (*op)(struct rw_semaphore *lock))
{
	if (!luo_quirk(luo, LUO_QUIRK_REGISTRY_UNLOCKED))
		op(&luo->register_lock);
}

bool luo_registry_moved(struct luo *luo, unsigned long changes, const char *walker)
{
	if (likely(luo->register_changes == changes))
		return false;
	luo->watch->registry->moved(luo, walker);
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

void luo_follow(struct luo *luo, const struct liveupdate_file_handler *fh,
		const struct liveupdate_flb *flb, const char *why)
{
	luo->watch->registry->nowhere(luo, fh, flb, why, luo->profile->trusts_callers);
}

struct liveupdate_file_handler *luo_handler_for(struct luo *luo, struct file *file)
{
	unsigned long changes = luo->register_changes;
	struct liveupdate_file_handler *fh;

	lfb__module_comes(luo->kernel);
	list_for_each_entry(fh, &luo->handlers, private.list) {
		lfb__sched_point(luo->kernel, "can_preserve", fh->compatible);
		if (luo_call_can_preserve(luo, fh, file)) {
			if (lfb__checking(luo->kernel))
				luo->watch->registry->handler_found(luo, fh, file,
								    luo_call_can_preserve);
			return fh;
		}
		if (luo_registry_moved(luo, changes, "handlers"))
			return NULL;
	}
	return NULL;
}

/* Modules */

int luo_registration_pins(const struct luo *luo, const struct module *module)
{
	const struct liveupdate_file_handler *fh;
	const struct liveupdate_flb *flb;
	int pins = 0;

	if (!luo_quirk(luo, LUO_QUIRK_MODULE_PINNED_FROM_REGISTRATION))
		return 0;
	list_for_each_entry(fh, &luo->handlers, private.list)
		pins += fh->ops->owner == module;
	list_for_each_entry(flb, &luo->flbs, private.list)
		pins += flb->ops->owner == module;
	return pins;
}

static bool is_of(const struct lfb_module *module, const void *object, const struct module *owner)
{
	return owner == module->module ||
	       (uintptr_t)object - (uintptr_t)module->data < module->data_size;
}

void luo_module_is_gone(struct lfb_kernel *kernel, const struct lfb_module *module, bool loaded)
{
	const char *name = module->module->name;
	struct liveupdate_file_handler *fh;
	struct liveupdate_flb *flb;
	struct luo *luo = kernel->luo;

	if (kernel->elsewhere)
		kernel->elsewhere->module_is_gone(kernel->elsewhere, module, loaded);
	if (!luo)
		return;
	list_for_each_entry(fh, &luo->handlers, private.list) {
		if (!is_of(module, fh, fh->ops->owner))
			continue;
		fh->private.gone = loaded || fh->ops->owner;
		luo->watch->registry->left_registered(luo, name, "file handler", fh->compatible);
	}
	list_for_each_entry(flb, &luo->flbs, private.list) {
		if (!is_of(module, flb, flb->ops->owner))
			continue;
		flb->private.gone = loaded || flb->ops->owner;
		luo->watch->registry->left_registered(luo, name, "FLB", flb->compatible);
	}
}
