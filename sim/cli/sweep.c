// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb sweep: every step that can fail does fail. */
#include <stdio.h>
#include <string.h>

#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/shrink.h>
#include <luo/sweep.h>

#include "cli.h"
#include "sweep.h"

#define REPLAY_MAX 1024
#define MAX_DEFAULT 10		/* violations of a scenario */

struct sweep {
	struct lfb_machine *made;
	struct lfb_sweep_options options;
	struct cli_sweep_schedules schedules;
	struct lfb_sweep_result total;
	unsigned long files;
	char replay[REPLAY_MAX];
	bool of_image;			/* --kernel */
	bool shrink;
	bool quiet;
	bool verbose;
	bool json;
	struct cli_json out;
	struct cli_junit junit;
	struct cli_shard shard;
	struct sweep_shard ran;		/* in the scenario at hand */
	struct cli_text report;		/* of the scenario at hand, if it is kept */
	const char *error;		/* of the scenario at hand */
};

/* The kind of faults with this name; LFB_FAULT_KINDS: there is none. */
static int kind_of(const char *name, size_t length)
{
	int kind = 0;

	while (kind < LFB_FAULT_KINDS && (strlen(lfb_fault_kind_name(kind)) != length ||
					  strncmp(lfb_fault_kind_name(kind), name, length)))
		kind++;
	return kind;
}

static int set_kinds(const struct cli_given *given)
{
	const char *word = given->value;
	unsigned int *kinds = given->into;

	while (*word) {
		size_t length = strcspn(word, ",");
		int kind = kind_of(word, length);

		if (kind == LFB_FAULT_KINDS)
			return cli_usage(given->line->command, "--kinds %s: there is no kind %.*s",
					 given->value, (int)length, word);
		*kinds |= 1u << kind;
		word += length + (word[length] == ',');
	}
	return *kinds ? CLI_OK : cli_usage(given->line->command, "--kinds: expected a kind");
}

static int set_mode(const struct cli_given *given)
{
	enum lfb_sweep_mode *mode = given->into;

	*mode = !strcmp(given->option->name, "once") ? LFB_SWEEP_ONCE : LFB_SWEEP_FOREVER;
	return CLI_OK;
}

static unsigned long add_up(const unsigned long *points)
{
	unsigned long all = 0;

	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		all += points[kind];
	return all;
}

static void print_result(const struct sweep *sweep, const char *what,
			 const struct lfb_sweep_result *result)
{
	char known[48] = "";

	if (sweep->of_image)
		snprintf(known, sizeof(known), "%lu known, ", result->known);
	printf("%s: %lu fault points, %lu runs%s: %lu reported, %lu absorbed, %lu remembered, "
	       "%lu harmless, %s%lu violation%s\n", what, add_up(result->points), result->runs,
	       result->paired ? " with pairs" : "", result->reported, result->absorbed,
	       result->remembered, result->harmless, known, result->violations,
	       cli_plural(result->violations));
}

static void print_points(const struct lfb_sweep_result *result)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		if (result->points[kind])
			printf("    %-16s%lu\n", lfb_fault_kind_name(kind), result->points[kind]);
	}
}

static void add_result(struct lfb_sweep_result *total, const struct lfb_sweep_result *result)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		total->points[kind] += result->points[kind];
	total->runs += result->runs;
	total->absorbed += result->absorbed;
	total->reported += result->reported;
	total->remembered += result->remembered;
	total->known += result->known;
	total->harmless += result->harmless;
	total->violations += result->violations;
	total->paired |= result->paired;
}

/* Shrinking: the shortest scenario in which the same kind of fault does the same harm */

struct swept {
	struct lfb_machine *machine;
	struct lfb_sweep_options options;
	struct lfb_sweep_result result;		/* of the last candidate */
	u64 findings[LFB_SWEEP_FINDING_WORDS];	/* the violation to keep is one of these … */
	char what[sizeof(((struct lfb_sweep_result *)0)->first)]; /* … or else says this */
};

/* The message with each number, decimal or hexadecimal, as one "N". */
static void without_numbers(const char *from, char *to)
{
	while (*from) {
		size_t length = strspn(from, "0123456789");

		if (!strncmp(from, "0x", 2))
			length = 2 + strspn(from + 2, "0123456789abcdefABCDEF");
		*to++ = length ? 'N' : *from;
		from += length ? length : 1;
	}
	*to = '\0';
}

/* A finding that says what is wrong; those of a step say only that something is. */
static bool says_what(const u64 *findings)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if ((findings[id / 64] >> (id % 64) & 1) &&
		    (id < LFB_FINDING_STEP_HALF_DONE || id > LFB_FINDING_STEP_NOT_REPEATED))
			return true;
	}
	return false;
}

static bool breaks_the_same(struct swept *swept, const struct lfb_scenario *candidate)
{
	char what[sizeof(swept->what)];

	swept->result.sz = sizeof(swept->result);
	if (lfb_scenario_sweep(candidate, swept->machine, &swept->options, &swept->result) ||
	    !swept->result.violations)
		return false;
	if (says_what(swept->findings))
		return !memcmp(swept->findings, swept->result.findings, sizeof(swept->findings));
	without_numbers(swept->result.first, what);
	return !strcmp(swept->what, what);
}

/* Asked to stop, it is as short as it is by then. */
static bool is_shorter(void *swept, const struct lfb_scenario *candidate)
{
	return !cli_stopped() && breaks_the_same(swept, candidate);
}

/* Only faults of the kind that did it, once or for good; pairs and the run without: as before. */
static void narrow(struct lfb_sweep_options *options, const char *name)
{
	int kind = kind_of(name, strcspn(name, ":"));

	if (kind == LFB_FAULT_KINDS)
		return;
	options->kinds = 1u << kind;
	options->mode = strstr(name, ":forever") ? LFB_SWEEP_FOREVER : LFB_SWEEP_ONCE;
	options->pairs = false;
}

static int fail(struct sweep *sweep, const char *error)
{
	sweep->error = error;
	return cli_failed("%s", error);
}

/* Makes the shortest scenario that still breaks the rule that was broken first in @found. */
static int shrink(struct sweep *sweep, const struct lfb_scenario *scenario,
		  const struct lfb_sweep_result *found, struct swept *swept,
		  struct lfb_scenario **shortest)
{
	*swept = (struct swept){ .machine = sweep->made, .options = sweep->options };
	swept->options.write = NULL;
	swept->options.progress = NULL;
	swept->options.violations_max = 1;
	narrow(&swept->options, found->first_case);
	swept->result.sz = sizeof(swept->result);
	if (lfb_scenario_sweep(scenario, sweep->made, &swept->options, &swept->result))
		return fail(sweep, lfb_error_text(sweep->made));
	memcpy(swept->findings, swept->result.findings, sizeof(swept->findings));
	without_numbers(swept->result.first, swept->what);
	if (lfb_scenario_shrink(scenario, is_shorter, swept, NULL, shortest))
		return fail(sweep, lfb_error_text(NULL));
	if (breaks_the_same(swept, *shortest))
		return CLI_OK;
	lfb_scenario_free(*shortest);
	*shortest = NULL;
	return fail(sweep, "the shortest scenario does not break the rule again");
}

static void print_shortest(const struct sweep *sweep, const struct lfb_sweep_result *result,
			   const struct lfb_scenario *shortest)
{
	printf("# %s\n", result->first);
	printf("# replay: %s --case %s THIS\n", sweep->replay, result->first_case);
	lfb_scenario_write(shortest, true, cli_write, NULL);
}

/* For programs */

static void json_points(struct cli_json *json, const struct lfb_sweep_result *result)
{
	cli_json_open(json, "points", '{');
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		cli_json_number(json, lfb_fault_kind_name(kind), result->points[kind]);
	cli_json_close(json, '}');
}

/* The first violation, null without one. */
static void json_first(struct cli_json *json, const char *key,
		       const struct lfb_sweep_result *result, const struct lfb_scenario *shortest)
{
	if (!*result->first_case) {
		cli_json_string(json, key, NULL);
		return;
	}
	cli_json_open(json, key, '{');
	cli_json_string(json, "case", result->first_case);
	cli_json_string(json, "what", result->first);
	if (shortest)
		cli_json_scenario(json, "scenario", shortest, true);
	cli_json_close(json, '}');
}

static void json_result(struct cli_json *json, const struct lfb_sweep_result *result)
{
	json_points(json, result);
	cli_json_number(json, "runs", result->runs);
	cli_json_bool(json, "pairs", result->paired);
	cli_json_number(json, "reported", result->reported);
	cli_json_number(json, "absorbed", result->absorbed);
	cli_json_number(json, "remembered", result->remembered);
	cli_json_number(json, "harmless", result->harmless);
	cli_json_number(json, "known", result->known);
	cli_json_number(json, "violations", result->violations);
	cli_json_open(json, "findings", '[');
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (result->findings[id / 64] >> (id % 64) & 1)
			cli_json_string(json, NULL, lfb_finding_name(id));
	}
	cli_json_close(json, ']');
	json_first(json, "first", result, NULL);
}

/* The command */

static int sweep_scenario(struct sweep *sweep, const struct lfb_scenario *scenario,
			  struct lfb_sweep_result *result, struct swept *swept,
			  struct lfb_scenario **shortest)
{
	int err;

	cli_long_begin();
	err = lfb_scenario_sweep(scenario, sweep->made, &sweep->options, result);
	cli_progress_clear();
	if (err == -EINTR)
		sweep->error = "stopped";
	else if (err)
		return fail(sweep, lfb_error_text(sweep->made));
	if (!err && sweep->shrink && result->violations)
		return shrink(sweep, scenario, result, swept, shortest);
	return CLI_OK;
}

static void print_swept(const struct sweep *sweep, const char *path,
			const struct lfb_sweep_result *result, const struct swept *swept,
			const struct lfb_scenario *shortest)
{
	if (shortest)
		print_shortest(sweep, &swept->result, shortest);
	if (!sweep->quiet && !sweep->options.only)
		print_result(sweep, path, result);
	if (sweep->verbose && !sweep->options.only)
		print_points(result);
}

/* Violations are printed as they are found, and kept for those who are told later. */
static int write_report(void *context, const char *bytes, size_t size)
{
	struct sweep *sweep = context;
	int err = sweep->json ? 0 : cli_write(NULL, bytes, size);

	if (!err && (sweep->json || sweep->junit.path))
		err = cli_text_write(&sweep->report, bytes, size);
	return err;
}

static void note_ran(void *context, const struct lfb_sweep_ran *ran)
{
	struct sweep *sweep = context;

	sweep_shard_note(&sweep->ran, ran);
}

static void junit_result(struct sweep *sweep, const char *path,
			 const struct lfb_sweep_result *result)
{
	const char *why = sweep->error ? sweep->error : result->first;

	cli_junit_case(&sweep->junit, path,
		       sweep->error || result->violations ? CLI_JUNIT_FAILED : CLI_JUNIT_PASSED,
		       why, cli_text_end(&sweep->report));
}

static int sweep_file(struct sweep *sweep, const char *path, struct lfb_sweep_result *result)
{
	struct lfb_scenario *scenario = NULL, *shortest = NULL;
	struct swept swept = { .result = { .sz = sizeof(swept.result) } };
	int failed = cli_load_scenario(path, &scenario);

	sweep->options.replay_file = path;
	sweep->error = failed ? lfb_error_text(NULL) : NULL;
	if (!failed)
		failed = sweep_scenario(sweep, scenario, result, &swept, &shortest);
	if (sweep->json) {
		cli_json_open(&sweep->out, NULL, '{');
		cli_json_string(&sweep->out, "scenario", path);
		cli_json_string(&sweep->out, "error", sweep->error);
		json_result(&sweep->out, result);
		json_first(&sweep->out, "shrunk", &swept.result, shortest);
		cli_json_string(&sweep->out, "report", cli_text_end(&sweep->report));
		if (sweep->shard.of && !sweep_shard_json(&sweep->out, &sweep->ran))
			failed = cli_failed("no memory to keep what became of each run");
		cli_json_close(&sweep->out, '}');
	} else if (!failed) {
		print_swept(sweep, path, result, &swept, shortest);
	}
	if (sweep->junit.path)
		junit_result(sweep, path, result);
	sweep_shard_end(&sweep->ran);
	cli_text_free(&sweep->report);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
	return failed;
}

static bool begin_part(const struct cli_line *line, int number)
{
	const char *path = line->argv[number];

	return line->argc == 1 ? cli_part("%s", path) :
				 cli_part("%d of %d, %s", number + 1, line->argc, path);
}

static int sweep_files(struct sweep *sweep, const struct cli_line *line)
{
	int worst = CLI_OK;

	for (int i = 0; i < line->argc && begin_part(line, i); i++) {
		struct lfb_sweep_result result = { .sz = sizeof(result) };
		int failed = sweep_file(sweep, line->argv[i], &result);

		if (!failed) {
			add_result(&sweep->total, &result);
			sweep->files++;
		}
		if (failed || result.violations)
			worst = CLI_FAILED;
	}
	return worst;
}

/* At the scenario that comes after those that are done, or in it. */
static int stop(const struct sweep *sweep, int scenarios)
{
	const struct lfb_progress *last = cli_progress_last();
	const unsigned long violations = sweep->total.violations;

	return cli_stop("%lu of %d scenario%s swept, %llu of %llu runs in the last one; "
			"%lu violation%s so far", sweep->files, scenarios,
			cli_plural((u64)scenarios), last->done, last->total, violations,
			cli_plural(violations));
}

/* What lfb merge needs besides what became of each run. */
static void json_shard(struct sweep *sweep, const struct cli_line *line)
{
	if (!sweep->shard.of)
		return;
	cli_shard_open(&sweep->out, line, &sweep->shard, !cli_stopped());
	cli_json_string(&sweep->out, "replay", sweep->replay);
	cli_json_number(&sweep->out, "max", sweep->options.violations_max);
	cli_json_close(&sweep->out, '}');
}

static int run(struct cli_line *line)
{
	struct sweep *sweep = line->state;
	const char *given = line->machine.given;
	char what[40];
	int worst;

	if (snprintf(sweep->replay, REPLAY_MAX, "lfb sweep%s", given ? given : "") >= REPLAY_MAX)
		return cli_usage(line->command, "too many options");
	worst = cli_machine_create(line, &sweep->made);
	if (!worst)
		worst = cli_junit_begin(&sweep->junit, line->command);
	if (worst) {
		lfb_machine_destroy(sweep->made);
		return worst;
	}
	if (sweep->schedules.wanted || sweep->schedules.schedule) {
		sweep->schedules.kinds = sweep->options.kinds;
		sweep->schedules.name = sweep->options.only;
		worst = cli_sweep_in_schedules(line, sweep->made, &sweep->schedules);
		lfb_machine_destroy(sweep->made);
		return worst;
	}
	sweep->of_image = line->machine.options.kernel;
	sweep->options.sz = sizeof(sweep->options);
	sweep->options.violations_max = sweep->options.violations_max ?: MAX_DEFAULT;
	sweep->options.write = write_report;
	sweep->options.context = sweep;
	sweep->options.replay = sweep->replay;
	sweep->options.progress = cli_progress;
	sweep->options.shard = sweep->shard.number;
	sweep->options.shards = sweep->shard.of;
	sweep->options.ran = sweep->shard.of ? note_ran : NULL;
	if (sweep->json) {
		cli_json_begin(&sweep->out, "lfb-sweep-1");
		cli_json_open(&sweep->out, "scenarios", '[');
	}
	worst = sweep_files(sweep, line);
	if (sweep->json) {
		cli_json_close(&sweep->out, ']');
		json_shard(sweep, line);
		cli_json_end(&sweep->out);
	} else if (sweep->files > 1 && !sweep->quiet) {
		snprintf(what, sizeof(what), "%lu scenarios", sweep->files);
		print_result(sweep, what, &sweep->total);
	}
	lfb_machine_destroy(sweep->made);
	if (cli_stopped())
		worst = stop(sweep, line->argc);
	return cli_junit_end(&sweep->junit, worst);
}

static int check(const struct cli_line *line)
{
	const struct sweep *sweep = line->state;

	if (sweep->shrink && sweep->options.only)
		return cli_usage(line->command, "--shrink looks for a case by itself");
	if (sweep->shard.of && (sweep->shrink || sweep->options.only))
		return cli_usage(line->command, "--shard goes with neither --case nor --shrink");
	if (sweep->schedules.wanted && (sweep->options.only || sweep->shrink || sweep->shard.of ||
					sweep->json || sweep->junit.path || sweep->options.pairs))
		return cli_usage(line->command, "--schedules goes with --bound and --kinds alone");
	if (sweep->schedules.bound && !sweep->schedules.wanted)
		return cli_usage(line->command, "--bound is of --schedules");
	if (sweep->schedules.schedule && !sweep->options.only)
		return cli_usage(line->command, "--schedule goes with --case");
	if (sweep->options.only && line->argc > 1)
		return cli_usage(line->command, "--case is about one scenario");
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "case", "CASE", "only this case, with all that happens in it: KIND:K fails the K-th\n"
	  "point of a kind, KIND:K:forever all from there on, KIND:K:K2 two\n"
	  "of them; none is the run without faults", .at = offsetof(struct sweep, options.only) },
	{ "kinds", "KIND,...", "only these: alloc, kho, fdt, module, flb-preserve, flb-retrieve,\n"
	  "file-preserve, file-freeze, file-retrieve, file-can-finish, user-read,\n"
	  "user-write",
	  .at = offsetof(struct sweep, options.kinds), .set = set_kinds },
	{ "once", .at = offsetof(struct sweep, options.mode), .set = set_mode },
	{ "forever", NULL, "only one of the two", .at = offsetof(struct sweep, options.mode),
	  .set = set_mode },
	{ "pairs", NULL, "also two failures in one run, where a scenario has few points",
	  .at = offsetof(struct sweep, options.pairs) },
	{ "pairs-max", "N", "how many are few (default 64)",
	  offsetof(struct sweep, options.pairs_max), 1000000, .wanted = "" },
	{ "max", "N", "end a scenario after N violations (default 10)",
	  offsetof(struct sweep, options.violations_max), 1000000, .wanted = "" },
	{ "shrink", NULL, "then shrink the scenario, as far as the first violation stays: by\n"
	  "a fault of the same kind, with the same finding or message",
	  .at = offsetof(struct sweep, shrink) },
	{ "schedules", NULL, "fail each point of parallel blocks, once, in each of their\n"
	  "schedules, and print what neither the failure nor the schedule does alone",
	  .at = offsetof(struct sweep, schedules.wanted) },
	{ "bound", "N", "of these: how often a task may stand that could go on (default 1)",
	  .at = offsetof(struct sweep, schedules.bound), .wanted = CLI_BOUND_WANTED,
	  .set = cli_set_bound },
	{ "schedule", "LIST", "with --case: that failure behind the beginning of the blocks,\n"
	  "in this schedule", .at = offsetof(struct sweep, schedules.schedule) },
	{ "shard", "I/N", CLI_SHARD_HELP, offsetof(struct sweep, shard), .set = cli_set_shard,
	  .aside = true },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct sweep, json),
	  .aside = true },
	{ "junit", "FILE", "write what became of each scenario to FILE, as JUnit's XML",
	  .at = offsetof(struct sweep, junit.path), .aside = true },
	{ "quiet", NULL, "print violations only", .at = offsetof(struct sweep, quiet),
	  .aside = true },
	{ "verbose", NULL, "print fault points by kind", .at = offsetof(struct sweep, verbose),
	  .aside = true },
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ 0 },
};

const struct cli_command cli_sweep = {
	"sweep", "fail every step of scenarios that can fail, and check what is left",
	"usage: lfb sweep [OPTION]... SCENARIO...\n"
	"\n"
	"Runs each scenario (- for standard input) once for every step in it that can fail, with\n"
	"that step failing: once, and from there on for good; by kind and all kinds together.\n"
	"Each failure must be reported, leave nothing behind, and do no harm once it is over. A\n"
	"line behind each violation is the command that shows that case again. docs/sweep.md\n"
	"says what is checked and what is excused.\n",
	options, sizeof(struct sweep), run,
	.mode = LFB_MEMORY_FIXED, .min = 1, .max = INT_MAX, .expected = "expected a scenario",
	.check = check,
};
