// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two readers of one blob, the library and a second opinion that shares no code with it
 * (support/reference.h): both take it and say the same is in it, or both refuse it, for what is
 * wrong at the same place. The digest is not looked at: it chooses nothing and would be in the way.
 */
#include "sim/handover/handover.h"
#include "tests/fuzz/support/opinions.h"
#include "tests/fuzz/support/support.h"

int LLVMFuzzerTestOneInput(const u8 *data, size_t size);

int LLVMFuzzerTestOneInput(const u8 *data, size_t size)
{
	const enum opinions both = opinions_of(data, size, false);

	must(both != OPINIONS_DIFFER);
	if (both == BOTH_TAKE && LFB_FUZZING)
		mutate_remember(data, size);
	return 0;
}
