// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb shrink: the shortest scenario that still fails as the given one does, or raises a finding.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "cli.h"

const char cli_shrink_help[] =
	"usage: lfb shrink [OPTION]... SCENARIO\n"
	"\n"
	"Prints the shortest part of a scenario (- for standard input) whose run still fails in\n"
	"the same way: with the same error and the same message, numbers in it aside. What\n"
	"can be left out is left out, numbers are as small as they can be; leaving out any\n"
	"one line more, it would not fail, or fail otherwise.\n"
	"\n"
	"  --finds ID          the shortest part that still raises this finding, and no other\n"
	"                      than the whole, however the run ends\n"
	CLI_MACHINE_HELP;

struct shrink {
	const struct cli_command *command;
	struct cli_machine machine;
	struct cli_findings finds;	/* none: its failure */
	struct lfb_run_failure failure;
};

enum { FINDS = 256 };

static const struct option options[] = {
	CLI_MACHINE_OPTIONS,
	{ "finds", required_argument, NULL, FINDS },
	{ 0 },
};

static bool fails_the_same(void *context, const struct lfb_scenario *candidate)
{
	struct shrink *shrink = context;
	struct lfb_run_failure failure;

	return !lfb_scenario_failure(candidate, &shrink->machine.options, &failure) &&
	       failure.result == shrink->failure.result &&
	       !strcmp(failure.why, shrink->failure.why);
}

static int shrink_failure(struct shrink *shrink, const struct lfb_scenario *scenario)
{
	struct lfb_scenario *shortest;
	int err = lfb_scenario_failure(scenario, &shrink->machine.options, &shrink->failure);

	if (err == -EINVAL)
		return cli_usage(shrink->command, "%s", lfb_error_text(NULL));
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	if (!shrink->failure.result)
		return cli_failed("the scenario does not fail: there is nothing to shrink");
	if (lfb_scenario_shrink(scenario, fails_the_same, shrink, &shortest))
		return cli_failed("%s", lfb_error_text(NULL));
	printf("# fails (%d): %s\n", shrink->failure.result, shrink->failure.why);
	lfb_scenario_write(shortest, true, cli_write, NULL);
	lfb_scenario_free(shortest);
	return CLI_OK;
}

static int shrink_finding(struct shrink *shrink, const struct lfb_scenario *scenario)
{
	enum lfb_finding_id id = shrink->finds.ids[0];
	struct lfb_scenario *shortest;
	struct lfb_machine *machine;
	int err, result = cli_machine_create(&shrink->machine, shrink->command, &machine);

	if (result)
		return result;
	err = lfb_scenario_shrink_finding(scenario, machine, id, false, &shortest);
	lfb_machine_destroy(machine);
	if (err)
		return cli_failed("%s: %s", lfb_finding_name(id), lfb_error_text(NULL));
	printf("# finds: %s\n", lfb_finding_name(id));
	lfb_scenario_write(shortest, true, cli_write, NULL);
	lfb_scenario_free(shortest);
	return CLI_OK;
}

static int shrink_file(struct shrink *shrink, const char *path)
{
	struct lfb_scenario *scenario;
	int result = cli_load_scenario(path, &scenario);

	if (result)
		return result;
	result = shrink->finds.count ? shrink_finding(shrink, scenario) :
				       shrink_failure(shrink, scenario);
	lfb_scenario_free(scenario);
	return result;
}

int cli_shrink(const struct cli_command *command, int argc, char **argv)
{
	struct shrink shrink = { .command = command };
	struct lfb_machine_options *machine = &shrink.machine.options;
	int result = CLI_OK;
	int option;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == '?' || option == ':')
			result = cli_bad_option(command, option, argv);
		else if (option == FINDS)
			result = cli_add_finding(command, optarg, &shrink.finds);
		else
			result = cli_machine_option(&shrink.machine, command, option, optarg);
	}
	machine->sz = sizeof(*machine);
	machine->quirks_on = shrink.machine.quirks_on;
	machine->quirks_off = shrink.machine.quirks_off;
	if (!result && shrink.finds.count > 1)
		result = cli_usage(command, "--finds is about one finding");
	if (!result && argc - optind != 1)
		result = cli_usage(command, "expected one scenario");
	if (!result)
		result = shrink_file(&shrink, argv[optind]);
	cli_machine_end(&shrink.machine);
	return result;
}
