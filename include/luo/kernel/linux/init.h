/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a module has one init function, init_module(); early and late ones are put on lists. */
#ifndef LUO_LINUX_INIT_H
#define LUO_LINUX_INIT_H

/* It has a member of this name. */
#include <stdlib.h>
#include <luo/kernel/linux/types.h>
#include <luo/module.h>

/* With several modules in one program: -D__this_module=NAME_this_module for each. */
#ifndef THIS_MODULE
extern struct module __this_module;
#define THIS_MODULE (&__this_module)
#endif

#define __init
#define __exit
#define __initdata
#define __initconst
#define __exitdata
#define __exitconst
#define __ref
#define __refdata
#define __refconst
#define __meminit

/** typedef initcall_t - what is called at boot. Return: 0 or a negative errno, which is noted. */
typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

/** struct lfb_early_param - who is told about a parameter of the kernel's command line. */
struct lfb_early_param {
	const char *name;
	int (*setup)(char *value);
};

/*
 * As on a kernel, init_module() and cleanup_module() are a module's functions for whoever loads
 * it: they go into its struct lfb_module. Where several modules are linked together, each is
 * compiled with names of its own: -Dinit_module=NAME_init -Dcleanup_module=NAME_exit.
 */
#define LFB_MODULE_INIT_(function) int init_module(void) __attribute__((alias(#function)));

/*
 * Of built-in code, for whoever boots it (luo/initcalls.h): the linker gathers them between
 * __start_NAME and __stop_NAME, in the order of the sources if compilers keep that (gcc:
 * -fno-toplevel-reorder).
 */
#define LFB_AT_BOOT_(list) __attribute__((__used__, __section__("lfb_" #list)))
#ifdef MODULE
/* A module has one, whatever its name says. */
#define LFB_INITCALL_(level, function) LFB_MODULE_INIT_(function)
#else
#define LFB_INITCALL_(level, function)                                                             \
	static const initcall_t LFB_AT_BOOT_(level##_initcalls)                                    \
		lfb_##level##_##function = function;
#endif
#define early_initcall(function) LFB_INITCALL_(early, function)
#define pure_initcall(function) LFB_INITCALL_(pure, function)
#define core_initcall(function) LFB_INITCALL_(core, function)
#define postcore_initcall(function) LFB_INITCALL_(postcore, function)
#define arch_initcall(function) LFB_INITCALL_(arch, function)
#define fs_initcall(function) LFB_INITCALL_(fs, function)
#define rootfs_initcall(function) LFB_INITCALL_(rootfs, function)
#define late_initcall(function) LFB_INITCALL_(late, function)
#define late_initcall_sync(function) LFB_INITCALL_(late, function)

/* With -DLFB_BUILTIN these are initcalls too; else a source of its own is a module. */
#ifdef LFB_BUILTIN
#define subsys_initcall(function) LFB_INITCALL_(subsys, function)
#define device_initcall(function) LFB_INITCALL_(device, function)
#define module_init(function) device_initcall(function)
#define module_exit(function)                                                                      \
	static const exitcall_t lfb_exit_##function __attribute__((__unused__)) = function;
#else
#define module_init(function) LFB_MODULE_INIT_(function)
#define module_exit(function) void cleanup_module(void) __attribute__((alias(#function)));
#define subsys_initcall(function) module_init(function)
#define device_initcall(function) module_init(function)
#endif

#define early_param(parameter, function)                                                           \
	static const struct lfb_early_param LFB_AT_BOOT_(early_params) lfb_param_##function = {    \
		parameter, function                                                                \
	};

#endif
