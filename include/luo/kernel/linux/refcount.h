/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: counts that saturate with a WARN rather than come back from 0 or run over. */
#ifndef LUO_LINUX_REFCOUNT_H
#define LUO_LINUX_REFCOUNT_H

#include <luo/kernel/linux/atomic.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/limits.h>
#include <luo/lock.h>

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

/* @by more, or less. Return: whether there are none left. What no count of users does sticks. */
static inline bool lfb_refcount_step(refcount_t *r, int by, bool may_end)
{
	const int before = __atomic_fetch_add(&r->refs.counter, by, __ATOMIC_ACQ_REL);
	const long long after = (long long)before + by;

	if (before > 0 && after >= !may_end && after <= REFCOUNT_MAX)
		return !after;
	refcount_set(r, REFCOUNT_SATURATED);
	WARN(1, "a count of references cannot go from %d to %lld", before, after);
	return false;
}

/** refcount_add() - @n more. Nobody can take one of an object that has none. */
static inline void refcount_add(int n, refcount_t *r)
{
	lfb_refcount_step(r, n, false);
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
	return lfb_refcount_step(r, -n, true);
}

/** refcount_dec_and_test() - one less. Return: whether it was the last. */
static inline bool refcount_dec_and_test(refcount_t *r)
{
	return refcount_sub_and_test(1, r);
}

/** refcount_dec() - one less, which cannot be the last. */
static inline void refcount_dec(refcount_t *r)
{
	lfb_refcount_step(r, -1, false);
}

/** refcount_add_not_zero() - @n more, unless there is none. Return: whether there are now. */
static inline bool refcount_add_not_zero(int n, refcount_t *r)
{
	if (!refcount_read(r))
		return false;
	refcount_add(n, r);
	return true;
}

/** refcount_dec_not_one() - one less, unless it is the last. Return: whether it was not. */
static inline bool refcount_dec_not_one(refcount_t *r)
{
	if (refcount_read(r) == 1)
		return false;
	if (atomic_read(&r->refs) != REFCOUNT_SATURATED)
		lfb_refcount_step(r, -1, false);
	return true;
}

/** refcount_dec_if_one() - none are left if there was one. Return: whether there was. */
static inline bool refcount_dec_if_one(refcount_t *r)
{
	return atomic_cmpxchg(&r->refs, 1, 0) == 1;
}

/** refcount_dec_and_mutex_lock() - one less; with the last one @lock is held. Return: whether. */
static inline bool refcount_dec_and_mutex_lock(refcount_t *r, struct mutex *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	mutex_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	mutex_unlock(lock);
	return false;
}

/** refcount_dec_and_lock() - the same with a spinlock. */
static inline bool refcount_dec_and_lock(refcount_t *r, spinlock_t *lock)
{
	if (refcount_dec_not_one(r))
		return false;
	spin_lock(lock);
	if (refcount_dec_and_test(r))
		return true;
	spin_unlock(lock);
	return false;
}

#endif
