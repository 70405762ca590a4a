// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * One run of a sweep. It follows the run without faults step by step: where a point failed, the
 * state afterwards decides how it goes on. After a failure that cannot be made good it goes astray:
 * the rest runs as it may, and in the end all must be possible to take down.
 */
#include "sim/explore/sweep/sweep.h"

#include <stdio.h>
#include <string.h>

#include "lib/luo/luo.h"

/* Steps behind a failure for good of which each is looked at; the rest is more of the same. */
#define ASTRAY_STEPS 32

/* No more failures; what was counted stays. */
static void disarm(struct lfb_sweep *sweep)
{
	sweep->machine->kernel.faults.plan.kinds = 0;
}

unsigned long lfb__sweep_complaints(const struct lfb_sweep *sweep, enum lfb_event_kind kind)
{
	return sweep->machine->kernel.trace.count[kind] - sweep->complaints[kind];
}

struct lfb_digest lfb__sweep_digest(const struct lfb_sweep *sweep)
{
	struct lfb_digest digest;

	lfb__state_digest(sweep->machine, sweep->subject->more, sweep->subject->self, &digest);
	return digest;
}

static void worsen(struct lfb_sweep *sweep, enum lfb_outcome outcome)
{
	if (sweep->outcome < outcome)
		sweep->outcome = outcome;
}

long lfb__sweep_perform(struct lfb_sweep *sweep, size_t step, u64 *object)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	long result;

	*object = 0;
	sweep->found_before = sweep->machine->kernel.findings.count;
	result = subject->perform(subject->self, step, object);
	if (sweep->traces)
		lfb__transcript_line(&sweep->said, "> %s = %ld",
				     subject->text(subject->self, step), result);
	return result;
}

/* Complaints that the run without faults does not make. */
static bool check_complaints(struct lfb_sweep *sweep, size_t step,
			     const struct lfb_sweep_record *record, bool failed_here)
{
	static const enum lfb_event_kind grave[] = {
		LFB_EVENT_UNSAFE, LFB_EVENT_BUG, LFB_EVENT_PANIC,
	};
	const struct lfb_machine *machine = sweep->machine;
	unsigned long warns = lfb__sweep_complaints(sweep, LFB_EVENT_WARN) - sweep->warns;

	for (size_t i = 0; i < ARRAY_SIZE(grave); i++) {
		if (lfb__sweep_complaints(sweep, grave[i]) > record->complaints[grave[i]])
			return lfb__sweep_fail(sweep, step, LFB_FINDINGS_NR, "%s",
					       machine->kernel.trace.complaint);
	}
	if (warns <= record->complaints[LFB_EVENT_WARN])
		return true;
	if (!failed_here || !lfb__sweep_warn_reports(machine))
		return lfb__sweep_fail(sweep, step, LFB_FINDINGS_NR, "WARN: %s",
				       machine->kernel.trace.complaint);
	sweep->warns += warns - record->complaints[LFB_EVENT_WARN];
	return true;
}

static bool check_alive(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_machine *machine = sweep->machine;

	if (machine->state == LFB_OFF || !machine->kernel.dead || sweep->records[step].dead)
		return true;
	return lfb__sweep_fail(sweep, step, LFB_FINDINGS_NR, "the kernel died: %s",
			       machine->kernel.trace.complaint);
}

static bool check_balance(struct lfb_sweep *sweep, size_t step)
{
	if (sweep->unbalanced)
		return true;
	lfb__balance_compare(sweep->balance);
	if (!sweep->balance->breach[0])
		return true;
	return lfb__sweep_fail(sweep, step, LFB_FINDINGS_NR, "callbacks are out of balance: %s",
			       sweep->balance->breach);
}

/* A step in which nothing failed goes as it does without faults. */
static bool check_plain(struct lfb_sweep *sweep, size_t step, long result, u64 object, bool again)
{
	const struct lfb_sweep_record *record = &sweep->records[step];

	if (!check_alive(sweep, step) || !check_complaints(sweep, step, record, false))
		return false;
	if (result == record->result && object != record->object)
		return lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_REPEATED,
				       "after a fault it answers with another kind of object");
	if (result != record->result)
		return lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_REPEATED,
				       "%s %ld, without faults %ld", again ? "repeated without "
				       "the fault it answers" : "after a fault in an earlier "
				       "step it answers", result, record->result);
	if (!again || lfb__sweep_digest(sweep).exact == record->after.exact)
		return true;
	return lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_REPEATED, "repeated without "
			       "the fault it succeeds, with another outcome%s",
			       lfb__sweep_difference(sweep));
}

enum way { WAY_ON, WAY_AGAIN, WAY_ASTRAY, WAY_OUT, WAY_BACK };

/* A boot that a module ended: that is how it reports what failed, and all there is to look at. */
static bool gave_up(struct lfb_sweep *sweep)
{
	if (!lfb__sweep_gave_up(sweep->machine))
		return false;
	worsen(sweep, LFB_OUTCOME_REMEMBERED);
	if (sweep->traces)
		lfb__transcript_line(&sweep->said, "== excused: gave up. A module whose init "
				     "function panics does not let the kernel boot.");
	return true;
}

/* Kernels that remember say the same again. */
static enum way remember(struct lfb_sweep *sweep, size_t step, long result,
			 const struct lfb_excuse *excuse)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	bool forever = sweep->now->forever;
	bool repaired;
	u64 object;
	long again;

	worsen(sweep, LFB_OUTCOME_REMEMBERED);
	if (sweep->traces)
		lfb__transcript_line(&sweep->said, "== excused: %s. %s", excuse->name, excuse->why);
	if (excuse->repeated)
		return WAY_AGAIN;
	if (excuse->asked_again && !forever) {
		again = lfb__sweep_perform(sweep, step, &object);
		sweep->hits = sweep->machine->kernel.faults.hits;
		if (again != result && sweep->hits < 2) {
			lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_REPEATED, "answered "
					"%ld, which is to be remembered, but asked again %ld",
					result, again);
			return WAY_OUT;
		}
	}
	if (!excuse->repaired || forever)
		return WAY_ASTRAY;
	repaired = subject->repair(subject->self, step);
	if (sweep->hits != sweep->machine->kernel.faults.hits)
		return WAY_ASTRAY;
	if (repaired && lfb__sweep_digest(sweep).exact == sweep->records[step].after.exact)
		return WAY_ON;
	lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_REPEATED, "answered %ld and did not "
			"do it; done another way, it is not the same%s", result,
			lfb__sweep_difference(sweep));
	return WAY_OUT;
}

/* Of a test in C: where it leaves the device open that can be opened once only. */
static const char *advice(const struct lfb_sweep *sweep, size_t step)
{
	const struct luo *luo = lfb__machine_look(sweep->machine);

	if (sweep->subject->give_back || !step || sweep->records[step - 1].device_open ||
	    sweep->machine->state != LFB_RUNNING || !luo || !luo->device_open)
		return "";
	return " (the step has opened the device: open it in prepare, or close it where the step "
	       "fails)";
}

static enum way wrong(struct lfb_sweep *sweep, size_t step, long result,
		      const struct lfb_sweep_record *record, const struct lfb_digest *now)
{
	const struct lfb_faults *faults = &sweep->machine->kernel.faults;
	char where[96];

	snprintf(where, sizeof(where), "%s failed (%s)", faults->where,
		 lfb_fault_kind_name(faults->kind));
	if (result == record->result && now->exact == record->after.exact)
		lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_HALF_DONE, "%s: it answered %ld, "
				"but something is missing in what it hands over", where, result);
	else if (now->exact == record->before.exact)
		lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_HALF_DONE, "%s: nothing happened, "
				"but it answered %ld as if it had", where, result);
	else if (result < 0)
		lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_UNDONE, "%s: it answered %ld "
				"and left something behind%s%s", where, result,
				lfb__sweep_difference(sweep), advice(sweep, step));
	else if (now->exact == record->after.exact)
		lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_HALF_DONE, "%s: it answered %ld, "
				"without faults %ld", where, result, record->result);
	else
		lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_HALF_DONE, "%s: it answered %ld, "
				"but it is half done%s", where, result,
				lfb__sweep_difference(sweep));
	return WAY_OUT;
}

static enum way judge(struct lfb_sweep *sweep, size_t step, long result, u64 object)
{
	struct lfb_sweep_record record = sweep->records[step];
	const struct lfb_digest *before = lfb__sweep_before(sweep, step, result);
	const struct lfb_sweep_subject *subject = sweep->subject;
	const struct lfb_sweep_options *options = &sweep->options;
	const struct lfb_faults *faults = &sweep->machine->kernel.faults;
	struct lfb_sweep_moment moment = { sweep->machine, &record, result, .warned = false };
	const unsigned long warns = sweep->warns;
	const struct lfb_excuse *excuse;
	bool undone, done;

	if (gave_up(sweep))
		return WAY_OUT;
	if (!before || !check_alive(sweep, step) ||
	    !check_complaints(sweep, step, &record, true) || !check_balance(sweep, step))
		return WAY_OUT;
	record.before = *before;
	moment.now = lfb__sweep_digest(sweep);
	if (result == record.result && object == record.object &&
	    moment.now.exact == record.after.exact &&
	    lfb__state_contents(sweep->machine) == record.contents) {
		worsen(sweep, LFB_OUTCOME_ABSORBED);
		return WAY_ON;
	}
	if (result < 0 && subject->give_back) {
		subject->give_back(subject->self, step);
		moment.now = lfb__sweep_digest(sweep);
	}
	undone = moment.now.exact == record.before.exact;
	done = moment.now.exact == record.after.exact;
	if (result < 0 && (undone || done)) {
		worsen(sweep, LFB_OUTCOME_REPORTED);
		return WAY_AGAIN;
	}
	moment.warned = sweep->warns > warns;
	excuse = lfb__sweep_excuse(&moment, subject->can_repair &&
				   subject->can_repair(subject->self, step));
	if (excuse)
		return remember(sweep, step, result, excuse);
	if (options->harmless &&
	    options->harmless(options->context, faults->kind, faults->where) && (undone || done)) {
		worsen(sweep, LFB_OUTCOME_HARMLESS);
		return done ? WAY_ON : WAY_ASTRAY;
	}
	return wrong(sweep, step, result, &record, &moment.now);
}

/* A step, and again after a failure that was reported. */
static enum way follow(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_faults *faults = &sweep->machine->kernel.faults;
	bool again = false;
	enum way way;
	u64 object;
	long result;

	for (;;) {
		result = lfb__sweep_perform(sweep, step, &object);
		if (faults->hits == sweep->hits)
			return check_plain(sweep, step, result, object, again) ? WAY_ON : WAY_OUT;
		sweep->hits = faults->hits;
		way = judge(sweep, step, result, object);
		if (way != WAY_AGAIN)
			return way;
		again = true;
		if (!sweep->now->forever)
			continue;
		/* The last step there is has nothing to go on with but itself. */
		if (step < sweep->subject->last_armed)
			return WAY_ASTRAY;
		disarm(sweep);
	}
}

/*
 * A step that goes on failing: an error leaves everything as it was, or is excused. What the module
 * was told to do by the scenario is not looked at: it may have been used up. Nor is a step that
 * retrieved an FLB, which stays so.
 */
static bool check_astray(struct lfb_sweep *sweep, size_t step, long result,
			 const struct lfb_digest *before, u64 retrieved)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	struct lfb_sweep_record record = sweep->records[step];
	struct lfb_sweep_moment moment = { sweep->machine, &record, result, .warned = false };
	const struct lfb_faults *faults = &sweep->machine->kernel.faults;

	if (result >= 0 || sweep->hits == faults->hits ||
	    lfb__sweep_retrieved(sweep->machine) != retrieved)
		return true;
	if (subject->give_back)
		subject->give_back(subject->self, step);
	lfb__state_digest(sweep->machine, NULL, NULL, &moment.now);
	record.before = *before;
	if (moment.now.exact == before->exact || lfb__sweep_excuse(&moment, false))
		return true;
	return lfb__sweep_fail(sweep, step, LFB_FINDING_STEP_NOT_UNDONE, "later, %s failed (%s) "
			       "too: it answered %ld and left something behind", faults->where,
			       lfb_fault_kind_name(faults->kind), result);
}

/* From @step on as it may, then the end of everything. */
static void go_astray(struct lfb_sweep *sweep, size_t step)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	const struct lfb_sweep_record *last = &sweep->records[subject->steps - 1];
	const size_t looked_at = step + ASTRAY_STEPS;
	struct lfb_digest before;
	u64 retrieved = 0;
	char why[400] = "";
	u64 object;
	long result;

	for (; step < subject->steps; step++) {
		if (step > subject->last_armed)
			disarm(sweep);
		sweep->hits = sweep->machine->kernel.faults.hits;
		if (step < looked_at) {
			lfb__state_digest(sweep->machine, NULL, NULL, &before);
			retrieved = lfb__sweep_retrieved(sweep->machine);
		}
		result = lfb__sweep_perform(sweep, step, &object);
		sweep->warns = lfb__sweep_complaints(sweep, LFB_EVENT_WARN);
		if (sweep->hits != sweep->machine->kernel.faults.hits && gave_up(sweep))
			return;
		if (!check_alive(sweep, step) || !check_complaints(sweep, step, last, false))
			return;
		if (step < looked_at && (!check_balance(sweep, step) ||
					 !check_astray(sweep, step, result, &before, retrieved)))
			return;
	}
	disarm(sweep);
	if (subject->take_down && !subject->take_down(subject->self, why, sizeof(why)))
		lfb__sweep_fail(sweep, subject->steps, LFB_FINDING_STEP_NOT_UNDONE, "afterwards "
				"all was taken down, but %s", why);
	else if (!sweep->unbalanced && sweep->balance->breach[0])
		check_balance(sweep, subject->steps);
}

static void check_end(struct lfb_sweep *sweep)
{
	if (sweep->hits && check_balance(sweep, sweep->subject->steps) &&
	    lfb__sweep_digest(sweep).exact != sweep->end.exact)
		lfb__sweep_fail(sweep, sweep->subject->steps, LFB_FINDING_STEP_NOT_REPEATED,
				"every step went well in the end, but it ends otherwise than "
				"without faults%s", lfb__sweep_difference(sweep));
}

/* Whatever is wrong: what the test body holds, it must give back. */
static void give_up(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	u64 object;

	disarm(sweep);
	for (size_t step = subject->last_armed + 1; step < subject->steps; step++)
		subject->perform(subject->self, step, &object);
}

enum lfb_outcome lfb__sweep_run(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	enum way way = WAY_ON;
	size_t step;

	sweep->now = that;
	for (step = lfb__sweep_begin_case(sweep, that); step < subject->steps && way == WAY_ON;
	     step++) {
		if (step == subject->first_armed)
			lfb__faults_arm(&sweep->machine->kernel, that);
		lfb__sweep_branch_here(sweep, step);
		if (step == subject->last_armed + 1)
			disarm(sweep);
		way = follow(sweep, step);
		if (way == WAY_ON && sweep->hits && lfb__sweep_is_back(sweep, step))
			way = WAY_BACK;
	}
	sweep->follows = way == WAY_ASTRAY && sweep->outcome == LFB_OUTCOME_REMEMBERED;
	if (way == WAY_ON)
		check_end(sweep);
	else if (way == WAY_ASTRAY)
		go_astray(sweep, step);
	else if (way == WAY_OUT)
		give_up(sweep);
	lfb__sweep_name(sweep);
	return sweep->outcome;
}
