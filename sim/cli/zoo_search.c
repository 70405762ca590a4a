// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb zoo --search: the mistakes without the operations that somebody wrote to show them. */
#define _GNU_SOURCE /* asprintf(), mempcpy() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/exhaust.h>
#include <luo/scenario.h>

#include "zoo.h"

#define LENGTH 6u	/* of sequences; minutes for all entries */
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

	if (lfb_exhaust_module(module, machine, &search->options, &search->result))
		return cli_failed("%s: %s", search->exhibit->name, lfb_error_text(NULL));
	return CLI_OK;
}

static int search(struct exhibit *exhibit, const struct cli_findings *finds, unsigned int length,
		  struct search *search)
{
	*search = (struct search){
		.exhibit = exhibit,
		.options = { .sz = sizeof(search->options), .length = length,
			     .finds = finds->ids, .nr_finds = finds->count },
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

static void print_name(const char *name)
{
	printf("%-40.*s ", zoo_name_length(name), name);
}

static void print_twin(struct zoo *zoo, const struct lfb_exhaust_module_result *result)
{
	zoo->twins++;
	zoo->clean += !result->nr_found;
	printf("  twin %s\n", result->nr_found ? "ACCUSED" : "clean");
	for (size_t i = 0; i < result->nr_found; i++)
		printf("    its twin: %s after %u operations\n",
		       lfb_finding_name(result->found[i].id), result->found[i].length);
}

/* The twin must be clean in all sequences of the length that shows the mistake. */
static int search_both(struct zoo *zoo, struct exhibit *entry, struct exhibit *twin)
{
	const struct lfb_exhaust_module_result *result;
	struct cli_findings finds;
	struct search done;
	unsigned int length = LENGTH;
	int status;

	list_findings(entry, false, &finds);
	status = search(entry, &finds, LENGTH, &done);
	if (status)
		return status;
	result = &done.result;
	print_name(entry->name);
	if (result->nr_found == finds.count) {
		length = result->length ? result->length : 1;
		zoo->caught++;
		printf("by search, length %u, %7llu sequences", result->length, result->sequences);
	} else {
		printf("not on its own: no sequence of %u shows it", LENGTH);
	}
	lfb_exhaust_module_end(&done.result);
	list_findings(entry, true, &finds);
	status = search(twin, &finds, length, &done);
	if (!status)
		print_twin(zoo, result);
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
	int status = CLI_FAILED;
	bool clean = true;

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
		clean &= !twin->found[id];
	print_name(entry->name);
	zoo->caught += found_all(entry);
	zoo->twins++;
	zoo->clean += clean;
	printf("%s  twin %s\n", found_all(entry) ? "by sweep" : "not on its own: no fault shows it",
	       clean ? "clean" : "ACCUSED");
	return CLI_OK;
}

static int compare_quirk(struct zoo *zoo, const char *name)
{
	char quirk[64];
	struct lfb_exhaust_options options = { .sz = sizeof(options), .length = LENGTH,
					       .quirks_on = quirk };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	snprintf(quirk, sizeof(quirk), "%.*s",
		 zoo_name_length(name + strlen(QUIRK)), name + strlen(QUIRK));
	if (lfb_exhaust(&options, &result))
		return cli_failed("%s: %s", name, lfb_error_text(NULL));
	print_name(name);
	zoo->caught += result.scenario != NULL;
	if (result.scenario)
		printf("by model, length %u, %8llu sequences before\n", result.found_length,
		       result.sequences);
	else
		printf("not on its own: no sequence of %u differs\n", LENGTH);
	lfb_scenario_free(result.scenario);
	return CLI_OK;
}

int zoo_search(struct zoo *zoo, const struct cli_embedded *file)
{
	struct exhibit entry = { .name = file->name, .text = file->text };
	struct exhibit twin = { .name = file->name, .text = zoo_twin_of(file->name) };
	int status;

	zoo->entries++;
	if (!twin.text)
		return compare_quirk(zoo, file->name);
	if (is_module_right(entry.text, twin.text)) {
		print_name(entry.name);
		printf("not on its own: the mistake is in the operations\n");
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
