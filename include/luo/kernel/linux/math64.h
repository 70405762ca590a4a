/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what 64-bit processors do of themselves. */
#ifndef LUO_LINUX_MATH64_H
#define LUO_LINUX_MATH64_H

#include <luo/kernel/linux/math.h>
#include <luo/kernel/linux/types.h>

#define div64_long(x, y) div64_s64((x), (y))
#define div64_ul(x, y) div64_u64((x), (y))

static inline u64 div_u64_rem(u64 dividend, u32 divisor, u32 *remainder)
{
	*remainder = (u32)(dividend % divisor);
	return dividend / divisor;
}

static inline u64 div64_u64_rem(u64 dividend, u64 divisor, u64 *remainder)
{
	*remainder = dividend % divisor;
	return dividend / divisor;
}

static inline u64 div_u64(u64 dividend, u32 divisor)
{
	return dividend / divisor;
}

static inline s64 div_s64(s64 dividend, s32 divisor)
{
	return dividend / divisor;
}

static inline u64 div64_u64(u64 dividend, u64 divisor)
{
	return dividend / divisor;
}

static inline s64 div64_s64(s64 dividend, s64 divisor)
{
	return dividend / divisor;
}

#ifdef __SIZEOF_INT128__
static inline u64 mul_u64_u32_shr(u64 a, u32 factor, unsigned int shift)
{
	return (u64)(((u128)a * factor) >> shift);
}

static inline u64 mul_u64_u64_shr(u64 a, u64 factor, unsigned int shift)
{
	return (u64)(((u128)a * factor) >> shift);
}

static inline u64 mul_u64_u64_div_u64(u64 a, u64 factor, u64 divisor)
{
	return (u64)((u128)a * factor / divisor);
}
#endif

/** do_div() - @n becomes its quotient. Return: the remainder. */
#define do_div(n, base)                                                                            \
	__extension__({                                                                            \
		u32 lfb_base_ = (base);                                                            \
		u32 lfb_rest_ = (u32)((u64)(n) % lfb_base_);                                       \
		(n) = (u64)(n) / lfb_base_;                                                        \
		lfb_rest_;                                                                         \
	})

#endif
