/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* STUB: attributes are described; no files appear. sysfs_emit() is the same. */
#ifndef LUO_LINUX_SYSFS_H
#define LUO_LINUX_SYSFS_H

#include <stdarg.h>
#include <luo/kernel/linux/errno.h>
#include <luo/kernel/linux/sprintf.h>
#include <luo/kernel/linux/types.h>

struct kobject;

struct attribute {
	const char *name;
	umode_t mode;
};

struct attribute_group {
	const char *name;
	struct attribute **attrs;
};

struct sysfs_ops {
	ssize_t (*show)(struct kobject *kobj, struct attribute *attr, char *buf);
	ssize_t (*store)(struct kobject *kobj, struct attribute *attr, const char *buf,
			 size_t count);
};

#define __ATTR(file, file_mode, show_it, store_it) { { #file, file_mode }, show_it, store_it }
#define __ATTR_RO(file) __ATTR(file, 0444, file##_show, NULL)
#define __ATTR_RW(file) __ATTR(file, 0644, file##_show, file##_store)
#define __ATTR_WO(file) __ATTR(file, 0200, NULL, file##_store)
#define ATTRIBUTE_GROUPS(name)                                                                     \
	static const struct attribute_group name##_group = { NULL, name##_attrs };                 \
	static const struct attribute_group *name##_groups[] __used = { &name##_group, NULL }

/** sysfs_emit() - into the page that show() was given. Return: the length. */
LFB_PRINTF(2, 3)
static inline int sysfs_emit(char *buf, const char *format, ...)
{
	va_list args;
	int length;

	va_start(args, format);
	length = vscnprintf(buf, PAGE_SIZE, format, args);
	va_end(args);
	return length;
}

LFB_PRINTF(3, 4)
static inline int sysfs_emit_at(char *buf, int at, const char *format, ...)
{
	va_list args;
	int length;

	if (at < 0 || at >= (int)PAGE_SIZE)
		return 0;
	va_start(args, format);
	length = vscnprintf(buf + at, PAGE_SIZE - (size_t)at, format, args);
	va_end(args);
	return length;
}

static inline int sysfs_create_group(struct kobject *kobj, const struct attribute_group *group)
{
	return kobj && group ? 0 : -EINVAL;
}

static inline void sysfs_remove_group(struct kobject *kobj, const struct attribute_group *group)
{
	(void)kobj;
	(void)group;
}

static inline int sysfs_create_file(struct kobject *kobj, const struct attribute *attr)
{
	return kobj && attr ? 0 : -EINVAL;
}

static inline void sysfs_remove_file(struct kobject *kobj, const struct attribute *attr)
{
	(void)kobj;
	(void)attr;
}

#endif
