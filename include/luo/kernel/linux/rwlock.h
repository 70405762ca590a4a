/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. Included by linux/spinlock.h. */
#ifndef LUO_LINUX_RWLOCK_H
#define LUO_LINUX_RWLOCK_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/lock.h>

#define __RW_LOCK_UNLOCKED(name) LFB_LOCK_INIT(#name)

/* There are no interrupts to keep away. */
#define read_lock_irq(lock) read_lock(lock)
#define read_unlock_irq(lock) read_unlock(lock)
#define read_lock_bh(lock) read_lock(lock)
#define read_unlock_bh(lock) read_unlock(lock)
#define write_lock_irq(lock) write_lock(lock)
#define write_unlock_irq(lock) write_unlock(lock)
#define write_lock_bh(lock) write_lock(lock)
#define write_unlock_bh(lock) write_unlock(lock)
#define LFB_LOCK_IRQSAVE_(take, flags)                                                             \
	do {                                                                                       \
		(flags) = 0;                                                                       \
		take;                                                                              \
	} while (0)
#define LFB_UNLOCK_IRQRESTORE_(give, flags)                                                        \
	do {                                                                                       \
		(void)(flags);                                                                     \
		give;                                                                              \
	} while (0)
#define read_lock_irqsave(lock, flags) LFB_LOCK_IRQSAVE_(read_lock(lock), flags)
#define read_unlock_irqrestore(lock, flags) LFB_UNLOCK_IRQRESTORE_(read_unlock(lock), flags)
#define write_lock_irqsave(lock, flags) LFB_LOCK_IRQSAVE_(write_lock(lock), flags)
#define write_unlock_irqrestore(lock, flags) LFB_UNLOCK_IRQRESTORE_(write_unlock(lock), flags)

DEFINE_GUARD(read_lock, rwlock_t *, read_lock(_T), read_unlock(_T))
DEFINE_GUARD(write_lock, rwlock_t *, write_lock(_T), write_unlock(_T))

#endif
