/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_MUTEX_H
#define LUO_LINUX_MUTEX_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/lockdep.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/lock.h>

#define __MUTEX_INITIALIZER(name) LFB_LOCK_INIT(#name)
#define mutex_lock_nested(lock, subclass) mutex_lock(lock)
#define mutex_get_owner(m) ((unsigned long)(m)->lock.owner)

/** mutex_lock_interruptible() - nobody sends signals. Return: 0. */
static inline int __must_check mutex_lock_interruptible(struct mutex *lock)
{
	mutex_lock(lock);
	return 0;
}

static inline int __must_check mutex_lock_killable(struct mutex *lock)
{
	return mutex_lock_interruptible(lock);
}

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T))
DEFINE_GUARD_COND(mutex, _try, mutex_trylock(_T))
DEFINE_GUARD_COND(mutex, _intr, mutex_lock_interruptible(_T), _RET == 0)
DEFINE_GUARD_COND(mutex, _kill, mutex_lock_killable(_T), _RET == 0)
DEFINE_FREE(mutex, struct mutex *, if (_T) mutex_unlock(_T))

#endif
