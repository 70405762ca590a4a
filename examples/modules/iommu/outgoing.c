// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The old kernel: entries are made and taken back with the files that need them. */
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/string.h>

#include "flb.h"

/* The first @count pages of mappings, and the table itself. */
static void unpreserve_table(u64 *table, size_t count)
{
	while (count--) {
		if (table[count])
			kho_unpreserve_pages(virt_to_page(phys_to_virt(table[count])), 1);
	}
	kho_unpreserve_pages(virt_to_page(table), 1);
}

static int preserve_table(u64 *table)
{
	int err = kho_preserve_pages(virt_to_page(table), 1);

	if (err)
		return err;
	for (size_t i = 0; i < IOMMU_ENTRIES; i++) {
		if (table[i])
			err = kho_preserve_pages(virt_to_page(phys_to_virt(table[i])), 1);
		if (err) {
			unpreserve_table(table, i);
			return err;
		}
	}
	return 0;
}

static int add_domain(struct iommu_shared *shared, struct iommu_domain *domain)
{
	struct iommu_domain_ser *entry = iommu_find_domain(shared, domain->id);
	int err;

	if (entry) {
		entry->count++;
		return 0;
	}
	err = iommu_make_room(&shared->domains);
	if (err)
		return err;
	err = preserve_table(domain->table);
	if (err) {
		iommu_trim(&shared->domains);
		return err;
	}
	entry = iommu_take_entry(&shared->domains);
	shared->ser->domains = kho_block_set_head_pa(&shared->domains.blocks);
	*entry = (struct iommu_domain_ser){
		.id = domain->id, .count = 1, .table = virt_to_phys(domain->table),
#if IOMMU_SER_VERSION >= 2
		.mappings = iommu_mappings(domain->table),
#endif
	};
	domain->preserved = true;
	return 0;
}

static void remove_domain(struct iommu_shared *shared, struct iommu_domain *domain)
{
	struct iommu_domain_ser *entry = iommu_find_domain(shared, domain->id);

	if (WARN_ON(!entry) || --entry->count)
		return;
	unpreserve_table(domain->table, IOMMU_ENTRIES);
	memset(entry, 0, sizeof(*entry));
	domain->preserved = false;
}

static int add_device(struct iommu_shared *shared, struct pci_dev *pdev)
{
	struct iommu_domain *domain = xa_load(&iommu_attached, pdev->bdf);
	struct iommu_device_ser *entry;
	int err;

	if (!domain || !pdev->outgoing)
		return -EINVAL;
	err = iommu_make_room(&shared->devices);
	if (err)
		return err;
	err = add_domain(shared, domain);
	if (err) {
		iommu_trim(&shared->devices);
		return err;
	}
	entry = iommu_take_entry(&shared->devices);
	shared->ser->devices = kho_block_set_head_pa(&shared->devices.blocks);
	*entry = (struct iommu_device_ser){ .domain = domain->id, .bdf = pdev->bdf };
	return 0;
}

static void remove_device(struct iommu_shared *shared, struct pci_dev *pdev)
{
	struct iommu_device_ser *entry = iommu_find_device(shared, pdev->bdf);

	if (WARN_ON(!entry))
		return;
	memset(entry, 0, sizeof(*entry));
	remove_domain(shared, xa_load(&iommu_attached, pdev->bdf));
}

/**
 * iommu_liveupdate_preserve_domain() - a domain is to be there under the next kernel
 * @domain: the domain; it cannot be changed until iommu_liveupdate_unpreserve_domain()
 *
 * Context: preserve() of a file whose handler has the FLB.
 * Return: 0; -ENOMEM; what KHO and the FLB answer.
 */
int iommu_liveupdate_preserve_domain(struct iommu_domain *domain)
{
	struct iommu_shared *shared;
	int err = iommu_get_outgoing(&shared);

	if (err)
		return err;
	mutex_lock(&iommu_lock);
	err = add_domain(shared, domain);
	mutex_unlock(&iommu_lock);
	iommu_put_outgoing();
	return err;
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_preserve_domain);

void iommu_liveupdate_unpreserve_domain(struct iommu_domain *domain)
{
	struct iommu_shared *shared;

	if (WARN_ON(iommu_get_outgoing(&shared)))
		return;
	mutex_lock(&iommu_lock);
	remove_domain(shared, domain);
	mutex_unlock(&iommu_lock);
	iommu_put_outgoing();
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_unpreserve_domain);

/**
 * iommu_liveupdate_preserve_device() - a device is to stay attached, to a domain that is preserved
 * @pdev: the device; the PCI core has it preserved already
 *
 * Context: as for a domain.
 * Return: 0; -EINVAL it is not attached, or not preserved; -ENOMEM; what KHO and the FLB answer.
 */
int iommu_liveupdate_preserve_device(struct pci_dev *pdev)
{
	struct iommu_shared *shared;
	int err = iommu_get_outgoing(&shared);

	if (err)
		return err;
	mutex_lock(&iommu_lock);
	err = add_device(shared, pdev);
	mutex_unlock(&iommu_lock);
	iommu_put_outgoing();
	return err;
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_preserve_device);

void iommu_liveupdate_unpreserve_device(struct pci_dev *pdev)
{
	struct iommu_shared *shared;

	if (WARN_ON(iommu_get_outgoing(&shared)))
		return;
	mutex_lock(&iommu_lock);
	remove_device(shared, pdev);
	mutex_unlock(&iommu_lock);
	iommu_put_outgoing();
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_unpreserve_device);
