/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The shortest scenario that still shows it, whatever it is. Works on text, so that every candidate
 * is a scenario that a person could have written, and asks its caller about each; one question is
 * answered here: does it still raise this finding? Others ask through <luo/shrink.h>. Uses
 * sim/play, which runs scenarios, and what lies below it.
 */
#ifndef SIM_EXPLORE_SHRINK_SHRINK_H
#define SIM_EXPLORE_SHRINK_SHRINK_H

#include <luo/shrink.h>

#include "sim/play/play.h"

/* Bytes of what stands behind and in front of a line, but for a schedule. */
#define LFB_SHRINK_LINE_SPARE 128

/* choices.c: the schedule of blocks; they are the shortest list so far, or a candidate */

struct lfb_shrink_choices {
	unsigned int *list;
	size_t count;
	char *text;		/* NULL: in order */
};

/* Does the candidate show it? */
typedef bool (*lfb_shows_fn)(void *context);

/* What "parallel" says; nothing of it if that is no list. 0 or -ENOMEM. */
int lfb__shrink_choices_read(struct lfb_shrink_choices *choices, const char *text);
void lfb__shrink_choices_free(struct lfb_shrink_choices *choices);
/* Fewer other ones are chosen, then fewer at all. Returns whether something changed. */
bool lfb__shrink_choices(struct lfb_shrink_choices *choices, lfb_shows_fn shows, void *context);
/* Some task stands up to @most choices earlier, as is right where steps in front are gone. */
bool lfb__shrink_choose_earlier(struct lfb_shrink_choices *choices, size_t most,
				lfb_shows_fn shows, void *context);

#endif
