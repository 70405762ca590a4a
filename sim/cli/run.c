// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb run, lfb boot: scenarios.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>

#include "cli.h"

#define OPTIONS_HELP \
	CLI_MACHINE_HELP \
	"  --golden            print the transcript of callbacks and results only, in the\n" \
	"                      format of the recorded kernels\n" \
	"  --findings          print what was found instead, in full; status 1 if anything was\n" \
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
	struct cli_machine machine;
	struct lfb_scenario_options scenario;
	bool only_findings;
	const char *blob_path;		/* to write to */
	const char *memory_path;
	struct lfb_blob *last_blob;
	void *last_memory;
	size_t last_memory_size;
};

enum { GOLDEN = 256, FINDINGS, SAVE_BLOB, SAVE_MEMORY };

static const struct option options[] = {
	CLI_MACHINE_OPTIONS,
	{ "golden", no_argument, NULL, GOLDEN },
	{ "findings", no_argument, NULL, FINDINGS },
	{ "save-blob", required_argument, NULL, SAVE_BLOB },
	{ "save-memory", required_argument, NULL, SAVE_MEMORY },
	{ 0 },
};

static int set_option(struct run *run, int option, const char *value)
{
	switch (option) {
	case GOLDEN:
		run->scenario.golden = true;
		return CLI_OK;
	case FINDINGS:
		run->only_findings = true;
		run->scenario.write = NULL;
		return CLI_OK;
	case SAVE_BLOB:
		run->blob_path = value;
		run->scenario.last_blob = &run->last_blob;
		return CLI_OK;
	case SAVE_MEMORY:
		run->memory_path = value;
		run->scenario.last_memory = &run->last_memory;
		run->scenario.last_memory_size = &run->last_memory_size;
		return CLI_OK;
	default:
		return cli_machine_option(&run->machine, run->command, option, value);
	}
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

/* In full. Whether there is none. */
static bool print_findings(struct lfb_machine *machine)
{
	const struct lfb_finding *finding;
	char text[4096];
	size_t i;

	for (i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		lfb_finding_format(finding, text, sizeof(text));
		printf("%s%s", i ? "\n" : "", text);
	}
	if (lfb_findings_lost(machine))
		printf("\n%lu more were found and not written down\n", lfb_findings_lost(machine));
	return i == 0;
}

static int run_scenario(struct run *run, const struct lfb_scenario *scenario)
{
	struct lfb_machine *machine;
	int err;

	err = cli_machine_create(&run->machine, run->command, &machine);
	if (err)
		return err;
	err = lfb_scenario_run(scenario, machine, &run->scenario);
	if (err)
		cli_failed("%s", lfb_error_text(machine));
	if (run->only_findings && !print_findings(machine) && !err)
		err = -EILSEQ;
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
	result = cli_load_scenario(path, &scenario);
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
		.scenario = { .sz = sizeof(run.scenario), .write = cli_write },
	};
	int result = CLI_OK;
	int option;

	opterr = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, NULL)) != -1)
		result = option == '?' || option == ':' ? cli_bad_option(command, option, argv) :
							  set_option(&run, option, optarg);
	if (!result && argc - optind != 1 + boot)
		result = cli_usage(command, boot ? "expected a blob and a scenario" :
						   "expected one scenario");
	if (!result && run.memory_path && run.machine.options.policy != LFB_PAGES_ASCENDING)
		result = cli_usage(command, "--save-memory needs --pages ascending");
	if (!result)
		result = run_files(&run, boot ? argv[optind] : NULL, argv[optind + boot]);
	cli_machine_end(&run.machine);
	return result;
}
