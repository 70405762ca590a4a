/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: THIS_MODULE is an object the code that loads the module defines. */
#ifndef LUO_LINUX_MODULE_H
#define LUO_LINUX_MODULE_H

#include <luo/kernel/linux/bitmap.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/errno.h>
#include <luo/kernel/linux/export.h>
#include <luo/kernel/linux/init.h>
#include <luo/kernel/linux/kobject.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/moduleparam.h>
#include <luo/kernel/linux/printk.h>
#include <luo/kernel/linux/stringify.h>
#include <luo/module.h>

/* Whoever builds says what the module is called: -DKBUILD_MODNAME='"NAME"'. */
#ifndef KBUILD_MODNAME
#define KBUILD_MODNAME "module"
#endif

#define MODULE_LICENSE(text) LFB_NOTHING_
#define MODULE_AUTHOR(text) LFB_NOTHING_
#define MODULE_DESCRIPTION(text) LFB_NOTHING_
#define MODULE_VERSION(text) LFB_NOTHING_
#define MODULE_ALIAS(text) LFB_NOTHING_
#define MODULE_ALIAS_MISCDEV(minor) LFB_NOTHING_
#define MODULE_DEVICE_TABLE(type, name) LFB_NOTHING_
#define MODULE_FIRMWARE(name) LFB_NOTHING_
#define MODULE_SOFTDEP(text) LFB_NOTHING_
#define MODULE_IMPORT_NS(name) LFB_NOTHING_
#define MODULE_INFO(tag, text) LFB_NOTHING_

/** __module_get() - try_module_get() of a module that somebody holds already. */
static inline void __module_get(struct module *module)
{
	WARN_ON(!try_module_get(module));
}

static inline const char *module_name(struct module *module)
{
	return module ? module->name : "kernel";
}

#endif
