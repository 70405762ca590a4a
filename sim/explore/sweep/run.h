/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A sweep while it runs, shared by its files: sweep.c goes through the cases, run.c runs one,
 * report.c tells what happened.
 */
#ifndef SIM_EXPLORE_SWEEP_RUN_H
#define SIM_EXPLORE_SWEEP_RUN_H

#include "sim/explore/sweep/sweep.h"

/* What became of a run, worst last. */
enum lfb_outcome {
	LFB_OUTCOME_UNREACHED,	/* the point does not exist */
	LFB_OUTCOME_ABSORBED,
	LFB_OUTCOME_REPORTED,
	LFB_OUTCOME_HARMLESS,
	LFB_OUTCOME_REMEMBERED,
	LFB_OUTCOME_VIOLATION,
};

struct lfb_sweep {
	struct lfb_machine *machine;
	const struct lfb_sweep_subject *subject;
	struct lfb_sweep_options options;
	struct lfb_sweep_result result;
	struct lfb_balance *balance;
	bool unbalanced;		/* already without faults: not checked */

	/* How each run begins. */
	const struct luo_profile *profile;
	struct lfb_choices choices;	/* only its plain members are used */
	unsigned long complaints[LFB_EVENT_KINDS];

	/* The run without faults. */
	struct lfb_sweep_record *records;
	struct lfb_digest end;
	bool known[LFB_FINDINGS_NR];	/* ids it raises by itself */

	/* The run with faults. */
	const struct lfb_sweep_case *now;
	enum lfb_outcome outcome;
	unsigned long hits;		/* of the plan, as far as they were looked at */
	unsigned long warns;		/* excused ones */
	size_t failed_step;
	char what[640];			/* the violation */

	/* A violation is run a second time to say what is different. */
	struct lfb_state *before;
	struct lfb_state *after;
	char difference[400];
	bool traces;
	int error;			/* of writing */
};

/* Would a finding of this id be a violation? Known after the run without faults. */
bool lfb__sweep_is_news(const struct lfb_sweep *sweep, enum lfb_finding_id id);
/* Power off, everything as for the first run. */
void lfb__sweep_begin(struct lfb_sweep *sweep);
/* @plan: NULL only counts. */
void lfb__sweep_arm(struct lfb_sweep *sweep, const struct lfb_fault_plan *plan);
/* Complaints of a kind since power on. */
unsigned long lfb__sweep_complaints(const struct lfb_sweep *sweep, enum lfb_event_kind kind);
void lfb__sweep_digest(const struct lfb_sweep *sweep, struct lfb_digest *digest);
enum lfb_outcome lfb__sweep_run(struct lfb_sweep *sweep, const struct lfb_sweep_case *that);

/* Keeps the first violation of a run. Returns false, always. */
bool lfb__sweep_fail(struct lfb_sweep *sweep, size_t step, const char *format, ...)
	LFB_PRINTF(3, 4);
/* What differs now from before and after the step, where that is known. */
const char *lfb__sweep_difference(struct lfb_sweep *sweep);
/* Writes the violation of the newest run, and counts it. @that: NULL for the run without faults. */
void lfb__sweep_report(struct lfb_sweep *sweep, const struct lfb_sweep_case *that);
/* Where only one case is run: lines of what happens. */
void lfb__sweep_say(struct lfb_sweep *sweep, const char *format, ...) LFB_PRINTF(2, 3);
void lfb__sweep_trace(struct lfb_sweep *sweep, bool on);

#endif
