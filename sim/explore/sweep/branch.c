// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Where runs begin. Until its point fails, one goes as the run without faults does. So it begins
 * behind all that: in a copy, made before the step in which the point is, of everything there was
 * then. A copy is good for all cases whose point is in that step, and leads to the next one.
 */
#include <string.h>

#include "sim/explore/sweep/sweep.h"

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
	size_t step = subject->first_armed;

	while (step < subject->last_armed &&
	       reached_before(sweep, that->kinds, step + 1) < that->nth)
		step++;
	return step;
}

void lfb__sweep_branch_free(struct lfb_sweep *sweep)
{
	lfb_machine_copy_free(sweep->branch.machine);
	lfb__saved_free(&sweep->branch.rest);
	sweep->branch.machine = NULL;
}

void lfb__sweep_branch_here(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	struct lfb_sweep_branch *branch = &sweep->branch;

	if (step != branch->wanted || (branch->machine && branch->step == step))
		return;
	lfb__sweep_branch_free(sweep);
	/* Where there can be no copy, or no more, all begins with power on. */
	branch->off = lfb_machine_copy(sweep->machine, &branch->machine) != 0;
	if (branch->off)
		return;
	subject->save(subject->self, &branch->rest);
	branch->step = step;
	memcpy(branch->complaints, sweep->complaints, sizeof(branch->complaints));
	branch->off = branch->rest.failed;
	if (branch->off)
		lfb__sweep_branch_free(sweep);
}

/* False: it cannot be, and nothing is done. */
static bool go_back(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	struct lfb_sweep_branch *branch = &sweep->branch;
	struct lfb_faults *faults = &sweep->machine->kernel.faults;

	if (lfb_machine_rewind(sweep->machine, branch->machine) ||
	    !lfb__saved_prepare(&branch->rest)) {
		branch->off = true;
		lfb__sweep_branch_free(sweep);
		return false;
	}
	lfb__saved_put_back(&branch->rest);
	memcpy(sweep->complaints, branch->complaints, sizeof(sweep->complaints));
	faults->plan = *that;
	faults->reached = reached_before(sweep, that->kinds, branch->step);
	return true;
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
	if (branch->machine && branch->wanted != SIZE_MAX && branch->step <= branch->wanted &&
	    go_back(sweep, that)) {
		forget_run(sweep);
		return branch->step;
	}
	lfb__sweep_begin(sweep);
	return 0;
}
