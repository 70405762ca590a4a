/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A scenario while it runs.
 */
#ifndef SIM_MACHINE_SCENARIO_RUN_H
#define SIM_MACHINE_SCENARIO_RUN_H

#include "sim/machine/machine.h"
#include "sim/machine/recorder.h"
#include "sim/machine/scenario.h"

/* An operation that waits for a scheduling point. */
struct lfb_run_point {
	const struct lfb_operation *operation;
	unsigned int left;		/* times to be passed; 0: it was done */
	unsigned int passed;		/* since the running operation began */
};

struct lfb_run {
	const struct lfb_scenario *scenario;
	struct lfb_scenario_options options;
	struct lfb_machine *machine;
	struct lfb_agent *agent;
	struct lfb_recorder *recorder;
	struct lfb_transcript transcript;
	int device;			/* descriptors; -1: not open */
	int *sessions;			/* by session number: the one opened last */
	int *files;			/* by inode number: the one opened last */
	const char *booted;		/* how, when the operation's line must come first */
	struct lfb_run_point *points;	/* in the order in which they began to wait */
	unsigned int nr_points;
	const struct lfb_run_point *firing; /* it is being done */
	struct lfb_agent *other_agent;	/* the thread that does it; NULL: nothing ever waits */
	struct lfb_sched sched_before;
	bool booting;			/* a kernel is; the module's data may be the last one's */
	bool stop;			/* what was done at a point was not as expected */
	bool death_expected;		/* it led there, as expected */
	bool dead;			/* the kernel is; it was said */
	int result;			/* of the run, while it goes on: of the first surprise */
	char why[512];			/* the sentence for @result */
};

/* Does it answer with an FLB's object? */
static inline bool lfb_answers_object(enum lfb_verb verb)
{
	return verb >= LFB_VERB_GETIN && verb <= LFB_VERB_HOLDOUT;
}

/*
 * scenario_run.c
 */

/*
 * With scenario, machine and options set: makes the rest, or returns -ENOMEM. What was made is
 * for lfb_run_release(), in any case.
 */
int lfb_run_make(struct lfb_run *run);
void lfb_run_release(struct lfb_run *run);

/* A kernel is about to boot, "cold" or from a "handover". */
void lfb_run_show_boot(struct lfb_run *run, const char *how);
/* The operation at @point was done. */
void lfb_run_show_point(struct lfb_run *run, const struct lfb_run_point *point, long result,
			u64 object);

/*
 * scenario_point.c
 */

int lfb_run_points_prepare(struct lfb_run *run);
/* Has each scheduling point of the machine looked at, and no longer. */
void lfb_run_points_hook(struct lfb_run *run);
void lfb_run_points_unhook(struct lfb_run *run);
/* Another operation begins. */
void lfb_run_points_begin(struct lfb_run *run);
void lfb_run_wait(struct lfb_run *run, const struct lfb_operation *operation);
/* The running operation answered @result; if the kernel died in one at a point, it ended too. */
void lfb_run_point_died(struct lfb_run *run, long result);

/*
 * scenario_operation.c
 */

/* Does what a line says. Returns its result; *object is set where the verb answers with one. */
long lfb_run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object);

/* scenario_module.c: the same for what the recorded module does. */
long lfb_run_module(struct lfb_run *run, const struct lfb_operation *operation, u64 *object);

/*
 * scenario_power.c
 */

/* Boots the first kernel, or the first after a power cycle. */
long lfb_run_start(struct lfb_run *run, const struct lfb_blob *blob);
long lfb_run_power_cycle(struct lfb_run *run);
long lfb_run_reboot_prepare(struct lfb_run *run);
long lfb_run_jump(struct lfb_run *run, const char *profile);
long lfb_run_reboot(struct lfb_run *run, const char *profile);
long lfb_run_damage(struct lfb_run *run, const struct lfb_operation *operation);

#endif
