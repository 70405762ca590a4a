/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a module has one init function, init_module(); early and late ones are put on lists. */
#ifndef LUO_LINUX_INIT_H
#define LUO_LINUX_INIT_H

/* It has a member of this name. */
#include <stdlib.h>
#include <luo/kernel/linux/types.h>

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

/*
 * As on a kernel, init_module() and cleanup_module() are a module's functions for whoever loads
 * it: they go into its struct lfb_module. Where several modules are linked together, each is
 * compiled with names of its own: -Dinit_module=NAME_init -Dcleanup_module=NAME_exit.
 */
#define module_init(function) int init_module(void) __attribute__((alias(#function)))
#define module_exit(function) void cleanup_module(void) __attribute__((alias(#function)))
#define subsys_initcall(function) module_init(function)
#define device_initcall(function) module_init(function)

/** typedef initcall_t - what is called at boot. Return: 0 or a negative errno, which is noted. */
typedef int (*initcall_t)(void);

/** struct lfb_early_param - who is told about a parameter of the kernel's command line. */
struct lfb_early_param {
	const char *name;
	int (*setup)(char *value);
};

/*
 * Of built-in code, for whoever boots it: the linker gathers them between __start_NAME and
 * __stop_NAME, in the order of the sources if compilers keep that (gcc: -fno-toplevel-reorder).
 */
#define LFB_AT_BOOT_(list) __attribute__((__used__, __section__("lfb_" #list)))
#define early_initcall(function)                                                                   \
	static const initcall_t LFB_AT_BOOT_(early_initcalls) lfb_early_##function = function
#define late_initcall(function)                                                                    \
	static const initcall_t LFB_AT_BOOT_(late_initcalls) lfb_late_##function = function
#define early_param(parameter, function)                                                           \
	static const struct lfb_early_param LFB_AT_BOOT_(early_params) lfb_param_##function = {    \
		parameter, function                                                                \
	}

#endif
