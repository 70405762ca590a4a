/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The exhaustive search's states and how they were reached.
 */
#ifndef SIM_EXPLORE_EXHAUST_SEARCH_H
#define SIM_EXPLORE_EXHAUST_SEARCH_H

#include "sim/explore/exhaust/exhaust.h"

/* A state, and the first sequence that leads to it. Node 0 is a kernel that is just set up. */
struct node {
	struct lfb_state_key key;
	u32 parent;
	u8 letter;
	u8 used;		/* symmetric names, as in struct lfb_letter */
	u16 nr_next;		/* letters that make sense here … */
	u64 next;		/* … and where they lead: index into search->edges */
};

/* A letter that was tried, and where it led. */
struct step {
	struct lfb_state_key key;
	u8 letter;
	u8 used;
	bool differs;
	bool ends;		/* nothing comes after it */
};

struct found {
	struct step *steps;
	unsigned int count;
	unsigned int capacity;
};

#define NOWHERE UINT32_MAX	/* where letters lead that nothing comes after */

struct search {
	struct lfb_world world;
	unsigned int length;
	bool all;		/* no two states are the same */
	unsigned int depth;	/* layers done */
	struct node *nodes;
	u32 nr_nodes, node_capacity;
	u32 layer, layer_end;	/* the nodes to go on from */
	u32 next;		/* of those, the one nobody has taken yet */
	struct found *found;	/* by node of the layer */
	u32 *edges;
	u64 nr_edges, edge_capacity;
	u32 *slots;		/* nodes by key, 0: empty, else node + 1 */
	u32 nr_slots;
	bool differs;
	u8 word[LFB_EXHAUST_LENGTH_MAX + 1];	/* the first sequence that does */
	unsigned int word_length;
};

/* search.c */

int lfb__search_begin(struct search *search);
void lfb__search_end(struct search *search);
/* Makes a layer of what was found in the one before. */
int lfb__search_merge(struct search *search);
/* Sequences of @length letters, up to renaming. */
u64 lfb__search_count(struct search *search, unsigned int length);

/* report.c */

/* Options, and what they point to. */
struct exhaust_plan {
	struct lfb_exhaust_options options;
	char quirks_off[1024];
};

/* Checks and completes options, clears the result. */
int lfb__exhaust_take(const struct lfb_exhaust_options *given, struct exhaust_plan *plan,
		      struct lfb_exhaust_result *result);
/* Makes a scenario of the sequence that differs, as short as can be. */
int lfb__exhaust_shrink(const struct lfb_exhaust_options *options, struct search *search,
			struct lfb_exhaust_result *result);

#endif
