/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Where the facts of a state go: always into a digest, sometimes into a list.
 */
#ifndef SIM_EXPLORE_SWEEP_STATE_SINK_H
#define SIM_EXPLORE_SWEEP_STATE_SINK_H

#include "sim/explore/sweep/state.h"

/* Values that stand for addresses; no count, errno or token in use comes near them. */
#define LFB_STATE_BLOCK 0xb10c000000000000ull	/* a live block of pages, | its order */
#define LFB_STATE_MEMORY 0xb10d000000000000ull	/* the running kernel's memory */
#define LFB_STATE_STALE 0xb10e000000000000ull	/* an earlier kernel's */
#define LFB_STATE_POINTER 0xb10f000000000000ull	/* any other address */

/* Pointers below are numbers that test modules use for objects. */
#define LFB_STATE_SMALL (1ul << 20)

struct lfb_state_sink {
	const struct lfb_kernel *kernel;
	struct lfb_digest digest;
	struct lfb_state *state;	/* NULL: the digest is enough */
	unsigned long tables;		/* hash tables found, each a slab object */
	/* what the facts are about */
	const char *kind;
	const char *name;
	unsigned int length;
	bool numbered;
	u64 number;
};

void lfb__state_walk(struct lfb_machine *machine, lfb_state_more_fn more, const void *context,
		     struct lfb_state_sink *sink);
/* state_text.c */
void lfb__state_keep(struct lfb_state_sink *sink, const char *field, u64 value);

#endif
