/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_CONST_H
#define LUO_LINUX_CONST_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/const.h>
#include <luo/kernel/linux/compiler_types.h>

#define UL(x) _UL(x)
#define ULL(x) _ULL(x)

#endif
