// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Tasks: what one thread of control has and does, put away when another one acts.
 */
#include <string.h>

#include "sim/kernel/kernel.h"

void lfb__task_begin(struct task_struct *task, const char *name, struct lfb_fd_table *fds)
{
	*task = (struct task_struct){ .list = task->list, .name = name, .fds = fds };
}

struct task_struct *lfb__task_alive(struct lfb_kernel *kernel, struct task_struct *task)
{
	struct task_struct *alive;

	if (likely(task == kernel->task) || task == &kernel->boot_task ||
	    task == &kernel->point_task)
		return task;
	list_for_each_entry(alive, &kernel->tasks, list) {
		if (alive == task)
			return task;
	}
	return NULL;
}

void lfb__sched_switch(struct lfb_kernel *kernel, const char *point, const char *object)
{
	struct task_struct *task = kernel->task;
	struct lfb_frame *frame = task ? task->frame : NULL;
	unsigned int internal = task ? task->internal : 0;
	unsigned long operation = kernel->operation;
	const char *doing = kernel->doing;
	char error[sizeof(kernel->error)];

	memcpy(error, kernel->error, strlen(kernel->error) + 1);
	/* The hook may call kernel functions itself, too. */
	if (task) {
		task->frame = NULL;
		task->internal = 0;
	}
	kernel->at_point++;
	kernel->sched.hook(kernel->sched.context, point, object);
	kernel->at_point--;
	if (task) {
		task->frame = frame;
		task->internal = internal;
	}
	kernel->operation = operation;
	kernel->doing = doing;
	/* The sentence of a death is everybody's. */
	if (!kernel->dead)
		memcpy(kernel->error, error, strlen(error) + 1);
}
