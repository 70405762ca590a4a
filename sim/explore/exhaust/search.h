/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * All words of a world's letters, layer by layer. A layer holds the states that are reached after
 * so many letters and not before, each with the first word that leads there; from each, a judge
 * tries every letter. Threads share the work of a layer; what they found is put together in the
 * order of the layer, so that the result does not depend on them.
 */
#ifndef SIM_EXPLORE_EXHAUST_SEARCH_H
#define SIM_EXPLORE_EXHAUST_SEARCH_H

#include <pthread.h>

#include "sim/explore/exhaust/exhaust.h"
#include "sim/explore/state/state.h"
#include "sim/kernel/host/host.h"

/* A state, and the first word that leads to it. Node 0 is a kernel that is just set up. */
struct lfb_node {
	struct lfb_state_key key;
	u32 parent;
	u8 letter;
	u8 mark;		/* the judge's; what differs in it is another state */
	u16 nr_next;		/* letters that make sense here … */
	u64 next;		/* … and where they lead: the first of search->edges */
};

/* A letter that was tried, and where it led. */
struct lfb_tried {
	struct lfb_state_key key;
	u8 letter;
	u8 mark;
	bool differs;		/* this is what is looked for */
	bool ends;		/* nothing comes after it */
	u16 pair[2];		/* of the scenario's lines, beside each other; 0: the letter */
};

struct lfb_search;

/* A thread of a search, with what its judge needs. */
struct lfb_job {
	struct lfb_search *search;
	void *judge;
	pthread_t thread;
	bool started;
	u64 runs;
	int error;
};

struct lfb_search {
	struct lfb_world world;
	unsigned int length;
	bool all;		/* no two states are the same */
	unsigned int shard, shards;	/* of the last layer: this part of so many; 0: all of it */
	lfb_progress_fn progress;	/* NULL: nobody is told … */
	void *context;			/* … with this */
	/* Does the empty word, node 0. */
	int (*root)(struct lfb_job *job);
	/* Tries the letters after node @id's word and adds them to @found. */
	int (*expand)(struct lfb_job *job, u32 id, struct lfb_list *found);
	/* Is told instead of nodes whose longest words are another shard's. May be NULL. */
	void (*pass)(struct lfb_job *job, u32 id);
	/* Is told that the last layer begins. May be NULL. */
	void (*last_begins)(struct lfb_search *search, const struct lfb_job *jobs,
			    unsigned int nr_jobs);
	/* Looks at a layer whose nodes were tried, or as many as time allowed. May be NULL. */
	int (*layer_tried)(struct lfb_job *jobs, unsigned int nr_jobs);

	unsigned int depth;	/* layers done */
	bool over;		/* after the layer that is being done */
	bool ended;		/* by who is told, in the middle of it */
	const struct lfb_job *teller;	/* the job of the thread that asked for the search */
	bool differs;
	u8 word[LFB_EXHAUST_LENGTH_MAX];	/* the first one that does */
	unsigned int word_length;
	u16 pair[2];		/* … with these lines beside each other behind it, unless 0 */
	u64 word_order;		/* where it comes in its layer */
	struct lfb_list nodes;
	u32 layer, layer_end;	/* the nodes to go on from */
	u32 next;		/* of those, the one nobody has taken yet */
	u32 done;		/* of those, how many were tried */
	u64 tried;		/* words, in all */
	u64 shorter_runs, shorter_steps;	/* before the last layer */
	unsigned long hits;	/* what is looked for, until now */
	struct lfb_list *found;	/* of struct lfb_tried, by node of the layer */
	struct lfb_list edges;	/* u32 */
	struct lfb_table states;	/* nodes by key and mark */
};

static inline const struct lfb_node *lfb__search_node(const struct lfb_search *search, u32 id)
{
	LFB_ASSERT(id < search->nodes.count);
	return (const struct lfb_node *)search->nodes.items + id;
}

/* The length that is asked for, or the usual one. -EINVAL: too long. */
int lfb__search_length(unsigned int asked, unsigned int *length);
/* So many threads as are asked for, or as there are processors; not more than make sense. */
unsigned int lfb__search_jobs(unsigned int asked);
/*
 * Goes on until something differs, all is done, or who is told of it ends it: -EINTR. What was
 * found is for lfb__search_end().
 */
int lfb__search_run(struct lfb_search *search, struct lfb_job *jobs, unsigned int nr_jobs);
void lfb__search_end(struct lfb_search *search);
/* The word that leads to a node. Returns its length. */
unsigned int lfb__search_word(const struct lfb_search *search, u32 id, u8 *word);
int lfb__search_add(struct lfb_list *found, const struct lfb_tried *tried);
/* Words of @length letters, up to renaming; of the longest, those that are the shard's. */
u64 lfb__search_count(const struct lfb_search *search, unsigned int length);

#endif
