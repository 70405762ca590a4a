// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Kernel threads, as modules have them. Where tasks run beside each other each is a strand among
 * them; elsewhere they run beside nobody but each other, in order, when others wait.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/task/task.h"

/* Those that are gone are known for a while, so that using one is found. */
#define KNOWN_MAX 64

static struct lfb_thread *thread_at(const struct lfb_kernel *kernel, size_t at)
{
	return ((struct lfb_thread **)kernel->threads->all.items)[at];
}

static size_t count(const struct lfb_kernel *kernel)
{
	return kernel->threads ? kernel->threads->all.count : 0;
}

static bool is_alive(const struct lfb_thread *thread)
{
	return thread->begun && !thread->strand.done;
}

struct lfb_thread *lfb__thread_of(const struct lfb_kernel *kernel, const struct task_struct *task)
{
	for (size_t i = 0; i < count(kernel); i++) {
		if (&thread_at(kernel, i)->strand.task == task)
			return thread_at(kernel, i);
	}
	return NULL;
}

bool lfb__threads_alive(const struct lfb_kernel *kernel)
{
	for (size_t i = 0; i < count(kernel); i++) {
		if (is_alive(thread_at(kernel, i)))
			return true;
	}
	return false;
}

const char *lfb__thread_in(const struct lfb_kernel *kernel, const void *code, size_t size)
{
	for (size_t i = 0; i < count(kernel); i++) {
		const struct lfb_thread *thread = thread_at(kernel, i);

		if (is_alive(thread) && (uintptr_t)thread->function - (uintptr_t)code < size)
			return thread->name;
	}
	return NULL;
}

/* Where they go on */

static void attach(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	for (size_t i = 0; i < count(kernel); i++) {
		if (is_alive(thread_at(kernel, i)))
			lfb__beside_attach(beside, &thread_at(kernel, i)->strand);
	}
}

void lfb__thread_release(struct lfb_thread *thread)
{
	if (!--thread->references && !thread->begun)
		lfb__fiber_free(&thread->strand.fiber);
}

static void detach(struct lfb_beside *beside)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < beside->count; i++) {
		struct lfb_strand *strand = beside->strands[i];

		if (!strand->thread) {
			beside->strands[kept++] = strand;
			continue;
		}
		if (strand->done) {
			list_del(&strand->task.list);
			lfb__fiber_free(&strand->fiber);
		}
	}
	beside->count = kept;
}

void lfb__tasks_run(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	if (!LFB_ASSERT(!kernel->sched.beside))
		return;
	lfb__beside_prepare(kernel, beside);
	attach(kernel, beside);
	lfb__beside_run(kernel, beside);
	detach(beside);
}

static unsigned int choose_first(void *context, const unsigned int *ready, unsigned int nr,
				 bool stays)
{
	(void)context;
	(void)ready;
	(void)nr;
	(void)stays;
	return 0;
}

static void nobody_is_told(void *context, unsigned int strand)
{
	(void)context;
	(void)strand;
}

bool lfb__threads_run(struct lfb_kernel *kernel)
{
	const bool held = kernel->held;
	struct lfb_beside *apart;

	if (!kernel->threads || kernel->sched.beside || kernel->at_point || kernel->dead ||
	    !lfb__threads_alive(kernel))
		return false;
	apart = &kernel->threads->apart;
	apart->choose = choose_first;
	apart->switched = nobody_is_told;
	lfb__guard_hold(kernel);
	lfb__tasks_run(kernel, apart);
	kernel->held = held;
	if (likely(!kernel->dead))
		return apart->progress > 0;
	kernel->guard_result = kernel->dead == LFB_DEATH_HANG ? -EDEADLK : -EFAULT;
	if (kernel->guard)
		siglongjmp(*kernel->guard, 1);
	return true;
}

bool lfb__threads_wake(struct lfb_kernel *kernel, unsigned long until)
{
	const struct lfb_thread *first = NULL;

	if (likely(!kernel->threads) || kernel->sched.beside || kernel->dead)
		return false;
	for (size_t i = 0; i < count(kernel); i++) {
		const struct lfb_thread *thread = thread_at(kernel, i);

		if (is_alive(thread) && thread->strand.started && thread->strand.at.sleeps &&
		    thread->strand.due <= until &&
		    (!first || thread->strand.due < first->strand.due))
			first = thread;
	}
	if (!first)
		return false;
	if (kernel->jiffies < first->strand.due)
		kernel->jiffies = first->strand.due;
	lfb__threads_run(kernel);
	return true;
}

bool lfb__threads_go_on(struct lfb_kernel *kernel)
{
	if (likely(!kernel->threads))
		return false;
	return lfb__threads_run(kernel) || (kernel->threads->naps++ < LFB_NAPS_MAX &&
					    lfb__threads_wake(kernel, ~0ul));
}

void lfb__threads_settle(struct lfb_kernel *kernel)
{
	if (likely(!kernel->threads))
		return;
	lfb__threads_run(kernel);
	kernel->threads->naps = 0;
}

bool lfb__thread_sleeps(struct lfb_kernel *kernel, unsigned long ms)
{
	struct lfb_thread *thread = lfb__thread_of(kernel, kernel->task);
	struct lfb_strand *strand;

	if (likely(!thread) || !kernel->sched.beside)
		return false;
	strand = &thread->strand;
	strand->due = kernel->jiffies + ms;
	lfb__beside_poll(kernel, "sleep", true);
	if (kernel->jiffies < strand->due) {
		kernel->sched.beside->naps++;
		kernel->jiffies = strand->due;
	}
	return true;
}

/* Their lives */

static long do_thread(void *argument)
{
	struct lfb_thread *thread = argument;
	sigjmp_buf out;

	lfb__race_take(lfb__current, thread, false);
	if (sigsetjmp(out, 0) == 0) {
		thread->out = &out;
		thread->result = thread->function(thread->data);
	}
	thread->out = NULL;
	lfb__locks_kept(lfb__current, 0, "kernel thread");
	lfb__race_drop(lfb__current, thread, false);
	return 0;
}

static long be_thread(void *argument)
{
	struct lfb_thread *thread = argument;

	lfb__current->task = &thread->strand.task;
	lfb__guarded(lfb__current, do_thread, thread);
	lfb__thread_release(thread);
	return 0;
}

/* Another one's place, where enough are known that are gone; NULL: there is none. */
static struct lfb_thread *take_gone(struct lfb_kernel *kernel)
{
	struct lfb_thread **all = kernel->threads->all.items;
	struct lfb_thread *gone = NULL;

	if (count(kernel) < KNOWN_MAX || kernel->sched.beside)
		return NULL;
	for (size_t i = 0; i < count(kernel); i++) {
		if (gone)
			all[i - 1] = all[i];
		else if (!all[i]->references)
			gone = all[i];
	}
	if (gone)
		all[count(kernel) - 1] = gone;
	return gone;
}

static struct lfb_thread *add(struct lfb_kernel *kernel)
{
	struct lfb_thread *thread, **place;

	if (!kernel->threads)
		kernel->threads = calloc(1, sizeof(*kernel->threads));
	if (!kernel->threads)
		return NULL;
	thread = take_gone(kernel);
	if (thread) {
		*thread = (struct lfb_thread){ 0 };
		return thread;
	}
	thread = calloc(1, sizeof(*thread));
	place = thread ? lfb__list_add(&kernel->threads->all, sizeof(*place)) : NULL;
	if (place)
		*place = thread;
	else
		free(thread);
	return place ? thread : NULL;
}

struct lfb_thread *lfb__thread_make(struct lfb_kernel *kernel)
{
	unsigned int there = 0;
	struct lfb_thread *thread;

	for (size_t i = 0; i < count(kernel); i++)
		there += thread_at(kernel, i)->references && !thread_at(kernel, i)->strand.done;
	if (there == LFB_THREADS_MAX)
		return NULL;
	thread = add(kernel);
	if (!thread || lfb__fiber_make(&thread->strand.fiber))
		return NULL;
	lfb__task_begin(&thread->strand.task, thread->name, NULL);
	thread->strand.body = be_thread;
	thread->strand.argument = thread;
	thread->strand.thread = true;
	thread->references = 1;
	return thread;
}

void lfb__thread_begin(struct lfb_kernel *kernel, struct lfb_thread *thread)
{
	thread->begun = true;
	list_add_tail(&thread->strand.task.list, &kernel->tasks);
	lfb__race_drop(kernel, thread, false);
	if (kernel->sched.beside)
		lfb__beside_attach(kernel->sched.beside, &thread->strand);
}

/* Each finds that its kernel is dead. */
static void kill_all(struct lfb_kernel *kernel)
{
	struct lfb_kernel *const current = lfb__current;
	const enum lfb_death dead = kernel->dead;
	struct lfb_beside *apart = &kernel->threads->apart;
	char error[sizeof(kernel->error)];

	memcpy(error, kernel->error, sizeof(error));
	lfb__current = kernel;
	kernel->dead = LFB_DEATH_PANIC;
	kernel->guard = NULL;
	apart->choose = choose_first;
	apart->switched = nobody_is_told;
	lfb__tasks_run(kernel, apart);
	kernel->dead = dead;
	lfb__current = current;
	memcpy(kernel->error, error, sizeof(error));
}

void lfb__threads_end(struct lfb_kernel *kernel)
{
	if (likely(!kernel->threads))
		return;
	if (lfb__threads_alive(kernel))
		kill_all(kernel);
	for (size_t i = 0; i < count(kernel); i++) {
		lfb__fiber_free(&thread_at(kernel, i)->strand.fiber);
		free(thread_at(kernel, i));
	}
	lfb__list_free(&kernel->threads->all);
	lfb__beside_free(&kernel->threads->apart);
	free(kernel->threads);
	kernel->threads = NULL;
}
