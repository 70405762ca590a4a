// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Pages and folios as the kernel's code gets and gives them back: with fault points, accounting and
 * reference counts.
 */
#include <string.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

static struct page *alloc_counted(gfp_t gfp, unsigned int order, u32 kind, const char *where)
{
	struct lfb_kernel *kernel = lfb__current;
	unsigned long pfn;
	struct page *page;

	if (!kernel)
		lfb__not_entered(where);
	if (!kernel || order > MAX_PAGE_ORDER)
		return NULL;
	if (!(gfp & GFP_ATOMIC))
		lfb__might_sleep(kernel, where);
	if (lfb__fault(kernel, LFB_FAULT_ALLOC, where))
		return NULL;
	page = lfb__alloc_block(kernel, order, kind);
	if (!page)
		return NULL;
	kernel->pages.allocated += 1ul << order;
	LFB_ASSERT(kernel->pages.allocated <= kernel->memory.nr_pages);
	pfn = lfb__pfn(&kernel->memory, page);
	if (gfp & __GFP_ZERO)
		memset(lfb__pfn_address(&kernel->memory, pfn), 0, PAGE_SIZE << order);
	else
		lfb__fill_never_written(kernel, lfb__pfn_address(&kernel->memory, pfn),
					PAGE_SIZE << order);
	if (lfb__frame(kernel))
		lfb__ledger_add(kernel, LFB_LEDGER_PAGES, PFN_PHYS(pfn), PAGE_SIZE << order);
	return page;
}

LFB_ENTRY struct page *alloc_pages(gfp_t gfp, unsigned int order)
{
	return alloc_counted(gfp, order, 0, "alloc_pages");
}

LFB_ENTRY struct folio *folio_alloc(gfp_t gfp, unsigned int order)
{
	struct page *page = alloc_counted(gfp, order, PG_FOLIO, "folio_alloc");

	if (page)
		memset(&page->of_folio, 0, sizeof(page->of_folio));
	return (struct folio *)page;
}

/* Why this is not the first page of a block that alloc_pages() and co. gave out. NULL: it is. */
static const char *not_given_out(const struct page *page)
{
	if (page->flags & PG_SLAB)
		return "it belongs to the slab allocator";
	if (page->flags & PG_INTERNAL)
		return "it belongs to KHO";
	if (page->flags & PG_VMALLOC)
		return "it belongs to a vmalloc area";
	if (page->flags & PG_PRESERVED_IN)
		return "it was handed over and not restored";
	if (page->flags & PG_TAIL)
		return "it is inside of a block";
	if (!(page->flags & PG_ALLOCATED))
		return "it is not allocated";
	return NULL;
}

/* The number of a page whose reference count may be changed, else LFB_NO_PFN and a BUG of @id. */
static unsigned long counted_pfn(struct lfb_kernel *kernel, const struct page *page,
				 enum lfb_finding_id id, const char *where)
{
	const unsigned long pfn = lfb__pfn(&kernel->memory, page);
	const char *problem;

	if (pfn == LFB_NO_PFN) {
		lfb__bug_as(id, "pointer to a page", where, "not a page");
		return LFB_NO_PFN;
	}
	problem = not_given_out(page);
	if (problem) {
		if (!(page->flags & PG_ALLOCATED))
			lfb__find_page_places(kernel, pfn);
		lfb__bug_as(id, lfb__phys_object(PFN_PHYS(pfn)).text, where, "page 0x%lx: %s",
			    pfn, problem);
		return LFB_NO_PFN;
	}
	return pfn;
}

/* The same for a block that must be of @order. */
static unsigned long block_pfn(struct lfb_kernel *kernel, const struct page *page,
			       unsigned int order, const char *where)
{
	const unsigned long pfn = counted_pfn(kernel, page, LFB_FINDING_MEM_BAD_FREE, where);

	if (pfn == LFB_NO_PFN || page->order == order)
		return pfn;
	lfb__bug_as(LFB_FINDING_MEM_BAD_FREE, lfb__phys_object(PFN_PHYS(pfn)).text, where,
		    "page 0x%lx: it has order %u, not %u", pfn, page->order, order);
	return LFB_NO_PFN;
}

static void drop_reference(struct lfb_kernel *kernel, struct page *page, unsigned long pfn)
{
	const unsigned int order = page->order;
	struct lfb_ledger_entry *entry;
	const struct lfb_site *made = NULL;

	LFB_ASSERT(page->refcount > 0);
	if (--page->refcount > 0)
		return;
	LFB_ASSERT(kernel->pages.allocated >= 1ul << order);
	kernel->pages.allocated -= 1ul << order;
	entry = kernel->ledger.table.count ?
			lfb__ledger_find(kernel, LFB_LEDGER_PAGES, PFN_PHYS(pfn)) : NULL;
	if (entry) {
		made = entry->site;
		lfb__ledger_drop(kernel, entry);
	}
	lfb__locks_freed(kernel, lfb__pfn_address(&kernel->memory, pfn), PAGE_SIZE << order);
	lfb__free_block(kernel, pfn);
	if (kernel->checks == LFB_CHECKS_ON && lfb__frame(kernel) && !kernel->task->internal)
		lfb__pages_close(kernel, pfn, order, made);
}

LFB_ENTRY void __free_pages(struct page *page, unsigned int order)
{
	struct lfb_kernel *kernel = lfb__current;
	unsigned long pfn;

	if (!kernel || !page)
		return;
	pfn = block_pfn(kernel, page, order, "__free_pages");
	if (pfn != LFB_NO_PFN)
		drop_reference(kernel, page, pfn);
}

void folio_get(struct folio *folio)
{
	struct lfb_kernel *kernel = lfb__current;

	if (kernel && counted_pfn(kernel, (struct page *)folio, LFB_FINDING_MEM_USE_AFTER_FREE,
				  "folio_get") != LFB_NO_PFN)
		folio->page.refcount++;
}

LFB_ENTRY void folio_put(struct folio *folio)
{
	struct lfb_kernel *kernel = lfb__current;
	unsigned long pfn;

	if (!kernel)
		return;
	pfn = counted_pfn(kernel, (struct page *)folio, LFB_FINDING_MEM_BAD_FREE, "folio_put");
	if (pfn != LFB_NO_PFN)
		drop_reference(kernel, &folio->page, pfn);
}

LFB_ENTRY unsigned long __get_free_pages(gfp_t gfp, unsigned int order)
{
	return (unsigned long)page_address(alloc_pages(gfp, order));
}

LFB_ENTRY void free_pages(unsigned long addr, unsigned int order)
{
	struct page *page;

	if (addr == 0 || !lfb__current)
		return;
	page = IS_ALIGNED(addr, PAGE_SIZE) ? virt_to_page((void *)addr) : NULL;
	if (page)
		__free_pages(page, order);
	else
		lfb__bug_as(LFB_FINDING_MEM_BAD_FREE, "pointer to a page", "free_pages",
			    "not the address of a page");
}

u32 lfb__alloc_internal_page(struct lfb_kernel *kernel)
{
	struct page *page = lfb__alloc_block(kernel, 0, PG_INTERNAL);
	unsigned long pfn;

	if (!page)
		return 0;
	kernel->pages.internal++;
	page->private = 0;
	pfn = lfb__pfn(&kernel->memory, page);
	memset(lfb__pfn_address(&kernel->memory, pfn), 0, PAGE_SIZE);
	return (u32)pfn;
}

void lfb__free_internal_page(struct lfb_kernel *kernel, u32 pfn)
{
	const struct page *page = lfb__page(kernel, pfn);

	if (!page || !(page->flags & PG_INTERNAL)) {
		lfb_bug("lfb__free_internal_page", "not an internal page");
		return;
	}
	LFB_ASSERT(kernel->pages.internal > 0);
	kernel->pages.internal--;
	lfb__free_block(kernel, pfn);
}

void lfb__split_page(struct lfb_kernel *kernel, struct page *page, unsigned int order)
{
	if (block_pfn(kernel, page, order, "lfb__split_page") == LFB_NO_PFN)
		return;
	for (unsigned long i = 0; i < 1ul << order; i++) {
		page[i].flags = PG_ALLOCATED | PG_DIRTY | (page[i].flags & PG_STICKY);
		page[i].order = 0;
		page[i].refcount = page->refcount;
		page[i].next = 0;
	}
}

int lfb__pages_claim(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, bool folio)
{
	struct page *page = lfb__page(kernel, pfn);

	if (!page || !(page->flags & PG_PRESERVED_IN) || page->order != order)
		return -ENOENT;
	page->flags = PG_ALLOCATED | PG_DIRTY | PG_HANDED | (folio ? PG_FOLIO : 0);
	page->refcount = 1;
	page->next = 0;
	memset(&page->of_folio, 0, sizeof(page->of_folio));
	LFB_ASSERT(kernel->pages.incoming >= 1ul << order);
	kernel->pages.incoming -= 1ul << order;
	kernel->pages.allocated += 1ul << order;
	lfb__event(kernel, PAGES_CLAIMED, .phys = PFN_PHYS(pfn), .pages = 1ull << order);
	if (lfb__fence_knows(&kernel->memory))
		lfb__fence_given(kernel, pfn, order, 0);
	if (!folio)
		lfb__split_page(kernel, page, order);
	return 0;
}
