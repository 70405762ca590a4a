/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: counts that saturate with a WARN rather than come back from 0 or run over. */
#ifndef LUO_LINUX_REFCOUNT_H
#define LUO_LINUX_REFCOUNT_H

#include <luo/kernel/linux/atomic.h>
#include <luo/kernel/linux/bug.h>

#define REFCOUNT_SATURATED (INT_MIN / 2)
#define REFCOUNT_MAX INT_MAX
#define REFCOUNT_INIT(n) { ATOMIC_INIT(n) }

/** typedef refcount_t - references on an object. */
typedef struct lfb_refcount {
	atomic_t refs;
} refcount_t;

/** refcount_set() - the first references; of an object that is not shared yet. */
static inline void refcount_set(refcount_t *r, int n)
{
	atomic_set(&r->refs, n);
}

/** refcount_read() - Return: the references, without a sign: a saturated count is large. */
static inline unsigned int refcount_read(const refcount_t *r)
{
	return (unsigned int)atomic_read(&r->refs);
}

static inline void lfb_refcount_saturate(refcount_t *r, const char *why)
{
	refcount_set(r, REFCOUNT_SATURATED);
	WARN(1, "refcount_t: %s", why);
}

/** refcount_add() - @n more. Nobody can take one of an object that has none. */
static inline void refcount_add(int n, refcount_t *r)
{
	const int old = __atomic_fetch_add(&r->refs.counter, n, __ATOMIC_RELAXED);

	if (!old)
		lfb_refcount_saturate(r, "addition on 0; use-after-free");
	else if (old < 0 || (unsigned int)old + (unsigned int)n > INT_MAX)
		lfb_refcount_saturate(r, "saturated; leaking memory");
}

/** refcount_inc() - one more. */
static inline void refcount_inc(refcount_t *r)
{
	refcount_add(1, r);
}

/** refcount_inc_not_zero() - one more, unless there is none. Return: whether there is now. */
static inline bool refcount_inc_not_zero(refcount_t *r)
{
	if (!refcount_read(r))
		return false;
	refcount_inc(r);
	return true;
}

/** refcount_sub_and_test() - @n less. Return: whether these were the last. */
static inline bool refcount_sub_and_test(int n, refcount_t *r)
{
	const int old = __atomic_fetch_sub(&r->refs.counter, n, __ATOMIC_ACQ_REL);

	if (old > 0 && old == n)
		return true;
	if (old <= 0 || old - n < 0)
		lfb_refcount_saturate(r, "underflow; use-after-free");
	return false;
}

/** refcount_dec_and_test() - one less. Return: whether it was the last. */
static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/** refcount_dec() - one less, which cannot be the last. */
static inline void refcount_dec(refcount_t *r)
{
	if (refcount_sub_and_test(1, r))
		lfb_refcount_saturate(r, "decrement hit 0; leaking memory");
}

#endif
