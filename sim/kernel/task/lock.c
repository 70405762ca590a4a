// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Locks with owners. Where one task runs, a lock that is not free when it is wanted never will be:
 * that is a deadlock, found at once. Where tasks run beside each other (beside.c), who wants it
 * waits, and it is a deadlock when nobody can go on.
 */
#include <stdio.h>

#include "sim/kernel/task/task.h"

/* Holds locks where there is no task: outside of a kernel. Never written to. */
static const struct task_struct nobody = { .name = "nobody" };

static struct task_struct *current_task(void)
{
	struct lfb_kernel *kernel = lfb__current;

	return kernel && kernel->task ? kernel->task : (struct task_struct *)&nobody;
}

void lfb_lock_init(struct lfb_lock *lock, const char *name)
{
	*lock = (struct lfb_lock){ .name = name, .magic = LFB_LOCK_MAGIC };
}

/* Who holds @lock for itself; NULL: it has gone since, with its machine. */
static struct task_struct *owner_of(const struct lfb_lock *lock)
{
	if (lock->owner == &nobody)
		return lock->owner;
	return lfb__current ? lfb__task_alive(lfb__current, lock->owner) : NULL;
}

static const char *owner_name(const struct lfb_lock *lock)
{
	const struct task_struct *owner = owner_of(lock);

	return owner ? owner->name : "a task that is gone";
}

static struct lfb_object object_of(const struct lfb_lock *lock)
{
	return lfb__object("lock %.64s", lock->name);
}

/* Complaints are out of line, so that the way without one is short. */
static LFB_OUT_OF_LINE void uninitialised(struct lfb_lock *lock, const char *operation)
{
	lfb__warn_as(LFB_FINDING_LOCK_UNINITIALIZED,
		     lfb__object("function %.64s", operation).text, operation,
		     "lock was never initialised");
	lfb_lock_init(lock, "uninitialised lock");
}

/* Who begins an operation on a lock may have to wait first, for all of it or as a reader. */
enum wait { DOES_NOT_WAIT, WAITS, WAITS_TO_SHARE };

/*
 * Others act first. What they did to @lock meanwhile is this one's mistake, too: it may have been
 * destroyed.
 */
static LFB_OUT_OF_LINE void let_others(struct lfb_kernel *kernel, struct lfb_lock *lock,
				       const char *operation, enum wait wait)
{
	lfb__beside_stand(kernel, &(struct lfb_standing){
		.point = operation, .object = lock->name, .of = lock,
		.lock = wait == DOES_NOT_WAIT ? NULL : lock,
		.shares = wait == WAITS_TO_SHARE });
	if (unlikely(lfb__beside_lost(kernel))) {
		lfb__say(kernel, LFB_DID_STOPPED, operation, "task %s uses a lock that was freed",
			 kernel->task->name);
		lfb__die(kernel, LFB_DEATH_OOPS);
	}
	if (unlikely(lock->magic != LFB_LOCK_MAGIC))
		uninitialised(lock, operation);
	lfb__sched_switch(kernel, operation, lock->name);
	if (wait != DOES_NOT_WAIT)
		lfb__race_take(kernel, lock, wait == WAITS_TO_SHARE);
}

/*
 * What every operation begins with. False: there is nothing to do, the kernel is dead and its
 * locks mean nothing any more.
 */
static bool begin(struct lfb_lock *lock, const char *operation, enum wait wait)
{
	struct lfb_kernel *kernel = lfb__current;

	if (unlikely(!lock->name))
		lock->name = lfb__no_name;
	if (unlikely(lock->magic != LFB_LOCK_MAGIC))
		uninitialised(lock, operation);
	if (!kernel)
		return true;
	if (unlikely(kernel->sched.hook != NULL))
		let_others(kernel, lock, operation, wait);
	return !kernel->dead;
}

static bool is_held(const struct lfb_lock *lock)
{
	return lock->owner || lock->readers > 0;
}

/* Out of line, for few listen. */
static LFB_OUT_OF_LINE void tell(enum lfb_happening happening, const struct lfb_lock *lock,
				 const struct task_struct *task, bool shared)
{
	struct lfb_event event = {
		.happening = happening,
		.lock = lock->name,
		.task = task->name,
		.reason = shared ? "for reading" : "for itself",
	};

	lfb__event_tell(lfb__current, &event);
}

/* Every lock that is had goes through here … */
static void lfb_lock_acquired(struct lfb_lock *lock, bool shared, bool may_wait)
{
	struct task_struct *task = current_task();

	if (shared)
		lock->readers++;
	else
		lock->owner = task;
	if (task == &nobody)
		return;
	if (lfb__checking(lfb__current))
		lfb__locks_take(lfb__current, lock, may_wait);
	task->locks_held++;
	if (unlikely(lfb__current->trace.fine))
		tell(LFB_DID_LOCK_TAKEN, lock, task, shared);
}

/* … and every lock that is given back through here. */
static inline void lfb_lock_released(struct lfb_lock *lock, bool shared)
{
	struct task_struct *task = current_task();

	/* Readers have no names: one may release what another task took. */
	if (shared) {
		lock->readers--;
	} else {
		if (unlikely(lock->owner != task))
			task = owner_of(lock);
		lock->owner = NULL;
	}
	if (!task || task == &nobody)
		return;
	lfb__race_drop(lfb__current, lock, shared);
	if (task->locks_held > 0)
		task->locks_held--;
	if (task->nr_held)
		lfb__locks_drop(task, lock);
	if (unlikely(lfb__current && lfb__current->trace.fine))
		tell(LFB_DID_LOCK_RELEASED, lock, task, shared);
}

/* Who waits for whom. Another task that holds @lock goes on only when this one has come back. */
static void describe_circle(const struct task_struct *task, const struct lfb_lock *lock,
			    char *text, size_t size)
{
	if (lfb__current->sched.beside && lock->owner != task) {
		lfb__beside_describe(lfb__current, text, size);
		return;
	}
	if (!lock->owner)
		snprintf(text, size, "task %.31s -> %.47s (held by %u reader%s) -> task %.31s",
			 task->name, lock->name, lock->readers, lock->readers == 1 ? "" : "s",
			 task->name);
	else if (lock->owner == task)
		snprintf(text, size, "task %.31s -> %.47s -> task %.31s", task->name, lock->name,
			 task->name);
	else
		snprintf(text, size, "task %.31s -> %.47s -> task %.31s -> task %.31s, whose call "
			 "must return first", task->name, lock->name, owner_name(lock),
			 task->name);
}

static LFB_OUT_OF_LINE void deadlock(const struct lfb_lock *lock, const char *operation)
{
	const struct task_struct *task = current_task();
	struct lfb_kernel *kernel = lfb__current;
	char how[256];

	if (!kernel)
		return;
	if (!lock->owner)
		lfb__say(kernel, LFB_DID_STOPPED, operation,
			 "deadlock: task %s waits for %s held by %u reader%s", task->name,
			 lock->name, lock->readers, lock->readers == 1 ? "" : "s");
	else
		lfb__say(kernel, LFB_DID_STOPPED, operation,
			 "deadlock: task %s waits for %s held by %s", task->name, lock->name,
			 lock->owner == task ? "itself" : owner_name(lock));
	describe_circle(task, lock, how, sizeof(how));
	lfb__locks_deadlock(kernel, lock, how);
	lfb__die(kernel, LFB_DEATH_HANG);
}

/*
 * While an orchestrator that is not lib/ makes the reboot call, and when it has made it: lib/ would
 * know that the caller has to wait. Returns where that is not it.
 */
static LFB_OUT_OF_LINE void wait_for_reboot(struct lfb_kernel *kernel, const struct lfb_lock *lock)
{
	const struct task_struct *task = kernel->task;

	if (!lock->owner || lock->owner == task)
		return;
	if (!kernel->at_point)
		lfb__wait_for_end(kernel, lock->name);
	/* Who is waited for must not wait for what this one has. */
	if (kernel->at_point && task->internal && !task->locks_held)
		lfb__wait_for_return(kernel, lock->name);
}

static bool is_taken(const struct lfb_lock *lock, bool shared)
{
	return shared ? lock->owner != NULL : is_held(lock);
}

/* A kernel thread that has @lock goes on. Returns whether it has let go of it. */
static LFB_OUT_OF_LINE bool threads_let_go(const struct lfb_lock *lock, bool shared)
{
	struct lfb_kernel *kernel = lfb__current;

	while (is_taken(lock, shared)) {
		if (!kernel || lock->owner == kernel->task || !lfb__threads_go_on(kernel))
			return false;
	}
	return true;
}

/* Takes @lock, or finds that it can never be had. Returns whether it was taken. */
static bool acquire(struct lfb_lock *lock, bool shared, const char *operation)
{
	if (!begin(lock, operation, shared ? WAITS_TO_SHARE : WAITS))
		return false;
	if (unlikely(is_taken(lock, shared)) && !threads_let_go(lock, shared)) {
		if (lfb__current && lfb__current->locks_stay)
			wait_for_reboot(lfb__current, lock);
		deadlock(lock, operation);
		return false;
	}
	lfb_lock_acquired(lock, shared, true);
	return true;
}

static LFB_OUT_OF_LINE void under_spinlock(const struct lfb_lock *lock, const char *operation)
{
	lfb__warn_as(LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK, object_of(lock).text, operation,
		     "sleeping lock %s taken under a spinlock", lock->name);
}

static void acquire_sleeping(struct lfb_lock *lock, bool shared, const char *operation)
{
	if (unlikely(current_task()->spinlocks_held > 0))
		under_spinlock(lock, operation);
	acquire(lock, shared, operation);
}

static LFB_OUT_OF_LINE void not_held(const struct lfb_lock *lock, const char *operation)
{
	if (!lock->owner)
		lfb__warn_as(LFB_FINDING_LOCK_NOT_HELD, object_of(lock).text,
			     operation, "%s is not held", lock->name);
	else
		lfb__warn_as(LFB_FINDING_LOCK_NOT_HELD, object_of(lock).text,
			     operation, "%s is held by %s, released by %s", lock->name,
			     owner_name(lock), current_task()->name);
}

/* Returns whether there was anything to release. As on a real kernel, others may release it. */
static bool release(struct lfb_lock *lock, const char *operation)
{
	if (!begin(lock, operation, DOES_NOT_WAIT))
		return false;
	if (unlikely(lock->owner != current_task()))
		not_held(lock, operation);
	if (unlikely(!lock->owner))
		return false;
	lfb_lock_released(lock, false);
	return true;
}

void might_sleep(void)
{
	if (lfb__current)
		lfb__might_sleep(lfb__current, __func__);
}

void mutex_lock(struct mutex *lock)
{
	acquire_sleeping(&lock->lock, false, __func__);
}

/* Takes @lock if it can be had at once, which says nothing about orders. */
static int try_to(struct lfb_lock *lock, bool shared, const char *operation)
{
	if (!begin(lock, operation, DOES_NOT_WAIT) || is_taken(lock, shared))
		return 0;
	if (lfb__current)
		lfb__race_take(lfb__current, lock, shared);
	lfb_lock_acquired(lock, shared, false);
	return 1;
}

int mutex_trylock(struct mutex *lock)
{
	return try_to(&lock->lock, false, __func__);
}

void mutex_unlock(struct mutex *lock)
{
	release(&lock->lock, __func__);
}

bool mutex_is_locked(struct mutex *lock)
{
	return is_held(&lock->lock);
}

void mutex_destroy(struct mutex *lock)
{
	if (!begin(&lock->lock, __func__, DOES_NOT_WAIT))
		return;
	if (is_held(&lock->lock)) {
		lfb__warn_as(LFB_FINDING_KERNEL_WARN, object_of(&lock->lock).text,
			     __func__, "%s is held by %s", lock->lock.name,
			     owner_name(&lock->lock));
		lfb_lock_released(&lock->lock, false);
	}
	/* Using it again is using a lock that was never initialised. */
	lock->lock = (struct lfb_lock){ 0 };
}

void down_read(struct rw_semaphore *sem)
{
	acquire_sleeping(&sem->lock, true, __func__);
}

/* Return: it was held. */
static bool release_shared(struct lfb_lock *lock, const char *where)
{
	if (!begin(lock, where, DOES_NOT_WAIT))
		return false;
	if (lock->readers) {
		lfb_lock_released(lock, true);
		return true;
	}
	lfb__warn_as(LFB_FINDING_LOCK_NOT_HELD, object_of(lock).text, where,
		     "%s is not held for reading", lock->name);
	return false;
}

void up_read(struct rw_semaphore *sem)
{
	release_shared(&sem->lock, __func__);
}

void down_write(struct rw_semaphore *sem)
{
	acquire_sleeping(&sem->lock, false, __func__);
}

void up_write(struct rw_semaphore *sem)
{
	release(&sem->lock, __func__);
}

int down_read_trylock(struct rw_semaphore *sem)
{
	return try_to(&sem->lock, true, __func__);
}

int down_write_trylock(struct rw_semaphore *sem)
{
	return try_to(&sem->lock, false, __func__);
}

void downgrade_write(struct rw_semaphore *sem)
{
	if (release(&sem->lock, __func__))
		lfb_lock_acquired(&sem->lock, true, false);
}

bool rwsem_is_locked(struct rw_semaphore *sem)
{
	return is_held(&sem->lock);
}

/* It may not sleep until it lets go. Return: @taken. */
static bool spins(bool taken)
{
	struct task_struct *task = current_task();

	if (taken && task != &nobody)
		task->spinlocks_held++;
	return taken;
}

/* It may be held since before a reboot, which took away all of the owner's. */
static void spins_no_more(struct task_struct *owner, bool released)
{
	if (released && owner && owner->spinlocks_held)
		owner->spinlocks_held--;
}

void spin_lock(spinlock_t *lock)
{
	spins(acquire(&lock->lock, false, __func__));
}

int spin_trylock(spinlock_t *lock)
{
	return spins(try_to(&lock->lock, false, __func__));
}

void spin_unlock(spinlock_t *lock)
{
	struct task_struct *owner = owner_of(&lock->lock);

	spins_no_more(owner, release(&lock->lock, __func__));
}

void read_lock(rwlock_t *lock)
{
	spins(acquire(&lock->lock, true, __func__));
}

int read_trylock(rwlock_t *lock)
{
	return spins(try_to(&lock->lock, true, __func__));
}

void read_unlock(rwlock_t *lock)
{
	spins_no_more(current_task(), release_shared(&lock->lock, __func__));
}

void write_lock(rwlock_t *lock)
{
	spins(acquire(&lock->lock, false, __func__));
}

int write_trylock(rwlock_t *lock)
{
	return spins(try_to(&lock->lock, false, __func__));
}

void write_unlock(rwlock_t *lock)
{
	struct task_struct *owner = owner_of(&lock->lock);

	spins_no_more(owner, release(&lock->lock, __func__));
}
