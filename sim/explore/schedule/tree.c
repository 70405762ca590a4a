// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The tree of schedules, left to right. Nothing of it is kept but the way to the run that is under
 * way: what could have been chosen there, and what was.
 */
#include <stdlib.h>

#include "sim/explore/schedule/schedule.h"

static struct lfb_choice *choice_at(const struct lfb_schedules *schedules, size_t at)
{
	return (struct lfb_choice *)schedules->choices.items + at;
}

void lfb__schedules_begin(struct lfb_schedules *schedules, size_t choices)
{
	LFB_ASSERT(choices <= schedules->choices.count);
	schedules->at = choices;
}

bool lfb__schedules_are_new(const struct lfb_schedules *schedules)
{
	return schedules->at == schedules->choices.count;
}

/* Behind what is given, who runs goes on. */
unsigned int lfb__schedules_pick(void *context, unsigned int nr, bool stays)
{
	struct lfb_schedules *schedules = context;
	struct lfb_choice *choice;

	if (schedules->failed || schedules->diverged)
		return 0;
	if (schedules->at < schedules->choices.count) {
		choice = choice_at(schedules, schedules->at++);
		schedules->diverged = choice->nr != nr || choice->stays != stays;
		return schedules->diverged ? 0 : choice->chosen;
	}
	choice = lfb__list_add(&schedules->choices, sizeof(*choice));
	if (choice)
		*choice = (struct lfb_choice){ .nr = nr, .stays = stays };
	else
		schedules->failed = true;
	schedules->at++;
	return 0;
}

static bool is_preemption(const struct lfb_choice *choice)
{
	return choice->stays && choice->chosen;
}

unsigned int lfb__schedules_preemptions(const struct lfb_schedules *schedules)
{
	unsigned int count = 0;

	for (size_t i = 0; i < schedules->choices.count; i++)
		count += is_preemption(choice_at(schedules, i));
	return count;
}

bool lfb__schedules_next(struct lfb_schedules *schedules, unsigned int bound)
{
	unsigned int preemptions = lfb__schedules_preemptions(schedules);

	/* Where a run made fewer choices than are given for it, the rest was never there. */
	schedules->diverged |= schedules->at < schedules->choices.count;
	if (schedules->diverged || schedules->failed)
		return false;
	while (schedules->choices.count) {
		struct lfb_choice *last = choice_at(schedules, schedules->choices.count - 1);

		preemptions -= is_preemption(last);
		if (last->chosen + 1 < last->nr && preemptions + last->stays <= bound) {
			last->chosen++;
			return true;
		}
		schedules->choices.count--;
	}
	return false;
}

char *lfb__schedules_text(const struct lfb_schedules *schedules)
{
	const size_t count = schedules->choices.count;
	unsigned int *list = calloc(count + 1, sizeof(*list));
	char *text = NULL;

	for (size_t i = 0; list && i < count; i++)
		list[i] = choice_at(schedules, i)->chosen;
	if (list)
		text = lfb__schedule_text(list, count);
	free(list);
	return text;
}
