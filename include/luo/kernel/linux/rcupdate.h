/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: one thread of control reads and waits; callbacks come with other deferred work. */
#ifndef LUO_LINUX_RCUPDATE_H
#define LUO_LINUX_RCUPDATE_H

#include <luo/kernel/asm/barrier.h>
#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/types.h>
#include <luo/deferred.h>
#include <luo/lock.h>

#define rcu_dereference(p) READ_ONCE(p)
#define rcu_dereference_raw(p) READ_ONCE(p)
#define rcu_dereference_check(p, condition) READ_ONCE(p)
#define rcu_dereference_protected(p, condition) (p)
#define rcu_access_pointer(p) READ_ONCE(p)
#define rcu_assign_pointer(p, value) smp_store_release(&(p), value)
#define RCU_INIT_POINTER(p, value) WRITE_ONCE(p, value)
#define rcu_replace_pointer(p, value, condition)                                                   \
	__extension__({                                                                            \
		__typeof__(p) lfb_old_ = (p);                                                      \
		rcu_assign_pointer(p, value);                                                      \
		lfb_old_;                                                                          \
	})

static inline void rcu_read_lock(void)
{
	if (LFB_SAYS_ACCESSES)
		lfb_race_rcu_read(true);
	barrier();
}

static inline void rcu_read_unlock(void)
{
	barrier();
	if (LFB_SAYS_ACCESSES)
		lfb_race_rcu_read(false);
}

DEFINE_LOCK_GUARD_0(rcu, rcu_read_lock(), rcu_read_unlock(), char lfb_nothing)

/** synchronize_rcu() - all who read now are gone; may sleep. */
static inline void synchronize_rcu(void)
{
	might_sleep();
	if (LFB_SAYS_ACCESSES)
		lfb_race_rcu_wait();
}

static inline void lfb_rcu_run(void *head)
{
	if (LFB_SAYS_ACCESSES)
		lfb_race_rcu_wait();
	((struct rcu_head *)head)->func((struct rcu_head *)head);
}

/** call_rcu() - @function once all who read now are gone. */
static inline void call_rcu(struct rcu_head *head, rcu_callback_t function)
{
	head->func = function;
	lfb_defer(head, lfb_rcu_run, 0);
}

/** rcu_barrier() - all that was asked for so is done. */
static inline void rcu_barrier(void)
{
	lfb_defer_flush(NULL);
}

/** kfree_rcu() - kfree() once all who read now are gone; @member is a struct rcu_head in it. */
#define kfree_rcu(ptr, member)                                                                     \
	do {                                                                                       \
		__typeof__(ptr) lfb_object_ = (ptr);                                               \
		if (lfb_object_) {                                                                 \
			(void)&lfb_object_->member;                                                \
			lfb_defer_kfree(lfb_object_);                                   \
		}                                                                                  \
	} while (0)
#define kfree_rcu_mightsleep(ptr)                                                                  \
	do {                                                                                       \
		synchronize_rcu();                                                                 \
		kfree(ptr);                                                                        \
	} while (0)

#endif
