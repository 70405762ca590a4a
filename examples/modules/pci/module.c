// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The PCI core and a driver as one module, pci.so: what a kernel has built in, in its order. */
#include <linux/err.h>
#include <linux/module.h>

#include "stub.h"

static int __init pci_module_init(void)
{
	int err = pci_init();

	if (err)
		return err;
	err = pci_stub_init();
	if (err)
		pci_exit();
	return err;
}
module_init(pci_module_init);

static void __exit pci_module_exit(void)
{
	pci_stub_exit();
	pci_exit();
}
module_exit(pci_module_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("PCI devices that run on during a live update");

#ifdef LFB_MODULE_FILE
/*
 * What userspace does. File N is device N % 100 % 3; from 100 on the board's second root port is
 * removed first and found again, which gives the bus behind it another number.
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
	return pci_stub_open((unsigned int)(number % 100 % 3));
}
LFB_MODULE_FILE(play);
#endif
