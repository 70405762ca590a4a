/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Kernel threads: the ground of <linux/kthread.h>. Each has a stack of its own, on which it stays
 * from one call into the kernel to the next.
 *
 * Where tasks run beside each other (docs/schedules.md) a thread is one of them. Elsewhere it goes
 * on when somebody waits or sleeps, else at the end of the call from outside, until it waits or
 * sleeps itself; the oldest goes first. It dies with its kernel. While there are threads a machine
 * cannot be copied.
 */
#ifndef LUO_THREAD_H
#define LUO_THREAD_H

#include <luo/lock.h>
#include <luo/types.h>

/** LFB_THREADS_MAX - so many threads of a kernel can be alive at a time */
#define LFB_THREADS_MAX 7

/**
 * lfb_thread_create() - make a kernel thread that begins when it is woken
 * @function: what it does; the thread ends with what this answers
 * @data: handed to @function
 * @format: its name, as printf() has it; of more than 15 characters the first
 *
 * A fault point of kind LFB_FAULT_ALLOC; may sleep.
 *
 * Return: the thread; ERR_PTR(-ENOMEM) there is no memory, or there are LFB_THREADS_MAX, or no
 * kernel runs, or this host has no stacks for them.
 */
LFB_API struct task_struct *lfb_thread_create(int (*function)(void *data), void *data,
					      const char *format, ...) LFB_PRINTF(3, 4);
/**
 * lfb_thread_stop() - tell a thread to end, wake it, and wait until it has
 * @task: the thread. It must be alive, or somebody must have it (lfb_thread_get()): else
 *	LFB-MEM-USE-AFTER-FREE; NULL or an ERR_PTR() is LFB-MEM-WILD-POINTER, here and below
 *
 * May sleep. A thread that does not look whether it should stop is waited for, forever.
 *
 * Return: what its function answered; -EINTR: it was never woken.
 */
LFB_API int lfb_thread_stop(struct task_struct *task);
/** lfb_thread_get() - it is there until lfb_thread_put(), also when it has ended. Return: @task. */
LFB_API struct task_struct *lfb_thread_get(struct task_struct *task);
/** lfb_thread_put() - who got it needs it no more. */
LFB_API void lfb_thread_put(struct task_struct *task);
/** lfb_thread_should_stop() - Return: whether somebody waits for the running thread's end. */
LFB_API bool lfb_thread_should_stop(void);
/** lfb_thread_exit() - the running thread ends with @result; returns where none runs. */
LFB_API void lfb_thread_exit(long result);
/** lfb_thread_data() - Return: what the function of @task was given; NULL: it is no thread. */
LFB_API void *lfb_thread_data(struct task_struct *task);
/**
 * lfb_thread_park() - have a thread come to lfb_thread_park_me(), and wait until it has
 * @task: the thread
 *
 * May sleep. Return: 0; -ENOSYS: it has ended.
 */
LFB_API int lfb_thread_park(struct task_struct *task);
/** lfb_thread_unpark() - it goes on. */
LFB_API void lfb_thread_unpark(struct task_struct *task);
/** lfb_thread_should_park() - Return: whether somebody wants the running thread parked. */
LFB_API bool lfb_thread_should_park(void);
/** lfb_thread_park_me() - the running thread waits as long as somebody wants it parked. */
LFB_API void lfb_thread_park_me(void);

/** lfb_task_current() - Return: the running task, which may be an agent's; NULL: no kernel runs. */
LFB_API struct task_struct *lfb_task_current(void);
/** lfb_task_sleeps() - with @sleeps the running task waits in lfb_task_schedule() to be woken. */
LFB_API void lfb_task_sleeps(bool sleeps);
/** lfb_task_schedule() - let others go on; may sleep. */
LFB_API void lfb_task_schedule(void);
/**
 * lfb_task_schedule_timeout() - the same for @timeout milliseconds at the most
 * @timeout: in milliseconds
 *
 * Return: how many are left; 0 where it was not woken.
 */
LFB_API long lfb_task_schedule_timeout(long timeout);
/**
 * lfb_task_wake() - a task that sleeps goes on, a thread that was made begins
 * @task: it must be there, as for lfb_thread_stop()
 *
 * A scheduling point. Return: whether it was asleep.
 */
LFB_API bool lfb_task_wake(struct task_struct *task);

#endif
