/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Open files, which lie in the kernel's memory, and the agents' descriptors for them, which do not.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kernel.h"

#define FD_FIRST 3u		/* 0 to 2 are the standard streams */
#define FD_LIMIT (1u << 20)
#define FD_TABLE_MIN 64u

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct lfb_kernel *kernel = lfb_current;
	struct file *file;

	(void)flags;
	if (!kernel || !fops)
		return ERR_PTR(-EINVAL);
	if (!try_module_get(fops->owner))
		return ERR_PTR(-ENOENT);
	file = kzalloc(sizeof(*file), GFP_KERNEL);
	if (!file) {
		module_put(fops->owner);
		return ERR_PTR(-ENOMEM);
	}
	file->f_op = fops;
	file->private_data = priv;
	file->f_inode = &file->lfb_inode;
	file->f_count = 1;
	file->f_name = name ? name : "anonymous";
	kernel->files_open++;
	return file;
}

struct file *get_file(struct file *file)
{
	if (!file)
		return NULL;
	if (file->f_count <= 0)
		lfb_warn(__func__, "file %s is closed", file->f_name);
	else
		file->f_count++;
	return file;
}

void fput(struct file *file)
{
	struct lfb_kernel *kernel = lfb_current;
	struct module *owner;

	if (!kernel || !file)
		return;
	if (file->f_count <= 0) {
		lfb_warn(__func__, "file %s is closed", file->f_name);
		return;
	}
	if (--file->f_count > 0)
		return;
	owner = file->f_op->owner;
	if (file->f_op->release)
		file->f_op->release(file->f_inode, file);
	kernel->files_open--;
	kfree(file);
	module_put(owner);
}

long file_count(const struct file *file)
{
	return file ? file->f_count : 0;
}

struct inode *file_inode(const struct file *file)
{
	return file ? file->f_inode : NULL;
}

/*
 * Descriptors
 */

static struct lfb_fd_table *current_fds(void)
{
	struct lfb_kernel *kernel = lfb_current;

	return kernel && kernel->task ? kernel->task->fds : NULL;
}

static int grow(struct lfb_fd_table *fds)
{
	unsigned int size = fds->size ? fds->size * 2 : FD_TABLE_MIN;
	struct file **files;

	if (fds->size == FD_LIMIT)
		return -EMFILE;
	files = reallocarray(fds->files, size, sizeof(struct file *));
	if (!files)
		return -ENOMEM;
	memset(files + fds->size, 0, (size - fds->size) * sizeof(struct file *));
	fds->files = files;
	fds->size = size;
	return 0;
}

static void clear_slot(struct lfb_fd_table *fds, unsigned int fd)
{
	fds->files[fd] = NULL;
	if (fd < fds->lowest_free)
		fds->lowest_free = fd;
}

static bool is_reserved(const struct lfb_fd_table *fds, unsigned int fd)
{
	return fds && fd < fds->size && fds->files[fd] == LFB_FD_RESERVED;
}

int get_unused_fd_flags(unsigned int flags)
{
	struct lfb_fd_table *fds = current_fds();
	unsigned int fd;
	int err;

	(void)flags;
	if (!fds)
		return -EBADF;
	if (lfb_fault(lfb_current, LFB_FAULT_ALLOC, __func__))
		return -ENOMEM;
	fd = fds->lowest_free > FD_FIRST ? fds->lowest_free : FD_FIRST;
	while (fd < fds->size && fds->files[fd])
		fd++;
	if (fd >= fds->size) {
		err = grow(fds);
		if (err)
			return err;
	}
	fds->files[fd] = LFB_FD_RESERVED;
	fds->lowest_free = fd + 1;
	return (int)fd;
}

void put_unused_fd(unsigned int fd)
{
	struct lfb_fd_table *fds = current_fds();

	if (is_reserved(fds, fd))
		clear_slot(fds, fd);
	else
		lfb_warn(__func__, "descriptor %u is not reserved", fd);
}

void fd_install(unsigned int fd, struct file *file)
{
	struct lfb_fd_table *fds = current_fds();

	if (!file)
		lfb_warn(__func__, "no file for descriptor %u", fd);
	else if (is_reserved(fds, fd))
		fds->files[fd] = file;
	else
		lfb_warn(__func__, "descriptor %u is not reserved", fd);
}

struct file *lfb_fd_file(const struct lfb_fd_table *fds, int fd)
{
	if (!fds || fd < 0 || (unsigned int)fd >= fds->size || fds->files[fd] == LFB_FD_RESERVED)
		return NULL;
	return fds->files[fd];
}

struct file *fget(unsigned int fd)
{
	return fd < FD_LIMIT ? get_file(lfb_fd_file(current_fds(), (int)fd)) : NULL;
}

struct file *lfb_fd_take(struct lfb_fd_table *fds, int fd)
{
	struct file *file = lfb_fd_file(fds, fd);

	if (file)
		clear_slot(fds, (unsigned int)fd);
	return file;
}

void lfb_fds_forget(struct lfb_fd_table *fds)
{
	if (fds->size > 0)
		memset(fds->files, 0, fds->size * sizeof(struct file *));
	fds->lowest_free = 0;
}

void lfb_fds_destroy(struct lfb_fd_table *fds)
{
	free(fds->files);
	*fds = (struct lfb_fd_table){ 0 };
}
