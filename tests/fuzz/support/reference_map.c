// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The map of preserved memory, of both generations: docs/facts.md 8.4. */
#include <stdlib.h>

#include "tests/fuzz/support/reference_parts.h"

#define BITS (REF_PAGE * 8u)

/* A page of the map itself. */
static bool get_page(const struct ref *ref, u64 phys, u8 *page)
{
	return phys && phys % REF_PAGE == 0 && ref_get(ref, phys, page, REF_PAGE);
}

static bool bit(const u8 *bitmap, unsigned int n)
{
	return bitmap[n / 8] >> n % 8 & 1;
}

static bool add_block(struct ref *ref, u64 phys, unsigned int order)
{
	const u64 size = (u64)REF_PAGE << order;

	if (phys >= ref->end || size > ref->end - phys)
		return ref_refuse(ref, REF_MAP, "block of order %u at 0x%llx is beyond the end "
				  "of memory", order, phys);
	if (!ref_has(ref, phys, size))
		return ref_refuse(ref, REF_MAP, "block of order %u at 0x%llx is not there", order,
				  phys);
	for (size_t i = 0; i < ref->nr_blocks; i++) {
		const struct ref_block *other = &ref->blocks[i];

		if (phys < other->phys + ((u64)REF_PAGE << other->order) &&
		    other->phys < phys + size)
			return ref_refuse(ref, REF_MAP, "0x%llx is preserved twice", phys);
	}
	ref->blocks = ref_grow(ref->blocks, ref->nr_blocks, sizeof(*ref->blocks));
	ref->blocks[ref->nr_blocks++] = (struct ref_block){ phys, order };
	return true;
}

/* kho-v1: chunks of { next, order, count } and { start, bitmap } */

static u64 window(unsigned int order)
{
	return (u64)BITS << (12 + order);
}

static bool read_element(struct ref *ref, const u8 *element, unsigned int order)
{
	const u64 start = ref_number(element, 8), at = ref_number(element + 8, 8);
	u8 bitmap[REF_PAGE];

	if (start % window(order) || start >= ref->end)
		return ref_refuse(ref, REF_MAP, "bitmap of order %u begins at 0x%llx", order,
				  start);
	if (!get_page(ref, at, bitmap))
		return ref_refuse(ref, REF_MAP, "no bitmap at 0x%llx", at);
	for (unsigned int n = 0; n < BITS; n++) {
		if (bit(bitmap, n) && !add_block(ref, start + ((u64)n << (12 + order)), order))
			return false;
	}
	return true;
}

static bool read_chunk(struct ref *ref, const u8 *chunk, u64 *elements)
{
	const u64 order = ref_number(chunk + 8, 4), count = ref_number(chunk + 12, 4);
	u64 most = 0;

	if (order > REF_ORDER_MAX)
		return ref_refuse(ref, REF_MAP, "chunk of order %llu", order);
	if (count > 255)
		return ref_refuse(ref, REF_MAP, "chunk of %llu elements", count);
	/* One for each window of each order would do, all chunks together. */
	for (unsigned int i = 0; i <= REF_ORDER_MAX; i++)
		most += ref->end / window(i) + 1;
	*elements += count;
	if (*elements > most)
		return ref_refuse(ref, REF_MAP, "more bitmaps than memory needs");
	for (u64 i = 0; i < count; i++) {
		if (!read_element(ref, chunk + 16 + 16 * i, (unsigned int)order))
			return false;
	}
	return true;
}

bool ref_map_v1(struct ref *ref, u64 map)
{
	struct ref_list met = { 0 };
	u64 at = map, elements = 0;
	bool sound = true;
	u8 chunk[REF_PAGE];

	while (sound && at) {
		if (ref_list_has(&met, at)) {
			sound = ref_refuse(ref, REF_MAP, "chunks run in a circle");
		} else if (!get_page(ref, at, chunk)) {
			sound = ref_refuse(ref, REF_MAP, "no chunk at 0x%llx", at);
		} else {
			ref_list_add(&met, at);
			sound = read_chunk(ref, chunk, &elements);
			at = ref_number(chunk, 8);
		}
	}
	free(met.items);
	return sound;
}

/* kho-v4: a tree of keys, 1 << (52 - order) with the block's number below */

static u64 first_key(unsigned int order)
{
	return 1ull << (52 - order);
}

/* Is one of the keys from @low to @high that of a block of this memory? */
static bool holds_block(const struct ref *ref, u64 low, u64 high)
{
	for (unsigned int order = 0; order <= REF_ORDER_MAX; order++) {
		const u64 first = first_key(order);
		const u64 last = first + ((ref->end - 1) >> (12 + order));

		if (low <= last && high >= first)
			return true;
	}
	return false;
}

static bool add_key(struct ref *ref, u64 key)
{
	for (unsigned int order = 0; order <= REF_ORDER_MAX; order++) {
		const u64 first = first_key(order);

		if (key >= first && key < 2 * first)
			return add_block(ref, (key - first) << (12 + order), order);
	}
	return ref_refuse(ref, REF_MAP, "key 0x%llx is of no order", key);
}

/* The page at @at has the 2^@bits keys from @low on. */
static bool read_node(struct ref *ref, struct ref_list *met, u64 at, u64 low, unsigned int bits)
{
	u8 page[REF_PAGE];

	if (!holds_block(ref, low, low + (1ull << bits) - 1))
		return ref_refuse(ref, REF_MAP, "keys from 0x%llx on are of no block", low);
	if (!get_page(ref, at, page))
		return ref_refuse(ref, REF_MAP, "no node at 0x%llx", at);
	if (ref_list_has(met, at))
		return ref_refuse(ref, REF_MAP, "node 0x%llx is there twice", at);
	ref_list_add(met, at);
	for (unsigned int n = 0; bits == 15 && n < BITS; n++) {
		if (bit(page, n) && !add_key(ref, low + n))
			return false;
	}
	for (unsigned int n = 0; bits > 15 && n < 512; n++) {
		const u64 child = ref_number(page + 8 * n, 8);

		if (child && !read_node(ref, met, child, low + ((u64)n << (bits - 9)), bits - 9))
			return false;
	}
	return true;
}

bool ref_map_v4(struct ref *ref, u64 map)
{
	struct ref_list met = { 0 };
	const bool sound = read_node(ref, &met, map, 0, 60);

	free(met.items);
	return sound;
}
