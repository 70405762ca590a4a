/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the size of a page. */
#ifndef LUO_ASM_PAGE_H
#define LUO_ASM_PAGE_H

#include <luo/mm.h>

#endif
