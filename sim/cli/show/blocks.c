// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Blocks of pages, each with whose it is. */
#include <stdlib.h>
#include <string.h>

#include <luo/mm.h>

#include "show.h"

/* Pages are marked as the largest blocks that are aligned to their size. */
static unsigned int order_of(u64 pfn, u64 pages)
{
	unsigned int order = 0;

	while (order < 63 && !(pfn & (1ull << order)) && 2ull << order <= pages)
		order++;
	return order;
}

/* Where it is, or would be. */
static size_t place_of(const struct show_blocks *blocks, u64 pfn, unsigned int order, bool *found)
{
	size_t low = 0, high = blocks->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct show_block *block = &blocks->list[middle];

		if (block->pfn < pfn || (block->pfn == pfn && block->order < order))
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < blocks->count && blocks->list[low].pfn == pfn &&
		 blocks->list[low].order == order;
	return low;
}

static bool add_block(struct show_blocks *blocks, u64 pfn, unsigned int order, const char *owner)
{
	struct show_block *grown;
	bool found;
	size_t at = place_of(blocks, pfn, order, &found);

	if (found)
		return true;
	grown = cli_grown(blocks->list, blocks->count, sizeof(*grown));
	if (!grown)
		return false;
	blocks->list = grown;
	memmove(blocks->list + at + 1, blocks->list + at,
		(blocks->count++ - at) * sizeof(*blocks->list));
	blocks->list[at] = (struct show_block){ pfn, order, owner };
	blocks->pages += 1ull << order;
	return true;
}

bool show_blocks_add(struct show_blocks *blocks, u64 phys, u64 pages, const char *owner)
{
	const u64 end = phys / PAGE_SIZE + pages;
	unsigned int order;

	for (u64 pfn = phys / PAGE_SIZE; pfn < end; pfn += 1ull << order) {
		order = order_of(pfn, end - pfn);
		if (!add_block(blocks, pfn, order, owner))
			return false;
	}
	return true;
}

/* Some may not be there: that is the mistake of whoever gives them up. */
void show_blocks_drop(struct show_blocks *blocks, u64 phys, u64 pages, const char **owner)
{
	const u64 end = phys / PAGE_SIZE + pages;
	unsigned int order;
	bool found;

	for (u64 pfn = phys / PAGE_SIZE; pfn < end; pfn += 1ull << order) {
		size_t at;

		order = order_of(pfn, end - pfn);
		at = place_of(blocks, pfn, order, &found);
		if (!found)
			continue;
		if (pfn == phys / PAGE_SIZE)
			*owner = blocks->list[at].owner;
		memmove(blocks->list + at, blocks->list + at + 1,
			(--blocks->count - at) * sizeof(*blocks->list));
		blocks->pages -= 1ull << order;
	}
}

void show_blocks_clear(struct show_blocks *blocks)
{
	free(blocks->list);
	*blocks = (struct show_blocks){ 0 };
}
