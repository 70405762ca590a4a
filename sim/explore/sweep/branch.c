// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Where runs begin and end. Until its point fails, one goes as the run without faults does. So it
 * begins behind all that: in a copy, made before the step in which the point is, of everything
 * there was then. A copy is good for all cases whose point is in that step, and leads to the next
 * one. And where behind that step all is as in the next one, which has not seen a fault, what comes
 * is what comes without faults, and need not be played.
 */
#include <string.h>

#include "sim/copy/copy.h"
#include "sim/explore/sweep/sweep.h"

/* So few steps are played in less time than it takes to find out that they need not be. */
#define WORTH_PLAYING 12

/* What is known of a run, of which there will be another. */
static void forget_run(struct lfb_sweep *sweep)
{
	sweep->hits = sweep->warns = 0;
	sweep->found_before = 0;
	sweep->follows = false;
	sweep->what[0] = '\0';
	sweep->outcome = LFB_OUTCOME_UNREACHED;
}

void lfb__sweep_begin(struct lfb_sweep *sweep)
{
	struct lfb_machine *machine = sweep->machine;
	struct lfb_choices *choices = &machine->kernel.choices;

	lfb_machine_shutdown(machine);
	machine->profile = sweep->profile;
	machine->other_file = NULL;
	choices->state = sweep->choices.state;
	choices->next = sweep->choices.next;
	lfb__faults_arm(&machine->kernel, NULL);
	lfb__balance_reset(sweep->balance);
	sweep->balance->breach[0] = '\0';
	memcpy(sweep->complaints, machine->kernel.trace.count, sizeof(sweep->complaints));
	lfb__findings_forget(&machine->kernel.findings);
	/* An order of locks that an earlier run knows already would be no news in this one. */
	lfb__lockdep_forget(&machine->kernel);
	forget_run(sweep);
}

/* Points of these kinds that are reached before a step. */
static unsigned long reached_before(const struct lfb_sweep *sweep, unsigned int kinds, size_t step)
{
	unsigned long count = 0;

	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS && step; kind++) {
		if (kinds & 1u << kind)
			count += sweep->records[step - 1].points[kind];
	}
	return count;
}

/* The step in which the first point of a case is. */
static size_t step_of(const struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	const struct lfb_sweep_place *here = &sweep->branch.here;
	size_t step = subject->first_armed;

	/* Mostly it is not far from the one of the case before. */
	if (here->machine && reached_before(sweep, that->kinds, here->step) < that->nth)
		step = here->step;
	while (step < subject->last_armed &&
	       reached_before(sweep, that->kinds, step + 1) < that->nth)
		step++;
	return step;
}

static void forget_place(struct lfb_sweep_place *place)
{
	lfb_machine_copy_free(place->machine);
	lfb__saved_free(&place->rest);
	place->machine = NULL;
}

void lfb__sweep_branch_free(struct lfb_sweep *sweep)
{
	forget_place(&sweep->branch.here);
	forget_place(&sweep->branch.next);
	forget_place(&sweep->branch.last);
}

/* Where there can be no copy, or no more, all begins with power on. */
static void give_up(struct lfb_sweep *sweep)
{
	sweep->branch.off = true;
	lfb__sweep_branch_free(sweep);
}

static bool keep_place(struct lfb_sweep *sweep, size_t step, struct lfb_sweep_place *place)
{
	const struct lfb_sweep_subject *subject = sweep->subject;

	if (lfb_machine_copy(sweep->machine, &place->machine))
		return false;
	subject->save(subject->self, &place->rest);
	place->step = step;
	memcpy(place->complaints, sweep->complaints, sizeof(place->complaints));
	return !place->rest.failed;
}

static bool go_to(struct lfb_sweep *sweep, struct lfb_sweep_place *place)
{
	if (lfb_machine_rewind(sweep->machine, place->machine) ||
	    !lfb__saved_prepare(&place->rest))
		return false;
	lfb__saved_put_back(&place->rest);
	memcpy(sweep->complaints, place->complaints, sizeof(sweep->complaints));
	return true;
}

void lfb__sweep_branch_here(struct lfb_sweep *sweep, size_t step)
{
	struct lfb_sweep_branch *branch = &sweep->branch;

	if (step != branch->wanted || (branch->here.machine && branch->here.step == step))
		return;
	lfb__sweep_branch_free(sweep);
	if (!keep_place(sweep, step, &branch->here))
		give_up(sweep);
}

static void take_here(struct lfb_sweep_branch *branch, struct lfb_sweep_place place)
{
	forget_place(&branch->last);
	branch->last = branch->here;
	branch->here = place;
}

/* Without faults. */
static void play(struct lfb_sweep *sweep, size_t step, size_t end)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	u64 object;

	sweep->machine->kernel.faults.plan.kinds = 0;
	for (; step < end; step++)
		subject->perform(subject->self, step, &object);
}

/* To the step that is wanted. */
static bool go_further(struct lfb_sweep *sweep)
{
	struct lfb_sweep_branch *branch = &sweep->branch;

	play(sweep, branch->here.step, branch->wanted);
	take_here(branch, (struct lfb_sweep_place){ .step = 0 });
	return keep_place(sweep, branch->wanted, &branch->here);
}

/* A step further and back again. */
static bool look_ahead(struct lfb_sweep *sweep)
{
	struct lfb_sweep_branch *branch = &sweep->branch;
	const size_t step = branch->here.step;

	play(sweep, step, step + 1);
	if (!keep_place(sweep, step + 1, &branch->next))
		return false;
	/* Not before: the heap would shrink and grow at each step, which is slow. */
	forget_place(&branch->last);
	return go_to(sweep, &branch->here);
}

static bool is_far_from_end(const struct lfb_sweep *sweep)
{
	return sweep->subject->steps - sweep->branch.here.step > WORTH_PLAYING;
}

/* False: it cannot be, and nothing is done. */
static bool go_back(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	struct lfb_sweep_branch *branch = &sweep->branch;
	struct lfb_faults *faults = &sweep->machine->kernel.faults;

	if (!go_to(sweep, &branch->here) ||
	    (branch->here.step < branch->wanted && !go_further(sweep)) ||
	    (is_far_from_end(sweep) && !branch->next.machine && !look_ahead(sweep))) {
		give_up(sweep);
		return false;
	}
	faults->plan = *that;
	faults->reached = reached_before(sweep, that->kinds, branch->here.step);
	return true;
}

/* The place that was next may be the one from which to begin now. */
static void move_on(struct lfb_sweep_branch *branch)
{
	if (!branch->next.machine || branch->wanted == SIZE_MAX ||
	    branch->next.step > branch->wanted)
		return;
	take_here(branch, branch->next);
	branch->next = (struct lfb_sweep_place){ .step = 0 };
}

size_t lfb__sweep_begin_case(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	struct lfb_sweep_branch *branch = &sweep->branch;

	branch->wanted = SIZE_MAX;
	if (!branch->off && !sweep->explains && subject->save && that->nth)
		branch->wanted = step_of(sweep, that);
	/* What comes before the first step is no more than power on. */
	if (branch->wanted <= subject->first_armed)
		branch->wanted = SIZE_MAX;
	move_on(branch);
	if (branch->here.machine && branch->wanted != SIZE_MAX &&
	    branch->here.step <= branch->wanted && go_back(sweep, that)) {
		forget_run(sweep);
		return branch->here.step;
	}
	lfb__sweep_begin(sweep);
	return 0;
}

/* All the faults there are to be were. */
static bool no_more_faults(const struct lfb_sweep *sweep)
{
	return !sweep->now->forever && sweep->hits >= (sweep->now->then ? 2 : 1);
}

bool lfb__sweep_is_back(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	const struct lfb_sweep_branch *branch = &sweep->branch;
	const struct lfb_sweep_place *next = &branch->next;
	struct lfb_saved rest = { .failed = false };
	bool alike;

	if (branch->wanted != step || !next->machine || next->step != step + 1 ||
	    !no_more_faults(sweep) || sweep->machine->kernel.findings.count)
		return false;
	subject->save(subject->self, &rest);
	alike = !rest.failed && lfb__saved_alike(&next->rest, &rest, 0, 0) &&
		lfb__machine_goes_on_as(sweep->machine, branch->here.machine, next->machine);
	lfb__saved_free(&rest);
	return alike;
}
