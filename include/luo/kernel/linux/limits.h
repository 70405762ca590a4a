/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. The C library's <limits.h> gets its numbers through this name. */
#ifndef LUO_LINUX_LIMITS_H
#define LUO_LINUX_LIMITS_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/limits.h>
#include <stdint.h>

#define U8_MAX ((uint8_t)~0U)
#define S8_MAX ((int8_t)(U8_MAX >> 1))
#define S8_MIN ((int8_t)(-S8_MAX - 1))
#define U16_MAX ((uint16_t)~0U)
#define S16_MAX ((int16_t)(U16_MAX >> 1))
#define S16_MIN ((int16_t)(-S16_MAX - 1))
#define U32_MAX ((uint32_t)~0U)
#define S32_MAX ((int32_t)(U32_MAX >> 1))
#define S32_MIN ((int32_t)(-S32_MAX - 1))
#define U64_MAX (~0ULL)
#define S64_MAX ((long long)(U64_MAX >> 1))
#define S64_MIN (-S64_MAX - 1)
#define PHYS_ADDR_MAX (~0ULL)
#define RESOURCE_SIZE_MAX PHYS_ADDR_MAX
#ifndef SSIZE_MAX
#define SSIZE_MAX ((long)(SIZE_MAX >> 1))
#endif

#endif
