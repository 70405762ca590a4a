/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every schedule of a scenario or a test in C, up to a bound of preemptions: which there are, and
 * what they lead to. The machine begins each of them with power on, so that what fails in one can
 * be done again by itself. Others ask through <luo/schedule.h>. May use: sim/play, which runs
 * scenarios, and what lies below it.
 */
#ifndef SIM_EXPLORE_SCHEDULE_SCHEDULE_H
#define SIM_EXPLORE_SCHEDULE_SCHEDULE_H

#include <luo/schedule.h>

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

/* A run begins: it does as those before it, up to where it is to be another one. */
void lfb__schedules_begin(struct lfb_schedules *schedules);
/* An lfb_pick_fn. */
unsigned int lfb__schedules_pick(void *schedules, unsigned int nr, bool stays);
/* Are there more with at most @bound preemptions? The next run is one then. */
bool lfb__schedules_next(struct lfb_schedules *schedules, unsigned int bound);
unsigned int lfb__schedules_preemptions(const struct lfb_schedules *schedules);
/* For free(); NULL without memory. */
char *lfb__schedules_text(const struct lfb_schedules *schedules);

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
