/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Parameters of modules, as a command line has them: "NAME=VALUE". What module_param() makes of a
 * variable, and who loads a module finds.
 */
#ifndef LUO_PARAMS_H
#define LUO_PARAMS_H

#include <string.h>

#include <luo/types.h>

/**
 * struct lfb_param - a parameter
 * @name: as on the command line
 * @set: gives it a value, NULL: it was named without one. Returns 0 or a negative errno
 */
struct lfb_param {
	const char *name;
	int (*set)(const char *value);
};

/** LFB_MODULE_PARAM() - the parameter @pname of this module; the linker gathers all of them. */
#define LFB_MODULE_PARAM(pname, setter)                                                            \
	static const struct lfb_param lfb_param_of_##pname = { #pname, setter };                   \
	static const struct lfb_param *const lfb_param_at_##pname                                  \
		__attribute__((__used__, __section__("lfb_module_params"))) = &lfb_param_of_##pname

/**
 * lfb_param_set() - set one of a module's parameters
 * @begin: __start_lfb_module_params of the module
 * @end: __stop_lfb_module_params
 * @name: which
 * @value: to what
 *
 * Return: 0; -ENOENT it has none of this name; -EINVAL, -ERANGE the value is none for it.
 */
static inline int lfb_param_set(const struct lfb_param *const *begin,
				const struct lfb_param *const *end, const char *name,
				const char *value)
{
	for (const struct lfb_param *const *at = begin; at < end; at++) {
		if (!strcmp((*at)->name, name))
			return (*at)->set(value);
	}
	return -ENOENT;
}

#endif
