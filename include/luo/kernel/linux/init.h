/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: one init function a module, under the name init_module(); sections mean nothing. */
#ifndef LUO_LINUX_INIT_H
#define LUO_LINUX_INIT_H

#define __init
#define __exit
#define __initdata

/*
 * As on a kernel, init_module() and cleanup_module() are a module's functions for whoever loads
 * it: they go into its struct lfb_module. Where several modules are linked together, each is
 * compiled with names of its own: -Dinit_module=NAME_init -Dcleanup_module=NAME_exit.
 */
#define module_init(function) int init_module(void) __attribute__((alias(#function)))
#define module_exit(function) void cleanup_module(void) __attribute__((alias(#function)))
#define subsys_initcall(function) module_init(function)
#define device_initcall(function) module_init(function)

#endif
