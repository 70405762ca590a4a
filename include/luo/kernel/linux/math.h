/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: of the roots and fractions those that live update code uses. */
#ifndef LUO_LINUX_MATH_H
#define LUO_LINUX_MATH_H

/* Its abs() is a function, declared before ours takes the name. */
#include <stdlib.h>
#include <luo/kernel/linux/align.h>
#include <luo/kernel/linux/types.h>

#define round_up(x, y) ((((x) - 1) | ((__typeof__(x))(y) - 1)) + 1)
#define round_down(x, y) ((x) & ~((__typeof__(x))(y) - 1))
#define roundup(x, y) (((x) + (__typeof__(y))(y) - 1) / (y) * (y))
#define rounddown(x, y) ((x) - (x) % (y))
#define DIV_ROUND_DOWN_ULL(n, d) ((unsigned long long)(n) / (d))
#define DIV_ROUND_UP_ULL(n, d) (((unsigned long long)(n) + (d) - 1) / (d))
#define DIV_ROUND_UP_POW2(n, d) ((n) / (d) + !!((n) & ((d) - 1)))

/** DIV_ROUND_CLOSEST() - halves go away from 0. */
#define DIV_ROUND_CLOSEST(x, divisor)                                                              \
	__extension__({                                                                            \
		__typeof__(x) lfb_x_ = (x);                                                        \
		__typeof__(divisor) lfb_d_ = (divisor);                                            \
		((lfb_x_ > 0) == (lfb_d_ > 0)) ? (lfb_x_ + lfb_d_ / 2) / lfb_d_ :                  \
						 (lfb_x_ - lfb_d_ / 2) / lfb_d_;                   \
	})
/** mult_frac() - x * n / d without an overflow in between. */
#define mult_frac(x, n, d)                                                                         \
	__extension__({                                                                            \
		__typeof__(x) lfb_x_ = (x);                                                        \
		__typeof__(n) lfb_n_ = (n);                                                        \
		__typeof__(d) lfb_d_ = (d);                                                        \
		lfb_x_ / lfb_d_ * lfb_n_ + lfb_x_ % lfb_d_ * lfb_n_ / lfb_d_;                      \
	})
#if !defined(abs) && !defined(__cplusplus)
#define abs(x)                                                                                     \
	__extension__({                                                                            \
		__typeof__(x) lfb_abs_ = (x);                                                      \
		lfb_abs_ < 0 ? -lfb_abs_ : lfb_abs_;                                               \
	})
#endif
#define abs_diff(a, b)                                                                             \
	__extension__({                                                                            \
		__typeof__(a) lfb_a_ = (a);                                                        \
		__typeof__(b) lfb_b_ = (b);                                                        \
		lfb_a_ > lfb_b_ ? lfb_a_ - lfb_b_ : lfb_b_ - lfb_a_;                               \
	})

/** int_sqrt() - Return: the largest number whose square is not above @x. */
static inline unsigned long int_sqrt(unsigned long x)
{
	unsigned long root = 0;

	for (unsigned long bit = 1ul << (__SIZEOF_LONG__ * 8 / 2 - 1); bit; bit >>= 1) {
		if ((root | bit) <= x / (root | bit))
			root |= bit;
	}
	return root;
}

#endif
