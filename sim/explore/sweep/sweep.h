/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Something run once for every step in it that can fail, with that step failing: sweep.c goes
 * through the cases, run.c does one and judges it, excuse.c knows what kernels promise to remember,
 * balance.c follows the callbacks. What is swept is a scenario or a body in C. Others ask through
 * <luo/sweep.h>. Uses explore/state, sim/play and what lies below them.
 */
#ifndef SIM_EXPLORE_SWEEP_SWEEP_H
#define SIM_EXPLORE_SWEEP_SWEEP_H

#include <luo/sweep.h>

#include "sim/explore/sweep/balance.h"
#include "sim/explore/state/state.h"

struct lfb_sweep;

/*
 * case.c: one run
 */

struct lfb_sweep_case {
	unsigned int kinds;
	unsigned long nth;
	unsigned long then;	/* so many points later the second one fails; 0: none */
	bool forever;
};

void lfb__case_format(const struct lfb_sweep_case *that, char *text, size_t size);
bool lfb__case_parse(const char *text, struct lfb_sweep_case *that);
void lfb__case_plan(const struct lfb_sweep_case *that, struct lfb_fault_plan *plan);

/*
 * What is swept: steps that are performed one after the other, from power on to the end.
 * scenario.c, body.c.
 */

struct lfb_sweep_subject {
	const char *name;
	void *self;
	size_t steps;
	size_t first_armed;	/* faults happen from this step … */
	size_t last_armed;	/* … to this one */
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
};

/* A step of the run without faults. */
struct lfb_sweep_record {
	long result;
	u64 object;
	struct lfb_digest before;
	struct lfb_digest after;
	bool dead;				/* the kernel is, afterwards */
	bool live_update;			/* is on, afterwards */
	int restore_error;			/* of the sessions, afterwards */
	unsigned int modules;			/* loaded afterwards */
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

/*
 * excuse.c: failures that kernels promise to remember
 */

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
/* Is the newest WARN how a kernel reports that a point failed? */
bool lfb__sweep_warn_reports(const struct lfb_machine *machine);
/* Notes what is to be compared later. */
void lfb__sweep_note(const struct lfb_machine *machine, struct lfb_sweep_record *record);

int lfb__sweep_subject(struct lfb_machine *machine, const struct lfb_sweep_subject *subject,
		       const struct lfb_sweep_options *options, struct lfb_sweep_result *result,
		       struct lfb_balance *balance);
/* Takes and completes options. 0 or an errno with the sentence set. */
int lfb__sweep_take(struct lfb_machine *machine, const struct lfb_sweep_options *given,
		    const struct lfb_sweep_result *result, struct lfb_sweep_options *options);

#endif
