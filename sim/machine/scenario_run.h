/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A scenario while it runs.
 */
#ifndef SIM_MACHINE_SCENARIO_RUN_H
#define SIM_MACHINE_SCENARIO_RUN_H

#include "sim/machine/machine.h"
#include "sim/machine/scenario.h"

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
	bool dead;			/* the kernel is; it was said */
	int result;			/* of the run, while it goes on: of the first surprise */
	char why[512];			/* the sentence for @result */
};

/* Does it answer with an FLB's object? */
static inline bool lfb_answers_object(enum lfb_verb verb)
{
	return verb >= LFB_VERB_GETIN && verb <= LFB_VERB_HOLDOUT;
}

/* scenario_run.c: a kernel is about to boot, "cold" or from a "handover". */
void lfb_run_show_boot(struct lfb_run *run, const char *how);

/*
 * scenario_operation.c
 */

/* Boots the first kernel, or the first after a power cycle. */
long lfb_run_start(struct lfb_run *run, const struct lfb_blob *blob);
/* Does what a line says. Returns its result; *object is set where the verb answers with one. */
long lfb_run_perform(struct lfb_run *run, const struct lfb_operation *operation, u64 *object);

#endif
