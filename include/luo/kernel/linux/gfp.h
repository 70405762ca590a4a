/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: page allocation; of the flags only __GFP_ZERO does anything. */
#ifndef LUO_LINUX_GFP_H
#define LUO_LINUX_GFP_H

#include <luo/mm.h>

#endif
