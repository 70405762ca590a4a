// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare: what kernels do differently, each difference once and as small as it gets. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/blob.h>
#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "compare.h"

#define GENERATED 1000
#define MAX_DEFAULT 64		/* ways that are told */

struct compare {
	struct lfb_compare_options options;
	unsigned int seed;
	unsigned int show;
	bool is_given;			/* how many to make up */
	const char *like;
	const char *folder;
	bool json;
	bool story;
	unsigned int width;		/* of stories */
	struct cli_shard shard;
	struct cli_json out;
	bool lists_seen;	/* that array is open; then comes that of differences */
	struct cli_kernel kernels[LFB_COMPARE_KERNELS];
	struct lfb_compare_kernel made[LFB_COMPARE_KERNELS];
	unsigned int count;
	const char *handover;	/* to boot from */
	struct lfb_blob *blob;
	struct lfb_scenario **scenarios;
	char **names;			/* of scenarios */
	size_t nr_scenarios;
	int saved;			/* CLI_FAILED: one could not be */
};

/* Scenarios */

static int add(struct compare *compare, const char *name, struct lfb_scenario *scenario)
{
	struct lfb_scenario **more = cli_grown(compare->scenarios, compare->nr_scenarios,
					       sizeof(*compare->scenarios));
	char **names = cli_grown(compare->names, compare->nr_scenarios, sizeof(*compare->names));
	char *copy = strdup(name);

	compare->scenarios = more ?: compare->scenarios;
	compare->names = names ?: compare->names;
	if (!more || !names || !copy) {
		free(copy);
		lfb_scenario_free(scenario);
		return cli_failed("no memory");
	}
	compare->names[compare->nr_scenarios] = copy;
	compare->scenarios[compare->nr_scenarios++] = scenario;
	return CLI_OK;
}

/* What the tool carries with it: each mistake that is known, and its corrected twin. */
static int add_zoo(struct compare *compare)
{
	int result = CLI_OK;

	for (const struct cli_embedded *file = embedded_zoo; file->name && !result; file++) {
		struct lfb_scenario *scenario;

		if (lfb_scenario_parse(file->name, file->text, strlen(file->text), &scenario))
			result = cli_failed("%s", lfb_error_text(NULL));
		else
			result = add(compare, file->name, scenario);
	}
	return result;
}

static int is_scenario(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && (!strcmp(dot, ".ops") || !strcmp(dot, ".lfb"));
}

static int add_file(struct compare *compare, const char *path)
{
	struct lfb_scenario *scenario;

	return cli_load_scenario(path, &scenario) ? CLI_FAILED :
		add(compare, path, scenario);
}

/* A file, or all scenarios of a folder. */
static int add_path(struct compare *compare, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, is_scenario, alphasort), result = CLI_OK;
	char file[4096];

	if (count < 0)
		return add_file(compare, path);
	for (int i = 0; i < count; i++) {
		snprintf(file, sizeof(file), "%s/%s", path, entries[i]->d_name);
		if (!result)
			result = add_file(compare, file);
		free(entries[i]);
	}
	free(entries);
	return result ? result : count ? CLI_OK : cli_failed("%s: no scenario is in it", path);
}

static int add_scenarios(struct compare *compare, char **paths)
{
	bool plays = false;
	int result = CLI_OK;

	/* Players of their own know no steps, which is what the zoo is made of. */
	for (unsigned int k = 0; k < compare->count; k++)
		plays |= compare->made[k].play != NULL;
	if (!*paths) {
		if (!compare->is_given)
			compare->options.generate = GENERATED;
		return plays ? CLI_OK : add_zoo(compare);
	}
	for (; *paths && !result; paths++)
		result = add_path(compare, *paths);
	return result;
}

/* Differences */

/* All was seen before the first difference is told. */
static void json_differences(struct compare *compare)
{
	if (!compare->lists_seen)
		return;
	cli_json_close(&compare->out, ']');
	cli_json_open(&compare->out, "differences", '[');
	compare->lists_seen = false;
}

static int tell(void *context, const struct lfb_difference *difference)
{
	struct compare *compare = context;

	cli_progress_clear();
	json_differences(compare);
	if (compare->json)
		cli_difference_json(&compare->out, compare->made, compare->count, difference,
				    compare->shard.of);
	else
		cli_difference_print(compare->made, compare->count, difference);
	if (compare->folder && cli_difference_save(compare->folder, compare->made, difference))
		compare->saved = CLI_FAILED;
	return 0;
}

static void json_seen(void *context, const struct lfb_compare_seen *seen)
{
	struct compare *compare = context;
	struct cli_json *json = &compare->out;

	cli_progress_clear();
	cli_json_open(json, NULL, '{');
	cli_json_number(json, "scenario", seen->scenario);
	cli_json_number(json, "kernel", seen->other);
	cli_json_string(json, seen->key ? "key" : "left_out", seen->key ?: seen->why);
	cli_json_close(json, '}');
}

static bool show_progress(void *context, const struct lfb_progress *progress)
{
	(void)context;
	return cli_progress(NULL, progress);
}

static void print_result(const struct compare *compare, const struct lfb_compare_result *result)
{
	printf("%lu scenario%s", result->scenarios, cli_plural(result->scenarios));
	for (unsigned int k = 0; k < compare->count; k++)
		printf("%s %s", k == 0 ? ":" : k + 1 < compare->count ? "," : " and",
		       compare->made[k].name);
	if (!result->differ)
		printf(" do the same\n");
	else
		printf(" differ in %lu of them, by %u difference%s\n", result->differ,
		       result->differences, cli_plural(result->differences));
	if (result->untold)
		printf("%lu scenarios differ in more ways than are told: --max\n", result->untold);
	if (result->left_out)
		printf("%lu more could not be performed; the first: %s\n", result->left_out,
		       result->why);
}

static void json_shard(struct compare *compare, const struct cli_line *line, bool is_whole)
{
	struct cli_json *json = &compare->out;

	if (!compare->shard.of)
		return;
	cli_shard_open(json, line, &compare->shard, is_whole);
	cli_json_number(json, "max", compare->options.differences_max);
	cli_json_close(json, '}');
}

static void json_result(struct compare *compare, const struct cli_line *line,
			const struct lfb_compare_result *result, bool is_whole)
{
	struct cli_json *json = &compare->out;

	json_differences(compare);
	cli_json_close(json, ']');
	cli_json_number(json, "scenarios", result->scenarios);
	cli_json_number(json, "differ", result->differ);
	cli_json_number(json, "untold", result->untold);
	cli_json_number(json, "left_out", result->left_out);
	cli_json_string(json, "why", result->left_out ? result->why : NULL);
	json_shard(compare, line, is_whole);
	cli_json_end(json);
}

static void json_begin(struct compare *compare)
{
	cli_json_begin(&compare->out, "lfb-compare-1");
	cli_json_open(&compare->out, "kernels", '[');
	for (unsigned int k = 0; k < compare->count; k++)
		cli_json_string(&compare->out, NULL, compare->made[k].name);
	cli_json_close(&compare->out, ']');
	compare->lists_seen = compare->shard.of;
	cli_json_open(&compare->out, compare->lists_seen ? "seen" : "differences", '[');
}

/* 2, as diff(1) has it, where it could not be done; it is said by then. */
static int do_compare(struct compare *compare, const struct cli_line *line)
{
	struct lfb_compare_result result = { .sz = sizeof(result) };
	int err;

	compare->options.sz = sizeof(compare->options);
	compare->options.differences_max = compare->options.differences_max ?: MAX_DEFAULT;
	compare->options.scenarios = (const struct lfb_scenario *const *)compare->scenarios;
	compare->options.nr_scenarios = compare->nr_scenarios;
	compare->options.seed = compare->seed ? compare->seed : 1;
	compare->options.report = tell;
	compare->options.progress = show_progress;
	compare->options.context = compare;
	compare->options.shard = compare->shard.number;
	compare->options.shards = compare->shard.of;
	compare->options.seen = compare->json && compare->shard.of ? json_seen : NULL;
	cli_long_begin();
	if (compare->json)
		json_begin(compare);
	err = lfb_compare(compare->made, compare->count, &compare->options, &result);
	cli_progress_clear();
	if (compare->json)
		json_result(compare, line, &result, !err);
	else if (!err || err == -EINTR)
		print_result(compare, &result);
	if (err == -EINTR)
		return cli_stop("%lu scenarios", result.scenarios);
	if (err)
		cli_failed("%s", lfb_error_text(NULL));
	/* Of few scenarios, not every shard has one. */
	if (!err && !result.scenarios && (!compare->shard.of || result.left_out))
		err = cli_failed("no scenario could be performed by all: %s", result.why);
	return err || compare->saved ? CLI_USAGE : result.differ ? CLI_FAILED : CLI_OK;
}

static int show(const struct compare *compare)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_generate(compare->seed ? compare->seed : 1, compare->show - 1, &scenario))
		return cli_failed("%s", lfb_error_text(NULL));
	cli_give_scenario(scenario, false);
	return CLI_OK;
}

static int add_kernel(struct compare *compare, struct cli_line *line, const char *word)
{
	struct cli_kernel *kernel = &compare->kernels[compare->count];
	int result;

	if (compare->count == LFB_COMPARE_KERNELS)
		return cli_usage(line->command, "more than %d kernels", LFB_COMPARE_KERNELS);
	result = cli_kernel_read(line, word, compare->like, kernel,
				 &compare->made[compare->count++]);
	kernel->machine.memory = kernel->like.memory = line->machine.options.memory;
	return result;
}

/*
 * Those that are first on the line, of a story some without; the handover says how much memory they
 * need. Where they end.
 */
static int add_kernels(struct compare *compare, struct cli_line *line, int *result)
{
	static const char *const usual[] = { "rfc-v6", "linux-7.0", "linux-7.3" };
	int at = 0;

	if (compare->handover)
		*result = cli_load_handover(line, compare->handover, &compare->blob);
	compare->options.boot_from = compare->blob;
	for (; at < line->argc && !*result && cli_is_kernel(line->argv[at]); at++)
		*result = add_kernel(compare, line, line->argv[at]);
	if (compare->story && !at) {
		for (size_t i = 0; i < sizeof(usual) / sizeof(*usual) && !*result; i++)
			*result = add_kernel(compare, line, usual[i]);
	}
	return at;
}

/* Does it make sense with the other options? */
static int check_story(const struct compare *compare, const struct cli_line *line)
{
	if (compare->story && (compare->json || compare->shard.of || compare->folder ||
			       compare->handover || compare->is_given))
		return cli_usage(line->command, "--story shows whole runs of the scenarios that "
				 "are given, and goes with none of the other forms");
	if (!compare->story && compare->width)
		return cli_usage(line->command, "--width is that of --story");
	return CLI_OK;
}

static int run(struct cli_line *line)
{
	struct compare *compare = line->state;
	int result = CLI_OK, at;

	if (compare->show)
		return show(compare);
	if (compare->shard.of && compare->folder)
		return cli_usage(line->command, "--save goes with the whole, not with a shard");
	result = check_story(compare, line);
	if (result)
		return result;
	at = add_kernels(compare, line, &result);
	if (!result && compare->story && at == line->argc)
		result = cli_usage(line->command, "--story: expected a scenario");
	if (!result && compare->count < 2)
		result = at < line->argc ?
				 cli_usage(line->command, "%s is no kernel: neither a profile nor "
					   "a shared object", line->argv[at]) :
				 cli_usage(line->command, "expected two kernels at least");
	if (!result)
		result = add_scenarios(compare, line->argv + at);
	if (!result && compare->story)
		result = cli_stories(line, compare->kernels, compare->made, compare->count,
				     compare->scenarios, compare->names, compare->nr_scenarios,
				     compare->width);
	else
		result = result ? CLI_USAGE : do_compare(compare, line);
	for (unsigned int k = 0; k < compare->count; k++)
		cli_kernel_end(&compare->kernels[k]);
	for (size_t i = 0; i < compare->nr_scenarios; i++) {
		lfb_scenario_free(compare->scenarios[i]);
		free(compare->names[i]);
	}
	free(compare->scenarios);
	free(compare->names);
	lfb_blob_free(compare->blob);
	return result;
}

static int set_generate(const struct cli_given *given)
{
	struct compare *compare = given->into;
	u64 number;

	if (!cli_number(given->value, &number) || number > 100000000)
		return cli_usage(given->line->command, "--generate %s: expected a number",
				 given->value);
	compare->options.generate = number;
	compare->is_given = true;
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "generate", "N", "make N scenarios up (default 1000 without files, with files none)",
	  .set = set_generate },
	{ "seed", "N", "others (default 1); the same seed makes the same up",
	  offsetof(struct compare, seed), UINT_MAX, .wanted = "a number from " },
	{ "show", "N", "print the N-th that would be made up, and nothing else",
	  offsetof(struct compare, show), UINT_MAX, .wanted = "a number from " },
	{ "boot-from", "HANDOVER", "the first kernel boots from this blob, core or, with --base,\n"
	  "raw image", .at = offsetof(struct compare, handover) },
	{ .more = cli_image_rows },
	{ "findings", NULL, "a finding that one kernel raises and the other does not is a\n"
	  "difference, too", .at = offsetof(struct compare, options.findings) },
	{ "like", "PROFILE", "what kernels in shared objects are like, to find the known\n"
	  "defect that makes a difference (default linux-7.3)",
	  .at = offsetof(struct compare, like) },
	{ "max", "N", "tell no more than N ways to differ (default 64)",
	  offsetof(struct compare, options.differences_max), 10000, .wanted = "" },
	{ "seconds", "N", "of computing, after which a kernel's scenario has no end\n"
	  "(default 5)", offsetof(struct compare, options.seconds), 3600, .wanted = "" },
	{ "jobs", "N", "processes at once (default: as many as there are processors)",
	  offsetof(struct compare, options.jobs), 64, .wanted = "a number from ",
	  .aside = true },
	{ "shard", "I/N", CLI_SHARD_HELP, offsetof(struct compare, shard), .set = cli_set_shard,
	  .aside = true },
	{ "save", "FOLDER", "each difference into a folder of its own there: scenario.ops,\n"
	  "ours.trace, theirs.trace, what", .at = offsetof(struct compare, folder) },
	{ "story", NULL, "tell each scenario's story, with columns where two to four kernels\n"
	  "part; without kernels rfc-v6, linux-7.0 and linux-7.3",
	  .at = offsetof(struct compare, story) },
	{ "width", "N", "letters in a line of it (default 100)",
	  offsetof(struct compare, width), 400, .wanted = "a number from " },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct compare, json),
	  .aside = true },
	{ .more = cli_module_rows },
	{ 0 },
};

const struct cli_command cli_compare = {
	"compare", "say what kernels do differently",
	"usage: lfb compare [OPTION]... KERNEL KERNEL... [SCENARIO|FOLDER]...\n"
	"       lfb compare --story [--width N] [KERNEL KERNEL...] SCENARIO|FOLDER...\n"
	"       lfb compare [--seed S] --show N\n"
	"\n"
	"Has kernels perform the same scenarios and prints what the others do differently from\n"
	"the first, each difference once, by the smallest scenario that shows it. A kernel is a\n"
	"profile (lfb profiles lists them), with known defects more or less as in\n"
	"linux-7.3,-FLB_INCOMING_UNLINK, or a shared object with a kernel's own orchestrator.\n"
	"Without scenarios: those of the zoo, and made-up ones. Exit status: 0 they do the\n"
	"same, 1 they differ, 2 it could not be found out. docs/compare.md\n",
	options, sizeof(struct compare), run,
	.min = 0, .max = INT_MAX, .expected = "expected kernels",
};
