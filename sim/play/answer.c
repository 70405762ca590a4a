// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a run says, and what is said of its answers. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sim/play/play.h"

void lfb__run_at(struct lfb_run *run, const struct lfb_operation *operation)
{
	LFB_ASSERT((size_t)(operation - run->scenario->operations) < run->scenario->count);
	run->machine->kernel.operation = (unsigned long)(operation - run->scenario->operations) + 1;
	run->machine->kernel.doing = operation->text;
}

/*
 * How deep inside of others an event is. What has no end, for its kernel died, is left behind, but
 * that of tasks beside each other is what others are in the middle of.
 */
static unsigned int depth_of(struct lfb_run *run, const struct lfb_event *event)
{
	const bool is_beside = run->machine->kernel.sched.beside != NULL;
	const bool ends = event->edge == LFB_EDGE_END;
	unsigned int at = run->nr_open, depth = 0;

	while (at && run->open[at - 1].number != event->parent)
		at--;
	/* Those that are too deep to be known are as deep as the deepest. */
	if (!at && event->parent)
		return run->nr_open ? run->open[run->nr_open - 1].depth + 1 : 0;
	if (at)
		depth = run->open[at - 1].depth + !ends;
	if (!is_beside)
		run->nr_open = at;
	else if (ends && at)
		memmove(&run->open[at - 1], &run->open[at],
			(run->nr_open-- - at) * sizeof(run->open[0]));
	if (event->edge == LFB_EDGE_BEGIN && run->nr_open < ARRAY_SIZE(run->open)) {
		run->open[run->nr_open].number = event->number;
		run->open[run->nr_open++].depth = depth;
	}
	return depth;
}

void lfb__run_show_event(void *context, const struct lfb_event *event)
{
	struct lfb_run *run = context;
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	lfb__transcript_line(&run->transcript, "%*s%s", 2 + 2 * (int)depth_of(run, event), "",
			     line);
}

/* A golden transcript shows the reboot's own line before the next kernel's boot. */
void lfb__run_show_boot(struct lfb_run *run, const char *how)
{
	if (run->options.golden)
		run->booted = how;
	else
		lfb__transcript_line(&run->transcript, "== boot %s", how);
}

void lfb__run_show_booted(struct lfb_run *run)
{
	if (run->booted)
		lfb__transcript_line(&run->transcript, "== boot %s", run->booted);
	run->booted = NULL;
}

/*
 * Unregistering returns nothing in the kernels that unlink by themselves; only the mended one
 * refuses, and says so.
 */
static bool is_void(const struct lfb_run *run, enum lfb_verb verb, long result)
{
	return (lfb__verbs[verb].flags & LFB_VOID_VERB) && result != -EBUSY &&
	       run->machine->profile->unregister_unlinks;
}

static void format_answer(bool shows_object, long result, u64 object, char *text, size_t size)
{
	if (shows_object)
		snprintf(text, size, "= %ld obj=%llx", result, object);
	else
		snprintf(text, size, "= %ld", result);
}

void lfb__run_show_operation(struct lfb_run *run, enum lfb_verb verb, const char *text, long result,
			     u64 object)
{
	char answer[48];

	if (!run->transcript.write)
		return;
	format_answer(lfb__answers_object(verb), result, object, answer, sizeof(answer));
	if ((!result && (lfb__verbs[verb].flags & LFB_QUIET_VERB)) || is_void(run, verb, result))
		lfb__transcript_line(&run->transcript, "> %s", text);
	else
		lfb__transcript_line(&run->transcript, "> %s %s", text, answer);
}

void lfb__run_surprise(struct lfb_run *run, int result, const char *format, ...)
{
	va_list args;

	if (run->result)
		return;
	run->result = result;
	va_start(args, format);
	vsnprintf(run->why, sizeof(run->why), format, args);
	va_end(args);
}

void lfb__run_mismatch(struct lfb_run *run, const struct lfb_operation *operation,
		       const char *actual)
{
	const struct lfb_expectation *expected = &operation->expected;
	char wanted[48];

	format_answer(expected->object_given, expected->result, expected->object, wanted,
		      sizeof(wanted));
	lfb__run_surprise(run, -EILSEQ, "%.160s:%u: %.200s: expected %s, got %s",
			  run->scenario->name, operation->line, operation->text, wanted, actual);
}

void lfb__run_notice_death(struct lfb_run *run, unsigned int line, long result, bool expected)
{
	const char *reason = lfb_error_text(run->machine);
	const enum lfb_machine_state state = lfb_machine_state(run->machine);
	const char *how = state == LFB_HUNG ? "hung" :
			  run->machine->kernel.dead == LFB_DEATH_OOPS ? "oops" : "panic";

	if ((state != LFB_PANICKED && state != LFB_HUNG) || run->dead)
		return;
	run->dead = true;
	if (!expected)
		lfb__run_surprise(run, (int)result, "%.160s:%u: %.300s", run->scenario->name, line,
				  reason);
	if (run->options.golden)
		lfb__transcript_line(&run->transcript, "== %s", how);
	else
		lfb__transcript_line(&run->transcript, "== %s: %s", how, reason);
}

bool lfb__run_check(struct lfb_run *run, const struct lfb_operation *operation, long result,
		    u64 object)
{
	const struct lfb_expectation *expected = &operation->expected;
	char answer[48];

	if (!lfb__run_expects(run, operation))
		return false;
	/* What has no answer is right, unless it ended the kernel. */
	if (!expected->given && is_void(run, operation->verb, result) &&
	    lfb_machine_state(run->machine) == LFB_RUNNING)
		return true;
	if (expected->result == result && (!expected->object_given || expected->object == object))
		return true;
	format_answer(lfb__answers_object(operation->verb), result, object, answer, sizeof(answer));
	lfb__run_mismatch(run, operation, answer);
	return false;
}

/*
 * Counted from where the running operation began: with this line in front of that one, the same
 * happens again.
 */
void lfb__run_show_point(struct lfb_run *run, const struct lfb_run_point *point, long result,
			 u64 object)
{
	const struct lfb_operation *operation = point->operation;
	char text[LFB_SCENARIO_LINE_MAX + 32];
	bool good;

	if (point->passed > 1)
		snprintf(text, sizeof(text), "at %s %u %s", operation->point, point->passed,
			 operation->point_text);
	else
		snprintf(text, sizeof(text), "at %s %s", operation->point, operation->point_text);
	lfb__run_show_operation(run, operation->verb, text, result, object);
	good = lfb__run_check(run, operation, result, object);
	run->stop |= lfb__run_expects(run, operation) && !good;
	run->death_expected = good || operation->verb == LFB_VERB_PANIC;
}
