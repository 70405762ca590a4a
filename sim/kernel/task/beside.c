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

/* Who is next */

static bool is_free(const struct lfb_standing *at)
{
	return !at->lock->owner && (at->shares || !at->lock->readers);
}

/* No work is done by two at once. */
static bool is_under_way(const struct lfb_beside *beside, const void *work)
{
	for (unsigned int i = beside->blocks; i < beside->count; i++) {
		if (lfb__strand_does(&beside->strands[i], work) && beside->strands[i].started)
			return true;
	}
	return false;
}

/* A task that has the lock itself goes on, and finds that it waits for itself. */
static bool can_go_on(const struct lfb_kernel *kernel, const struct lfb_strand *strand)
{
	const struct lfb_standing *at = &strand->at;

	if (strand->done)
		return false;
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

/* Who has what a strand waits for; count: nobody that could let go of it, or nobody knows. */
static unsigned int waits_for(const struct lfb_beside *beside, unsigned int strand)
{
	const struct lfb_lock *lock = beside->strands[strand].at.lock;
	const struct task_struct *owner = lock ? lock->owner : NULL;

	for (unsigned int i = 0; owner && i < beside->count; i++) {
		if (!beside->strands[i].done && beside->strands[i].aside.running == owner)
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

/* How much a strand is to blame that nobody can go on. */
static unsigned int blame(const struct lfb_beside *beside, unsigned int i)
{
	const struct lfb_strand *strand = &beside->strands[i];

	if (strand->done)
		return 0;
	if (strand->at.sleeps)
		return 5;
	if (waits_for_itself(beside, i))
		return strand->at.gives_up ? 3 : 4;
	if (!strand->at.lock)
		return strand->at.polls ? 2 : 0;
	return strand->at.lock->owner && waits_for(beside, i) == beside->count ? 2 : 1;
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
	LFB_ASSERT(!beside->strands[found].done);
	beside->strands[found].never = true;
	return found;
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

static unsigned int find_next(struct lfb_beside *beside)
{
	unsigned int ready[LFB_BESIDE_MAX], choice = 0;
	const unsigned int nr = find_ready(beside, ready);

	if (!nr)
		return find_stuck(beside);
	/* In a dead kernel each but finds its end. */
	if (nr > 1 && !beside->kernel->dead)
		choice = ask(beside, ready, nr);
	return ready[LFB_ASSERT(choice < nr) ? choice : 0];
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
		put_away(beside->kernel, &beside->strands[before].aside);
	beside->now = next;
	beside->race.now = next < beside->count ? next : LFB_BESIDE_MAX;
	if (next < beside->count) {
		bring_back(beside->kernel, &beside->strands[next].aside);
		if (beside->still)
			bring_numbers_back(beside->kernel, &beside->strands[next].aside);
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
	struct lfb_beside *beside = argument;
	struct lfb_strand *strand = running(beside);
	unsigned int next;

	strand->started = true;
	strand->body(strand->argument);
	strand->done = true;
	beside->progress++;
	/* The one in which the kernel died says why. */
	if (beside->kernel->dead && !*beside->why)
		memcpy(beside->why, beside->kernel->error, sizeof(beside->why));
	/* Back to outside, behind the strands that there are by now. */
	next = --beside->unfinished ? find_next(beside) : beside->count;
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

void lfb__beside_make_ready(struct lfb_beside *beside, struct lfb_strand *strand,
			    unsigned int number)
{
	strand->started = strand->done = strand->never = strand->gone = false;
	strand->at = (struct lfb_standing){ .point = "begin", .object = strand->task.name };
	strand->aside.number = beside->nobody.number + NUMBERS * number;
	strand->aside.calls = beside->nobody.calls + NUMBERS * number;
	if (beside->still)
		lfb__fiber_clean(&strand->fiber);
	lfb__fiber_start(&strand->fiber, begin, beside);
}

static void prepare(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	beside->kernel = kernel;
	beside->now = beside->count;
	beside->unfinished = beside->blocks = beside->count;
	beside->spawned = 0;
	beside->progress = 0;
	*beside->why = '\0';
	for (unsigned int i = 0; i < beside->count; i++) {
		struct lfb_strand *strand = &beside->strands[i];

		put_away(kernel, &strand->aside);
		list_add_tail(&strand->task.list, &kernel->tasks);
		lfb__beside_make_ready(beside, strand, i);
	}
}

void lfb__beside_run(struct lfb_kernel *kernel, struct lfb_beside *beside)
{
	const struct lfb_sched before = kernel->sched;
	struct lfb_aside *outside = &beside->nobody;

	if (!LFB_ASSERT(!before.beside && !kernel->guard) || !beside->count)
		return;
	put_away(kernel, outside);
	prepare(kernel, beside);
	kernel->sched.beside = beside;
	kernel->sched.race = &beside->race;
	lfb__race_begin(kernel, &beside->race, LFB_BESIDE_MAX);
	kernel->sched.stand = stand;
	if (!before.hook)
		kernel->sched.hook = nobody_looks;
	switch_to(beside, find_next(beside));
	answer_all(beside);
	kernel->sched = before;
	for (unsigned int i = 0; i < beside->count; i++)
		list_del(&beside->strands[i].task.list);
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
		if (beside->strands[i].at.polls)
			lfb__mix(mix, &beside->progress, sizeof(beside->progress));
		if (!mix_strand(&beside->strands[i], mix))
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

	if (beside->count == LFB_BESIDE_MAX)
		return -ENOSPC;
	strand = &beside->strands[beside->count];
	err = strand->fiber.all ? 0 : lfb__fiber_make(&strand->fiber);
	if (err)
		return err;
	lfb__task_begin(&strand->task, name, NULL);
	strand->body = body;
	strand->argument = argument;
	strand->work = NULL;
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
		if (i != beside->now && !beside->strands[i].done && beside->strands[i].aside.guard)
			return true;
	}
	return false;
}

void lfb__beside_describe(struct lfb_kernel *kernel, char *text, size_t size)
{
	const struct lfb_beside *beside = kernel->sched.beside;
	unsigned int at = beside->now;
	size_t used = (size_t)snprintf(text, size, "task %.31s", beside->strands[at].aside.running->name);

	do {
		const struct lfb_lock *lock = beside->strands[at].at.lock;
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
