/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the pages of a tree and what is handed over with it; not the names of the root tree. */
#ifndef LUO_LINUX_KHO_ABI_KEXEC_HANDOVER_H
#define LUO_LINUX_KHO_ABI_KEXEC_HANDOVER_H

#include <luo/abi.h>
#include <luo/kho_radix_tree.h>

#endif
