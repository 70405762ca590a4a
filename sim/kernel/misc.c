// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Devices under /dev: who has registered them, and how they are opened. */
#include <string.h>

#include "sim/kernel/kernel.h"

/* Where it is on the list; its length: nowhere. */
static size_t find_device(const struct lfb_kernel *kernel, const char *name)
{
	struct miscdevice *const *devices = kernel->devices.items;
	size_t i = 0;

	while (i < kernel->devices.count && strcmp(devices[i]->name, name))
		i++;
	return i;
}

int misc_register(struct miscdevice *misc)
{
	struct lfb_kernel *kernel = lfb__current;
	struct miscdevice **place;

	if (!kernel)
		lfb__not_entered(__func__);
	if (!kernel || !misc || !misc->name || !misc->fops)
		return -EINVAL;
	if (find_device(kernel, misc->name) < kernel->devices.count)
		return -EEXIST;
	place = lfb__list_add(&kernel->devices, sizeof(misc));
	if (!place)
		return -ENOMEM;
	*place = misc;
	return 0;
}

void misc_deregister(struct miscdevice *misc)
{
	struct lfb_kernel *kernel = lfb__current;
	struct miscdevice **devices;
	size_t at;

	if (!kernel || !misc || !misc->name)
		return;
	at = find_device(kernel, misc->name);
	devices = kernel->devices.items;
	if (at == kernel->devices.count || devices[at] != misc)
		return;
	kernel->devices.count--;
	memmove(devices + at, devices + at + 1,
		(kernel->devices.count - at) * sizeof(struct miscdevice *));
}

/* A file whose driver has refused it is not released by that. */
static void drop(struct file *file)
{
	static const struct file_operations nobodys;
	struct module *owner = file->f_op->owner;

	file->f_op = &nobodys;
	fput(file);
	lfb__module_unpin(owner);
}

struct file *lfb__device_open(struct lfb_kernel *kernel, const char *name)
{
	const size_t at = find_device(kernel, name);
	struct miscdevice *device;
	struct file *file;
	int err;

	if (at == kernel->devices.count)
		return ERR_PTR(-ENOENT);
	device = ((struct miscdevice **)kernel->devices.items)[at];
	lfb__elsewhere_begin(kernel);
	file = anon_inode_getfile(device->name, device->fops, device, 0);
	err = IS_ERR(file) || !device->fops->open ? 0 :
						    device->fops->open(file->f_inode, file);
	lfb__elsewhere_end(kernel);
	if (!err)
		return file;
	drop(file);
	return ERR_PTR(err);
}
