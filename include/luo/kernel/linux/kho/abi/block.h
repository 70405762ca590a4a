/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_KHO_ABI_BLOCK_H
#define LUO_LINUX_KHO_ABI_BLOCK_H

#include <luo/kho_block.h>

#endif
