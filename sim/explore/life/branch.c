// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Where lives begin. Those that are tried one after the other have most of their acts in common. So
 * there is a copy of the machine after each of the acts that were done before the last one, and the
 * next life goes on from where it parts with this one.
 */
#include <string.h>

#include <luo/machine_copy.h>

#include "sim/explore/life/life.h"

/* All but so many. */
static void keep_branches(struct lfb_life *life, unsigned int count)
{
	while (life->nr_branches > count) {
		struct lfb_life_branch *branch = &life->branch[--life->nr_branches];

		lfb_machine_copy_free(branch->machine);
		lfb__saved_free(&branch->rest);
		memset(branch, 0, sizeof(*branch));
	}
}

void lfb__life_forget_branches(struct lfb_life *life)
{
	if (!life->nr_branches)
		return;
	keep_branches(life, 0);
	lfb_agent_destroy(life->agent);
	life->agent = NULL;
	lfb_machine_shutdown(life->machine);
}

/* Where there can be no copy, or no more, all lives begin with power on. */
static void branch_here(struct lfb_life *life, const struct lfb_agent_act *act)
{
	struct lfb_life_branch *branch = &life->branch[life->nr_branches];

	if (!life->branches)
		return;
	life->branches = !lfb_machine_copy(life->machine, &branch->machine);
	if (!life->branches) {
		keep_branches(life, 0);
		return;
	}
	life->nr_branches++;
	if (act)
		branch->act = *act;
	lfb__save_members(&branch->rest, life, device, swapped);
	life->branches = !branch->rest.failed;
	if (!life->branches)
		keep_branches(life, 0);
}

/* To the last branch of those that a life has, too; false: there is none. */
static bool go_back(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int count)
{
	unsigned int shared = 0;
	struct lfb_life_branch *last;

	while (shared < life->nr_branches && shared <= count &&
	       (!shared || !memcmp(&life->branch[shared].act, &word[shared - 1], sizeof(*word))))
		shared++;
	if (!shared)
		return false;
	keep_branches(life, shared);
	last = &life->branch[shared - 1];
	life->branches = !lfb_machine_rewind(life->machine, last->machine) &&
			 lfb__saved_prepare(&last->rest);
	if (life->branches)
		lfb__saved_put_back(&last->rest);
	else
		lfb__life_forget_branches(life);
	return life->branches;
}

long lfb__life_go_to(struct lfb_life *life, const struct lfb_agent_act *word, unsigned int count)
{
	unsigned int done = 0;
	long answer = 0;

	if (go_back(life, word, count)) {
		done = life->nr_branches - 1;
	} else {
		answer = lfb__life_begin(life);
		if (!life->agent)
			return answer;
		branch_here(life, NULL);
	}
	for (; done < count && !lfb__life_is_dead(life); done++) {
		answer = lfb__life_act(life, word, done);
		branch_here(life, &word[done]);
	}
	return answer;
}
