/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * thread.c: kernel threads, and whoever they run beside. What modules call is in kthread.c, above.
 * Part of task.h, which is what others include.
 */
#ifndef SIM_KERNEL_TASK_THREAD_H
#define SIM_KERNEL_TASK_THREAD_H

#include "sim/kernel/task/beside.h"

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

/*
 * Has all strands run that were added, until each has returned, and beside them the threads, until
 * each waits. The kernel's fault handler must be held.
 */
void lfb__tasks_run(struct lfb_kernel *kernel, struct lfb_beside *beside);
/*
 * Where no tasks run beside each other they go on until each waits, and come back here. False: none
 * got on.
 */
bool lfb__threads_run(struct lfb_kernel *kernel);
/* The same, and the time comes that the first one sleeps to, up to @until. False: none does. */
bool lfb__threads_wake(struct lfb_kernel *kernel, unsigned long until);
/* Somebody waits: the one, or else the other. */
bool lfb__threads_go_on(struct lfb_kernel *kernel);
/* A call from outside ends. */
void lfb__threads_settle(struct lfb_kernel *kernel);
/* The running thread sleeps. False: it is none. */
bool lfb__thread_sleeps(struct lfb_kernel *kernel, unsigned long ms);
bool lfb__threads_alive(const struct lfb_kernel *kernel);
/* One that is alive and does what lies in @size bytes of code at @code; NULL: there is none. */
const char *lfb__thread_in(const struct lfb_kernel *kernel, const void *code, size_t size);
/* The kernel ends, and they with it. */
void lfb__threads_end(struct lfb_kernel *kernel);

#endif
