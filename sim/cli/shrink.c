// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb shrink: the shortest scenario that still fails as the given one does, or raises a finding.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "cli.h"

struct shrink {
	const struct lfb_machine_options *machine;
	struct cli_findings finds;	/* none: its failure */
	const char *schedule;		/* NULL: what the scenario says */
	struct lfb_run_failure failure;
};

static bool fails_the_same(void *context, const struct lfb_scenario *candidate)
{
	struct shrink *shrink = context;
	struct lfb_run_failure failure;

	return !lfb_scenario_failure(candidate, shrink->machine, &failure) &&
	       failure.result == shrink->failure.result &&
	       !strcmp(failure.why, shrink->failure.why);
}

/* The result, or what it was when it was stopped. */
static int give(struct lfb_scenario *shortest)
{
	const struct lfb_progress *last = cli_progress_last();

	cli_give_scenario(shortest, true);
	if (!cli_stopped())
		return CLI_OK;
	return cli_stop("%llu candidates looked at, %u of %u lines are left, of which more might "
			"be left out", last->done, last->length, last->longest);
}

static const struct lfb_shrink_options told = {
	.sz = sizeof(told), .progress = cli_shrinking,
};

static int shrink_failure(struct cli_line *line, const struct lfb_scenario *scenario)
{
	struct shrink *shrink = line->state;
	struct lfb_scenario *shortest;
	int err = lfb_scenario_failure(scenario, &line->machine.options, &shrink->failure);

	if (err)
		return cli_error(line, err);
	if (!shrink->failure.result)
		return cli_failed("the scenario does not fail: there is nothing to shrink");
	shrink->machine = &line->machine.options;
	err = lfb_scenario_shrink(scenario, fails_the_same, shrink, &told, &shortest);
	cli_progress_clear();
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	printf("# fails (%d): %s\n", shrink->failure.result, shrink->failure.why);
	return give(shortest);
}

static int shrink_scheduled(struct cli_line *line, struct lfb_machine *machine,
			    const struct lfb_scenario *scenario)
{
	const struct shrink *given = line->state;
	enum lfb_finding_id id = given->finds.ids[0];
	struct lfb_scenario *shortest;
	int err;

	if (!given->finds.count)
		return shrink_failure(line, scenario);
	err = lfb_scenario_shrink_finding(scenario, machine, id, false, &told, &shortest);
	cli_progress_clear();
	if (err)
		return cli_failed("%s: %s", lfb_finding_name(id), lfb_error_text(NULL));
	printf("# finds: %s\n", lfb_finding_name(id));
	return give(shortest);
}

static int shrink(struct cli_line *line, struct lfb_machine *machine,
		  const struct lfb_scenario *scenario)
{
	const struct shrink *given = line->state;
	struct lfb_scenario *scheduled;
	int err;

	cli_long_begin();
	cli_part("%s", line->argv[0]);
	if (lfb_scenario_scheduled(scenario, machine, given->schedule, &scheduled))
		return cli_failed("%s", lfb_error_text(machine));
	err = shrink_scheduled(line, machine, scheduled);
	lfb_scenario_free(scheduled);
	return err;
}

static int check(const struct cli_line *line)
{
	const struct shrink *given = line->state;

	return given->finds.count > 1 ?
		       cli_usage(line->command, "--finds is about one finding") : CLI_OK;
}

static int run(struct cli_line *line)
{
	return cli_with_scenario(line, line->argv[0], shrink);
}

static const struct cli_option options[] = {
	{ "finds", "ID", "the shortest part that still raises this finding, and no other\n"
	  "than the whole, however the run ends", .at = offsetof(struct shrink, finds),
	  .set = cli_add_finding },
	{ "schedule", "HOW", "who goes on where tasks run beside each other, as in lfb run",
	  .at = offsetof(struct shrink, schedule) },
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ 0 },
};

const struct cli_command cli_shrink = {
	"shrink", "shorten a scenario that fails",
	"usage: lfb shrink [OPTION]... SCENARIO\n"
	"\n"
	"Prints the shortest part of a scenario (- for standard input) whose run still fails in\n"
	"the same way: with the same error and the same message, numbers in it aside. What\n"
	"can be left out is left out, numbers are as small as they can be; leaving out any\n"
	"one line more, it would not fail, or fail otherwise. So are the schedules of parallel\n"
	"blocks: tasks stand as seldom as can be.\n",
	options, sizeof(struct shrink), run,
	.min = 1, .max = 1, .expected = "expected one scenario", .check = check,
};
