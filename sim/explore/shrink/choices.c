// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Shrinking what was chosen: fewer tasks that stand where they could go on, and a shorter list. */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/shrink/shrink.h"

#define LATER 8		/* a task that stands alone may stand later than several did */
#define FEW_PLACES 40	/* where all pairs of them are tried */

struct candidate {
	struct lfb_shrink_choices *choices;
	lfb_shows_fn shows;
	void *context;
};

static void set(struct lfb_shrink_choices *choices, const struct lfb_shrink_choices *to)
{
	free(choices->list);
	free(choices->text);
	*choices = *to;
}

/* The text of @choices, NULL: in order. False without memory. */
static bool write_down(struct lfb_shrink_choices *choices)
{
	while (choices->count && !choices->list[choices->count - 1])
		choices->count--;
	choices->text = choices->count ? lfb__schedule_text(choices->list, choices->count) : NULL;
	return choices->text || !choices->count;
}

/* Goes on with @list, for free(), if that shows it, too. */
static bool try_list(struct candidate *candidate, unsigned int *list, size_t count)
{
	struct lfb_shrink_choices *now = candidate->choices, before = *now;

	*now = (struct lfb_shrink_choices){ .list = list, .count = count };
	if (list && write_down(now) && candidate->shows(candidate->context)) {
		free(before.list);
		free(before.text);
		return true;
	}
	set(now, &before);
	return false;
}

/* Without @nr choices from @at, or, with none, with @choice there. */
static bool try(struct candidate *candidate, size_t at, size_t nr, unsigned int choice)
{
	const struct lfb_shrink_choices *now = candidate->choices;
	const size_t count = now->count - nr;
	unsigned int *list = malloc((now->count + 1) * sizeof(*list));

	if (list) {
		memcpy(list, now->list, at * sizeof(*list));
		memcpy(list + at, now->list + at + nr, (count - at) * sizeof(*list));
		if (!nr)
			list[at] = choice;
	}
	return try_list(candidate, list, count);
}

/* Another one is chosen at @at, and at @then unless that is 0. */
static bool try_few(struct candidate *candidate, size_t at, size_t then, unsigned int choice)
{
	const size_t count = (then ? then : at) + 1;
	unsigned int *list = calloc(count, sizeof(*list));

	if (list)
		list[at] = list[count - 1] = choice;
	return try_list(candidate, list, count);
}

/* How often another one is chosen; *@largest: which of them, at most. */
static size_t others(const struct lfb_shrink_choices *choices, unsigned int *largest)
{
	size_t nr = 0;

	*largest = 0;
	for (size_t i = 0; i < choices->count; i++) {
		nr += choices->list[i] != 0;
		*largest = choices->list[i] > *largest ? choices->list[i] : *largest;
	}
	return nr;
}

/* One is better than two in whatever place; two than more, where there are few places. */
static bool choose_few(struct candidate *candidate)
{
	const size_t end = candidate->choices->count + LATER;
	unsigned int largest;
	const size_t nr = others(candidate->choices, &largest);

	for (size_t at = 0; nr > 1 && at < end; at++) {
		for (unsigned int choice = 1; choice <= largest; choice++) {
			if (try_few(candidate, at, 0, choice))
				return true;
		}
	}
	for (size_t at = 0; nr > 2 && end <= FEW_PLACES && at < end; at++) {
		for (size_t then = at + 1; then < end; then++) {
			if (try_few(candidate, at, then, 1))
				return true;
		}
	}
	return false;
}

/* Halves, quarters … down to single choices. */
static bool leave_out(struct candidate *candidate)
{
	const struct lfb_shrink_choices *now = candidate->choices;
	bool changed = false;

	for (size_t piece = now->count / 2; piece; piece /= 2) {
		size_t at = 0;

		while (at + piece <= now->count) {
			/* One of many that are the same is as good as another. */
			const bool same = piece == 1 && at && now->list[at] == now->list[at - 1];

			if (!same && try(candidate, at, piece, 0))
				changed = true;
			else
				at += piece;
		}
	}
	return changed;
}

static bool choose_less(struct candidate *candidate)
{
	const struct lfb_shrink_choices *now = candidate->choices;
	bool changed = false;

	for (size_t at = now->count; at-- > 0;) {
		for (unsigned int less = 0; at < now->count && less < now->list[at]; less++)
			changed |= try(candidate, at, 0, less);
	}
	return changed;
}

bool lfb__shrink_choices(struct lfb_shrink_choices *choices, lfb_shows_fn shows, void *context)
{
	struct candidate candidate = { choices, shows, context };
	bool changed;

	if (!choices->count)
		return false;
	changed = try(&candidate, 0, choices->count, 0);
	while (choose_less(&candidate) || leave_out(&candidate) || choose_few(&candidate))
		changed = true;
	return changed;
}

bool lfb__shrink_choose_earlier(struct lfb_shrink_choices *choices, size_t most,
				lfb_shows_fn shows, void *context)
{
	struct candidate candidate = { choices, shows, context };

	for (size_t at = 0, end; at < choices->count; at = end + 1) {
		for (end = at; end < choices->count && !choices->list[end];)
			end++;
		for (size_t nr = 1; nr <= end - at && nr <= most; nr++) {
			if (try(&candidate, at, nr, 0))
				return true;
		}
	}
	return false;
}

int lfb__shrink_choices_read(struct lfb_shrink_choices *choices, const char *text)
{
	struct lfb_schedule schedule = { 0 };
	int err = lfb__schedule_read(NULL, text, &schedule);

	if (!err && schedule.kind == LFB_SCHEDULE_LIST) {
		choices->list = schedule.list;
		choices->count = schedule.count;
		schedule.list = NULL;
		if (!write_down(choices))
			err = -ENOMEM;
	}
	lfb__schedule_free(&schedule);
	return err;
}

void lfb__shrink_choices_free(struct lfb_shrink_choices *choices)
{
	set(choices, &(struct lfb_shrink_choices){ 0 });
}
