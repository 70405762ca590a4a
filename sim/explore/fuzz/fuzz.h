/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Bytes that become the life of an agent with somebody's modules (explore/life), and damage to what
 * they hand over: what bytes mean (record.c), damage (damage.c), and a life as they say (fuzz.c).
 * Others ask through <luo/fuzz.h>. Uses explore/life, explore/agent, sim/machine and what lies
 * below them.
 */
#ifndef SIM_EXPLORE_FUZZ_FUZZ_H
#define SIM_EXPLORE_FUZZ_FUZZ_H

#include <luo/fuzz.h>

#include "sim/explore/life/life.h"

#define LFB_DAMAGES_MAX 4u	/* of one handover */

/* LFB_FUZZ_RECORD_SIZE bytes, read. */
struct lfb_fuzz_record {
	u8 verb;		/* below LFB_AGENT_VERBS: a call; else damage */
	u8 which;		/* session and file, or block */
	u8 fails;
	u8 how;
	u32 value;
};

/* A change of one number, or that is to come. */
struct lfb_damage {
	struct lfb_fuzz_record record;
	unsigned int call;	/* it was done in; 0: not yet */
	unsigned int size;	/* bytes of the number … */
	u64 offset;		/* … and where it is in the block … */
	u64 before, after;
	char who[120];		/* … that somebody preserved */
};

struct lfb_fuzzer {
	struct lfb_life life;
	struct lfb_agent_state state;
	struct lfb_agent_act *word;	/* what was done … */
	unsigned int length;		/* … so many calls */
	struct lfb_damage damages[LFB_FUZZ_RECORDS_MAX];
	unsigned int nr_damages, nr_done;	/* that there are, and that were done */
	bool wanted[LFB_FINDINGS_NR + 1];	/* without damage */
};

/* record.c */
void lfb__fuzz_read(struct lfb_fuzz_record *record, const u8 *bytes);
static inline bool lfb__fuzz_is_damage(const struct lfb_fuzz_record *record)
{
	return record->verb >= LFB_AGENT_VERBS;
}

/* damage.c: does what is to be done to what the kernel hands over. */
void lfb__fuzz_damage(struct lfb_life *life);
/* Does a finding count where something was damaged? */
bool lfb__fuzz_counts(unsigned int id);

#endif
