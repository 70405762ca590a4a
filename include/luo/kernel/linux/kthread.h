/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: seven at a time, which go on while others wait; no workers, no processors. */
#ifndef LUO_LINUX_KTHREAD_H
#define LUO_LINUX_KTHREAD_H

#include <luo/kernel/linux/completion.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/sched.h>
#include <luo/thread.h>

/** kthread_create() - one that begins with wake_up_process(). Return: the task or ERR_PTR(). */
#define kthread_create(threadfn, data, ...) lfb_thread_create(threadfn, data, __VA_ARGS__)
#define kthread_create_on_node(threadfn, data, node, ...)                                          \
	((void)(node), lfb_thread_create(threadfn, data, __VA_ARGS__))
#define kthread_create_on_cpu(threadfn, data, cpu, name)                                           \
	lfb_thread_create(threadfn, data, name, (unsigned int)(cpu))
#define kthread_bind(task, cpu) ((void)(task), (void)(cpu))

/** kthread_run() - one that begins at once. Return: the task or ERR_PTR(). */
#define kthread_run(threadfn, data, ...)                                                           \
	__extension__({                                                                            \
		struct task_struct *lfb_thread_ = kthread_create(threadfn, data, __VA_ARGS__);     \
		if (!IS_ERR(lfb_thread_))                                                          \
			wake_up_process(lfb_thread_);                                              \
		lfb_thread_;                                                                       \
	})

#define kthread_stop(task) lfb_thread_stop(task)
#define kthread_should_stop() lfb_thread_should_stop()
#define kthread_park(task) lfb_thread_park(task)
#define kthread_unpark(task) lfb_thread_unpark(task)
#define kthread_should_park() lfb_thread_should_park()
#define kthread_parkme() lfb_thread_park_me()
#define kthread_data(task) lfb_thread_data(task)

static inline void __noreturn kthread_exit(long result)
{
	lfb_thread_exit(result);
	BUG();
	__builtin_trap();
}

static inline int kthread_stop_put(struct task_struct *task)
{
	const int result = kthread_stop(task);

	put_task_struct(task);
	return result;
}

static inline void __noreturn kthread_complete_and_exit(struct completion *done, long result)
{
	if (done)
		complete(done);
	kthread_exit(result);
}

#endif
