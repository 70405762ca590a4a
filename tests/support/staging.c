// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Scenarios and what they are performed with.
 */
#include <errno.h>

#include "tests/support/staging.h"

struct lfb_scenario *parsed(const char *text)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_parse("test", text, strlen(text), &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	return scenario;
}

struct lfb_machine *new_machine(u64 memory, const char *profile)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = memory,
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

struct lfb_blob *blob_of(const char *text, u64 memory, const char *profile)
{
	struct lfb_blob *blob;
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = &blob };
	struct lfb_machine *machine = new_machine(memory, profile);
	struct lfb_scenario *scenario = parsed(text);

	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	assert_non_null(blob);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return blob;
}

int output_collect(void *context, const char *bytes, size_t size)
{
	struct output *output = context;

	if (output->writes_left == 0)
		return -EPIPE;
	if (output->writes_left > 0)
		output->writes_left--;
	output->text = realloc(output->text, output->size + size + 1);
	assert_non_null(output->text);
	memcpy(output->text + output->size, bytes, size);
	output->size += size;
	output->text[output->size] = '\0';
	return output->answer;
}
