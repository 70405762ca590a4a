/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb run, lfb boot: scenarios.
 */
#define _GNU_SOURCE /* asprintf() */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>

#include "cli.h"

#define OPTIONS_HELP \
	"  --profile P         the kernel that boots: lfb profiles lists them (default\n" \
	"                      " LFB_PROFILE_DEFAULT ")\n" \
	"  --quirk +NAME       give the kernel a known defect; -NAME takes it away; may be\n" \
	"                      repeated\n" \
	"  --golden            print the transcript of callbacks and results only, in the\n" \
	"                      format of the recorded kernels\n" \
	"  --memory SIZE       physical memory, with K, M or G (default 64M)\n" \
	"  --mode MODE         remap: addresses of an old kernel fault in the next (default);\n" \
	"                      fixed: they stay, which is faster\n" \
	"  --pages POLICY      buddy: as kernels do (default); ascending: in order, as the\n" \
	"                      golden images were recorded\n" \
	"  --seed N            for what is left to chance (default 0)\n" \
	"  --save-blob FILE    write the handover of the last reboot to FILE\n" \
	"  --save-memory FILE  write physical memory at the last reboot to FILE, from 0 to the\n" \
	"                      highest page given out; needs --pages ascending\n"

const char cli_run_help[] =
	"usage: lfb run [OPTION]... SCENARIO\n"
	"\n"
	"Runs a scenario (- for standard input) in a machine that is switched on cold and prints\n"
	"what happens. A transcript is a scenario too: its operations run again and must answer\n"
	"what it says. docs/scenarios.md is the language.\n"
	"\n" OPTIONS_HELP;

const char cli_boot_help[] =
	"usage: lfb boot [OPTION]... BLOB SCENARIO\n"
	"\n"
	"Like lfb run, but the first kernel boots from what another machine handed over, saved\n"
	"by --save-blob.\n"
	"\n" OPTIONS_HELP;

struct run {
	const struct cli_command *command;
	struct lfb_machine_options machine;
	struct lfb_scenario_options scenario;
	char *quirks_on;		/* names, separated by commas */
	char *quirks_off;
	const char *blob_path;		/* to write to */
	const char *memory_path;
	struct lfb_blob *last_blob;
	void *last_memory;
	size_t last_memory_size;
};

enum { PROFILE = 256, QUIRK, GOLDEN, MEMORY, MODE, PAGES, SEED, SAVE_BLOB, SAVE_MEMORY };

static const struct option options[] = {
	{ "profile", required_argument, NULL, PROFILE },
	{ "quirk", required_argument, NULL, QUIRK },
	{ "golden", no_argument, NULL, GOLDEN },
	{ "memory", required_argument, NULL, MEMORY },
	{ "mode", required_argument, NULL, MODE },
	{ "pages", required_argument, NULL, PAGES },
	{ "seed", required_argument, NULL, SEED },
	{ "save-blob", required_argument, NULL, SAVE_BLOB },
	{ "save-memory", required_argument, NULL, SAVE_MEMORY },
	{ 0 },
};

static int add_quirk(struct run *run, const char *value)
{
	char **list = value[0] == '+' ? &run->quirks_on : &run->quirks_off;
	char *longer;

	if ((value[0] != '+' && value[0] != '-') || !value[1])
		return cli_usage(run->command, "--quirk %s: expected +NAME or -NAME", value);
	if (asprintf(&longer, "%s%s%s", *list ? *list : "", *list ? "," : "", value + 1) < 0)
		return cli_failed("no memory");
	free(*list);
	*list = longer;
	return CLI_OK;
}

/* "64M": a number, and perhaps a unit. */
static int set_memory(struct run *run, const char *value)
{
	static const char units[] = "KMG";
	size_t length = strlen(value);
	const char *unit = length ? memchr(units, value[length - 1], sizeof(units) - 1) : NULL;
	unsigned int shift = unit ? 10 * (unsigned int)(unit - units + 1) : 0;
	char digits[32];

	if (length < sizeof(digits)) {
		strcpy(digits, value);
		if (unit)
			digits[length - 1] = '\0';
		if (cli_number(digits, &run->machine.memory) && run->machine.memory &&
		    run->machine.memory <= UINT64_MAX >> shift) {
			run->machine.memory <<= shift;
			return CLI_OK;
		}
	}
	return cli_usage(run->command, "--memory %s: expected a size, as 64M", value);
}

/* One of two words; sets *second to whether it is the second. */
static int set_word(struct run *run, const char *option, const char *value, const char *first_word,
		    const char *second_word, bool *second)
{
	*second = !strcmp(value, second_word);
	if (*second || !strcmp(value, first_word))
		return CLI_OK;
	return cli_usage(run->command, "--%s %s: expected %s or %s", option, value, first_word,
			 second_word);
}

static int set_option(struct run *run, int option, const char *value)
{
	bool second;
	int result = CLI_OK;

	switch (option) {
	case PROFILE:
		run->machine.profile = value;
		break;
	case QUIRK:
		result = add_quirk(run, value);
		break;
	case GOLDEN:
		run->scenario.golden = true;
		break;
	case MEMORY:
		result = set_memory(run, value);
		break;
	case MODE:
		result = set_word(run, "mode", value, "remap", "fixed", &second);
		run->machine.mode = second ? LFB_MEMORY_FIXED : LFB_MEMORY_REMAP;
		break;
	case PAGES:
		result = set_word(run, "pages", value, "buddy", "ascending", &second);
		run->machine.policy = second ? LFB_PAGES_ASCENDING : LFB_PAGES_BUDDY;
		break;
	case SEED:
		if (!cli_number(value, &run->machine.seed))
			result = cli_usage(run->command, "--seed %s: expected a number", value);
		break;
	case SAVE_BLOB:
		run->blob_path = value;
		run->scenario.last_blob = &run->last_blob;
		break;
	case SAVE_MEMORY:
		run->memory_path = value;
		run->scenario.last_memory = &run->last_memory;
		run->scenario.last_memory_size = &run->last_memory_size;
		break;
	}
	return result;
}

static int load_scenario(const char *path, struct lfb_scenario **scenario)
{
	bool from_stdin = !strcmp(path, "-");
	char *text;
	size_t size;
	int err;

	if (from_stdin) {
		if (cli_read_file(path, &text, &size))
			return CLI_FAILED;
		err = lfb_scenario_parse("-", text, size, scenario);
		free(text);
	} else {
		err = lfb_scenario_load(path, scenario);
	}
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

static int save(struct run *run)
{
	if ((run->blob_path && !run->last_blob) || (run->memory_path && !run->last_memory))
		return cli_failed("%s: not written: the scenario handed nothing over",
				  run->last_memory || !run->memory_path ? run->blob_path :
									  run->memory_path);
	if (run->blob_path && lfb_blob_save(run->last_blob, run->blob_path))
		return cli_failed("%s", lfb_error_text(NULL));
	if (run->memory_path)
		return cli_write_file(run->memory_path, run->last_memory, run->last_memory_size);
	return CLI_OK;
}

static int run_scenario(struct run *run, const struct lfb_scenario *scenario)
{
	struct lfb_machine *machine;
	int err;

	err = lfb_machine_create(&run->machine, &machine);
	if (err == -EINVAL)
		return cli_usage(run->command, "%s", lfb_error_text(NULL));
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	err = lfb_scenario_run(scenario, machine, &run->scenario);
	if (err)
		cli_failed("%s", lfb_error_text(machine));
	lfb_machine_destroy(machine);
	return err ? CLI_FAILED : save(run);
}

static int run_files(struct run *run, const char *blob_path, const char *path)
{
	struct lfb_scenario *scenario = NULL;
	struct lfb_blob *blob = NULL;
	int result;

	if (blob_path && lfb_blob_load(blob_path, &blob))
		return cli_failed("%s", lfb_error_text(NULL));
	run->scenario.boot_from = blob;
	result = load_scenario(path, &scenario);
	if (!result)
		result = run_scenario(run, scenario);
	lfb_scenario_free(scenario);
	lfb_blob_free(blob);
	lfb_blob_free(run->last_blob);
	free(run->last_memory);
	return result;
}

int cli_run(const struct cli_command *command, int argc, char **argv)
{
	bool boot = command->help == cli_boot_help;
	struct run run = {
		.command = command,
		.machine = { .sz = sizeof(run.machine) },
		.scenario = { .sz = sizeof(run.scenario), .write = cli_write },
	};
	int result = CLI_OK;
	int option;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		result = option == '?' || option == ':' ? cli_bad_option(command, option, argv) :
							  set_option(&run, option, optarg);
	run.machine.quirks_on = run.quirks_on;
	run.machine.quirks_off = run.quirks_off;
	if (!result && argc - optind != 1 + boot)
		result = cli_usage(command, boot ? "expected a blob and a scenario" :
						   "expected one scenario");
	if (!result && run.memory_path && run.machine.policy != LFB_PAGES_ASCENDING)
		result = cli_usage(command, "--save-memory needs --pages ascending");
	if (!result)
		result = run_files(&run, boot ? argv[optind] : NULL, argv[optind + boot]);
	free(run.quirks_on);
	free(run.quirks_off);
	return result;
}
