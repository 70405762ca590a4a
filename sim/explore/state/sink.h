/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where the facts of a state go: always into hashes, sometimes also into a list. */
#ifndef SIM_EXPLORE_STATE_SINK_H
#define SIM_EXPLORE_STATE_SINK_H

#include "sim/explore/state/state.h"
#include "sim/kernel/host/host.h"

struct liveupdate_flb;
struct luo;

/* Values that stand for addresses; no count, errno or token in use comes near them. */
#define LFB_STATE_BLOCK 0xb10c000000000000ull	/* a live block of pages, | its order … */
#define LFB_STATE_WITHIN 8			/* … | << of the offset in its page */
#define LFB_STATE_MEMORY 0xb10d000000000000ull	/* the running kernel's memory */
#define LFB_STATE_STALE 0xb10e000000000000ull	/* an earlier kernel's */
#define LFB_STATE_POINTER 0xb10f000000000000ull	/* any other address */
#define LFB_STATE_FREE 0xb110000000000000ull	/* a page that is not in use */

/* Pointers below are numbers that test modules use for objects. */
#define LFB_STATE_SMALL (1ul << 20)

struct lfb_fact {
	char subject[120];
	const char *field;
	u64 value;
};

struct lfb_state {
	struct lfb_list facts;
	bool incomplete;	/* no memory for all of them */
};

struct lfb_state_sink {
	struct lfb_machine *machine;
	const struct lfb_kernel *kernel;
	const struct luo *luo;		/* what it remembers; NULL: nothing */
	lfb_state_more_fn more;		/* with this context; may be NULL */
	const void *context;
	bool ahead;			/* only what decides what comes, but all of that */
	bool shared;			/* only what another orchestrator would remember, too */
	struct lfb_digest digest;
	u64 second;			/* of a key, behind digest.exact */
	struct lfb_state *state;	/* NULL: the hashes are enough */
	unsigned long tables;		/* hash tables found, each a slab object */
	/* What the facts are about. */
	const char *kind;
	const char *name;
	unsigned int length;
	bool numbered;
	u64 number;
};

/* A subject of which there are several by that name, and the fact that it is there. */
void lfb__state_number(struct lfb_state_sink *sink, const char *kind, const char *name, size_t size,
		       u64 number);
/* A fact that another orchestrator may lack, or have otherwise. */
void lfb__state_own(struct lfb_state_sink *sink, const char *field, u64 value);
/* The handle of a file that freeze may change. */
void lfb__state_thawing(struct lfb_state_sink *sink, const char *field, u64 value);
/* What a retrieve that failed may have freed, so that finish has nothing left to free. */
void lfb__state_consumed(struct lfb_state_sink *sink, const char *field, u64 value);
/* An error that kernels promise to remember; 0 where there is none. */
void lfb__state_remembered(struct lfb_state_sink *sink, const char *field, int status);
/* The same of what is no part of the state while there is none. */
void lfb__state_latched(struct lfb_state_sink *sink, const char *kind, const char *name,
			size_t size, const char *field, int status);

/* What there is in the sink's machine. */
void lfb__state_walk(struct lfb_state_sink *sink);
/* The private part of an FLB that may be on no list. */
void lfb__state_flb(struct lfb_state_sink *sink, const struct liveupdate_flb *flb);

#endif
