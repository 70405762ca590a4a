// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb zoo --search: the mistakes without the operations that somebody wrote to show them. */
#define _GNU_SOURCE /* asprintf(), mempcpy() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/exhaust.h>
#include <luo/scenario.h>

#include "zoo.h"

#define LENGTH 6u	/* of sequences; minutes for all entries. Also said here: */
#define NOT_IN_LENGTH(does) "no sequence of 6 " does
#define QUIRK "quirk-"

/* Lines that define the module, or the others; for free(). */
static char *lines_of(const char *text, bool defining)
{
	static const char *const words[] = { "when ", "forget ", "compatible ", "module\n" };
	char *lines = calloc(1, strlen(text) + 1), *end = lines;

	while (lines && *text) {
		size_t length = strcspn(text, "\n");
		bool defines = false;

		length += text[length] == '\n';
		for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
			defines |= !strncmp(text, words[i], strlen(words[i]));
		if (defines == defining)
			end = mempcpy(end, text, length);
		text += length;
	}
	return lines;
}

/* Is the module no other than the twin's, or is there none? */
static bool is_module_right(const char *text, const char *twin)
{
	char *one = lines_of(text, true), *two = lines_of(twin, true);
	bool right = one && two && (!*one || !strcmp(one, two));

	free(one);
	free(two);
	return right;
}

static bool found_all(const struct exhibit *exhibit)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (exhibit->wanted[id] && !exhibit->found[id])
			return false;
	}
	return true;
}

/* All sequences with a module */

struct search {
	const struct exhibit *exhibit;
	struct lfb_exhaust_module_options options;
	struct lfb_exhaust_module_result result;	/* for lfb_exhaust_module_end() */
};

static int search_module(struct cli_line *line, struct lfb_machine *machine,
			 const struct lfb_scenario *module)
{
	struct search *search = line->state;

	int err = lfb_exhaust_module(module, machine, &search->options, &search->result);

	if (!err)
		return CLI_OK;
	lfb_exhaust_module_end(&search->result);
	return zoo_failed(search->exhibit->name, err, NULL);
}

static int search(struct exhibit *exhibit, const struct cli_findings *finds, unsigned int length,
		  struct search *search)
{
	*search = (struct search){
		.exhibit = exhibit,
		.options = { .sz = sizeof(search->options), .length = length,
			     .finds = finds->ids, .nr_finds = finds->count,
			     .progress = cli_progress },
		.result = { .sz = sizeof(search->result) },
	};
	return zoo_with_scenario(exhibit, search, search_module);
}

static void list_findings(const struct exhibit *exhibit, bool errors, struct cli_findings *finds)
{
	finds->count = 0;
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (exhibit->wanted[id] ||
		    (errors && lfb_finding_severity(id) >= LFB_SEVERITY_ERROR))
			finds->ids[finds->count++] = (enum lfb_finding_id)id;
	}
}

/* How a mistake was found. */
struct how {
	const char *by;		/* "search", "sweep" or "model"; NULL: it was not */
	const char *why;	/* … and this is why */
	unsigned int length;	/* of the sequence, 0 in sweeps */
	u64 sequences;
	bool has_twin;
	bool clean;
	const struct lfb_exhaust_module_result *accused;	/* NULL in sweeps */
};

static void print_how(const char *name, const struct how *how)
{
	printf("%-40.*s ", zoo_name_length(name), name);
	if (!how->by)
		printf("not on its own: %s", how->why);
	else if (!strcmp(how->by, "model"))
		printf("by model, length %u, %8llu sequences before", how->length, how->sequences);
	else if (!strcmp(how->by, "search"))
		printf("by search, length %u, %7llu sequences", how->length, how->sequences);
	else
		printf("by %s", how->by);
	if (how->has_twin)
		printf("  twin %s", how->clean ? "clean" : "ACCUSED");
	printf("\n");
	for (size_t i = 0; how->accused && i < how->accused->nr_found; i++)
		printf("    its twin: %s after %u operations\n",
		       lfb_finding_name(how->accused->found[i].id), how->accused->found[i].length);
}

static void json_twin(struct cli_json *json, const struct how *how)
{
	cli_json_open(json, "twin", '{');
	cli_json_bool(json, "clean", how->clean);
	cli_json_open(json, "accused", '[');
	for (size_t i = 0; how->accused && i < how->accused->nr_found; i++) {
		cli_json_open(json, NULL, '{');
		cli_json_finding_id(json, how->accused->found[i].id);
		cli_json_number(json, "length", how->accused->found[i].length);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
	cli_json_close(json, '}');
}

static void json_how(struct cli_json *json, const char *name, const struct how *how)
{
	cli_json_open(json, NULL, '{');
	zoo_json_name(json, name);
	cli_json_bool(json, "found", how->by);
	cli_json_string(json, "by", how->by);
	if (!how->by)
		cli_json_string(json, "why", how->why);
	if (how->by && how->length) {
		cli_json_number(json, "length", how->length);
		cli_json_number(json, "sequences", how->sequences);
	}
	if (how->has_twin)
		json_twin(json, how);
	else
		cli_json_string(json, "twin", NULL);
	cli_json_close(json, '}');
}

/* What is not found on its own fails nothing, as in the exit status. */
static void junit_how(struct zoo *zoo, const char *name, const struct how *how)
{
	const struct lfb_exhaust_module_result *accused = how->accused;

	zoo_junit_case(zoo, name, "", how->by ? CLI_JUNIT_PASSED : CLI_JUNIT_SKIPPED, how->why,
		       NULL);
	if (how->has_twin)
		zoo_junit_case(zoo, name, ".fixed",
			       how->clean ? CLI_JUNIT_PASSED : CLI_JUNIT_FAILED, "accused",
			       accused && accused->nr_found ?
			       lfb_finding_name(accused->found[0].id) : NULL);
}

/* Counts it, and says it. */
static void tell(struct zoo *zoo, const char *name, const struct how *how)
{
	zoo->entries++;
	zoo->caught += how->by != NULL;
	zoo->twins += how->has_twin;
	zoo->clean += how->has_twin && how->clean;
	cli_progress_clear();
	if (zoo->json)
		json_how(&zoo->out, name, how);
	else
		print_how(name, how);
	junit_how(zoo, name, how);
}

/* The twin must be clean in all sequences of the length that shows the mistake. */
static int search_both(struct zoo *zoo, struct exhibit *entry, struct exhibit *twin)
{
	struct how how = { .why = NOT_IN_LENGTH("shows it"), .has_twin = true };
	struct cli_findings finds;
	struct search done;
	unsigned int length = LENGTH;
	int status;

	list_findings(entry, false, &finds);
	status = search(entry, &finds, LENGTH, &done);
	if (status)
		return status;
	if (done.result.nr_found == finds.count) {
		length = done.result.length ? done.result.length : 1;
		how.by = "search";
		how.length = done.result.length;
		how.sequences = done.result.sequences;
	}
	lfb_exhaust_module_end(&done.result);
	list_findings(entry, true, &finds);
	status = search(twin, &finds, length, &done);
	how.clean = !done.result.nr_found;
	how.accused = &done.result;
	if (!status)
		tell(zoo, entry->name, &how);
	lfb_exhaust_module_end(&done.result);
	return status;
}

/* What needs no search */

/* The twin's operations with the entry's module; and with its own, as in any other run. */
static int sweep_both(struct zoo *zoo, struct exhibit *entry, struct exhibit *twin)
{
	char *module = lines_of(entry->text, true), *operations = lines_of(twin->text, false);
	const char *text = entry->text;
	char *joined = NULL;
	struct how how = { .why = "no fault shows it", .has_twin = true, .clean = true };
	int status = CLI_FAILED;

	if (module && operations && asprintf(&joined, "%s%s", module, operations) >= 0) {
		entry->text = joined;
		status = zoo_run(entry);
		entry->text = text;
	}
	free(joined);
	free(module);
	free(operations);
	if (!status)
		status = zoo_run(twin);
	if (status)
		return status;
	for (int id = 0; id < LFB_FINDINGS_NR; id++)
		how.clean &= !twin->found[id];
	if (found_all(entry))
		how.by = "sweep";
	tell(zoo, entry->name, &how);
	return CLI_OK;
}

static int compare_quirk(struct zoo *zoo, const char *name)
{
	char quirk[64];
	struct lfb_exhaust_options options = { .sz = sizeof(options), .length = LENGTH,
					       .quirks_on = quirk,
					       .progress = cli_progress };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	struct how how = { .why = NOT_IN_LENGTH("differs") };
	int err;

	snprintf(quirk, sizeof(quirk), "%.*s",
		 zoo_name_length(name + strlen(QUIRK)), name + strlen(QUIRK));
	err = lfb_exhaust(&options, &result);
	if (err)
		lfb_scenario_free(result.scenario);
	if (err)
		return zoo_failed(name, err, NULL);
	if (result.scenario)
		how.by = "model";
	how.length = result.found_length;
	how.sequences = result.sequences;
	tell(zoo, name, &how);
	lfb_scenario_free(result.scenario);
	return CLI_OK;
}

int zoo_search(struct zoo *zoo, const struct cli_embedded *file)
{
	struct exhibit entry = { .name = file->name, .text = file->text };
	struct exhibit twin = { .name = file->name, .text = zoo_twin_of(file->name) };
	int status;

	if (!twin.text)
		return compare_quirk(zoo, file->name);
	if (is_module_right(entry.text, twin.text)) {
		tell(zoo, entry.name,
		     &(struct how){ .why = "the mistake is in the operations" });
		return CLI_OK;
	}
	status = zoo_read_header(&entry);
	if (!status)
		status = zoo_read_header(&twin);
	if (!status)
		status = entry.by_sweep ? sweep_both(zoo, &entry, &twin) :
					  search_both(zoo, &entry, &twin);
	zoo_close(&entry);
	zoo_close(&twin);
	return status;
}
