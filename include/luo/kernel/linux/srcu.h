/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: who waits for readers of its own hangs; others are waited for. */
#ifndef LUO_LINUX_SRCU_H
#define LUO_LINUX_SRCU_H

#include <luo/kernel/linux/rcupdate.h>

/** struct srcu_struct - who reads. */
struct srcu_struct {
	unsigned int lfb_readers;
};

#define DEFINE_SRCU(name) struct srcu_struct name = { 0 }
#define DEFINE_STATIC_SRCU(name) static DEFINE_SRCU(name)
#define srcu_dereference(p, ssp) READ_ONCE(p)

static inline int init_srcu_struct(struct srcu_struct *ssp)
{
	ssp->lfb_readers = 0;
	return 0;
}

/** cleanup_srcu_struct() - nobody reads any more; a WARN where somebody does. */
static inline void cleanup_srcu_struct(struct srcu_struct *ssp)
{
	WARN_ON(ssp->lfb_readers);
}

static inline int srcu_read_lock(struct srcu_struct *ssp)
{
	lfb_at_once(true);
	WRITE_ONCE(ssp->lfb_readers, READ_ONCE(ssp->lfb_readers) + 1);
	lfb_at_once(false);
	return 0;
}

static inline void srcu_read_unlock(struct srcu_struct *ssp, int index)
{
	(void)index;
	lfb_at_once(true);
	if (!WARN_ON(!READ_ONCE(ssp->lfb_readers)))
		WRITE_ONCE(ssp->lfb_readers, READ_ONCE(ssp->lfb_readers) - 1);
	lfb_at_once(false);
}

DEFINE_LOCK_GUARD_1(srcu, struct srcu_struct, _T->index = srcu_read_lock(_T->lock),
		    srcu_read_unlock(_T->lock, _T->index), int index)

static inline void synchronize_srcu(struct srcu_struct *ssp)
{
	might_sleep();
	while (READ_ONCE(ssp->lfb_readers)) {
		if (!lfb_defer_next()) {
			lfb_wait_forever("srcu readers");
			break;
		}
	}
}

static inline void call_srcu(struct srcu_struct *ssp, struct rcu_head *head,
			     rcu_callback_t function)
{
	(void)ssp;
	call_rcu(head, function);
}

static inline void srcu_barrier(struct srcu_struct *ssp)
{
	(void)ssp;
	rcu_barrier();
}

#endif
