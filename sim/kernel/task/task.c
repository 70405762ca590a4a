// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Tasks: how they begin, and whether they are still there. */
#include "sim/kernel/task/task.h"

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
