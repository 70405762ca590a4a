/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: those that live update code uses. */
#ifndef LUO_LINUX_SIZES_H
#define LUO_LINUX_SIZES_H

#define SZ_4K 0x1000
#define SZ_64K 0x10000
#define SZ_1M 0x100000
#define SZ_2M 0x200000
#define SZ_1G 0x40000000

#endif
