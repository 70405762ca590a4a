/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. The C library's <errno.h> gets its numbers through this name. */
#ifndef LUO_LINUX_ERRNO_H
#define LUO_LINUX_ERRNO_H

#include <asm-generic/../linux/errno.h>
#include <luo/types.h>

#endif
