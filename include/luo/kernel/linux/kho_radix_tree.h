/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_KHO_RADIX_TREE_H
#define LUO_LINUX_KHO_RADIX_TREE_H

#include <luo/kho_radix_tree.h>

#endif
