// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb zoo: every mistake in tests/zoo is caught, every corrected twin is clean.
 */
#define _GNU_SOURCE /* strndup(), clock_gettime() */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <luo/finding.h>
#include <luo/scenario.h>
#include <luo/sweep.h>

#include "embedded.h"
#include "zoo.h"

const char cli_zoo_help[] =
	"usage: lfb zoo [OPTION]... [NAME]...\n"
	"\n"
	"Runs the collection of known mistakes: those of kernels, and those in callbacks.\n"
	"Each must raise the findings it is there for and no others, and its corrected twin\n"
	"none at all. With names, only these. A line says how: \"run\" the scenario itself,\n"
	"\"sweep\" a step that is made to fail; \"quirk off\": the twin is the same kernel,\n"
	"mended.\n"
	"\n"
	"  --show              print the scenario of each and what is found\n"
	"  --search            forget the scenarios' operations and see what is found without:\n"
	"                      by lfb exhaust --module, by lfb sweep, and defects of kernels by\n"
	"                      comparing with the model. Minutes for all of them\n";

#define TWIN ".fixed.lfb"
#define ENTRY ZOO_ENTRY

/*
 * Headers
 */

/* What follows "# KEY:" at the top, "" when there is no such line; for free(). */
static char *header(const char *text, const char *key)
{
	size_t length = strlen(key);

	while (text[0] == '#') {
		size_t end = strcspn(text, "\n");

		if (end > length + 3 && !strncmp(text + 2, key, length) && text[length + 2] == ':')
			return strndup(text + length + 3, end - length - 3);
		text += end + (text[end] == '\n');
	}
	return strdup("");
}

static int read_ids(const struct exhibit *exhibit, const char *key, bool *set)
{
	char *ids = header(exhibit->text, key);
	char *next = ids, *id;
	int result = CLI_OK;

	while (next && (id = strsep(&next, " ")) != NULL) {
		int number = lfb_finding_by_name(id);

		if (*id && number < 0)
			result = cli_failed("%s: there is no finding %s", exhibit->name, id);
		else if (*id)
			set[number] = true;
	}
	free(ids);
	return result;
}

/* The options of lfb run, as in "--profile rfc-v6 --quirk +NAME". */
static int read_machine(struct exhibit *exhibit, const struct cli_command *command)
{
	static const struct option options[] = { CLI_MACHINE_OPTIONS, { 0 } };
	char *next, *word;
	char *argv[32] = { (char *)"zoo" };
	int argc = 1, option, result = CLI_OK;

	exhibit->words = header(exhibit->text, "machine");
	next = exhibit->words;
	while (next && (word = strsep(&next, " ")) != NULL && argc < 31) {
		if (*word)
			argv[argc++] = word;
	}
	optind = 0;
	while (!result && (option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == '?' || option == ':')
			result = cli_failed("%s: the machine makes no sense", exhibit->name);
		else if (option != CLI_QUIRK || !exhibit->without_quirks || optarg[0] != '+')
			result = cli_machine_option(&exhibit->machine, command, option, optarg);
	}
	return result;
}

int zoo_read_header(struct exhibit *exhibit, const struct cli_command *command)
{
	char *by = header(exhibit->text, "by");
	int result = read_ids(exhibit, "finds", exhibit->wanted);

	if (!result)
		result = read_ids(exhibit, "also", exhibit->excused);
	exhibit->by_sweep = by && strstr(by, "sweep");
	free(by);
	return result ? result : read_machine(exhibit, command);
}

/*
 * Running one
 */

static void collect(struct exhibit *exhibit, struct lfb_machine *machine, bool show)
{
	const struct lfb_finding *finding;
	char text[4096];

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_WARNING)
			continue;
		exhibit->found[finding->id] = true;
		lfb_finding_format(finding, text, sizeof(text));
		if (show)
			fputs(text, stdout);
	}
}

static void collect_swept(struct exhibit *exhibit, const struct lfb_sweep_result *swept, bool show)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++)
		exhibit->found[id] = swept->findings[id / 64] >> (id % 64) & 1;
	if (show && swept->violations)
		printf("--case %s: %s\n", swept->first_case, swept->first);
}

/* What the scenario itself answers, or dies of, is its own affair: findings count. */
int zoo_run(struct exhibit *exhibit, const struct cli_command *command, bool show)
{
	struct lfb_sweep_result swept = { .sz = sizeof(swept) };
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	int err, result;

	if (lfb_scenario_parse(exhibit->name, exhibit->text, strlen(exhibit->text), &scenario))
		return cli_failed("%s", lfb_error_text(NULL));
	result = cli_machine_create(&exhibit->machine, command, &machine);
	if (!result) {
		err = exhibit->by_sweep ? lfb_scenario_sweep(scenario, machine, NULL, &swept) :
					  lfb_scenario_run(scenario, machine, NULL);
		if (err == -EINVAL || err == -ENOMEM)
			result = cli_failed("%s: %s", exhibit->name, lfb_error_text(machine));
		if (exhibit->by_sweep)
			collect_swept(exhibit, &swept, show);
		else
			collect(exhibit, machine, show);
		lfb_machine_destroy(machine);
	}
	lfb_scenario_free(scenario);
	return result;
}

static int open_exhibit(struct exhibit *exhibit, const struct zoo *zoo, bool show)
{
	int result = zoo_read_header(exhibit, zoo->command);

	if (show)
		printf("%s\n", exhibit->text);
	return result ? result : zoo_run(exhibit, zoo->command, show);
}

void zoo_close(struct exhibit *exhibit)
{
	cli_machine_end(&exhibit->machine);
	free(exhibit->words);
}

static void print_difference(const struct exhibit *exhibit)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (exhibit->wanted[id] != exhibit->found[id] && !exhibit->excused[id])
			printf("    %s: %s is %s\n", exhibit->name, lfb_finding_name(id),
			       exhibit->wanted[id] ? "not found" : "found and should not be");
	}
}

static bool as_wanted(const struct exhibit *exhibit)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (exhibit->wanted[id] != exhibit->found[id] && !exhibit->excused[id])
			return false;
	}
	return true;
}

/*
 * All of them
 */

const char *zoo_twin_of(const char *name)
{
	size_t length = strlen(name) - strlen(ENTRY);

	for (const struct cli_embedded *file = embedded_zoo; file->name; file++) {
		if (!strncmp(file->name, name, length) && !strcmp(file->name + length, TWIN))
			return file->text;
	}
	return NULL;
}

/*
 * With a kernel's defect mended its findings are gone; what callers do wrong in the scenario stays
 * wrong, and may now be refused with a complaint.
 */
static void forgive(struct exhibit *twin)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		twin->found[id] &= twin->wanted[id];
		twin->wanted[id] = false;
	}
}

static int visit(struct zoo *zoo, const struct cli_embedded *file)
{
	const char *twin_text = zoo_twin_of(file->name);
	struct exhibit entry = { .name = file->name, .text = file->text };
	struct exhibit twin = {
		.name = twin_text ? "its twin" : "without the quirk",
		.text = twin_text ? twin_text : file->text,
		.without_quirks = !twin_text,
	};
	int result = open_exhibit(&entry, zoo, zoo->show);

	if (!result)
		result = open_exhibit(&twin, zoo, false);
	if (!twin_text)
		forgive(&twin);
	if (!result) {
		bool caught = as_wanted(&entry), clean = as_wanted(&twin);

		zoo->entries++;
		zoo->twins++;
		zoo->caught += caught;
		zoo->clean += clean;
		printf("%-44.*s %-6s by %-5s  twin %-7s (%s)\n",
		       (int)(strlen(file->name) - strlen(ENTRY)), file->name,
		       caught ? "caught" : "MISSED", entry.by_sweep ? "sweep" : "run",
		       clean ? "clean" : "ACCUSED", twin_text ? "corrected" : "quirk off");
		print_difference(&entry);
		print_difference(&twin);
	}
	zoo_close(&entry);
	zoo_close(&twin);
	return result;
}

static bool is_entry(const char *name)
{
	size_t length = strlen(name), twin = strlen(TWIN);

	return length <= twin || strcmp(name + length - twin, TWIN) != 0;
}

static bool is_chosen(const char *name, int argc, char **argv)
{
	size_t length = strlen(name) - strlen(ENTRY);

	for (int i = 0; i < argc; i++) {
		if (strlen(argv[i]) == length && !strncmp(argv[i], name, length))
			return true;
	}
	return argc == 0;
}

static double seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

static int read_options(struct zoo *zoo, int argc, char **argv)
{
	static const struct option options[] = { { "show", no_argument, NULL, 's' },
						 { "search", no_argument, NULL, 'f' },
						 { 0 } };
	int option;

	opterr = 0;
	while ((option = getopt_long(argc, argv, ":", options, NULL)) != -1) {
		if (option == '?' || option == ':')
			return cli_bad_option(zoo->command, option, argv);
		zoo->show |= option == 's';
		zoo->search |= option == 'f';
	}
	return CLI_OK;
}

int cli_zoo(const struct cli_command *command, int argc, char **argv)
{
	struct zoo zoo = { .command = command };
	double start = seconds();
	int result = read_options(&zoo, argc, argv);

	argc -= optind;
	argv += optind;
	for (const struct cli_embedded *file = embedded_zoo; file->name && !result; file++) {
		if (is_entry(file->name) && is_chosen(file->name, argc, argv))
			result = zoo.search ? zoo_search(&zoo, file) : visit(&zoo, file);
	}
	if (result)
		return result;
	if (!zoo.entries)
		return cli_usage(command, "there is no such entry in the zoo");
	printf("%u of %u %s, %u of %u twins clean, in %.1f s\n", zoo.caught, zoo.entries,
	       zoo.search ? "found on their own" : "caught", zoo.clean, zoo.twins,
	       seconds() - start);
	return (zoo.search || zoo.caught == zoo.entries) && zoo.clean == zoo.twins ? CLI_OK :
										     CLI_FAILED;
}
