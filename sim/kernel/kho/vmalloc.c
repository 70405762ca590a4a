// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Handing over vmalloc areas: a list of chunk pages with the addresses of the area's pages
 * (docs/facts.md 8.5). Every chunk is preserved memory of its own.
 */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define KNOWN_FLAGS (KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP)

_Static_assert(sizeof(struct kho_vmalloc_chunk) == PAGE_SIZE, "a chunk is one page");
_Static_assert(sizeof(struct kho_vmalloc) == 16, "the descriptor is handed over as it is");

static struct kho_vmalloc_chunk *chunk_at(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	return lfb__memory_at(&kernel->memory, phys, PAGE_SIZE);
}

/* Frees chunks that nothing marked yet. */
static void free_chunks(struct lfb_kernel *kernel, phys_addr_t phys)
{
	while (phys) {
		phys_addr_t next = chunk_at(kernel, phys)->hdr.next.phys;

		__free_pages(lfb__page(kernel, PHYS_PFN(phys)), 0);
		phys = next;
	}
}

/* A page for a chunk, and a bitmap for it. */
static struct page *new_chunk(struct lfb_kernel *kernel)
{
	struct page *page;

	lfb__internal_begin(kernel);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	lfb__internal_end(kernel);
	if (!page || !kho__track_prepare(kernel, page_to_pfn(page), 1))
		return page;
	__free_pages(page, 0);
	return NULL;
}

/*
 * Chunks with the addresses of @pages, and bitmaps for all of it; marks nothing. As kernels have
 * it an empty chunk follows one that is full.
 */
static int describe(struct lfb_kernel *kernel, struct page **pages, unsigned long nr_pages,
		    phys_addr_t *first)
{
	u64 *link = first;
	struct kho_vmalloc_chunk *chunk = NULL;

	*first = 0;
	for (unsigned long i = 0; i <= nr_pages; i++) {
		if (i % KHO_VMALLOC_SIZE == 0) {
			struct page *page = new_chunk(kernel);

			if (!page)
				goto undo;
			*link = page_to_phys(page);
			chunk = chunk_at(kernel, *link);
			link = &chunk->hdr.next.phys;
		}
		if (i == nr_pages)
			break;
		chunk->phys[i % KHO_VMALLOC_SIZE] = page_to_phys(pages[i]);
		if (kho__track_prepare(kernel, page_to_pfn(pages[i]), 1))
			goto undo;
	}
	return 0;
undo:
	free_chunks(kernel, *first);
	return -ENOMEM;
}

/* One page of it; that of the first chunk is the area's in the ledger. */
static void mark(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages, bool first)
{
	kho__track_set(kernel, pfn, 1);
	kho__note_preserved(kernel, pfn, first ? nr_pages : 1,
			    first ? LFB_AS_VMALLOC : LFB_AS_VMALLOC_PAGE);
}

static int preserve(struct lfb_kernel *kernel, struct page **pages, unsigned long nr_pages,
		    struct kho_vmalloc *preservation)
{
	phys_addr_t first, phys;
	bool twice = false;
	int err;

	if (lfb__fault(kernel, LFB_FAULT_KHO, "kho_preserve_vmalloc"))
		return -ENOMEM;
	err = describe(kernel, pages, nr_pages, &first);
	if (err)
		return err;
	for (phys = first; phys; phys = chunk_at(kernel, phys)->hdr.next.phys)
		mark(kernel, PHYS_PFN(phys), nr_pages, phys == first);
	for (unsigned long i = 0; i < nr_pages; i++) {
		/* One of them tells for all. */
		twice = twice || kho__check_twice(kernel, page_to_pfn(pages[i]), 1);
		mark(kernel, page_to_pfn(pages[i]), nr_pages, false);
	}
	*preservation = (struct kho_vmalloc){
		.first = first,
		.total_pages = (u32)nr_pages,
		.flags = KHO_VMALLOC_ALLOC,
	};
	return 0;
}

LFB_ENTRY int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned long nr_pages = 0;
	struct page **pages;
	int err;

	if (!kernel)
		return -EOPNOTSUPP;
	pages = ptr ? lfb__vmalloc_pages(kernel, ptr, &nr_pages) : NULL;
	if (!pages) {
		lfb__warn_as(LFB_FINDING_KHO_NOT_ALLOCATED, KHO_ITSELF, __func__,
			     "no vmalloc area");
		return -EINVAL;
	}
	if (!preservation) {
		lfb_warn(__func__, "nowhere to describe it");
		return -EINVAL;
	}
	err = preserve(kernel, pages, nr_pages, preservation);
	lfb__event(kernel, KHO_PRESERVE_VMALLOC, .pages = nr_pages, .result = err);
	return err;
}

/* Is there a chunk that this kernel preserved, as far as can be known? */
static bool is_own_chunk(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	return IS_ALIGNED(phys, PAGE_SIZE) && kho__is_preserved(kernel, PHYS_PFN(phys), 0) &&
	       kho__is_live_block(kernel, PHYS_PFN(phys));
}

static bool unmark(struct lfb_kernel *kernel, phys_addr_t phys)
{
	if (!kho__track_clear(kernel, PHYS_PFN(phys), 1))
		return false;
	lfb__ledger_remove(kernel, LFB_LEDGER_PRESERVED, phys);
	return true;
}

LFB_ENTRY void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	unsigned long left;
	bool sound;

	if (!kernel)
		return;
	sound = preservation && preservation->first;
	left = sound ? preservation->total_pages : 0;
	while (sound && preservation->first) {
		phys_addr_t phys = preservation->first;
		struct kho_vmalloc_chunk *chunk;

		sound = is_own_chunk(kernel, phys);
		if (!sound)
			break;
		chunk = chunk_at(kernel, phys);
		for (unsigned long i = 0; left && i < KHO_VMALLOC_SIZE; i++, left--)
			sound &= IS_ALIGNED(chunk->phys[i], PAGE_SIZE) &&
				 unmark(kernel, chunk->phys[i]);
		preservation->first = chunk->hdr.next.phys;
		unmark(kernel, phys);
		__free_pages(lfb__page(kernel, PHYS_PFN(phys)), 0);
	}
	if (!sound || left)
		lfb__warn_as(LFB_FINDING_KHO_UNPRESERVE_MISMATCH, KHO_ITSELF, __func__,
			     "not what kho_preserve_vmalloc() described");
	else
		lfb__event(kernel, KHO_UNPRESERVE_VMALLOC, .pages = preservation->total_pages);
	if (preservation)
		*preservation = (struct kho_vmalloc){ 0 };
}

/* Restoring: nothing the descriptor or the chunks say is believed */

struct restoration {
	struct page **pages;		/* the area's pages, then the chunks' */
	unsigned long nr_pages;
	unsigned long nr_chunks;
	unsigned int order;		/* blocks of the area: a chunk names 2^order pages a time */
	phys_addr_t wrong;		/* a block that is not waiting, and its order */
	unsigned int wrong_order;
};

/* Finds the pages of the area and of its chunks, all of which must be waiting. */
static bool collect(const struct lfb_kernel *kernel, phys_addr_t phys, struct restoration *work)
{
	unsigned long nr_entries = work->nr_pages >> work->order;
	struct page **chunks = work->pages + work->nr_pages;
	struct page **pages = work->pages;

	for (unsigned long n = 0; n < work->nr_chunks; n++) {
		const struct kho_vmalloc_chunk *chunk;

		work->wrong = phys;
		if (!kho__is_waiting(kernel, phys, 0))
			return false;
		chunk = chunk_at(kernel, phys);
		*chunks++ = lfb__page(kernel, PHYS_PFN(phys));
		for (unsigned long i = 0; i < KHO_VMALLOC_SIZE && nr_entries; i++, nr_entries--) {
			struct page *page = lfb__page(kernel, PHYS_PFN(chunk->phys[i]));

			if (!kho__is_waiting(kernel, chunk->phys[i], work->order)) {
				work->wrong = chunk->phys[i];
				work->wrong_order = work->order;
				return false;
			}
			for (unsigned int j = 0; j < 1u << work->order; j++)
				*pages++ = page + j;
		}
		phys = chunk->hdr.next.phys;
	}
	/* An empty one comes behind a full one; handovers there are that lack it. */
	if (!phys || work->nr_chunks * KHO_VMALLOC_SIZE != work->nr_pages >> work->order)
		return !phys;
	work->wrong = phys;
	work->wrong_order = 0;
	if (!kho__is_waiting(kernel, phys, 0) || chunk_at(kernel, phys)->hdr.next.phys ||
	    chunk_at(kernel, phys)->phys[0])
		return false;
	*chunks = lfb__page(kernel, PHYS_PFN(phys));
	work->nr_chunks++;
	return true;
}

static void free_pages_of(struct page **pages, unsigned long nr_pages)
{
	while (nr_pages--)
		__free_pages(*pages++, 0);
}

/* Claims what was collected. False: something was named twice, and all of it is freed again. */
static bool claim(struct lfb_kernel *kernel, const struct restoration *work)
{
	unsigned long total = work->nr_pages + work->nr_chunks;
	unsigned long i = 0;

	while (i < total) {
		unsigned int order = i < work->nr_pages ? work->order : 0;

		if (lfb__pages_claim(kernel, lfb__pfn(&kernel->memory, work->pages[i]), order,
				     false)) {
			free_pages_of(work->pages, i);
			return false;
		}
		i += 1ul << order;
	}
	return true;
}

static void complain(struct lfb_kernel *kernel, const struct restoration *work)
{
	if (!kho__is_waiting(kernel, work->wrong, work->wrong_order))
		kho__complain_restore(kernel, "kho_restore_vmalloc", work->wrong,
				      work->wrong_order);
	else
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH,
			     lfb__phys_object(work->wrong).text, "kho_restore_vmalloc",
			     "the area was not preserved with %lu pages", work->nr_pages);
}

/* NULL without a WARN means that memory is exhausted. */
static void *restore(struct lfb_kernel *kernel, phys_addr_t first, struct restoration *work)
{
	void *area;

	if (!collect(kernel, first, work)) {
		complain(kernel, work);
		return NULL;
	}
	/* The first chunk stands for the area. */
	for (unsigned long i = 0; i < work->nr_pages + work->nr_chunks; i++)
		kho__check_restored(kernel, lfb__pfn(&kernel->memory, work->pages[i]),
				    i == work->nr_pages ? work->nr_pages : 1, LFB_AS_VMALLOC);
	if (!claim(kernel, work)) {
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH, KHO_ITSELF,
			     "kho_restore_vmalloc", "the description names a page twice");
		return NULL;
	}
	free_pages_of(work->pages + work->nr_pages, work->nr_chunks);
	area = lfb__vmap(kernel, work->pages, work->nr_pages);
	if (!area)
		free_pages_of(work->pages, work->nr_pages);
	else
		lfb__ledger_came_over(lfb__ledger_find(kernel, LFB_LEDGER_VMALLOC,
						       (uintptr_t)area));
	return area;
}

/* A descriptor that could be true: nothing larger than what was handed over. */
static bool is_plausible(const struct lfb_kernel *kernel, const struct kho_vmalloc *preservation)
{
	return preservation && preservation->total_pages &&
	       preservation->total_pages <= kernel->pages.incoming &&
	       !(preservation->flags & ~KNOWN_FLAGS) && preservation->order <= MAX_PAGE_ORDER &&
	       IS_ALIGNED(preservation->total_pages, 1u << preservation->order);
}

LFB_ENTRY void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	struct restoration work = { 0 };
	void *area;

	if (!kernel)
		return NULL;
	if (!is_plausible(kernel, preservation)) {
		if (preservation && !kho__is_waiting(kernel, preservation->first, 0))
			kho__complain_restore(kernel, __func__, preservation->first, 0);
		else
			lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH, KHO_ITSELF, __func__,
				     "the descriptor is damaged");
		return NULL;
	}
	work.order = preservation->order;
	work.nr_pages = preservation->total_pages;
	work.nr_chunks = ((work.nr_pages >> work.order) + KHO_VMALLOC_SIZE - 1) / KHO_VMALLOC_SIZE;
	work.pages = lfb__kcalloc(work.nr_pages + work.nr_chunks + 1, sizeof(*work.pages));
	if (!work.pages)
		return NULL;
	area = restore(kernel, preservation->first, &work);
	lfb__event(kernel, KHO_RESTORE_VMALLOC, .pages = work.nr_pages);
	kfree(work.pages);
	return area;
}
