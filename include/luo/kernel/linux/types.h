/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. Other headers of the system count on this name too. */
#ifndef LUO_LINUX_TYPES_H
#define LUO_LINUX_TYPES_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/types.h>
#include <luo/kernel/linux/compiler.h>
#include <sys/types.h>
#include <luo/list.h>
#include <luo/types.h>

#endif
