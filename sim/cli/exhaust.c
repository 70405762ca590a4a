// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb exhaust: all sequences of operations, compared with the model, or done with a module. */
#include <stdio.h>
#include <string.h>

#include <luo/exhaust.h>
#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "exhaust.h"

/* Options about the model; those about the module are a machine's. */
#define GROUP_MODEL 2
#define GROUP_MODULE CLI_GROUP_MACHINE

#define BOUND 1		/* preemptions, where nothing is said */

struct exhaust {
	struct lfb_exhaust_options search;
	const char *module;		/* --module, if it is a scenario's */
	const char *next;		/* --next */
	const char *replaced;		/* --for */
	const char *only;		/* --only */
	struct cli_findings finds;	/* none: all that are errors */
	unsigned int without;		/* --without */
	const char *path;		/* --case */
	u64 bound;			/* --bound, + 1; 0: none was given */
	bool time;
	bool defects;
	bool json;
	struct cli_shard shard;
};

static int add_group(const struct cli_given *given)
{
	unsigned int *groups = given->into;
	const char *name;

	for (unsigned int bit = 0; (name = lfb_exhaust_group_name(bit)); bit++) {
		if (!strcmp(given->value, name)) {
			*groups |= 1u << bit;
			return CLI_OK;
		}
	}
	if (strcmp(given->value, "all"))
		return cli_usage(given->line->command, "--with %s: there is no such group",
				 given->value);
	*groups |= LFB_EXHAUST_ALL_GROUPS;
	return CLI_OK;
}

static int add_without(const struct cli_given *given)
{
	static const char *const names[] = { "again", "off", "links", "plain", "twice" };
	unsigned int *without = given->into;

	for (size_t bit = 0; bit < sizeof(names) / sizeof(names[0]); bit++) {
		if (!strcmp(given->value, names[bit])) {
			*without |= 1u << bit;
			return CLI_OK;
		}
	}
	return cli_usage(given->line->command, "--without %s: expected again, off, links, plain or "
			 "twice", given->value);
}

/* Compared with the model */

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

/* For programs; null when nothing differs. */
static void json_difference(struct cli_json *json, const struct lfb_exhaust_result *result)
{
	if (!*result->what) {
		cli_json_string(json, "difference", NULL);
		return;
	}
	cli_json_open(json, "difference", '{');
	cli_json_string(json, "what", result->what);
	cli_json_string(json, "expected", result->expected);
	cli_json_string(json, "got", result->got);
	if (result->scenario) {
		cli_json_number(json, "length", result->found_length);
		cli_json_string(json, "options", result->kernel);
		cli_json_scenario(json, "scenario", result->scenario, true);
	}
	cli_json_close(json, '}');
}

void exhaust_json_search(struct cli_json *json, const struct lfb_exhaust_result *result)
{
	cli_json_number(json, "letters", result->letters);
	cli_json_number(json, "length", result->length);
	cli_json_number(json, "sequences", result->sequences);
	cli_json_number(json, "states", result->states);
	cli_json_number(json, "runs", result->runs);
	cli_json_number(json, "steps", result->steps);
	json_difference(json, result);
}

static void print_search(const struct exhaust *exhaust, const struct lfb_exhaust_result *result)
{
	const char *judge = exhaust->search.kernel ? "the image's profile" : "the model";

	printf("# %u operations to choose from\n", result->letters);
	printf("# all %llu sequences of length %u: no difference%s%s\n", result->sequences,
	       result->length, result->scenario ? "" : " from ",
	       result->scenario ? "" : judge);
	printf("# %llu states, %llu runs, %llu steps compared\n", result->states, result->runs,
	       result->steps);
	if (exhaust->search.beside)
		printf("# beside each other, from %llu states: %llu pairs of operations in %llu "
		       "schedules of at most %u preemption%s, %llu choices\n",
		       result->beside_states, result->pairs, result->schedules,
		       exhaust->search.bound, cli_plural(exhaust->search.bound), result->choices);
	if (!result->scenario)
		return;
	printf("# found after %u operations:\n", result->found_length);
	print_difference(result);
	printf("# replay: lfb exhaust%s --case THIS, lfb run --golden%s THIS\n", result->kernel,
	       result->kernel);
	lfb_scenario_write(result->scenario, true, cli_write, NULL);
}

/* "no difference" */
static int stop(const char *found)
{
	const struct lfb_progress *last = cli_progress_last();

	return cli_stop("%llu sequences tried: those of length %u after %llu of %llu beginnings, "
			"and all shorter ones; %s so far", last->tried, last->length, last->done,
			last->total, found);
}

/* What lfb merge needs besides. */
static void json_search_shard(struct cli_json *json, const struct cli_line *line,
			      const struct lfb_exhaust_result *result)
{
	const struct exhaust *exhaust = line->state;

	cli_shard_open(json, line, &exhaust->shard, !cli_stopped());
	cli_json_number(json, "shorter_runs", result->shorter_runs);
	cli_json_number(json, "shorter_steps", result->shorter_steps);
	cli_json_number(json, "found_at", result->found_at);
	cli_json_close(json, '}');
}

static void json_beside(struct cli_json *json, const struct exhaust *exhaust,
			const struct lfb_exhaust_result *result)
{
	cli_json_open(json, "beside", '{');
	cli_json_number(json, "bound", exhaust->search.bound);
	cli_json_number(json, "states", result->beside_states);
	cli_json_number(json, "pairs", result->pairs);
	cli_json_number(json, "schedules", result->schedules);
	cli_json_number(json, "choices", result->choices);
	cli_json_close(json, '}');
}

static int run_search(const struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	struct cli_json json = { 0 };
	bool found;
	int err;

	cli_long_begin();
	err = lfb_exhaust(&exhaust->search, &result);
	if (err && err != -EINTR)
		return cli_error(line, err);
	cli_progress_clear();
	found = result.scenario;
	if (exhaust->json) {
		cli_json_begin(&json, EXHAUST_FORMAT);
		exhaust_json_search(&json, &result);
		if (exhaust->search.beside)
			json_beside(&json, exhaust, &result);
		if (exhaust->shard.of)
			json_search_shard(&json, line, &result);
		cli_json_end(&json);
	} else {
		print_search(exhaust, &result);
	}
	lfb_scenario_free(result.scenario);
	if (err)
		return stop(found ? "one difference" : "no difference");
	return found ? CLI_FAILED : CLI_OK;
}

static int run_case(const struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	struct lfb_scenario *scenario;
	struct cli_json json = { 0 };
	int err;

	if (cli_load_scenario(exhaust->path, &scenario))
		return CLI_FAILED;
	err = lfb_exhaust_case(&exhaust->search, scenario, &result);
	lfb_scenario_free(scenario);
	if (err)
		return cli_error(line, err);
	if (exhaust->json) {
		cli_json_begin(&json, EXHAUST_FORMAT);
		cli_json_number(&json, "steps", result.steps);
		json_difference(&json, &result);
		cli_json_end(&json);
		return *result.what ? CLI_FAILED : CLI_OK;
	}
	printf("# %llu steps compared\n", result.steps);
	if (*result.what)
		print_difference(&result);
	return *result.what ? CLI_FAILED : CLI_OK;
}

/* Done with a module */

static void print_found(const struct lfb_exhaust_found *found)
{
	printf("\n# %s (%s): %s\n", lfb_finding_name(found->id),
	       lfb_severity_name(lfb_finding_severity(found->id)), lfb_finding_sentence(found->id));
	printf("# after %u operation%s, %llu sequence%s tried\n", found->length,
	       cli_plural(found->length), found->tried, cli_plural(found->tried));
	lfb_scenario_write(found->scenario, false, cli_write, NULL);
}

static void print_result(const char *path, const struct lfb_exhaust_module_result *result)
{
	printf("# %s: %llu sequences of up to %u operations: ", path, result->sequences,
	       result->length);
	if (result->nr_found)
		printf("%zu finding%s\n", result->nr_found, cli_plural(result->nr_found));
	else
		printf("nothing found\n");
	for (size_t i = 0; i < result->nr_found; i++)
		print_found(&result->found[i]);
}

/* What lfb merge needs besides: a search for some findings is over when it has all of them. */
static void json_module_shard(struct cli_json *json, const struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;

	cli_shard_open(json, line, &exhaust->shard, !cli_stopped());
	cli_json_number(json, "wanted", exhaust->finds.count);
	cli_json_close(json, '}');
}

static void json_result(const struct cli_line *line, const struct lfb_exhaust_module_result *result)
{
	const struct exhaust *exhaust = line->state;
	struct cli_json json = { 0 };

	cli_json_begin(&json, EXHAUST_FORMAT);
	cli_json_string(&json, "module", exhaust->module);
	cli_json_number(&json, "length", result->length);
	cli_json_number(&json, "sequences", result->sequences);
	cli_json_open(&json, "findings", '[');
	for (size_t i = 0; i < result->nr_found; i++) {
		cli_json_open(&json, NULL, '{');
		cli_json_finding_id(&json, result->found[i].id);
		cli_json_number(&json, "length", result->found[i].length);
		cli_json_number(&json, "tried", result->found[i].tried);
		cli_json_scenario(&json, "scenario", result->found[i].scenario, false);
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	if (exhaust->shard.of)
		json_module_shard(&json, line);
	cli_json_end(&json);
}

static int search_module(struct cli_line *line, struct lfb_machine *machine,
			 const struct lfb_scenario *module)
{
	const struct exhaust *exhaust = line->state;
	const struct lfb_exhaust_module_options search = {
		.sz = sizeof(search),
		.length = exhaust->search.length,
		.finds = exhaust->finds.count ? exhaust->finds.ids : NULL,
		.nr_finds = exhaust->finds.count,
		.progress = cli_progress,
		.without = exhaust->without,
		.jobs = exhaust->search.jobs,
		.shard = exhaust->shard.number,
		.shards = exhaust->shard.of,
	};
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	char found[40];
	bool failed;
	int err;

	cli_long_begin();
	err = lfb_exhaust_module(module, machine, &search, &result);
	if (err && err != -EINTR)
		return cli_error(line, err);
	cli_progress_clear();
	snprintf(found, sizeof(found), "%zu finding%s", result.nr_found,
		 cli_plural(result.nr_found));
	if (exhaust->json)
		json_result(line, &result);
	else
		print_result(exhaust->module, &result);
	failed = result.nr_found;
	lfb_exhaust_module_end(&result);
	if (err)
		return stop(found);
	return failed ? CLI_FAILED : CLI_OK;
}

/* Done with modules that are loaded */

static int set_module(const struct cli_given *given)
{
	if (cli_is_loadable(given->value))
		return cli_add_module(given);
	*(const char **)given->into = given->value;
	return CLI_OK;
}

static int search_modules(struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;
	struct lfb_exhaust_modules what = {
		.next = exhaust->next,
		.replaced = exhaust->replaced,
		.length = exhaust->search.length,
		.without = exhaust->without,
		.jobs = exhaust->search.jobs,
		.finds = exhaust->finds.count ? exhaust->finds.ids : NULL,
		.nr_finds = exhaust->finds.count,
		.only = exhaust->only,
	};
	unsigned int violations = 0;
	int status = exhaust_loadable(line, &what, &exhaust->shard, exhaust->json, &violations);

	return cli_stopped() ? stop(violations ? "something found" : "nothing found") : status;
}

/* The command */

static int search(struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;

	if (*line->machine.modules)
		return search_modules(line);
	if (exhaust->module)
		return cli_with_scenario(line, exhaust->module, search_module);
	if (exhaust->defects)
		return exhaust_defects(line, &exhaust->search, &exhaust->shard, exhaust->json);
	return exhaust->path ? run_case(line) : run_search(line);
}

static int check(const struct cli_line *line)
{
	const struct exhaust *exhaust = line->state;
	const struct cli_machine *machine = &line->machine;

	if (*machine->modules && exhaust->module)
		return cli_usage(line->command, "--module with a shared object does not go with a "
				 "scenario");
	if (exhaust->only && (exhaust->json || exhaust->shard.of))
		return cli_usage(line->command, "--only goes with neither --json nor --shard");
	if (exhaust->replaced && !exhaust->next)
		return cli_usage(line->command, "--for goes with --next");
	if ((exhaust->next || exhaust->only) && !*machine->modules)
		return cli_usage(line->command, "--next and --only go with a shared object as "
				 "--module");
	if ((exhaust->module || *machine->modules) && line->last[GROUP_MODEL])
		return cli_usage(line->command, "--%s is about the model, --module is not",
				 line->last[GROUP_MODEL]);
	if (!exhaust->module && !*machine->modules && line->last[GROUP_MODULE])
		return cli_usage(line->command, "--%s goes with --module",
				 line->last[GROUP_MODULE]);
	if (exhaust->shard.of && exhaust->path)
		return cli_usage(line->command, "--case is no search: there are no parts of it");
	if (exhaust->bound && !exhaust->search.beside)
		return cli_usage(line->command, "--bound goes with --beside");
	if (exhaust->search.beside && (exhaust->defects || exhaust->path || exhaust->shard.of))
		return cli_usage(line->command, "--beside goes with none of --defects, --case and "
				 "--shard");
	if (exhaust->defects && (exhaust->path || machine->quirks_on || machine->quirks_off ||
				 machine->options.profile || machine->options.kernel))
		return cli_usage(line->command, "--defects chooses the kernels by itself");
	return CLI_OK;
}

static int run(struct cli_line *line)
{
	struct exhaust *exhaust = line->state;
	double begin = cli_seconds();
	int result = check(line);

	exhaust->search.sz = sizeof(exhaust->search);
	exhaust->search.progress = cli_progress;
	exhaust->search.bound = (unsigned int)(exhaust->bound ? exhaust->bound - 1 : BOUND);
	exhaust->search.profile = line->machine.options.profile;
	exhaust->search.kernel = line->machine.options.kernel;
	exhaust->search.quirks_on = line->machine.quirks_on;
	exhaust->search.quirks_off = line->machine.quirks_off;
	if (!exhaust->defects) {
		exhaust->search.shard = exhaust->shard.number;
		exhaust->search.shards = exhaust->shard.of;
	}
	if (!result)
		result = search(line);
	if (exhaust->time)
		fprintf(stderr, "lfb: %.1f s\n", cli_seconds() - begin);
	return result;
}

static const struct cli_option options[] = {
	{ "length", "N", "operations in a sequence (default 5; 6 with --module)",
	  offsetof(struct exhaust, search.length), LFB_EXHAUST_LENGTH_MAX,
	  .wanted = "a number from " },
	{ "with", "GROUP", "more operations: locked, unregistered, names, many, missing,\n"
	  "faults, halves, damage, races, modules, no-file, identities, lost; or all,\n"
	  "which is all but locked, and but faults with a kernel image; may be repeated.\n"
	  "A quirk brings what it needs",
	  offsetof(struct exhaust, search.groups), .set = add_group, .group = GROUP_MODEL },
	{ "jobs", "N", "threads (default: as many as there are processors)",
	  offsetof(struct exhaust, search.jobs), 64, .wanted = "a number from ",
	  .aside = true },
	{ "shard", "I/N", CLI_SHARD_HELP,
	  offsetof(struct exhaust, shard), .set = cli_set_shard, .aside = true },
	{ "all", NULL, "go on from equal states every time, not once",
	  offsetof(struct exhaust, search.all), .group = GROUP_MODEL },
	{ "beside", NULL, "also do every two operations beside each other, as the last two of a\n"
	  "sequence, in every schedule", offsetof(struct exhaust, search.beside),
	  .group = GROUP_MODEL },
	{ "bound", "N", "of these: how often a task may stand that could go on (default 1)",
	  offsetof(struct exhaust, bound), .wanted = CLI_BOUND_WANTED, .set = cli_set_bound,
	  .group = GROUP_MODEL },
	{ "time", NULL, "say on standard error how long it took",
	  .at = offsetof(struct exhaust, time), .aside = true },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct exhaust, json),
	  .aside = true },
	{ "case", "SCENARIO", "compare one scenario (- for standard input) with the model",
	  offsetof(struct exhaust, path), .group = GROUP_MODEL },
	{ "defects", NULL, "search with each known defect by itself (default length 7), and\n"
	  "print what was found as a table", offsetof(struct exhaust, defects),
	  .group = GROUP_MODEL },
	{ "module", "FILE", "no model: do the sequences with the module that the when, forget,\n"
	  "compatible and module lines of a scenario make, or with the one in a\n"
	  "shared object (docs/loadable.md; may be repeated then), and look for\n"
	  "findings.\n"
	  "Prints the shortest sequence for each of severity error and fatal",
	  .at = offsetof(struct exhaust, module), .set = set_module },
	{ "next", "FILE.so", "the shared object that the last one is replaced by at the first\n"
	  "reboot", .at = offsetof(struct exhaust, next) },
	{ "for", "MODULE", "--next replaces this one",
	  .at = offsetof(struct exhaust, replaced) },
	{ "only", "CASE", "with shared objects: this sequence alone, with all that happens in it",
	  .at = offsetof(struct exhaust, only) },
	{ "finds", "ID", "look for this finding, of any severity, and no longer than until\n"
	  "it is found; may be repeated", offsetof(struct exhaust, finds), .set = cli_add_finding,
	  .group = GROUP_MODULE },
	{ "without", "WHAT", "do not try: again (preserving a file that was retrieved), off\n"
	  "(kernels without live update, or KHO), links (other links of handlers\n"
	  "and FLBs), plain (a kernel loaded without the handover), twice (preserving\n"
	  "a file that is, where it has an identity); may be repeated",
	  offsetof(struct exhaust, without),
	  .set = add_without, .group = GROUP_MODULE },
	{ .more = cli_machine_options,
	  .help = "\nMachines (from --memory on, with --module only):\n" },
	{ 0 },
};

const struct cli_command cli_exhaust = {
	"exhaust", "compare all sequences of operations with a model",
	"usage: lfb exhaust [OPTION]...\n"
	"       lfb exhaust [OPTION]... --case SCENARIO\n"
	"       lfb exhaust [--length N] [--jobs N] --defects\n"
	"       lfb exhaust [OPTION]... --module SCENARIO [--finds ID]...\n"
	"       lfb exhaust [OPTION]... --module FILE.so... [--next FILE.so [--for MODULE]]\n"
	"                   [--only CASE]\n"
	"\n"
	"Does every sequence of operations up to a length, in a small world, and compares each\n"
	"step with a model of the rules: results, callbacks and what can be counted. A difference\n"
	"is shrunk and printed as a scenario; then the exit status is 1. docs/exhaust.md is about\n"
	"the world, the operations and the model. A kernel image is compared with the profile of\n"
	"its version in the model's place: docs/tree.md.\n",
	options, sizeof(struct exhaust), run, .max = 0,
};
