/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Two operations beside each other. The model does one at a time: what both answer, and what they
 * leave behind, must be what it says for one of the two orders.
 */
#ifndef SIM_EXPLORE_EXHAUST_BESIDE_H
#define SIM_EXPLORE_EXHAUST_BESIDE_H

#include "sim/copy/copy.h"
#include "sim/explore/exhaust/search.h"
#include "sim/explore/exhaust/walk.h"

/* What is right. */
struct lfb_outcome {
	unsigned int first;			/* the block that comes first */
	struct lfb_model model;			/* afterwards */
	struct lfb_model_answer answers[2];	/* by block */
	bool done;				/* by the kernel, too; then: */
	struct lfb_state_key key;
	bool found[LFB_FINDINGS_NR];		/* of severity error and above */
};

struct lfb_pair {
	struct lfb_walker *walker;
	size_t at;			/* the first of two lines, which are two blocks */
	struct lfb_outcome outcomes[2];	/* the first block is before the second, or after it … */
	struct lfb_outcome between;	/* … or one of them is between two steps of the other */
	/* Where it begins: */
	struct lfb_machine_copy *machine;
	struct lfb_saved rest;
	struct lfb_model model;
};

/* beside.c: all return 0 or -errno with the sentence. */

/* The walker is where pairs begin from now on. lfb__pair_end() is due in any case. */
int lfb__pair_begin(struct lfb_pair *pair, struct lfb_walker *walker);
int lfb__pair_go_back(struct lfb_pair *pair);
void lfb__pair_end(struct lfb_pair *pair);
/* The blocks at line @at are it: finds out what is right. -ENODATA: the model does not say. */
int lfb__pair_expect(struct lfb_pair *pair, size_t at);
/*
 * Does them from where pairs begin; @pick says who goes on, or with NULL the scenario. The walker's
 * difference is set, and its model is that of the order that was as good as done.
 */
int lfb__pair_do(struct lfb_pair *pair, lfb_pick_fn pick, void *picker);

/* pairs.c: every pair in every schedule */

struct lfb_pairs {
	struct lfb_world world;
	struct lfb_scenario scenario;	/* its, as LFB_WORLD_PAIR has it */
	unsigned int bound;		/* preemptions */
	bool jumps;			/* the kernel did, behind the last pair */
	u64 states, pairs, schedules, choices;	/* done */
};

/* All of @world, whose lines and names it shares. lfb__pairs_free() is due in any case. */
int lfb__pairs_make(struct lfb_pairs *pairs, const struct lfb_world *world, unsigned int bound);
void lfb__pairs_free(struct lfb_pairs *pairs);
/* From where the walker is, of names that are @used; the first that differs goes to @found. */
int lfb__pairs_try(struct lfb_pairs *pairs, struct lfb_walker *walker, u8 used,
		   struct lfb_list *found);
/* Writes these lines as blocks to walker->done, in the first schedule that differs. */
int lfb__pairs_write(struct lfb_pairs *pairs, struct lfb_walker *walker, const u16 lines[2]);

#endif
