// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Which devices run on under the next kernel: an FLB that all drivers share which preserve some.
 *
 * A device goes on doing DMA during the jump, through all bridges above it. So the next kernel must
 * find them under the numbers they have, must not give these numbers to others, and must know of
 * them before any driver looks at them: it reads the list while it looks for devices, in an
 * initcall, long before userspace opens /dev/liveupdate. What it cannot read it cannot do without:
 * then it panics, for a device that nobody knows of would write to memory that is used anew.
 *
 * The list is kept up to date from the first file on, so nothing is left to do when the reboot
 * comes. Each change of it asks for the outgoing object and gives it back. pci_lock is taken
 * inside of that, and so in none of the FLB's callbacks, which run under a lock of the FLB's own.
 */
#define pr_fmt(fmt) "pci: " fmt

#include <kunit/static_stub.h>
#include <linux/err.h>
#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/overflow.h>
#include <linux/panic.h>
#include <linux/string.h>

#include "pci.h"

/* The list */

static struct pci_dev_ser *entry_at(struct pci_ser *ser, u32 index)
{
	return (struct pci_dev_ser *)(ser->entries + (size_t)index * ser->entry_size);
}

const struct pci_dev_ser *pci_ser_at(const struct pci_ser *ser, u32 index)
{
	return index < ser->nr ? entry_at((struct pci_ser *)ser, index) : NULL;
}

/* Where @bdf is, or should be. */
static u32 place_of(const struct pci_ser *ser, u16 bdf)
{
	u32 low = 0, high = ser->nr;

	while (low < high) {
		const u32 middle = low + (high - low) / 2;

		if (pci_ser_at(ser, middle)->bdf < bdf)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct pci_dev_ser *pci_ser_find(const struct pci_ser *ser, u16 bdf)
{
	const struct pci_dev_ser *entry = pci_ser_at(ser, place_of(ser, bdf));

	return entry && entry->bdf == bdf ? entry : NULL;
}

/* What an older version does not say is not known. */
bool pci_ser_is_master(const struct pci_ser *ser, const struct pci_dev_ser *entry, bool *known)
{
#if PCI_SER_VERSION >= 2
	*known = ser->entry_size >= offsetofend(struct pci_dev_ser, flags);
	return *known && entry->flags & PCI_DEV_SER_BUS_MASTER;
#else
	(void)ser;
	(void)entry;
	*known = false;
	return false;
#endif
}

/* One more needs @pdev. */
static int get_one(struct pci_ser *ser, const struct pci_dev *pdev)
{
	const u32 place = place_of(ser, pdev->bdf);
	struct pci_dev_ser *entry = entry_at(ser, place);

	if (place < ser->nr && entry->bdf == pdev->bdf) {
		entry->count++;
		return 0;
	}
	if (ser->nr == ser->max)
		return -ENOSPC;
	memmove(entry_at(ser, place + 1), entry, (size_t)(ser->nr - place) * ser->entry_size);
	*entry = (struct pci_dev_ser){
		.bdf = pdev->bdf, .secondary = pdev->secondary, .count = 1,
#if PCI_SER_VERSION >= 2
		.flags = pdev->slot->is_bridge ? 0 : PCI_DEV_SER_BUS_MASTER,
#endif
	};
	ser->nr++;
	return 0;
}

static void put_one(struct pci_ser *ser, const struct pci_dev *pdev)
{
	const u32 place = place_of(ser, pdev->bdf);
	struct pci_dev_ser *entry = entry_at(ser, place);

	if (WARN_ON(place == ser->nr || entry->bdf != pdev->bdf) || --entry->count)
		return;
	ser->nr--;
	memmove(entry, entry_at(ser, place + 1), (size_t)(ser->nr - place) * ser->entry_size);
}

/**
 * pci_ser_get() - one more needs a device, and all bridges above it
 * @ser: the list
 * @pdev: the device
 *
 * Return: 0; -ENOSPC there is no room for all, and nothing changed.
 */
int pci_ser_get(struct pci_ser *ser, const struct pci_dev *pdev)
{
	for (const struct pci_dev *at = pdev; at; at = at->upstream) {
		const int err = get_one(ser, at);

		if (!err)
			continue;
		for (const struct pci_dev *undo = pdev; undo != at; undo = undo->upstream)
			put_one(ser, undo);
		return err;
	}
	return 0;
}

/** pci_ser_put() - one less needs @pdev, and all bridges above it. */
void pci_ser_put(struct pci_ser *ser, const struct pci_dev *pdev)
{
	for (const struct pci_dev *at = pdev; at; at = at->upstream)
		put_one(ser, at);
}

/* The FLB */

/* What is plugged in while the list is there has room as far as the page has. */
static int pci_flb_preserve(struct liveupdate_flb_op_args *argp)
{
	const size_t size = struct_size_t(struct pci_ser, entries,
					  pci_slots() * sizeof(struct pci_dev_ser));
	struct pci_ser *ser = kho_alloc_preserve(size);

	if (IS_ERR(ser))
		return PTR_ERR(ser);
	ser->version = PCI_SER_VERSION;
	ser->entry_size = sizeof(struct pci_dev_ser);
	ser->max = (PAGE_ALIGN(size) - sizeof(*ser)) / sizeof(struct pci_dev_ser);
	argp->obj = ser;
	argp->data = virt_to_phys(ser);
	return 0;
}

static void pci_flb_unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct pci_ser *ser = argp->obj;

	WARN_ON(ser->nr);
	kho_unpreserve_free(ser);
}

/**
 * pci_check_ser() - can what the previous kernel wrote be read?
 * @ser: the list
 * @size: bytes that were handed over there, whatever is written in them
 *
 * Return: 0; -EPROTO another version; -EINVAL.
 */
int pci_check_ser(const struct pci_ser *ser, size_t size)
{
	if (ser->version < PCI_SER_OLDEST || ser->version > PCI_SER_VERSION) {
		pr_err("version %u of what is preserved is not known here\n", ser->version);
		return -EPROTO;
	}
	if (ser->entry_size < offsetofend(struct pci_dev_ser, count) ||
	    ser->nr > (size - sizeof(*ser)) / ser->entry_size)
		return -EINVAL;
	for (u32 i = 1; i < ser->nr; i++) {
		if (pci_ser_at(ser, i - 1)->bdf >= pci_ser_at(ser, i)->bdf)
			return -EINVAL;
	}
	return 0;
}

/* It stays where it is and is only read. */
static int pci_flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	struct folio *folio = kho_restore_folio(argp->data);
	int err = folio ? pci_check_ser(folio_address(folio), folio_size(folio)) : -EINVAL;

	if (!err)
		argp->obj = folio_address(folio);
	else if (folio)
		folio_put(folio);
	return err;
}

static void pci_flb_finish(struct liveupdate_flb_op_args *argp)
{
	folio_put(virt_to_folio(argp->obj));
}

static const struct liveupdate_flb_ops pci_flb_ops = {
	.preserve = pci_flb_preserve,
	.unpreserve = pci_flb_unpreserve,
	.retrieve = pci_flb_retrieve,
	.finish = pci_flb_finish,
	.owner = THIS_MODULE,
};

static struct liveupdate_flb pci_flb = { .ops = &pci_flb_ops, .compatible = "pci-v1" };

/* The new kernel, while it looks for devices */

/**
 * pci_liveupdate_get_incoming() - what the previous kernel preserved
 * @ser: set to the list; pci_liveupdate_put_incoming() gives it back
 *
 * Return: 0; -ENODATA nothing is preserved, or all that was is finished. Panics when something is
 * and cannot be read.
 */
int pci_liveupdate_get_incoming(const struct pci_ser **ser)
{
	void *obj = NULL;
	int err;

	KUNIT_STATIC_STUB_REDIRECT(pci_liveupdate_get_incoming, ser);
	err = liveupdate_flb_get_incoming(&pci_flb, &obj);
	*ser = obj;
	/* No live update, nothing handed over, or nothing of ours. */
	if (err == -EOPNOTSUPP || err == -ENODATA || err == -ENOENT)
		return -ENODATA;
	if (err)
		panic("pci: what devices are preserved cannot be read: %d", err);
	return err;
}

void pci_liveupdate_put_incoming(void)
{
	KUNIT_STATIC_STUB_REDIRECT(pci_liveupdate_put_incoming);
	liveupdate_flb_put_incoming(&pci_flb);
}

/* The old kernel, while files are preserved */

/**
 * pci_liveupdate_get_outgoing() - what the next kernel will be told
 * @ser: set to the list; pci_liveupdate_put_outgoing() gives it back
 *
 * Return: 0; -ENOENT no file is preserved whose handler has the FLB.
 */
int pci_liveupdate_get_outgoing(struct pci_ser **ser)
{
	void *obj = NULL;
	int err;

	KUNIT_STATIC_STUB_REDIRECT(pci_liveupdate_get_outgoing, ser);
	err = liveupdate_flb_get_outgoing(&pci_flb, &obj);
	*ser = obj;
	return err;
}

void pci_liveupdate_put_outgoing(void)
{
	KUNIT_STATIC_STUB_REDIRECT(pci_liveupdate_put_outgoing);
	liveupdate_flb_put_outgoing(&pci_flb);
}

/* Drivers */

/** pci_liveupdate_register_flb() - files of @handler preserve devices. */
int pci_liveupdate_register_flb(struct liveupdate_file_handler *handler)
{
	return liveupdate_register_flb(handler, &pci_flb);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_register_flb);

void pci_liveupdate_unregister_flb(struct liveupdate_file_handler *handler)
{
	liveupdate_unregister_flb(handler, &pci_flb);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_unregister_flb);

/**
 * pci_liveupdate_preserve() - a device is to run on under the next kernel
 * @pdev: the device
 *
 * Neither it nor a bridge above it can be removed until pci_liveupdate_unpreserve().
 * Context: preserve() of a file whose handler has the FLB.
 * Return: 0; -ENODEV it was removed; -ENOSPC; what the FLB answers.
 */
int pci_liveupdate_preserve(struct pci_dev *pdev)
{
	struct pci_ser *ser;
	int err = pci_liveupdate_get_outgoing(&ser);

	if (err)
		return err;
	mutex_lock(&pci_lock);
	err = device_is_registered(&pdev->dev) ? pci_ser_get(ser, pdev) : -ENODEV;
	for (struct pci_dev *at = err ? NULL : pdev; at; at = at->upstream)
		at->outgoing++;
	mutex_unlock(&pci_lock);
	pci_liveupdate_put_outgoing();
	return err;
}
EXPORT_SYMBOL_GPL(pci_liveupdate_preserve);

/**
 * pci_liveupdate_unpreserve() - undo pci_liveupdate_preserve()
 * @pdev: the device
 *
 * Context: unpreserve() of that file, or the end of a preserve() that fails.
 */
void pci_liveupdate_unpreserve(struct pci_dev *pdev)
{
	struct pci_ser *ser;

	if (WARN_ON(pci_liveupdate_get_outgoing(&ser)))
		return;
	mutex_lock(&pci_lock);
	pci_ser_put(ser, pdev);
	for (struct pci_dev *at = pdev; at; at = at->upstream)
		at->outgoing--;
	mutex_unlock(&pci_lock);
	pci_liveupdate_put_outgoing();
}
EXPORT_SYMBOL_GPL(pci_liveupdate_unpreserve);

/**
 * pci_liveupdate_finish() - a device that was preserved is like any other again
 * @pdev: the device
 *
 * Context: finish() of its file, whether that was retrieved or not.
 */
void pci_liveupdate_finish(struct pci_dev *pdev)
{
	mutex_lock(&pci_lock);
	for (struct pci_dev *at = pdev; at; at = at->upstream) {
		if (!WARN_ON(!at->incoming))
			at->incoming--;
	}
	mutex_unlock(&pci_lock);
}
EXPORT_SYMBOL_GPL(pci_liveupdate_finish);
