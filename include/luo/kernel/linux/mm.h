/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: pages, folios and addresses, no address spaces. */
#ifndef LUO_LINUX_MM_H
#define LUO_LINUX_MM_H

#include <luo/mm.h>

#endif
