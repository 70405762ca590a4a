// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Blocks of pages: which are free, and which is given out.
 *
 * The buddy policy keeps free blocks on one list an order. Memory is brought in a chunk at a time,
 * in ascending order and only when the lists have nothing large enough, so a boot does not depend
 * on how much memory there is. The ascending policy has no lists at all.
 */
#include <string.h>

#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

#define PG_IN_USE (PG_ALLOCATED | PG_TAIL | PG_PRESERVED_IN)

static void push_free(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct page *page = &kernel->memory.map[pfn];

	LFB_ASSERT(IS_ALIGNED(pfn, 1ul << order) && !(page->flags & (PG_IN_USE | PG_FREE)));
	lfb__touch(&kernel->memory, pfn);
	page->flags |= PG_FREE;
	page->order = (u8)order;
	lfb__page_push(kernel->memory.map, &kernel->pages.free_list[order], pfn);
}

static void remove_free(struct lfb_kernel *kernel, unsigned long pfn)
{
	struct page *page = &kernel->memory.map[pfn];

	lfb__page_unlink(kernel->memory.map, &kernel->pages.free_list[page->order], page);
	page->flags &= ~PG_FREE;
}

/* Frees a range as maximal naturally aligned blocks, each of one node. */
static void push_range(struct lfb_kernel *kernel, unsigned long pfn, unsigned long end)
{
	const struct lfb_memory *memory = &kernel->memory;

	LFB_ASSERT(pfn >= lfb__usable_start(&kernel->memory) &&
		   end <= lfb__usable_end(&kernel->memory));
	while (pfn < end) {
		unsigned int order = (unsigned int)__builtin_ctzll(pfn | LFB_CHUNK_PAGES);

		while (1ul << order > end - pfn ||
		       lfb__node_end(memory, pfn) < pfn + (1ul << order))
			order--;
		push_free(kernel, pfn, order);
		pfn += 1ul << order;
	}
}

/* As lfb__next_touched(); the pages of scratch areas count as touched. */
static unsigned long next_touched(const struct lfb_memory *memory, unsigned long pfn,
				  unsigned long end)
{
	end = lfb__next_touched(memory, pfn, end);
	/* The first area is behind all that may be given out. */
	for (unsigned int n = 1; n < memory->scratch_areas; n++) {
		const unsigned long first = lfb__scratch_area(memory, n);

		if (first < end && first + PHYS_PFN(memory->scratch_size) > pfn)
			end = first > pfn ? first : pfn;
	}
	return end;
}

static bool is_in_use(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->map[pfn].flags & PG_IN_USE ||
	       (memory->scratch_areas > 1 && lfb__in_scratch(memory, pfn, 1));
}

/* Makes the free pages of the next chunk available. False: there is no next one. */
static bool bring_in_chunk(struct lfb_kernel *kernel)
{
	const struct lfb_memory *memory = &kernel->memory;
	unsigned long pfn = kernel->pages.frontier;
	unsigned long end = pfn + LFB_CHUNK_PAGES;

	if (pfn >= lfb__usable_end(memory))
		return false;
	kernel->pages.frontier = end;
	if (end > lfb__usable_end(memory))
		end = lfb__usable_end(memory);
	if (pfn < lfb__usable_start(memory))
		pfn = lfb__usable_start(memory);
	while (pfn < end) {
		unsigned long in_use = next_touched(memory, pfn, end);

		while (in_use < end && !is_in_use(memory, in_use))
			in_use = next_touched(memory, in_use + 1, end);
		push_range(kernel, pfn, in_use);
		pfn = in_use;
		while (pfn < end && is_in_use(memory, pfn))
			pfn++;
	}
	return true;
}

static unsigned long take_buddy(struct lfb_kernel *kernel, unsigned int order)
{
	const u32 *lists = kernel->pages.free_list;
	const struct page *map = kernel->memory.map;
	unsigned long pfn;
	unsigned int have;

	do {
		have = order;
		while (have <= MAX_PAGE_ORDER && lists[have] == LFB_NO_PFN)
			have++;
	} while (have > MAX_PAGE_ORDER && bring_in_chunk(kernel));
	if (have > MAX_PAGE_ORDER)
		return LFB_NO_PFN;
	pfn = lists[have];
	LFB_ASSERT(map[pfn].flags & PG_FREE && map[pfn].order == have);
	remove_free(kernel, pfn);
	while (have-- > order)
		push_free(kernel, pfn + (1ul << have), have);
	return pfn;
}

/* At most a chunk: larger ones, which were handed over, come back in pieces. */
static void give_buddy(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	const struct page *map = kernel->memory.map;

	/* Bringing its chunk in will find it free; nobody is given what lies in scratch. */
	if (pfn >= kernel->pages.frontier || lfb__in_scratch(&kernel->memory, pfn, 1))
		return;
	for (; order < MAX_PAGE_ORDER; order++) {
		unsigned long buddy = pfn ^ (1ul << order);

		if (!(map[buddy].flags & PG_FREE) || map[buddy].order != order ||
		    lfb__node_end(&kernel->memory, pfn & buddy) < (pfn | buddy) + (1ul << order))
			break;
		remove_free(kernel, buddy);
		pfn &= buddy;
	}
	push_free(kernel, pfn, order);
}

/* The lowest gap behind everything given out so far. Freed pages stay touched: never again. */
static unsigned long take_ascending(struct lfb_kernel *kernel, unsigned long count)
{
	struct lfb_pages *pages = &kernel->pages;
	unsigned long pfn = pages->bottom;

	while (count <= pages->top && pfn <= pages->top - count) {
		unsigned long in_use = next_touched(&kernel->memory, pfn, pfn + count);
		const unsigned long border = lfb__node_end(&kernel->memory, pfn);

		if (border < pfn + count)
			in_use = border - 1;
		if (in_use == pfn + count) {
			pages->bottom = pfn + count;
			return pfn;
		}
		pfn = in_use + 1;
	}
	return LFB_NO_PFN;
}

/* The highest gap below everything taken here so far. */
static unsigned long take_descending(struct lfb_kernel *kernel, unsigned long count)
{
	struct lfb_pages *pages = &kernel->pages;
	unsigned long end = pages->top;

	while (end >= count && end - count >= pages->bottom) {
		unsigned long in_use = next_touched(&kernel->memory, end - count, end);
		const unsigned long border = lfb__node_end(&kernel->memory, end - count);

		if (border < end)
			in_use = border;
		if (in_use == end) {
			pages->top = end - count;
			return end - count;
		}
		end = in_use;
	}
	return LFB_NO_PFN;
}

/* Freed memory is given out again when there is no other, the oldest first. */
static unsigned long take_fenced(struct lfb_kernel *kernel, unsigned int order)
{
	unsigned long pfn = take_buddy(kernel, order), freed;
	unsigned int freed_order;

	while (pfn == LFB_NO_PFN && lfb__fence_take_oldest(kernel, &freed, &freed_order)) {
		give_buddy(kernel, freed, freed_order);
		pfn = take_buddy(kernel, order);
	}
	return pfn;
}

struct page *lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind)
{
	struct lfb_memory *memory = &kernel->memory;
	const unsigned long count = 1ul << order;
	unsigned long pfn, i;
	struct page *page;

	if (memory->policy == LFB_PAGES_BUDDY)
		pfn = take_fenced(kernel, order);
	else if (kind & (PG_SLAB | PG_INTERNAL))
		pfn = take_descending(kernel, count);
	else
		pfn = take_ascending(kernel, count);
	if (pfn == LFB_NO_PFN)
		return NULL;

	page = &memory->map[pfn];
	LFB_ASSERT(pfn >= lfb__usable_start(memory) && pfn + count <= lfb__usable_end(memory));
	LFB_ASSERT(!(page->flags & PG_IN_USE));
	lfb__touch(memory, pfn);
	page->flags = PG_ALLOCATED | PG_DIRTY | kind | (page->flags & PG_STICKY);
	page->order = (u8)order;
	page->refcount = 1;
	for (i = 1; i < count; i++) {
		lfb__touch(memory, pfn + i);
		page[i].flags = PG_TAIL | PG_DIRTY | (kind & (PG_SLAB | PG_INTERNAL)) |
				(page[i].flags & PG_STICKY);
		page[i].next = (u32)pfn;
	}
	if (unlikely(memory->closed && memory->closed->count))
		lfb__pages_open(memory, pfn, count);
	if (lfb__fence_knows(memory))
		lfb__fence_given(kernel, pfn, order, kind);
	lfb__unpoison(lfb__pfn_address(memory, pfn), count << PAGE_SHIFT);
	lfb__allow(memory, lfb__pfn_address(memory, pfn), count << PAGE_SHIFT);
	return page;
}

void lfb__free_block(struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct lfb_memory *memory = &kernel->memory;
	struct page *page = &memory->map[pfn];
	const unsigned int order = page->order;
	const unsigned int piece = order < LFB_CHUNK_ORDER ? order : LFB_CHUNK_ORDER;
	const size_t size = PAGE_SIZE << order;
	void *address = lfb__pfn_address(memory, pfn);
	u32 flags = 0;

	LFB_ASSERT(page->flags & PG_ALLOCATED && order <= KHO_MAX_ORDER);
	lfb__forbid(memory, address, size);
	lfb__race_end(kernel, address, size);
	if (LFB_ASAN && !lfb__fenced(memory)) {
		lfb__unpoison(address, size);
		memset(address, LFB_POISON_FREED, size);
		lfb__poison(address, size);
	}
	for (unsigned long i = 0; i < 1ul << order; i++) {
		flags |= page[i].flags;
		page[i] = (struct page){ .flags = PG_DIRTY | (page[i].flags & PG_STICKY) };
	}
	if (unlikely(flags & PG_PRESERVED))
		lfb__check_freed(kernel, pfn, 1ul << order);
	for (unsigned long i = 0; i < 1ul << order; i += 1ul << piece) {
		if (lfb__fence_knows(memory))
			lfb__fence_freed(kernel, pfn + i, piece);
		if (!lfb__fenced(memory) && memory->policy == LFB_PAGES_BUDDY)
			give_buddy(kernel, pfn + i, piece);
	}
}
