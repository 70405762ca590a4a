/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A picture while it is drawn: its sizes, and what its files share. */
#ifndef SIM_CLI_SHOW_SVG_H
#define SIM_CLI_SHOW_SVG_H

#include "show.h"

/* Of lanes where they begin, in pixels; of a font whose letters are all as wide as this. */
enum {
	SVG_LETTER = 7,
	SVG_ROW = 24,
	SVG_TOP = 56,		/* where the first row begins */
	SVG_SESSION = 300,
	SVG_HANDLER = 500,
	SVG_FLB = 730,
	SVG_COUNT = 930,	/* numbers, … */
	SVG_BRACKET = 998,	/* … and as many lines as files need it */
	SVG_SLOT = 1096,
	SVG_LABEL = 1232,
	SVG_WIDTH = 1344,
	SVG_SLOTS = 14,
	SVG_SLOT_WIDTH = 9,
	SVG_BRACKETS = 4,	/* FLBs; each has one for either side */
	SVG_BRACKETS_WIDTH = 96,
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
	struct svg_slot slots[SVG_SLOTS];
	struct svg_slot own;			/* all of LUO's and KHO's together */
	u64 own_saved, own_waiting;
	u64 undrawn;				/* blocks that found no slot */
	int jump;				/* where the last one was; 0: none */
	struct svg_bracket brackets[SVG_BRACKETS][2];
};

/* svg_text.c */

void svg_print(struct cli_text *to, const char *format, ...) LFB_PRINTF(2, 3);
/* Text at a place, cut to @letters. Says how many letters it is. */
size_t svg_text(struct cli_text *to, int x, int y, const char *class, const char *text,
		size_t letters);
/* As it may stand between tags, or in quotes. */
void svg_escape(struct cli_text *to, const char *text, size_t letters);

/* svg_bars.c: what lasts for more than a row */

/* A step happened at @y. */
void svg_bars_step(struct svg *svg, const struct show_step *step, int y);
void svg_bars_end(struct svg *svg, int y);

#endif
