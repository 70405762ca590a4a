/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Who holds which locks, and in which order locks are taken: two orders are a deadlock that has
 * not happened yet. Locks of one name are one class, as on a real kernel; the orders seen are kept
 * as long as the machine. All of it only while somebody checks.
 */
#ifndef SIM_KERNEL_TASK_LOCKDEP_H
#define SIM_KERNEL_TASK_LOCKDEP_H

#include <luo/lock.h>

struct lfb_kernel;
struct lfb_lockdep;

/* The name of locks that have none: they are of no class. */
extern const char lfb__no_name[];

/* The current task has @lock now; one it did not have to wait for says nothing about orders. */
void lfb__locks_take(struct lfb_kernel *kernel, struct lfb_lock *lock, bool may_wait);
/* @task has it no more. */
void lfb__locks_drop(struct task_struct *task, const struct lfb_lock *lock);
/* A callback or system call returns with more locks than the @before it began with. */
void lfb__locks_kept(struct lfb_kernel *kernel, unsigned int before, const char *what);
/* The user says that all is over, or the kernel is about to jump: what does @task still hold? */
void lfb__locks_at_end(struct lfb_kernel *kernel, const struct task_struct *task);
void lfb__locks_at_jump(struct lfb_kernel *kernel, const struct task_struct *task);
/* @lock can never be had: names the mistake; @how says it in words. */
void lfb__locks_deadlock(struct lfb_kernel *kernel, const struct lfb_lock *lock, const char *how);
/* Something that may sleep is done under a spinlock. */
void lfb__locks_slept(struct lfb_kernel *kernel, const char *what);
void lfb__lockdep_destroy(struct lfb_kernel *kernel);

#endif
