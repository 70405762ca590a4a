// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb sweep: every step that can fail does fail.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/scenario.h>
#include <luo/sweep.h>

#include "cli.h"

const char cli_sweep_help[] =
	"usage: lfb sweep [OPTION]... SCENARIO...\n"
	"\n"
	"Runs each scenario (- for standard input) once for every step in it that can fail, with\n"
	"that step failing: once, and from there on for good; by kind and all kinds together.\n"
	"Each failure must be reported, leave nothing behind, and do no harm once it is over. A\n"
	"line behind each violation is the command that shows that case again. docs/sweep.md\n"
	"says what is checked and what is excused.\n"
	"\n"
	"  --case CASE         only this case, with all that happens in it: KIND:K fails the K-th\n"
	"                      point of a kind, KIND:K:forever all from there on, KIND:K:K2 two\n"
	"                      of them; none is the run without faults\n"
	"  --kinds KIND,...    only these: alloc, kho, fdt, module, flb-preserve, flb-retrieve,\n"
	"                      file-preserve, file-freeze, file-retrieve, file-can-finish\n"
	"  --once, --forever   only one of the two\n"
	"  --pairs             also two failures in one run, where a scenario has few points\n"
	"  --pairs-max N       how many are few (default 64)\n"
	"  --max N             end a scenario after N violations (default 10)\n"
	"  --shrink            then shrink the scenario, as far as the first violation stays: by\n"
	"                      a fault of the same kind, with the same finding or message\n"
	"  --quiet             print violations only\n"
	"  --verbose           print fault points by kind\n"
	CLI_MACHINE_HELP;

enum { CASE = 256, KINDS, ONCE, FOREVER, PAIRS, PAIRS_MAX, MAX, SHRINK, QUIET, VERBOSE };

static const struct option options[] = {
	CLI_MACHINE_OPTIONS,
	{ "case", required_argument, NULL, CASE },
	{ "kinds", required_argument, NULL, KINDS },
	{ "once", no_argument, NULL, ONCE },
	{ "forever", no_argument, NULL, FOREVER },
	{ "pairs", no_argument, NULL, PAIRS },
	{ "pairs-max", required_argument, NULL, PAIRS_MAX },
	{ "max", required_argument, NULL, MAX },
	{ "shrink", no_argument, NULL, SHRINK },
	{ "quiet", no_argument, NULL, QUIET },
	{ "verbose", no_argument, NULL, VERBOSE },
	{ 0 },
};

struct sweep {
	const struct cli_command *command;
	struct cli_machine machine;
	struct lfb_machine *made;
	struct lfb_sweep_options options;
	struct lfb_sweep_result total;
	unsigned long files;
	char replay[1024];
	bool shrink;
	bool quiet;
	bool verbose;
};

static int set_kinds(struct sweep *sweep, const char *value)
{
	const char *word = value;

	while (*word) {
		size_t length = strcspn(word, ",");
		int kind = 0;

		while (kind < LFB_FAULT_KINDS &&
		       (strlen(lfb_fault_kind_name(kind)) != length ||
			strncmp(lfb_fault_kind_name(kind), word, length)))
			kind++;
		if (kind == LFB_FAULT_KINDS)
			return cli_usage(sweep->command, "--kinds %s: there is no kind %.*s", value,
					 (int)length, word);
		sweep->options.kinds |= 1u << kind;
		word += length + (word[length] == ',');
	}
	return sweep->options.kinds ? CLI_OK :
				      cli_usage(sweep->command, "--kinds: expected a kind");
}

static int set_count(struct sweep *sweep, const char *option, const char *value,
		     unsigned int *count)
{
	u64 number;

	if (!cli_number(value, &number) || !number || number > 1000000)
		return cli_usage(sweep->command, "--%s %s: expected 1 to 1000000", option, value);
	*count = (unsigned int)number;
	return CLI_OK;
}

/* What the replay line must say again. */
static int remember(struct sweep *sweep, const char *option, const char *value)
{
	size_t used = strlen(sweep->replay);

	if ((size_t)snprintf(sweep->replay + used, sizeof(sweep->replay) - used, " --%s %s", option,
			     value) >= sizeof(sweep->replay) - used)
		return cli_usage(sweep->command, "too many options");
	return CLI_OK;
}

static int set_option(struct sweep *sweep, int option, int index, const char *value)
{
	int result;

	switch (option) {
	case CASE:
		sweep->options.only = value;
		return CLI_OK;
	case KINDS:
		return set_kinds(sweep, value);
	case ONCE:
		sweep->options.mode = LFB_SWEEP_ONCE;
		return CLI_OK;
	case FOREVER:
		sweep->options.mode = LFB_SWEEP_FOREVER;
		return CLI_OK;
	case PAIRS:
		sweep->options.pairs = true;
		return CLI_OK;
	case PAIRS_MAX:
		return set_count(sweep, "pairs-max", value, &sweep->options.pairs_max);
	case MAX:
		return set_count(sweep, "max", value, &sweep->options.violations_max);
	case SHRINK:
		sweep->shrink = true;
		return CLI_OK;
	case QUIET:
		sweep->quiet = true;
		return CLI_OK;
	case VERBOSE:
		sweep->verbose = true;
		return CLI_OK;
	default:
		result = cli_machine_option(&sweep->machine, sweep->command, option, value);
		return result ? result : remember(sweep, options[index].name, value);
	}
}

static unsigned long add_up(const unsigned long *points)
{
	unsigned long all = 0;

	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		all += points[kind];
	return all;
}

static void print_result(const char *what, const struct lfb_sweep_result *result)
{
	printf("%s: %lu fault points, %lu runs%s: %lu reported, %lu absorbed, %lu remembered, "
	       "%lu harmless, %lu violation%s\n", what, add_up(result->points), result->runs,
	       result->paired ? " with pairs" : "", result->reported, result->absorbed,
	       result->remembered, result->harmless, result->violations,
	       result->violations == 1 ? "" : "s");
}

static void print_points(const struct lfb_sweep_result *result)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		if (result->points[kind])
			printf("    %-16s%lu\n", lfb_fault_kind_name(kind), result->points[kind]);
}

static void add_result(struct lfb_sweep_result *total, const struct lfb_sweep_result *result)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		total->points[kind] += result->points[kind];
	total->runs += result->runs;
	total->absorbed += result->absorbed;
	total->reported += result->reported;
	total->remembered += result->remembered;
	total->harmless += result->harmless;
	total->violations += result->violations;
	total->paired |= result->paired;
}

static int sweep_file(struct sweep *sweep, const char *path)
{
	struct lfb_sweep_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario = NULL;
	int err;

	if (cli_load_scenario(path, &scenario))
		return CLI_FAILED;
	sweep->options.replay_file = path;
	err = lfb_scenario_sweep(scenario, sweep->made, &sweep->options, &result);
	if (err)
		cli_failed("%s", lfb_error_text(sweep->made));
	else if (sweep->shrink && result.violations)
		err = cli_shrink_swept(sweep->made, &sweep->options, scenario, &result);
	lfb_scenario_free(scenario);
	if (err)
		return CLI_FAILED;
	if (!sweep->quiet && !sweep->options.only)
		print_result(path, &result);
	if (sweep->verbose && !sweep->options.only)
		print_points(&result);
	add_result(&sweep->total, &result);
	sweep->files++;
	return result.violations ? CLI_FAILED : CLI_OK;
}

static int sweep_files(struct sweep *sweep, int argc, char **argv)
{
	int worst = cli_machine_create(&sweep->machine, sweep->command, &sweep->made);
	char what[40];

	if (worst)
		return worst;
	for (int i = 0; i < argc; i++)
		if (sweep_file(sweep, argv[i]))
			worst = CLI_FAILED;
	if (sweep->files > 1 && !sweep->quiet) {
		snprintf(what, sizeof(what), "%lu scenarios", sweep->files);
		print_result(what, &sweep->total);
	}
	lfb_machine_destroy(sweep->made);
	return worst;
}

int cli_sweep(const struct cli_command *command, int argc, char **argv)
{
	struct sweep sweep = {
		.command = command,
		.machine = { .options = { .mode = LFB_MEMORY_FIXED } },
		.options = { .sz = sizeof(sweep.options), .write = cli_write },
		.replay = "lfb sweep",
	};
	int result = CLI_OK;
	int option, index = 0;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, &index)) != -1)
		result = option == '?' || option == ':' ? cli_bad_option(command, option, argv) :
							  set_option(&sweep, option, index, optarg);
	sweep.options.replay = sweep.replay;
	if (!result && sweep.shrink && sweep.options.only)
		result = cli_usage(command, "--shrink looks for a case by itself");
	if (!result && optind == argc)
		result = cli_usage(command, "expected a scenario");
	if (!result && sweep.options.only && argc - optind != 1)
		result = cli_usage(command, "--case is about one scenario");
	if (!result)
		result = sweep_files(&sweep, argc - optind, argv + optind);
	cli_machine_end(&sweep.machine);
	return result;
}
