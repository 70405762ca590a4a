/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A driver for any device, for the PCI core to be tried with. */
#ifndef PCI_STUB_H
#define PCI_STUB_H

#include "pci.h"

struct file *pci_stub_open(unsigned int number);
int pci_stub_init(void);
void pci_stub_exit(void);

#endif
