/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: constant where its argument is. */
#ifndef LUO_LINUX_LOG2_H
#define LUO_LINUX_LOG2_H

#include <luo/kernel/linux/bitops.h>
#include <luo/kernel/linux/types.h>

#define LFB_ILOG2_(n) ((n) < 2 ? 0 : 63 - __builtin_clzll((unsigned long long)(n) | 1))
#define const_ilog2(n) LFB_ILOG2_(n)
/** ilog2() - Return: the number of the highest bit of @n, which is not 0. */
#define ilog2(n) LFB_ILOG2_(n)
/** order_base_2() - Return: the smallest power of two not below @n, by its number. */
#define order_base_2(n) ((n) > 1 ? ilog2((n) - 1) + 1 : 0)
/** bits_per() - Return: how many bits hold all numbers up to @n. */
#define bits_per(n) ((n) < 2 ? 1 : ilog2(n) + 1)
#define __roundup_pow_of_two(n) roundup_pow_of_two(n)
#define __rounddown_pow_of_two(n) rounddown_pow_of_two(n)
#define roundup_pow_of_two(n) (1UL << order_base_2((unsigned long)(n)))
#define rounddown_pow_of_two(n) (1UL << ilog2((unsigned long)(n)))

/** is_power_of_2() - Return: whether @n is one; 0 is none. */
static inline bool is_power_of_2(unsigned long n)
{
	return n && !(n & (n - 1));
}

#endif
