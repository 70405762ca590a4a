// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb exhaust: all sequences of operations, compared with the model, or done with a module.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/exhaust.h>
#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "cli.h"

const char cli_exhaust_help[] =
	"usage: lfb exhaust [OPTION]...\n"
	"       lfb exhaust [OPTION]... --case SCENARIO\n"
	"       lfb exhaust [--length N] [--jobs N] --defects\n"
	"       lfb exhaust [OPTION]... --module SCENARIO [--finds ID]...\n"
	"\n"
	"Does every sequence of operations up to a length, in a small world, and compares each\n"
	"step with a model of the rules: results, callbacks and what can be counted. A difference\n"
	"is shrunk and printed as a scenario; then the exit status is 1. docs/exhaust.md is about\n"
	"the world, the operations and the model.\n"
	"\n"
	"  --length N          operations in a sequence (default 5)\n"
	"  --with GROUP        more operations: locked, unregistered, names, many, missing,\n"
	"                      faults, halves, damage, races, modules, no-file; or all, which is\n"
	"                      all but locked; may be repeated. A quirk brings what it needs\n"
	"  --jobs N            threads (default: as many as there are processors)\n"
	"  --all               go on from equal states every time, not once\n"
	"  --time              say on standard error how long it took\n"
	"  --case SCENARIO     compare one scenario (- for standard input) with the model\n"
	"  --defects           search with each known defect by itself (default length 7), and\n"
	"                      print what was found as a table\n"
	"  --module SCENARIO   no model: do the sequences with the module that the scenario's\n"
	"                      when, forget, compatible and module lines make, and look for\n"
	"                      findings.\n"
	"                      Prints the shortest sequence for each of severity error and fatal\n"
	"  --finds ID          look for this finding, of any severity, and no longer than until\n"
	"                      it is found; may be repeated\n"
	"\n"
	"Machines (from --memory on, with --module only):\n"
	CLI_MACHINE_HELP;

enum { LENGTH = 256, WITH, JOBS, ALL, TIME, CASE, DEFECTS, MODULE, FINDS };

static const struct option options[] = {
	{ "length", required_argument, NULL, LENGTH },
	CLI_MACHINE_OPTIONS,
	{ "with", required_argument, NULL, WITH },
	{ "jobs", required_argument, NULL, JOBS },
	{ "all", no_argument, NULL, ALL },
	{ "time", no_argument, NULL, TIME },
	{ "case", required_argument, NULL, CASE },
	{ "defects", no_argument, NULL, DEFECTS },
	{ "module", required_argument, NULL, MODULE },
	{ "finds", required_argument, NULL, FINDS },
	{ 0 },
};

struct exhaust {
	const struct cli_command *command;
	struct lfb_exhaust_options search;
	struct cli_machine machine;
	struct cli_module_search module;
	const char *path;	/* --case */
	const char *model_only;	/* an option that was given … */
	const char *module_only;
	bool time;
	bool defects;
};

static int set_number(struct exhaust *exhaust, const char *option, const char *value, u64 max,
		      unsigned int *number)
{
	u64 given;

	if (!cli_number(value, &given) || !given || given > max)
		return cli_usage(exhaust->command, "--%s %s: expected a number from 1 to %llu",
				 option, value, max);
	*number = (unsigned int)given;
	return CLI_OK;
}

static int add_group(struct exhaust *exhaust, const char *value)
{
	const char *name;
	unsigned int bit;

	for (bit = 0; (name = lfb_exhaust_group_name(bit)); bit++) {
		if (!strcmp(value, name)) {
			exhaust->search.groups |= 1u << bit;
			return CLI_OK;
		}
	}
	if (strcmp(value, "all"))
		return cli_usage(exhaust->command, "--with %s: there is no such group", value);
	exhaust->search.groups |= LFB_EXHAUST_ALL_GROUPS;
	return CLI_OK;
}

static int set_option(struct exhaust *exhaust, int option, const char *value)
{
	switch (option) {
	case LENGTH:
		return set_number(exhaust, "length", value, LFB_EXHAUST_LENGTH_MAX,
				  &exhaust->search.length);
	case WITH:
		return add_group(exhaust, value);
	case JOBS:
		return set_number(exhaust, "jobs", value, 64, &exhaust->search.jobs);
	case ALL:
		exhaust->search.all = true;
		return CLI_OK;
	case DEFECTS:
		exhaust->defects = true;
		return CLI_OK;
	case TIME:
		exhaust->time = true;
		return CLI_OK;
	case CASE:
		exhaust->path = value;
		return CLI_OK;
	case MODULE:
		exhaust->module.path = value;
		return CLI_OK;
	case FINDS:
		return cli_add_finding(exhaust->command, value, &exhaust->module.finds);
	default:
		return cli_machine_option(&exhaust->machine, exhaust->command, option, value);
	}
}

/* Which of the two searches is an option about? */
static void remember(struct exhaust *exhaust, int option, int index)
{
	if (option == FINDS || option > CLI_QUIRK)
		exhaust->module_only = options[index].name;
	if (option == WITH || option == JOBS || option == ALL || option == CASE ||
	    option == DEFECTS)
		exhaust->model_only = options[index].name;
}

static int check_options(const struct exhaust *exhaust)
{
	const struct cli_command *command = exhaust->command;

	if (exhaust->module.path && exhaust->model_only)
		return cli_usage(command, "--%s is about the model, --module is not",
				 exhaust->model_only);
	if (!exhaust->module.path && exhaust->module_only)
		return cli_usage(command, "--%s goes with --module", exhaust->module_only);
	if (exhaust->defects && (exhaust->path || exhaust->search.quirks_on ||
				 exhaust->search.quirks_off || exhaust->search.profile))
		return cli_usage(command, "--defects chooses the kernels by itself");
	return CLI_OK;
}

/* What may have lines, each as a comment of its own. */
static void print_comment(const char *what, const char *text)
{
	size_t length;

	if (!*text)
		printf("# %s: nothing\n", what);
	for (; *text; text += length + (text[length] == '\n')) {
		length = strcspn(text, "\n");
		printf("# %s: %.*s\n", what, (int)length, text);
	}
}

static void print_difference(const struct lfb_exhaust_result *result)
{
	printf("# the last operation differs: %s\n", result->what);
	print_comment("expected", result->expected);
	print_comment("got", result->got);
}

static int fail(const struct exhaust *exhaust, int err)
{
	if (err == -EINVAL)
		return cli_usage(exhaust->command, "%s", lfb_error_text(NULL));
	return cli_failed("%s", lfb_error_text(NULL));
}

static int run_search(const struct exhaust *exhaust)
{
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	int err = lfb_exhaust(&exhaust->search, &result);

	if (err)
		return fail(exhaust, err);
	printf("# %u operations to choose from\n", result.letters);
	printf("# all %llu sequences of length %u: %s\n", result.sequences,
	       result.length, result.scenario ? "no difference" : "no difference from the model");
	printf("# %llu states, %llu runs, %llu steps compared\n",
	       result.states, result.runs,
	       result.steps);
	if (!result.scenario)
		return CLI_OK;
	printf("# found after %u operations:\n", result.found_length);
	print_difference(&result);
	printf("# replay: lfb exhaust%s --case THIS, lfb run --golden%s THIS\n", result.kernel,
	       result.kernel);
	lfb_scenario_write(result.scenario, true, cli_write, NULL);
	lfb_scenario_free(result.scenario);
	return CLI_FAILED;
}

static int run_case(const struct exhaust *exhaust)
{
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario;
	int err;

	if (cli_load_scenario(exhaust->path, &scenario))
		return CLI_FAILED;
	err = lfb_exhaust_case(&exhaust->search, scenario, &result);
	lfb_scenario_free(scenario);
	if (err)
		return fail(exhaust, err);
	printf("# %llu steps compared\n", result.steps);
	if (*result.what)
		print_difference(&result);
	return *result.what ? CLI_FAILED : CLI_OK;
}

/*
 * A search for each defect
 */

#define DEFECTS_LENGTH 7u
#define LINES_SHOWN 14u		/* of a scenario, before it is cut in the middle */

struct joined {
	unsigned int lines, line;
};

static int count_line(void *context, const char *bytes, size_t size)
{
	struct joined *joined = context;

	(void)bytes, (void)size;
	joined->lines++;
	return 0;
}

/* A scenario's lines in one, for a table. */
static int join_line(void *context, const char *bytes, size_t size)
{
	struct joined *joined = context;
	unsigned int line = joined->line++;

	if (joined->lines > LINES_SHOWN && line >= 3 && line + 2 < joined->lines) {
		if (line == 3)
			fputs(" …", stdout);
		return 0;
	}
	printf("%s`%.*s`", line ? " " : "", (int)size - 1, bytes);
	return 0;
}

static void print_row(const char *quirk, const struct lfb_exhaust_result *result)
{
	struct joined joined = { 0 };

	if (!result->scenario) {
		printf("| `%s` | not found | | | %llu | |\n", quirk,
		       result->sequences);
		return;
	}
	lfb_scenario_write(result->scenario, true, count_line, &joined);
	printf("| `%s` | %u | %s | %u | %llu | ", quirk, result->found_length, result->what,
	       joined.lines, result->sequences);
	lfb_scenario_write(result->scenario, true, join_line, &joined);
	printf(" |\n");
}

static int run_defects(const struct exhaust *exhaust)
{
	struct lfb_exhaust_options search = exhaust->search;
	unsigned int i, found = 0;
	const char *quirk;

	if (!search.length)
		search.length = DEFECTS_LENGTH;
	printf("| defect | found after | what differs | lines | sequences before | shrunk to |\n"
	       "|---|---|---|---|---|---|\n");
	for (i = 0; (quirk = lfb_quirk_name(i)); i++) {
		struct lfb_exhaust_result result = { .sz = sizeof(result) };

		search.quirks_on = quirk;
		if (lfb_exhaust(&search, &result))
			return cli_failed("%s: %s", quirk, lfb_error_text(NULL));
		print_row(quirk, &result);
		found += result.scenario != NULL;
		lfb_scenario_free(result.scenario);
	}
	printf("\n%u of %u found.\n", found, i);
	return found == i ? CLI_OK : CLI_FAILED;
}

static int run(struct exhaust *exhaust)
{
	if (exhaust->module.path) {
		exhaust->module.length = exhaust->search.length;
		return cli_search_module(exhaust->command, &exhaust->machine, &exhaust->module);
	}
	if (exhaust->defects)
		return run_defects(exhaust);
	return exhaust->path ? run_case(exhaust) : run_search(exhaust);
}

static int read_options(struct exhaust *exhaust, int argc, char **argv)
{
	int option, index = 0, result = CLI_OK;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, &index)) != -1) {
		if (option == '?' || option == ':')
			return cli_bad_option(exhaust->command, option, argv);
		remember(exhaust, option, index);
		result = set_option(exhaust, option, optarg);
	}
	if (!result && argc != optind)
		result = cli_usage(exhaust->command, "exhaust takes no arguments");
	exhaust->search.profile = exhaust->machine.options.profile;
	exhaust->search.quirks_on = exhaust->machine.quirks_on;
	exhaust->search.quirks_off = exhaust->machine.quirks_off;
	return result ? result : check_options(exhaust);
}

int cli_exhaust(const struct cli_command *command, int argc, char **argv)
{
	struct exhaust exhaust = { .command = command, .search = { .sz = sizeof(exhaust.search) } };
	struct timespec begin, end;
	int result = read_options(&exhaust, argc, argv);

	clock_gettime(CLOCK_MONOTONIC, &begin);
	if (!result)
		result = run(&exhaust);
	clock_gettime(CLOCK_MONOTONIC, &end);
	if (exhaust.time)
		fprintf(stderr, "lfb: %.1f s\n", (double)(end.tv_sec - begin.tv_sec) +
						 (double)(end.tv_nsec - begin.tv_nsec) / 1e9);
	cli_machine_end(&exhaust.machine);
	return result;
}
