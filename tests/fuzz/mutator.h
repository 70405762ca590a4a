/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Mutators, as libFuzzer asks for them: a part of each target whose inputs they know, and by
 * afl_mutator.c of AFL++.
 */
#ifndef TESTS_FUZZ_MUTATOR_H
#define TESTS_FUZZ_MUTATOR_H

#include "tests/fuzz/support/support.h"

/* The engine's own. Engines that never ask for a mutator have none. */
__attribute__((weak)) size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size);

size_t LLVMFuzzerCustomMutator(u8 *data, size_t size, size_t max_size, unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
				 size_t max_size, unsigned int seed);

#endif
