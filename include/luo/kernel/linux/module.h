/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: THIS_MODULE is an object the code that loads the module defines. */
#ifndef LUO_LINUX_MODULE_H
#define LUO_LINUX_MODULE_H

#include <luo/kernel/linux/init.h>
#include <luo/module.h>

/* With several modules in one program: -D__this_module=NAME_this_module for each. */
#ifndef THIS_MODULE
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#endif

#define LFB_NOTHING_ LFB_STATIC_ASSERT(1, "")
#define MODULE_LICENSE(text) LFB_NOTHING_
#define MODULE_AUTHOR(text) LFB_NOTHING_
#define MODULE_DESCRIPTION(text) LFB_NOTHING_
#define EXPORT_SYMBOL(symbol) LFB_NOTHING_
#define EXPORT_SYMBOL_GPL(symbol) LFB_NOTHING_

#endif
