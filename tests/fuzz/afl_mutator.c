// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A target's mutator for AFL++: a shared object that AFL_CUSTOM_MUTATOR_LIBRARY names. AFL++
 * changes bytes itself, too, so that of LLVMFuzzerMutate() little is asked.
 */
#include <stdlib.h>
#include <string.h>

#include "tests/fuzz/mutator.h"

#define EXPORTED __attribute__((visibility("default")))

struct mutator {
	u32 random;
	u8 *made;
	size_t room;
};

EXPORTED void *afl_custom_init(void *afl, unsigned int seed);
EXPORTED void afl_custom_deinit(void *data);
EXPORTED size_t afl_custom_fuzz(void *data, u8 *buffer, size_t size, u8 **out, u8 *other,
				size_t other_size, size_t max_size);

size_t LLVMFuzzerMutate(u8 *data, size_t size, size_t max_size)
{
	static u32 random = 1;

	(void)max_size;
	if (size)
		data[mutate_next(&random) % size] ^= (u8)(1u << mutate_next(&random) % 8);
	return size;
}

void *afl_custom_init(void *afl, unsigned int seed)
{
	struct mutator *mutator = calloc(1, sizeof(*mutator));

	(void)afl;
	if (mutator)
		mutator->random = seed | 1;
	return mutator;
}

void afl_custom_deinit(void *data)
{
	struct mutator *mutator = data;

	free(mutator->made);
	free(mutator);
}

static bool make_room(struct mutator *mutator, size_t room)
{
	u8 *more;

	if (room <= mutator->room)
		return true;
	more = realloc(mutator->made, room);
	if (!more)
		return false;
	mutator->made = more;
	mutator->room = room;
	return true;
}

/* Of @buffer, and half of the time of @other with it. 0: of this input there is nothing to make. */
size_t afl_custom_fuzz(void *data, u8 *buffer, size_t size, u8 **out, u8 *other, size_t other_size,
		       size_t max_size)
{
	struct mutator *mutator = data;
	const unsigned int seed = mutate_next(&mutator->random);
	size_t made = 0;

	if (size > max_size || !make_room(mutator, max_size))
		return 0;
	if (other && other_size && mutate_next(&mutator->random) % 2)
		made = LLVMFuzzerCustomCrossOver(buffer, size, other, other_size, mutator->made,
						 max_size, seed);
	if (!made) {
		memcpy(mutator->made, buffer, size);
		made = LLVMFuzzerCustomMutator(mutator->made, size, max_size, seed);
	}
	*out = mutator->made;
	return made;
}
