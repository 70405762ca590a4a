/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: who waits does what is deferred meanwhile; nobody is woken, all look again. */
#ifndef LUO_LINUX_WAIT_H
#define LUO_LINUX_WAIT_H

#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>
#include <luo/lock.h>

/** struct wait_queue_head - where tasks wait. */
struct wait_queue_head {
	int lfb_nothing;
};

#define wait_queue_head_t struct wait_queue_head
#define __WAIT_QUEUE_HEAD_INITIALIZER(name) { 0 }
#define DECLARE_WAIT_QUEUE_HEAD(name)                                                              \
	struct wait_queue_head name = __WAIT_QUEUE_HEAD_INITIALIZER(name)
#define init_waitqueue_head(wq) ((void)((wq)->lfb_nothing = 0))
#define wake_up(wq) ((void)(wq))
#define wake_up_all(wq) ((void)(wq))
#define wake_up_interruptible(wq) ((void)(wq))
#define wake_up_interruptible_all(wq) ((void)(wq))
#define waitqueue_active(wq) ((void)(wq), false)

/** wait_event() - until @condition holds; a hang where nobody is left to make it so. */
#define wait_event(wq, condition)                                                                  \
	do {                                                                                       \
		(void)&(wq);                                                                       \
		might_sleep();                                                                     \
		while (!(condition)) {                                                             \
			if (!lfb_defer_next()) {                                                   \
				lfb_wait_forever(#condition);                                      \
				break;                                                             \
			}                                                                          \
		}                                                                                  \
	} while (0)
#define wait_event_interruptible(wq, condition)                                                    \
	__extension__({                                                                            \
		wait_event(wq, condition);                                                         \
		0;                                                                                 \
	})
#define wait_event_killable(wq, condition) wait_event_interruptible(wq, condition)
/** wait_event_timeout() - Return: the time that is left, at least 1; 0: it is over. */
#define wait_event_timeout(wq, condition, timeout)                                                 \
	__extension__({                                                                            \
		long lfb_ticks_ = (timeout);                                                       \
		(void)&(wq);                                                                       \
		might_sleep();                                                                     \
		while (!(condition) && lfb_ticks_ > 0) {                                           \
			lfb_sleep(1);                                                              \
			lfb_ticks_--;                                                              \
		}                                                                                  \
		lfb_ticks_ || !(condition) ? lfb_ticks_ : 1;                                       \
	})
#define wait_event_interruptible_timeout(wq, condition, timeout)                                   \
	wait_event_timeout(wq, condition, timeout)

#endif
