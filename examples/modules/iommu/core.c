// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Domains and devices, as they are while nobody thinks of a live update. */
#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/io.h>
#include <linux/module.h>
#include <linux/slab.h>

#include "iommu.h"

#define MAX_ID 0xffff

DEFINE_MUTEX(iommu_lock);
DEFINE_XARRAY_ALLOC1(iommu_domains);
DEFINE_XARRAY(iommu_attached);

/** iommu_free_table() - free a table and the pages of mappings it has. */
void iommu_free_table(u64 *table)
{
	for (size_t i = 0; table && i < IOMMU_ENTRIES; i++) {
		if (table[i])
			free_page((unsigned long)phys_to_virt(table[i]));
	}
	free_page((unsigned long)table);
}

/**
 * iommu_domain_alloc() - a new domain, which maps nothing
 *
 * Return: the domain, with a reference; ERR_PTR(): -ENOMEM; -EBUSY there are no numbers left.
 */
struct iommu_domain *iommu_domain_alloc(void)
{
	struct iommu_domain *domain = kzalloc_obj(*domain);
	int err = -ENOMEM;

	if (!domain)
		return ERR_PTR(-ENOMEM);
	kref_init(&domain->ref);
	domain->table = (u64 *)get_zeroed_page(GFP_KERNEL);
	if (domain->table) {
		mutex_lock(&iommu_lock);
		err = xa_alloc(&iommu_domains, &domain->id, domain, XA_LIMIT(1, MAX_ID),
			       GFP_KERNEL);
		mutex_unlock(&iommu_lock);
	}
	if (!err)
		return domain;
	free_page((unsigned long)domain->table);
	kfree(domain);
	return ERR_PTR(err);
}
EXPORT_SYMBOL_GPL(iommu_domain_alloc);

struct iommu_domain *iommu_domain_get(struct iommu_domain *domain)
{
	kref_get(&domain->ref);
	return domain;
}
EXPORT_SYMBOL_GPL(iommu_domain_get);

static void release(struct kref *ref)
{
	struct iommu_domain *domain = container_of(ref, struct iommu_domain, ref);

	lockdep_assert_held(&iommu_lock);
	xa_erase(&iommu_domains, domain->id);
	iommu_free_table(domain->table);
	kfree(domain);
}

void iommu_domain_put_locked(struct iommu_domain *domain)
{
	kref_put(&domain->ref, release);
}

void iommu_domain_put(struct iommu_domain *domain)
{
	mutex_lock(&iommu_lock);
	iommu_domain_put_locked(domain);
	mutex_unlock(&iommu_lock);
}
EXPORT_SYMBOL_GPL(iommu_domain_put);

/* The page of mappings that @iova is in. It is made if there is none. */
static u64 *leaf_of(struct iommu_domain *domain, u64 iova)
{
	u64 *entry = &domain->table[iova / PAGE_SIZE / IOMMU_ENTRIES];
	void *page;

	if (*entry)
		return phys_to_virt(*entry);
	page = (void *)get_zeroed_page(GFP_KERNEL);
	if (page)
		*entry = virt_to_phys(page);
	return page;
}

/**
 * iommu_map() - let a page be seen by the devices of a domain
 * @domain: the domain
 * @iova: where they see it, below 1 GiB
 * @phys: the page
 *
 * Return: 0; -EINVAL; -EEXIST there is one already; -EBUSY the domain is preserved, and what would
 * be added would not be; -ENOMEM.
 */
int iommu_map(struct iommu_domain *domain, u64 iova, phys_addr_t phys)
{
	u64 *leaf = NULL;
	int err = 0;

	if (iova >= PAGE_SIZE * IOMMU_ENTRIES * IOMMU_ENTRIES || !phys ||
	    (iova | phys) % PAGE_SIZE)
		return -EINVAL;
	mutex_lock(&iommu_lock);
	if (domain->preserved)
		err = -EBUSY;
	else
		leaf = leaf_of(domain, iova);
	if (!err && !leaf)
		err = -ENOMEM;
	if (!err && leaf[iova / PAGE_SIZE % IOMMU_ENTRIES])
		err = -EEXIST;
	if (!err)
		leaf[iova / PAGE_SIZE % IOMMU_ENTRIES] = phys;
	mutex_unlock(&iommu_lock);
	return err;
}
EXPORT_SYMBOL_GPL(iommu_map);

/** iommu_mappings() - Return: how many pages @table maps. */
u64 iommu_mappings(const u64 *table)
{
	u64 count = 0;

	for (size_t i = 0; i < IOMMU_ENTRIES; i++) {
		const u64 *leaf = table[i] ? phys_to_virt(table[i]) : NULL;

		for (size_t j = 0; leaf && j < IOMMU_ENTRIES; j++)
			count += leaf[j] != 0;
	}
	return count;
}

/**
 * iommu_attach() - a device uses the translations of a domain
 * @pdev: the device
 * @domain: the domain, of which it takes a reference
 *
 * Return: 0; -EBUSY it is attached, or was by the previous kernel and is not taken over; -ENOMEM.
 */
int iommu_attach(struct pci_dev *pdev, struct iommu_domain *domain)
{
	int err;

	mutex_lock(&iommu_lock);
	err = xa_insert(&iommu_attached, pdev->bdf, domain, GFP_KERNEL);
	if (!err)
		iommu_domain_get(domain);
	mutex_unlock(&iommu_lock);
	return err;
}
EXPORT_SYMBOL_GPL(iommu_attach);

void iommu_detach(struct pci_dev *pdev)
{
	struct iommu_domain *domain;

	mutex_lock(&iommu_lock);
	domain = xa_erase(&iommu_attached, pdev->bdf);
	if (!WARN_ON(!domain))
		iommu_domain_put_locked(domain);
	mutex_unlock(&iommu_lock);
}
EXPORT_SYMBOL_GPL(iommu_detach);
