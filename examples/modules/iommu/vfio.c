// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Files that have a device, for a guest. What one hands over is the device's address; that it runs
 * on is the PCI core's business, and what it may write to the IOMMU core's. So its handler has two
 * FLBs, and each callback asks both.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "iommu.h"

struct vfio_device {
	struct pci_dev *pdev;
	bool attached;
};

static int vfio_release(struct inode *inode, struct file *file)
{
	struct vfio_device *device = file->private_data;

	(void)inode;
	if (device->attached)
		iommu_detach(device->pdev);
	pci_put_device(device->pdev);
	kfree(device);
	return 0;
}

static const struct file_operations vfio_fops = { .release = vfio_release };

/* Not attached yet. The reference on @pdev goes with the file, also if there is none. */
static struct file *open_device(struct pci_dev *pdev)
{
	struct vfio_device *device = kzalloc_obj(*device);
	struct file *file = ERR_PTR(-ENOMEM);

	if (device) {
		device->pdev = pdev;
		file = anon_inode_getfile("[vfio]", &vfio_fops, device, 0);
	}
	if (IS_ERR(file)) {
		kfree(device);
		pci_put_device(pdev);
	}
	return file;
}

/* Attaches it, to @domain or as it was; else the file is gone. */
static struct file *attach(struct file *file, struct iommu_domain *domain)
{
	struct vfio_device *device = file->private_data;
	const int err = domain ? iommu_attach(device->pdev, domain) :
				 iommu_liveupdate_retrieve_device(device->pdev);

	if (err) {
		fput(file);
		return ERR_PTR(err);
	}
	device->attached = true;
	return file;
}

/* What open() of a device does, and the request to attach it. */
static struct file *vfio_open(unsigned int number, struct iommu_domain *domain)
{
	struct pci_dev *pdev = pci_get_endpoint(number);
	struct file *file;

	if (!pdev)
		return ERR_PTR(-ENODEV);
	file = open_device(pdev);
	return IS_ERR(file) ? file : attach(file, domain);
}

static bool vfio_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &vfio_fops;
}

static int vfio_preserve(struct liveupdate_file_op_args *args)
{
	struct vfio_device *device = args->file->private_data;
	int err = pci_liveupdate_preserve(device->pdev);

	if (err)
		return err;
	err = iommu_liveupdate_preserve_device(device->pdev);
	if (err) {
		pci_liveupdate_unpreserve(device->pdev);
		return err;
	}
	args->serialized_data = device->pdev->bdf;
	return 0;
}

static void vfio_unpreserve(struct liveupdate_file_op_args *args)
{
	struct vfio_device *device = args->file->private_data;

	iommu_liveupdate_unpreserve_device(device->pdev);
	pci_liveupdate_unpreserve(device->pdev);
}

static int vfio_retrieve(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev = pci_get_device((u16)args->serialized_data);
	struct file *file;

	if (!pdev)
		return -ENODEV;
	file = open_device(pdev);
	if (!IS_ERR(file))
		file = attach(file, NULL);
	if (IS_ERR(file))
		return PTR_ERR(file);
	args->file = file;
	return 0;
}

static void vfio_finish(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev = pci_get_device((u16)args->serialized_data);

	if (!pdev)
		return;
	pci_liveupdate_finish(pdev);
	pci_put_device(pdev);
}

static const struct liveupdate_file_ops vfio_ops = {
	.can_preserve = vfio_can_preserve,
	.preserve = vfio_preserve,
	.unpreserve = vfio_unpreserve,
	.retrieve = vfio_retrieve,
	.finish = vfio_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler vfio_handler = {
	.ops = &vfio_ops,
	.compatible = "vfio-v1",
};

/* In this order they are preserved: the IOMMU's devices are those that PCI has. */
static int __init vfio_init(void)
{
	int err = liveupdate_register_file_handler(&vfio_handler);

	if (err)
		return err;
	err = pci_liveupdate_register_flb(&vfio_handler);
	if (err)
		goto out_handler;
	err = iommu_liveupdate_register_flb(&vfio_handler);
	if (!err)
		return 0;
	pci_liveupdate_unregister_flb(&vfio_handler);
out_handler:
	liveupdate_unregister_file_handler(&vfio_handler);
	return err;
}
module_init(vfio_init);

static void __exit vfio_exit(void)
{
	iommu_liveupdate_unregister_flb(&vfio_handler);
	pci_liveupdate_unregister_flb(&vfio_handler);
	liveupdate_unregister_file_handler(&vfio_handler);
}
module_exit(vfio_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Devices of guests that survive a live update");

#ifdef LFB_MODULE_FILE
/*
 * What userspace does. File N has device N % 3. If N is odd and there is an iommufd, the device is
 * attached to the domain of the last one, else to one of its own.
 */
static struct file *play(const char *compatible, u64 number)
{
	struct iommu_domain *domain = number % 2 ? iommufd_last_domain() : NULL;
	struct file *file;

	(void)compatible;
	domain = domain ? iommu_domain_get(domain) : iommu_domain_alloc();
	if (IS_ERR(domain))
		return ERR_CAST(domain);
	file = vfio_open((unsigned int)(number % 3), domain);
	iommu_domain_put(domain);
	return file;
}
LFB_MODULE_FILE(play);
#endif
