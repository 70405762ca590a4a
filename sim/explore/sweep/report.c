// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a sweep tells: violations with what replays them, and all of one case. */
#include <ctype.h>
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

bool lfb__sweep_fail(struct lfb_sweep *sweep, size_t step, enum lfb_finding_id id,
		     const char *format, ...)
{
	va_list args;

	sweep->outcome = LFB_OUTCOME_VIOLATION;
	if (sweep->what[0])
		return false;
	sweep->failed_step = step;
	sweep->as = id;
	sweep->found_then = sweep->machine->kernel.findings.count;
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

/* Numbers differ from run to run: where a page lies, how many there are. */
static u64 hash_of(const struct lfb_sweep *sweep)
{
	u64 hash = sweep->failed_step + 1;

	for (const char *at = sweep->what; *at; at++) {
		if (!isxdigit((unsigned char)*at))
			hash = lfb__hash_mix(hash, (u64)*at);
	}
	return hash;
}

bool lfb__sweep_is_told(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_told *told = sweep->told.items;

	sweep->hash = hash_of(sweep);
	for (size_t i = 0; sweep->follows && i < sweep->told.count; i++) {
		if (told[i].hash == sweep->hash)
			return true;
	}
	return false;
}

static void tell(struct lfb_sweep *sweep, const char *name, const char *line)
{
	const struct lfb_sweep_options *options = &sweep->options;
	const char *file = options->replay_file;
	struct lfb_sweep_result *result = &sweep->result;

	if (!result->first_case[0]) {
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

void lfb__sweep_tell_ran(struct lfb_sweep *sweep, enum lfb_outcome outcome, const char *name,
			 const char *line)
{
	const struct lfb_sweep_ran ran = {
		.sz = sizeof(ran),
		.point = sweep->point,
		.outcome = "uarhmkv"[outcome],
		.name = name,
		.what = line,
		.findings = name ? sweep->findings : NULL,
		.follows = name && sweep->follows,
		.alike = name ? sweep->hash : 0,
	};

	if (sweep->options.ran && !sweep->options.only)
		sweep->options.ran(sweep->options.context, &ran);
}

void lfb__sweep_report(struct lfb_sweep *sweep, const struct lfb_fault_plan *that)
{
	const struct lfb_sweep_subject *subject = sweep->subject;
	struct lfb_sweep_told *told = NULL;
	char name[sizeof(told->name)] = "none", line[sizeof(told->line)];

	if (that)
		lfb__case_format(that, name, sizeof(name));
	if (sweep->failed_step < subject->steps)
		snprintf(line, sizeof(line), "%s: %s",
			 subject->text(subject->self, sweep->failed_step), sweep->what);
	else
		snprintf(line, sizeof(line), "%s: at the end: %s", subject->name, sweep->what);
	sweep->result.violations++;
	lfb__sweep_tell_ran(sweep, LFB_OUTCOME_VIOLATION, name, line);
	if (sweep->follows && !sweep->options.only)
		told = lfb__list_add(&sweep->told, sizeof(*told));
	if (!told) {
		tell(sweep, name, line);
		return;
	}
	told->hash = sweep->hash;
	memcpy(told->name, name, sizeof(name));
	memcpy(told->line, line, sizeof(line));
}

void lfb__sweep_report_last(struct lfb_sweep *sweep)
{
	const struct lfb_sweep_told *told = sweep->told.items;

	if (sweep->told.count)
		lfb__transcript_line(&sweep->said, "%s: " LFB_SWEEP_FOLLOWS, sweep->subject->name);
	for (size_t i = 0; i < sweep->told.count; i++)
		tell(sweep, told[i].name, told[i].line);
	lfb__list_free(&sweep->told);
}
