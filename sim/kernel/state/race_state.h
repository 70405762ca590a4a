/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is known of the accesses of tasks that run beside each other: see race/race.h. */
#ifndef SIM_KERNEL_STATE_RACE_STATE_H
#define SIM_KERNEL_STATE_RACE_STATE_H

#include "sim/kernel/host/host.h"

#define LFB_RACE_TASKS 16	/* at the most */
#define LFB_RACE_STEP 8u	/* bytes of a word */
#define LFB_RACE_CALLS 64	/* that are known of a task; deeper ones are not */

struct lfb_kernel;

/* How much one has seen of what each task did, in that task's own time. */
struct lfb_race_clock {
	u32 seen[LFB_RACE_TASKS];
};

/* Memory that was touched. */
struct lfb_race_word {
	u64 address;		/* by LFB_RACE_STEP */
	u32 last;		/* the access that is looked at first, + 1; 0: there is none */
	bool told;		/* that it is raced for: once is enough */
};

struct lfb_race_task {
	unsigned int ignored;	/* lfb_race_ignore() without its end */
	unsigned int reading;	/* … lfb_race_rcu_read() */
	unsigned int at_once;	/* … lfb_race_at_once() */
	bool excused;		/* somebody would have waited for that to end */
	unsigned int depth;	/* calls that have not returned; where these go on: */
	const void *calls[LFB_RACE_CALLS];
};

struct lfb_race {
	struct lfb_kernel *kernel;
	unsigned int count;	/* tasks */
	unsigned int now;	/* the one that runs; count: none */
	bool watched;		/* some code said what it touches */
	bool blind;		/* there was no memory to go on */
	char readers;		/* its address stands for all of RCU's */
	struct lfb_race_task tasks[LFB_RACE_TASKS];
	struct lfb_race_clock clocks[LFB_RACE_TASKS];
	struct lfb_list objects;	/* that order, … */
	struct lfb_table object_table;	/* … by address */
	struct lfb_list words;		/* struct lfb_race_word, … */
	struct lfb_table word_table;	/* … by address */
	struct lfb_list accesses;
};

#endif
