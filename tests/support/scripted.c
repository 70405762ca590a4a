// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Scenarios as tests write them.
 */
#include "tests/support/scripted.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct output {
	char *text;
	size_t size;
};

static int collect(void *context, const char *bytes, size_t size)
{
	struct output *output = context;

	output->text = realloc(output->text, output->size + size + 1);
	assert_non_null(output->text);
	memcpy(output->text + output->size, bytes, size);
	output->size += size;
	output->text[output->size] = '\0';
	return 0;
}

struct scripted scripted_run(const char *profile, const char *text, bool golden)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 1 << 20,
		.profile = profile,
	};
	struct output output = { 0 };
	struct lfb_scenario_options how = {
		.sz = sizeof(how),
		.golden = golden,
		.write = collect,
		.context = &output,
	};
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	struct scripted run;

	if (lfb_scenario_parse("test", text, strlen(text), &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	run.result = lfb_scenario_run(scenario, machine, &how);
	snprintf(run.why, sizeof(run.why), "%s", lfb_error_text(machine));
	run.output = output.text;
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return run;
}

void scripted_free(struct scripted *run)
{
	free(run->output);
}

void assert_shows(const char *profile, const char *text, const char *shown)
{
	struct scripted run = scripted_run(profile, text, false);

	if (run.result)
		fail_msg("%s\nin\n%s", run.why, run.output);
	if (!strstr(run.output, shown))
		fail_msg("no \"%s\" in\n%s", shown, run.output);
	scripted_free(&run);
}

void assert_transcript(const char *profile, const char *text, const char *transcript)
{
	struct scripted run = scripted_run(profile, text, true);

	if (run.result)
		fail_msg("%s\nin\n%s", run.why, run.output);
	assert_string_equal(run.output, transcript);
	scripted_free(&run);
}

void assert_ends(const char *profile, const char *text, int result, const char *why)
{
	struct scripted run = scripted_run(profile, text, true);

	if (run.result != result || (why && !strstr(run.why, why)))
		fail_msg("%d: %s\nin\n%s", run.result, run.why, run.output);
	scripted_free(&run);
}
