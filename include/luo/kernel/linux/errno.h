/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. The C library's <errno.h> gets its numbers through this name. */
#ifndef LUO_LINUX_ERRNO_H
#define LUO_LINUX_ERRNO_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/errno.h>
#include <luo/types.h>

#endif
