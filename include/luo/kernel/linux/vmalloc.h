/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: vmalloc() of single pages. */
#ifndef LUO_LINUX_VMALLOC_H
#define LUO_LINUX_VMALLOC_H

#include <luo/vmalloc.h>

#endif
