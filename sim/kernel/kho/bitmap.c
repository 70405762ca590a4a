// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Bitmaps of preserved blocks, the leaves of every generation's map, read from memory that may
 * hold anything.
 */
#include "sim/kernel/kho/map.h"

/* Pages of a map are mostly empty: a cache line a step. */
unsigned int kho__next_word(const u64 *page, unsigned int word)
{
	while (word < KHO_PAGE_WORDS && !page[word]) {
		const u64 *line = page + word;

		if (word % 8 == 0 && !(line[1] | line[2] | line[3] | line[4] | line[5] | line[6] |
				       line[7]))
			word += 8;
		else
			word++;
	}
	return word;
}

const void *kho__map_page(const struct kho_reader *reader, phys_addr_t phys)
{
	if (!phys || !IS_ALIGNED(phys, PAGE_SIZE))
		return NULL;
	return reader->view->at(reader->view, phys, PAGE_SIZE);
}

int kho__read_own_page(const struct kho_reader *reader, phys_addr_t phys)
{
	return reader->own_page ? reader->own_page(reader->context, phys, 0) : 0;
}

int kho__read_bitmap(const struct kho_reader *reader, const u64 *bitmap, phys_addr_t start,
		     unsigned int order)
{
	u64 room = reader->view->size - start;
	unsigned int word;

	for (word = kho__next_word(bitmap, 0); word < KHO_PAGE_WORDS;
	     word = kho__next_word(bitmap, word + 1)) {
		for (u64 bits = bitmap[word]; bits; bits &= bits - 1) {
			u64 n = word * 64 + (unsigned int)__builtin_ctzll(bits);
			u64 offset = n << (order + PAGE_SHIFT);
			int err;

			if (offset + (PAGE_SIZE << order) > room)
				return lfb__problem(reader->problem, -EINVAL, start + offset,
						    "preserved block of order %u lies beyond the "
						    "end of memory", order);
			err = reader->block(reader->context, start + offset, order);
			if (err)
				return err;
		}
	}
	return 0;
}
