// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* PCI, IOMMU, vfio and iommufd as one module, iommu.so: what a kernel has built in, in its order. */
#include <linux/err.h>
#include <linux/module.h>

#include "iommu.h"

static int __init iommu_module_init(void)
{
	int err = pci_init();

	if (err)
		return err;
	err = iommu_init();
	if (err)
		goto out_pci;
	err = iommufd_init();
	if (err)
		goto out_iommu;
	err = vfio_init();
	if (!err)
		return 0;
	iommufd_exit();
out_iommu:
	iommu_exit();
out_pci:
	pci_exit();
	return err;
}
module_init(iommu_module_init);

static void __exit iommu_module_exit(void)
{
	vfio_exit();
	iommufd_exit();
	iommu_exit();
	pci_exit();
}
module_exit(iommu_module_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Devices that go on being translated during a live update");

#ifdef LFB_MODULE_FILE
/*
 * What userspace does. An iommufd with number N maps N % 4 pages. A vfio file with number N has
 * device N % 3; if N is odd and there is an iommufd, it is attached to the domain of the last one,
 * else to one of its own.
 */
static struct file *play(const char *compatible, u64 number)
{
	struct iommu_domain *domain = number % 2 ? iommufd_last_domain() : NULL;
	struct file *file;

	if (!strcmp(compatible, "iommufd-v1"))
		return iommufd_open((unsigned int)(number % 4));
	domain = domain ? iommu_domain_get(domain) : iommu_domain_alloc();
	if (IS_ERR(domain))
		return ERR_CAST(domain);
	file = vfio_open((unsigned int)(number % 3), domain);
	iommu_domain_put(domain);
	return file;
}
LFB_MODULE_FILE(play);
#endif
