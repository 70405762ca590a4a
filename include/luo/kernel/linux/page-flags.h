/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* STUB: pages have none. */
#ifndef LUO_LINUX_PAGE_FLAGS_H
#define LUO_LINUX_PAGE_FLAGS_H

#include <luo/kernel/linux/mm.h>

#endif
