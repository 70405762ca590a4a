// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Which devices there are. The board is a table; what is in it is found at boot and, after it was
 * removed, by looking again.
 *
 * Bus numbers are given out as bridges are found, the next one that nobody had. So they tell in
 * which order things were plugged in, which no later kernel can find out from the board: of what
 * is preserved it takes the numbers from the list, and gives none of them to anybody else.
 */
#define pr_fmt(fmt) "pci: " fmt

#include <linux/array_size.h>
#include <linux/err.h>
#include <linux/module.h>
#include <linux/panic.h>
#include <linux/slab.h>

#include "pci.h"

/* Two root ports, behind one of them a switch with two ports of its own; three devices. */
static const struct pci_slot board[] = {
	{ -1, PCI_DEVFN(1, 0), true },
	{ -1, PCI_DEVFN(2, 0), true },
	{ 0, PCI_DEVFN(0, 0), true },
	{ 2, PCI_DEVFN(0, 0), true },
	{ 2, PCI_DEVFN(1, 0), true },
	{ 3, PCI_DEVFN(0, 0), false },
	{ 4, PCI_DEVFN(0, 0), false },
	{ 1, PCI_DEVFN(0, 0), false },
};

DEFINE_MUTEX(pci_lock);

static LIST_HEAD(devices);
static unsigned int last_bus;	/* the last number that was given out */

unsigned int pci_slots(void)
{
	return ARRAY_SIZE(board);
}

static struct pci_dev *device_in(const struct pci_slot *slot)
{
	struct pci_dev *pdev;

	list_for_each_entry(pdev, &devices, list) {
		if (pdev->slot == slot)
			return pdev;
	}
	return NULL;
}

static void release(struct device *dev)
{
	kfree(to_pci_dev(dev));
}

/* Bus numbers */

/* By a bridge that is there, or one that is preserved and not found yet. */
static bool is_taken(const struct pci_ser *incoming, unsigned int number)
{
	const struct pci_dev_ser *entry;
	struct pci_dev *pdev;

	list_for_each_entry(pdev, &devices, list) {
		if (pdev->secondary == number)
			return true;
	}
	for (u32 i = 0; incoming && (entry = pci_ser_at(incoming, i)); i++) {
		if (entry->secondary == number)
			return true;
	}
	return false;
}

static int next_bus(const struct pci_ser *incoming)
{
	do {
		if (last_bus == U8_MAX)
			return -ENOSPC;
		last_bus++;
	} while (is_taken(incoming, last_bus));
	return (int)last_bus;
}

/* A bridge that is preserved has its number already. */
static int number_bridge(struct pci_dev *pdev, const struct pci_dev_ser *entry,
			 const struct pci_ser *incoming)
{
	const int number = entry ? entry->secondary : next_bus(incoming);

	if (number < 0)
		return number;
	pdev->secondary = (u8)number;
	return 0;
}

/* Finding devices */

static void tell(const struct pci_dev *pdev, const struct pci_ser *incoming,
		 const struct pci_dev_ser *entry)
{
	bool known;
	const bool is_master = pci_ser_is_master(incoming, entry, &known);

	dev_info(&pdev->dev, "runs on, %u need it, %s\n", entry->count,
		 !known ? "perhaps a bus master" : is_master ? "a bus master" : "no bus master");
}

static int set_up(struct pci_dev *pdev, const struct pci_ser *incoming)
{
	const struct pci_dev_ser *entry = incoming ? pci_ser_find(incoming, pdev->bdf) : NULL;
	int err;

	if (entry)
		pdev->incoming = entry->count;
	err = pdev->slot->is_bridge ? number_bridge(pdev, entry, incoming) : 0;
	if (!err)
		err = dev_set_name(&pdev->dev, "0000:%02x:%02x.%u", pdev->bdf >> 8,
				   pdev->bdf >> 3 & 0x1f, pdev->bdf & 7u);
	if (!err)
		err = device_add(&pdev->dev);
	if (!err && entry)
		tell(pdev, incoming, entry);
	return err;
}

/* Each device asks for itself, whoever found it and when. */
static int find_device(const struct pci_slot *slot, struct pci_dev *upstream)
{
	const u8 bus = upstream ? upstream->secondary : 0;
	const struct pci_ser *incoming;
	struct pci_dev *pdev = kzalloc_obj(*pdev);
	int err;

	if (!pdev)
		return -ENOMEM;
	device_initialize(&pdev->dev);
	pdev->dev.release = release;
	pdev->dev.parent = upstream ? &upstream->dev : NULL;
	pdev->upstream = upstream;
	pdev->slot = slot;
	pdev->bdf = PCI_BDF(bus, slot->devfn);
	if (!pci_liveupdate_get_incoming(&incoming)) {
		err = set_up(pdev, incoming);
		pci_liveupdate_put_incoming();
	} else {
		err = set_up(pdev, NULL);
	}
	if (err) {
		put_device(&pdev->dev);
		return err;
	}
	list_add_tail(&pdev->list, &devices);
	return 0;
}

/* All that is not known yet; bridges come before what is behind them. */
static int scan(void)
{
	lockdep_assert_held(&pci_lock);
	for (size_t i = 0; i < ARRAY_SIZE(board); i++) {
		const struct pci_slot *slot = &board[i];
		struct pci_dev *upstream = NULL;
		int err;

		if (slot->above >= 0)
			upstream = device_in(&board[slot->above]);
		if (device_in(slot) || (slot->above >= 0 && !upstream))
			continue;
		err = find_device(slot, upstream);
		if (err)
			return err;
	}
	return 0;
}

/** pci_rescan() - look for what was plugged in. Return: 0; -ENOMEM, -ENOSPC. */
int pci_rescan(void)
{
	int err;

	mutex_lock(&pci_lock);
	err = scan();
	mutex_unlock(&pci_lock);
	return err;
}
EXPORT_SYMBOL_GPL(pci_rescan);

static void drop(struct pci_dev *pdev)
{
	list_del(&pdev->list);
	device_del(&pdev->dev);
	put_device(&pdev->dev);
}

static bool is_below(const struct pci_dev *pdev, const struct pci_dev *bridge)
{
	while (pdev && pdev != bridge)
		pdev = pdev->upstream;
	return pdev;
}

/**
 * pci_remove_device() - a device goes, with all that is behind it
 * @pdev: the device
 *
 * Return: 0; -EBUSY it, or something behind it, is preserved; -ENODEV it is gone already.
 */
int pci_remove_device(struct pci_dev *pdev)
{
	struct pci_dev *at, *next;
	int err = 0;

	mutex_lock(&pci_lock);
	if (!device_is_registered(&pdev->dev))
		err = -ENODEV;
	/* A bridge counts what is behind it. */
	else if (pdev->outgoing || pdev->incoming)
		err = -EBUSY;
	list_for_each_entry_safe_reverse(at, next, &devices, list) {
		if (!err && is_below(at, pdev))
			drop(at);
	}
	mutex_unlock(&pci_lock);
	return err;
}
EXPORT_SYMBOL_GPL(pci_remove_device);

/** pci_get_device() - the device of that address, with a reference; or NULL. */
struct pci_dev *pci_get_device(u16 bdf)
{
	struct pci_dev *pdev, *found = NULL;

	mutex_lock(&pci_lock);
	list_for_each_entry(pdev, &devices, list) {
		if (pdev->bdf == bdf) {
			get_device(&pdev->dev);
			found = pdev;
			break;
		}
	}
	mutex_unlock(&pci_lock);
	return found;
}
EXPORT_SYMBOL_GPL(pci_get_device);

/** pci_get_endpoint() - one of the devices that are no bridges, with a reference; or NULL. */
struct pci_dev *pci_get_endpoint(unsigned int number)
{
	struct pci_dev *pdev, *found = NULL;

	mutex_lock(&pci_lock);
	list_for_each_entry(pdev, &devices, list) {
		if (!pdev->slot->is_bridge && !number--) {
			get_device(&pdev->dev);
			found = pdev;
			break;
		}
	}
	mutex_unlock(&pci_lock);
	return found;
}
EXPORT_SYMBOL_GPL(pci_get_endpoint);

void pci_put_device(struct pci_dev *pdev)
{
	put_device(&pdev->dev);
}
EXPORT_SYMBOL_GPL(pci_put_device);

/* All that runs on must have been found: else somebody does DMA whom nobody can stop. */
static void check_incoming(int err)
{
	const struct pci_dev_ser *entry;
	const struct pci_ser *incoming;

	if (pci_liveupdate_get_incoming(&incoming))
		return;
	if (err)
		panic("pci: devices are preserved and not all can be set up: %d", err);
	for (u32 i = 0; (entry = pci_ser_at(incoming, i)); i++) {
		struct pci_dev *pdev = pci_get_device(entry->bdf);

		if (!pdev)
			panic("pci: %04x was preserved and is not there", entry->bdf);
		pci_put_device(pdev);
	}
	pci_liveupdate_put_incoming();
}

void __exit pci_exit(void)
{
	struct pci_dev *pdev, *next;

	mutex_lock(&pci_lock);
	list_for_each_entry_safe_reverse(pdev, next, &devices, list)
		drop(pdev);
	last_bus = 0;
	mutex_unlock(&pci_lock);
}

/** pci_init() - finds all devices. Return: 0; -ENOMEM. */
int __init pci_init(void)
{
	const int err = pci_rescan();

	check_incoming(err);
	if (err)
		pci_exit();
	return err;
}
subsys_initcall(pci_init);
module_exit(pci_exit);

MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("PCI devices that run on during a live update");
