// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: how far long work is, for those who look on, and how it is ended early. */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <luo/progress.h>

#include "common.h"

#define FIRST 0.3	/* seconds until there is something to see … */
#define NEXT 0.2	/* … and until it is another */
#define TEXT_MAX 400

/* There is one terminal, and one who waits at it. */
static struct {
	volatile sig_atomic_t signal;	/* that came; 0: none did … */
	double noted;			/* … and when */
	bool begun;
	bool shows;			/* standard error is a terminal for it */
	double next;			/* when it is time to draw */
	char part[200];			/* of the work, "" where it has none */
	struct lfb_progress last;
	struct lfb_progress first;	/* of the part, and of the length, … */
	double since;			/* … and when that was */
} work;

/* The next signal ends the process at once. timeout(1) sends each twice: those are one. */
static void note(int signal_number)
{
	double now = cli_seconds();

	if (!work.signal) {
		work.noted = now;
		work.signal = signal_number;
	} else if (now - work.noted > NEXT) {
		signal(signal_number, SIG_DFL);
		raise(signal_number);
	}
}

static void listen_to(int signal_number)
{
	const struct sigaction noted = { .sa_handler = note, .sa_flags = SA_RESTART };
	struct sigaction before;

	/* Who starts us in the background may have it ignored. */
	if (!sigaction(signal_number, NULL, &before) && before.sa_handler != SIG_IGN)
		sigaction(signal_number, &noted, NULL);
}

void cli_long_begin(void)
{
	if (work.begun)
		return;
	work.begun = true;
	work.shows = lfb_progress_line(NULL);
	work.next = cli_seconds() + FIRST;
	listen_to(SIGINT);
	listen_to(SIGTERM);
}

bool cli_stopped(void)
{
	return work.signal;
}

const struct lfb_progress *cli_progress_last(void)
{
	return &work.last;
}

int cli_stop(const char *format, ...)
{
	char covered[600];
	va_list args;

	va_start(args, format);
	vsnprintf(covered, sizeof(covered), format, args);
	va_end(args);
	cli_failed("stopped: %s", covered);
	return CLI_SIGNAL + work.signal;
}

/* Drawing */

void cli_progress_clear(void)
{
	lfb_progress_line(NULL);
}

/* ", 120 a second, 34 s to go" */
static void add_rate(const struct lfb_progress *now, double seconds, char *text, size_t size)
{
	double done = (double)(now->done - work.first.done), rate = done / seconds;
	size_t length = strlen(text);

	if (seconds < NEXT || !done)
		return;
	length += (size_t)snprintf(text + length, size - length, ", %.0f a second", rate);
	if (now->total >= now->done && length < size)
		snprintf(text + length, size - length, ", %.0f s to go",
			 (double)(now->total - now->done) / rate);
}

/* What is left of a scenario, and nobody knows how long that will take. */
static void draw_shrinking(const struct lfb_progress *now, double seconds)
{
	char text[TEXT_MAX];

	snprintf(text, sizeof(text), "%s%s%llu candidates, %u of %u lines are left", work.part,
		 *work.part ? ": " : "", now->done, now->length, now->longest);
	add_rate(now, seconds, text, sizeof(text));
	lfb_progress_line(text);
}

static void draw_progress(const struct lfb_progress *now, double seconds)
{
	char text[TEXT_MAX], length[60] = "";

	if (now->length)
		snprintf(length, sizeof(length), "length %u of %u: ", now->length, now->longest);
	snprintf(text, sizeof(text), "%s%s%s%llu of %llu%s", work.part, *work.part ? ": " : "",
		 length, now->done, now->total, now->length ? " beginnings" : " runs");
	add_rate(now, seconds, text, sizeof(text));
	lfb_progress_line(text);
}

/* Is it time to draw? */
static bool is_time(double now)
{
	if (!work.shows || now < work.next)
		return false;
	work.next = now + NEXT;
	return true;
}

bool cli_part(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(work.part, sizeof(work.part), format, args);
	va_end(args);
	work.first = work.last = (struct lfb_progress){ 0 };
	work.since = cli_seconds();
	if (is_time(work.since))
		lfb_progress_line(work.part);
	return !work.signal;
}

bool cli_shrinking(void *context, const struct lfb_progress *progress)
{
	double now = work.shows ? cli_seconds() : 0;

	(void)context;
	work.last = *progress;
	if (is_time(now))
		draw_shrinking(progress, now - work.since);
	return !work.signal;
}

bool cli_progress(void *context, const struct lfb_progress *progress)
{
	double now = work.shows ? cli_seconds() : 0;

	(void)context;
	/* Each length goes at its own speed. */
	if (progress->length != work.first.length || progress->total != work.first.total) {
		work.first = *progress;
		work.since = now;
	}
	work.last = *progress;
	if (is_time(now))
		draw_progress(progress, now - work.since);
	return !work.signal;
}
