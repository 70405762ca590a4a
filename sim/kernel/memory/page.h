/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the memory files share among themselves: which pages are in use, and blocks of pages
 * below the level of fault points and accounting.
 */
#ifndef SIM_KERNEL_MEMORY_PAGE_H
#define SIM_KERNEL_MEMORY_PAGE_H

#include "sim/kernel/kernel.h"

/* The pages from LFB_LOW_PAGES up to this one may be given out; from here on it is scratch. */
static inline unsigned long lfb__usable_end(const struct lfb_memory *memory)
{
	return PHYS_PFN(memory->scratch);
}

static inline void *lfb__pfn_address(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->base + (pfn << PAGE_SHIFT);
}

/* The number of an entry of the map; LFB_NO_PFN for a pointer that is none. */
static inline unsigned long lfb__pfn(const struct lfb_memory *memory, const struct page *page)
{
	uintptr_t offset = (uintptr_t)page - (uintptr_t)memory->map;

	if (offset >= memory->nr_pages * sizeof(*page) || offset % sizeof(*page))
		return LFB_NO_PFN;
	return offset / sizeof(*page);
}

/*
 * Touched pages. A page is touched when its map entry is not all zero, which includes the mark of
 * having been written to; all work of a boot is in proportion to how many there are.
 */

#define LFB_BITS 64

static inline void lfb__touch(struct lfb_memory *memory, unsigned long pfn)
{
	memory->touched[pfn / LFB_BITS] |= 1ull << (pfn % LFB_BITS);
	memory->chunk_touched[pfn / LFB_CHUNK_PAGES] = 1;
}

static inline void lfb__untouch(struct lfb_memory *memory, unsigned long pfn)
{
	memory->touched[pfn / LFB_BITS] &= ~(1ull << (pfn % LFB_BITS));
}

/* Was it in use when the kernel before jumped? */
static inline bool lfb__was_in_use(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->lost[pfn / LFB_BITS] >> (pfn % LFB_BITS) & 1;
}

/* The first touched page from @pfn up; @end when there is none below @end. */
unsigned long lfb__next_touched(const struct lfb_memory *memory, unsigned long pfn,
				unsigned long end);

#define for_each_touched(memory, pfn)                                                              \
	for ((pfn) = lfb__next_touched(memory, 0, (memory)->nr_pages); (pfn) < (memory)->nr_pages; \
	     (pfn) = lfb__next_touched(memory, (pfn) + 1, (memory)->nr_pages))

/* Makes freed memory of a range accessible again, in sanitizer builds. */
void lfb__unpoison_touched(const struct lfb_memory *memory, phys_addr_t phys, size_t size);

/*
 * Blocks. No fault point, no accounting, content unspecified. @kind: PG_FOLIO, PG_SLAB,
 * PG_INTERNAL or 0.
 */
struct page *lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind);
void lfb__free_block(struct lfb_kernel *kernel, unsigned long pfn);

#endif
