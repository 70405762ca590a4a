// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Preserving memory: what a module names is checked here, then marked by track.c. */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

int kho__off(const char *where)
{
	const struct lfb_kernel *kernel = lfb__current;

	/* With a live map there is no root of it then, and kernels see that. */
	if (!kernel || kernel->kho.enabled || !kernel->kho.abi || !kernel->kho.abi->map_is_live)
		return -EOPNOTSUPP;
	lfb_warn(where, "KHO is off, and nothing can be preserved");
	return -EINVAL;
}

bool kho__followed_null(struct lfb_kernel *kernel, const char *where)
{
	if (!(kernel->kho.rules & KHO_TRUSTS_CALLERS))
		return false;
	lfb__oops_as(kernel, LFB_FINDING_MEM_WILD_POINTER, KHO_ITSELF, "%s() follows NULL", where);
	return true;
}

bool kho__is_live_block(const struct lfb_kernel *kernel, unsigned long pfn)
{
	u32 flags = lfb__page(kernel, pfn)->flags;

	return (flags & PG_ALLOCATED) && !(flags & (PG_SLAB | PG_INTERNAL));
}

/* Is this page in such a block? */
static bool is_live_page(const struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct page *page = lfb__page(kernel, pfn);

	return kho__is_live_block(kernel, page->flags & PG_TAIL ? page->next : pfn);
}

/* Does this kernel preserve what it should not, as it does not look? */
static bool is_blind(const struct lfb_kernel *kernel, enum lfb_finding_id id)
{
	const unsigned int rules = kernel->kho.rules;

	return rules & KHO_TRUSTS_CALLERS &&
	       !(id == LFB_FINDING_KHO_SCRATCH && rules & KHO_REFUSES_SCRATCH);
}

/*
 * Complaints about what a module names, under the id of the mistake; is it refused? Who unpreserves
 * names something else than was preserved, whatever is wrong with it.
 */

static bool complain(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
		     bool preserving, const char *what)
{
	const char *why;
	const enum lfb_finding_id id = kho__why_not(kernel, pfn, &why);
	const struct lfb_object object = lfb__phys_object(PFN_PHYS(pfn));

	if (preserving && is_blind(kernel, id)) {
		lfb__find(kernel, id, object.text, "%s at 0x%llx %s", what, PFN_PHYS(pfn), why);
		return false;
	}
	lfb__warn_as(preserving ? id : LFB_FINDING_KHO_UNPRESERVE_MISMATCH, object.text, where,
		     "%s at 0x%llx %s", what, PFN_PHYS(pfn), why);
	return true;
}

static void complain_of_nothing(const char *where, bool preserving, const char *what)
{
	lfb__warn_as(preserving ? LFB_FINDING_KHO_NOT_ALLOCATED :
				  LFB_FINDING_KHO_UNPRESERVE_MISMATCH,
		     KHO_ITSELF, where, "%s", what);
}

/* The block behind what a module calls a folio, with a WARN when there is none. */
static bool folio_block(struct lfb_kernel *kernel, const char *where, bool preserving,
			const struct folio *folio, unsigned long *pfn, unsigned int *order)
{
	const struct page *page;

	*pfn = lfb__pfn(&kernel->memory, (const struct page *)folio);
	if (*pfn == LFB_NO_PFN) {
		complain_of_nothing(where, preserving, "no folio of this kernel");
		return false;
	}
	page = lfb__page(kernel, *pfn);
	*order = page->order;
	if (lfb__in_scratch(&kernel->memory, *pfn, 1) || !kho__is_live_block(kernel, *pfn)) {
		/* Kernels take it for what it says it is, and that is one page. */
		*order = 0;
		return !complain(kernel, where, *pfn, preserving, "folio");
	}
	if ((*order && !(page->flags & PG_FOLIO)) || !IS_ALIGNED(*pfn, 1ul << *order)) {
		lfb_warn(where, "block of order %u at 0x%llx is no folio%s", *order, PFN_PHYS(*pfn),
			 page->flags & PG_FOLIO ? " that is naturally aligned" : "");
		return false;
	}
	return true;
}

/* The pages a module means, with a WARN when there are none or they are out of bounds. */
static bool page_range(struct lfb_kernel *kernel, const char *where, bool preserving,
		       const struct page *page, unsigned long nr_pages, unsigned long *pfn)
{
	*pfn = lfb__pfn(&kernel->memory, page);
	if (*pfn == LFB_NO_PFN) {
		complain_of_nothing(where, preserving, "no page of this kernel");
		return false;
	}
	if (nr_pages > kernel->memory.nr_pages - *pfn) {
		lfb_warn(where, "%lu pages from 0x%llx are too many", nr_pages, PFN_PHYS(*pfn));
		return false;
	}
	if (!lfb__in_scratch(&kernel->memory, *pfn, nr_pages))
		return true;
	if (is_blind(kernel, LFB_FINDING_KHO_SCRATCH)) {
		/* What is in it may be taken back, and is a finding where it was not preserved. */
		if (preserving)
			lfb__find(kernel, LFB_FINDING_KHO_SCRATCH,
				  lfb__phys_object(PFN_PHYS(*pfn)).text,
				  "%lu pages from 0x%llx reach into scratch memory", nr_pages,
				  PFN_PHYS(*pfn));
		return true;
	}
	lfb__warn_as(preserving ? LFB_FINDING_KHO_SCRATCH : LFB_FINDING_KHO_UNPRESERVE_MISMATCH,
		     lfb__phys_object(PFN_PHYS(*pfn)).text, where,
		     "%lu pages from 0x%llx reach into scratch memory", nr_pages, PFN_PHYS(*pfn));
	return false;
}

/* Are all of these pages a module's to hand over? One complaint when they are not. */
static bool are_live(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
		     unsigned long nr_pages)
{
	for (; nr_pages; pfn++, nr_pages--) {
		/* Of scratch it was said. */
		if (!is_live_page(kernel, pfn) && !lfb__in_scratch(&kernel->memory, pfn, 1))
			return !complain(kernel, where, pfn, true, "page");
	}
	return true;
}

static int prepare(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
		   enum lfb_preserved_as as)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	struct page *page = lfb__page(kernel, pfn);

	if (likely(!code))
		return kho__track_prepare(kernel, pfn, nr_pages);
	return as == LFB_AS_FOLIO ? code->preserve_folio((struct folio *)page) :
				    code->preserve_pages(page, nr_pages);
}

/* All of the range gets marked, or nothing. */
static int preserve(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
		    unsigned long nr_pages, enum lfb_preserved_as as)
{
	int err;

	if (lfb__fault(kernel, LFB_FAULT_KHO, where))
		return -ENOMEM;
	err = prepare(kernel, pfn, nr_pages, as);
	if (err)
		return err;
	kho__check_twice(kernel, pfn, nr_pages);
	kho__track_set(kernel, pfn, nr_pages);
	kho__note_preserved(kernel, pfn, nr_pages, as);
	return 0;
}

LFB_ENTRY int kho_preserve_folio(struct folio *folio)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned int order;
	unsigned long pfn;
	int err;

	if (!kernel)
		return kho__off(__func__);
	if (!folio_block(kernel, __func__, true, folio, &pfn, &order))
		return -EINVAL;
	err = preserve(kernel, __func__, pfn, 1ul << order, LFB_AS_FOLIO);
	lfb__event(kernel, KHO_PRESERVE_FOLIO, .phys = PFN_PHYS(pfn), .order = order,
		   .result = err);
	return err;
}

static bool clear(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
		  enum lfb_preserved_as as)
{
	const struct lfb_tree_kho *code = kho__code(kernel);
	struct page *page = lfb__page(kernel, pfn);
	bool all_set;

	if (likely(!code))
		return kho__track_clear(kernel, pfn, nr_pages);
	all_set = kho__track_has(kernel, pfn, nr_pages);
	if (as == LFB_AS_FOLIO)
		code->unpreserve_folio((struct folio *)page);
	else
		code->unpreserve_pages(page, nr_pages);
	kho__track_clear(kernel, pfn, nr_pages);
	return all_set;
}

static void unpreserve(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
		       unsigned long nr_pages, enum lfb_preserved_as as)
{
	bool all_set = clear(kernel, pfn, nr_pages, as);

	kho__check_unpreserved(kernel, where, pfn, nr_pages, as, all_set);
}

LFB_ENTRY void kho_unpreserve_folio(struct folio *folio)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned int order;
	unsigned long pfn;

	if (!kernel || !folio_block(kernel, __func__, false, folio, &pfn, &order))
		return;
	lfb__event(kernel, KHO_UNPRESERVE_FOLIO, .phys = PFN_PHYS(pfn), .order = order);
	unpreserve(kernel, __func__, pfn, 1ul << order, LFB_AS_FOLIO);
}

LFB_ENTRY int kho_preserve_pages(struct page *page, unsigned long nr_pages)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned long pfn;
	int err;

	if (!kernel)
		return kho__off(__func__);
	if (!page_range(kernel, __func__, true, page, nr_pages, &pfn) ||
	    !are_live(kernel, __func__, pfn, nr_pages))
		return -EINVAL;
	/* As kernels have it, no pages are none to preserve. */
	if (!nr_pages)
		return 0;
	err = preserve(kernel, __func__, pfn, nr_pages, LFB_AS_PAGES);
	lfb__event(kernel, KHO_PRESERVE_PAGES, .phys = PFN_PHYS(pfn), .pages = nr_pages,
		   .result = err);
	return err;
}

LFB_ENTRY void kho_unpreserve_pages(struct page *page, unsigned long nr_pages)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned long pfn;

	/* Pages freed too early are taken off the map all the same. */
	if (!kernel || !page_range(kernel, __func__, false, page, nr_pages, &pfn) || !nr_pages)
		return;
	lfb__event(kernel, KHO_UNPRESERVE_PAGES, .phys = PFN_PHYS(pfn), .pages = nr_pages);
	unpreserve(kernel, __func__, pfn, nr_pages, LFB_AS_PAGES);
}

/*
 * Memory allocated for the handover. A block is preserved by the rule for pages: for a naturally
 * aligned block that is the rule for folios, and LFB_PAGES_ASCENDING gives others too.
 */

/* What it marks it also allocates. Where LFB_FAULT_KHO fires, the allocation says so. */
static void *alloc_by_code(struct lfb_kernel *kernel, size_t size)
{
	void *mem = kho__code(kernel)->alloc_preserve(size);
	const struct page *page;
	unsigned long pfn;

	if (IS_ERR_OR_NULL(mem))
		return mem;
	page = virt_to_page(mem);
	if (!page)
		return mem;
	pfn = page_to_pfn(page);
	kho__check_twice(kernel, pfn, 1ul << page->order);
	kho__track_set(kernel, pfn, 1ul << page->order);
	kho__note_preserved(kernel, pfn, 1ul << page->order, LFB_AS_ALLOC);
	lfb__event(kernel, KHO_ALLOC_PRESERVE, .phys = PFN_PHYS(pfn), .order = page->order,
		   .result = 0);
	return mem;
}

LFB_ENTRY void *kho_alloc_preserve(size_t size)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	struct folio *folio;
	unsigned long pfn;
	unsigned int order;
	int err;

	if (!kernel)
		return ERR_PTR(kho__off(__func__));
	if (!size)
		return ERR_PTR(-EINVAL);
	if (size > PAGE_SIZE << MAX_PAGE_ORDER)
		return ERR_PTR(-E2BIG);
	order = get_order(size);
	/* Blocks that lie anywhere no kernel has: they are marked in pieces. */
	if (unlikely(kernel->kho.code != NULL) &&
	    (!order || kernel->memory.policy != LFB_PAGES_ASCENDING))
		return alloc_by_code(kernel, size);
	folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, order);
	if (!folio)
		return ERR_PTR(-ENOMEM);
	pfn = folio_pfn(folio);
	err = preserve(kernel, __func__, pfn, 1ul << order, LFB_AS_ALLOC);
	lfb__event(kernel, KHO_ALLOC_PRESERVE, .phys = PFN_PHYS(pfn), .order = order,
		   .result = err);
	if (err) {
		folio_put(folio);
		return ERR_PTR(err);
	}
	return folio_address(folio);
}

void *kho__alloc_preserve_own(size_t size)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	void *mem;

	if (kernel)
		lfb__internal_begin(kernel);
	mem = kho_alloc_preserve(size);
	if (kernel)
		lfb__internal_end(kernel);
	return mem;
}

bool kho__address_of(const char *where, const void *mem, phys_addr_t *phys)
{
	if (!mem)
		return false;
	if (IS_ERR(mem)) {
		lfb__bug_as(LFB_FINDING_MEM_BAD_FREE, KHO_ITSELF, where,
			    "given the error pointer %ld", PTR_ERR(mem));
		return false;
	}
	*phys = virt_to_phys(mem);
	return *phys != ~0ull;
}

/* What it clears it also frees: by then its pages are told. */
static void free_by_code(struct lfb_kernel *kernel, void *mem, unsigned long pfn,
			 unsigned long nr_pages)
{
	const bool all_set = kho__track_has(kernel, pfn, nr_pages);

	kho__code(kernel)->unpreserve_free(mem);
	kho__check_unpreserved(kernel, "kho_unpreserve_free", pfn, nr_pages, LFB_AS_ALLOC, all_set);
}

LFB_ENTRY void kho_unpreserve_free(void *mem)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned long pfn;
	phys_addr_t phys;
	struct page *page;

	if (!kernel || !kho__address_of(__func__, mem, &phys))
		return;
	/* As kernels have it, an address inside of a folio stands for the folio. */
	page = lfb__page(kernel, PHYS_PFN(phys));
	pfn = page->flags & PG_TAIL ? page->next : PHYS_PFN(phys);
	if (!kho__is_live_block(kernel, pfn)) {
		lfb__warn_as(LFB_FINDING_KHO_UNPRESERVE_MISMATCH, lfb__phys_object(phys).text,
			     __func__, "not what kho_alloc_preserve() returned");
		return;
	}
	page = lfb__page(kernel, pfn);
	lfb__event(kernel, KHO_UNPRESERVE_FREE, .phys = PFN_PHYS(pfn), .order = page->order);
	if (unlikely(kernel->kho.code != NULL) && IS_ALIGNED(pfn, 1ul << page->order)) {
		free_by_code(kernel, mem, pfn, 1ul << page->order);
		return;
	}
	unpreserve(kernel, __func__, pfn, 1ul << page->order, LFB_AS_ALLOC);
	folio_put((struct folio *)page);
}
