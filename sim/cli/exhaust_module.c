// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb exhaust --module: all sequences of operations with a module, looked at for findings.
 */
#include <stdio.h>
#include <string.h>

#include <luo/exhaust.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "cli.h"

int cli_add_finding(const struct cli_command *command, const char *value,
		    struct cli_findings *findings)
{
	int id = lfb_finding_by_name(value);

	if (id < 0)
		return cli_usage(command, "--finds %s: there is no such finding", value);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->ids[i] == (enum lfb_finding_id)id)
			return CLI_OK;
	}
	findings->ids[findings->count++] = (enum lfb_finding_id)id;
	return CLI_OK;
}

static void print_found(const struct lfb_exhaust_found *found)
{
	printf("\n# %s (%s): %s\n", lfb_finding_name(found->id),
	       lfb_severity_name(lfb_finding_severity(found->id)),
	       lfb_finding_sentence(found->id));
	printf("# after %u operation%s, %llu sequence%s tried\n", found->length,
	       found->length == 1 ? "" : "s", found->tried,
	       found->tried == 1 ? "" : "s");
	lfb_scenario_write(found->scenario, false, cli_write, NULL);
}

static void print_result(const char *path, const struct lfb_exhaust_module_result *result)
{
	printf("# %s: %llu sequences of up to %u operations: ", path,
	       result->sequences, result->length);
	if (result->nr_found)
		printf("%zu finding%s\n", result->nr_found, result->nr_found == 1 ? "" : "s");
	else
		printf("nothing found\n");
	for (size_t i = 0; i < result->nr_found; i++)
		print_found(&result->found[i]);
}

static int search_machine(const struct cli_command *command, struct lfb_machine *machine,
			  const struct lfb_scenario *module,
			  const struct cli_module_search *search)
{
	const struct lfb_exhaust_module_options options = {
		.sz = sizeof(options),
		.length = search->length,
		.finds = search->finds.count ? search->finds.ids : NULL,
		.nr_finds = search->finds.count,
	};
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	int err = lfb_exhaust_module(module, machine, &options, &result);
	bool found;

	if (err == -EINVAL)
		return cli_usage(command, "%s", lfb_error_text(NULL));
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	print_result(search->path, &result);
	found = result.nr_found;
	lfb_exhaust_module_end(&result);
	return found ? CLI_FAILED : CLI_OK;
}

int cli_search_module(const struct cli_command *command, struct cli_machine *given,
		      const struct cli_module_search *search)
{
	struct lfb_scenario *module;
	struct lfb_machine *machine;
	int result = cli_load_scenario(search->path, &module);

	if (result)
		return result;
	result = cli_machine_create(given, command, &machine);
	if (!result) {
		result = search_machine(command, machine, module, search);
		lfb_machine_destroy(machine);
	}
	lfb_scenario_free(module);
	return result;
}
