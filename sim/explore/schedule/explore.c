// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Runs a scenario or a test in C once for each of its schedules, and keeps what goes wrong: each
 * failure once, with the schedule that has the fewest preemptions.
 */
#include <stdio.h>

#include "sim/explore/schedule/schedule.h"

struct explore {
	/* One schedule, whose failures it takes. */
	int (*run)(struct explore *explore);
	const struct lfb_scenario *scenario;	/* for it; … */
	struct lfb_body *body;			/* … one of them is NULL */
	struct lfb_machine *machine;
	struct lfb_explore_options options;
	struct lfb_explore_result result;
	struct lfb_schedules schedules;
	struct lfb_list failures;	/* struct lfb_failed */
	u64 seed;			/* where the machine's choices stood */
	size_t choice;
	/* Of a scenario: */
	struct lfb_run play;
	bool made;			/* it was, and waits to be put back */
	struct lfb_branch branch;
	struct lfb_seen seen;
	bool cut;			/* it came to a state that was seen */
	int failed;			/* … and what was on the way could not be kept */
};

/* @why: what the run answered; NULL: all was as it should be. */
static int take_failures(struct explore *explore, const char *why)
{
	const struct lfb_finding *finding;
	bool any = false;

	for (size_t i = 0; (finding = lfb_finding_at(explore->machine, i)) != NULL; i++) {
		int err;

		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_WARNING)
			continue;
		any = true;
		err = lfb__failures_keep_finding(&explore->failures, &explore->schedules, finding,
						 "");
		if (err)
			return err;
	}
	if (!why || any)
		return 0;
	return lfb__failures_keep(&explore->failures, &explore->schedules, LFB_FINDINGS_NR, why,
				  why, "");
}

static int say_how_far(const struct explore *explore)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress),
		.done = explore->result.schedules,
		.found = explore->failures.count,
	};

	if (!explore->options.progress ||
	    explore->options.progress(explore->options.context, &progress))
		return 0;
	return -EINTR;
}

/* All that comes is known: what came is all there is to look at. */
static bool is_cut(struct explore *explore, bool stays)
{
	struct lfb_schedules *schedules = &explore->schedules;

	if (!explore->options.reduce || explore->branch.off ||
	    !lfb__schedules_are_new(schedules) ||
	    !lfb__seen_before(&explore->seen, &explore->play, stays,
			      lfb__schedules_preemptions(schedules)))
		return false;
	explore->cut = true;
	explore->result.cut++;
	explore->failed = take_failures(explore, explore->play.result ? explore->play.why : NULL);
	return true;
}

/* An lfb_pick_fn. */
static unsigned int pick(void *context, unsigned int nr, bool stays)
{
	struct explore *explore = context;

	if (is_cut(explore, stays)) {
		lfb__run_abandon_blocks(&explore->play);
		return 0;
	}
	return lfb__schedules_pick(&explore->schedules, nr, stays);
}

static void end_play(struct explore *explore)
{
	if (!explore->made)
		return;
	explore->made = false;
	lfb__run_end(&explore->play);
	lfb__run_release(&explore->play);
}

static void begin_anew(struct explore *explore)
{
	struct lfb_kernel *kernel = &explore->machine->kernel;

	lfb__machine_forget_seen(explore->machine);
	lfb__faults_arm(kernel, NULL);
	kernel->choices.state = explore->seed;
	kernel->choices.next = explore->choice;
}

/* From power on. */
static int begin_play(struct explore *explore)
{
	int err;

	end_play(explore);
	begin_anew(explore);
	explore->play = (struct lfb_run){
		.scenario = explore->scenario,
		.machine = explore->machine,
		.pick = pick,
		.picker = explore,
		.still = explore->options.reduce,
	};
	err = lfb__run_make(&explore->play);
	if (err) {
		lfb__run_release(&explore->play);
		return err;
	}
	explore->made = true;
	lfb__run_begin(&explore->play);
	return 0;
}

static void play(struct explore *explore)
{
	struct lfb_run *play = &explore->play;
	bool blocks;

	do {
		blocks = lfb__run_comes_to_blocks(play);
		if (blocks)
			lfb__branch_keep(&explore->branch, play, explore->schedules.at);
		if (!lfb__run_go_on(play) || explore->cut)
			return;
		/* What is left is the same for all schedules that end alike. */
	} while (!blocks || play->next == play->scenario->count || !is_cut(explore, false));
}

static int run_scenario(struct explore *explore)
{
	struct lfb_schedules *schedules = &explore->schedules;
	/* The last choice is another one. */
	size_t choices = schedules->choices.count ? schedules->choices.count - 1 : 0;
	int err;

	if (!lfb__branch_go_back(&explore->branch, &explore->play, &choices)) {
		choices = 0;
		err = begin_play(explore);
		if (err)
			return err;
	}
	lfb__schedules_begin(schedules, choices);
	explore->cut = false;
	play(explore);
	if (explore->play.result == -ENOMEM)
		return -ENOMEM;
	if (explore->cut)
		return explore->failed;
	return take_failures(explore, explore->play.result ? explore->play.why : NULL);
}

static int run_body(struct explore *explore)
{
	int err;

	begin_anew(explore);
	lfb__schedules_begin(&explore->schedules, 0);
	err = lfb__body_run(explore->body, lfb__schedules_pick, &explore->schedules);
	if (err && err != -EILSEQ)
		return err;
	return take_failures(explore, err ? lfb_error_text(explore->machine) : NULL);
}

static int run(struct explore *explore)
{
	int err = explore->run(explore);

	if (explore->schedules.failed)
		return -ENOMEM;
	if (err)
		return err;
	explore->result.schedules++;
	explore->result.choices += explore->schedules.at;
	return say_how_far(explore);
}

static int search(struct explore *explore)
{
	const u64 limit = explore->options.limit;
	int err;

	do {
		if (limit && explore->result.schedules == limit)
			return 0;
		err = run(explore);
		if (err)
			return err;
	} while (lfb__schedules_next(&explore->schedules, explore->options.bound));
	if (explore->schedules.diverged)
		return -EILSEQ;
	explore->result.whole = true;
	return 0;
}

static void tell(const struct explore *explore)
{
	const struct lfb_failed *failure = explore->failures.items;

	for (size_t i = 0; i < explore->failures.count; i++, failure++) {
		const struct lfb_schedule_failure told = {
			.sz = sizeof(told),
			.finding = failure->id == LFB_FINDINGS_NR ? NULL :
								    lfb_finding_name(failure->id),
			.text = failure->text,
			.schedule = failure->schedule,
			.preemptions = failure->preemptions,
			.times = failure->times,
		};

		if (explore->options.failed)
			explore->options.failed(explore->options.context, &told);
	}
}

static int take_options(struct explore *explore, const struct lfb_explore_options *options,
			struct lfb_explore_result *result)
{
	struct lfb_machine *machine = explore->machine;
	int err = lfb__options_take(machine, "the options", &explore->options,
				    sizeof(explore->options), options,
				    sizeof(struct lfb_explore_options));

	if (!err && result)
		err = lfb__result_check(machine, "the result", result, sizeof(result->sz));
	if (!err && !options)
		explore->options.bound = LFB_EXPLORE_BOUND;
	return err;
}

static int check(struct explore *explore, const struct lfb_explore_options *options,
		 struct lfb_explore_result *result)
{
	struct lfb_machine *machine = explore->machine;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!lfb__handle_valid(explore->scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "the pointer is no live scenario");
	err = take_options(explore, options, result);
	if (err)
		return err;
	if (!explore->scenario->nr_parallels)
		return lfb__error(machine, -EINVAL, "%.160s has no \"parallel\": there is one "
				  "schedule", explore->scenario->name);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

static int explore_all(struct explore *explore, struct lfb_explore_result *result)
{
	struct lfb_machine *machine = explore->machine;
	char why[512];
	int err;

	explore->seed = machine->kernel.choices.state;
	explore->choice = machine->kernel.choices.next;
	explore->branch.off = explore->options.from_power_on;
	err = search(explore);
	snprintf(why, sizeof(why), "%s", lfb_error_text(machine));
	end_play(explore);
	lfb__branch_free(&explore->branch);
	lfb__seen_free(&explore->seen);
	explore->result.failures = explore->failures.count;
	lfb__machine_forget_seen(machine);
	tell(explore);
	lfb__failures_free(&explore->failures);
	lfb__list_free(&explore->schedules.choices);
	if (result)
		lfb__result_give(result, &explore->result, sizeof(explore->result));
	if (err)
		lfb__error(machine, err, "%s", why);
	return lfb__schedules_ended(machine, err);
}

int lfb_scenario_explore(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			 const struct lfb_explore_options *options,
			 struct lfb_explore_result *result)
{
	struct explore explore = { .run = run_scenario, .scenario = scenario, .machine = machine };
	int err = check(&explore, options, result);

	return err ? err : explore_all(&explore, result);
}

int lfb_schedules_explore(struct lfb_machine *machine, const struct lfb_schedule_body *body,
			  void *context, const struct lfb_explore_options *options,
			  struct lfb_explore_result *result)
{
	struct explore explore = { .run = run_body, .machine = machine };
	int err = lfb__body_make(machine, body, context, &explore.body);

	if (err)
		return err;
	err = take_options(&explore, options, result);
	if (!err)
		err = explore_all(&explore, result);
	lfb__body_free(explore.body);
	return err;
}
