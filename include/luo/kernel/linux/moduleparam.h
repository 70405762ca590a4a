/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: parameters that whoever loads a module can set by name; no sysfs. */
#ifndef LUO_LINUX_MODULEPARAM_H
#define LUO_LINUX_MODULEPARAM_H

#include <luo/kernel/linux/init.h>
#include <luo/kernel/linux/kstrtox.h>
#include <luo/kernel/linux/types.h>
#include <luo/params.h>

struct kernel_param;

/** struct kernel_param_ops - how a parameter of a type is set and shown. */
struct kernel_param_ops {
	unsigned int flags;
	int (*set)(const char *text, const struct kernel_param *param);
	int (*get)(char *buffer, const struct kernel_param *param);
	void (*free)(void *arg);
};

/** struct kernel_param - what a parameter's functions are told of it. */
struct kernel_param {
	const char *name;
	const struct kernel_param_ops *ops;
	umode_t perm;
	void *arg;
};

#define LFB_PARAM_SET_(type, c_type, read)                                                         \
	static inline int param_set_##type(const char *text, const struct kernel_param *param)     \
	{                                                                                          \
		return text ? read(text, 0, (c_type *)param->arg) : -EINVAL;                       \
	}
LFB_PARAM_SET_(byte, unsigned char, kstrtou8)
LFB_PARAM_SET_(ushort, unsigned short, kstrtou16)
LFB_PARAM_SET_(int, int, kstrtoint)
LFB_PARAM_SET_(uint, unsigned int, kstrtouint)
LFB_PARAM_SET_(long, long, kstrtol)
LFB_PARAM_SET_(ulong, unsigned long, kstrtoul)
LFB_PARAM_SET_(ullong, unsigned long long, kstrtoull)

/** param_set_bool() - a name alone means yes. */
static inline int param_set_bool(const char *text, const struct kernel_param *param)
{
	return kstrtobool(text ? text : "1", (bool *)param->arg);
}

static inline int param_set_charp(const char *text, const struct kernel_param *param)
{
	if (!text)
		return -EINVAL;
	*(const char **)param->arg = text;
	return 0;
}

/* The text's own function, with the parameter it is for. */
#define LFB_PARAM_(name, function, variable, mode)                                                 \
	static int lfb_param_set_##name(const char *text)                                          \
	{                                                                                          \
		const struct kernel_param param = { #name, NULL, mode, &(variable) };              \
                                                                                                   \
		return function(text, &param);                                                     \
	}                                                                                          \
	LFB_MODULE_PARAM(name, lfb_param_set_##name)
/** module_param() - the variable @name can be set, by this name. */
#define module_param(name, type, mode) LFB_PARAM_(name, param_set_##type, name, mode)
#define module_param_named(name, variable, type, mode)                                             \
	LFB_PARAM_(name, param_set_##type, variable, mode)
/** module_param_cb() - a parameter with functions of its own. */
#define module_param_cb(name, param_ops, argument, mode)                                           \
	static int lfb_param_set_##name(const char *text)                                          \
	{                                                                                          \
		const struct kernel_param param = { #name, param_ops, mode, argument };            \
                                                                                                   \
		return (param_ops)->set(text, &param);                                             \
	}                                                                                          \
	LFB_MODULE_PARAM(name, lfb_param_set_##name)
#define core_param(name, variable, type, mode) module_param_named(name, variable, type, mode)
#define MODULE_PARM_DESC(name, text) LFB_STATIC_ASSERT(1, "")

#endif
