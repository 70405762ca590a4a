// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb zoo: every mistake in tests/zoo is caught, every corrected twin is clean. */
#define _GNU_SOURCE /* strndup() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/scenario.h>
#include <luo/sweep.h>

#include "zoo.h"

#define TWIN_NAME ".fixed"
#define TWIN TWIN_NAME ".lfb"

/* Headers */

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
static int read_machine(struct exhibit *exhibit)
{
	static const struct cli_option options[] = { { .more = cli_machine_options }, { 0 } };
	struct cli_machine *machine = &exhibit->line.machine;
	char *argv[32] = { (char *)"zoo" };
	char *next, *word;
	int argc = 1;

	exhibit->words = header(exhibit->text, "machine");
	next = exhibit->words;
	while (next && (word = strsep(&next, " ")) != NULL && argc < 31) {
		if (*word)
			argv[argc++] = word;
	}
	exhibit->line.command = &cli_zoo;
	if (cli_line_read(&exhibit->line, options, argc, argv))
		return cli_failed("%s: the machine makes no sense", exhibit->name);
	if (exhibit->without_quirks) {
		free(machine->quirks_on);
		machine->quirks_on = NULL;
	}
	return CLI_OK;
}

int zoo_read_header(struct exhibit *exhibit)
{
	char *by = header(exhibit->text, "by");
	int result = read_ids(exhibit, "finds", exhibit->wanted);

	if (!result)
		result = read_ids(exhibit, "also", exhibit->excused);
	exhibit->by_sweep = by && strstr(by, "sweep");
	free(by);
	return result ? result : read_machine(exhibit);
}

void zoo_close(struct exhibit *exhibit)
{
	cli_line_end(&exhibit->line);
	free(exhibit->words);
}

/* Running one */

static void collect(struct exhibit *exhibit, struct lfb_machine *machine)
{
	const struct lfb_finding *finding;
	char text[4096];

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_WARNING)
			continue;
		exhibit->found[finding->id] = true;
		lfb_finding_format(finding, text, sizeof(text));
		if (exhibit->show)
			fputs(text, stdout);
	}
}

static void collect_swept(struct exhibit *exhibit, const struct lfb_sweep_result *swept)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++)
		exhibit->found[id] = swept->findings[id / 64] >> (id % 64) & 1;
	if (exhibit->show && swept->violations)
		printf("--case %s: %s\n", swept->first_case, swept->first);
}

void zoo_json_name(struct cli_json *json, const char *name)
{
	char shown[NAME_MAX];

	snprintf(shown, sizeof(shown), "%.*s", zoo_name_length(name), name);
	cli_json_string(json, "name", shown);
}

int zoo_with_scenario(struct exhibit *exhibit, void *context, cli_act_fn act)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_parse(exhibit->name, exhibit->text, strlen(exhibit->text), &scenario))
		return cli_failed("%s", lfb_error_text(NULL));
	exhibit->line.state = context;
	return cli_in_machine(&exhibit->line, scenario, act);
}

int zoo_failed(const char *name, int err, struct lfb_machine *machine)
{
	return err == -EINTR ? CLI_FAILED : cli_failed("%s: %s", name, lfb_error_text(machine));
}

/* What the scenario itself answers, or dies of, is its own affair: findings count. */
static int run_one(struct cli_line *line, struct lfb_machine *machine,
		   const struct lfb_scenario *scenario)
{
	struct exhibit *exhibit = line->state;
	/* All of them: the last one may be what is looked for. */
	const struct lfb_sweep_options all = {
		.sz = sizeof(all), .violations_max = 1000000, .progress = cli_progress,
	};
	struct lfb_sweep_result swept = { .sz = sizeof(swept) };
	int err = exhibit->by_sweep ? lfb_scenario_sweep(scenario, machine, &all, &swept) :
				      lfb_scenario_run(scenario, machine, NULL);

	if (err == -EINVAL || err == -ENOMEM || err == -EINTR)
		return zoo_failed(exhibit->name, err, machine);
	cli_progress_clear();
	if (exhibit->by_sweep)
		collect_swept(exhibit, &swept);
	else
		collect(exhibit, machine);
	return CLI_OK;
}

int zoo_run(struct exhibit *exhibit)
{
	return zoo_with_scenario(exhibit, exhibit, run_one);
}

static int open_exhibit(struct exhibit *exhibit)
{
	int result = zoo_read_header(exhibit);

	if (exhibit->show)
		printf("%s\n", exhibit->text);
	return result ? result : zoo_run(exhibit);
}

static bool differs(const struct exhibit *exhibit, int id)
{
	return exhibit->wanted[id] != exhibit->found[id] && !exhibit->excused[id];
}

/* Is all found that is wanted, and nothing else? Writes what is not, unless @write is NULL. */
static bool as_wanted(const struct exhibit *exhibit, lfb_write_fn write, void *context)
{
	bool good = true;
	char line[200];

	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (!differs(exhibit, id))
			continue;
		good = false;
		snprintf(line, sizeof(line), "    %s: %s is %s\n", exhibit->name,
			 lfb_finding_name(id),
			 exhibit->wanted[id] ? "not found" : "found and should not be");
		if (write)
			write(context, line, strlen(line));
	}
	return good;
}

/* All of them */

int zoo_name_length(const char *name)
{
	return (int)(strlen(name) - strlen(ZOO_ENTRY));
}

const char *zoo_twin_of(const char *name)
{
	size_t length = (size_t)zoo_name_length(name);

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

static void print_visit(const struct exhibit *entry, const struct exhibit *twin, bool caught,
			bool clean)
{
	printf("%-44.*s %-6s by %-5s  twin %-7s (%s)\n", zoo_name_length(entry->name),
	       entry->name, caught ? "caught" : "MISSED", entry->by_sweep ? "sweep" : "run",
	       clean ? "clean" : "ACCUSED", twin->without_quirks ? "quirk off" : "corrected");
	as_wanted(entry, cli_write, NULL);
	as_wanted(twin, cli_write, NULL);
}

/* For programs: the findings that are wanted and not there, or the other way round. */
static void json_ids(struct cli_json *json, const char *key, const struct exhibit *exhibit,
		     bool wanted)
{
	cli_json_open(json, key, '[');
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (differs(exhibit, id) && exhibit->wanted[id] == wanted)
			cli_json_string(json, NULL, lfb_finding_name(id));
	}
	cli_json_close(json, ']');
}

static void json_visit(struct cli_json *json, const struct exhibit *entry,
		       const struct exhibit *twin, bool caught, bool clean)
{
	cli_json_open(json, NULL, '{');
	zoo_json_name(json, entry->name);
	cli_json_bool(json, "caught", caught);
	cli_json_string(json, "by", entry->by_sweep ? "sweep" : "run");
	json_ids(json, "missing", entry, true);
	json_ids(json, "unexpected", entry, false);
	cli_json_open(json, "twin", '{');
	cli_json_bool(json, "clean", clean);
	cli_json_string(json, "kind", twin->without_quirks ? "quirk off" : "corrected");
	json_ids(json, "missing", twin, true);
	json_ids(json, "unexpected", twin, false);
	cli_json_close(json, '}');
	cli_json_close(json, '}');
}

void zoo_junit_case(struct zoo *zoo, const char *name, const char *twin, enum cli_junit_end end,
		    const char *why, const char *details)
{
	char both[NAME_MAX];

	snprintf(both, sizeof(both), "%.*s%s", zoo_name_length(name), name, twin);
	if (zoo->junit.path)
		cli_junit_case(&zoo->junit, both, end, why, details);
}

static void junit_visit(struct zoo *zoo, const struct exhibit *exhibit, const char *name,
			const char *twin, const char *failure)
{
	struct cli_text details = { 0 };

	as_wanted(exhibit, cli_text_write, &details);
	zoo_junit_case(zoo, name, twin, failure ? CLI_JUNIT_FAILED : CLI_JUNIT_PASSED, failure,
		       cli_text_end(&details));
	cli_text_free(&details);
}

static int visit(struct zoo *zoo, const struct cli_embedded *file)
{
	const char *twin_text = zoo_twin_of(file->name);
	struct exhibit entry = { .name = file->name, .text = file->text, .show = zoo->show };
	struct exhibit twin = {
		.name = twin_text ? "its twin" : "without the quirk",
		.text = twin_text ? twin_text : file->text,
		.without_quirks = !twin_text,
	};
	int result = open_exhibit(&entry);

	if (!result)
		result = open_exhibit(&twin);
	if (!twin_text)
		forgive(&twin);
	if (!result) {
		bool caught = as_wanted(&entry, NULL, NULL), clean = as_wanted(&twin, NULL, NULL);

		zoo->entries++;
		zoo->twins++;
		zoo->caught += caught;
		zoo->clean += clean;
		cli_progress_clear();
		if (zoo->json)
			json_visit(&zoo->out, &entry, &twin, caught, clean);
		else
			print_visit(&entry, &twin, caught, clean);
		junit_visit(zoo, &entry, file->name, "", caught ? NULL : "not caught");
		junit_visit(zoo, &twin, file->name, TWIN_NAME, clean ? NULL : "accused");
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

static bool is_chosen(const char *name, const struct cli_line *line)
{
	size_t length = (size_t)zoo_name_length(name);

	for (int i = 0; i < line->argc; i++) {
		if (strlen(line->argv[i]) == length && !strncmp(line->argv[i], name, length))
			return true;
	}
	return line->argc == 0;
}

static int visit_all(struct zoo *zoo, const struct cli_line *line)
{
	int result = CLI_OK;

	cli_long_begin();
	for (const struct cli_embedded *file = embedded_zoo; file->name && !result; file++) {
		if (!is_entry(file->name) || !is_chosen(file->name, line))
			continue;
		if (!cli_part("%u of %u, %.*s", zoo->entries + 1, zoo->chosen,
			      zoo_name_length(file->name), file->name))
			break;
		result = zoo->search ? zoo_search(zoo, file) : visit(zoo, file);
	}
	return result;
}

static unsigned int count_chosen(const struct cli_line *line)
{
	unsigned int count = 0;

	for (const struct cli_embedded *file = embedded_zoo; file->name; file++)
		count += is_entry(file->name) && is_chosen(file->name, line);
	return count;
}

static void print_end(struct zoo *zoo, double seconds)
{
	if (!zoo->json) {
		printf("%u of %u %s, %u of %u twins clean, in %.1f s\n", zoo->caught, zoo->entries,
		       zoo->search ? "found on their own" : "caught", zoo->clean, zoo->twins,
		       seconds);
		return;
	}
	cli_json_close(&zoo->out, ']');
	cli_json_number(&zoo->out, "caught", zoo->caught);
	cli_json_number(&zoo->out, "of", zoo->entries);
	cli_json_number(&zoo->out, "clean", zoo->clean);
	cli_json_number(&zoo->out, "twins", zoo->twins);
	cli_json_end(&zoo->out);
}

static int run(struct cli_line *line)
{
	struct zoo *zoo = line->state;
	double start = cli_seconds();
	int result;

	if (zoo->json && zoo->show)
		return cli_usage(line->command, "--json and --show: which of them?");
	zoo->chosen = count_chosen(line);
	if (!zoo->chosen)
		return cli_usage(line->command, "there is no such entry in the zoo");
	if (cli_junit_begin(&zoo->junit, line->command))
		return CLI_FAILED;
	if (zoo->json) {
		cli_json_begin(&zoo->out, "lfb-zoo-1");
		cli_json_open(&zoo->out, "entries", '[');
	}
	result = visit_all(zoo, line);
	if (!result || zoo->json || cli_stopped())
		print_end(zoo, cli_seconds() - start);
	if (cli_stopped())
		result = cli_stop("%u of %u entries; %u %s, %u of %u twins clean", zoo->entries,
				  zoo->chosen, zoo->caught,
				  zoo->search ? "found on their own" : "caught", zoo->clean,
				  zoo->twins);
	else if (zoo->clean != zoo->twins || (!zoo->search && zoo->caught != zoo->entries))
		result = CLI_FAILED;
	return cli_junit_end(&zoo->junit, result);
}

static const struct cli_option options[] = {
	{ "show", NULL, "print the scenario of each and what is found",
	  .at = offsetof(struct zoo, show) },
	{ "search", NULL, "forget the scenarios' operations and see what is found without:\n"
	  "by lfb exhaust --module, by lfb sweep, and defects of kernels by\n"
	  "comparing with the model. Minutes for all of them", .at = offsetof(struct zoo, search) },
	{ "junit", "FILE", "write what became of each entry and twin to FILE, as JUnit's XML",
	  .at = offsetof(struct zoo, junit.path) },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct zoo, json) },
	{ 0 },
};

const struct cli_command cli_zoo = {
	"zoo", "show that known mistakes are found",
	"usage: lfb zoo [OPTION]... [NAME]...\n"
	"\n"
	"Runs the collection of known mistakes: those of kernels, and those in callbacks.\n"
	"Each must raise the findings it is there for and no others, and its corrected twin\n"
	"none at all. With names, only these. A line says how: \"run\" the scenario itself,\n"
	"\"sweep\" a step that is made to fail; \"quirk off\": the twin is the same kernel,\n"
	"mended.\n",
	options, sizeof(struct zoo), run, .max = INT_MAX,
};
