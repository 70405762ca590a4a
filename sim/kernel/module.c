// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * References that keep a module loaded: the module's own, and pins, the kernel's for what it uses.
 */
#include "sim/kernel/kernel.h"

static struct lfb_object object_of(const struct module *module)
{
	return lfb__object("module %.64s", module->name);
}

bool lfb__module_pin(struct module *module)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!module)
		return true;
	if (module->state == MODULE_STATE_GOING)
		return false;
	if (kernel && lfb__fault(kernel, LFB_FAULT_MODULE, "try_module_get"))
		return false;
	module->refcnt++;
	module->lfb_pins++;
	if (kernel)
		lfb__event(kernel, MODULE_GET, .module = module->name,
			   .count = (u64)module->refcnt);
	return true;
}

static void drop(struct module *module)
{
	struct lfb_kernel *kernel = lfb__current;

	if (module->refcnt <= 0) {
		lfb__warn_as(LFB_FINDING_MODULE_PUT_TWICE, object_of(module).text, "module_put",
			     "%s has no reference left to put", module->name);
		return;
	}
	module->refcnt--;
	if (kernel)
		lfb__event(kernel, MODULE_PUT, .module = module->name,
			   .count = (u64)module->refcnt);
}

void lfb__module_unpin(struct module *module)
{
	if (!module)
		return;
	if (module->lfb_pins > 0)
		module->lfb_pins--;
	drop(module);
}

bool try_module_get(struct module *module)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!lfb__module_pin(module))
		return false;
	if (!module)
		return true;
	module->lfb_pins--;
	if (kernel && lfb__frame(kernel))
		module->lfb_taken++;
	return true;
}

void module_put(struct module *module)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!module)
		return;
	/* All that are left are the kernel's. */
	if (kernel && module->refcnt > 0 && module->refcnt <= module->lfb_pins)
		lfb__find(kernel, LFB_FINDING_MODULE_PUT_TWICE, object_of(module).text,
			  "%s has %d references, all of them held by the kernel for what it uses",
			  module->name, module->refcnt);
	/* Taken outside of callbacks first, unless a callback gives it back. */
	if (module->lfb_taken > 0 && ((kernel && lfb__frame(kernel)) ||
				      module->refcnt <= module->lfb_pins + module->lfb_taken))
		module->lfb_taken--;
	drop(module);
}

int module_refcount(const struct module *module)
{
	return module ? module->refcnt : 0;
}
