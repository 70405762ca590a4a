// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Changes to a blob. Of its bytes, which are tens of thousands, a few hundred are looked at by who
 * reads it: those are changed, a field of eight bytes at a time, for what would show a mistake.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/handover/handover.h"
#include "tests/fuzz/support/support.h"

#define LOOKS_MAX 1024u
#define GOOD_MAX 16u

/* Where readers look, and which pages there are. */
struct map {
	const struct lfb_blob *blob;
	struct look {
		size_t at, size;
	} looks[LOOKS_MAX];
	unsigned int count;
};

static u32 next(u32 *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 17;
	*random ^= *random << 5;
	return *random;
}

static u64 word_at(const struct map *map, size_t at)
{
	u64 word;

	memcpy(&word, map->blob->bytes + at, sizeof(word));
	return word;
}

static void add_look(struct map *map, size_t at, size_t size)
{
	if (size >= sizeof(u64) && at + size <= map->blob->size && map->count < LOOKS_MAX)
		map->looks[map->count++] = (struct look){ at, size };
}

static void on_look(void *context, const void *bytes, size_t size)
{
	struct map *map = context;

	add_look(map, (size_t)((const u8 *)bytes - map->blob->bytes), size);
}

/* What subsystems handed over LUO's readers do not look at: any page. */
static struct look some_page(const struct map *map, u32 *random)
{
	const struct lfb_blob_range *range;

	range = &map->blob->ranges[next(random) % map->blob->nr_ranges];
	return (struct look){
		(size_t)(range->bytes - map->blob->bytes) +
			PFN_PHYS((size_t)next(random) % range->nr_pages),
		PAGE_SIZE,
	};
}

/*
 * A field of eight bytes: of those of one look, each of which is as likely as the others. Of pages,
 * which are mostly empty, one that is not, or behind such a one.
 */
static size_t choose_field(const struct map *map, u32 *random)
{
	const struct look page = some_page(map, random);
	const struct look *look = next(random) % 4 ? &map->looks[next(random) % map->count] :
						     &page;
	const size_t fields = look->size / sizeof(u64);
	size_t field = next(random) % fields, filled = 0;

	if (look->size < PAGE_SIZE)
		return look->at + field * sizeof(u64);
	/* Every fourth time its head. */
	if (!(next(random) % 4))
		return look->at + next(random) % 2 * sizeof(u64);
	for (size_t i = 0; i < fields; i++)
		filled += word_at(map, look->at + i * sizeof(u64)) != 0;
	if (filled)
		filled = next(random) % filled + 1;
	for (field = 0; field + 1 < fields; field++) {
		filled -= word_at(map, look->at + field * sizeof(u64)) != 0;
		if (!filled)
			break;
	}
	return look->at + (field + !(next(random) % 8)) % fields * sizeof(u64);
}

/* Of a page that is handed over. */
static u64 address(const struct map *map, u32 *random)
{
	const struct lfb_blob_range *range;

	range = &map->blob->ranges[next(random) % map->blob->nr_ranges];
	return range->phys + PFN_PHYS((u64)next(random) % range->nr_pages);
}

/* Small numbers, and those around the limits of formats: entries of a page, orders, signs. */
static u64 interesting(u32 *random)
{
	static const u64 numbers[] = {
		0, 1, 2, 3, 7, 8, 10, 11, 12, 13, 15, 16, 17, 31, 32, 33, 42, 43, 45, 46, 51, 52,
		47, 62, 63, 64, 65, 126, 127, 128, 129, 254, 255, 256, 257, 511, 512, 744, 745, 819,
		820, 4095, 4096, 4097, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
		1ull << 32, 1ull << 52, ~0ull >> 1, 1ull << 63, ~0ull - 4095, ~0ull,
	};

	return numbers[next(random) % ARRAY_SIZE(numbers)];
}

static u64 changed(const struct map *map, u64 value, u32 *random)
{
	const u32 high = value >> 32;

	switch (next(random) % 10) {
	case 0:
	case 1:
		return interesting(random);
	case 2: /* of two fields of four bytes the one … */
		return (u64)high << 32 | (u32)interesting(random);
	case 3: /* … or the other */
		return interesting(random) << 32 | (u32)value;
	case 4:
		return value + 1 - 2 * (next(random) & 1);
	case 5:
		return value + (PAGE_SIZE << next(random) % 8) * (next(random) & 1 ? 1 : -1ull);
	case 6:
		return value ^ 1ull << next(random) % 64;
	case 7: /* what is elsewhere is here, too */
		return word_at(map, choose_field(map, random));
	default:
		return address(map, random);
	}
}

/* A name takes all of its field, and has no end. */
static void lengthen(const struct map *map, u8 *data, u32 *random)
{
	const struct look *look = &map->looks[next(random) % map->count];
	const size_t begin = next(random) % 2 ? 0 : 16;

	for (size_t i = begin; i < look->size && i < begin + 64 && look->size < PAGE_SIZE; i++)
		data[look->at + i] = 'x';
}

static void change(const struct map *map, u8 *data, u32 *random)
{
	size_t at = choose_field(map, random);
	u64 value = changed(map, word_at(map, at), random);

	if (next(random) % 16)
		memcpy(data + at, &value, sizeof(value));
	else
		lengthen(map, data, random);
}

/* What was good begins anew now and then: what is broken is seldom read to its end. */

static struct good {
	u8 *bytes;
	size_t size;
} good[GOOD_MAX];
static unsigned int nr_good;

void mutate_remember(const u8 *data, size_t size)
{
	u8 *bytes;

	if (nr_good == GOOD_MAX || !(bytes = malloc(size)))
		return;
	memcpy(bytes, data, size);
	good[nr_good++] = (struct good){ bytes, size };
}

static size_t begin_anew(u8 *data, size_t size, size_t max_size, u32 *random)
{
	const struct good *one = nr_good ? &good[next(random) % nr_good] : NULL;

	if (!one || one->size > max_size || !(next(random) % 4))
		return size;
	memcpy(data, one->bytes, one->size);
	return one->size;
}

size_t mutate_blob(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	static struct map map;
	u32 random = seed | 1;
	struct lfb_blob *blob;
	u8 *copy;

	size = begin_anew(data, size, max_size, &random);
	copy = malloc(size ? size : 1);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	if (lfb__blob_open(copy, size, false, &blob))
		return 0;
	map.blob = blob;
	map.count = 0;
	if (next(&random) % 16)
		exact_read(blob, on_look, &map);
	/* The header, and the tables of ranges and areas. */
	add_look(&map, LFB_BLOB_MEMORY_AT, LFB_BLOB_RESERVED_AT + 4 - LFB_BLOB_MEMORY_AT +
		 blob->nr_ranges * LFB_BLOB_RANGE_SIZE + blob->more_scratch * LFB_BLOB_AREA_SIZE);
	for (unsigned int n = next(&random) % 4 ? 1 : 3; map.count && n-- > 0;)
		change(&map, data, &random);
	/* How it is tried. */
	data[size - 1] = (u8)next(&random);
	lfb_blob_free(blob);
	return size;
}
