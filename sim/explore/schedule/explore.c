// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Runs a scenario once for each of its schedules, and keeps what goes wrong: each failure once,
 * with the schedule that has the fewest preemptions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule/schedule.h"

struct failure {
	enum lfb_finding_id id;		/* LFB_FINDINGS_NR: none */
	char *same;			/* what tells it from others: the object, or the sentence */
	char *text;
	char *schedule;
	unsigned int preemptions;
	u64 times;
};

struct explore {
	const struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	struct lfb_explore_options options;
	struct lfb_explore_result result;
	struct lfb_schedules schedules;
	struct lfb_branch branch;
	struct lfb_run run;
	bool made;			/* the run was, and waits to be put back */
	struct lfb_seen seen;
	bool cut;			/* the run comes to a state that was seen */
	int failed;			/* with what cannot be gone on */
	struct lfb_list failures;	/* struct failure */
	u64 seed;			/* where the machine's choices stood */
	size_t choice;
};

static struct failure *failure_at(const struct explore *explore, size_t at)
{
	return (struct failure *)explore->failures.items + at;
}

static struct failure *find(struct explore *explore, enum lfb_finding_id id, const char *same)
{
	for (size_t i = 0; i < explore->failures.count; i++) {
		struct failure *failure = failure_at(explore, i);

		if (failure->id == id && !strcmp(failure->same, same))
			return failure;
	}
	return NULL;
}

static void release(struct failure *failure)
{
	free(failure->same);
	free(failure->text);
	free(failure->schedule);
}

/* The schedule of this run is the first, or the best so far. */
static int keep(struct explore *explore, enum lfb_finding_id id, const char *same, const char *text)
{
	struct failure now = { .id = id, .times = 1 }, *failure = find(explore, id, same);

	now.preemptions = lfb__schedules_preemptions(&explore->schedules);
	if (failure && failure->preemptions <= now.preemptions) {
		failure->times++;
		return 0;
	}
	now.same = strdup(same);
	now.text = strdup(text);
	now.schedule = lfb__schedules_text(&explore->schedules);
	if (failure)
		now.times += failure->times;
	else if (now.same && now.text && now.schedule)
		failure = lfb__list_add(&explore->failures, sizeof(*failure));
	if (!failure || !now.same || !now.text || !now.schedule) {
		release(&now);
		return -ENOMEM;
	}
	release(failure);
	*failure = now;
	return 0;
}

static int take_failures(struct explore *explore)
{
	const struct lfb_finding *finding;
	bool any = false;

	for (size_t i = 0; (finding = lfb_finding_at(explore->machine, i)) != NULL; i++) {
		char text[1024];
		int failed;

		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_WARNING)
			continue;
		any = true;
		snprintf(text, sizeof(text), "%s: %s", finding->object, finding->text);
		failed = keep(explore, finding->id, finding->object, text);
		if (failed)
			return failed;
	}
	if (!explore->run.result || any)
		return 0;
	return keep(explore, LFB_FINDINGS_NR, explore->run.why, explore->run.why);
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
	    !lfb__seen_before(&explore->seen, &explore->run, stays,
			      lfb__schedules_preemptions(schedules)))
		return false;
	explore->cut = true;
	explore->result.cut++;
	explore->failed = take_failures(explore);
	return true;
}

/* An lfb_pick_fn. */
static unsigned int pick(void *context, unsigned int nr, bool stays)
{
	struct explore *explore = context;

	if (is_cut(explore, stays)) {
		lfb__run_abandon_blocks(&explore->run);
		return 0;
	}
	return lfb__schedules_pick(&explore->schedules, nr, stays);
}

static void end_run(struct explore *explore)
{
	if (!explore->made)
		return;
	explore->made = false;
	lfb__run_end(&explore->run);
	lfb__run_release(&explore->run);
}

/* From power on. */
static int begin_run(struct explore *explore)
{
	struct lfb_kernel *kernel = &explore->machine->kernel;
	int err;

	end_run(explore);
	lfb__machine_forget_seen(explore->machine);
	lfb__faults_arm(kernel, NULL);
	kernel->choices.state = explore->seed;
	kernel->choices.next = explore->choice;
	explore->run = (struct lfb_run){
		.scenario = explore->scenario,
		.machine = explore->machine,
		.pick = pick,
		.picker = explore,
		.still = explore->options.reduce,
	};
	err = lfb__run_make(&explore->run);
	if (err) {
		lfb__run_release(&explore->run);
		return err;
	}
	explore->made = true;
	lfb__run_begin(&explore->run);
	return 0;
}

static void play(struct explore *explore)
{
	struct lfb_run *run = &explore->run;
	bool blocks;

	explore->cut = false;
	do {
		blocks = lfb__run_comes_to_blocks(run);
		if (blocks)
			lfb__branch_keep(&explore->branch, run, explore->schedules.at);
		if (!lfb__run_go_on(run) || explore->cut)
			return;
		/* What is left is the same for all schedules that end alike. */
	} while (!blocks || run->next == run->scenario->count || !is_cut(explore, false));
}

static int run(struct explore *explore)
{
	struct lfb_schedules *schedules = &explore->schedules;
	/* The last choice is another one. */
	size_t choices = schedules->choices.count ? schedules->choices.count - 1 : 0;
	int err;

	if (!lfb__branch_go_back(&explore->branch, &explore->run, &choices)) {
		choices = 0;
		err = begin_run(explore);
		if (err)
			return err;
	}
	lfb__schedules_begin(schedules, choices);
	play(explore);
	if (explore->run.result == -ENOMEM || schedules->failed)
		return -ENOMEM;
	explore->result.schedules++;
	explore->result.choices += schedules->at;
	err = explore->cut ? explore->failed : take_failures(explore);
	return err ? err : say_how_far(explore);
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
	for (size_t i = 0; i < explore->failures.count; i++) {
		const struct failure *failure = failure_at(explore, i);
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

static int check(struct explore *explore, const struct lfb_explore_options *options,
		 struct lfb_explore_result *result)
{
	struct lfb_machine *machine = explore->machine;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (!lfb__handle_valid(explore->scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(machine, -EINVAL, "the pointer is no live scenario");
	err = lfb__options_take(machine, "the options", &explore->options,
				sizeof(explore->options), options,
				sizeof(struct lfb_explore_options));
	if (!err && result)
		err = lfb__result_check(machine, "the result", result, sizeof(result->sz));
	if (err)
		return err;
	if (!options)
		explore->options.bound = LFB_EXPLORE_BOUND;
	if (!explore->scenario->nr_parallels)
		return lfb__error(machine, -EINVAL, "%.160s has no \"parallel\": there is one "
				  "schedule", explore->scenario->name);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

int lfb_scenario_explore(const struct lfb_scenario *scenario, struct lfb_machine *machine,
			 const struct lfb_explore_options *options,
			 struct lfb_explore_result *result)
{
	struct explore explore = { .scenario = scenario, .machine = machine };
	int err = check(&explore, options, result);

	if (err)
		return err;
	explore.seed = machine->kernel.choices.state;
	explore.choice = machine->kernel.choices.next;
	explore.branch.off = explore.options.from_power_on;
	err = search(&explore);
	end_run(&explore);
	lfb__branch_free(&explore.branch);
	lfb__seen_free(&explore.seen);
	explore.result.failures = explore.failures.count;
	lfb__machine_forget_seen(machine);
	tell(&explore);
	for (size_t i = 0; i < explore.failures.count; i++)
		release(failure_at(&explore, i));
	lfb__list_free(&explore.failures);
	lfb__list_free(&explore.schedules.choices);
	if (result)
		lfb__result_give(result, &explore.result, sizeof(explore.result));
	if (err == -EILSEQ)
		lfb__error(machine, err, "a run did otherwise than one before it with the same "
			   "choices: something decides that is not the machine's");
	else if (err)
		lfb__error(machine, err, err == -EINTR ? "it was ended" : "no memory to explore");
	return err;
}
