// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernel threads and tasks that sleep: what modules call, see luo/thread.h. */
#include <stdarg.h>
#include <stdio.h>

#include <luo/deferred.h>
#include <luo/fault.h>
#include <luo/macros.h>

#include "sim/kernel/kernel.h"

struct task_struct *lfb_thread_create(int (*function)(void *data), void *data, const char *format,
				      ...)
{
	struct lfb_kernel *kernel = lfb__current;
	struct lfb_thread *thread;
	va_list arguments;

	if (!kernel || kernel->dead)
		return ERR_PTR(-ENOMEM);
	lfb__might_sleep(kernel, "kthread_create");
	if (lfb__fault(kernel, LFB_FAULT_ALLOC, "kthread_create"))
		return ERR_PTR(-ENOMEM);
	thread = lfb__thread_make(kernel);
	if (!thread)
		return ERR_PTR(-ENOMEM);
	thread->function = function;
	thread->data = data;
	thread->result = -EINTR;
	va_start(arguments, format);
	vsnprintf(thread->name, sizeof(thread->name), format, arguments);
	va_end(arguments);
	return &thread->strand.task;
}

/* A thread that is there. NULL: @task is none; what is no task, or is gone, ends the kernel. */
static struct lfb_thread *find(struct task_struct *task, const char *what)
{
	struct lfb_thread *thread = lfb__current ? lfb__thread_of(lfb__current, task) : NULL;

	if (lfb__current && IS_ERR_OR_NULL(task)) {
		lfb__oops_as(lfb__current, LFB_FINDING_MEM_WILD_POINTER,
			     lfb__object("function %.31s", what).text,
			     "%s() follows %ld: there is no such task", what, PTR_ERR(task));
		return NULL;
	}
	if (!thread || thread->references)
		return thread;
	lfb__oops_as(lfb__current, LFB_FINDING_MEM_USE_AFTER_FREE,
		     lfb__object("thread %.15s", thread->name).text,
		     "%s() of a thread that has ended, of which nobody kept a reference", what);
	return NULL;
}

static struct lfb_thread *self(void)
{
	return lfb__current ? lfb__thread_of(lfb__current, lfb__current->task) : NULL;
}

static void wait_for(const bool *is_so, const struct lfb_thread *thread, const char *what)
{
	might_sleep();
	while (!*is_so && !thread->strand.done) {
		if (!lfb_defer_next()) {
			lfb_wait_forever(what);
			return;
		}
	}
}

int lfb_thread_stop(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "kthread_stop");
	int result;

	if (!thread)
		return -EINTR;
	if (!thread->begun) {
		lfb__thread_release(thread);
		return -EINTR;
	}
	thread->references++;
	lfb__race_drop(lfb__current, task, false);
	thread->should_stop = true;
	thread->should_park = false;
	task->asleep = false;
	wait_for(&thread->strand.done, thread, "the end of a kernel thread");
	lfb__race_take(lfb__current, thread, false);
	result = thread->result;
	lfb__thread_release(thread);
	return result;
}

struct task_struct *lfb_thread_get(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "get_task_struct");

	if (thread)
		thread->references++;
	return task;
}

void lfb_thread_put(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "put_task_struct");

	if (thread)
		lfb__thread_release(thread);
}

bool lfb_thread_should_stop(void)
{
	struct lfb_thread *thread = self();

	if (!thread)
		return false;
	lfb__race_take(lfb__current, &thread->strand.task, false);
	return thread->should_stop;
}

void lfb_thread_exit(long result)
{
	struct lfb_thread *thread = self();

	if (!thread || !thread->out)
		return;
	thread->result = (int)result;
	siglongjmp(*thread->out, 1);
}

void *lfb_thread_data(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "kthread_data");

	return thread ? thread->data : NULL;
}

int lfb_thread_park(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "kthread_park");

	if (!thread || thread->strand.done)
		return -ENOSYS;
	thread->should_park = true;
	lfb_task_wake(task);
	wait_for(&thread->parked, thread, "a kernel thread that parks");
	lfb__race_take(lfb__current, thread, false);
	return thread->parked ? 0 : -ENOSYS;
}

void lfb_thread_unpark(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "kthread_unpark");

	if (!thread)
		return;
	thread->should_park = false;
	lfb_task_wake(task);
}

bool lfb_thread_should_park(void)
{
	struct lfb_thread *thread = self();

	return thread && thread->should_park;
}

void lfb_thread_park_me(void)
{
	struct lfb_thread *thread = self();

	if (!thread || !thread->should_park)
		return;
	lfb__race_drop(lfb__current, thread, false);
	thread->parked = true;
	/* Who waits for that looks again, here. */
	might_sleep();
	while (thread->should_park)
		lfb_defer_next();
	thread->parked = false;
	lfb__race_take(lfb__current, &thread->strand.task, false);
}

/* All tasks */

struct task_struct *lfb_task_current(void)
{
	return lfb__current ? lfb__current->task : NULL;
}

void lfb_task_sleeps(bool sleeps)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!kernel)
		return;
	if (unlikely(kernel->sched.beside != NULL))
		lfb__beside_pause(kernel, "set_current_state");
	kernel->task->asleep = sleeps;
}

void lfb_task_schedule(void)
{
	struct task_struct *task = lfb_task_current();

	might_sleep();
	while (task && task->asleep) {
		if (!lfb_defer_next()) {
			task->asleep = false;
			lfb_wait_forever("somebody who wakes it");
			return;
		}
	}
	if (task)
		lfb__race_take(lfb__current, task, false);
}

long lfb_task_schedule_timeout(long timeout)
{
	struct task_struct *task = lfb_task_current();

	might_sleep();
	for (; task && task->asleep && timeout > 0; timeout--)
		lfb_sleep(1);
	if (task)
		task->asleep = false;
	return timeout;
}

bool lfb_task_wake(struct task_struct *task)
{
	struct lfb_thread *thread = find(task, "wake_up_process");
	struct lfb_kernel *kernel = lfb__current;
	bool slept;

	if (!kernel || kernel->dead)
		return false;
	slept = task->asleep || (thread && !thread->begun);
	task->asleep = false;
	lfb__race_drop(kernel, task, false);
	if (thread && !thread->begun)
		lfb__thread_begin(kernel, thread);
	if (unlikely(kernel->sched.beside != NULL))
		lfb__beside_pause(kernel, "wake_up_process");
	return slept;
}
