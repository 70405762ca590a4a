// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a sweep tells: violations with what replays them, and all of one case. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/sweep/sweep.h"

static void show_event(void *context, const struct lfb_event *event)
{
	struct lfb_sweep *sweep = context;
	char line[512];

	lfb_event_format(event, line, sizeof(line));
	lfb__transcript_line(&sweep->said, "  %s", line);
}

void lfb__sweep_trace(struct lfb_sweep *sweep, bool on)
{
	sweep->traces = on;
	lfb_trace_to(sweep->machine, on ? show_event : NULL, sweep);
	if (on)
		sweep->machine->kernel.trace.number = 0;
}

bool lfb__sweep_fail(struct lfb_sweep *sweep, size_t step, const char *format, ...)
{
	va_list args;

	sweep->outcome = LFB_OUTCOME_VIOLATION;
	if (sweep->what[0])
		return false;
	sweep->failed_step = step;
	va_start(args, format);
	vsnprintf(sweep->what, sizeof(sweep->what), format, args);
	va_end(args);
	return false;
}

/* The shorter one of the two differences is what it is about; cut where it is too long. */
const char *lfb__sweep_difference(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	unsigned int from_before, from_after;
	struct lfb_state *now;
	char before[sizeof(sweep->difference)], after[sizeof(sweep->difference)];
	bool begun;

	if (!sweep->before && !sweep->after)
		return "";
	now = lfb__state_capture(sweep->machine, subject->more, subject->self);
	from_before = lfb__state_diff(sweep->before, now, before, sizeof(before));
	from_after = lfb__state_diff(sweep->after, now, after, sizeof(after));
	lfb__state_free(now);
	begun = from_before && (!from_after || from_before <= from_after);
	if ((!begun && !from_after) ||
	    snprintf(sweep->difference, sizeof(sweep->difference), ": %s%s",
		     begun ? before : after, begun ? "" : " (compared with the step done)") < 0)
		return "";
	return sweep->difference;
}

void lfb__sweep_report(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	const struct lfb_sweep_options *options = &sweep->options;
	const char *file = options->replay_file;
	struct lfb_sweep_result *result = &sweep->result;
	char name[sizeof(result->first_case)] = "none", line[sizeof(result->first)];
	size_t step = sweep->failed_step;

	if (that)
		lfb__case_format(that, name, sizeof(name));
	if (step < subject->steps)
		snprintf(line, sizeof(line), "%s: %s", subject->text(subject->self, step),
			 sweep->what);
	else
		snprintf(line, sizeof(line), "%s: at the end: %s", subject->name, sweep->what);
	if (!result->violations++) {
		snprintf(result->first_case, sizeof(result->first_case), "%s", name);
		snprintf(result->first, sizeof(result->first), "%s", line);
	}
	lfb__transcript_line(&sweep->said, "%s", line);
	if (options->replay)
		lfb__transcript_line(&sweep->said, "    %s --case %s%s%s", options->replay, name,
			       file ? " " : "", file ? file : "");
	else
		lfb__transcript_line(&sweep->said, "    lfb_sweep_options.only = \"%s\"", name);
}
