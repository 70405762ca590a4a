// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a boot does to physical memory: keep what was handed over, destroy everything else. */
#include <string.h>

#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

static bool is_preserved(const struct page *page)
{
	return page->flags & (PG_PRESERVED_IN | PG_TAIL);
}

/*
 * Whoever has had a page in this kernel left a mark on it, and it is his. But no address of KHO's
 * own pages is ever given away, and a callback that takes over what was preserved has no business
 * with slab memory: what they mean is what was there before.
 */
static bool is_taken(const struct lfb_kernel *kernel, u32 flags)
{
	const struct lfb_frame *frame = lfb__frame(kernel);
	const char *op = frame ? frame->op : "";

	if (!(flags & ~PG_FREE))
		return false;
	if (flags & PG_HANDED)
		return true;
	if (flags & PG_SLAB)
		return strcmp(op, "retrieve") && strcmp(op, "finish");
	return !(flags & PG_INTERNAL);
}

enum lfb_lost lfb__lost(const struct lfb_kernel *kernel, unsigned long pfn)
{
	return is_taken(kernel, kernel->memory.map[pfn].flags) ? LFB_NOT_LOST :
								 lfb__was(&kernel->memory, pfn);
}

/* Nothing but map entries may change here: what lies in the pages is still to be read. */
void lfb__pages_begin(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_pages *pages = &kernel->pages;
	const bool after_another = kernel->boot_number && lfb__checking(kernel);

	lfb__unpoison_touched(memory, memory->start, memory->size - memory->start);
	lfb__pages_open_all(memory);
	lfb__shadow_begin(kernel);
	if (memory->shadow && !memory->fence)
		lfb__fence_know(memory);
	if (lfb__fenced(memory))
		lfb__fence_open(kernel);
	memory->lost_base += LFB_LOST_SLAB;
	for_each_touched(memory, pfn, memory->first_page, memory->nr_pages) {
		struct page *page = &memory->map[pfn];
		const u32 dirty = page->flags & PG_DIRTY;
		u32 lost = LFB_NOT_LOST;

		lfb__fence_forget(memory, pfn);
		if (after_another && page->flags & (PG_ALLOCATED | PG_TAIL | PG_PRESERVED_IN))
			lost = page->flags & PG_SLAB ? LFB_LOST_SLAB : LFB_LOST;
		*page = (struct page){ .flags = dirty, .lost = memory->lost_base + lost };
		if (!dirty)
			lfb__untouch(memory, pfn);
	}

	memset(pages, 0, sizeof(*pages));
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++)
		pages->free_list[order] = LFB_NO_PFN;
	pages->frontier = memory->first_page;
	pages->bottom = lfb__usable_start(memory);
	pages->top = lfb__usable_end(memory);
	pages->early_next = memory->scratch;
	pages->oldest_freed = LFB_NO_PFN;
}

/*
 * What is preserved twice is reserved as kernels do, who do not look: the block that comes last is
 * there as it was preserved, and of the other pages are left.
 */
void lfb__pages_break_up(struct lfb_kernel *kernel, unsigned long pfn)
{
	struct page *page = &kernel->memory.map[pfn];
	unsigned int order;

	if (page->flags & PG_TAIL)
		page = &kernel->memory.map[page->next];
	order = page->order;
	for (unsigned long i = 0; i < 1ul << order; i++) {
		page[i].flags = PG_PRESERVED_IN | PG_DIRTY | PG_HANDED;
		page[i].order = 0;
		page[i].next = 0;
	}
}

int lfb__pages_reserve(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct lfb_memory *memory = &kernel->memory;
	const unsigned long end = lfb__usable_end(memory);
	struct page *page;

	if (order > KHO_MAX_ORDER || !IS_ALIGNED(pfn, 1ul << order) ||
	    pfn < lfb__usable_start(memory) || pfn >= end || 1ul << order > end - pfn ||
	    lfb__in_scratch(memory, pfn, 1ul << order))
		return -EINVAL;
	page = &memory->map[pfn];
	for (unsigned long i = 0; i < 1ul << order; i++) {
		if (!is_preserved(&page[i]))
			continue;
		if (!(kernel->kho.rules & KHO_TRUSTS_CALLERS))
			return -EEXIST;
		lfb__pages_break_up(kernel, pfn + i);
		kernel->pages.incoming--;
	}

	/* Dirty, so that it is destroyed at the boot after this one. */
	for (unsigned long i = 0; i < 1ul << order; i++) {
		lfb__touch(memory, pfn + i);
		page[i].flags = PG_TAIL | PG_DIRTY | PG_HANDED;
		page[i].next = (u32)pfn;
	}
	page->flags = PG_PRESERVED_IN | PG_DIRTY | PG_HANDED;
	page->order = (u8)order;
	lfb__allow(memory, lfb__pfn_address(memory, pfn), PAGE_SIZE << order);
	kernel->pages.incoming += 1ul << order;
	LFB_ASSERT(kernel->pages.incoming <= memory->nr_pages);
	return 0;
}

static bool is_early_alloced(const struct lfb_kernel *kernel, unsigned long pfn)
{
	return PFN_PHYS(pfn) >= kernel->memory.scratch && PFN_PHYS(pfn) < kernel->pages.early_next;
}

/* Chunks without a touched page need not be looked at again. */
static void forget_clean_chunks(struct lfb_memory *memory)
{
	const unsigned long words = LFB_CHUNK_PAGES / LFB_BITS;
	u8 *chunk = memory->chunk_touched + memory->first_page / LFB_CHUNK_PAGES;
	u8 *end = memory->chunk_touched + memory->nr_chunks;

	while ((chunk = memchr(chunk, 1, (size_t)(end - chunk))) != NULL) {
		const u64 *touched = memory->touched + (chunk - memory->chunk_touched) * words;
		u64 any = 0;

		for (unsigned long i = 0; i < words; i++)
			any |= touched[i];
		*chunk++ = any != 0;
	}
}

bool lfb__pages_next_incoming(const struct lfb_kernel *kernel, unsigned long *pfn,
			      unsigned int *order)
{
	const struct lfb_memory *memory = &kernel->memory;
	const unsigned long end = kernel->pages.incoming ? memory->nr_pages : 0;

	for_each_touched(memory, at, *pfn, end) {
		if (memory->map[at].flags & PG_PRESERVED_IN) {
			LFB_ASSERT(memory->map[at].order <= KHO_MAX_ORDER);
			*pfn = at;
			*order = memory->map[at].order;
			return true;
		}
	}
	return false;
}

/* Only what was handed over, and scratch, may be touched until it is given out. */
static void fence_in(struct lfb_kernel *kernel)
{
	unsigned long pfn = 0;
	unsigned int order;

	lfb__fence_close(kernel);
	for (; lfb__pages_next_incoming(kernel, &pfn, &order); pfn += 1ul << order)
		lfb__fence_let_in(kernel, pfn, order);
}

void lfb__pages_ready(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;

	for_each_touched(memory, pfn, memory->first_page, memory->nr_pages) {
		if (is_preserved(&memory->map[pfn]) || is_early_alloced(kernel, pfn))
			continue;
		memset(lfb__pfn_address(memory, pfn), LFB_POISON_DESTROYED, PAGE_SIZE);
		memory->map[pfn].flags = 0;
		lfb__untouch(memory, pfn);
	}
	forget_clean_chunks(memory);
	if (lfb__fenced(memory))
		fence_in(kernel);
}

void lfb__pages_mark_dirty(struct lfb_kernel *kernel, unsigned long pfn, unsigned long count)
{
	struct lfb_memory *memory = &kernel->memory;
	const unsigned long end = memory->nr_pages;

	for (; count > 0 && pfn < end; pfn++, count--) {
		lfb__touch(memory, pfn);
		memory->map[pfn].flags |= PG_DIRTY;
	}
}

void *lfb__early_alloc(struct lfb_kernel *kernel, size_t size)
{
	struct lfb_memory *memory = &kernel->memory;
	const phys_addr_t start = kernel->pages.early_next;
	const phys_addr_t room = memory->scratch + memory->scratch_size - start;

	LFB_ASSERT(start >= memory->scratch && room <= memory->scratch_size);
	if (size == 0 || size > room)
		return NULL;
	lfb__pages_mark_dirty(kernel, PHYS_PFN(start),
			      PHYS_PFN(start + size - 1) - PHYS_PFN(start) + 1);
	kernel->pages.early_next += (size + 15) & ~15ull;
	lfb__allow(memory, memory->base + start, size);
	return memset(memory->base + start, 0, size);
}
