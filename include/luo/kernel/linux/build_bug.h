/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what a compiler can know. */
#ifndef LUO_LINUX_BUILD_BUG_H
#define LUO_LINUX_BUILD_BUG_H

#include <luo/types.h>

/** BUILD_BUG_ON_ZERO() - 0, and no program where @condition holds. */
#define BUILD_BUG_ON_ZERO(condition) ((int)(sizeof(char[1 - 2 * !!(condition)]) - 1))
#define BUILD_BUG_ON_MSG(condition, why) LFB_STATIC_ASSERT(!(condition), why)
#define BUILD_BUG_ON(condition) BUILD_BUG_ON_MSG(condition, #condition)
#if !defined(__cplusplus) && !defined(static_assert)
#define static_assert(condition, ...) LFB_STATIC_ASSERT(condition, #condition)
#endif

#endif
