// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Where runs begin. What is in front of blocks is the same for all schedules of them: it is done
 * once, and each begins in a copy of everything there was then. In front of later blocks are the
 * choices of earlier ones; a place there is good until one of these is another.
 */
#include "sim/explore/schedule/schedule.h"

struct place {
	struct lfb_machine_copy *machine;
	struct lfb_saved rest;		/* of the run */
	size_t line;
	size_t choices;			/* that had been made */
};

static struct place *last_place(const struct lfb_branch *branch)
{
	const size_t count = branch->places.count;

	return count ? (struct place *)branch->places.items + count - 1 : NULL;
}

static void forget_last(struct lfb_branch *branch)
{
	struct place *place = last_place(branch);

	lfb_machine_copy_free(place->machine);
	lfb__saved_free(&place->rest);
	branch->places.count--;
}

void lfb__branch_free(struct lfb_branch *branch)
{
	while (branch->places.count)
		forget_last(branch);
	lfb__list_free(&branch->places);
}

static void give_up(struct lfb_branch *branch)
{
	lfb__branch_free(branch);
	branch->off = true;
}

void lfb__branch_keep(struct lfb_branch *branch, struct lfb_run *run, size_t choices)
{
	struct place *place = last_place(branch);

	/* It was put back there. */
	if (branch->off || (place && place->line == run->next))
		return;
	place = lfb__list_add(&branch->places, sizeof(*place));
	if (!place) {
		give_up(branch);
		return;
	}
	*place = (struct place){ .line = run->next, .choices = choices };
	if (!lfb_machine_copy(run->machine, &place->machine))
		lfb__run_save(run, &place->rest);
	if (!place->machine || place->rest.failed)
		give_up(branch);
}

bool lfb__branch_go_back(struct lfb_branch *branch, struct lfb_run *run, size_t *choices)
{
	struct place *place;

	while ((place = last_place(branch)) != NULL && place->choices > *choices)
		forget_last(branch);
	if (!place)
		return false;
	*choices = place->choices;
	if (lfb_machine_rewind(run->machine, place->machine) || !lfb__saved_prepare(&place->rest)) {
		give_up(branch);
		return false;
	}
	lfb__saved_put_back(&place->rest);
	return true;
}
