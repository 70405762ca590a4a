/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: 32 and 64 bits; the orders are at least those of the names. */
#ifndef LUO_LINUX_ATOMIC_H
#define LUO_LINUX_ATOMIC_H

#include <luo/kernel/asm/barrier.h>
#include <luo/kernel/linux/compiler_types.h>
#include <luo/types.h>

/** typedef atomic_t - a number that several tasks may change at a time. */
typedef struct lfb_atomic {
	int counter;
} atomic_t;

/** struct lfb_atomic64 - the same of 64 bits: atomic64_t. */
struct lfb_atomic64 {
	s64 counter;
};

/** struct lfb_atomic_long - the same of a long. */
struct lfb_atomic_long {
	long counter;
};

#define atomic64_t struct lfb_atomic64
#define atomic_long_t struct lfb_atomic_long
#define ATOMIC_INIT(value) { (value) }
#define ATOMIC64_INIT(value) { (value) }
#define ATOMIC_LONG_INIT(value) { (value) }

/* atomic_OP(), atomic_fetch_OP() and atomic_OP_return() of one operation. */
#define LFB_ATOMIC_OP_(name, type, number, op)                                                     \
	static inline void name##_##op(number n, type *v)                                          \
	{                                                                                          \
		__atomic_fetch_##op(&v->counter, n, __ATOMIC_RELAXED);                             \
	}                                                                                          \
	static inline number name##_fetch_##op(number n, type *v)                                  \
	{                                                                                          \
		return __atomic_fetch_##op(&v->counter, n, __ATOMIC_SEQ_CST);                      \
	}                                                                                          \
	static inline number name##_##op##_return(number n, type *v)                               \
	{                                                                                          \
		return __atomic_##op##_fetch(&v->counter, n, __ATOMIC_SEQ_CST);                    \
	}

#define LFB_ATOMIC_BASE_(name, type, number)                                                       \
	static inline number name##_read(const type *v)                                            \
	{                                                                                          \
		return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);                             \
	}                                                                                          \
	static inline number name##_read_acquire(const type *v)                                    \
	{                                                                                          \
		return __atomic_load_n(&v->counter, __ATOMIC_ACQUIRE);                             \
	}                                                                                          \
	static inline void name##_set(type *v, number n)                                           \
	{                                                                                          \
		__atomic_store_n(&v->counter, n, __ATOMIC_RELAXED);                                \
	}                                                                                          \
	static inline void name##_set_release(type *v, number n)                                   \
	{                                                                                          \
		__atomic_store_n(&v->counter, n, __ATOMIC_RELEASE);                                \
	}                                                                                          \
	static inline number name##_xchg(type *v, number n)                                        \
	{                                                                                          \
		return __atomic_exchange_n(&v->counter, n, __ATOMIC_SEQ_CST);                      \
	}                                                                                          \
	static inline bool name##_try_cmpxchg(type *v, number *old, number n)                      \
	{                                                                                          \
		return __atomic_compare_exchange_n(&v->counter, old, n, false, __ATOMIC_SEQ_CST,   \
						   __ATOMIC_SEQ_CST);                              \
	}                                                                                          \
	static inline number name##_cmpxchg(type *v, number old, number n)                         \
	{                                                                                          \
		name##_try_cmpxchg(v, &old, n);                                                    \
		return old;                                                                        \
	}

/* What is made of these. */
#define LFB_ATOMIC_MORE_(name, type, number)                                                       \
	static inline void name##_inc(type *v)                                                     \
	{                                                                                          \
		name##_add(1, v);                                                                  \
	}                                                                                          \
	static inline void name##_dec(type *v)                                                     \
	{                                                                                          \
		name##_sub(1, v);                                                                  \
	}                                                                                          \
	static inline number name##_inc_return(type *v)                                            \
	{                                                                                          \
		return name##_add_return(1, v);                                                    \
	}                                                                                          \
	static inline number name##_dec_return(type *v)                                            \
	{                                                                                          \
		return name##_sub_return(1, v);                                                    \
	}                                                                                          \
	static inline number name##_fetch_inc(type *v)                                             \
	{                                                                                          \
		return name##_fetch_add(1, v);                                                     \
	}                                                                                          \
	static inline number name##_fetch_dec(type *v)                                             \
	{                                                                                          \
		return name##_fetch_sub(1, v);                                                     \
	}                                                                                          \
	static inline bool name##_inc_and_test(type *v)                                            \
	{                                                                                          \
		return name##_inc_return(v) == 0;                                                  \
	}                                                                                          \
	static inline bool name##_dec_and_test(type *v)                                            \
	{                                                                                          \
		return name##_dec_return(v) == 0;                                                  \
	}                                                                                          \
	static inline bool name##_sub_and_test(number n, type *v)                                  \
	{                                                                                          \
		return name##_sub_return(n, v) == 0;                                               \
	}                                                                                          \
	static inline bool name##_add_negative(number n, type *v)                                  \
	{                                                                                          \
		return name##_add_return(n, v) < 0;                                                \
	}                                                                                          \
	static inline void name##_andnot(number n, type *v)                                        \
	{                                                                                          \
		name##_and(~n, v);                                                                 \
	}                                                                                          \
	static inline number name##_fetch_add_unless(type *v, number n, number unless)             \
	{                                                                                          \
		number old = name##_read(v);                                                       \
                                                                                                   \
		while (old != unless && !name##_try_cmpxchg(v, &old, old + n)) {                   \
		}                                                                                  \
		return old;                                                                        \
	}                                                                                          \
	static inline bool name##_add_unless(type *v, number n, number unless)                     \
	{                                                                                          \
		return name##_fetch_add_unless(v, n, unless) != unless;                            \
	}                                                                                          \
	static inline bool name##_inc_not_zero(type *v)                                            \
	{                                                                                          \
		return name##_add_unless(v, 1, 0);                                                 \
	}                                                                                          \
	static inline number name##_dec_if_positive(type *v)                                       \
	{                                                                                          \
		number old = name##_read(v);                                                       \
                                                                                                   \
		while (old > 0 && !name##_try_cmpxchg(v, &old, old - 1)) {                         \
		}                                                                                  \
		return old - 1;                                                                    \
	}

#define LFB_ATOMIC_(name, type, number)                                                            \
	LFB_ATOMIC_BASE_(name, type, number)                                                       \
	LFB_ATOMIC_OP_(name, type, number, add)                                                    \
	LFB_ATOMIC_OP_(name, type, number, sub)                                                    \
	LFB_ATOMIC_OP_(name, type, number, and)                                                    \
	LFB_ATOMIC_OP_(name, type, number, or)                                                     \
	LFB_ATOMIC_OP_(name, type, number, xor)                                                    \
	LFB_ATOMIC_MORE_(name, type, number)

LFB_ATOMIC_(atomic, atomic_t, int)
LFB_ATOMIC_(atomic64, atomic64_t, s64)
LFB_ATOMIC_(atomic_long, atomic_long_t, long)

/** xchg() - *@ptr becomes @value. Return: what it was. */
#define xchg(ptr, value)                                                                           \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_was_, lfb_value_ = (value);                                 \
		__atomic_exchange((ptr), &lfb_value_, &lfb_was_, __ATOMIC_SEQ_CST);                \
		lfb_was_;                                                                          \
	})
/** cmpxchg() - *@ptr becomes @value if it is @old. Return: what it was. */
#define cmpxchg(ptr, old, value)                                                                   \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_was_ = (old), lfb_value_ = (value);                         \
		__atomic_compare_exchange((ptr), &lfb_was_, &lfb_value_, false, __ATOMIC_SEQ_CST,  \
					  __ATOMIC_SEQ_CST);                                       \
		lfb_was_;                                                                          \
	})
#define try_cmpxchg(ptr, old, value)                                                               \
	__extension__({                                                                            \
		__typeof__(*(ptr)) lfb_value_ = (value);                                           \
		__atomic_compare_exchange((ptr), (old), &lfb_value_, false, __ATOMIC_SEQ_CST,      \
					  __ATOMIC_SEQ_CST);                                       \
	})

#endif
