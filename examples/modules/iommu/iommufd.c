// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files that have a domain. What one hands over is the domain's number. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/list.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "iommu.h"

/* Where the memory of guests would be. */
#define GUEST_MEMORY 0x40000000ull

struct iommufd {
	struct list_head list;
	struct iommu_domain *domain;
};

/* Those that are open, the last one at the end. */
static LIST_HEAD(contexts);

static int iommufd_release(struct inode *inode, struct file *file)
{
	struct iommufd *context = file->private_data;

	(void)inode;
	list_del(&context->list);
	if (context->domain)
		iommu_domain_put(context->domain);
	kfree(context);
	return 0;
}

static const struct file_operations iommufd_fops = { .release = iommufd_release };

static struct iommu_domain *domain_of(const struct file *file)
{
	return ((struct iommufd *)file->private_data)->domain;
}

/* Without a domain yet. */
static struct file *open_context(void)
{
	struct iommufd *context = kzalloc_obj(*context);
	struct file *file;

	if (!context)
		return ERR_PTR(-ENOMEM);
	file = anon_inode_getfile("[iommufd]", &iommufd_fops, context, 0);
	if (IS_ERR(file)) {
		kfree(context);
		return file;
	}
	list_add_tail(&context->list, &contexts);
	return file;
}

/* Gives it one; an error, and the file is gone. */
static struct file *set_domain(struct file *file, struct iommu_domain *domain)
{
	struct iommufd *context = file->private_data;

	if (IS_ERR(domain)) {
		fput(file);
		return ERR_CAST(domain);
	}
	context->domain = domain;
	return file;
}

/* What open() does, and as many requests to map. */
static struct file *iommufd_open(unsigned int mappings)
{
	struct file *file = open_context();
	int err = 0;

	if (!IS_ERR(file))
		file = set_domain(file, iommu_domain_alloc());
	if (IS_ERR(file))
		return file;
	/* Each in another page of mappings. */
	for (u64 i = 0; i < mappings && !err; i++)
		err = iommu_map(domain_of(file), i * IOMMU_ENTRIES * PAGE_SIZE,
				GUEST_MEMORY + i * PAGE_SIZE);
	if (!err)
		return file;
	fput(file);
	return ERR_PTR(err);
}

/** iommufd_last_domain() - Return: the domain of the file that was opened last, or NULL. */
struct iommu_domain *iommufd_last_domain(void)
{
	return list_empty(&contexts) ?
		       NULL : list_last_entry(&contexts, struct iommufd, list)->domain;
}
EXPORT_SYMBOL_GPL(iommufd_last_domain);

static bool iommufd_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &iommufd_fops;
}

static int iommufd_preserve(struct liveupdate_file_op_args *args)
{
	const int err = iommu_liveupdate_preserve_domain(domain_of(args->file));

	if (err)
		return err;
	args->serialized_data = domain_of(args->file)->id;
	return 0;
}

static void iommufd_unpreserve(struct liveupdate_file_op_args *args)
{
	iommu_liveupdate_unpreserve_domain(domain_of(args->file));
}

/* The domain comes last: once it is restored it stays so, whatever becomes of the file. */
static int iommufd_retrieve(struct liveupdate_file_op_args *args)
{
	const u32 id = (u32)args->serialized_data;
	struct file *file = open_context();

	if (!IS_ERR(file))
		file = set_domain(file, iommu_liveupdate_retrieve_domain(id));
	if (IS_ERR(file))
		return PTR_ERR(file);
	args->file = file;
	return 0;
}

/* The domain is the file's by now; what no file took goes with the FLB. */
static void iommufd_finish(struct liveupdate_file_op_args *args)
{
	(void)args;
}

static const struct liveupdate_file_ops iommufd_ops = {
	.can_preserve = iommufd_can_preserve,
	.preserve = iommufd_preserve,
	.unpreserve = iommufd_unpreserve,
	.retrieve = iommufd_retrieve,
	.finish = iommufd_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler iommufd_handler = {
	.ops = &iommufd_ops,
	.compatible = "iommufd-v1",
};

static int __init iommufd_init(void)
{
	int err = liveupdate_register_file_handler(&iommufd_handler);

	if (err)
		return err;
	err = iommu_liveupdate_register_flb(&iommufd_handler);
	if (err)
		liveupdate_unregister_file_handler(&iommufd_handler);
	return err;
}
module_init(iommufd_init);

static void __exit iommufd_exit(void)
{
	iommu_liveupdate_unregister_flb(&iommufd_handler);
	liveupdate_unregister_file_handler(&iommufd_handler);
}
module_exit(iommufd_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Domains of an IOMMU that survive a live update");

#ifdef LFB_MODULE_FILE
/* What userspace does: file N maps N % 4 pages. */
static struct file *play(const char *compatible, u64 number)
{
	(void)compatible;
	return iommufd_open((unsigned int)(number % 4));
}
LFB_MODULE_FILE(play);
#endif
