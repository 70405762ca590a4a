// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Schedules: who goes on where more than one task can, and what was chosen. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

/* Priorities of PCT change at so many of the first choices: more are seldom made. */
#define PCT_STEPS 100
/* More choices than a scenario makes. */
#define LFB_SCHEDULE_LIST_MAX 1000000

static int refuse(struct lfb_machine *machine, const char *text)
{
	return lfb__error(machine, -EINVAL, "\"%.80s\" is no schedule: expected in-order, a "
			  "list as 0,1 or 12x0,1 (choices 0 to %u), random:SEED or pct:DEPTH:SEED "
			  "(DEPTH 1 to %u)", text, LFB_BESIDE_MAX - 1, LFB_SCHEDULE_DEPTH_MAX);
}

static bool read_number(const char **text, u64 *number)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*number = strtoull(*text, &end, 10);
	*text = end;
	return !errno;
}

/* "12x0": as often. */
static bool read_item(const char **text, u64 *times, u64 *choice)
{
	*times = 1;
	if (!read_number(text, choice))
		return false;
	if (**text == 'x') {
		*times = *choice;
		++*text;
		if (!read_number(text, choice))
			return false;
	}
	return *times && *times <= LFB_SCHEDULE_LIST_MAX && *choice < LFB_BESIDE_MAX;
}

static int read_list(struct lfb_machine *machine, const char *text, struct lfb_schedule *schedule)
{
	size_t capacity = 0;
	u64 times, choice;

	for (const char *at = text;; at++) {
		unsigned int *list;

		if (!read_item(&at, &times, &choice) ||
		    schedule->count + times > LFB_SCHEDULE_LIST_MAX)
			return refuse(machine, text);
		list = lfb__room(schedule->list, schedule->count, times, &capacity, sizeof(*list));
		if (!list)
			return lfb__error(machine, -ENOMEM, "no memory for a schedule");
		schedule->list = list;
		while (times--)
			list[schedule->count++] = (unsigned int)choice;
		if (!*at)
			return 0;
		if (*at != ',')
			return refuse(machine, text);
	}
}

/* A higher priority goes first; each change makes the one that would go on the lowest of all. */
static void draw_priorities(struct lfb_schedule *schedule)
{
	for (unsigned int i = 0; i < LFB_BESIDE_MAX; i++) {
		const unsigned int other = lfb__choices_choose(&schedule->random, i + 1);

		schedule->priority[i] = schedule->priority[other];
		schedule->priority[other] = (int)i + LFB_SCHEDULE_DEPTH_MAX;
	}
	for (unsigned int i = 0; i + 1 < schedule->depth; i++)
		schedule->change[i] = lfb__choices_choose(&schedule->random, PCT_STEPS);
}

int lfb__schedule_read(struct lfb_machine *machine, const char *text, struct lfb_schedule *schedule)
{
	const char *at = text;
	u64 seed = 0, depth = 1;
	bool good;

	if (!text || !strcmp(text, "in-order"))
		return 0;
	if (strncmp(text, "random:", 7) && strncmp(text, "pct:", 4))
		return read_list(machine, text, schedule);
	schedule->kind = *text == 'r' ? LFB_SCHEDULE_RANDOM : LFB_SCHEDULE_PCT;
	at = strchr(text, ':') + 1;
	good = true;
	if (schedule->kind == LFB_SCHEDULE_PCT)
		good = read_number(&at, &depth) && *at++ == ':' && depth &&
		       depth <= LFB_SCHEDULE_DEPTH_MAX;
	if (!good || !read_number(&at, &seed) || *at)
		return refuse(machine, text);
	schedule->depth = (unsigned int)depth;
	lfb__choices_seed(&schedule->random, seed);
	if (schedule->kind == LFB_SCHEDULE_PCT)
		draw_priorities(schedule);
	return 0;
}

void lfb__schedule_free(struct lfb_schedule *schedule)
{
	free(schedule->list);
	lfb__choices_destroy(&schedule->random);
}

static unsigned int highest(const struct lfb_schedule *schedule, const unsigned int *ready,
			    unsigned int nr)
{
	unsigned int found = 0;

	for (unsigned int i = 1; i < nr; i++) {
		if (schedule->priority[ready[i]] > schedule->priority[ready[found]])
			found = i;
	}
	return found;
}

static unsigned int pick_by_priority(struct lfb_schedule *schedule, const unsigned int *ready,
				     unsigned int nr)
{
	for (unsigned int i = 0; i + 1 < schedule->depth; i++) {
		if (schedule->change[i] == schedule->next)
			schedule->priority[ready[highest(schedule, ready, nr)]] = (int)i;
	}
	return highest(schedule, ready, nr);
}

unsigned int lfb__schedule_pick(struct lfb_schedule *schedule, const unsigned int *ready,
				unsigned int nr)
{
	unsigned int choice = 0;

	switch (schedule->kind) {
	case LFB_SCHEDULE_LIST:
		choice = schedule->next < schedule->count ? schedule->list[schedule->next] % nr : 0;
		break;
	case LFB_SCHEDULE_RANDOM:
		choice = lfb__choices_choose(&schedule->random, nr);
		break;
	case LFB_SCHEDULE_PCT:
		choice = pick_by_priority(schedule, ready, nr);
		break;
	}
	schedule->next++;
	return choice;
}

char *lfb__schedule_text(const unsigned int *choices, size_t count)
{
	char *text, *to;

	while (count && !choices[count - 1])
		count--;
	text = malloc(sizeof("in-order") + count * 4);
	if (!text)
		return NULL;
	to = text + sprintf(text, "%s", count ? "" : "in-order");
	for (size_t at = 0, end; at < count; at = end) {
		for (end = at + 1; end < count && choices[end] == choices[at];)
			end++;
		to += sprintf(to, at ? "," : "");
		if (end - at > 1)
			to += sprintf(to, "%zux", end - at);
		to += sprintf(to, "%u", choices[at]);
	}
	return text;
}
