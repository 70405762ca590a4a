// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A line on the terminal: how far long work is. There is one terminal. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#include <luo/progress.h>

#define LINE_MAX_COLUMNS 400
#define COLUMNS 80u	/* where the terminal does not say how many it has */

static time_t drawn;		/* when; or when the work began */
static size_t columns;		/* of what is there */

/*
 * One where what was written can be written over. That it is none is nobody's error: errno stays
 * what it was of a full disk, say.
 */
static bool is_terminal(void)
{
	const char *name = getenv("TERM");
	const int before = errno;
	const bool is = name && *name && strcmp(name, "dumb") && isatty(STDERR_FILENO);

	errno = before;
	return is;
}

/* The last column stays free: some terminals go on to the next line there. */
static size_t room(void)
{
	struct winsize window;
	size_t width = COLUMNS;

	if (!ioctl(STDERR_FILENO, TIOCGWINSZ, &window) && window.ws_col)
		width = window.ws_col;
	return width <= LINE_MAX_COLUMNS ? width - 1 : LINE_MAX_COLUMNS;
}

bool lfb_progress_line(const char *text)
{
	char line[LINE_MAX_COLUMNS + 2] = "\r";
	const bool shows = is_terminal();
	size_t used = 1;

	if (!text && columns) {
		fprintf(stderr, "\r%*s\r", (int)columns, "");
		columns = 0;
	}
	if (!text || !shows)
		return shows;
	for (size_t left = room(); left && *text; left--, text++)
		line[used++] = (unsigned char)*text < ' ' || *text == 0x7f ? '?' : *text;
	/* All of what was there is written over, in one piece. */
	while (used <= columns)
		line[used++] = ' ';
	fwrite(line, 1, used, stderr);
	columns = used - 1;
	return true;
}

bool lfb_progress_draw(void *context, const struct lfb_progress *progress)
{
	const time_t now = time(NULL);
	char text[200];

	(void)context;
	if (!progress) {
		lfb_progress_line(NULL);
	} else if (now != drawn) {
		if (progress->length)
			snprintf(text, sizeof(text), "length %u of %u: %llu of %llu beginnings",
				 progress->length, progress->longest, progress->done,
				 progress->total);
		else
			snprintf(text, sizeof(text), "%llu of %llu runs", progress->done,
				 progress->total);
		lfb_progress_line(text);
	}
	drawn = now;
	return true;
}
