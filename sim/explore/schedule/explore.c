// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Runs a scenario or a test in C once for each of its schedules, from power on, and keeps what goes
 * wrong: each failure once, with the schedule that has the fewest preemptions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/schedule/schedule.h"

#define BOUND 2		/* where nothing is asked for */

struct failure {
	enum lfb_finding_id id;		/* LFB_FINDINGS_NR: none */
	char *same;			/* what tells it from others: the object, or the sentence */
	char *text;
	char *schedule;
	unsigned int preemptions;
	u64 times;
};

struct explore {
	/* From power on to power off; asks lfb__schedules_pick() of @schedules. */
	int (*run)(struct explore *explore);
	const struct lfb_scenario *scenario;	/* for it; … */
	struct lfb_body *body;			/* … one of them is NULL */
	struct lfb_machine *machine;
	struct lfb_explore_options options;
	struct lfb_explore_result result;
	struct lfb_schedules schedules;
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

/* @err: of the run. */
static int take_failures(struct explore *explore, int err)
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
	if (!err || any)
		return 0;
	return keep(explore, LFB_FINDINGS_NR, lfb_error_text(explore->machine),
		    lfb_error_text(explore->machine));
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

static int run_scenario(struct explore *explore)
{
	return lfb__run_picked(explore->scenario, explore->machine, NULL, lfb__schedules_pick,
			       &explore->schedules);
}

static int run_body(struct explore *explore)
{
	return lfb__body_run(explore->body, lfb__schedules_pick, &explore->schedules);
}

static int run(struct explore *explore)
{
	struct lfb_kernel *kernel = &explore->machine->kernel;
	int err;

	lfb__machine_forget_seen(explore->machine);
	lfb__faults_arm(kernel, NULL);
	kernel->choices.state = explore->seed;
	kernel->choices.next = explore->choice;
	lfb__schedules_begin(&explore->schedules);
	err = explore->run(explore);
	if (err == -ENOMEM || explore->schedules.failed)
		return -ENOMEM;
	if (explore->body && err && err != -EILSEQ)
		return err;
	explore->result.schedules++;
	explore->result.choices += explore->schedules.at;
	err = take_failures(explore, err);
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
		explore->options.bound = BOUND;
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
	err = search(explore);
	snprintf(why, sizeof(why), "%s", lfb_error_text(machine));
	explore->result.failures = explore->failures.count;
	lfb__machine_forget_seen(machine);
	tell(explore);
	for (size_t i = 0; i < explore->failures.count; i++)
		release(failure_at(explore, i));
	lfb__list_free(&explore->failures);
	lfb__list_free(&explore->schedules.choices);
	if (result)
		lfb__result_give(result, &explore->result, sizeof(explore->result));
	if (err == -EILSEQ)
		return lfb__error(machine, err, "a run did otherwise than one before it with the "
				  "same choices: something decides that is not the machine's");
	if (err == -EINTR)
		return lfb__error(machine, err, "it was ended");
	if (err == -ENOMEM)
		return lfb__error(machine, err, "no memory to explore");
	return err ? lfb__error(machine, err, "%s", why) : 0;
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
