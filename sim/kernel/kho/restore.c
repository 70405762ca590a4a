// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Restoring memory: what the previous kernel preserved becomes this kernel's, once. */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

/* Does a block wait at @page that this kernel restores? */
static bool is_restorable(const struct lfb_kernel *kernel, const struct page *page)
{
	return page->flags & PG_PRESERVED_IN && !kho__is_too_large(kernel, page);
}

bool kho__is_waiting(const struct lfb_kernel *kernel, phys_addr_t phys, unsigned int order)
{
	const struct page *page;

	if (!IS_ALIGNED(phys, PAGE_SIZE) || !lfb__is_memory(&kernel->memory, phys))
		return false;
	page = lfb__page(kernel, PHYS_PFN(phys));
	return is_restorable(kernel, page) && page->order == order;
}

static bool is_range(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
		     unsigned long nr_pages)
{
	const unsigned long pfn = PHYS_PFN(phys);
	const unsigned long end = pfn + nr_pages;

	if (!nr_pages || !IS_ALIGNED(phys, PAGE_SIZE) || end < pfn ||
	    pfn < kernel->memory.first_page || end > kernel->memory.nr_pages) {
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_NOT_PRESERVED, lfb__phys_object(phys).text,
			     where, "%lu pages at 0x%llx are no range of pages", nr_pages, phys);
		return false;
	}
	return true;
}

/* Are all the blocks waiting that @nr_pages at @phys were cut into? A WARN when not. */
static bool check_range(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			unsigned long nr_pages)
{
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long end = pfn + nr_pages;

	if (!is_range(kernel, where, phys, nr_pages))
		return false;
	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order) {
		if (!kho__is_waiting(kernel, PFN_PHYS(pfn), order)) {
			kho__complain_restore(kernel, where, PFN_PHYS(pfn), order);
			return false;
		}
	}
	return true;
}

/* A tree's code is asked also where this was complained of: what it makes of that is its own. */
static struct page *take_folio(struct lfb_kernel *kernel, unsigned long pfn, bool waits)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	struct page *page = waits ? lfb__page(kernel, pfn) : NULL;
	int err;

	if (unlikely(code != NULL))
		return (struct page *)code->restore_folio(PFN_PHYS(pfn));
	if (!page)
		return NULL;
	err = lfb__pages_claim(kernel, pfn, page->order, true);
	LFB_ASSERT(!err);
	return page;
}

LFB_ENTRY struct folio *kho_restore_folio(phys_addr_t phys)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	unsigned long pfn = PHYS_PFN(phys);
	struct page *page;
	bool waits;

	if (!kernel)
		return NULL;
	/* As kernels have it, an address inside of the first page stands for the folio. */
	phys = PFN_PHYS(pfn);
	waits = lfb__is_memory(&kernel->memory, phys) &&
		is_restorable(kernel, lfb__page(kernel, pfn));
	if (waits) {
		page = lfb__page(kernel, pfn);
		lfb__event(kernel, KHO_RESTORE_FOLIO, .phys = phys, .order = page->order);
		kho__check_restored(kernel, pfn, 1ul << page->order, LFB_AS_FOLIO);
	} else {
		kho__complain_restore(kernel, __func__, phys, 0);
	}
	page = take_folio(kernel, pfn, waits);
	if (page)
		lfb__ledger_came_over(lfb__ledger_add(kernel, LFB_LEDGER_PAGES, phys,
						      PAGE_SIZE << page->order));
	return (struct folio *)page;
}

/* Each page is freed on its own; those of a vmalloc area are in the ledger as the area. */
static void note_pages(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
		       enum lfb_preserved_as as)
{
	for (; as == LFB_AS_PAGES && nr_pages; pfn++, nr_pages--)
		lfb__ledger_came_over(lfb__ledger_add(kernel, LFB_LEDGER_PAGES, PFN_PHYS(pfn),
						      PAGE_SIZE));
}

static void take_pages(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order,
		       enum lfb_preserved_as as)
{
	const int err = lfb__pages_claim(kernel, pfn, order, false);

	LFB_ASSERT(!err);
	note_pages(kernel, pfn, 1ul << order, as);
}

/* All that was asked for, by a tree's code; the first @waiting are there to be taken. */
static bool take_by_code(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 unsigned long waiting, enum lfb_preserved_as as)
{
	const bool done = kho__code(kernel)->restore_pages(PFN_PHYS(pfn), nr_pages);

	for (unsigned long i = 0; i < waiting; i++) {
		if (lfb__page(kernel, pfn + i)->flags & PG_ALLOCATED)
			note_pages(kernel, pfn + i, 1, as);
	}
	return done;
}

/* What @nr_pages pages at @pfn were cut into, as far as the kernel knows. */
static bool cut_again(const struct lfb_kernel *kernel, unsigned long pfn, unsigned long end,
		      unsigned int *order)
{
	return kernel->kho.rules & KHO_RESTORES_OVER_NODES ? kho__cut_blindly(pfn, end, order) :
							     kho__cut(kernel, pfn, end, order);
}

/*
 * The block at @pfn is smaller than asked for: is it because a border of nodes was in the way when
 * it was preserved? Then the kernel goes on behind pieces it did not take, and they stay.
 */
static bool missed_at_nodes(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	const unsigned long end = pfn + (1ul << order);
	const unsigned int have = lfb__page(kernel, pfn)->order;
	unsigned int cut;

	if (!kho__cut(kernel, pfn, end, &cut) || cut == order || have != cut)
		return false;
	lfb__find(kernel, LFB_FINDING_KHO_CUT_AT_NODES, lfb__phys_object(PFN_PHYS(pfn)).text,
		  "%lu pages at 0x%llx were preserved in pieces, as they lie in two nodes; only "
		  "the %lu of the first were restored, with success", 1ul << order, PFN_PHYS(pfn),
		  1ul << cut);
	/* Who restored them all is not to blame. */
	for (pfn += 1ul << cut; kho__cut(kernel, pfn, end, &cut); pfn += 1ul << cut) {
		if (lfb__page(kernel, pfn)->flags & PG_PRESERVED_IN)
			lfb__page(kernel, pfn)->flags |= PG_INTERNAL;
	}
	return true;
}

bool kho__restore_range(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			unsigned long nr_pages, enum lfb_preserved_as as, unsigned long told)
{
	const unsigned long first = PHYS_PFN(phys), end = first + nr_pages;
	unsigned long pfn = first;

	if (!is_range(kernel, where, phys, nr_pages))
		return false;
	for (unsigned int order; cut_again(kernel, pfn, end, &order); pfn += 1ul << order) {
		const struct page *page = lfb__page(kernel, pfn);

		if (!is_restorable(kernel, page)) {
			kho__complain_restore(kernel, where, PFN_PHYS(pfn), order);
			break;
		}
		if (pfn == first && as == LFB_AS_PAGES)
			lfb__event(kernel, KHO_RESTORE_PAGES, .phys = PFN_PHYS(pfn),
				   .pages = nr_pages);
		if (pfn == first)
			kho__check_restored(kernel, pfn, told, as);
		if (page->order != order && !missed_at_nodes(kernel, pfn, order) &&
		    !lfb__ledger_covering(kernel, LFB_LEDGER_INCOMING, PFN_PHYS(pfn)))
			lfb__find(kernel, LFB_FINDING_KHO_RESTORE_MISMATCH,
				  lfb__phys_object(PFN_PHYS(pfn)).text,
				  "%lu pages were asked for where %lu were preserved",
				  1ul << order, 1ul << page->order);
		if (likely(!kernel->kho.code))
			take_pages(kernel, pfn, page->order, as);
	}
	if (unlikely(kernel->kho.code != NULL))
		return take_by_code(kernel, first, nr_pages, pfn - first, as);
	return pfn >= end;
}

LFB_ENTRY struct page *kho_restore_pages(phys_addr_t phys, unsigned long nr_pages)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long end = pfn + nr_pages;

	if (!kernel)
		return NULL;
	if (kernel->kho.rules & KHO_RESTORES_BY_HEADS || kernel->kho.code ||
	    (kernel->kho.rules & KHO_RESTORES_OVER_NODES &&
	     lfb__node_end(&kernel->memory, pfn) < end))
		return kho__restore_range(kernel, __func__, phys, nr_pages, LFB_AS_PAGES,
					  nr_pages) ? lfb__page(kernel, pfn) : NULL;
	if (!check_range(kernel, __func__, phys, nr_pages))
		return NULL;
	lfb__event(kernel, KHO_RESTORE_PAGES, .phys = phys, .pages = nr_pages);
	kho__check_restored(kernel, pfn, nr_pages, LFB_AS_PAGES);
	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order)
		take_pages(kernel, pfn, order, LFB_AS_PAGES);
	return lfb__page(kernel, PHYS_PFN(phys));
}

static void restore_free(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			 unsigned long nr_pages)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long end = pfn + nr_pages;
	int err;

	if (check_range(kernel, where, phys, nr_pages)) {
		lfb__event(kernel, KHO_RESTORE_FREE, .phys = phys, .pages = nr_pages);
		kho__check_restored(kernel, pfn, nr_pages, LFB_AS_ALLOC);
	} else if (likely(!code)) {
		return;
	}
	if (unlikely(code != NULL)) {
		code->restore_free(lfb__pfn_address(&kernel->memory, pfn));
		return;
	}
	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order) {
		err = lfb__pages_claim(kernel, pfn, order, true);
		LFB_ASSERT(!err);
		folio_put((struct folio *)lfb__page(kernel, pfn));
	}
}

LFB_ENTRY void kho_restore_free(void *mem)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	const struct page *page;
	phys_addr_t phys;

	if (!kernel || !kho__address_of(__func__, mem, &phys))
		return;
	phys = PFN_PHYS(PHYS_PFN(phys));
	page = lfb__page(kernel, PHYS_PFN(phys));
	/* How much it is only the map knows. What is not waiting is refused below, as one page. */
	restore_free(kernel, __func__, phys,
		     page->flags & PG_PRESERVED_IN ? 1ul << page->order : 1);
}

void kho__restore_free_sized(void *mem, size_t size)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	phys_addr_t phys;

	if (!kernel || !kho__address_of(__func__, mem, &phys))
		return;
	if (!size || size > PAGE_SIZE << MAX_PAGE_ORDER) {
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH, lfb__phys_object(phys).text,
			     __func__, "%zu bytes were never allocated by kho_alloc_preserve()",
			     size);
		return;
	}
	restore_free(kernel, __func__, phys, 1ul << get_order(size));
}
