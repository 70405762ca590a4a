// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Schedules: who goes on where more than one task can, and what was chosen. */
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

/* Priorities of PCT change at so many of the first choices: more are seldom made. */
#define PCT_STEPS 100

static int refuse(struct lfb_machine *machine, const char *text)
{
	return lfb__error(machine, -EINVAL, "no schedule: \"%.80s\"; expected order, 0,1,0…, "
			  "random:SEED or pct:DEPTH:SEED (DEPTH 1 to %u)", text,
			  LFB_SCHEDULE_DEPTH_MAX);
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

static int read_list(struct lfb_machine *machine, const char *text, struct lfb_schedule *schedule)
{
	const char *at = text;
	u64 number;

	schedule->list = calloc(strlen(text) / 2 + 1, sizeof(*schedule->list));
	if (!schedule->list)
		return lfb__error(machine, -ENOMEM, "no memory for a schedule");
	for (;; at++) {
		if (!read_number(&at, &number) || number >= LFB_BESIDE_MAX)
			return refuse(machine, text);
		schedule->list[schedule->count++] = (unsigned int)number;
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

	if (!text || !strcmp(text, "order"))
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
	lfb__list_free(&schedule->made);
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
	unsigned int choice = 0, *made;

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
	made = lfb__list_add(&schedule->made, sizeof(*made));
	if (made)
		*made = choice;
	return choice;
}
