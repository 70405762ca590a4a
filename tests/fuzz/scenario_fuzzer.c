// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Scenarios from hell: parsed, and run under each profile with both kinds of output. Whatever
 * they say, nothing may crash, hang or leak.
 */
#include <stdlib.h>

#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

static int discard(void *context, const char *bytes, size_t size)
{
	return 0;
}

static void run(const struct lfb_scenario *scenario, const char *profile, bool golden)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 1 << 20,
		.mode = LFB_MEMORY_FIXED,
		.profile = profile,
	};
	struct lfb_scenario_options how = {
		.sz = sizeof(how),
		.golden = golden,
		.write = discard,
	};
	struct lfb_machine *machine;

	if (lfb_machine_create(&options, &machine))
		abort();
	lfb_scenario_run(scenario, machine, &how);
	lfb_machine_destroy(machine);
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lfb_scenario *scenario;
	const char *profile;

	if (lfb_scenario_parse("input", (const char *)data, size, &scenario))
		return 0;
	for (unsigned int i = 0; (profile = lfb_profile_name(i)); i++)
		run(scenario, profile, i % 2 == 0);
	lfb_scenario_free(scenario);
	return 0;
}
