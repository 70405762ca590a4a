/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Every sequence of operations up to a length, in a small world. World and search are the same for
 * the two that judge: one compares with a model of the rules (walk.c, compare.c), the other looks
 * for findings in a module (module.c). Others ask through <luo/exhaust.h>. Uses explore/agent,
 * explore/schedule, explore/shrink, explore/state, sim/play and what lies below them.
 */
#ifndef SIM_EXPLORE_EXHAUST_EXHAUST_H
#define SIM_EXPLORE_EXHAUST_EXHAUST_H

#include <stdio.h>

#include <luo/exhaust.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"

#define LFB_WORLD_LETTERS 250
#define LFB_WORLD_SESSIONS 2
#define LFB_WORLD_FILES 3
#define LFB_WORLD_FLBS 2

/* One letter: operations that are done together, lines of the world's scenario. */
struct lfb_letter {
	size_t first;
	unsigned int count;
	u8 needs;		/* symmetric names that must have been used before, as bits … */
	u8 uses;		/* … and the ones it uses */
	u8 aborts;		/* handler + 1 whose freeze must be reached, 0: any time */
	bool sets_up;		/* a new kernel, by itself */
	bool ends;		/* nothing comes after it: the model does not say what would be */
};

struct lfb_world {
	struct lfb_scenario *scenario;	/* set-up of the first kernel, of all, then the letters */
	size_t once, setup;		/* lines of the set-up */
	unsigned int nr_letters;
	struct lfb_letter letters[LFB_WORLD_LETTERS];
	size_t beside;			/* behind them, enum lfb_world_beside; 0: nothing is */
};

/* Lines that are no letters, for what is done beside something. */
enum lfb_world_beside {
	LFB_WORLD_PREPARE,
	LFB_WORLD_JUMP,
	LFB_WORLD_NEW_FLB,	/* nobody has used it yet */
	LFB_WORLD_PAIR,		/* two blocks */
};

/*
 * world.c: two handlers, two FLBs, two sessions, three files. FLB 0 is needed by the files of both
 * handlers, FLB 1 by those of handler 1.
 */

extern const char *const lfb__world_sessions[LFB_WORLD_SESSIONS];
extern const unsigned int lfb__world_kinds[LFB_WORLD_FILES];	/* whose handler a file needs */

/* A world while it is written: first what is done once, then the set-up, then letters. */
struct lfb_world_text {
	struct lfb_world *world;
	FILE *stream;
	char *text;
	size_t size;
	size_t lines;
};

int lfb__world_begin(struct lfb_world_text *writing, struct lfb_world *world);
void lfb__world_line(struct lfb_world_text *writing, const char *line);
void lfb__world_setup(struct lfb_world_text *writing);
/* The next letter; its operations are separated by ";". */
struct lfb_letter *lfb__world_letter(struct lfb_world_text *writing, const char *format, ...)
	LFB_PRINTF(2, 3);
/* @err: of writing so far. Returns it, or what became of the world. */
int lfb__world_end(struct lfb_world_text *writing, int err);

/*
 * letters.c: the world that is compared with the model, with these groups of letters, and with what
 * is done @beside something.
 */
int lfb__world_create(unsigned int wanted, bool beside, struct lfb_world *world);
/* Groups without which these quirks do not show. */
unsigned int lfb__world_groups_for(u64 quirks);

#endif
