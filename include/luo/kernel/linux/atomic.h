/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: 32 bits, and what live update code does with them. */
#ifndef LUO_LINUX_ATOMIC_H
#define LUO_LINUX_ATOMIC_H

#include <luo/kernel/asm/barrier.h>
#include <luo/types.h>

/** typedef atomic_t - a number that several tasks may change at a time. */
typedef struct lfb_atomic {
	int counter;
} atomic_t;

#define ATOMIC_INIT(value) { (value) }

/** atomic_read() - Return: the number; no order is promised. */
static inline int atomic_read(const atomic_t *v)
{
	return __atomic_load_n(&v->counter, __ATOMIC_RELAXED);
}

/** atomic_set() - make it @value; no order is promised. */
static inline void atomic_set(atomic_t *v, int value)
{
	__atomic_store_n(&v->counter, value, __ATOMIC_RELAXED);
}

/** atomic_cmpxchg() - make it @value if it is @old. Return: what it was. */
static inline int atomic_cmpxchg(atomic_t *v, int old, int value)
{
	__atomic_compare_exchange_n(&v->counter, &old, value, false, __ATOMIC_SEQ_CST,
				    __ATOMIC_SEQ_CST);
	return old;
}

/** atomic_add_return() - add @n. Return: what it is then. */
static inline int atomic_add_return(int n, atomic_t *v)
{
	return __atomic_add_fetch(&v->counter, n, __ATOMIC_SEQ_CST);
}

/** atomic_inc() - add 1; no order is promised. */
static inline void atomic_inc(atomic_t *v)
{
	__atomic_add_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

/** atomic_dec() - subtract 1; no order is promised. */
static inline void atomic_dec(atomic_t *v)
{
	__atomic_sub_fetch(&v->counter, 1, __ATOMIC_RELAXED);
}

/** atomic_dec_and_test() - subtract 1. Return: whether it is 0 then. */
static inline bool atomic_dec_and_test(atomic_t *v)
{
	return atomic_add_return(-1, v) == 0;
}

#endif
