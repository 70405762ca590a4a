// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sweeps: the run without faults, and then every case there is. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/sweep/sweep.h"

#define PAIRS_MAX_DEFAULT 64
#define VIOLATIONS_MAX_DEFAULT 10

int lfb__sweep_take(struct lfb_machine *machine, const struct lfb_sweep_options *given,
		    const struct lfb_sweep_result *result, struct lfb_sweep_options *options)
{
	struct lfb_fault_plan that;
	int err = lfb__options_take(machine, "the options", options, sizeof(*options), given,
				    offsetof(struct lfb_sweep_options, pairs));

	if (!err && result)
		err = lfb__result_check(machine, "the result", result, sizeof(result->sz));
	if (!err)
		err = lfb__machine_check_look(machine, "a sweep");
	if (!err)
		err = lfb__shard_check(machine, options->shard, options->shards);
	if (err)
		return err;
	if (options->kinds & ~LFB_FAULT_ANY)
		return lfb__error(machine, -EINVAL, "unknown kinds of faults: 0x%x",
				  options->kinds);
	if (options->only && strcmp(options->only, "none") &&
	    !lfb__case_parse(options->only, &that))
		return lfb__error(machine, -EINVAL, "%.80s is no case: expected KIND:K, "
				  "KIND:K:forever or KIND:K:K2", options->only);
	if (options->shards && options->only)
		return lfb__error(machine, -EINVAL, "one case has no shards");
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	if (!options->kinds)
		options->kinds = LFB_FAULT_ANY;
	if (!options->pairs_max)
		options->pairs_max = PAIRS_MAX_DEFAULT;
	if (!options->violations_max)
		options->violations_max = VIOLATIONS_MAX_DEFAULT;
	return 0;
}

static void record(struct lfb_sweep *sweep, struct lfb_sweep_record *record)
{
	const struct lfb_kernel *kernel = &sweep->machine->kernel;

	record->after = lfb__sweep_digest(sweep);
	record->contents = lfb__state_contents(sweep->machine);
	record->dead = sweep->machine->state != LFB_OFF && kernel->dead;
	lfb__sweep_note(sweep->machine, record);
	memcpy(record->points, kernel->faults.count, sizeof(record->points));
	for (unsigned int kind = 0; kind < LFB_EVENT_KINDS; kind++)
		record->complaints[kind] = lfb__sweep_complaints(sweep, kind);
}

/* What is no violation need not be written down in every run; a single case shows it all. */
static void look_away(struct lfb_sweep *sweep)
{
	for (int id = 0; id < LFB_FINDINGS_NR && !sweep->options.only; id++) {
		if (!lfb__sweep_is_news(sweep, (enum lfb_finding_id)id))
			sweep->machine->kernel.findings.silent[id] = true;
	}
}

/* What must not fail does already without faults. */
static int fail_plain(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	long result = sweep->records[step].result;
	char names[200];

	return lfb__error(sweep->machine, (int)result, "%.200s: without faults it answers %ld%s",
			  subject->text(subject->self, step), result,
			  lfb__sweep_names(sweep->machine, names, sizeof(names)));
}

/* Also finds out whether it can be taken down and leaves nothing. */
static int run_plain(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	size_t step;

	lfb__sweep_begin(sweep);
	for (step = 0; step < subject->steps; step++) {
		struct lfb_sweep_record *now = &sweep->records[step];

		if (step == subject->first_armed)
			lfb__faults_arm(&sweep->machine->kernel, NULL);
		now->before = lfb__sweep_digest(sweep);
		lfb__sweep_note_before(sweep->machine, now);
		now->result = lfb__sweep_perform(sweep, step, &now->object);
		record(sweep, now);
		if (now->result < 0 && (step < subject->first_armed || step > subject->last_armed))
			return fail_plain(sweep, step);
	}
	lfb__balance_compare(sweep->balance);
	sweep->unbalanced = sweep->balance->breach[0] != '\0';
	for (size_t i = 0; i < sweep->machine->kernel.findings.count; i++)
		sweep->known[sweep->machine->kernel.findings.all[i]->id] = true;
	lfb__sweep_share_known(sweep);
	sweep->end = sweep->records[subject->steps - 1].after;
	return 0;
}

static void check_plain_end(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	char why[400] = "";

	if (subject->take_down(subject->self, why, sizeof(why)))
		return;
	lfb__sweep_fail(sweep, subject->steps, LFB_FINDING_STEP_NOT_UNDONE, "without any fault, "
			"%s", why);
	if (subject->notes)
		lfb__sweep_note_violation(sweep, NULL);
	if (subject->notes || lfb__sweep_is_known(sweep, NULL))
		return;
	sweep->explains = true;
	lfb__sweep_name(sweep);
	sweep->explains = false;
	lfb__sweep_report(sweep, NULL);
}

/* What follows from failures that are remembered may be told by another shard already. */
static bool is_over(const struct lfb_sweep *sweep)
{
	const unsigned long uncertain = sweep->options.shards ? sweep->told.count : 0;

	return sweep->said.error || sweep->ended ||
	       sweep->result.violations - uncertain >= sweep->options.violations_max;
}

/* The next point: is it in the shard? */
static bool is_ours(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_options *options = &sweep->options;

	sweep->point++;
	return !options->shards ||
	       (sweep->point - 1) % options->shards + 1 == options->shard;
}

/* Follows the run without faults up to @failed and keeps the state around that step. */
static void capture(struct lfb_sweep *sweep, size_t failed)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	u64 object;

	lfb__sweep_begin(sweep);
	for (size_t step = 0; step < subject->steps; step++) {
		if (step == failed)
			sweep->before = lfb__state_capture(sweep->machine, subject->more,
							   subject->self);
		lfb__sweep_perform(sweep, step, &object);
		if (step == failed || (step == subject->steps - 1 && step < failed))
			sweep->after = lfb__state_capture(sweep->machine, subject->more,
							  subject->self);
	}
}

/* Runs a case that violated something again, to say more; that is the run that is shown. */
static void explain(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	bool *silent = sweep->machine->kernel.findings.silent, was_silent[LFB_FINDINGS_NR];

	capture(sweep, sweep->failed_step);
	if (sweep->options.only)
		lfb__sweep_trace(sweep, true);
	memcpy(was_silent, silent, sizeof(was_silent));
	memset(silent, 0, sizeof(was_silent));
	sweep->explains = true;
	lfb__sweep_follow(sweep, that);
	sweep->explains = false;
	memcpy(silent, was_silent, sizeof(was_silent));
	lfb__state_free(sweep->before);
	lfb__state_free(sweep->after);
	sweep->before = sweep->after = NULL;
}

static void tell(struct lfb_sweep *sweep)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress),
		.done = sweep->result.runs,
		.total = sweep->total,
		.found = sweep->result.violations,
	};

	if (sweep->options.progress && !sweep->options.only)
		sweep->ended = !sweep->options.progress(sweep->options.context, &progress);
}

static enum lfb_outcome run_case(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	struct lfb_sweep_result *result = &sweep->result;
	enum lfb_outcome outcome;

	memset(sweep->findings, 0, sizeof(sweep->findings));
	outcome = lfb__sweep_follow(sweep, that);
	if (outcome == LFB_OUTCOME_VIOLATION && sweep->subject->notes) {
		lfb__sweep_note_violation(sweep, that);
		return outcome;
	}
	if (outcome == LFB_OUTCOME_VIOLATION && lfb__sweep_is_known(sweep, that))
		outcome = LFB_OUTCOME_KNOWN;
	else if (outcome == LFB_OUTCOME_VIOLATION && lfb__sweep_is_told(sweep))
		outcome = LFB_OUTCOME_REMEMBERED;
	if (outcome == LFB_OUTCOME_VIOLATION) {
		explain(sweep, that);
		lfb__sweep_report(sweep, that);
	} else if (outcome != LFB_OUTCOME_UNREACHED) {
		lfb__sweep_tell_ran(sweep, outcome, NULL, NULL);
	}
	result->runs++;
	result->absorbed += outcome == LFB_OUTCOME_ABSORBED;
	result->reported += outcome == LFB_OUTCOME_REPORTED;
	result->harmless += outcome == LFB_OUTCOME_HARMLESS;
	result->remembered += outcome == LFB_OUTCOME_REMEMBERED;
	result->known += outcome == LFB_OUTCOME_KNOWN;
	tell(sweep);
	return outcome;
}

/* All points that the run without faults has; there are no more, and no fewer. */
static void sweep_kinds(struct lfb_sweep *sweep, unsigned int kinds, unsigned long points,
			bool forever)
{
	struct lfb_fault_plan that = { .kinds = kinds, .forever = forever };

	for (that.nth = 1; that.nth <= points && !is_over(sweep); that.nth++) {
		if (is_ours(sweep) && run_case(sweep, &that) == LFB_OUTCOME_UNREACHED) {
			lfb__sweep_fail(sweep, sweep->subject->steps, LFB_FINDINGS_NR,
					"the point is never reached: the test is not "
					"deterministic");
			lfb__sweep_report(sweep, &that);
		}
	}
}

/* Every second point behind every first one, until there is none. */
static void sweep_pairs(struct lfb_sweep *sweep, unsigned long points)
{
	struct lfb_fault_plan that = { .kinds = sweep->options.kinds };

	sweep->result.paired = true;
	for (that.nth = 1; that.nth <= points && !is_over(sweep); that.nth++) {
		if (!is_ours(sweep))
			continue;
		for (that.then = 1; !is_over(sweep); that.then++) {
			if (run_case(sweep, &that) == LFB_OUTCOME_UNREACHED)
				lfb__sweep_tell_ran(sweep, LFB_OUTCOME_UNREACHED, NULL, NULL);
			if (sweep->machine->kernel.faults.hits < 2)
				break;
		}
	}
}

static void sweep_all(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_options *options = &sweep->options;
	const unsigned long *points = sweep->result.points;
	const bool once = options->mode != LFB_SWEEP_FOREVER;
	const bool forever = options->mode != LFB_SWEEP_ONCE;
	unsigned long all = 0;
	unsigned int used = 0;
	bool together, pairs;

	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		used += points[kind] != 0;
		all += points[kind];
	}
	together = used > 1 && forever;
	pairs = options->pairs && all <= options->pairs_max;
	sweep->total = all * (once + forever + together) + pairs * all * (all + 1) / 2;
	if (options->shards)
		sweep->total = sweep->total / options->shards + 1;
	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		sweep_kinds(sweep, 1u << kind, once ? points[kind] : 0, false);
		sweep_kinds(sweep, 1u << kind, forever ? points[kind] : 0, true);
	}
	if (together)
		sweep_kinds(sweep, options->kinds, all, true);
	if (pairs && !sweep->ended)
		sweep_pairs(sweep, all);
}

static int sweep_one(struct lfb_sweep *sweep)
{
	struct lfb_fault_plan that;
	enum lfb_outcome outcome;

	if (!strcmp(sweep->options.only, "none"))
		return 0;
	lfb__case_parse(sweep->options.only, &that);
	lfb__transcript_line(&sweep->said, "== %s: case %s", sweep->subject->name,
			     sweep->options.only);
	outcome = run_case(sweep, &that);
	if (outcome != LFB_OUTCOME_VIOLATION) {
		lfb__sweep_trace(sweep, true);
		lfb__sweep_follow(sweep, &that);
	}
	if (outcome == LFB_OUTCOME_UNREACHED)
		return lfb__error(sweep->machine, -EINVAL, "%s has no point for case %.80s",
				  sweep->subject->name, sweep->options.only);
	lfb__transcript_line(&sweep->said, "== %s", sweep->result.violations ? "a violation" :
			     sweep->result.absorbed ? "absorbed: it succeeded all the same" :
			     sweep->result.reported ? "reported, and then it worked" :
			     sweep->result.harmless ? "declared harmless" : "remembered");
	return 0;
}

static int run_sweep(struct lfb_sweep *sweep)
{
	int err;

	lfb__sweep_trace(sweep, sweep->options.only && !strcmp(sweep->options.only, "none"));
	err = run_plain(sweep);
	if (err)
		return err;
	for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		if (sweep->options.kinds & (1u << kind))
			sweep->result.points[kind] =
				sweep->records[sweep->subject->last_armed].points[kind];
	}
	check_plain_end(sweep);
	look_away(sweep);
	if (sweep->options.only)
		return sweep_one(sweep);
	if (!is_over(sweep))
		sweep_all(sweep);
	lfb__sweep_report_last(sweep);
	if (sweep->ended)
		return lfb__error(sweep->machine, -EINTR, "the sweep of %.160s was ended after "
				  "%lu runs", sweep->subject->name, sweep->result.runs);
	return 0;
}

int lfb__sweep_subject(struct lfb_machine *machine, const struct lfb_sweep_subject *subject,
		       const struct lfb_sweep_options *options, struct lfb_sweep_result *result,
		       struct lfb_balance *balance)
{
	const struct lfb_trace trace = machine->kernel.trace;
	struct lfb_sweep sweep = {
		.options = *options,
		.machine = machine,
		.subject = subject,
		.balance = balance,
		.profile = machine->profile,
		.choices = machine->kernel.choices,
		.said = { options->write, options->context, 0 },
		.branch.off = options->only || options->from_power_on,
	};
	bool silent[LFB_FINDINGS_NR];
	int err;

	memcpy(silent, machine->kernel.findings.silent, sizeof(silent));
	sweep.records = calloc(subject->steps, sizeof(*sweep.records));
	if (!sweep.records)
		return lfb__error(machine, -ENOMEM, "no memory to sweep %s", subject->name);
	lfb__balance_watch(balance, machine);
	err = run_sweep(&sweep);
	lfb__sweep_branch_free(&sweep);
	lfb__sweep_begin(&sweep);
	memcpy(machine->kernel.findings.silent, silent, sizeof(silent));
	lfb__balance_end(balance);
	(trace.fine ? lfb_trace_all_to : lfb_trace_to)(machine, trace.sink, trace.context);
	free(sweep.records);
	free(sweep.asked.items);
	if (!err && sweep.said.error)
		err = lfb__error(machine, sweep.said.error, "the output could not be written");
	if (result)
		lfb__result_give(result, &sweep.result, sizeof(sweep.result));
	return err;
}
