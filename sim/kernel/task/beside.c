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
	return beside->now < beside->count ? beside->strands[beside->now] : NULL;
}

static void put_away(const struct lfb_kernel *kernel, struct lfb_aside *aside)
{
	aside->running = kernel->task;
	aside->guard = kernel->guard;
	aside->waiting = kernel->waiting;
	aside->copying = kernel->copying;
	aside->guard_frame = kernel->guard_frame;
	aside->fault_at = kernel->fault_at;
	aside->guard_result = kernel->guard_result;
	aside->at_point = kernel->at_point;
	aside->operation = kernel->operation;
	aside->inside = kernel->trace.inside;
	aside->doing = kernel->doing;
	aside->about = kernel->about;
	aside->served = lfb__served;
	aside->number = kernel->trace.number;
	aside->calls = kernel->calls;
	memcpy(aside->error, kernel->error, strlen(kernel->error) + 1);
}

static void bring_back(struct lfb_kernel *kernel, const struct lfb_aside *aside)
{
	kernel->task = aside->running;
	kernel->guard = aside->guard;
	kernel->waiting = aside->waiting;
	kernel->copying = aside->copying;
	kernel->guard_frame = aside->guard_frame;
	kernel->fault_at = aside->fault_at;
	kernel->guard_result = aside->guard_result;
	kernel->at_point = aside->at_point;
	kernel->operation = aside->operation;
	kernel->trace.inside = aside->inside;
	kernel->doing = aside->doing;
	kernel->about = aside->about;
	lfb__served = aside->served;
	memcpy(kernel->error, aside->error, strlen(aside->error) + 1);
}

/* Where each counts its own: so many are enough for all that happens between two choices. */
#define NUMBERS (1ul << 40)

static void bring_numbers_back(struct lfb_kernel *kernel, const struct lfb_aside *aside)
{
	kernel->trace.number = aside->number;
	kernel->calls = aside->calls;
}

/* Asked from outside of all strands: the one that runs stands, too. */
static unsigned int ask_still(struct lfb_beside *beside, const unsigned int *ready,
			      unsigned int nr, bool stays)
{
	struct lfb_strand *strand = running(beside);

	put_away(beside->kernel, &strand->aside);
	beside->asked = ready;
	beside->nr_asked = nr;
	beside->asked_stays = stays;
	bring_back(beside->kernel, &beside->nobody);
	lfb__fiber_switch(&strand->fiber, &beside->outside);
	bring_back(beside->kernel, &strand->aside);
	return beside->answer;
}

static unsigned int ask(struct lfb_beside *beside, const unsigned int *ready, unsigned int nr)
{
	const bool stays = ready[0] == beside->now;

	if (beside->still && running(beside))
		return ask_still(beside, ready, nr, stays);
	return beside->choose(beside->context, ready, nr, stays);
}

/* Outside of all strands, whenever one of them asks. */
static void answer_all(struct lfb_beside *beside)
{
	while (beside->asked) {
		beside->answer = beside->choose(beside->context, beside->asked, beside->nr_asked,
						beside->asked_stays);
		beside->asked = NULL;
		lfb__fiber_switch(&beside->outside, &running(beside)->fiber);
	}
}

/* Without anybody but threads, so many points. */
#define ALONE_MAX 20000

/* count: nobody needs to. What lies on stacks is compared: nothing of what was there before. */
static unsigned int find_next(struct lfb_beside *beside)
{
	unsigned int ready[LFB_STRANDS_MAX] = { 0 }, choice = 0;
	const unsigned int nr = lfb__beside_ready(beside, ready);

	if (!nr)
		return lfb__beside_waiting(beside);
	if (!beside->unfinished && beside->alone++ > ALONE_MAX)
		return beside->count;
	/* In a dead kernel each but finds its end. */
	if (nr > 1 && !beside->kernel->dead)
		choice = ask(beside, ready, nr);
	return ready[LFB_ASSERT(choice < nr) ? choice : 0];
}

/* Switching */

static struct lfb_fiber *fiber_of(struct lfb_beside *beside, unsigned int strand)
{
	return strand < beside->count ? &beside->strands[strand]->fiber : &beside->outside;
}

static void switch_to(struct lfb_beside *beside, unsigned int next)
{
	const unsigned int before = beside->now;

	if (before < beside->count)
		put_away(beside->kernel, &beside->strands[before]->aside);
	beside->now = next;
	beside->race.now = next < beside->count ? next : LFB_STRANDS_MAX;
	if (next < beside->count) {
		bring_back(beside->kernel, &beside->strands[next]->aside);
		if (beside->still)
			bring_numbers_back(beside->kernel, &beside->strands[next]->aside);
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
	struct lfb_strand *strand = beside ? running(beside) : NULL;
	unsigned int next;

	/* What others do at a hook's point is done while this one stands still. */
	if (!strand || kernel->at_point || kernel->dead)
		return true;
	strand->at = *at;
	if (at->polls)
		strand->at.seen = beside->progress;
	else
		beside->progress++;
	strand->aside.running = kernel->task;
	next = find_next(beside);
	if (next != beside->now)
		switch_to(beside, next);
	if (unlikely(kernel->dead))
		leave_dead_kernel(kernel);
	strand->at.of = NULL;
	strand->at.polls = strand->at.sleeps = false;
	if (likely(!strand->never)) {
		strand->at.lock = NULL;
		return true;
	}
	/* What it waits for is told, and it waits no more. */
	strand->never = false;
	return false;
}

bool lfb__beside_lost(struct lfb_kernel *kernel)
{
	struct lfb_strand *strand = kernel->sched.beside ? running(kernel->sched.beside) : NULL;
	const bool lost = strand && strand->gone;

	if (unlikely(lost))
		strand->gone = false;
	return lost;
}

void lfb__beside_pause(struct lfb_kernel *kernel, const char *point)
{
	const struct task_struct *task = kernel->task;

	/* Under a spinlock nobody sleeps; that it is tried is a finding already. */
	if (task->spinlocks_held)
		return;
	lfb__beside_stand(kernel, &(struct lfb_standing){ .point = point, .object = "" });
}

bool lfb__beside_poll(struct lfb_kernel *kernel, const char *point, bool sleeps)
{
	if (!kernel->sched.beside || kernel->at_point || kernel->dead)
		return false;
	return lfb__beside_stand(kernel, &(struct lfb_standing){
		.point = point, .object = "", .polls = true, .sleeps = sleeps });
}

bool lfb__beside_wait(struct lfb_kernel *kernel, const struct lfb_lock *lock, bool shared)
{
	if (likely(!kernel->sched.beside) || kernel->at_point)
		return false;
	return lfb__beside_stand(kernel, &(struct lfb_standing){
		.point = shared ? "down_read" : "down_write", .object = lock->name,
		.lock = lock, .shares = shared, .gives_up = true });
}

/* All of them */

static void begin(void *argument)
{
	struct lfb_kernel *kernel = argument;
	struct lfb_strand *strand = running(kernel->sched.beside);
	struct lfb_beside *beside;
	unsigned int next;

	strand->started = true;
	/* Whoever waits for a thread may go on when it has begun. */
	kernel->sched.beside->progress += strand->thread;
	strand->body(strand->argument);
	strand->done = true;
	/* A thread may have come from where it began. */
	beside = kernel->sched.beside;
	beside->progress++;
	/* The one in which the kernel died says why. */
	if (kernel->dead && !*beside->why)
		memcpy(beside->why, kernel->error, sizeof(beside->why));
	if (!strand->thread)
		beside->unfinished--;
	next = find_next(beside);
	/* Back to outside, behind the strands that there are by now. */
	switch_to(beside, next);
}

static void stand(struct lfb_kernel *kernel, const char *point, const char *object)
{
	lfb__beside_stand(kernel, &(struct lfb_standing){ .point = point, .object = object });
}

/* Points are points while there is a hook. */
static void nobody_looks(void *context, const char *point, const char *object)
{
	(void)context;
	(void)point;
	(void)object;
}

static void set_numbers(struct lfb_beside *beside, struct lfb_strand *strand, unsigned int number)
{
	strand->aside.number = beside->nobody.number + NUMBERS * number;
	strand->aside.calls = beside->nobody.calls + NUMBERS * number;
}

static void make_ready(struct lfb_beside *beside, struct lfb_strand *strand, unsigned int number)
{
	strand->started = strand->done = strand->never = strand->gone = false;
	strand->at = (struct lfb_standing){ .point = "begin", .object = strand->task.name };
	set_numbers(beside, strand, number);
	if (beside->still)
		lfb__fiber_clean(&strand->fiber);
	lfb__fiber_start(&strand->fiber, begin, beside->kernel);
}

void lfb__beside_make_ready(struct lfb_beside *beside, struct lfb_strand *strand)
{
	/* It begins as the others did, and says what it does as who wants it done. */
	strand->aside = beside->nobody;
	strand->aside.guard = strand->aside.waiting = strand->aside.copying = NULL;
	strand->aside.operation = beside->kernel->operation;
	strand->aside.doing = beside->kernel->doing;
	make_ready(beside, strand, beside->blocks + beside->spawned++);
}

void lfb__beside_attach(struct lfb_beside *beside, struct lfb_strand *strand)
{
	const bool none_runs = !running(beside);

	beside->strands[beside->count++] = strand;
	if (none_runs)
		beside->now = beside->count;
	if (!strand->started) {
		lfb__beside_make_ready(beside, strand);
		return;
	}
	/* It looks again. */
	strand->at.seen = beside->progress - 1;
	strand->aside.served = beside->nobody.served;
	strand->aside.operation = beside->kernel->operation;
	strand->aside.doing = beside->kernel->doing;
	set_numbers(beside, strand, beside->blocks + beside->spawned++);
}

void lfb__beside_prepare(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	put_away(kernel, &beside->nobody);
	beside->kernel = kernel;
	beside->unfinished = beside->blocks = beside->count;
	beside->spawned = beside->works = beside->naps = beside->alone = 0;
	beside->progress = 0;
	*beside->why = '\0';
	for (unsigned int i = 0; i < beside->count; i++) {
		struct lfb_strand *strand = beside->strands[i];

		put_away(kernel, &strand->aside);
		list_add_tail(&strand->task.list, &kernel->tasks);
		make_ready(beside, strand, i);
	}
	beside->now = beside->count;
}

static void run(struct lfb_beside *beside)
{
	const unsigned int first = find_next(beside);

	if (first < beside->count)
		switch_to(beside, first);
	answer_all(beside);
}

void lfb__beside_run(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	const struct lfb_sched before = kernel->sched;
	struct lfb_aside *outside = &beside->nobody;

	kernel->sched.beside = beside;
	if (beside->blocks) {
		kernel->sched.race = &beside->race;
		lfb__race_begin(kernel, &beside->race, LFB_STRANDS_MAX);
	}
	kernel->sched.stand = stand;
	if (!before.hook)
		kernel->sched.hook = nobody_looks;
	run(beside);
	kernel->sched = before;
	for (unsigned int i = 0; i < beside->owned; i++)
		list_del(&beside->own[i].task.list);
	bring_back(kernel, outside);
	if (*beside->why)
		memcpy(kernel->error, beside->why, sizeof(beside->why));
	if (!beside->still)
		return;
	outside->number += NUMBERS * (beside->blocks + beside->spawned);
	outside->calls += NUMBERS * (beside->blocks + beside->spawned);
	bring_numbers_back(kernel, outside);
}

/* What is behind the fiber and what it does, which are the same for all that are compared. */
static bool mix_strand(const struct lfb_strand *strand, struct lfb_mix *mix)
{
	lfb__mix(mix, &strand->done, sizeof(strand->done));
	lfb__mix(mix, &strand->task, sizeof(strand->task));
	if (strand->done)
		return true;
	lfb__mix(mix, &strand->never,
		 offsetof(struct lfb_strand, aside.error) - offsetof(struct lfb_strand, never));
	lfb__mix(mix, strand->aside.error, strlen(strand->aside.error));
	return lfb__fiber_mix(&strand->fiber, mix);
}

bool lfb__beside_mix(const struct lfb_beside *beside, struct lfb_mix *mix)
{
	LFB_ASSERT(beside->still);
	/*
	 * What was touched, in which order, decides which races there are; whose strands work gets,
	 * which was done first.
	 */
	if (beside->race.watched || beside->spawned)
		return false;
	for (unsigned int i = 0; i < beside->count; i++) {
		if (beside->strands[i]->thread)
			return false;
		if (beside->strands[i]->at.polls)
			lfb__mix(mix, &beside->progress, sizeof(beside->progress));
		if (!mix_strand(beside->strands[i], mix))
			return false;
	}
	return true;
}

void lfb__beside_abandon(struct lfb_beside *beside)
{
	beside->kernel->dead = LFB_DEATH_PANIC;
}

int lfb__beside_add(struct lfb_beside *beside, const char *name, long (*body)(void *argument),
		    void *argument)
{
	struct lfb_strand *strand;
	int err;

	if (beside->owned == LFB_BESIDE_MAX)
		return -ENOSPC;
	strand = &beside->own[beside->owned];
	err = strand->fiber.all ? 0 : lfb__fiber_make(&strand->fiber);
	if (err)
		return err;
	lfb__task_begin(&strand->task, name, NULL);
	strand->body = body;
	strand->argument = argument;
	strand->work = NULL;
	beside->strands[beside->count++] = strand;
	beside->owned++;
	return 0;
}

void lfb__beside_empty(struct lfb_beside *beside)
{
	beside->count = beside->owned = 0;
}

void lfb__beside_free(struct lfb_beside *beside)
{
	for (unsigned int i = 0; i < LFB_BESIDE_MAX; i++)
		lfb__fiber_free(&beside->own[i].fiber);
	lfb__race_free(&beside->race);
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
		const struct lfb_strand *strand = beside->strands[i];

		if (i != beside->now && !strand->done && strand->aside.guard &&
		    !(strand->thread && strand->at.polls))
			return true;
	}
	return false;
}
