// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Which domains and devices go on being translated under the next kernel: an FLB that iommufd and
 * vfio share. Entries come and go with files, in chained blocks; a domain that a file and some
 * devices need has one entry, and is handed over once.
 *
 * The next kernel takes it over in two steps. An initcall reserves the numbers of the domains, and
 * the devices, before anybody can be given them: the hardware goes on using both. The domains
 * themselves come when a file that needs one is retrieved; what nobody wants is freed with the FLB.
 * Till then the FLB has a reference of each domain: the first of its files may be closed while the
 * others are still to come.
 */
#define pr_fmt(fmt) "iommu: " fmt

#include <kunit/static_stub.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/module.h>
#include <linux/printk.h>
#include <linux/slab.h>

#include "flb.h"

/* Chains */

static void *find_entry(struct iommu_chain *chain, bool (*is_it)(const void *entry, u32 what),
			u32 what)
{
	struct kho_block_set_it it;
	void *entry;

	kho_block_set_it_init(&it, &chain->blocks);
	while ((entry = kho_block_set_it_read_entry(&it)) && !is_it(entry, what))
		;
	return entry;
}

static bool is_free(const void *entry, u32 what)
{
	(void)what;
	return !*(const u32 *)entry;
}

static bool is_domain(const void *entry, u32 id)
{
	return ((const struct iommu_domain_ser *)entry)->id == id;
}

static bool is_device(const void *entry, u32 bdf)
{
	const struct iommu_device_ser *device = entry;

	return device->domain && device->bdf == bdf;
}

/**
 * iommu_make_room() - there is to be an entry that is free
 * @chain: where
 *
 * May make a block, which no kernel takes without an entry: iommu_trim() if nothing comes of it.
 * Return: 0; -ENOMEM; what KHO answers.
 */
int iommu_make_room(struct iommu_chain *chain)
{
	return find_entry(chain, is_free, 0) ? 0 :
					       kho_block_set_grow(&chain->blocks, chain->nr + 1);
}

void iommu_trim(struct iommu_chain *chain)
{
	kho_block_set_shrink(&chain->blocks, chain->nr);
}

/** iommu_take_entry() - Return: an entry that is free; there is room for it. */
void *iommu_take_entry(struct iommu_chain *chain)
{
	void *entry = find_entry(chain, is_free, 0);

	if (entry)
		return entry;
	if (!chain->nr++)
		kho_block_set_it_init(&chain->end, &chain->blocks);
	return kho_block_set_it_reserve_entry(&chain->end);
}

struct iommu_domain_ser *iommu_find_domain(struct iommu_shared *shared, u32 id)
{
	return id ? find_entry(&shared->domains, is_domain, id) : NULL;
}

struct iommu_device_ser *iommu_find_device(struct iommu_shared *shared, u16 bdf)
{
	return find_entry(&shared->devices, is_device, bdf);
}

/* The callbacks */

static int iommu_flb_preserve(struct liveupdate_flb_op_args *argp)
{
	struct iommu_shared *shared = kzalloc_obj(*shared);
	struct iommu_ser *ser;

	if (!shared)
		return -ENOMEM;
	ser = kho_alloc_preserve(sizeof(*ser));
	if (IS_ERR(ser)) {
		kfree(shared);
		return PTR_ERR(ser);
	}
	ser->version = IOMMU_SER_VERSION;
	shared->ser = ser;
	kho_block_set_init(&shared->domains.blocks, sizeof(struct iommu_domain_ser));
	kho_block_set_init(&shared->devices.blocks, sizeof(struct iommu_device_ser));
	argp->obj = shared;
	argp->data = virt_to_phys(ser);
	return 0;
}

static void iommu_flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct iommu_shared *shared = argp->obj;

	kho_block_set_destroy(&shared->devices.blocks);
	kho_block_set_destroy(&shared->domains.blocks);
	kho_unpreserve_free(shared->ser);
	kfree(shared);
}

static int restore_tables(struct iommu_shared *shared)
{
	const struct iommu_ser *ser = shared->ser;
	int err;

	kho_block_set_init(&shared->domains.blocks,
			   ser->version == 1 ? IOMMU_DOMAIN_SER_V1 :
					       sizeof(struct iommu_domain_ser));
	kho_block_set_init(&shared->devices.blocks, sizeof(struct iommu_device_ser));
	err = kho_block_set_restore(&shared->domains.blocks, ser->domains);
	if (err)
		return err;
	err = kho_block_set_restore(&shared->devices.blocks, ser->devices);
	if (err)
		kho_block_set_destroy(&shared->domains.blocks);
	return err;
}

static int iommu_flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct iommu_ser *ser = phys_to_virt(argp->data);
	struct iommu_shared *shared;
	int err;

	if (ser->version < IOMMU_SER_OLDEST || ser->version > IOMMU_SER_VERSION) {
		pr_err("version %u of what is preserved is not known here\n", ser->version);
		return -EPROTO;
	}
	shared = kzalloc_obj(*shared);
	if (!shared)
		return -ENOMEM;
	shared->ser = ser;
	err = restore_tables(shared);
	if (err) {
		kfree(shared);
		return err;
	}
	argp->obj = shared;
	return 0;
}

static void iommu_flb_finish(struct liveupdate_flb_op_args *argp)
{
	struct iommu_shared *shared = argp->obj;

	iommu_drop_incoming(shared);
	kho_block_set_destroy(&shared->devices.blocks);
	kho_block_set_destroy(&shared->domains.blocks);
	kho_restore_free(shared->ser);
	kfree(shared);
}

const struct liveupdate_flb_ops iommu_flb_ops = {
	.preserve = iommu_flb_preserve,
	.unpreserve = iommu_flb_unpreserve,
	.retrieve = iommu_flb_retrieve,
	.finish = iommu_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb iommu_flb = { .ops = &iommu_flb_ops, .compatible = "iommu-v1" };

/** iommu_liveupdate_register_flb() - files of @handler preserve domains or devices. */
int iommu_liveupdate_register_flb(struct liveupdate_file_handler *handler)
{
	return liveupdate_register_flb(handler, &iommu_flb);
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_register_flb);

void iommu_liveupdate_unregister_flb(struct liveupdate_file_handler *handler)
{
	liveupdate_unregister_flb(handler, &iommu_flb);
}
EXPORT_SYMBOL_GPL(iommu_liveupdate_unregister_flb);

/* Its users. These say which object there is, and pin it for a while. */

int iommu_get_outgoing(struct iommu_shared **shared)
{
	void *obj = NULL;
	int err;

	KUNIT_STATIC_STUB_REDIRECT(iommu_get_outgoing, shared);
	err = liveupdate_flb_get_outgoing(&iommu_flb, &obj);
	*shared = obj;
	return err;
}

void iommu_put_outgoing(void)
{
	KUNIT_STATIC_STUB_REDIRECT(iommu_put_outgoing);
	liveupdate_flb_put_outgoing(&iommu_flb);
}

int iommu_get_incoming(struct iommu_shared **shared)
{
	void *obj = NULL;
	int err;

	KUNIT_STATIC_STUB_REDIRECT(iommu_get_incoming, shared);
	err = liveupdate_flb_get_incoming(&iommu_flb, &obj);
	*shared = obj;
	return err;
}

void iommu_put_incoming(void)
{
	KUNIT_STATIC_STUB_REDIRECT(iommu_put_incoming);
	liveupdate_flb_put_incoming(&iommu_flb);
}
