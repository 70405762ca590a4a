// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * How memory is preserved, unpreserved, restored and freed, held to how it was preserved before,
 * in this kernel or in the one before it.
 */
#include <stdio.h>

#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

enum lfb_finding_id kho__why_not(const struct lfb_kernel *kernel, unsigned long pfn,
				 const char **why)
{
	const struct page *page = lfb__page(kernel, pfn);

	if (page->flags & PG_TAIL)
		page = lfb__page(kernel, page->next);
	*why = "is not allocated";
	if (lfb__in_scratch(&kernel->memory, pfn, 1)) {
		*why = "lies in scratch memory";
		return LFB_FINDING_KHO_SCRATCH;
	}
	if (page->flags & PG_SLAB) {
		*why = "belongs to the slab allocator";
		return LFB_FINDING_KHO_SLAB_PRESERVED;
	}
	if (page->flags & PG_PRESERVED_IN)
		*why = "was handed over and is not restored";
	else if (page->flags & PG_INTERNAL)
		*why = "belongs to KHO";
	return LFB_FINDING_KHO_NOT_ALLOCATED;
}

bool kho__check_twice(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const struct page *page = lfb__page(kernel, pfn);
	unsigned long i = 0;

	if (!lfb__checking(kernel))
		return false;
	while (i < nr_pages && !(page[i].flags & PG_PRESERVED))
		i++;
	if (i == nr_pages)
		return false;
	lfb__find(kernel, LFB_FINDING_KHO_PRESERVED_TWICE, lfb__phys_object(PFN_PHYS(pfn)).text,
		  "%lu pages at 0x%llx are preserved, of which the one at 0x%llx is already%s",
		  nr_pages, PFN_PHYS(pfn), PFN_PHYS(pfn + i),
		  lfb__preserved_at(kernel, LFB_LEDGER_PRESERVED, PFN_PHYS(pfn + i), ": ").text);
	return true;
}

void kho__note_preserved(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as)
{
	struct lfb_ledger_entry *entry;

	/* The second time: the first one counts. */
	if (lfb__ledger_find(kernel, LFB_LEDGER_PRESERVED, PFN_PHYS(pfn)))
		return;
	entry = lfb__ledger_add(kernel, LFB_LEDGER_PRESERVED, PFN_PHYS(pfn), PFN_PHYS(nr_pages));
	if (!entry)
		return;
	entry->as = (u8)as;
	if (as == LFB_AS_VMALLOC_PAGE)
		list_del_init(&entry->owned);
}

static bool any_preserved(const struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry)
{
	const struct page *page = lfb__page(kernel, PHYS_PFN(entry->key));
	unsigned long i, nr_pages = PHYS_PFN(lfb__ledger_span(entry));

	for (i = 0; page && i < nr_pages; i++) {
		if (page[i].flags & PG_PRESERVED)
			return true;
	}
	return false;
}

static void drop_if_gone(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry, void *context)
{
	(void)context;
	if (!any_preserved(kernel, entry))
		lfb__ledger_drop(kernel, entry);
}

/* As kernels have it, what kho_alloc_preserve() gives is a folio. */
static bool fits(const struct lfb_ledger_entry *entry, enum lfb_preserved_as as)
{
	return entry->as == as || (entry->as == LFB_AS_ALLOC && as == LFB_AS_FOLIO) ||
	       (entry->as == LFB_AS_VMALLOC_PAGE && as == LFB_AS_VMALLOC);
}

/* Kernels warn where their tree ends before it comes to the bit of a block, and only there. */
static bool is_warned_of(const struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long end = pfn + nr_pages;

	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order) {
		if (!kernel->kho.abi->find_bitmap(kernel, pfn, order))
			return true;
	}
	return false;
}

static void complain_unpreserved(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
				 unsigned long nr_pages)
{
	const phys_addr_t phys = PFN_PHYS(pfn);
	const struct lfb_preserved what =
		lfb__preserved_at(kernel, LFB_LEDGER_PRESERVED, phys, ", but: ");
	const struct lfb_object object = lfb__phys_object(phys);

	if (is_warned_of(kernel, pfn, nr_pages))
		lfb__warn_as(LFB_FINDING_KHO_UNPRESERVE_MISMATCH, object.text, where,
			     "not all of %lu pages at 0x%llx were preserved so%s", nr_pages, phys,
			     what.text);
	else
		lfb__find(kernel, LFB_FINDING_KHO_UNPRESERVE_MISMATCH, object.text,
			  "not all of %lu pages at 0x%llx were preserved so%s", nr_pages, phys,
			  what.text);
}

void kho__check_unpreserved(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
			    unsigned long nr_pages, enum lfb_preserved_as as, bool all_set)
{
	const phys_addr_t phys = PFN_PHYS(pfn);
	struct lfb_ledger_entry *entry = lfb__ledger_find(kernel, LFB_LEDGER_PRESERVED, phys);
	bool exact = entry && lfb__ledger_span(entry) == PFN_PHYS(nr_pages);

	if (!all_set)
		complain_unpreserved(kernel, where, pfn, nr_pages);
	else if (entry && (!exact || !fits(entry, as)))
		lfb__find(kernel, LFB_FINDING_KHO_UNPRESERVE_MISMATCH,
			  lfb__phys_object(phys).text, "%s() unpreserved %lu pages of: %s",
			  where, nr_pages, lfb__preserved(kernel, entry).text);
	if (exact && !any_preserved(kernel, entry))
		lfb__ledger_drop(kernel, entry);
	else
		lfb__ledger_each(kernel, LFB_LEDGER_PRESERVED, drop_if_gone, NULL);
}

void kho__complain_restore(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			   unsigned int order)
{
	struct page *page = lfb__page(kernel, PHYS_PFN(phys));
	enum lfb_finding_id id = LFB_FINDING_KHO_RESTORE_NOT_PRESERVED;
	const char *why = "was never preserved";
	struct lfb_preserved what = { "" };

	if (page)
		what = lfb__preserved_at(kernel, LFB_LEDGER_INCOMING, phys, ": ");
	if (!page || !IS_ALIGNED(phys, PAGE_SIZE)) {
		why = "is no page";
	} else if (lfb__in_scratch(&kernel->memory, PHYS_PFN(phys), 1)) {
		why = "is in scratch memory, where this kernel booted";
	} else if (page->flags & PG_PRESERVED_IN) {
		id = LFB_FINDING_KHO_RESTORE_MISMATCH;
		why = "was preserved with another order";
		if (kho__is_too_large(kernel, page)) {
			order = page->order;
			why = "is one that this kernel preserves and does not restore, as it is "
			      "larger than all that it allocates";
			/* That it stays is said by that. */
			page->flags |= PG_INTERNAL;
		}
	} else if (page->flags & PG_TAIL &&
		   lfb__page(kernel, page->next)->flags & PG_PRESERVED_IN) {
		id = LFB_FINDING_KHO_RESTORE_MISMATCH;
		why = "is inside of a preserved block";
	} else if (page->flags & PG_HANDED) {
		id = LFB_FINDING_KHO_RESTORED_TWICE;
		why = "is restored already";
	} else if (lfb__lost(kernel, PHYS_PFN(phys))) {
		why = "was in use in the kernel before, which did not preserve it";
	}
	lfb__warn_as(id, lfb__phys_object(phys).text, where, "block of order %u at 0x%llx %s%s",
		     order, phys, why, what.text);
}

/*
 * An area may be taken over page by page without being mapped: each time what describes it says
 * where the others are. Those nobody asks for are left then.
 */
static bool is_part_of_area(const struct lfb_ledger_entry *entry, unsigned long pfn,
			    unsigned long nr_pages, enum lfb_preserved_as as)
{
	return as == LFB_AS_PAGES && nr_pages == 1 && entry->key == PFN_PHYS(pfn) &&
	       (entry->as == LFB_AS_VMALLOC || entry->as == LFB_AS_VMALLOC_PAGE);
}

void kho__check_restored(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as)
{
	struct lfb_ledger_entry *entry =
		lfb__ledger_covering(kernel, LFB_LEDGER_INCOMING, PFN_PHYS(pfn));
	bool same;

	if (!entry)
		return;
	entry->restored = true;
	lfb__ledger_given_back(kernel, entry);
	if (is_part_of_area(entry, pfn, nr_pages, as)) {
		kernel->kho.areas_in_parts = true;
		return;
	}
	same = fits(entry, as) && entry->key == PFN_PHYS(pfn);
	/* Of these the map does not know how many pages there are. */
	if ((as == LFB_AS_PAGES || as == LFB_AS_VMALLOC) && entry->size != PFN_PHYS(nr_pages))
		same = false;
	if (!same)
		lfb__find(kernel, LFB_FINDING_KHO_RESTORE_MISMATCH,
			  lfb__phys_object(PFN_PHYS(pfn)).text,
			  "%lu pages were %s: %s", nr_pages,
			  as == LFB_AS_FOLIO ? "restored as a folio" :
			  as == LFB_AS_PAGES ? "restored as pages" :
			  as == LFB_AS_ALLOC ? "freed by kho_restore_free()" :
					       "restored as part of a vmalloc area",
			  lfb__preserved(kernel, entry).text);
}

static bool is_own(const struct lfb_kernel *kernel, unsigned long pfn,
		   const struct lfb_ledger_entry *entry)
{
	if (lfb__page(kernel, pfn)->flags & PG_INTERNAL ||
	    pfn == PHYS_PFN(kernel->kho.incoming_root_phys))
		return true;
	/* Of an area its description tells; what did not go over in one piece is half freed. */
	return entry && (entry->internal ||
			 (entry->as == LFB_AS_VMALLOC_PAGE && !kernel->kho.areas_in_parts) ||
			 (entry->as == LFB_AS_ALLOC && entry->restored));
}

/*
 * What is left and belongs together: preserved likewise by one call, or side by side. Where in a
 * call is no matter: compilers make several places of one.
 */
struct left {
	const struct lfb_ledger_entry *entry;	/* of the first block; NULL: nobody knows */
	phys_addr_t phys;
	unsigned int order;
	unsigned long blocks;			/* or areas, where there are entries */
	u64 bytes;
	phys_addr_t end;
};

static void complain_left(struct lfb_kernel *kernel, const struct left *left)
{
	struct lfb_preserved what;
	char more[96] = "";

	if (left->entry)
		what = lfb__preserved(kernel, left->entry);
	else
		snprintf(what.text, sizeof(what.text), "a block of order %u", left->order);
	if (left->blocks > 1)
		snprintf(more, sizeof(more), "; and %lu more like it, %llu bytes in all up to "
			 "0x%llx", left->blocks - 1, left->bytes, left->end);
	lfb__find(kernel, LFB_FINDING_KHO_NEVER_RESTORED, lfb__phys_object(left->phys).text,
		  "nobody restored or freed what was handed over: %s%s", what.text, more);
}

static bool belongs(const struct left *left, const struct lfb_ledger_entry *entry,
		    phys_addr_t phys, unsigned int order)
{
	const struct lfb_ledger_entry *first = left->entry;

	if (!entry != !first)
		return false;
	if (!entry)
		return order == left->order && phys == left->end;
	return entry->as == first->as &&
	       (first->call ? entry->call == first->call :
			      entry->site == first->site && phys == left->end);
}

/* In the order of their first blocks. */
struct all_left {
	struct left each[16];
	unsigned int count;
};

static void complain_all_left(struct lfb_kernel *kernel, struct all_left *all)
{
	for (unsigned int i = 0; i < all->count; i++)
		complain_left(kernel, &all->each[i]);
	all->count = 0;
}

static void add_left(struct lfb_kernel *kernel, struct all_left *all,
		     const struct lfb_ledger_entry *entry, phys_addr_t phys, unsigned int order)
{
	const u64 bytes = entry ? lfb__ledger_span(entry) : PAGE_SIZE << order;
	unsigned int i = 0;

	while (i < all->count && !belongs(&all->each[i], entry, phys, order))
		i++;
	if (i == ARRAY_SIZE(all->each)) {
		complain_all_left(kernel, all);
		i = 0;
	}
	if (i == all->count)
		all->each[all->count++] = (struct left){
			.entry = entry, .phys = phys, .order = order,
		};
	all->each[i].blocks++;
	all->each[i].bytes += bytes;
	all->each[i].end = (entry ? entry->key : phys) + bytes;
}

void kho__check_left(struct lfb_kernel *kernel)
{
	const struct lfb_ledger_entry *entry = NULL, *before;
	struct all_left all = { .count = 0 };
	unsigned int order = 0;
	unsigned long pfn = 0;

	if (!lfb__checking(kernel) || !kernel->kho.enabled)
		return;
	for (; lfb__pages_next_incoming(kernel, &pfn, &order); pfn += 1ul << order) {
		before = entry;
		if (!entry || PFN_PHYS(pfn) - entry->key >= lfb__ledger_span(entry))
			entry = lfb__ledger_covering(kernel, LFB_LEDGER_INCOMING, PFN_PHYS(pfn));
		if (!is_own(kernel, pfn, entry) && (!entry || entry != before))
			add_left(kernel, &all, entry, PFN_PHYS(pfn), order);
	}
	complain_all_left(kernel, &all);
}

void kho__mark_own(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!kernel || !kho__is_incoming_view(view) || view->context != kernel || !size)
		return;
	for (unsigned long pfn = PHYS_PFN(phys); pfn <= PHYS_PFN(phys + size - 1); pfn++) {
		struct page *page = lfb__page(kernel, pfn);

		if (!page)
			break;
		if (page->flags & PG_PRESERVED_IN)
			page->flags |= PG_INTERNAL;
	}
}
