/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: pages, folios and addresses, no address spaces. */
#ifndef LUO_LINUX_MM_H
#define LUO_LINUX_MM_H

#include <luo/kernel/linux/align.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/overflow.h>
#include <luo/kernel/linux/pfn.h>
#include <luo/kernel/linux/sizes.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/types.h>
#include <luo/kernel/linux/vmalloc.h>
#include <luo/mm.h>

/** struct folio - pages that belong together; what has no name of the kernel's is not for code. */
struct folio {
	u64 lfb_before[3];
	/** @index: where in its file it is, in pages */
	unsigned long index;
	/** @mapping: the file's pages; NULL: it is in none */
	struct address_space *mapping;
	unsigned long lfb_flags;
	u64 lfb_behind[2];
};

#define PAGE_ALIGNED(address) IS_ALIGNED((unsigned long)(address), PAGE_SIZE)
#define PAGE_ALIGN_DOWN(address) ALIGN_DOWN(address, PAGE_SIZE)
#define offset_in_page(p) ((unsigned long)(p) & ~PAGE_MASK)
#define MAX_ORDER_NR_PAGES (1ul << MAX_PAGE_ORDER)

/** pfn_folio() - Return: the folio that page number @pfn belongs to. */
static inline struct folio *pfn_folio(unsigned long pfn)
{
	return page_folio(pfn_to_page(pfn));
}

static inline unsigned int folio_shift(const struct folio *folio)
{
	return PAGE_SHIFT + folio_order(folio);
}

static inline void get_page(struct page *page)
{
	folio_get(page_folio(page));
}

static inline void put_page(struct page *page)
{
	folio_put(page_folio(page));
}

#endif
