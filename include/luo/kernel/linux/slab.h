/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the kmalloc() family without caches of one's own. */
#ifndef LUO_LINUX_SLAB_H
#define LUO_LINUX_SLAB_H

#include <luo/slab.h>

#endif
