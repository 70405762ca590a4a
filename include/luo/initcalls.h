/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Boots code that is built in: what early_param(), early_initcall() and their like of
 * <linux/init.h> left in the program this is compiled into, in the kernel's order.
 */
#ifndef LUO_INITCALLS_H
#define LUO_INITCALLS_H

#include <string.h>

#include <luo/kernel/linux/init.h>

#define LFB_GATHERED_(type, list)                                                                  \
	__attribute__((__weak__, __visibility__("hidden"))) extern const type __start_lfb_##list[];\
	__attribute__((__weak__, __visibility__("hidden"))) extern const type __stop_lfb_##list[]
LFB_GATHERED_(initcall_t, early_initcalls);
LFB_GATHERED_(initcall_t, pure_initcalls);
LFB_GATHERED_(initcall_t, core_initcalls);
LFB_GATHERED_(initcall_t, postcore_initcalls);
LFB_GATHERED_(initcall_t, arch_initcalls);
LFB_GATHERED_(initcall_t, subsys_initcalls);
LFB_GATHERED_(initcall_t, fs_initcalls);
LFB_GATHERED_(initcall_t, rootfs_initcalls);
LFB_GATHERED_(initcall_t, device_initcalls);
LFB_GATHERED_(initcall_t, late_initcalls);
LFB_GATHERED_(struct lfb_early_param, early_params);

/** lfb_tell_early_params() - tells all who asked for the parameter @name; @value may be NULL. */
static inline void lfb_tell_early_params(const char *name, char *value)
{
	for (const struct lfb_early_param *at = __start_lfb_early_params;
	     at != __stop_lfb_early_params; at++) {
		if (!strcmp(at->name, name))
			at->setup(value);
	}
}

/**
 * lfb_initcalls() - call all, level by level, in the order they were linked in
 *
 * Return: 0, or the first errno that one of them returned; the others are called all the same.
 */
static inline int lfb_initcalls(void)
{
	const struct {
		const initcall_t *begin, *end;
	} levels[] = {
		{ __start_lfb_early_initcalls, __stop_lfb_early_initcalls },
		{ __start_lfb_pure_initcalls, __stop_lfb_pure_initcalls },
		{ __start_lfb_core_initcalls, __stop_lfb_core_initcalls },
		{ __start_lfb_postcore_initcalls, __stop_lfb_postcore_initcalls },
		{ __start_lfb_arch_initcalls, __stop_lfb_arch_initcalls },
		{ __start_lfb_subsys_initcalls, __stop_lfb_subsys_initcalls },
		{ __start_lfb_fs_initcalls, __stop_lfb_fs_initcalls },
		{ __start_lfb_rootfs_initcalls, __stop_lfb_rootfs_initcalls },
		{ __start_lfb_device_initcalls, __stop_lfb_device_initcalls },
		{ __start_lfb_late_initcalls, __stop_lfb_late_initcalls },
	};
	int result = 0;

	for (size_t level = 0; level < sizeof(levels) / sizeof(levels[0]); level++) {
		for (const initcall_t *at = levels[level].begin; at != levels[level].end; at++) {
			const int err = (*at)();

			result = result ? result : err;
		}
	}
	return result;
}

#endif
