/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * An IOMMU core: domains, which translate what devices use as addresses, and devices, each attached
 * to one of them. A domain is named by a number that the hardware keeps translations under.
 *
 * Two kinds of files preserve some of it, and share one FLB: an iommufd has a domain, a vfio file
 * a device. Devices can be preserved only if the PCI core has them preserved, so the vfio handler
 * has that FLB too, and first.
 */
#ifndef IOMMU_H
#define IOMMU_H

#include <linux/kho_block.h>
#include <linux/kref.h>
#include <linux/liveupdate.h>
#include <linux/mutex.h>
#include <linux/types.h>
#include <linux/xarray.h>

#include "../pci/pci.h"
#include "abi.h"

/* Words of a table; the lowest level's are mappings. */
#define IOMMU_ENTRIES (PAGE_SIZE / sizeof(u64))

/**
 * struct iommu_domain - translations
 * @ref: files, attached devices, and what was handed over
 * @id: its number
 * @preserved: it must not change
 * @table: a page of physical addresses of pages of mappings
 */
struct iommu_domain {
	struct kref ref;
	u32 id;
	bool preserved;
	u64 *table;
};

/* Held while anything of all this changes. Taken inside of the FLB's own lock, never around it. */
extern struct mutex iommu_lock;
/* By number, and by address of the device; an index that is reserved is the previous kernel's. */
extern struct xarray iommu_domains;
extern struct xarray iommu_attached;

/* core.c */
struct iommu_domain *iommu_domain_alloc(void);
struct iommu_domain *iommu_domain_get(struct iommu_domain *domain);
void iommu_domain_put(struct iommu_domain *domain);
int iommu_map(struct iommu_domain *domain, u64 iova, phys_addr_t phys);
u64 iommu_mappings(const u64 *table);
int iommu_attach(struct pci_dev *pdev, struct iommu_domain *domain);
void iommu_detach(struct pci_dev *pdev);
/* Those with iommu_lock held. */
void iommu_domain_put_locked(struct iommu_domain *domain);
void iommu_free_table(u64 *table);

/* incoming.c, outgoing.c and flb.c */
int iommu_liveupdate_register_flb(struct liveupdate_file_handler *handler);
void iommu_liveupdate_unregister_flb(struct liveupdate_file_handler *handler);
int iommu_liveupdate_preserve_domain(struct iommu_domain *domain);
void iommu_liveupdate_unpreserve_domain(struct iommu_domain *domain);
int iommu_liveupdate_preserve_device(struct pci_dev *pdev);
void iommu_liveupdate_unpreserve_device(struct pci_dev *pdev);
struct iommu_domain *iommu_liveupdate_retrieve_domain(u32 id);
int iommu_liveupdate_retrieve_device(struct pci_dev *pdev);

/* iommufd.c */
struct iommu_domain *iommufd_last_domain(void);

#endif
