// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Memory is freed in which a lock lies that somebody has, or is about to use: the mistake of the
 * one who frees it. Nobody looks at that lock any more; a task that stands at it dies where it goes
 * on, as a kernel's would that reads what is left there.
 */
#include "sim/kernel/task/task.h"

struct freeing {
	struct lfb_kernel *kernel;
	const void *start;
	size_t size;
	const struct lfb_lock *told;	/* one mistake is told once */
};

static bool lies_in(const struct freeing *freeing, const struct lfb_lock *lock)
{
	return lock && (uintptr_t)lock - (uintptr_t)freeing->start < freeing->size;
}

static void tell(struct freeing *freeing, const struct lfb_lock *lock, const char *name,
		 const struct task_struct *whose, const char *does)
{
	struct lfb_kernel *kernel = freeing->kernel;

	if (lock == freeing->told)
		return;
	freeing->told = lock;
	if (whose == kernel->task)
		lfb__find(kernel, LFB_FINDING_LOCK_FREED, lfb__object("lock %.64s", name).text,
			  "task %s frees the memory it lies in, and %s", whose->name, does);
	else
		lfb__find(kernel, LFB_FINDING_LOCK_FREED, lfb__object("lock %.64s", name).text,
			  "task %s frees the memory it lies in, and task %s %s",
			  kernel->task->name, whose->name, does);
}

static void check_held(struct freeing *freeing, struct task_struct *task)
{
	for (unsigned int i = task->nr_held; i-- > 0;) {
		const struct lfb_held *held = &task->held[i];

		if (!lies_in(freeing, held->lock))
			continue;
		tell(freeing, held->lock, lfb__held_name(freeing->kernel, held), task, "holds it");
		if (task->locks_held > 0)
			task->locks_held--;
		lfb__locks_drop(task, held->lock);
	}
}

static void check_standing(struct freeing *freeing, struct lfb_strand *strand)
{
	struct lfb_standing *at = &strand->at;

	if (strand->done || !lies_in(freeing, at->of))
		return;
	tell(freeing, at->of, at->object, strand->aside.running,
	     lfb__object("is at %.32s()", at->point).text);
	at->lock = NULL;
	at->of = NULL;
	strand->gone = true;
}

void lfb__locks_in_freed(struct lfb_kernel *kernel, const void *start, size_t size)
{
	struct freeing freeing = { .kernel = kernel, .start = start, .size = size };
	struct lfb_beside *beside = kernel->sched.beside;
	struct task_struct *task;

	if (kernel->dead)
		return;
	check_held(&freeing, kernel->task);
	if (!beside)
		return;
	list_for_each_entry(task, &kernel->tasks, list)
		check_held(&freeing, task);
	for (unsigned int i = 0; i < beside->count; i++) {
		if (i != beside->now)
			check_standing(&freeing, beside->strands[i]);
	}
}
