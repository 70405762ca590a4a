// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Runs mistakes and their twins.
 */
#include "tests/support/mistake.h"

bool mistaken;

void mistake_check(struct world *world, const struct mistake *mistake, bool mistakenly)
{
	mistaken = mistakenly;
	world->meddle = mistake->meddle;
	mistake->act(world);
	if (mistakenly)
		lfb_assert_findings(world->machine, mistake->id,
				    mistake->also ? mistake->also : mistake->id);
	else
		lfb_assert_no_findings(world->machine);
}

static void run(const struct mistake *mistake, bool mistakenly)
{
	for (; mistake->act; mistake++) {
		const char *profile = mistake->profile ? mistake->profile : "reference";
		struct world *world = world_create(profile, NULL, NULL);

		mistake_check(world, mistake, mistakenly);
		world_destroy(world);
	}
}

void mistakes_run(void **state)
{
	run(*state, true);
}

void mistakes_run_twins(void **state)
{
	run(*state, false);
}
