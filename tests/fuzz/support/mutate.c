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

u32 mutate_next(u32 *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 17;
	*random ^= *random << 5;
	return *random;
}

static u32 next(u32 *random)
{
	return mutate_next(random);
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
u64 mutate_interesting(u32 *random)
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
		return mutate_interesting(random);
	case 2: /* of two fields of four bytes the one … */
		return (u64)high << 32 | (u32)mutate_interesting(random);
	case 3: /* … or the other */
		return mutate_interesting(random) << 32 | (u32)value;
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

/* What is there, and where who reads it looks; NULL: it is no blob. */
static struct lfb_blob *look_around(struct map *map, const u8 *data, size_t size, bool read)
{
	u8 *copy = malloc(size ? size : 1);
	struct lfb_blob *blob;

	if (!copy)
		return NULL;
	memcpy(copy, data, size);
	if (lfb__blob_open(copy, size, false, &blob))
		return NULL;
	map->blob = blob;
	map->count = 0;
	if (read)
		exact_read(blob, on_look, map);
	/* The header, and the tables of ranges and areas. */
	add_look(map, LFB_BLOB_MEMORY_AT, LFB_BLOB_RESERVED_AT + 4 - LFB_BLOB_MEMORY_AT +
		 blob->nr_ranges * LFB_BLOB_RANGE_SIZE + blob->more_scratch * LFB_BLOB_AREA_SIZE);
	return blob;
}

size_t mutate_blob(u8 *data, size_t size, size_t max_size, unsigned int seed)
{
	static struct map map;
	u32 random = seed | 1;
	struct lfb_blob *blob;

	size = begin_anew(data, size, max_size, &random);
	blob = look_around(&map, data, size, next(&random) % 16);
	if (!blob)
		return 0;
	for (unsigned int n = next(&random) % 4 ? 1 : 3; map.count && n-- > 0;)
		change(&map, data, &random);
	/* How it is tried. */
	data[size - 1] = (u8)next(&random);
	lfb_blob_free(blob);
	return size;
}

/* Of two */

static bool overlap(const struct lfb_blob_range *a, const struct lfb_blob_range *b)
{
	return a->phys < b->phys + PFN_PHYS((u64)b->nr_pages) &&
	       b->phys < a->phys + PFN_PHYS((u64)a->nr_pages);
}

/* Copies the blob and @range of another one, at its place. Returns the size, 0 without room. */
static size_t with_range(const struct lfb_blob *blob, const struct lfb_blob_range *range, u8 *out,
			 size_t room, u32 *random)
{
	const size_t pages = PFN_PHYS((size_t)range->nr_pages);
	const u64 total = blob->size + LFB_BLOB_RANGE_SIZE + pages;
	const u32 count = blob->nr_ranges + 1;
	size_t entry = LFB_BLOB_HEADER_SIZE, at = blob->size - LFB_DIGEST_SIZE;
	u32 above = 0;

	while (above < blob->nr_ranges && blob->ranges[above].phys < range->phys)
		above++;
	if (total > room || (above && overlap(&blob->ranges[above - 1], range)) ||
	    (above < blob->nr_ranges && overlap(&blob->ranges[above], range)))
		return 0;
	entry += above * LFB_BLOB_RANGE_SIZE;
	if (above < blob->nr_ranges)
		at = (size_t)(blob->ranges[above].bytes - blob->bytes);
	memcpy(out, blob->bytes, entry);
	memcpy(out + entry, &range->phys, 8);
	memcpy(out + entry + 8, &range->nr_pages, 4);
	memcpy(out + entry + 12, &range->kind, 4);
	memcpy(out + entry + 16, blob->bytes + entry, at - entry);
	memcpy(out + at + 16, range->bytes, pages);
	memcpy(out + at + 16 + pages, blob->bytes + at, blob->size - at);
	if (next(random) % 8)
		memcpy(out + LFB_BLOB_NR_RANGES_AT, &count, sizeof(count));
	if (next(random) % 8)
		memcpy(out + LFB_BLOB_TOTAL_SIZE_AT, &total, sizeof(total));
	return total;
}

/* What a reader of @b looked at is put where one of @a looks at as much: a record, a page, … */
static void put_record(const struct map *a, const struct map *b, u8 *out, u32 *random)
{
	const struct look *to = &a->looks[next(random) % a->count];
	unsigned int from = next(random) % b->count;

	for (unsigned int i = 0; i < b->count && b->looks[from].size != to->size; i++)
		from = (from + 1) % b->count;
	if (b->looks[from].size == to->size)
		memcpy(out + to->at, b->blob->bytes + b->looks[from].at, to->size);
}

/* A page where one of the same kind is. */
static void put_page(const struct map *a, const struct map *b, u8 *out, u32 *random)
{
	const struct lfb_blob_range *to = &a->blob->ranges[next(random) % a->blob->nr_ranges];
	const struct lfb_blob_range *from = &b->blob->ranges[next(random) % b->blob->nr_ranges];
	const size_t at = (size_t)(to->bytes - a->blob->bytes);

	if (to->kind == from->kind)
		memcpy(out + at + PFN_PHYS((size_t)next(random) % to->nr_pages),
		       from->bytes + PFN_PHYS((size_t)next(random) % from->nr_pages), PAGE_SIZE);
}

static size_t cross(const struct map *a, const struct map *b, u8 *out, size_t max_size,
		    u32 *random)
{
	size_t size = 0;

	if (!(next(random) % 4))
		size = with_range(a->blob, &b->blob->ranges[next(random) % b->blob->nr_ranges],
				  out, max_size, random);
	if (!size) {
		size = a->blob->size;
		memcpy(out, a->blob->bytes, size);
		for (u32 n = 1 + next(random) % 3; n > 0; n--)
			(next(random) % 4 ? put_record : put_page)(a, b, out, random);
	}
	out[size - 1] = (u8)next(random);
	return size;
}

size_t cross_blobs(const u8 *a, size_t a_size, const u8 *b, size_t b_size, u8 *out,
		   size_t max_size, unsigned int seed)
{
	static struct map ours, theirs;
	u32 random = seed | 1;
	struct lfb_blob *our = look_around(&ours, a, a_size, true), *their;
	size_t size = 0;

	if (!our)
		return 0;
	their = look_around(&theirs, b, b_size, true);
	if (their && a_size <= max_size && ours.count && theirs.count)
		size = cross(&ours, &theirs, out, max_size, &random);
	if (their)
		lfb_blob_free(their);
	lfb_blob_free(our);
	return size;
}
