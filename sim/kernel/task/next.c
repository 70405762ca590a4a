// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Tasks beside each other: who can go on, and what becomes of them when nobody can. */
#include <stdio.h>

#include "sim/kernel/task/task.h"

static bool is_free(const struct lfb_standing *at)
{
	return !at->lock->owner && (at->shares || !at->lock->readers);
}

/* No work is done by two at once. */
static bool is_under_way(const struct lfb_beside *beside, const void *work)
{
	for (unsigned int i = beside->blocks; i < beside->count; i++) {
		if (lfb__strand_does(beside->strands[i], work) && beside->strands[i]->started)
			return true;
	}
	return false;
}

/* Beside blocks threads go on so many times before the time has come that they sleep to. */
#define NAPS_EARLY 2

static bool can_wake(const struct lfb_kernel *kernel, const struct lfb_strand *strand)
{
	const struct lfb_beside *beside = kernel->sched.beside;

	return kernel->jiffies >= strand->due || (beside->unfinished && beside->naps < NAPS_EARLY);
}

/* A task that has the lock itself goes on, and finds that it waits for itself. */
static bool can_go_on(const struct lfb_kernel *kernel, const struct lfb_strand *strand)
{
	const struct lfb_standing *at = &strand->at;

	if (strand->done)
		return false;
	if (!kernel->dead && strand->thread && at->sleeps)
		return can_wake(kernel, strand);
	if (!kernel->dead && at->polls)
		return at->seen != kernel->sched.beside->progress;
	if (!kernel->dead && strand->work && !strand->started &&
	    is_under_way(kernel->sched.beside, strand->work))
		return false;
	if (kernel->dead || !at->lock || is_free(at))
		return true;
	return at->lock->owner == strand->aside.running && !at->gives_up;
}

/* The one that runs comes first. */
unsigned int lfb__beside_ready(const struct lfb_beside *beside, unsigned int *ready)
{
	unsigned int nr = 0;

	if (beside->now < beside->count &&
	    can_go_on(beside->kernel, beside->strands[beside->now]))
		ready[nr++] = beside->now;
	for (unsigned int i = 0; i < beside->count; i++) {
		if (i != beside->now && can_go_on(beside->kernel, beside->strands[i]))
			ready[nr++] = i;
	}
	return nr;
}

/* Who has what a strand waits for; count: nobody that could let go of it, or nobody knows. */
static unsigned int waits_for(const struct lfb_beside *beside, unsigned int strand)
{
	const struct lfb_lock *lock = beside->strands[strand]->at.lock;
	const struct task_struct *owner = lock ? lock->owner : NULL;

	for (unsigned int i = 0; owner && i < beside->count; i++) {
		if (!beside->strands[i]->done && beside->strands[i]->aside.running == owner)
			return i;
	}
	return beside->count;
}

static bool waits_for_itself(const struct lfb_beside *beside, unsigned int strand)
{
	unsigned int at = strand;

	for (unsigned int links = 0; links < beside->count && at < beside->count; links++) {
		at = waits_for(beside, at);
		if (at == strand)
			return true;
	}
	return false;
}

/* A strand in a circle of those that wait for each other's locks; count: there is none. */
static unsigned int find_circle(const struct lfb_beside *beside)
{
	unsigned int i = 0;

	while (i < beside->count && (beside->strands[i]->done || !waits_for_itself(beside, i)))
		i++;
	return i;
}

/* How much a strand is to blame that nobody can go on. */
static unsigned int blame(const struct lfb_beside *beside, unsigned int i)
{
	const struct lfb_strand *strand = beside->strands[i];

	/* Threads may wait for ever. */
	if (strand->done || (strand->thread && strand->at.polls))
		return 0;
	if (strand->at.sleeps)
		return 6;
	if (waits_for_itself(beside, i))
		return strand->at.gives_up ? 4 : 5;
	if (!strand->at.lock)
		return strand->at.polls ? 3 : 1;
	return strand->at.lock->owner && waits_for(beside, i) == beside->count ? 3 : 2;
}

/*
 * Nobody can go on. One that is in a circle is told so, which is a deadlock; without a circle, one
 * that waits for what somebody has for ever. Where somebody sleeps, time passes.
 */
static unsigned int find_stuck(struct lfb_beside *beside)
{
	unsigned int found = 0;

	for (unsigned int i = 1; i < beside->count; i++) {
		if (blame(beside, i) > blame(beside, found))
			found = i;
	}
	LFB_ASSERT(!beside->strands[found]->done);
	beside->strands[found]->never = true;
	return found;
}

/* Nobody can go on, and time passes for the thread that sleeps least; count: none does. */
static unsigned int find_sleeper(struct lfb_beside *beside)
{
	unsigned int found = beside->count;

	for (unsigned int i = beside->blocks; i < beside->count; i++) {
		const struct lfb_strand *strand = beside->strands[i];

		if (strand->thread && !strand->done && strand->at.sleeps &&
		    (found == beside->count || strand->due < beside->strands[found]->due))
			found = i;
	}
	return found < beside->count && beside->naps++ < LFB_NAPS_MAX ? found : beside->count;
}

unsigned int lfb__beside_waiting(struct lfb_beside *beside)
{
	const unsigned int circle = find_circle(beside);
	unsigned int sleeper;

	if (circle == beside->count) {
		if (!beside->unfinished)
			return beside->count;
		sleeper = find_sleeper(beside);
		if (sleeper < beside->count)
			return sleeper;
	}
	return find_stuck(beside);
}

void lfb__beside_describe(struct lfb_kernel *kernel, char *text, size_t size)
{
	const struct lfb_beside *beside = kernel->sched.beside;
	unsigned int at = beside->now;
	size_t used = (size_t)snprintf(text, size, "task %.31s",
				       beside->strands[at]->aside.running->name);

	do {
		const struct lfb_lock *lock = beside->strands[at]->at.lock;
		struct task_struct *owner = lock ? lfb__task_alive(kernel, lock->owner) : NULL;

		at = waits_for(beside, at);
		if (!lock) {
			snprintf(text + used, size - used, " -> what nobody does any more");
			return;
		}
		if (!lock->owner)
			used += (size_t)snprintf(text + used, size - used,
						 " -> %.47s (held by %u reader%s)", lock->name,
						 lock->readers, lock->readers == 1 ? "" : "s");
		else
			used += (size_t)snprintf(text + used, size - used,
						 " -> %.47s -> task %.31s", lock->name,
						 owner ? owner->name : "that is gone");
	} while (at < beside->count && at != beside->now && used < size);
}
