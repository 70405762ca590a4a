/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: there is a task; what it is called is for findings. */
#ifndef LUO_LINUX_SCHED_H
#define LUO_LINUX_SCHED_H

#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>
#include <luo/lock.h>

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define signal_pending(task) ((void)(task), 0)
#define fatal_signal_pending(task) ((void)(task), 0)

/** schedule_timeout() - Return: the time that is left of @timeout. */
static inline long schedule_timeout(long timeout)
{
	lfb_sleep((unsigned long)timeout);
	return 0;
}

#define schedule_timeout_uninterruptible(timeout) schedule_timeout(timeout)
#define schedule_timeout_interruptible(timeout) schedule_timeout(timeout)

static inline void schedule(void)
{
	might_sleep();
}

#define yield() schedule()

#endif
