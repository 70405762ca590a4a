// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Work that tasks beside each other want done: each has a strand of its own, which begins at any
 * later point.
 */
#include "sim/kernel/task/task.h"

/* Work that makes work without end is done by the calls that made it from there on. */
#define WORKS_MAX 16

/* One that has done its work does more; else a new one. NULL: there is none. */
static struct lfb_strand *find_worker(struct lfb_beside *beside)
{
	static const char *const names[LFB_BESIDE_MAX] = {
		"work-1", "work-2", "work-3", "work-4", "work-5", "work-6", "work-7", "work-8",
	};
	struct lfb_strand *strand;

	for (unsigned int i = beside->blocks; i < beside->owned; i++) {
		strand = &beside->own[i];
		if (strand->done && strand != beside->strands[beside->now] &&
		    !strand->task.locks_held) {
			lfb__task_begin(&strand->task, strand->task.name, NULL);
			return strand;
		}
	}
	strand = &beside->own[beside->owned];
	if (lfb__beside_add(beside, names[beside->owned - beside->blocks], NULL, NULL))
		return NULL;
	list_add_tail(&strand->task.list, &beside->kernel->tasks);
	return strand;
}

bool lfb__beside_spawn(struct lfb_kernel *kernel, long (*body)(void *work), void *work)
{
	struct lfb_beside *beside = kernel->sched.beside;
	struct lfb_strand *strand;

	if (!beside || !beside->blocks || beside->now >= beside->count || kernel->at_point ||
	    kernel->dead ||
	    beside->strands[beside->now]->work == work || beside->works == WORKS_MAX)
		return false;
	strand = find_worker(beside);
	if (!strand)
		return false;
	beside->unfinished++;
	beside->works++;
	strand->body = body;
	strand->argument = work;
	strand->work = work;
	lfb__beside_make_ready(beside, strand);
	return true;
}

void lfb__beside_unspawn(struct lfb_kernel *kernel, const void *work)
{
	struct lfb_beside *beside = kernel->sched.beside;

	for (unsigned int i = beside ? beside->blocks : 0; beside && i < beside->count; i++) {
		struct lfb_strand *strand = beside->strands[i];

		if (!lfb__strand_does(strand, work) || strand->started)
			continue;
		strand->done = true;
		beside->unfinished--;
		return;
	}
}

bool lfb__beside_works(const struct lfb_kernel *kernel, const void *work)
{
	const struct lfb_beside *beside = kernel->sched.beside;

	for (unsigned int i = beside ? beside->blocks : 0; beside && i < beside->count; i++) {
		if (i != beside->now && lfb__strand_does(beside->strands[i], work))
			return true;
	}
	return false;
}
