/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Something run once for every step in it that can fail, with that step failing: sweep.c goes
 * through the cases, run.c does one and judges it, names.c says as what, excuse.c knows what
 * kernels promise to remember, asked.c what they retrieved and keep, kept.c which pages modules
 * keep, known.c what an image's profile does as well, balance.c follows the callbacks, branch.c
 * knows where runs begin. What is swept is a scenario or a body in C; schedules.c fails steps of
 * tasks beside each other. Others ask through <luo/sweep.h>. Uses explore/state, explore/schedule,
 * sim/play and what is below.
 */
#ifndef SIM_EXPLORE_SWEEP_SWEEP_H
#define SIM_EXPLORE_SWEEP_SWEEP_H

#include <luo/machine_copy.h>
#include <luo/sweep.h>

#include "sim/explore/state/state.h"
#include "sim/explore/sweep/balance.h"
#include "sim/scenario/scenario.h"

/* case.c: the name of one run, without "chance" */

void lfb__case_format(const struct lfb_fault_plan *that, char *text, size_t size);
bool lfb__case_parse(const char *text, struct lfb_fault_plan *that);

/*
 * What is swept: steps that are performed one after the other, from power on to the end.
 * scenario.c, body.c.
 */

/* A case, and the step in which something was wrong. */
struct lfb_sweep_case {
	struct lfb_fault_plan plan;
	size_t step;
};

/* Violations of a sweep, for another one. */
struct lfb_sweep_known {
	unsigned long points[LFB_FAULT_KINDS];
	bool without_faults;
	bool ids[LFB_FINDINGS_NR];	/* findings it raises by itself, without faults */
	struct lfb_list cases;		/* struct lfb_sweep_case */
};

struct lfb_sweep_subject {
	const char *name;
	void *self;
	size_t steps;
	size_t first_armed;	/* faults happen from this step … */
	size_t last_armed;	/* … to this one */
	bool goes_on;		/* words that unregister also what could not be registered */
	long (*perform)(void *self, size_t step, u64 *object);
	/* For messages; good until the next call. */
	const char *(*text)(void *self, size_t step);
	/* @step answered an error where it must not: the agent gives back what it made for it. */
	void (*give_back)(void *self, size_t step);
	/*
	 * Has the agent another way to the same end? And goes it; true when it did. NULL: it has
	 * none.
	 */
	bool (*can_repair)(void *self, size_t step);
	bool (*repair)(void *self, size_t step);
	/*
	 * After a run that went astray: ends all there is. What is left that should not be goes to
	 * @why.
	 */
	bool (*take_down)(void *self, char *why, size_t size);
	lfb_state_more_fn more;
	/* Violations are noted there, and not told; or are no news. NULL: neither. */
	struct lfb_sweep_known *notes;
	const struct lfb_sweep_known *known;
	/* All that is its own, to be put back. NULL: each run begins with power on. */
	void (*save)(void *self, struct lfb_saved *saved);
};

/* A step of the run without faults. */
struct lfb_sweep_record {
	long result;
	u64 object;
	struct lfb_digest before;
	struct lfb_digest after;
	u64 contents;				/* of handed-over memory, afterwards */
	bool dead;				/* the kernel is, afterwards */
	bool live_update;			/* is on, afterwards */
	bool device_open;			/* likewise */
	unsigned int modules;			/* loaded afterwards */
	int restore_error;			/* of the sessions, before it */
	u64 retrieved;				/* FLBs that are, before it: a bit each */
	unsigned long points[LFB_FAULT_KINDS];	/* from power on to the end of the step */
	unsigned long complaints[LFB_EVENT_KINDS]; /* likewise */
};

/* A step during which a point failed, looked at afterwards. */
struct lfb_sweep_moment {
	struct lfb_machine *machine;
	const struct lfb_sweep_record *record;
	long result;
	bool warned;		/* by a WARN that lfb__sweep_warn_reports() */
	struct lfb_digest now;
};

/* excuse.c: failures that kernels promise to remember */

struct lfb_excuse {
	const char *name;
	const char *why;
	bool asked_again;	/* the same step answers the same errno again */
	bool repeated;		/* the same step then does what it would have done */
	bool repaired;		/* the agent has another way to the same end */
	bool (*applies)(const struct lfb_sweep_moment *moment);
};

/* The first one that applies, NULL for none. @can_repair: the agent knows another way. */
const struct lfb_excuse *lfb__sweep_excuse(const struct lfb_sweep_moment *moment, bool can_repair);
/* Has a module's init function panicked? The kernel is dead, and nothing follows. */
bool lfb__sweep_gave_up(const struct lfb_machine *machine);
/* Is the newest WARN how a kernel reports that a point failed? */
bool lfb__sweep_warn_reports(const struct lfb_machine *machine);
/* Notes what is to be compared later, before and after a step. */
void lfb__sweep_note_before(struct lfb_machine *machine, struct lfb_sweep_record *record);
void lfb__sweep_note(struct lfb_machine *machine, struct lfb_sweep_record *record);

/* kept.c: pages that were handed over, are in use, and that a module's static data points to */
unsigned long lfb__sweep_kept(const struct lfb_machine *machine);

/* known.c: of the newest run; @that: NULL for the run without faults */
struct lfb_sweep;
void lfb__sweep_note_violation(struct lfb_sweep *sweep, const struct lfb_fault_plan *that);
bool lfb__sweep_is_known(const struct lfb_sweep *sweep, const struct lfb_fault_plan *that);
/* What the run without faults of a profile raises is no news of its image's. */
void lfb__sweep_share_known(struct lfb_sweep *sweep);

/* A sweep while it runs: sweep.c goes through the cases, run.c runs one, report.c tells of it. */

/* What became of a run, worst last. */
enum lfb_outcome {
	LFB_OUTCOME_UNREACHED,	/* the point does not exist */
	LFB_OUTCOME_ABSORBED,
	LFB_OUTCOME_REPORTED,
	LFB_OUTCOME_HARMLESS,
	LFB_OUTCOME_REMEMBERED,
	LFB_OUTCOME_KNOWN,
	LFB_OUTCOME_VIOLATION,
};

/* What follows from failures that kernels remember is told last, as often as it is another. */
struct lfb_sweep_told {
	u64 hash;		/* of what it is, numbers aside */
	char name[96];		/* the case */
	char line[800];
};

/* A state that is to be found out: before a step, but with more FLBs retrieved. */
struct lfb_sweep_wanted {
	size_t step;
	u64 flbs;		/* a bit each; 0: nothing is wanted */
};

struct lfb_sweep_asked {
	struct lfb_sweep_wanted what;
	struct lfb_digest before;
};

/* All there is before a step, in the run without faults. */
struct lfb_sweep_place {
	size_t step;
	struct lfb_machine_copy *machine; /* NULL: it is not known */
	struct lfb_saved rest;
	unsigned long complaints[LFB_EVENT_KINDS];
};

/* Where runs begin: behind what goes as without faults; and where they end. See branch.c. */
struct lfb_sweep_branch {
	bool off;			/* there is none, nor will there be */
	size_t wanted;			/* the step before which the newest case wants one, or ~0 */
	struct lfb_sweep_place here;
	struct lfb_sweep_place next;	/* one step further, or unknown */
	struct lfb_sweep_place last;	/* until there is a next one, which finds its room */
};

struct lfb_sweep {
	struct lfb_machine *machine;
	const struct lfb_sweep_subject *subject;
	struct lfb_sweep_options options;
	struct lfb_sweep_result result;
	struct lfb_balance *balance;
	bool unbalanced;		/* already without faults: not checked */
	unsigned long total;		/* runs there will be */
	unsigned long point;		/* the one at hand, in the order of all */
	bool ended;			/* by who is told of them */

	/* How each run begins. */
	const struct luo_profile *profile;
	struct lfb_choices choices;	/* only its plain members are used */
	unsigned long complaints[LFB_EVENT_KINDS];

	struct lfb_sweep_branch branch;

	/* The run without faults. */
	struct lfb_sweep_record *records;
	struct lfb_digest end;
	bool known[LFB_FINDINGS_NR];	/* ids it raises by itself */
	struct lfb_list asked;		/* struct lfb_sweep_asked: what was found out so */
	struct lfb_sweep_wanted wanted;

	/* The run with faults. */
	const struct lfb_fault_plan *now;
	enum lfb_outcome outcome;
	unsigned long hits;		/* of the plan, as far as they were looked at */
	unsigned long warns;		/* excused ones */
	size_t failed_step;
	char what[640];			/* the violation, … */
	enum lfb_finding_id as;		/* … its name, unless there is a better one; _NR: none */
	size_t found_before;		/* findings there were when the newest step began … */
	size_t found_then;		/* … and when it went wrong */
	bool explains;			/* all findings are written down */
	bool follows;			/* it follows from a failure that is remembered */
	u64 hash;			/* of the violation as the first run of the case has it */
	u64 findings[LFB_SWEEP_FINDING_WORDS];	/* of the case at hand, as in the result */
	struct lfb_list told;		/* struct lfb_sweep_told: violations that do, each once */

	/* A violation is run a second time to say what is different. */
	struct lfb_state *before;
	struct lfb_state *after;
	char difference[400];
	bool traces;
	struct lfb_transcript said;
};

/* Would a finding of this id be a violation? Known after the run without faults. */
bool lfb__sweep_is_news(const struct lfb_sweep *sweep, enum lfb_finding_id id);
/* branch.c: power off, everything as for the first run. */
void lfb__sweep_begin(struct lfb_sweep *sweep);
/* The same for a run of a case; returns with which step it begins. */
size_t lfb__sweep_begin_case(struct lfb_sweep *sweep, const struct lfb_fault_plan *that);
/* @step comes next: other cases may begin with it. */
void lfb__sweep_branch_here(struct lfb_sweep *sweep, size_t step);
/* Nothing fails any more, and behind @step all is as without faults: so is what comes. */
bool lfb__sweep_is_back(struct lfb_sweep *sweep, size_t step);
void lfb__sweep_branch_free(struct lfb_sweep *sweep);
/* Does a step, and says so where only one case is run. */
long lfb__sweep_perform(struct lfb_sweep *sweep, size_t step, u64 *object);
/* Complaints of a kind since power on. */
unsigned long lfb__sweep_complaints(const struct lfb_sweep *sweep, enum lfb_event_kind kind);
struct lfb_digest lfb__sweep_digest(const struct lfb_sweep *sweep);
/* The FLBs whose objects were retrieved, a bit each. */
u64 lfb__sweep_retrieved(struct lfb_machine *machine);
/*
 * What a step that answered @result, and did nothing, has left. NULL: it has retrieved FLBs, and
 * how it is then is wanted first.
 */
const struct lfb_digest *lfb__sweep_before(struct lfb_sweep *sweep, size_t step, long result);
enum lfb_outcome lfb__sweep_run(struct lfb_sweep *sweep, const struct lfb_fault_plan *that);
/* The same, having found out what was wanted for it. */
enum lfb_outcome lfb__sweep_follow(struct lfb_sweep *sweep, const struct lfb_fault_plan *that);

/*
 * Keeps the first violation of a run, which is an @id unless a finding says it better;
 * LFB_FINDINGS_NR: findings alone do. Returns false, always.
 */
bool lfb__sweep_fail(struct lfb_sweep *sweep, size_t step, enum lfb_finding_id id,
		     const char *format, ...) LFB_PRINTF(4, 5);
/* names.c: names the violation of the newest run; of a finding that is news makes one. */
void lfb__sweep_name(struct lfb_sweep *sweep);
/* Names of the errors that were found, as " (LFB-…) (LFB-…)". "" for none. */
const char *lfb__sweep_names(const struct lfb_machine *machine, char *text, size_t size);
/* What differs now from before and after the step, where that is known. */
const char *lfb__sweep_difference(struct lfb_sweep *sweep);
/* Writes the violation of the newest run, and counts it. @that: NULL for the run without faults. */
void lfb__sweep_report(struct lfb_sweep *sweep, const struct lfb_fault_plan *that);
/* Tells who wants to know of each run what became of one. @name and @line: of a violation. */
void lfb__sweep_tell_ran(struct lfb_sweep *sweep, enum lfb_outcome outcome, const char *name,
			 const char *line);
/* The same has followed from a failure that is remembered in an earlier run. */
bool lfb__sweep_is_told(struct lfb_sweep *sweep);
/* Writes what was kept for the end. */
void lfb__sweep_report_last(struct lfb_sweep *sweep);
/* Where only one case is run: lines of what happens. */
void lfb__sweep_trace(struct lfb_sweep *sweep, bool on);

/* scenario.c: can it be swept? 0 or an errno with the sentence set. */
int lfb__sweep_check_scenario(const struct lfb_scenario *scenario, struct lfb_machine *machine);

/* sweep.c, for scenario.c and body.c */

int lfb__sweep_subject(struct lfb_machine *machine, const struct lfb_sweep_subject *subject,
		       const struct lfb_sweep_options *options, struct lfb_sweep_result *result,
		       struct lfb_balance *balance);
/* Takes and completes options. 0 or an errno with the sentence set. */
int lfb__sweep_take(struct lfb_machine *machine, const struct lfb_sweep_options *given,
		    const struct lfb_sweep_result *result, struct lfb_sweep_options *options);

#endif
