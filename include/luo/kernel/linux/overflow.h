/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_OVERFLOW_H
#define LUO_LINUX_OVERFLOW_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/const.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/types.h>

#define __type_half_max(type) ((type)1 << (8 * sizeof(type) - 1 - is_signed_type(type)))
#define __type_max(type) ((type)((__type_half_max(type) - 1) + __type_half_max(type)))
#define type_max(t) __type_max(__typeof__(t))
#define __type_min(type) ((type)((type) - type_max(type) - (type)1))
#define type_min(t) __type_min(__typeof__(t))

static inline bool __must_check __must_check_overflow(bool overflow)
{
	return unlikely(overflow);
}

/** check_add_overflow() - *@d is @a + @b, cut. Return: whether it had to be. */
#define check_add_overflow(a, b, d) __must_check_overflow(__builtin_add_overflow(a, b, d))
#define check_sub_overflow(a, b, d) __must_check_overflow(__builtin_sub_overflow(a, b, d))
#define check_mul_overflow(a, b, d) __must_check_overflow(__builtin_mul_overflow(a, b, d))

#define LFB_WRAP_(how, type, a, b)                                                                 \
	__extension__({                                                                            \
		type lfb_wrapped_;                                                                 \
		(void)__builtin_##how##_overflow(a, b, &lfb_wrapped_);                             \
		lfb_wrapped_;                                                                      \
	})
/** wrapping_add() - Return: the sum in @type, which may run over. */
#define wrapping_add(type, a, b) LFB_WRAP_(add, type, a, b)
#define wrapping_sub(type, a, b) LFB_WRAP_(sub, type, a, b)
#define wrapping_mul(type, a, b) LFB_WRAP_(mul, type, a, b)
#define LFB_WRAP_ASSIGN_(how, variable, by)                                                        \
	__extension__({                                                                            \
		__typeof__(variable) *lfb_at_ = &(variable);                                       \
		*lfb_at_ = LFB_WRAP_(how, __typeof__(variable), *lfb_at_, by);                     \
	})
#define wrapping_assign_add(variable, by) LFB_WRAP_ASSIGN_(add, variable, by)
#define wrapping_assign_sub(variable, by) LFB_WRAP_ASSIGN_(sub, variable, by)

/* Of unsigned numbers too, without a compiler's remark. */
#define LFB_NEGATIVE_(x) ((x) < 1 && (x) != 0)
/** check_shl_overflow() - *@d is @a << @s, as far as that makes sense. Return: whether not. */
#define check_shl_overflow(a, s, d)                                                                \
	__must_check_overflow(__extension__({                                                      \
		__typeof__(a) lfb_a_ = (a);                                                        \
		__typeof__(s) lfb_s_ = (s);                                                        \
		__typeof__(d) lfb_d_ = (d);                                                        \
		const bool lfb_sane_ = !LFB_NEGATIVE_(lfb_s_) &&                                   \
				       (u64)lfb_s_ < 8 * sizeof(*lfb_d_);                          \
		const unsigned int lfb_by_ = lfb_sane_ ? (unsigned int)lfb_s_ : 0;                 \
		*lfb_d_ = (__typeof__(*lfb_d_))((u64)lfb_a_ << lfb_by_);                           \
		!lfb_sane_ || LFB_NEGATIVE_(lfb_a_) || LFB_NEGATIVE_(*lfb_d_) ||                   \
			(u64)*lfb_d_ >> lfb_by_ != (u64)lfb_a_;                                    \
	}))

/* What does not fit into @type; constant where @x is. */
#define __overflows_type_constexpr(x, type)                                                        \
	(is_unsigned_type(__typeof__(x)) ?                                                         \
		 (x) > type_max(type) :                                                            \
	 is_unsigned_type(__typeof__(type)) ?                                                      \
		 LFB_NEGATIVE_(x) || (x) > type_max(type) :                                        \
		 (x) < type_min(type) || (x) > type_max(type))
#define __overflows_type(x, type)                                                                  \
	__extension__({                                                                            \
		__typeof__(type) lfb_into_ = 0;                                                    \
		__builtin_add_overflow((x), lfb_into_, &lfb_into_);                                \
	})
/** overflows_type() - whether @x does not fit into @type, which may be a variable of it. */
#define overflows_type(x, type)                                                                    \
	__builtin_choose_expr(__is_constexpr(x), __overflows_type_constexpr(x, type),              \
			      __overflows_type(x, type))
/** castable_to_type() - whether @x is of @type, or a constant that fits into it. */
#define castable_to_type(x, type)                                                                  \
	__builtin_choose_expr(__is_constexpr(x), !__overflows_type_constexpr(x, type),             \
			      __same_type(x, type))

/** size_mul() - Return: the product, SIZE_MAX where it is larger: no allocator gives that. */
static inline size_t __must_check size_mul(size_t a, size_t b)
{
	size_t product;

	return __builtin_mul_overflow(a, b, &product) ? SIZE_MAX : product;
}

/** size_add() - the same of a sum. */
static inline size_t __must_check size_add(size_t a, size_t b)
{
	size_t sum;

	return __builtin_add_overflow(a, b, &sum) ? SIZE_MAX : sum;
}

/** size_sub() - Return: the difference; SIZE_MAX where there is none, or a term was SIZE_MAX. */
static inline size_t __must_check size_sub(size_t a, size_t b)
{
	return a == SIZE_MAX || b == SIZE_MAX || a < b ? SIZE_MAX : a - b;
}

#define array_size(a, b) size_mul(a, b)
#define array3_size(a, b, c) size_mul(size_mul(a, b), c)
#define flex_array_size(p, member, count)                                                          \
	__builtin_choose_expr(__is_constexpr(count), (count) * sizeof(*(p)->member),               \
			      size_mul(count, sizeof(*(p)->member)))
/** struct_size() - bytes of *@p with @count elements of its flexible @member. */
#define struct_size(p, member, count)                                                              \
	__builtin_choose_expr(__is_constexpr(count),                                               \
			      sizeof(*(p)) + (size_t)(count) * sizeof(*(p)->member),               \
			      size_add(sizeof(*(p)), size_mul(count, sizeof(*(p)->member))))
#define struct_size_t(type, member, count) struct_size((type *)NULL, member, count)
#define struct_offset(p, member) (offsetof(__typeof__(*(p)), member))
#define struct_offset_end(p, member) (offsetofend(__typeof__(*(p)), member))

#define LFB_FLEX_(type, name, member, count)                                                       \
	_Static_assert(__builtin_constant_p(count), "the compiler knows how many");                \
	union {                                                                                    \
		u8 bytes[struct_size_t(type, member, count)];                                      \
		type obj;                                                                          \
	} name##_u = { .bytes = { 0 } };                                                           \
	type *name = (type *)&name##_u
/** DEFINE_RAW_FLEX() - @name: a zeroed structure on the stack with @count elements at its end. */
#define DEFINE_RAW_FLEX(type, name, member, count) LFB_FLEX_(type, name, member, count)
#define _DEFINE_FLEX DEFINE_RAW_FLEX
/** DEFINE_FLEX() - … whose member @counter says how many there are. */
#define DEFINE_FLEX(type, name, member, counter, count)                                            \
	LFB_FLEX_(type, name, member, count);                                                      \
	name->counter = (count)
#define STACK_FLEX_ARRAY_SIZE(name, member)                                                        \
	((sizeof(name##_u) - offsetof(__typeof__(*(name)), member)) / sizeof(*(name)->member))

/** range_overflows() - whether @start and @size from there reach beyond @max. */
#define range_overflows(start, size, max)                                                          \
	__extension__({                                                                            \
		__typeof__(start) lfb_start_ = (start);                                            \
		__typeof__(size) lfb_size_ = (size);                                               \
		__typeof__(max) lfb_max_ = (max);                                                  \
		lfb_start_ >= lfb_max_ || lfb_size_ > lfb_max_ - lfb_start_;                       \
	})
#define range_overflows_t(type, start, size, max)                                                  \
	range_overflows((type)(start), (type)(size), (type)(max))

#endif
