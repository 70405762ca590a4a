// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What tells one lot of bytes from another: four lanes of 64 bits, each of which takes every fourth
 * word, so that the processor works on all at once.
 */
#include <string.h>

#include "sim/kernel/host/host.h"

#define LANES 4

/* For one lane and value each word leads elsewhere, and for one word each value does. */
static inline u64 take(u64 lane, u64 word)
{
	lane = (lane ^ word) * 0x9fb21c651e98df25ull;
	return lane << 31 | lane >> 33;
}

void lfb__mix(struct lfb_mix *mix, const void *bytes, size_t size)
{
	const u8 *at = bytes;
	u64 words[LANES];

	mix->lanes[0] = take(mix->lanes[0], size);
	for (; size >= sizeof(words); at += sizeof(words), size -= sizeof(words)) {
		memcpy(words, at, sizeof(words));
		for (int i = 0; i < LANES; i++)
			mix->lanes[i] = take(mix->lanes[i], words[i]);
	}
	if (!size)
		return;
	memset(words, 0, sizeof(words));
	memcpy(words, at, size);
	for (int i = 0; i < LANES; i++)
		mix->lanes[i] = take(mix->lanes[i], words[i]);
}

void lfb__mix_end(const struct lfb_mix *mix, u64 digest[2])
{
	for (int half = 0; half < 2; half++) {
		digest[half] = (u64)half + 1;
		for (int i = 0; i < LANES; i++)
			digest[half] = lfb__hash_mix(digest[half],
						     mix->lanes[half ? LANES - 1 - i : i]);
	}
}
