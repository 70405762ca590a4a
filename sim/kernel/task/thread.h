/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Kernel threads: thread.c has them run, kthread.c is what modules call. Part of task.h. */
#ifndef SIM_KERNEL_TASK_THREAD_H
#define SIM_KERNEL_TASK_THREAD_H

#include "sim/kernel/task/task.h"

struct lfb_thread {
	struct lfb_strand strand;
	char name[16];
	int (*function)(void *data);
	void *data;
	int result;			/* -EINTR as long as it has not begun */
	unsigned int references;	/* its own is one, until it has ended; 0: it is gone */
	bool begun;
	bool should_stop, should_park, parked;
	sigjmp_buf *out;		/* of its function */
};

struct lfb_threads {
	struct lfb_list all;		/* struct lfb_thread *, the oldest first */
	struct lfb_beside apart;	/* they run here, where no tasks run beside each other */
	unsigned int naps;		/* in this call */
};

/* One that is there but has not begun; NULL: no memory, or there are too many. */
struct lfb_thread *lfb__thread_make(struct lfb_kernel *kernel);
void lfb__thread_begin(struct lfb_kernel *kernel, struct lfb_thread *thread);
/* One reference less. */
void lfb__thread_release(struct lfb_thread *thread);
/* The thread that @task is, which may be gone; NULL: it is none. */
struct lfb_thread *lfb__thread_of(const struct lfb_kernel *kernel, const struct task_struct *task);

#endif
