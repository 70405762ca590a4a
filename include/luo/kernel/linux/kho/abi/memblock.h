/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_KHO_ABI_MEMBLOCK_H
#define LUO_LINUX_KHO_ABI_MEMBLOCK_H

#include <luo/abi.h>

#endif
