/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* lfb sweep: what became of each run of a shard, as lfb merge needs it. */
#ifndef SIM_CLI_SWEEP_H
#define SIM_CLI_SWEEP_H

#include <luo/sweep.h>

#include "sim/cli/report/report.h"

/* sweep_shard.c. Begins with all members zero. */
struct sweep_shard {
	unsigned long point;		/* the last one */
	struct cli_text outcomes;	/* a letter a run; between points a space */
	struct sweep_violation *violations;
	size_t count;
	bool failed;			/* there was no memory */
};

void sweep_shard_note(struct sweep_shard *shard, const struct lfb_sweep_ran *ran);
/* Members of an open object. False: there was no memory to keep them. */
bool sweep_shard_json(struct cli_json *json, struct sweep_shard *shard);
void sweep_shard_end(struct sweep_shard *shard);

#endif
