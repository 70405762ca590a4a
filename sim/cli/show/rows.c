// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The steps that are drawn, a row each. */
#include <stdlib.h>
#include <string.h>

#include "show.h"

static bool is_same(const char *one, const char *other)
{
	return one && other && !strcmp(one, other);
}

/*
 * A count that changed just behind a file's callback, or the FLB's own, changed because of it: that
 * is one row.
 */
static bool goes_with(const struct show_row *row, const struct show_step *step)
{
	const struct lfb_event *before = &row->step->event;

	if (step->is_operation || step->event.happening != LFB_DID_FLB_COUNTED || row->count ||
	    row->is_refusal || row->step->is_operation || row->step->in != step->in)
		return false;
	return before->happening == LFB_DID_FILE_FINISH ||
	       before->happening == LFB_DID_FILE_UNPRESERVE ||
	       (before->happening == LFB_DID_FLB_PRESERVE &&
		is_same(before->flb, step->event.flb));
}

static struct show_row *add_row(struct show_rows *rows, const struct show_step *step)
{
	struct show_row *more = cli_grown(rows->list, rows->count, sizeof(*more));

	if (!more)
		return NULL;
	rows->list = more;
	more[rows->count] = (struct show_row){ .step = step, .saved = step->saved,
					       .waiting = step->waiting };
	return &more[rows->count++];
}

/* The last step in it, up to where another task goes on. */
static const struct show_step *last_of(const struct show *show, const struct show_step *step)
{
	size_t last = step->number;

	if (!step->block)
		return &show->steps[step->last - 1];
	while (last < step->last && show->steps[last].in >= step->number)
		last++;
	return &show->steps[last - 1];
}

/* A callback's pages are its row's, and those of an operation that has no other rows. */
static void take_pages(const struct show *show, struct show_row *row, const struct show_row *next)
{
	const struct show_step *step = row->step;
	const bool is_cold = !step->is_operation && step->event.happening == LFB_DID_BOOT_COLD;
	const bool is_whole = step->event.kind == LFB_EVENT_CALLBACK || step->is_operation;
	const struct show_step *last = last_of(show, step);

	/* A kernel's own pages are there when it has booted. */
	if (is_cold && step->in)
		last = &show->steps[show_in(show, step)->last - 1];

	if (step->is_operation && next && next->step->number <= step->last)
		return;
	if ((is_whole || is_cold) && last->event.boot == step->event.boot) {
		row->saved = last->saved;
		row->waiting = last->waiting;
	}
}

/* Of tasks beside each other, who does an operation, and who goes on. */
static void name_task(struct show_row *row, const struct show_row *before)
{
	const struct show_step *step = row->step;

	if (step->block && (step->is_operation || !before || !before->step->block ||
			    !is_same(before->step->event.task, step->event.task)))
		row->task = step->event.task;
}

/* Those that were refused are over, up to @step. False: no memory. */
static bool end_refused(struct show_rows *rows, const struct show_step **refused, size_t step)
{
	struct show_row *row;

	if (!*refused || step <= (*refused)->last)
		return true;
	row = add_row(rows, *refused);
	if (row)
		row->is_refusal = true;
	*refused = NULL;
	return row != NULL;
}

static bool is_refused(const struct show_step *step)
{
	return !step->is_operation && step->event.happening == LFB_DID_REBOOT && !step->is_open &&
	       step->event.result < 0;
}

static bool is_drawn(const struct show *show, const struct show_step *step)
{
	return show_matters(show, step) ||
	       (!step->is_operation && step->event.happening == LFB_DID_BOOTED);
}

bool show_rows_make(const struct show *show, struct show_rows *rows)
{
	const struct show_step *refused = NULL;

	*rows = (struct show_rows){ 0 };
	for (size_t i = 0; i < show->count; i++) {
		const struct show_step *step = &show->steps[i];

		if (!end_refused(rows, &refused, step->number))
			return false;
		if (is_refused(step))
			refused = step;
		if (!is_drawn(show, step))
			continue;
		if (rows->count && goes_with(&rows->list[rows->count - 1], step))
			rows->list[rows->count - 1].count = step;
		else if (!add_row(rows, step))
			return false;
	}
	if (!end_refused(rows, &refused, SIZE_MAX))
		return false;
	for (size_t i = 0; i < rows->count; i++) {
		struct show_row *row = &rows->list[i];

		if (!row->step->is_operation && row->step->event.happening == LFB_DID_FLB_COUNTED)
			row->count = row->step;
		take_pages(show, row, i + 1 < rows->count ? row + 1 : NULL);
		name_task(row, i ? row - 1 : NULL);
	}
	return true;
}

void show_rows_free(struct show_rows *rows)
{
	free(rows->list);
}
