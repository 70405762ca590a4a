// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Open files; they lie in the kernel's memory. */
#include "sim/kernel/kernel.h"

struct file *anon_inode_getfile(const char *name, const struct file_operations *fops, void *priv,
				int flags)
{
	struct lfb_kernel *kernel = lfb__current;
	struct file *file;

	(void)flags;
	if (!kernel)
		lfb__not_entered(__func__);
	if (!kernel || !fops)
		return ERR_PTR(-EINVAL);
	if (!lfb__module_pin(fops->owner))
		return ERR_PTR(-ENOENT);
	/* Files live on behind the callbacks that make them: it is no leak. */
	lfb__internal_begin(kernel);
	file = lfb__kzalloc(sizeof(*file));
	lfb__internal_end(kernel);
	if (!file) {
		lfb__module_unpin(fops->owner);
		return ERR_PTR(-ENOMEM);
	}
	file->f_op = fops;
	file->private_data = priv;
	file->f_inode = &file->lfb_inode;
	file->f_count = 1;
	file->f_name = name ? name : "anonymous";
	file->lfb_own = unlikely(kernel->elsewhere != NULL) && kernel->task->internal;
	kernel->files_open++;
	return file;
}

struct file *get_file(struct file *file)
{
	struct lfb_kernel *kernel = lfb__current;

	/* A kernel's orchestrator that was given none dies here. */
	if (!file && kernel && kernel->elsewhere && kernel->task->internal)
		lfb__oops_as(kernel, LFB_FINDING_FILE_NULL_FOLLOWED, "file",
			     "retrieve returned 0 without a file, which is used all the same");
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
	struct lfb_kernel *kernel = lfb__current;
	struct module *owner;

	if (!kernel || !file)
		return;
	if (file->f_count <= 0) {
		lfb_warn(__func__, "file %s is closed", file->f_name);
		return;
	}
	/* Who closes it last sees what all did who had it. */
	lfb__race_take(kernel, file, false);
	lfb__race_drop(kernel, file, false);
	if (--file->f_count > 0)
		return;
	owner = file->f_op->owner;
	if (file->f_op->release && unlikely(file->lfb_own && kernel->release_own)) {
		kernel->release_own(kernel, file);
	} else if (file->f_op->release && file->lfb_own) {
		file->f_op->release(file->f_inode, file);
	} else if (file->f_op->release) {
		lfb__module_comes(kernel);
		file->f_op->release(file->f_inode, file);
	}
	LFB_ASSERT(kernel->files_open > 0);
	kernel->files_open--;
	kfree(file);
	lfb__module_unpin(owner);
}

long file_count(const struct file *file)
{
	return file ? file->f_count : 0;
}

struct inode *file_inode(const struct file *file)
{
	return file ? file->f_inode : NULL;
}
