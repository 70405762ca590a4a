/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Included before each source of a kernel tree. References that the orchestrator takes are told
 * from those of modules.
 */
#ifndef LUO_TREE_KERNEL_H
#define LUO_TREE_KERNEL_H

#include <luo/kernel/linux/module.h>

bool lfb_tree_module_get(struct module *module) __attribute__((visibility("hidden")));
void lfb_tree_module_put(struct module *module) __attribute__((visibility("hidden")));

#define try_module_get(module) lfb_tree_module_get(module)
#define module_put(module) lfb_tree_module_put(module)

#endif
