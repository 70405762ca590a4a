/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the PCI core of one kernel tells that of the next: the devices that are preserved, and the
 * bridges above them.
 *
 * The FLB "pci-v1" has the physical address of a struct pci_ser. Its entries lie one behind the
 * other, sorted by address, each as long as the header says: who reads an older version takes what
 * is not there for 0, so an entry only ever grows at its end. A version that reads differently is
 * another FLB.
 */
#ifndef PCI_ABI_H
#define PCI_ABI_H

#include <linux/types.h>

/* The version that is written, and the oldest one that is still read. */
#ifndef PCI_SER_VERSION
#define PCI_SER_VERSION 1
#endif
#ifndef PCI_SER_OLDEST
#define PCI_SER_OLDEST 1
#endif

/**
 * struct pci_dev_ser - a device that is preserved, or a bridge above one
 * @bdf: its bus number (high byte), device and function
 * @secondary: of a bridge, the number of the bus behind it; else 0
 * @reserved: 0
 * @count: who needs it: its driver's file, and of a bridge each device below that is preserved
 * @flags: PCI_DEV_SER_*; from version 2 on
 */
struct pci_dev_ser {
	u16 bdf;
	u8 secondary;
	u8 reserved;
	u32 count;
#if PCI_SER_VERSION >= 2
	u32 flags;
#endif
} __attribute__((packed));

/* It may write to memory by itself. */
#define PCI_DEV_SER_BUS_MASTER 0x1

/**
 * struct pci_ser - all that are preserved
 * @version: PCI_SER_VERSION of who wrote it
 * @entry_size: bytes of an entry
 * @nr: entries
 * @max: entries that there is room for
 * @entries: struct pci_dev_ser of that version
 */
struct pci_ser {
	u32 version;
	u32 entry_size;
	u32 nr;
	u32 max;
	u8 entries[];
} __attribute__((packed));

#endif
