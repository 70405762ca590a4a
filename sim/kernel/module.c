/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * References that keep a module loaded.
 */
#include "sim/kernel/kernel.h"

bool try_module_get(struct module *module)
{
	struct lfb_kernel *kernel = lfb_current;

	if (!module)
		return true;
	if (module->state == MODULE_STATE_GOING)
		return false;
	if (kernel && lfb_fault(kernel, LFB_FAULT_MODULE, __func__))
		return false;
	module->refcnt++;
	if (kernel)
		lfb_trace(kernel, LFB_EVENT_MODULE, module->name, "get", "refcnt %d",
			  module->refcnt);
	return true;
}

void module_put(struct module *module)
{
	struct lfb_kernel *kernel = lfb_current;

	if (!module)
		return;
	if (module->refcnt <= 0) {
		lfb_warn(__func__, "%s has no reference left to put", module->name);
		return;
	}
	module->refcnt--;
	if (kernel)
		lfb_trace(kernel, LFB_EVENT_MODULE, module->name, "put", "refcnt %d",
			  module->refcnt);
}

int module_refcount(const struct module *module)
{
	return module ? module->refcnt : 0;
}
