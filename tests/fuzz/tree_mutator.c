// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How inputs are changed that are device trees. */
#include "tests/fuzz/mutator.h"

/* Nodes and properties, half of the time; bytes else. */
size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	size_t made = seed % 2 ? mutate_tree(data, size, max_size, seed, LLVMFuzzerMutate) : 0;

	return made ? made : LLVMFuzzerMutate(data, size, max_size);
}

size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
				 size_t max_size, unsigned int seed)
{
	return cross_trees(a, a_size, b, b_size, out, max_size, seed);
}
