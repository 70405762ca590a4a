// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files that have a domain. What one hands over is the domain's number. */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/init.h>
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
	iommu_domain_put(context->domain);
	kfree(context);
	return 0;
}

static const struct file_operations iommufd_fops = { .release = iommufd_release };

/* The reference on @domain is the file's, if there is one. */
static struct file *open_domain(struct iommu_domain *domain)
{
	struct iommufd *context = kzalloc_obj(*context);
	struct file *file;

	if (!context)
		return ERR_PTR(-ENOMEM);
	context->domain = domain;
	file = anon_inode_getfile("[iommufd]", &iommufd_fops, context, 0);
	if (IS_ERR(file))
		kfree(context);
	else
		list_add_tail(&context->list, &contexts);
	return file;
}

/** iommufd_open() - what open() does, and as many requests to map. Return: a file, or an error. */
struct file *iommufd_open(unsigned int mappings)
{
	struct iommu_domain *domain = iommu_domain_alloc();
	struct file *file;
	int err = 0;

	if (IS_ERR(domain))
		return ERR_CAST(domain);
	/* Each in another page of mappings. */
	for (u64 i = 0; i < mappings && !err; i++)
		err = iommu_map(domain, i * IOMMU_ENTRIES * PAGE_SIZE,
				GUEST_MEMORY + i * PAGE_SIZE);
	file = err ? ERR_PTR(err) : open_domain(domain);
	if (IS_ERR(file))
		iommu_domain_put(domain);
	return file;
}

/** iommufd_last_domain() - Return: the domain of the file that was opened last, or NULL. */
struct iommu_domain *iommufd_last_domain(void)
{
	return list_empty(&contexts) ?
		       NULL : list_last_entry(&contexts, struct iommufd, list)->domain;
}

static struct iommu_domain *domain_of(const struct file *file)
{
	return ((struct iommufd *)file->private_data)->domain;
}

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

static int iommufd_retrieve(struct liveupdate_file_op_args *args)
{
	struct iommu_domain *domain = iommu_liveupdate_retrieve_domain((u32)args->serialized_data);
	struct file *file;

	if (IS_ERR(domain))
		return PTR_ERR(domain);
	file = open_domain(domain);
	if (IS_ERR(file)) {
		iommu_domain_put(domain);
		return PTR_ERR(file);
	}
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

int __init iommufd_init(void)
{
	int err = liveupdate_register_file_handler(&iommufd_handler);

	if (err)
		return err;
	err = iommu_liveupdate_register_flb(&iommufd_handler);
	if (err)
		liveupdate_unregister_file_handler(&iommufd_handler);
	return err;
}

void iommufd_exit(void)
{
	iommu_liveupdate_unregister_flb(&iommufd_handler);
	liveupdate_unregister_file_handler(&iommufd_handler);
}
