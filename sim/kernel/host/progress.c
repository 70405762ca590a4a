// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A line on the terminal: how far long work is. There is one terminal. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include <luo/progress.h>

#include "sim/kernel/host/host.h"

static time_t drawn;		/* when; or when the work began */
static int columns;		/* of what is there */

/* One where what was written can be written over. */
static bool is_terminal(void)
{
	const char *name = getenv("TERM");

	return name && *name && strcmp(name, "dumb") && isatty(STDERR_FILENO);
}

static void clear(void)
{
	if (columns > 0)
		fprintf(stderr, "\r%*s\r", columns, "");
	columns = 0;
}

bool lfb_progress_draw(void *context, const struct lfb_progress *progress)
{
	const time_t now = time(NULL);

	(void)context;
	if (!progress) {
		clear();
	} else if (now != drawn && is_terminal()) {
		clear();
		if (progress->length)
			columns = fprintf(stderr, "length %u of %u: %llu of %llu beginnings",
					  progress->length, progress->longest, progress->done,
					  progress->total);
		else
			columns = fprintf(stderr, "%llu of %llu runs", progress->done,
					  progress->total);
	}
	drawn = now;
	return true;
}
