// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* memfd_create(MFD_HUGETLB): files in large pages, with a size and seals. */
#define pr_fmt(fmt) "hugetlb-memfd: " fmt

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>

#include "hugetlb.h"

struct hugetlb_memfd {
	struct hugetlb_pages pages;
	u64 size;
	u32 seals;
};

static int memfd_release(struct inode *inode, struct file *file)
{
	struct hugetlb_memfd *memfd = file->private_data;

	hugetlb_put_pages(&memfd->pages);
	kfree(memfd);
	return 0;
}

static const struct file_operations memfd_fops = {
	.owner = THIS_MODULE,
	.release = memfd_release,
};

/* Without pages: fput() takes it apart whatever it gets. */
static struct file *memfd_alloc(void)
{
	struct hugetlb_memfd *memfd = kzalloc(sizeof(*memfd), GFP_KERNEL);
	struct file *file;

	if (!memfd)
		return ERR_PTR(-ENOMEM);
	file = anon_inode_getfile("[hugetlb-memfd]", &memfd_fops, memfd, 0);
	if (IS_ERR(file))
		kfree(memfd);
	return file;
}

static bool memfd_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &memfd_fops;
}

static int memfd_preserve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_memfd *memfd = args->file->private_data;
	struct hugetlb_memfd_ser *ser;
	int err;

	ser = kho_alloc_preserve(sizeof(*ser) + memfd->pages.nr * sizeof(ser->pages.phys[0]));
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	err = hugetlb_preserve_pages(&memfd->pages, &ser->pages);
	if (err) {
		kho_unpreserve_free(ser);
		return err;
	}
	ser->size = memfd->size;
	ser->seals = memfd->seals;
	ser->reserved = 0;
	args->serialized_data = virt_to_phys(ser);
	return 0;
}

static void memfd_unpreserve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_memfd *memfd = args->file->private_data;
	struct hugetlb_memfd_ser *ser = phys_to_virt(args->serialized_data);

	hugetlb_unpreserve_pages(&memfd->pages, &ser->pages);
	kho_unpreserve_free(ser);
}

/* Seals may come until the last moment. */
static int memfd_freeze(struct liveupdate_file_op_args *args)
{
	struct hugetlb_memfd *memfd = args->file->private_data;
	struct hugetlb_memfd_ser *ser = phys_to_virt(args->serialized_data);

	ser->seals = memfd->seals;
	return 0;
}

static int memfd_retrieve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_memfd_ser *ser = phys_to_virt(args->serialized_data);
	struct hugetlb_memfd *memfd;
	struct file *file = memfd_alloc();
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	memfd = file->private_data;
	err = hugetlb_restore_pages(&memfd->pages, &ser->pages);
	if (err) {
		fput(file);
		return err;
	}
	memfd->size = ser->size;
	memfd->seals = ser->seals;
	args->file = file;
	return 0;
}

static void memfd_finish(struct liveupdate_file_op_args *args)
{
	struct hugetlb_memfd_ser *ser = phys_to_virt(args->serialized_data);

	if (!args->file)
		hugetlb_discard_pages(&ser->pages);
	kho_restore_free(ser);
}

static const struct liveupdate_file_ops memfd_ops = {
	.can_preserve = memfd_can_preserve,
	.preserve = memfd_preserve,
	.unpreserve = memfd_unpreserve,
	.freeze = memfd_freeze,
	.retrieve = memfd_retrieve,
	.finish = memfd_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler memfd_handler = {
	.ops = &memfd_ops,
	.compatible = HUGETLB_MEMFD_COMPATIBLE,
};

static int __init memfd_init(void)
{
	return hugetlb_register_handler(&memfd_handler);
}
module_init(memfd_init);

static void __exit memfd_exit(void)
{
	hugetlb_unregister_handler(&memfd_handler);
}
module_exit(memfd_exit);

MODULE_DESCRIPTION("Files in large pages");
MODULE_LICENSE("GPL");

/* In a kernel memfd_create() and fallocate() do this: one page of 64 KiB, or two. */
#ifdef LFB_MODULE_FILE
static struct file *memfd_open(const char *compatible, u64 number)
{
	const unsigned int nr = 1 + number % 2;
	struct file *file = memfd_alloc();
	struct hugetlb_memfd *memfd;
	int err;

	if (IS_ERR(file))
		return file;
	memfd = file->private_data;
	memfd->size = nr * SZ_64K;
	memfd->seals = number % 4;
	err = hugetlb_take_pages(&memfd->pages, 4, nr);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}
LFB_MODULE_FILE(memfd_open);
#endif
