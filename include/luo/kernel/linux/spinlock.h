/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_SPINLOCK_H
#define LUO_LINUX_SPINLOCK_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/asm/barrier.h>
#include <luo/kernel/linux/lockdep.h>
#include <luo/kernel/linux/rwlock.h>
#include <luo/lock.h>

#define __SPIN_LOCK_UNLOCKED(name) LFB_LOCK_INIT(#name)
#define raw_spinlock_t spinlock_t
#define DEFINE_RAW_SPINLOCK(name) DEFINE_SPINLOCK(name)
#define raw_spin_lock_init(lock) spin_lock_init(lock)
#define raw_spin_lock(lock) spin_lock(lock)
#define raw_spin_unlock(lock) spin_unlock(lock)

/* There are no interrupts to keep away. */
#define spin_lock_irq(lock) spin_lock(lock)
#define spin_unlock_irq(lock) spin_unlock(lock)
#define spin_lock_bh(lock) spin_lock(lock)
#define spin_unlock_bh(lock) spin_unlock(lock)
#define spin_lock_nested(lock, subclass) spin_lock(lock)
#define spin_lock_irqsave(lock, flags) LFB_LOCK_IRQSAVE_(spin_lock(lock), flags)
#define spin_unlock_irqrestore(lock, flags) LFB_UNLOCK_IRQRESTORE_(spin_unlock(lock), flags)

static inline int spin_is_locked(spinlock_t *lock)
{
	return lock->lock.owner != NULL;
}

DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))

DEFINE_GUARD_COND(spinlock, _try, spin_trylock(_T))
DEFINE_GUARD(spinlock_irq, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(spinlock_bh, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(spinlock_irqsave, spinlock_t *, spin_lock(_T), spin_unlock(_T))
DEFINE_GUARD(raw_spinlock, raw_spinlock_t *, spin_lock(_T), spin_unlock(_T))

#endif
