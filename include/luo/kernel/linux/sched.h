/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: tasks are told apart, woken and waited for; no signals, no priorities. */
#ifndef LUO_LINUX_SCHED_H
#define LUO_LINUX_SCHED_H

#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>
#include <luo/lock.h>
#include <luo/thread.h>

#define TASK_RUNNING 0
#define TASK_INTERRUPTIBLE 1
#define TASK_UNINTERRUPTIBLE 2
#define TASK_IDLE 0x402
#define signal_pending(task) ((void)(task), 0)
#define fatal_signal_pending(task) ((void)(task), 0)

#define current lfb_task_current()

/* Who looks for something behind this, and then sleeps, misses nobody who wakes it meanwhile. */
#define set_current_state(state) lfb_task_sleeps((state) != TASK_RUNNING)
#define __set_current_state(state) set_current_state(state)
/** wake_up_process() - Return: 1 if @task was asleep, else 0. */
static inline int wake_up_process(struct task_struct *task)
{
	return lfb_task_wake(task);
}

#define get_task_struct(task) lfb_thread_get(task)
#define put_task_struct(task) lfb_thread_put(task)

/** schedule() - others go on; who said so by set_current_state() sleeps until it is woken. */
#define schedule() lfb_task_schedule()
/** schedule_timeout() - Return: the time that is left of @timeout. */
#define schedule_timeout(timeout) lfb_task_schedule_timeout((long)(timeout))

static inline long schedule_timeout_interruptible(long timeout)
{
	lfb_task_sleeps(true);
	return schedule_timeout(timeout);
}

#define schedule_timeout_uninterruptible(timeout) schedule_timeout_interruptible(timeout)

#define yield() schedule()

#endif
