/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: of lists, and bytes that mean something has been freed. */
#ifndef LUO_LINUX_POISON_H
#define LUO_LINUX_POISON_H

#include <luo/list.h>

#define POISON_POINTER_DELTA 0xdead000000000000ul
#define POISON_INUSE 0x5a
#define POISON_FREE 0x6b
#define POISON_END 0xa5

#endif
