/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A picture while it is drawn, and what its files share. */
#ifndef SIM_CLI_SHOW_SVG_H
#define SIM_CLI_SHOW_SVG_H

#include "sim/cli/picture/picture.h"

#include "show.h"

/* Where what stands above each other begins. */
enum svg_column {
	SVG_AGENT,
	SVG_SESSION,
	SVG_HANDLER,
	SVG_FLB,
	SVG_COUNT,	/* numbers, … */
	SVG_BRACKET,	/* … and as many lines as files need it */
	SVG_SLOT,
	SVG_LABEL,
	SVG_END,
	SVG_COLUMNS,
};

enum {
	SVG_TOP = 56,		/* where the first row begins, with one line for names of FLBs */
	SVG_SLOTS = 14,
	SVG_SLOT_WIDTH = 9,
	SVG_BRACKETS = 4,	/* FLBs that have one beside all else */
};

/* A block of pages that is drawn. */
struct svg_slot {
	bool used;
	u64 phys;
	int since;
	const char *class;
};

struct svg_bracket {
	u64 count;
	int since;
	const char *class;
};

struct svg {
	const struct show *show;
	struct cli_text back, bars, front;	/* one over the other */
	int x[SVG_COLUMNS];
	int need[SVG_COLUMNS];			/* pixels, for what stands there */
	struct svg_slot slots[SVG_SLOTS];
	struct svg_slot own;			/* all of LUO's and KHO's together */
	u64 own_saved, own_waiting;
	u64 undrawn;				/* blocks that found no slot */
	int jump;				/* where the last one was; 0: none */
	int more;				/* pixels that the row has for further lines */
	int top, bottom;			/* where the first row begins, and the last ends */
	/* FLBs that have brackets, each one for either side */
	struct svg_bracket (*brackets)[2];
	size_t nr_brackets;
	int bracket_x, bracket_width, bracket_step;
	int bracket_pitch;			/* of a file's line in one */
};

/* svg.c: what an operation says, and what it answered if that is worth a word */
void svg_operation(const struct show_step *step, struct cli_text *to);

/* svg_bars.c: what lasts for more than a row */

/* A step happened at @y. */
void svg_bars_step(struct svg *svg, const struct show_step *step, int y);
void svg_bars_end(struct svg *svg, int y);
/* The same of FLBs alone. */
void svg_brackets_step(struct svg *svg, const struct show_step *step, int y);
void svg_brackets_end(struct svg *svg, int y);
/* A count that changes calls nobody but where it leaves 0, or comes back to it: why not. */
const char *svg_why_counted(const struct lfb_event *event);

#endif
