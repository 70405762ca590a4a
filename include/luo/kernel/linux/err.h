/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_ERR_H
#define LUO_LINUX_ERR_H

#include <luo/kernel/linux/compiler_types.h>
#include <luo/kernel/linux/errno.h>
#include <luo/types.h>

#define IS_ERR_VALUE(x) ((unsigned long)(void *)(x) >= (unsigned long)-MAX_ERRNO)
#define IOMEM_ERR_PTR(error) ((void __iomem *)ERR_PTR(error))

#endif
