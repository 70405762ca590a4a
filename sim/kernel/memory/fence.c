// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Guard mode: who may touch which page. */
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"


void lfb__fence_know(struct lfb_memory *memory)
{
	const u64 bytes = memory->size - memory->start;
	const size_t size = sizeof(struct lfb_fence) +
			    PHYS_PFN(LFB_HIGH_START + bytes) * sizeof(struct lfb_fence_page);
	struct lfb_fence *fence = lfb__map_zeroed(size);

	if (!fence)
		return;
	fence->size = size;
	memory->fence = fence;
}

int lfb__fence_create(struct lfb_memory *memory)
{
	memory->mirror = lfb__store_again(memory->store, memory->windows,
					  memory->size - memory->start);
	if (!memory->mirror)
		return -ENOMEM;
	lfb__fence_know(memory);
	return memory->fence ? 0 : -ENOMEM;
}

void lfb__fence_destroy(struct lfb_memory *memory)
{
	if (memory->mirror)
		lfb__store_again_drop(memory->mirror, memory->size - memory->start);
	if (memory->fence)
		lfb__map_drop(memory->fence, memory->fence->size);
}

static void protect(const struct lfb_memory *memory, unsigned long pfn, unsigned long count,
		    enum lfb_map_access protection)
{
	if (!lfb__fenced(memory) || memory->fence->off || !count)
		return;
	if (!lfb__map_access(lfb__pfn_address(memory, pfn), count << PAGE_SHIFT, protection))
		return;
	memory->fence->off = true;
	lfb__map_access(memory->base + memory->start, memory->size - memory->start, LFB_MAP_OPEN);
}

void lfb__fence_open(struct lfb_kernel *kernel)
{
	const struct lfb_memory *memory = &kernel->memory;

	memory->fence->off = false;
	protect(memory, memory->first_page, memory->nr_pages - memory->first_page,
		LFB_MAP_OPEN);
}

void lfb__fence_close(struct lfb_kernel *kernel)
{
	const struct lfb_memory *memory = &kernel->memory;

	protect(memory, memory->first_page, lfb__usable_end(memory) - memory->first_page,
		LFB_MAP_CLOSED);
}

void lfb__fence_let_in(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	protect(&kernel->memory, pfn, 1ul << order, LFB_MAP_OPEN);
}

void lfb__fence_given(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, u32 kind)
{
	struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];

	LFB_ASSERT(pfn + (1ul << order) <= kernel->memory.nr_pages);
	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].head = (u32)pfn;
	*page = (struct lfb_fence_page){
		.made = lfb__site_here(kernel),
		.made_operation = kernel->operation,
		.head = (u32)pfn,
		.order = (u8)order,
		.use = LFB_FENCE_IN_USE,
	};
	if (!(kind & PG_SLAB))
		protect(&kernel->memory, pfn, 1ul << order, LFB_MAP_OPEN);
}

void lfb__fence_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_fence_page *page = &memory->fence->pages[pfn];
	struct lfb_pages *pages = &kernel->pages;

	LFB_ASSERT(page->head <= pfn);
	/* A page of a block that was split: whose the block was. */
	*page = memory->fence->pages[page->head];
	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].head = (u32)pfn;
	page->order = (u8)order;
	page->use = LFB_FENCE_FREED;
	page->freed = lfb__site_here(kernel);
	page->freed_operation = kernel->operation;
	protect(memory, pfn, 1ul << order, LFB_MAP_CLOSED);

	/* What was never brought in will be found free then. */
	if (!lfb__fenced(memory) || memory->policy != LFB_PAGES_BUDDY || pfn >= pages->frontier)
		return;
	memory->map[pfn].next = LFB_NO_PFN;
	if (pages->oldest_freed == LFB_NO_PFN)
		pages->oldest_freed = (u32)pfn;
	else
		memory->map[pages->newest_freed].next = (u32)pfn;
	pages->newest_freed = (u32)pfn;
}

bool lfb__fence_take_oldest(struct lfb_kernel *kernel, unsigned long *pfn, unsigned int *order)
{
	struct lfb_memory *memory = &kernel->memory;

	if (!memory->fence || kernel->pages.oldest_freed == LFB_NO_PFN)
		return false;
	*pfn = kernel->pages.oldest_freed;
	LFB_ASSERT(memory->fence->pages[*pfn].use == LFB_FENCE_FREED);
	*order = memory->fence->pages[*pfn].order;
	kernel->pages.oldest_freed = memory->map[*pfn].next;
	memory->map[*pfn].next = 0;
	return true;
}

/* Pages that an object lies in, the page behind it not among them. */
static unsigned long pages_of(size_t size)
{
	return PAGE_ALIGN(size) >> PAGE_SHIFT;
}

unsigned int lfb__fence_order(size_t size)
{
	unsigned int order = get_order((pages_of(size) + 1) << PAGE_SHIFT);

	/* The largest ones have nothing behind them. */
	return order <= MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER;
}

/* The page of its block where the object's last one ends. */
static unsigned long end_page(size_t size)
{
	const unsigned long count = 1ul << lfb__fence_order(size);

	return pages_of(size) < count ? count - 1 : count;
}

size_t lfb__fence_start(const struct lfb_kernel *kernel, unsigned long pfn, size_t *size)
{
	*size = lfb__fence_aligned(kernel->memory.fence->pages[pfn].size);
	return (end_page(*size) << PAGE_SHIFT) - *size;
}

void lfb__fence_made(struct lfb_kernel *kernel, unsigned long pfn)
{
	struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];

	page->made = lfb__site_here(kernel);
	page->made_operation = kernel->operation;
}

void lfb__fence_sized(struct lfb_kernel *kernel, unsigned long pfn, size_t size)
{
	kernel->memory.fence->pages[pfn].size = (u32)size;
}

void *lfb__fence_object(struct lfb_kernel *kernel, unsigned long pfn, size_t size)
{
	struct lfb_memory *memory = &kernel->memory;
	size_t start, room;
	u8 *object;

	lfb__fence_sized(kernel, pfn, size);
	start = lfb__fence_start(kernel, pfn, &room);
	protect(memory, pfn + (start >> PAGE_SHIFT), pages_of(size), LFB_MAP_OPEN);
	LFB_ASSERT(size <= room && start + room <= PAGE_SIZE << lfb__fence_order(size));
	object = (u8 *)lfb__pfn_address(memory, pfn) + start;
	memset(object + size, LFB_SLACK, room - size);
	return object;
}

void lfb__fence_use_all(struct lfb_kernel *kernel, unsigned long pfn)
{
	struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];

	page->size = (u32)lfb__fence_aligned(page->size);
}

size_t lfb__fence_written_slack(const struct lfb_kernel *kernel, unsigned long pfn)
{
	size_t room, start = lfb__fence_start(kernel, pfn, &room);
	const u8 *bytes = (const u8 *)lfb__pfn_address(&kernel->memory, pfn) + start;

	for (size_t i = kernel->memory.fence->pages[pfn].size; i < room; i++) {
		if (bytes[i] != LFB_SLACK)
			return i;
	}
	return 0;
}
