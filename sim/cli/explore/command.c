// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb explore: options, and what is said of each failure. */
#include <stdio.h>

#include <luo/progress.h>
#include <luo/scenario.h>

#include "explore.h"

#define BOUND_MAX 1000u

struct explore {
	u64 bound;		/* + 1; 0: none was given */
	u64 limit;
	bool reduce;
	const struct cli_line *line;
	struct lfb_explore_result result;
};

/* One line of it is to be typed. */
static void print_failure(void *context, const struct lfb_schedule_failure *failure)
{
	const struct explore *explore = context;
	const char *given = explore->line->machine.given;

	printf("%s%s%s\n", failure->finding ? failure->finding : "", failure->finding ? ": " : "",
	       failure->text);
	printf("    ");
	if (!explore->reduce)
		printf("%llu schedule%s, ", failure->times, cli_plural(failure->times));
	printf("the first with %u preemption%s:\n", failure->preemptions,
	       cli_plural(failure->preemptions));
	printf("    lfb run%s --schedule %s %s\n", given ? given : "", failure->schedule,
	       explore->line->argv[0]);
}

/* How many are left of reduced ones depends on what a compiler leaves on stacks. */
static void print_result(const struct explore *explore, unsigned int bound)
{
	const struct lfb_explore_result *result = &explore->result;

	if (explore->reduce)
		printf("%s schedules of at most %u preemption%s, reduced",
		       result->whole ? "all" : "some", bound, cli_plural(bound));
	else
		printf("%llu schedule%s of at most %u preemption%s%s, %llu choices",
		       result->schedules, cli_plural(result->schedules), bound, cli_plural(bound),
		       result->whole ? ", which is all" : ", of more", result->choices);
	printf(": %llu failure%s\n", result->failures, cli_plural(result->failures));
}

static bool progress(void *context, const struct lfb_progress *how_far)
{
	(void)context;
	return cli_progress(NULL, how_far);
}

static int explore(struct cli_line *line, struct lfb_machine *machine,
		   const struct lfb_scenario *scenario)
{
	struct explore *explore = line->state;
	struct lfb_explore_result *result = &explore->result;
	const struct lfb_explore_options options = {
		.sz = sizeof(options),
		.bound = (unsigned int)(explore->bound ? explore->bound - 1 :
							 LFB_EXPLORE_BOUND),
		.limit = explore->limit,
		.reduce = explore->reduce,
		.failed = print_failure,
		.progress = progress,
		.context = explore,
	};
	int err;

	explore->line = line;
	result->sz = sizeof(*result);
	cli_long_begin();
	cli_part("%s", line->argv[0]);
	err = lfb_scenario_explore(scenario, machine, &options, result);
	cli_progress_clear();
	if (err && err != -EINTR)
		return cli_failed("%s", lfb_error_text(machine));
	print_result(explore, options.bound);
	if (err)
		return cli_stop("%llu schedules tried", result->schedules);
	return result->failures ? CLI_FAILED : CLI_OK;
}

static int run(struct cli_line *line)
{
	return cli_with_scenario(line, line->argv[0], explore);
}

int cli_set_bound(const struct cli_given *given)
{
	u64 *bound = given->into;

	if (!cli_number(given->value, bound) || *bound > BOUND_MAX)
		return cli_expected(given);
	++*bound;
	return CLI_OK;
}

static int set_limit(const struct cli_given *given)
{
	u64 *limit = given->into;

	return cli_number(given->value, limit) && *limit ? CLI_OK : cli_expected(given);
}

static const struct cli_option options[] = {
	{ "bound", "N", "how often a task may stand that could go on (default 2)",
	  .at = offsetof(struct explore, bound), .wanted = CLI_BOUND_WANTED,
	  .set = cli_set_bound },
	{ "limit", "N", "end after so many schedules", .at = offsetof(struct explore, limit),
	  .wanted = "a number from 1", .set = set_limit },
	{ "reduce", NULL, "end a run where it comes to a state that was seen: the same failures",
	  .at = offsetof(struct explore, reduce) },
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ 0 },
};

const struct cli_command cli_explore = {
	"explore", "run a scenario in every schedule of its parallel blocks",
	"usage: lfb explore [OPTION]... SCENARIO\n"
	"\n"
	"Runs a scenario (- for standard input) with \"parallel\" blocks once for each order in\n"
	"which their tasks can go on, and prints what goes wrong in any of them, each with the\n"
	"line that does it again. Status 1 if anything does. docs/schedules.md says more.\n",
	options, sizeof(struct explore), run,
	.min = 1, .max = 1, .expected = "expected one scenario",
};
