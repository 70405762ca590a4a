/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: hints, attributes, single accesses and what a compiler knows of an expression. */
#ifndef LUO_LINUX_COMPILER_H
#define LUO_LINUX_COMPILER_H

#include <luo/kernel/linux/compiler_types.h>
#include <luo/kernel/linux/build_bug.h>
#include <luo/race.h>

#define READ_ONCE(x) (*(const volatile __typeof__(x) *)&(x))
#define WRITE_ONCE(x, value) (*(volatile __typeof__(x) *)&(x) = (value))
/** data_race() - the value of @expression, whose accesses race with nothing. */
#if LFB_SAYS_ACCESSES
#define data_race(expression)                                                                      \
	__extension__({                                                                            \
		__typeof__(({ expression; })) lfb_value_;                                          \
		lfb_race_ignore(true);                                                             \
		lfb_value_ = (expression);                                                         \
		lfb_race_ignore(false);                                                            \
		lfb_value_;                                                                        \
	})
#else
#define data_race(expression) (expression)
#endif

/* What a kernel does in one step, from true to false. */
#define lfb_at_once(begin)                                                                         \
	do {                                                                                       \
		if (LFB_SAYS_ACCESSES)                                                             \
			lfb_race_at_once(begin);                                                   \
	} while (0)

/** OPTIMIZER_HIDE_VAR() - the compiler forgets what it knows of a variable's value. */
#define OPTIMIZER_HIDE_VAR(variable) __asm__("" : "+r"(variable))
#define RELOC_HIDE(ptr, offset) ((__typeof__(ptr))((uintptr_t)(ptr) + (offset)))
#define barrier_data(ptr) __asm__ volatile("" : : "r"(ptr) : "memory")
#define unreachable() __builtin_unreachable()

#ifndef __cplusplus
/** statically_true() - whether the compiler knows that @x holds. */
#define statically_true(x) (__builtin_constant_p(x) && (x))
#endif

#define is_signed_type(type) (((type)(-1)) < (__extension__(type)1))
#define is_unsigned_type(type) (!is_signed_type(type))

#define __must_be_array(a) BUILD_BUG_ON_ZERO(__same_type((a), &(a)[0]))

#endif
