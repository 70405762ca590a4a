// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The new kernel: numbers are reserved at boot, domains come with the files that need them. */
#define pr_fmt(fmt) "iommu: " fmt

#include <linux/err.h>
#include <linux/gfp.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "flb.h"

static u64 *restore_page(u64 phys)
{
	struct page *page = kho_restore_pages(phys, 1);

	return page ? page_address(page) : NULL;
}

/* All of a table, or nothing: what there is of it is freed then. */
static u64 *restore_table(u64 phys)
{
	u64 *table = restore_page(phys);
	bool whole = true;

	for (size_t i = 0; table && i < IOMMU_ENTRIES; i++) {
		if (table[i] && !restore_page(table[i])) {
			table[i] = 0;
			whole = false;
		}
	}
	if (whole)
		return table;
	iommu_free_table(table);
	return NULL;
}

static void drop_domain(struct iommu_domain_ser *entry)
{
	struct iommu_domain *domain = xa_load(&iommu_domains, entry->id);

	if (entry->table) {
		/* Nobody wanted it. */
		iommu_free_table(restore_table(entry->table));
		xa_release(&iommu_domains, entry->id);
	} else if (domain) {
		iommu_domain_put_locked(domain);
	}
}

/** iommu_drop_incoming() - the FLB goes, and with it what nobody wanted. */
void iommu_drop_incoming(struct iommu_shared *shared)
{
	struct iommu_device_ser *device;
	struct iommu_domain_ser *domain;
	struct kho_block_set_it it;

	mutex_lock(&iommu_lock);
	kho_block_set_it_init(&it, &shared->devices.blocks);
	while ((device = kho_block_set_it_read_entry(&it))) {
		if (device->domain)
			xa_release(&iommu_attached, device->bdf);
	}
	kho_block_set_it_init(&it, &shared->domains.blocks);
	while ((domain = kho_block_set_it_read_entry(&it))) {
		if (domain->id)
			drop_domain(domain);
	}
	mutex_unlock(&iommu_lock);
}

static bool is_intact(const struct iommu_ser *ser, const struct iommu_domain_ser *entry,
		      const u64 *table)
{
#if IOMMU_SER_VERSION >= 2
	if (ser->version >= 2 && entry->mappings != iommu_mappings(table))
		return false;
#endif
	(void)ser;
	(void)entry;
	return table;
}

/* With the reference that the FLB has of it. */
static struct iommu_domain *restore_domain(const struct iommu_ser *ser,
					   struct iommu_domain_ser *entry)
{
	struct iommu_domain *domain = kzalloc_obj(*domain);

	if (!domain)
		return ERR_PTR(-ENOMEM);
	kref_init(&domain->ref);
	domain->id = entry->id;
	domain->table = restore_table(entry->table);
	entry->table = 0;
	if (!is_intact(ser, entry, domain->table)) {
		iommu_free_table(domain->table);
		kfree(domain);
		return ERR_PTR(-EIO);
	}
	/* Its number is reserved, so there is room, and nobody else has it. */
	WARN_ON(xa_store(&iommu_domains, domain->id, domain, GFP_KERNEL));
	pr_info("domain %u goes on, with %llu mappings\n", domain->id,
		(unsigned long long)iommu_mappings(domain->table));
	return domain;
}

static struct iommu_domain *retrieve_domain(struct iommu_shared *shared, u32 id)
{
	struct iommu_domain_ser *entry = iommu_find_domain(shared, id);
	struct iommu_domain *domain;

	if (!entry)
		return ERR_PTR(-ENOENT);
	if (entry->table)
		domain = restore_domain(shared->ser, entry);
	else
		domain = xa_load(&iommu_domains, id) ?: ERR_PTR(-EIO);
	return IS_ERR(domain) ? domain : iommu_domain_get(domain);
}

/**
 * iommu_liveupdate_retrieve_domain() - take over a domain
 * @id: its number
 *
 * Context: retrieve() of a file whose handler has the FLB.
 * Return: the domain, with a reference; ERR_PTR(): -ENOENT there is none of that number; -EIO its
 * table is not what was preserved; -ENOMEM; what the FLB answers.
 */
struct iommu_domain *iommu_liveupdate_retrieve_domain(u32 id)
{
	struct iommu_domain *domain;
	struct iommu_shared *shared;
	int err = iommu_get_incoming(&shared);

	if (err)
		return ERR_PTR(err);
	mutex_lock(&iommu_lock);
	domain = retrieve_domain(shared, id);
	mutex_unlock(&iommu_lock);
	iommu_put_incoming();
	return domain;
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_retrieve_domain);

/**
 * iommu_liveupdate_retrieve_device() - take over a device, and with it its domain
 * @pdev: the device; iommu_detach() gives it back
 *
 * Context and errors: as for a domain.
 */
int iommu_liveupdate_retrieve_device(struct pci_dev *pdev)
{
	struct iommu_device_ser *entry;
	struct iommu_domain *domain;
	struct iommu_shared *shared;
	int err = iommu_get_incoming(&shared);

	if (err)
		return err;
	mutex_lock(&iommu_lock);
	entry = iommu_find_device(shared, pdev->bdf);
	domain = retrieve_domain(shared, entry ? entry->domain : 0);
	err = PTR_ERR_OR_ZERO(domain);
	if (!err)
		WARN_ON(xa_store(&iommu_attached, pdev->bdf, domain, GFP_KERNEL));
	mutex_unlock(&iommu_lock);
	iommu_put_incoming();
	return err;
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_retrieve_device);

/* What the hardware goes on using is given to nobody else. */
static int reserve(struct xarray *xa, unsigned long index)
{
	int err;

	mutex_lock(&iommu_lock);
	err = xa_reserve(xa, index, GFP_KERNEL);
	mutex_unlock(&iommu_lock);
	return err;
}

/*
 * The PCI core is asked without the lock: it takes one of its own and then its FLB's, which lockdep
 * does not tell from that of this one.
 */
static int reserve_device(const struct iommu_device_ser *device)
{
	struct pci_dev *pdev = pci_get_device(device->bdf);
	const bool runs_on = pdev && pdev->incoming;

	if (pdev)
		pci_put_device(pdev);
	return runs_on ? reserve(&iommu_attached, device->bdf) : -ENODEV;
}

/** iommu_reserve_all() - Return: 0; -ENODEV a device does not run on; -ENOMEM. */
int iommu_reserve_all(struct iommu_shared *shared)
{
	struct iommu_device_ser *device;
	struct iommu_domain_ser *domain;
	struct kho_block_set_it it;
	int err = 0;

	kho_block_set_it_init(&it, &shared->domains.blocks);
	while (!err && (domain = kho_block_set_it_read_entry(&it))) {
		if (domain->id)
			err = reserve(&iommu_domains, domain->id);
	}
	kho_block_set_it_init(&it, &shared->devices.blocks);
	while (!err && (device = kho_block_set_it_read_entry(&it))) {
		if (device->domain)
			err = reserve_device(device);
	}
	return err;
}

/* It panics rather than fails. PCI was there before: this is linked, or loaded, behind it. */
static int __init iommu_init(void)
{
	struct iommu_shared *shared;
	int err = iommu_get_incoming(&shared);

	/* No live update, nothing handed over, or nothing of ours. */
	if (err == -EOPNOTSUPP || err == -ENODATA || err == -ENOENT)
		return 0;
	if (!err) {
		err = iommu_reserve_all(shared);
		iommu_put_incoming();
	}
	if (err)
		panic("iommu: what is translated for devices that run on is not known: %d", err);
	return err;
}
subsys_initcall(iommu_init);

/* What is reserved for files that will not come. */
static void __exit iommu_exit(void)
{
	mutex_lock(&iommu_lock);
	xa_destroy(&iommu_domains);
	xa_destroy(&iommu_attached);
	mutex_unlock(&iommu_lock);
}
module_exit(iommu_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Devices that go on being translated during a live update");
