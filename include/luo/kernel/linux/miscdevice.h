/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* STUB: a device as a driver describes it; who runs a kernel's tree defines misc_register(). */
#ifndef LUO_LINUX_MISCDEVICE_H
#define LUO_LINUX_MISCDEVICE_H

#include <luo/kernel/linux/fs.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/module.h>
#include <luo/kernel/linux/types.h>

#define MISC_DYNAMIC_MINOR 255

/**
 * struct miscdevice - a character device under /dev
 * @minor: its number, or MISC_DYNAMIC_MINOR
 * @name: under /dev
 * @fops: what opening and calling it does; open() finds the device in its file's private_data
 */
struct miscdevice {
	int minor;
	const char *name;
	const struct file_operations *fops;
};

/** misc_register() - from here on it can be opened. Return: 0, or a negative errno. */
LFB_EXTERN_C int misc_register(struct miscdevice *misc);

#endif
