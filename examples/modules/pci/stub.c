// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The smallest driver: who opens a device has it alone, and can preserve it. What its file hands
 * over is the device's address, all else the PCI core does.
 */
#include <linux/anon_inodes.h>
#include <linux/err.h>
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/liveupdate.h>
#include <linux/module.h>

#include "pci.h"

static int stub_release(struct inode *inode, struct file *file)
{
	struct pci_dev *pdev = file->private_data;

	(void)inode;
	dev_set_drvdata(&pdev->dev, NULL);
	pci_put_device(pdev);
	return 0;
}

static const struct file_operations stub_fops = { .release = stub_release };

/* The reference on @pdev is the file's, if there is one. */
static struct file *open_device(struct pci_dev *pdev)
{
	struct file *file;

	if (dev_get_drvdata(&pdev->dev))
		return ERR_PTR(-EBUSY);
	file = anon_inode_getfile("[pci-stub]", &stub_fops, pdev, 0);
	if (!IS_ERR(file))
		dev_set_drvdata(&pdev->dev, file);
	return file;
}

/* What open() of a device does. */
static struct file *stub_open(unsigned int number)
{
	struct pci_dev *pdev = pci_get_endpoint(number);
	struct file *file;

	if (!pdev)
		return ERR_PTR(-ENODEV);
	file = open_device(pdev);
	if (IS_ERR(file))
		pci_put_device(pdev);
	return file;
}

static bool stub_can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	(void)handler;
	return file->f_op == &stub_fops;
}

static int stub_preserve(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev = args->file->private_data;
	const int err = pci_liveupdate_preserve(pdev);

	if (err)
		return err;
	args->serialized_data = pdev->bdf;
	return 0;
}

static void stub_unpreserve(struct liveupdate_file_op_args *args)
{
	pci_liveupdate_unpreserve(args->file->private_data);
}

static int stub_retrieve(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev = pci_get_device((u16)args->serialized_data);
	struct file *file;

	if (!pdev)
		return -ENODEV;
	file = open_device(pdev);
	if (IS_ERR(file)) {
		pci_put_device(pdev);
		return PTR_ERR(file);
	}
	args->file = file;
	return 0;
}

static void stub_finish(struct liveupdate_file_op_args *args)
{
	struct pci_dev *pdev = pci_get_device((u16)args->serialized_data);

	if (!pdev)
		return;
	pci_liveupdate_finish(pdev);
	pci_put_device(pdev);
}

static const struct liveupdate_file_ops stub_ops = {
	.can_preserve = stub_can_preserve,
	.preserve = stub_preserve,
	.unpreserve = stub_unpreserve,
	.retrieve = stub_retrieve,
	.finish = stub_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_file_handler stub_handler = {
	.ops = &stub_ops,
	.compatible = "pci-stub-v1",
};

static int __init stub_init(void)
{
	int err = liveupdate_register_file_handler(&stub_handler);

	if (err)
		return err;
	err = pci_liveupdate_register_flb(&stub_handler);
	if (err)
		liveupdate_unregister_file_handler(&stub_handler);
	return err;
}
module_init(stub_init);

static void __exit stub_exit(void)
{
	pci_liveupdate_unregister_flb(&stub_handler);
	liveupdate_unregister_file_handler(&stub_handler);
}
module_exit(stub_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Keeps a PCI device running during a live update");

#ifdef LFB_MODULE_FILE
/*
 * What userspace does. File N has device N % 100 % 3; from 100 on the board's second root port is
 * removed before and found again, which gives the bus behind it another number.
 */
static struct file *play(const char *compatible, u64 number)
{
	(void)compatible;
	if (number >= 100) {
		struct pci_dev *gpu = pci_get_endpoint(2);
		int err = gpu ? pci_remove_device(gpu->upstream) : -ENODEV;

		if (gpu)
			pci_put_device(gpu);
		if (!err)
			err = pci_rescan();
		if (err)
			return ERR_PTR(err);
	}
	return stub_open((unsigned int)(number % 100 % 3));
}
LFB_MODULE_FILE(play);
#endif
