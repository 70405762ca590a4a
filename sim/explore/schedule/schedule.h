/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every schedule of a scenario or a test in C, up to a bound of preemptions: which there are, and
 * what they lead to. The machine begins each of them as with power on, so that what fails in one
 * can be done again by itself. Others ask through <luo/schedule.h>. May use: sim/play, which runs
 * scenarios, sim/copy, and what lies below them.
 */
#ifndef SIM_EXPLORE_SCHEDULE_SCHEDULE_H
#define SIM_EXPLORE_SCHEDULE_SCHEDULE_H

#include <luo/schedule.h>

#include "sim/copy/copy.h"
#include "sim/play/play.h"

/* A place in a schedule where somebody was chosen. */
struct lfb_choice {
	unsigned int nr;		/* could have been */
	unsigned int chosen;
	bool stays;			/* 0 is who ran: another one is a preemption */
};

/* tree.c: the tree of schedules; each of its leaves is a run */

struct lfb_schedules {
	struct lfb_list choices;	/* of the run that is under way, or was the last */
	size_t at;			/* the next of them */
	bool diverged;			/* what was chosen before did not come again */
	bool failed;			/* no memory */
};

/*
 * A run begins, behind so many choices: it does as those before it, up to where it is to be another
 * one.
 */
void lfb__schedules_begin(struct lfb_schedules *schedules, size_t choices);
/* Does the next choice lie behind those that are given? */
bool lfb__schedules_are_new(const struct lfb_schedules *schedules);
/* An lfb_pick_fn. */
unsigned int lfb__schedules_pick(void *schedules, unsigned int nr, bool stays);
/* Are there more with at most @bound preemptions? The next run is one then. */
bool lfb__schedules_next(struct lfb_schedules *schedules, unsigned int bound);
unsigned int lfb__schedules_preemptions(const struct lfb_schedules *schedules);
/* For free(); NULL without memory. */
char *lfb__schedules_text(const struct lfb_schedules *schedules);

/* failures.c: what goes wrong, each failure once */

struct lfb_failed {
	enum lfb_finding_id id;		/* LFB_FINDINGS_NR: none */
	char *same;			/* what tells it from others: the object, or the sentence */
	char *text;
	char *schedule;
	char name[48];			/* the case of a fault; "" */
	unsigned int preemptions;
	u64 times;
};

/* In the schedule that was just run. -ENOMEM. */
int lfb__failures_keep(struct lfb_list *failures, const struct lfb_schedules *schedules,
		       enum lfb_finding_id id, const char *same, const char *text,
		       const char *name);
int lfb__failures_keep_finding(struct lfb_list *failures, const struct lfb_schedules *schedules,
			       const struct lfb_finding *finding, const char *name);
void lfb__failures_free(struct lfb_list *failures);
/* The sentence for what ends a search before its end: -EILSEQ, -EINTR, -ENOMEM. Returns @err. */
int lfb__schedules_ended(struct lfb_machine *machine, int err);

/* seen.c: states that were gone on from */

struct lfb_seen {
	struct lfb_list states;
	struct lfb_table table;
	struct lfb_saved room;
};

/*
 * Was this state gone on from already, with at most @preemptions on the way to it? Then all that it
 * leads to is known; if not, it is from now on. While the run asks who goes on (@stays: who ran can
 * go on), or between two of its steps.
 */
bool lfb__seen_before(struct lfb_seen *seen, struct lfb_run *run, bool stays,
		      unsigned int preemptions);
void lfb__seen_free(struct lfb_seen *seen);

/* branch.c: where runs begin, once one came there */

struct lfb_branch {
	struct lfb_list places;		/* in front of blocks, on the way of the run */
	bool off;			/* there can be none */
};

/* The run comes to blocks, behind so many choices. */
void lfb__branch_keep(struct lfb_branch *branch, struct lfb_run *run, size_t choices);
/*
 * The run goes on from the last place with at most *@choices choices in front of it, which is set
 * to how many these are. False: there is none.
 */
bool lfb__branch_go_back(struct lfb_branch *branch, struct lfb_run *run, size_t *choices);
void lfb__branch_free(struct lfb_branch *branch);

/* body.c: a test in C, which is run in one schedule after the other */

struct lfb_body_task {
	struct lfb_body *body;
	lfb_task_fn function;
	struct lfb_agent *agent;	/* the test's, or a thread of it */
	char name[16];
};

struct lfb_body {
	struct lfb_machine *machine;
	struct lfb_schedule_body test;
	void *context;
	size_t modules;			/* of the test that the machine has */
	struct lfb_agent *agent;
	struct lfb_beside beside;
	struct lfb_body_task tasks[LFB_SCHEDULE_TASKS_MAX];
	unsigned int nr;
	unsigned int current;		/* the task that runs */
	lfb_pick_fn pick;		/* says who goes on; NULL: … */
	void *picker;
	struct lfb_schedule *schedule;	/* … this does */
	struct lfb_transcript said;
	char why[512];			/* the first that was not as it should be; "": nothing */
};

/* 0, or -errno with the sentence. */
int lfb__body_make(struct lfb_machine *machine, const struct lfb_schedule_body *given,
		   void *context, struct lfb_body **body);
void lfb__body_free(struct lfb_body *body);
/* From power on to power off: 0, -EILSEQ with @why as the sentence; or it could not be run. */
int lfb__body_run(struct lfb_body *body, lfb_pick_fn pick, void *picker);

#endif
