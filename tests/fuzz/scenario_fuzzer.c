// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Scenarios from hell: parsed, and run with both kinds of output, under each profile; while a
 * fuzzer searches under one, which the bytes choose. Whatever they say, nothing may crash, hang or
 * leak.
 */
#include "tests/fuzz/support/support.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

/* What changes anything chooses anew. */
static unsigned int choice(const u8 *data, size_t size)
{
	u32 sum = 2166136261u;

	for (size_t i = 0; i < size; i++)
		sum = (sum ^ data[i]) * 16777619u;
	return sum >> 16;
}

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const unsigned int profiles = kept_profiles(), chosen = choice(data, size);
	struct lfb_scenario *scenario;

	if (lfb_scenario_parse("input", (const char *)data, size, &scenario))
		return 0;
	for (unsigned int i = 0; i < profiles; i++) {
		const struct lfb_scenario_options how = {
			.sz = sizeof(how), .golden = (chosen + i) / profiles % 2 == 0,
			.write = fuzz_discard,
		};

		if (!LFB_FUZZING || i == chosen % profiles)
			kept_run(i, KEPT_WATCHED, scenario, &how);
	}
	lfb_scenario_free(scenario);
	return 0;
}
