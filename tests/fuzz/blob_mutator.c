// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How inputs are changed that are blobs. */
#include <string.h>

#include "tests/fuzz/mutator.h"

/* Mostly where readers look; the rest as the fuzzer would. */
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	size_t made = seed % 8 ? mutate_blob(data, size, max_size, seed * 2654435761u) : 0;

	return made ? made : LLVMFuzzerMutate(data, size, max_size);
}

/* libFuzzer takes it half of the time, which is too often: both are read. */
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
				 size_t max_size, unsigned int seed)
{
	size_t made = seed % 4 ? 0 : cross_blobs(a, a_size, b, b_size, out, max_size,
						 seed * 2654435761u);

	if (made || a_size > max_size)
		return made;
	memcpy(out, a, a_size);
	return LLVMFuzzerCustomMutator(out, a_size, max_size, seed);
}
