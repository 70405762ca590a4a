/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Tasks: kernel code that must not take the process down with it (guard.c), what it says and
 * complains of (printk.c), its locks and the orders they are taken in (lock.c, lockdep.c), and
 * what its callbacks made (ledger.c).
 * Uses the state and the seams.
 */
#ifndef SIM_KERNEL_TASK_TASK_H
#define SIM_KERNEL_TASK_TASK_H

#include <luo/printk.h>

#include "sim/kernel/seams/seams.h"
#include "sim/kernel/task/beside.h"
#include "sim/kernel/task/thread.h"

/* guard.c: kernel code that must not take the process down with it */

/*
 * Runs body(arg) as kernel code. When the kernel dies inside (panic, BUG, a fault, a deadlock),
 * control comes back here and lfb__guarded() returns -EDEADLK for a hang, else -EFAULT. Nested
 * calls run in the outer guard. A dead kernel runs nothing: -ESHUTDOWN.
 */
long lfb__guarded(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg);
/* The current kernel dies; goes back to the guard, or returns when there is none. */
void lfb__die(struct lfb_kernel *kernel, enum lfb_death death);
/* The same, of an access to @address, which is reported first. */
void lfb__stray(struct lfb_kernel *kernel, const void *address, enum lfb_stray kind);
/*
 * An assertion broke: the kernel that is served dies of the simulator, likewise and for good, and
 * nothing is found in its machine any more. Nobody is served: says so on standard error.
 */
void lfb__simulator_bug(const struct lfb_assertion *broken);
/*
 * Makes the process's fault handler ours, chained to whatever was there before, where nobody
 * checks. Call it when a machine is entered and booted: test frameworks replace the handler before
 * each test.
 */
void lfb__guard_install(void);
/*
 * Where somebody checks, the handler is ours from here until lfb__guarded() returns, and what was
 * there is back then. It is a system call: lfb__guarded() makes it where it runs code of the
 * user's at once, and who calls such code, or reads what modules own, for an agent makes it then.
 */
void lfb__guard_arm(struct lfb_kernel *kernel);
static inline bool lfb__guard_unarmed(const struct lfb_kernel *kernel)
{
	return lfb__checking(kernel) && !kernel->armed && kernel->catch_faults;
}

/*
 * From the one to the other no code of the user's runs outside of the kernel, so that nobody can
 * replace the handler: it is made ours once, which is a system call, and not at each entry.
 */
void lfb__guard_hold(struct lfb_kernel *kernel);
/* Also when the kernel ends, maybe after somebody jumped out of its guard. */
void lfb__guard_release(struct lfb_kernel *kernel);
/* What modules own comes next; nothing to do outside of guards. */
static inline void lfb__module_comes(struct lfb_kernel *kernel)
{
	if (unlikely(lfb__guard_unarmed(kernel)) && kernel->guard)
		lfb__guard_arm(kernel);
}

/* Copies between kernel and userspace: -EFAULT, and no harm, for an address that is not there. */
int lfb__copy(struct lfb_kernel *kernel, void *to, const void *from, size_t size);
/* The same as points that can fail: what userspace gave is read, what it is answered written. */
int lfb__copy_from_user(struct lfb_kernel *kernel, void *to, const void *from, size_t size);
int lfb__copy_to_user(struct lfb_kernel *kernel, void *to, const void *from, size_t size);

/*
 * The running task waits for what comes with the next kernel alone, or when the call has returned
 * in which its own was made, at a scheduling point: the call answers -EAGAIN.
 */
void lfb__wait_for_end(struct lfb_kernel *kernel, const char *what) __attribute__((__cold__));
void lfb__wait_for_return(struct lfb_kernel *kernel, const char *what) __attribute__((__cold__));
/* lfb__guarded() of such a call, where it may be code that cannot be told to wait. */
long lfb__guarded_at_point(struct lfb_kernel *kernel, long (*body)(void *arg), void *arg);

/* printk.c: complaints */

/* lfb_warn() and lfb_bug() of mistakes that have a name of their own. */
void lfb__warn_as(enum lfb_finding_id id, const char *object, const char *where,
		  const char *format, ...) LFB_PRINTF(4, 5);
void lfb__bug_as(enum lfb_finding_id id, const char *object, const char *where, const char *format,
		 ...) LFB_PRINTF(4, 5);
/* A real kernel would touch memory it must not touch here; recorded, not done. */
void lfb__unsafe_as(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		    const char *format, ...) LFB_PRINTF(4, 5);
/* … and dies of it. */
void lfb__oops_as(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		  const char *format, ...) LFB_PRINTF(4, 5);

/* task.c */

/* @task holds nothing and does nothing. */
void lfb__task_begin(struct task_struct *task, const char *name, struct lfb_fd_table *fds);
/* What a lock's owner was when it took the lock may be gone since: NULL then. */
struct task_struct *lfb__task_alive(struct lfb_kernel *kernel, struct task_struct *task);

/* lockdep.c */

/* The current task has @lock now; one it did not have to wait for says nothing about orders. */
void lfb__locks_take(struct lfb_kernel *kernel, struct lfb_lock *lock, bool may_wait);
/* @task has it no more. */
void lfb__locks_drop(struct task_struct *task, const struct lfb_lock *lock);
/* The name of its class; the lock itself may be gone. */
const char *lfb__held_name(const struct lfb_kernel *kernel, const struct lfb_held *held);
/* A callback or system call returns with more locks than the @before it began with. */
void lfb__locks_kept(struct lfb_kernel *kernel, unsigned int before, const char *what);
/* The user says that all is over, or the kernel is about to jump: @task still holds something. */
void lfb__locks_held(struct lfb_kernel *kernel, const struct task_struct *task,
		     enum lfb_finding_id id);
/* @lock can never be had: names the mistake; @how says it in words. */
void lfb__locks_deadlock(struct lfb_kernel *kernel, const struct lfb_lock *lock, const char *how);
/* freed.c: @size bytes at @start are freed: does a lock lie there that somebody has or is at? */
void lfb__locks_in_freed(struct lfb_kernel *kernel, const void *start, size_t size)
	__attribute__((__cold__));
static inline void lfb__locks_freed(struct lfb_kernel *kernel, const void *start, size_t size)
{
	if (unlikely(kernel->sched.beside || (kernel->task && kernel->task->nr_held)))
		lfb__locks_in_freed(kernel, start, size);
}

/* Something that may sleep is done under a spinlock. */
void lfb__locks_slept(struct lfb_kernel *kernel, const char *what);
void lfb__lockdep_destroy(struct lfb_kernel *kernel);
/* No order is known any more. */
void lfb__lockdep_forget(struct lfb_kernel *kernel);
/* To be put back. False without memory. */
bool lfb__lockdep_save(struct lfb_kernel *kernel, struct lfb_saved *saved);

/* Said by what may sleep; a word in @what. */
static inline void lfb__might_sleep(struct lfb_kernel *kernel, const char *what)
{
	if (unlikely(kernel->task->spinlocks_held > 0))
		lfb__locks_slept(kernel, what);
	if (unlikely(kernel->sched.beside != NULL))
		lfb__beside_pause(kernel, what);
}

/*
 * ledger.c: what callbacks allocated and what was preserved, by whom and how, until it is freed
 * or unpreserved. So a callback that leaves something behind can be told, and who restores memory
 * can be held to how it was preserved, one kernel later.
 *
 * It is host memory, kept only while somebody checks (lfb__checking()). Without memory for an entry
 * the entry is not there: checks that need it do not happen.
 */

/* Adds what the running callback made; also outside of callbacks for kinds that are kept then. */
struct lfb_ledger_entry *lfb__ledger_add(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					 u64 key, u64 size);
/* NULL: there is none. */
struct lfb_ledger_entry *lfb__ledger_find(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					  u64 key);
void lfb__ledger_remove(struct lfb_kernel *kernel, enum lfb_ledger_kind kind, u64 key);
void lfb__ledger_drop(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry);
/* It was freed or restored: by a callback that had not made it? */
void lfb__ledger_given_back(struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry);
/* It was not made here: the kernel before handed it over. NULL is ignored. */
static inline void lfb__ledger_came_over(struct lfb_ledger_entry *entry)
{
	if (entry)
		entry->restored = true;
}

/*
 * What the orchestrator does for itself in between: what it allocates is not in the ledger, what
 * it preserves is there as internal.
 */
static inline void lfb__internal_begin(struct lfb_kernel *kernel)
{
	kernel->task->internal++;
}

static inline void lfb__internal_end(struct lfb_kernel *kernel)
{
	LFB_ASSERT(kernel->task->internal > 0);
	kernel->task->internal--;
}

/* The entry of a kind with physical keys that has the byte at @phys, NULL: none. */
struct lfb_ledger_entry *lfb__ledger_covering(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					      phys_addr_t phys);
/* Bytes of it that lie at its key: of a vmalloc area one page. */
static inline u64 lfb__ledger_span(const struct lfb_ledger_entry *entry)
{
	return entry->as == LFB_AS_VMALLOC ? PAGE_SIZE : entry->size;
}

/* All entries of a kind, oldest first; @fn may drop the one it is given. */
void lfb__ledger_each(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
		      void (*fn)(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
				 void *context),
		      void *context);

void lfb__holder_init(struct lfb_holder *holder);
/* Its entries are nobody's from here on. */
void lfb__holder_forget(struct lfb_holder *holder);

/* A jump: what was PRESERVED is INCOMING, all else is gone. Without: everything is. */
void lfb__ledger_jump(struct lfb_kernel *kernel, bool handover);
void lfb__ledger_destroy(struct lfb_ledger *ledger);
/* To be put back. Sites stay: who knows one may go on doing so. */
void lfb__ledger_save(struct lfb_ledger *ledger, struct lfb_saved *saved);

/* "by flb iommu-v1 preserve in operation 7", for the time of an expression. */
struct lfb_who {
	char text[120];
};
struct lfb_who lfb__ledger_who(const struct lfb_ledger_entry *entry);
/* The same of a site, or of what was done outside of callbacks. */
struct lfb_who lfb__site_who(const struct lfb_site *site, unsigned long operation);

/*
 * site.c: who is at work, the running callback, and in a C program from where. NULL when nobody
 * checks, and outside of callbacks where no place is known.
 */
const struct lfb_site *lfb__site_here(struct lfb_kernel *kernel);
/* The place that code goes on at, whoever runs it: up to @max frames, or NULL behind them. */
const struct lfb_site *lfb__site_at(struct lfb_kernel *kernel, const void *const *frames,
				    unsigned int max);
void lfb__sites_destroy(struct lfb_ledger *ledger);

#endif
