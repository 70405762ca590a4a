// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Tasks beside each other. Each is a strand with a stack of its own, and runs until it comes to a
 * scheduling point; there somebody chooses who goes on. So whatever lies between two points happens
 * at once, and the same choices give the same run. Who wants a lock that is not free cannot go on;
 * when nobody can, that is a deadlock.
 *
 * What struct lfb_kernel knows of the running task (its guard, what it is doing, its error text) is
 * the strand's, and changes with it.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/task/task.h"

static struct lfb_strand *running(struct lfb_beside *beside)
{
	return beside->now < beside->count ? &beside->strands[beside->now] : NULL;
}

static void put_away(const struct lfb_kernel *kernel, struct lfb_strand *strand)
{
	strand->running = kernel->task;
	strand->guard = kernel->guard;
	strand->waiting = kernel->waiting;
	strand->copying = kernel->copying;
	strand->guard_frame = kernel->guard_frame;
	strand->fault_at = kernel->fault_at;
	strand->guard_result = kernel->guard_result;
	strand->at_point = kernel->at_point;
	strand->operation = kernel->operation;
	strand->inside = kernel->trace.inside;
	strand->doing = kernel->doing;
	strand->about = kernel->about;
	strand->served = lfb__served;
	memcpy(strand->error, kernel->error, strlen(kernel->error) + 1);
}

static void bring_back(struct lfb_kernel *kernel, const struct lfb_strand *strand)
{
	kernel->task = strand->running;
	kernel->guard = strand->guard;
	kernel->waiting = strand->waiting;
	kernel->copying = strand->copying;
	kernel->guard_frame = strand->guard_frame;
	kernel->fault_at = strand->fault_at;
	kernel->guard_result = strand->guard_result;
	kernel->at_point = strand->at_point;
	kernel->operation = strand->operation;
	kernel->trace.inside = strand->inside;
	kernel->doing = strand->doing;
	kernel->about = strand->about;
	lfb__served = strand->served;
	memcpy(kernel->error, strand->error, strlen(strand->error) + 1);
}

/* Who is next */

static bool is_free(const struct lfb_standing *at)
{
	const struct lfb_lock *lock = at->lock;

	return !lock->owner && (at->touch == LFB_SHARES_LOCK || !lock->readers);
}

/* A task that has the lock itself goes on, and finds that it waits for itself. */
static bool can_go_on(const struct lfb_kernel *kernel, const struct lfb_strand *strand)
{
	if (strand->done)
		return false;
	if (kernel->dead || !strand->at.waits || is_free(&strand->at))
		return true;
	return strand->at.lock->owner == strand->running && !strand->at.gives_up;
}

/* The one that runs comes first. */
static unsigned int find_ready(const struct lfb_beside *beside, unsigned int *ready)
{
	unsigned int nr = 0;

	if (beside->now < beside->count &&
	    can_go_on(beside->kernel, &beside->strands[beside->now]))
		ready[nr++] = beside->now;
	for (unsigned int i = 0; i < beside->count; i++) {
		if (i != beside->now && can_go_on(beside->kernel, &beside->strands[i]))
			ready[nr++] = i;
	}
	return nr;
}

/*
 * Nobody can go on. Who can be told so is, as it lets go of what it holds then; else it is a
 * deadlock, and the first that is in it says so.
 */
static unsigned int find_stuck(struct lfb_beside *beside)
{
	unsigned int found = beside->count;

	for (unsigned int i = 0; i < beside->count; i++) {
		const struct lfb_strand *strand = &beside->strands[i];

		if (!strand->done && (found == beside->count ||
				      (strand->at.gives_up && !beside->strands[found].at.gives_up)))
			found = i;
	}
	if (LFB_ASSERT(found < beside->count))
		beside->strands[found].never = true;
	return found;
}

/* beside->count: nobody, they are cut off. */
static unsigned int find_next(struct lfb_beside *beside)
{
	unsigned int ready[LFB_BESIDE_MAX];
	const unsigned int nr = find_ready(beside, ready);
	unsigned int next;

	if (!nr)
		return find_stuck(beside);
	/* In a dead kernel each but finds its end. */
	if (nr == 1 || beside->kernel->dead)
		next = ready[0];
	else
		next = beside->choose(beside->context, ready, nr);
	beside->steps++;
	return next < beside->count ? next : beside->count;
}

/* Switching */

static struct lfb_fiber *fiber_of(struct lfb_beside *beside, unsigned int strand)
{
	return strand < beside->count ? &beside->strands[strand].fiber : &beside->outside;
}

static void switch_to(struct lfb_beside *beside, unsigned int next)
{
	const unsigned int before = beside->now;

	if (before < beside->count)
		put_away(beside->kernel, &beside->strands[before]);
	beside->now = next;
	if (next < beside->count) {
		bring_back(beside->kernel, &beside->strands[next]);
		if (beside->switched)
			beside->switched(beside->context, next);
	}
	lfb__fiber_switch(fiber_of(beside, before), fiber_of(beside, next));
}

/* Some other one's kernel died: nothing of what this one was doing goes on. */
static void leave_dead_kernel(struct lfb_kernel *kernel)
{
	kernel->guard_result = -ESHUTDOWN;
	if (kernel->guard)
		siglongjmp(*kernel->guard, 1);
}

bool lfb__beside_stand(struct lfb_kernel *kernel, const struct lfb_standing *at)
{
	struct lfb_beside *beside = kernel->sched.beside;
	struct lfb_strand *strand = running(beside);
	unsigned int next;

	/* What others do at a hook's point is done while this one stands still. */
	if (!strand || kernel->at_point || kernel->dead)
		return true;
	strand->at = *at;
	next = find_next(beside);
	if (next != beside->now) {
		beside->cut = next == beside->count;
		switch_to(beside, next);
		if (kernel->dead)
			leave_dead_kernel(kernel);
	}
	strand->at.point = NULL;
	strand->at.waits = false;
	if (likely(!strand->never))
		return true;
	strand->never = false;
	return false;
}

void lfb__beside_pause(struct lfb_kernel *kernel, const char *point)
{
	const struct task_struct *task = kernel->task;

	/* Under a spinlock nobody sleeps; that it is tried is a finding already. */
	if (task->spinlocks_held)
		return;
	lfb__beside_stand(kernel, &(struct lfb_standing){
		.point = point, .object = "",
		.touch = task->locks_held ? LFB_TOUCHES_HELD : LFB_TOUCHES_ALL });
}

bool lfb__beside_wait(struct lfb_kernel *kernel, const struct lfb_lock *lock, bool shared)
{
	if (likely(!kernel->sched.beside) || kernel->at_point)
		return false;
	return lfb__beside_stand(kernel, &(struct lfb_standing){
		.point = shared ? "down_read" : "down_write", .object = lock->name,
		.touch = shared ? LFB_SHARES_LOCK : LFB_TOUCHES_LOCK, .lock = lock,
		.waits = true, .gives_up = true });
}

/* All of them */

static void begin(void *argument)
{
	struct lfb_beside *beside = argument;
	struct lfb_strand *strand = running(beside);
	unsigned int next = beside->count;

	strand->at.point = NULL;
	strand->result = strand->body(strand->argument);
	strand->done = true;
	if (--beside->unfinished)
		next = find_next(beside);
	beside->cut = beside->unfinished && next == beside->count;
	switch_to(beside, next);
}

void lfb__beside_run(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	struct lfb_sched *sched = &kernel->sched;
	struct lfb_strand outside;
	unsigned int first;

	if (!LFB_ASSERT(!sched->beside && !kernel->guard) || !beside->count)
		return;
	beside->kernel = kernel;
	beside->now = beside->count;
	beside->unfinished = beside->count;
	beside->cut = false;
	beside->steps = 0;
	put_away(kernel, &outside);
	for (unsigned int i = 0; i < beside->count; i++) {
		struct lfb_strand *strand = &beside->strands[i];

		put_away(kernel, strand);
		strand->done = strand->never = false;
		strand->at = (struct lfb_standing){ .point = "begin", .object = strand->task.name };
		list_add_tail(&strand->task.list, &kernel->tasks);
		lfb__fiber_start(&strand->fiber, begin, beside);
	}
	sched->beside = beside;
	first = find_next(beside);
	if (first < beside->count)
		switch_to(beside, first);
	else
		beside->cut = true;
	sched->beside = NULL;
	for (unsigned int i = 0; i < beside->count; i++)
		list_del(&beside->strands[i].task.list);
	bring_back(kernel, &outside);
}

int lfb__beside_add(struct lfb_beside *beside, const char *name, long (*body)(void *argument),
		    void *argument)
{
	struct lfb_strand *strand;

	if (beside->count == LFB_BESIDE_MAX)
		return -ENOSPC;
	strand = &beside->strands[beside->count];
	if (!strand->fiber.all && !lfb__fiber_make(&strand->fiber))
		return -ENOMEM;
	lfb__task_begin(&strand->task, name, NULL);
	strand->body = body;
	strand->argument = argument;
	strand->result = 0;
	beside->count++;
	return 0;
}

void lfb__beside_empty(struct lfb_beside *beside)
{
	beside->count = 0;
}

void lfb__beside_free(struct lfb_beside *beside)
{
	for (unsigned int i = 0; i < LFB_BESIDE_MAX; i++)
		lfb__fiber_free(&beside->strands[i].fiber);
}

struct task_struct *lfb__beside_task(const struct lfb_kernel *kernel)
{
	struct lfb_beside *beside = kernel->sched.beside;
	struct lfb_strand *strand = beside ? running(beside) : NULL;

	return strand ? &strand->task : NULL;
}

bool lfb__beside_others_inside(const struct lfb_kernel *kernel)
{
	const struct lfb_beside *beside = kernel->sched.beside;

	for (unsigned int i = 0; beside && i < beside->count; i++) {
		if (i != beside->now && !beside->strands[i].done && beside->strands[i].guard)
			return true;
	}
	return false;
}

/* Each line of the chain is a task and what it waits for; it ends where somebody comes again. */
void lfb__beside_describe(const struct lfb_kernel *kernel, char *text, size_t size)
{
	const struct lfb_beside *beside = kernel->sched.beside;
	const struct lfb_strand *strand = &beside->strands[beside->now];
	size_t used = (size_t)snprintf(text, size, "task %.31s", strand->running->name);

	for (unsigned int links = 0; links < beside->count && used < size; links++) {
		const struct lfb_lock *lock = strand->at.lock;
		const struct task_struct *owner = lock->owner;

		strand = NULL;
		for (unsigned int i = 0; owner && i < beside->count && !strand; i++) {
			if (!beside->strands[i].done && beside->strands[i].running == owner)
				strand = &beside->strands[i];
		}
		if (!owner)
			used += (size_t)snprintf(text + used, size - used,
						 " -> %.47s (held by %u reader%s)", lock->name,
						 lock->readers, lock->readers == 1 ? "" : "s");
		else
			used += (size_t)snprintf(text + used, size - used,
						 " -> %.47s -> task %.31s", lock->name,
						 strand ? owner->name :
						 lfb__task_alive((void *)kernel, (void *)owner) ?
						 owner->name : "that is gone");
		if (!strand || strand == &beside->strands[beside->now])
			return;
	}
}
