// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What bytes mean, and other bytes that mean something else. */
#include <string.h>

#include "sim/explore/fuzz/fuzz.h"

#define SIZE ((size_t)LFB_FUZZ_RECORD_SIZE)
#define KINDS (LFB_AGENT_VERBS + 1u)	/* calls, and damage */

void lfb__fuzz_read(struct lfb_fuzz_record *record, const u8 *bytes)
{
	*record = (struct lfb_fuzz_record){
		.verb = bytes[0] % KINDS, .which = bytes[1], .fails = bytes[2], .how = bytes[3],
		.value = bytes[4] | (u32)bytes[5] << 8 | (u32)bytes[6] << 16 | (u32)bytes[7] << 24,
	};
}

/* A step of splitmix64. */
static u64 next(u64 *seed)
{
	u64 mixed = *seed += 0x9e3779b97f4a7c15ull;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ull;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebull;
	return mixed ^ mixed >> 31;
}

/* Every third is damage, and in one call of four something fails. */
static void make_record(u8 *bytes, u64 *seed)
{
	const u64 random = next(seed);

	memcpy(bytes, &random, SIZE);
	bytes[2] = random >> 62 ? 0 : 1 + bytes[2] % 4;
	if (next(seed) % 3 == 0)
		bytes[0] = LFB_AGENT_VERBS;
}

/* A file in a session: what all begins with. */
static size_t make_life(u8 *bytes, u64 *seed)
{
	memset(bytes, 0, 2 * SIZE);
	bytes[0] = LFB_AGENT_CREATE;
	bytes[SIZE] = LFB_AGENT_PRESERVE;
	bytes[SIZE + 1] = (u8)next(seed);
	return 2 * SIZE;
}

size_t lfb_fuzz_mutate(void *data, size_t size, size_t room, unsigned int seed)
{
	u64 random = seed;
	u8 *bytes = data, kept[LFB_FUZZ_RECORD_SIZE];
	size_t count = size / SIZE, at, other;
	bool more = (count + 1) * SIZE <= room && count < LFB_FUZZ_RECORDS_MAX;

	if (!count)
		return room < 2 * SIZE ? size : make_life(bytes, &random);
	at = next(&random) % (count + more) * SIZE;
	other = next(&random) % count * SIZE;
	switch (next(&random) % 6) {
	case 0:	/* one more; without room for it another one in its place */
	case 1:
		if (more)
			memmove(bytes + at + SIZE, bytes + at, count * SIZE - at);
		make_record(bytes + at, &random);
		return (count + more) * SIZE;
	case 2:
		memcpy(kept, bytes + other, SIZE);
		if (more)
			memmove(bytes + at + SIZE, bytes + at, count * SIZE - at);
		memcpy(bytes + at, kept, SIZE);
		return (count + more) * SIZE;
	case 3:
		memmove(bytes + other, bytes + other + SIZE, (count - 1) * SIZE - other);
		return (count - 1) * SIZE;
	case 4:
		at = next(&random) % count * SIZE;
		memcpy(kept, bytes + other, SIZE);
		memmove(bytes + other, bytes + at, SIZE);
		memcpy(bytes + at, kept, SIZE);
		return count * SIZE;
	default:
		bytes[other + next(&random) % SIZE] = (u8)next(&random);
		return count * SIZE;
	}
}
