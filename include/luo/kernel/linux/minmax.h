/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: arguments are evaluated once, and of one sign. */
#ifndef LUO_LINUX_MINMAX_H
#define LUO_LINUX_MINMAX_H

#include <luo/kernel/linux/build_bug.h>
#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/const.h>
#include <luo/kernel/linux/types.h>

#ifdef __cplusplus
#define LFB_AUTO_ auto
#define LFB_COMMON_(a, b) auto
#define LFB_SAME_SIGN_(a, b) ((void)0)
#else
#define LFB_AUTO_ __auto_type
#define LFB_COMMON_(a, b) __typeof__(0 ? (a) : (b))
#define LFB_NOT_NEGATIVE_(x)                                                                       \
	__builtin_choose_expr(__is_constexpr((long)(x)), (long long)(x) >= 0, 0)
#define LFB_SIGNED_(x) (((__typeof__((x) + 0))-1) < (__typeof__((x) + 0))1)
/* Of unlike signs a number that is known not to be negative may be compared. */
#define LFB_SAME_SIGN_(a, b)                                                                       \
	_Static_assert(LFB_SIGNED_(a) == LFB_SIGNED_(b) || LFB_NOT_NEGATIVE_(a) ||                 \
			       LFB_NOT_NEGATIVE_(b),                                               \
		       "min() or max() of a signed and an unsigned number: min_t(), umin()")
#endif

#define LFB_PICK3_(a, op, b, one, two)                                                             \
	__extension__({                                                                            \
		LFB_COMMON_(a, b) one = (a);                                                       \
		LFB_COMMON_(a, b) two = (b);                                                       \
		LFB_SAME_SIGN_(a, b);                                                              \
		one op two ? one : two;                                                            \
	})
#define LFB_PICK2_(a, op, b, number) LFB_PICK3_(a, op, b, lfb_a_##number, lfb_b_##number)
#define LFB_PICK1_(a, op, b, number) LFB_PICK2_(a, op, b, number)
#define LFB_PICK_(a, op, b) LFB_PICK1_(a, op, b, __COUNTER__)

#ifndef min
#define min(a, b) LFB_PICK_(a, <, b)
#endif
#ifndef max
#define max(a, b) LFB_PICK_(a, >, b)
#endif
#define min_t(type, a, b) min((type)(a), (type)(b))
#define max_t(type, a, b) max((type)(a), (type)(b))
/** umin() - of numbers that are not negative, whatever their types say. */
#define umin(a, b) min((a) + 0u + 0ul + 0ull, (b) + 0u + 0ul + 0ull)
#define umax(a, b) max((a) + 0u + 0ul + 0ull, (b) + 0u + 0ul + 0ull)
#define min3(a, b, c) min(min(a, b), c)
#define max3(a, b, c) max(max(a, b), c)
/** min_not_zero() - the smaller one, of which 0 is none. */
#define min_not_zero(a, b)                                                                         \
	__extension__({                                                                            \
		LFB_AUTO_ lfb_nz_a_ = (a);                                                         \
		LFB_AUTO_ lfb_nz_b_ = (b);                                                         \
		lfb_nz_a_ == 0 ? lfb_nz_b_ :                                                       \
		lfb_nz_b_ == 0 ? lfb_nz_a_ : min(lfb_nz_a_, lfb_nz_b_);                            \
	})
#ifndef __cplusplus
#define clamp(value, low, high) min(max(value, low), high)
#define clamp_t(type, value, low, high) min_t(type, max_t(type, value, low), high)
#define clamp_val(value, low, high) clamp_t(__typeof__(value), value, low, high)
#endif

/* For constants, and constant where these are. */
#ifndef MIN
#define MIN(a, b) ((a) < (b) ? (a) : (b))
#endif
#ifndef MAX
#define MAX(a, b) ((a) > (b) ? (a) : (b))
#endif
#define MIN_T(type, a, b) MIN((type)(a), (type)(b))
#define MAX_T(type, a, b) MAX((type)(a), (type)(b))

#ifndef __cplusplus
#define swap(a, b)                                                                                 \
	do {                                                                                       \
		__typeof__(a) lfb_swap_ = (a);                                                     \
		(a) = (b);                                                                         \
		(b) = lfb_swap_;                                                                   \
	} while (0)
#endif

/** in_range() - Return: whether @value is one of the @length numbers from @start. */
#define in_range(value, start, length)                                                             \
	((u64)(value) - (u64)(start) < (u64)(length))

#endif
