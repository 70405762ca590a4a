/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Sleeping and spinning locks with owners. Mirrors linux/mutex.h, linux/rwsem.h and
 * linux/spinlock.h.
 *
 * Every operation is a scheduling point. Taking a lock that can never be had (one's own mutex
 * again) is recorded as a deadlock and hangs the simulated kernel: the call that led there ends
 * with -EDEADLK and the machine is in state LFB_HUNG. The process goes on. There is one thread of
 * control, so what another task holds can never be had either. A sleeping lock taken under a
 * spinlock is a WARN. The locks of a dead kernel do nothing.
 *
 * Locks of one name are one class. Classes taken in both orders are a finding, whether or not
 * anything ever waited; so is a lock held when a callback or system call returns.
 *
 * Context, for all functions here: kernel code. Mutexes and semaphores are taken where one may
 * sleep, spinlocks anywhere.
 */
#ifndef LUO_LOCK_H
#define LUO_LOCK_H

#include <luo/types.h>

struct task_struct;

#define LFB_LOCK_MAGIC 0x6c6f636bu

/**
 * struct lfb_lock - what all locks share
 * @name: for traces and findings
 * @magic: LFB_LOCK_MAGIC once initialised
 * @owner: the task that holds it for itself alone
 * @readers: how many hold it shared
 * @lock_class: what lock order is watched by, found by its name
 */
struct lfb_lock {
	const char *name;
	unsigned int magic;
	unsigned int readers;
	struct task_struct *owner;
	unsigned int lock_class;
};

/** struct mutex - a sleeping lock with one owner. */
struct mutex {
	struct lfb_lock lock;
};

/** struct rw_semaphore - a sleeping lock with one writer or many readers. */
struct rw_semaphore {
	struct lfb_lock lock;
};

/** struct spinlock - a lock under which nothing may sleep. */
typedef struct spinlock {
	struct lfb_lock lock;
} spinlock_t;

/** struct rwlock - a lock with one writer or many readers, under which nothing may sleep. */
typedef struct rwlock {
	struct lfb_lock lock;
} rwlock_t;

#define LFB_LOCK_INIT(lockname) { { lockname, LFB_LOCK_MAGIC, 0, NULL, 0 } }
#define DEFINE_MUTEX(var) struct mutex var = LFB_LOCK_INIT(#var)
#define DECLARE_RWSEM(var) struct rw_semaphore var = LFB_LOCK_INIT(#var)
#define DEFINE_RWLOCK(var) rwlock_t var = LFB_LOCK_INIT(#var)
#define DEFINE_SPINLOCK(var) spinlock_t var = LFB_LOCK_INIT(#var)

#define mutex_init(m) lfb_lock_init(&(m)->lock, #m)
#define init_rwsem(s) lfb_lock_init(&(s)->lock, #s)
#define rwlock_init(s) lfb_lock_init(&(s)->lock, #s)
#define spin_lock_init(s) lfb_lock_init(&(s)->lock, #s)

/**
 * lfb_lock_init() - make a lock usable; kernel code says mutex_init(), init_rwsem(), …
 * @lock: the lock
 * @name: a string that lives as long as the lock
 */
LFB_API void lfb_lock_init(struct lfb_lock *lock, const char *name);

/** might_sleep() - the caller may sleep; a finding while this task holds a spinlock. */
LFB_API void might_sleep(void);

/** mutex_lock() - take @lock; taking it twice is a deadlock, an uninitialised one a WARN. */
LFB_API void mutex_lock(struct mutex *lock);
/** mutex_trylock() - Return: 1 when @lock was free and is now held, else 0. */
LFB_API int mutex_trylock(struct mutex *lock);
/** mutex_unlock() - release @lock; a WARN when it is not held, or held by another task. */
LFB_API void mutex_unlock(struct mutex *lock);
/** mutex_is_locked() - Return: true while somebody holds @lock. */
LFB_API bool mutex_is_locked(struct mutex *lock);
/** mutex_destroy() - @lock will not be used again; a held one is a WARN. */
LFB_API void mutex_destroy(struct mutex *lock);

/** down_read() - take @sem shared. */
LFB_API void down_read(struct rw_semaphore *sem);
/** up_read() - release a shared hold; a WARN when there is none. */
LFB_API void up_read(struct rw_semaphore *sem);
/** down_write() - take @sem alone. */
LFB_API void down_write(struct rw_semaphore *sem);
/** up_write() - release an exclusive hold; as mutex_unlock(). */
LFB_API void up_write(struct rw_semaphore *sem);
/** down_read_trylock() - Return: 1 when @sem could be had shared and is, else 0. */
LFB_API int down_read_trylock(struct rw_semaphore *sem);
/** down_write_trylock() - Return: 1 when @sem was free and is now held alone, else 0. */
LFB_API int down_write_trylock(struct rw_semaphore *sem);
/** downgrade_write() - from an exclusive hold to a shared one, without letting go. */
LFB_API void downgrade_write(struct rw_semaphore *sem);
/** rwsem_is_locked() - Return: true while somebody holds @sem. */
LFB_API bool rwsem_is_locked(struct rw_semaphore *sem);

/** spin_lock() - take @lock; nothing may sleep until spin_unlock(). */
LFB_API void spin_lock(spinlock_t *lock);
/** spin_trylock() - Return: 1 when @lock was free and is now held, else 0. */
LFB_API int spin_trylock(spinlock_t *lock);
/** spin_unlock() - release @lock; as mutex_unlock(). */
LFB_API void spin_unlock(spinlock_t *lock);

/** read_lock() - take @lock shared; nothing may sleep until read_unlock(). */
LFB_API void read_lock(rwlock_t *lock);
/** read_trylock() - Return: 1 when @lock could be had shared and is, else 0. */
LFB_API int read_trylock(rwlock_t *lock);
/** read_unlock() - release a shared hold; a WARN when there is none. */
LFB_API void read_unlock(rwlock_t *lock);
/** write_lock() - take @lock alone; nothing may sleep until write_unlock(). */
LFB_API void write_lock(rwlock_t *lock);
/** write_trylock() - Return: 1 when @lock was free and is now held alone, else 0. */
LFB_API int write_trylock(rwlock_t *lock);
/** write_unlock() - release an exclusive hold; as mutex_unlock(). */
LFB_API void write_unlock(rwlock_t *lock);

#endif
