/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what a compiler can know. */
#ifndef LUO_LINUX_BUILD_BUG_H
#define LUO_LINUX_BUILD_BUG_H

#include <luo/kernel/linux/compiler_types.h>
#include <luo/types.h>

/** BUILD_BUG_ON_ZERO() - 0, and no program where @condition holds. */
#define BUILD_BUG_ON_ZERO(...) LFB_ZERO_(__VA_ARGS__, )
#define LFB_ZERO_(condition, ...) ((int)(sizeof(char[1 - 2 * !!(condition)]) - 1))
#ifdef __cplusplus
#define BUILD_BUG_ON_MSG(condition, why) LFB_STATIC_ASSERT(!(condition), why)
#elif defined(__OPTIMIZE__)
#define LFB_BUILD_BUG2_(condition, why, name)                                                      \
	do {                                                                                       \
		extern void name(void) __attribute__((__error__(why)));                            \
		if (__builtin_constant_p(!!(condition)) && (condition))                            \
			name();                                                                    \
	} while (0)
#define LFB_BUILD_BUG_(condition, why, number)                                                     \
	LFB_BUILD_BUG2_(condition, why, lfb_build_bug_##number)
#define LFB_BUILD_BUG_AT_(condition, why, number) LFB_BUILD_BUG_(condition, why, number)
/* What an optimiser knows counts: a call that is left over is an error. */
#define BUILD_BUG_ON_MSG(condition, why) LFB_BUILD_BUG_AT_(condition, why, __COUNTER__)
#else
#define BUILD_BUG_ON_MSG(condition, why) ((void)BUILD_BUG_ON_ZERO(const_true(condition)))
#endif
#define BUILD_BUG_ON(condition) BUILD_BUG_ON_MSG(condition, #condition)
#define BUILD_BUG_ON_INVALID(expression) ((void)(sizeof((long)(expression))))
#define BUILD_BUG_ON_NOT_POWER_OF_2(n) BUILD_BUG_ON((n) == 0 || (((n) & ((n) - 1)) != 0))
#if defined(__OPTIMIZE__) || defined(__cplusplus)
#define BUILD_BUG() BUILD_BUG_ON_MSG(1, "BUILD_BUG failed")
#else
/* Without an optimiser nobody knows whether it is come to. */
#define BUILD_BUG() ((void)0)
#endif
#if !defined(__cplusplus) && !defined(static_assert)
#define LFB_ASSERTED_(condition, text, ...) _Static_assert(condition, text)
/** static_assert() - with or without a sentence that says why. */
#define static_assert(...) LFB_ASSERTED_(__VA_ARGS__, #__VA_ARGS__, )
#endif

#endif
