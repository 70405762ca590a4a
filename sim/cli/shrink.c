/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb shrink: the shortest scenario that still fails as the given one does.
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
	"  --profile P         the kernel that boots: lfb profiles lists them (default\n"
	"                      " LFB_PROFILE_DEFAULT ")\n"
	"  --quirk +NAME       give the kernel a known defect; -NAME takes it away; may be\n"
	"                      repeated\n";

struct shrink {
	struct lfb_machine_options machine;
	struct lfb_run_failure failure;
};

enum { PROFILE = 256, QUIRK };

static const struct option options[] = {
	{ "profile", required_argument, NULL, PROFILE },
	{ "quirk", required_argument, NULL, QUIRK },
	{ 0 },
};

static bool fails_the_same(void *context, const struct lfb_scenario *candidate)
{
	struct shrink *shrink = context;
	struct lfb_run_failure failure;

	return !lfb_scenario_failure(candidate, &shrink->machine, &failure) &&
	       failure.result == shrink->failure.result &&
	       !strcmp(failure.why, shrink->failure.why);
}

static int shrink_scenario(const struct cli_command *command, struct shrink *shrink,
			   const struct lfb_scenario *scenario)
{
	struct lfb_scenario *shortest;
	int err = lfb_scenario_failure(scenario, &shrink->machine, &shrink->failure);

	if (err == -EINVAL)
		return cli_usage(command, "%s", lfb_error_text(NULL));
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

static int shrink_file(const struct cli_command *command, struct shrink *shrink, const char *path)
{
	struct lfb_scenario *scenario;
	int result;

	result = cli_load_scenario(path, &scenario);
	if (!result)
		result = shrink_scenario(command, shrink, scenario);
	lfb_scenario_free(scenario);
	return result;
}

int cli_shrink(const struct cli_command *command, int argc, char **argv)
{
	struct shrink shrink = { .machine = { .sz = sizeof(shrink.machine) } };
	char *quirks_on = NULL, *quirks_off = NULL;
	int result = CLI_OK;
	int option;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == PROFILE)
			shrink.machine.profile = optarg;
		else if (option == QUIRK)
			result = cli_add_quirk(command, optarg, &quirks_on, &quirks_off);
		else
			result = cli_bad_option(command, option, argv);
	}
	shrink.machine.quirks_on = quirks_on;
	shrink.machine.quirks_off = quirks_off;
	if (!result && argc - optind != 1)
		result = cli_usage(command, "expected one scenario");
	if (!result)
		result = shrink_file(command, &shrink, argv[optind]);
	free(quirks_on);
	free(quirks_off);
	return result;
}
