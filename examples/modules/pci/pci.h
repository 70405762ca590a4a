/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A PCI core, as small as one can be that has what matters in a live update: bridges with bus
 * numbers, devices that come and go, and drivers that want theirs to run on under the next kernel.
 *
 * Drivers say so by their file handlers: pci_liveupdate_register_flb() once, then
 * pci_liveupdate_preserve() in preserve(), pci_liveupdate_unpreserve() in unpreserve(),
 * pci_get_device() in retrieve() and pci_liveupdate_finish() in finish().
 */
#ifndef PCI_H
#define PCI_H

#include <linux/device.h>
#include <linux/list.h>
#include <linux/liveupdate.h>
#include <linux/mutex.h>
#include <linux/types.h>

#include "abi.h"

#define PCI_DEVFN(device, function) ((device) << 3 | (function))
#define PCI_BDF(bus, devfn) ((u16)((bus) << 8 | (devfn)))

/**
 * struct pci_slot - a place where the board has a device
 * @above: index of the bridge it is behind; -1: it is on the root bus. Bridges come first
 * @devfn: its number there
 * @is_bridge: it is a bridge
 */
struct pci_slot {
	int above;
	u8 devfn;
	bool is_bridge;
};

/**
 * struct pci_dev - a device that was found
 * @list: on the list of all; those above come first
 * @dev: its name and references
 * @upstream: the bridge it is behind, or NULL
 * @slot: where it is
 * @bdf: its address
 * @secondary: of a bridge, the number of the bus behind it
 * @outgoing: who needs it in the next kernel, as in struct pci_dev_ser
 * @incoming: who had needed it in the previous one and is not finished yet
 */
struct pci_dev {
	struct list_head list;
	struct device dev;
	struct pci_dev *upstream;
	const struct pci_slot *slot;
	u16 bdf;
	u8 secondary;
	u32 outgoing;
	u32 incoming;
};

#define to_pci_dev(device) container_of(device, struct pci_dev, dev)

/* Held while devices come and go, or what is said of them in handed-over memory changes. */
extern struct mutex pci_lock;

/* probe.c, for drivers */
struct pci_dev *pci_get_device(u16 bdf);
struct pci_dev *pci_get_endpoint(unsigned int number);
void pci_put_device(struct pci_dev *pdev);
int pci_remove_device(struct pci_dev *pdev);
int pci_rescan(void);

/* liveupdate.c, for drivers */
int pci_liveupdate_register_flb(struct liveupdate_file_handler *handler);
void pci_liveupdate_unregister_flb(struct liveupdate_file_handler *handler);
int pci_liveupdate_preserve(struct pci_dev *pdev);
void pci_liveupdate_unpreserve(struct pci_dev *pdev);
void pci_liveupdate_finish(struct pci_dev *pdev);

/* For the core itself and its tests */
int pci_init(void);
void pci_exit(void);
unsigned int pci_slots(void);
int pci_check_ser(const struct pci_ser *ser, size_t size);
const struct pci_dev_ser *pci_ser_at(const struct pci_ser *ser, u32 index);
const struct pci_dev_ser *pci_ser_find(const struct pci_ser *ser, u16 bdf);
bool pci_ser_is_master(const struct pci_ser *ser, const struct pci_dev_ser *entry, bool *known);
int pci_ser_get(struct pci_ser *ser, const struct pci_dev *pdev);
void pci_ser_put(struct pci_ser *ser, const struct pci_dev *pdev);
int pci_liveupdate_get_incoming(const struct pci_ser **ser);
void pci_liveupdate_put_incoming(void);
int pci_liveupdate_get_outgoing(struct pci_ser **ser);
void pci_liveupdate_put_outgoing(void);

#endif
