/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the memory files share among themselves: which pages are in use, and blocks of pages
 * below the level of fault points and accounting.
 */
#ifndef SIM_KERNEL_MEMORY_PAGE_H
#define SIM_KERNEL_MEMORY_PAGE_H

#include "sim/kernel/memory/memory.h"

/* The pages up to this one may be given out; from here on it is scratch. */
static inline unsigned long lfb__usable_end(const struct lfb_memory *memory)
{
	return PHYS_PFN(memory->scratch);
}

/*
 * Touched pages. A page is touched when its map entry is not all zero but for .lost; the mark of
 * having been written to is in it. All work of a boot is in proportion to how many there are.
 */

#define LFB_BITS 64

static inline void lfb__touch(struct lfb_memory *memory, unsigned long pfn)
{
	memory->touched[pfn / LFB_BITS] |= 1ull << (pfn % LFB_BITS);
	memory->chunk_touched[pfn / LFB_CHUNK_PAGES] = 1;
}

/* What is in it from here on is all one byte: it was destroyed, or is as new. */
static inline void lfb__untouch(struct lfb_memory *memory, unsigned long pfn)
{
	const u64 bit = 1ull << (pfn % LFB_BITS);

	memory->touched[pfn / LFB_BITS] &= ~bit;
	memory->emptied[pfn / LFB_BITS] |= bit;
	memory->chunk_emptied[pfn / LFB_CHUNK_PAGES] = 1;
}

/* What a page was in the kernel before, whoever has it now. */
static inline enum lfb_lost lfb__was(const struct lfb_memory *memory, unsigned long pfn)
{
	const u32 what = memory->map[pfn].lost - memory->lost_base;

	return what < LFB_LOST_KINDS ? what : LFB_NOT_LOST;
}

/* The first touched page from @pfn up; @end when there is none below @end. */
unsigned long lfb__next_touched(const struct lfb_memory *memory, unsigned long pfn,
				unsigned long end);

#define for_each_touched(memory, pfn, from, end)                                \
	for (unsigned long pfn = lfb__next_touched(memory, from, end); pfn < (end); \
	     pfn = lfb__next_touched(memory, pfn + 1, end))

/* The first page from @pfn up that is touched or was; nr_pages: there is none. */
static inline unsigned long lfb__next_used(const struct lfb_memory *memory,
					   unsigned long pfn)
{
	while (pfn < memory->nr_pages) {
		const unsigned long chunk = pfn / LFB_CHUNK_PAGES;
		const u8 any = memory->chunk_touched[chunk] | memory->chunk_emptied[chunk];
		const u64 word = !any ? 0 : (memory->touched[pfn / LFB_BITS] |
					     memory->emptied[pfn / LFB_BITS]) >> pfn % LFB_BITS;

		if (word) {
			pfn += (unsigned int)__builtin_ctzll(word);
			break;
		}
		pfn = any ? (pfn | (LFB_BITS - 1)) + 1 : (chunk + 1) * LFB_CHUNK_PAGES;
	}
	return pfn < memory->nr_pages ? pfn : memory->nr_pages;
}

#define for_each_used(memory, pfn)                                                   \
	for (unsigned long pfn = lfb__next_used(memory, 0); pfn < (memory)->nr_pages; \
	     pfn = lfb__next_used(memory, pfn + 1))

/* Puts a page in front of a list of pages, which are numbers: *@list is the first one's. */
static inline void lfb__page_push(struct page *map, u32 *list, unsigned long pfn)
{
	map[pfn].prev = LFB_NO_PFN;
	map[pfn].next = *list;
	if (*list != LFB_NO_PFN)
		map[*list].prev = (u32)pfn;
	*list = (u32)pfn;
}

static inline void lfb__page_unlink(struct page *map, u32 *list, const struct page *page)
{
	if (page->prev == LFB_NO_PFN)
		*list = page->next;
	else
		map[page->prev].next = page->next;
	if (page->next != LFB_NO_PFN)
		map[page->next].prev = page->prev;
}

/* Makes freed memory of a range accessible again, in sanitizer builds. */
void lfb__unpoison_touched(const struct lfb_memory *memory, phys_addr_t phys, size_t size);

/* arena.c */

/* Takes the vmalloc mappings of a kernel that is gone away. */
void lfb__memory_clear_vmalloc(struct lfb_memory *memory);
/* The arena appears in that window, as after a jump. 0 or -ENOMEM, and it is where it was. */
int lfb__memory_go_to(struct lfb_memory *memory, unsigned int window);

/*
 * Blocks (block.c). No fault point, no accounting, content unspecified. @kind: PG_FOLIO, PG_SLAB,
 * PG_INTERNAL or 0.
 */
struct page *lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind);
void lfb__free_block(struct lfb_kernel *kernel, unsigned long pfn);

/* page.c */

/* Cuts an allocated block of @order into 2^@order allocated single pages. */
void lfb__split_page(struct lfb_kernel *kernel, struct page *page, unsigned int order);

#endif
