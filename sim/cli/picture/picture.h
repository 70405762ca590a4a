/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Pictures, as SVG: text.c is text of a width that is known whatever font it is shown in; frame.c
 * what all pictures have in common: colours, light and dark, what each means, signs and shapes that
 * say the same, and the legend. It knows nothing of what is drawn. May use: report/, common/ and
 * public headers.
 */
#ifndef SIM_CLI_PICTURE_PICTURE_H
#define SIM_CLI_PICTURE_PICTURE_H

#include <stdio.h>

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"

/* In pixels: of a font whose letters are all as wide as this. */
enum {
	SVG_LETTER = 7,
	SVG_ROW = 24,
	SVG_PILL = 12,		/* so much wider than its letters */
	SVG_LINE = 16,		/* of a text that has several */
};

/* text.c */

void svg_print(struct cli_text *to, const char *format, ...) LFB_PRINTF(2, 3);
/* Text at a place, cut to @letters, and then whole where it is pointed at. How many it shows. */
size_t svg_text(struct cli_text *to, int x, int y, const char *class, const char *text,
		size_t letters);
/* The same whole, in lines, at blanks where there are any. Returns how many lines. */
size_t svg_wrap(struct cli_text *to, int x, int y, const char *class, const char *text,
		size_t letters);
/* As it may stand between tags, or in quotes. */
void svg_escape(struct cli_text *to, const char *text, size_t letters);
size_t svg_letters(const char *text);

/* frame.c */

/* What something is: each has a colour, a sign and a shape of its own. */
enum svg_meaning {
	SVG_PLAIN,	/* a callback that only asks */
	SVG_SAVED, SVG_FROZEN, SVG_WAITS, SVG_TAKEN, SVG_GONE, SVG_FAILED, SVG_SCRATCH, SVG_LOST,
	SVG_MEANINGS,
};

/* The class that it has in a picture: "saved". */
const char *svg_class(enum svg_meaning meaning);
/* Its sign, and a blank behind it; "" without one. */
const char *svg_sign(enum svg_meaning meaning);
/* A few words in its shape; @y is that of the row. */
void svg_pill(struct cli_text *to, int x, int y, enum svg_meaning meaning, const char *text,
	      size_t letters);
/* What the first @count of them mean, in a picture so wide. Returns its height. */
int svg_legend(struct cli_text *to, int y, int width, const enum svg_meaning *meanings,
	       size_t count);
/* The black bar of a kexec, and behind it the next kernel. */
void svg_jump(struct cli_text *to, int y, int width, int height);

void svg_begin(FILE *to, const char *title, int width, int height);
/* What was drawn comes into the picture, and is forgotten. */
void svg_layer(struct cli_text *layer, FILE *to);
void svg_end(FILE *to);

#endif
