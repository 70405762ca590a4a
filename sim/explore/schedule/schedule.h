/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every schedule of a scenario's blocks, up to a bound of preemptions. May use: sim/play, sim/copy
 * and what lies below. The public header is <luo/schedule.h>.
 */
#ifndef SIM_EXPLORE_SCHEDULE_SCHEDULE_H
#define SIM_EXPLORE_SCHEDULE_SCHEDULE_H

#include <luo/machine_copy.h>
#include <luo/schedule.h>

#include "sim/play/play.h"

/* trace.c: what came before what, as far as it matters */

#define LFB_TRACE_LOCKS 64

struct lfb_order_lock {
	const struct lfb_lock *lock;
	u64 taken;		/* the step that had it for itself last */
	u64 shared;		/* those that shared it since, in any order */
};

/*
 * Two runs whose steps that depend on each other came in the same order are in the same state, and
 * have the same sum.
 */
struct lfb_order {
	u64 strand[LFB_BESIDE_MAX];	/* the newest step of each */
	u64 all;			/* … of those that touch all */
	u64 sum;
	struct lfb_order_lock locks[LFB_TRACE_LOCKS];
	unsigned int nr_locks;
};

void lfb__order_step(struct lfb_order *order, unsigned int strand, const struct lfb_standing *at);

/* Where runs have been, and how many preemptions they could have made from there on. */
struct lfb_visited {
	struct lfb_list items;
	struct lfb_table table;
};

/* Was somebody there who could go on as far? Notes it otherwise; without memory it is nobody. */
bool lfb__visited(struct lfb_visited *visited, u64 key, unsigned int left);
void lfb__visited_free(struct lfb_visited *visited);

#endif
