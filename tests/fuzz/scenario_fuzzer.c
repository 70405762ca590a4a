// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Scenarios from hell: parsed, and run under each profile with both kinds of output. Whatever
 * they say, nothing may crash, hang or leak.
 */
#include "tests/fuzz/support/support.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	struct lfb_scenario *scenario;

	if (lfb_scenario_parse("input", (const char *)data, size, &scenario))
		return 0;
	for (unsigned int i = 0; i < kept_profiles(); i++) {
		const struct lfb_scenario_options how = {
			.sz = sizeof(how), .golden = i % 2 == 0, .write = fuzz_discard,
		};

		kept_run(i, KEPT_WATCHED, scenario, &how);
	}
	lfb_scenario_free(scenario);
	return 0;
}
