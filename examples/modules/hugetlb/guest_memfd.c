// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * guest_memfd: memory of a guest, of which userspace sees nothing. Pages stay pinned to the file
 * as long as it lives; in the books they are no different from those of a memfd.
 */
#define pr_fmt(fmt) "hugetlb-guest-memfd: " fmt

#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/liveupdate.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "hugetlb.h"

#define GUEST_MEMFD_FLAGS 1ull	/* that a kernel of today knows */

struct guest_memfd {
	struct hugetlb_pages pages;
	u64 flags;
};

static int guest_memfd_release(struct inode *inode, struct file *file)
{
	struct guest_memfd *guest = file->private_data;

	hugetlb_put_pages(&guest->pages);
	kfree(guest);
	return 0;
}

static const struct file_operations guest_memfd_fops = {
	.owner = THIS_MODULE,
	.release = guest_memfd_release,
};

static struct file *guest_memfd_alloc(u64 flags)
{
	struct guest_memfd *guest;
	struct file *file;

	if (flags & ~GUEST_MEMFD_FLAGS)
		return ERR_PTR(-EINVAL);
	guest = kzalloc(sizeof(*guest), GFP_KERNEL);
	if (!guest)
		return ERR_PTR(-ENOMEM);
	guest->flags = flags;
	file = anon_inode_getfile("[hugetlb-guest-memfd]", &guest_memfd_fops, guest, 0);
	if (IS_ERR(file))
		kfree(guest);
	return file;
}

static bool guest_memfd_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return file->f_op == &guest_memfd_fops;
}

static int guest_memfd_preserve(struct liveupdate_file_op_args *args)
{
	struct guest_memfd *guest = args->file->private_data;
	struct hugetlb_guest_memfd_ser *ser;
	int err;

	ser = kho_alloc_preserve(sizeof(*ser) + guest->pages.nr * sizeof(ser->pages.phys[0]));
	if (IS_ERR(ser))
		return PTR_ERR(ser);
	err = hugetlb_preserve_pages(&guest->pages, &ser->pages);
	if (err) {
		kho_unpreserve_free(ser);
		return err;
	}
	ser->flags = guest->flags;
	args->serialized_data = virt_to_phys(ser);
	return 0;
}

static void guest_memfd_unpreserve(struct liveupdate_file_op_args *args)
{
	struct guest_memfd *guest = args->file->private_data;
	struct hugetlb_guest_memfd_ser *ser = phys_to_virt(args->serialized_data);

	hugetlb_unpreserve_pages(&guest->pages, &ser->pages);
	kho_unpreserve_free(ser);
}

static int guest_memfd_retrieve(struct liveupdate_file_op_args *args)
{
	struct hugetlb_guest_memfd_ser *ser = phys_to_virt(args->serialized_data);
	struct guest_memfd *guest;
	struct file *file = guest_memfd_alloc(ser->flags);
	int err;

	if (IS_ERR(file))
		return PTR_ERR(file);
	guest = file->private_data;
	err = hugetlb_restore_pages(&guest->pages, &ser->pages);
	if (err) {
		fput(file);
		return err;
	}
	args->file = file;
	return 0;
}

static void guest_memfd_finish(struct liveupdate_file_op_args *args)
{
	struct hugetlb_guest_memfd_ser *ser = phys_to_virt(args->serialized_data);

	if (!args->file)
		hugetlb_discard_pages(&ser->pages);
	kho_restore_free(ser);
}

static const struct liveupdate_file_ops guest_memfd_ops = {
	.can_preserve = guest_memfd_can_preserve,
	.preserve = guest_memfd_preserve,
	.unpreserve = guest_memfd_unpreserve,
	.retrieve = guest_memfd_retrieve,
	.finish = guest_memfd_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler guest_memfd_handler = {
	.ops = &guest_memfd_ops,
	.compatible = HUGETLB_GUEST_MEMFD_COMPATIBLE,
};

static int __init guest_memfd_init(void)
{
	return hugetlb_register_handler(&guest_memfd_handler);
}
module_init(guest_memfd_init);

static void __exit guest_memfd_exit(void)
{
	hugetlb_unregister_handler(&guest_memfd_handler);
}
module_exit(guest_memfd_exit);

MODULE_DESCRIPTION("Memory of guests in large pages");
MODULE_LICENSE("GPL");

/* In a kernel KVM_CREATE_GUEST_MEMFD and fallocate() do this: a page of 64 KiB, or of 256. */
#ifdef LFB_MODULE_FILE
static struct file *guest_memfd_open(const char *compatible, u64 number)
{
	struct file *file = guest_memfd_alloc(number % 2);
	struct guest_memfd *guest;
	int err;

	if (IS_ERR(file))
		return file;
	guest = file->private_data;
	err = hugetlb_take_pages(&guest->pages, number % 2 ? 6 : 4, 1);
	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	return file;
}
LFB_MODULE_FILE(guest_memfd_open);
#endif
