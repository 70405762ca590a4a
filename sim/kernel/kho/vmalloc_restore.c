// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Taking over vmalloc areas that the previous kernel preserved: vmalloc.c says how. */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define CALLER "kho_restore_vmalloc"
#define KNOWN_FLAGS (KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP)

/*
 * Restoring all or nothing, as a kernel should: nothing the descriptor or the chunks say is
 * believed.
 */

struct restoration {
	struct page **pages;		/* the area's pages, then the chunks' */
	unsigned long nr_pages;
	unsigned long nr_chunks;
	unsigned int order;		/* blocks of the area: a chunk names 2^order pages a time */
	unsigned int flags;		/* VM_* */
	unsigned long done;		/* pages restored so far, one block after the other */
	phys_addr_t wrong;		/* a block that is not waiting, and its order */
	unsigned int wrong_order;
};

/* Is all of a block of the area waiting, in the pieces it was cut into? */
static bool is_block(const struct lfb_kernel *kernel, phys_addr_t phys, struct restoration *work)
{
	unsigned long pfn = PHYS_PFN(phys);
	const unsigned long end = pfn + (1ul << work->order);

	work->wrong = phys;
	work->wrong_order = work->order;
	if (!IS_ALIGNED(phys, PAGE_SIZE) || end < pfn)
		return false;
	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order) {
		if (!kho__is_waiting(kernel, PFN_PHYS(pfn), order))
			return false;
	}
	return true;
}

/* Finds the pages of the area and of its chunks, all of which must be waiting. */
static bool collect(const struct lfb_kernel *kernel, phys_addr_t phys, struct restoration *work)
{
	unsigned long nr_entries = work->nr_pages >> work->order;
	struct page **chunks = work->pages + work->nr_pages;
	struct page **pages = work->pages;

	for (unsigned long n = 0; n < work->nr_chunks; n++) {
		const struct kho_vmalloc_chunk *chunk;

		work->wrong = phys;
		work->wrong_order = 0;
		if (!kho__is_waiting(kernel, phys, 0))
			return false;
		chunk = kho__chunk_at(kernel, phys);
		*chunks++ = lfb__page(kernel, PHYS_PFN(phys));
		for (unsigned long i = 0; i < KHO_VMALLOC_SIZE && nr_entries; i++, nr_entries--) {
			struct page *page = lfb__page(kernel, PHYS_PFN(chunk->phys[i]));

			if (!is_block(kernel, chunk->phys[i], work))
				return false;
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
	if (!kho__is_waiting(kernel, phys, 0) || kho__chunk_at(kernel, phys)->hdr.next.phys ||
	    kho__chunk_at(kernel, phys)->phys[0])
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
		const unsigned int order = work->pages[i]->order;

		if (lfb__pages_claim(kernel, lfb__pfn(&kernel->memory, work->pages[i]), order,
				     false)) {
			free_pages_of(work->pages, i);
			return false;
		}
		i += 1ul << order;
	}
	return true;
}

/* The block at @phys is not waiting; if it is, @otherwise it is that. */
static void complain(struct lfb_kernel *kernel, phys_addr_t phys, unsigned int order,
		     const char *otherwise)
{
	if (!kho__is_waiting(kernel, phys, order))
		kho__complain_restore(kernel, CALLER, phys, order);
	else
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH, lfb__phys_object(phys).text, CALLER,
			     "%s", otherwise);
}

static void *map(struct lfb_kernel *kernel, const struct restoration *work)
{
	void *area = lfb__vmap(kernel, work->pages, work->nr_pages, work->order, work->flags);

	if (area)
		lfb__ledger_came_over(lfb__ledger_find(kernel, LFB_LEDGER_VMALLOC,
						       (uintptr_t)area));
	return area;
}

/* The first chunk stands for the area. */
static void check_collected(struct lfb_kernel *kernel, const struct restoration *work)
{
	for (unsigned long i = 0, n; i < work->nr_pages + work->nr_chunks; i += n) {
		n = i < work->nr_pages ? 1ul << work->order : 1;
		kho__check_restored(kernel, lfb__pfn(&kernel->memory, work->pages[i]),
				    i == work->nr_pages ? work->nr_pages : n, LFB_AS_VMALLOC);
	}
}

/* NULL without a WARN means that memory is exhausted. */
static void *restore_whole(struct lfb_kernel *kernel, phys_addr_t first, struct restoration *work)
{
	void *area;

	if (!collect(kernel, first, work)) {
		complain(kernel, work->wrong, work->wrong_order,
			 "the area was not preserved with as many pages");
		return NULL;
	}
	check_collected(kernel, work);
	if (!claim(kernel, work)) {
		lfb__warn_as(LFB_FINDING_KHO_RESTORE_MISMATCH, KHO_ITSELF,
			     CALLER, "the description names a page twice");
		return NULL;
	}
	free_pages_of(work->pages + work->nr_pages, work->nr_chunks);
	area = map(kernel, work);
	if (!area)
		free_pages_of(work->pages, work->nr_pages);
	return area;
}

/*
 * Restoring as kernels do, one block after the other and a chunk behind its blocks. Who fails half
 * way has lost what is restored by then.
 */

/* What is wrong with the block at @phys is said. */
static bool restore_block(struct lfb_kernel *kernel, struct restoration *work, phys_addr_t phys)
{
	const unsigned long nr_pages = 1ul << work->order;
	const unsigned long pfn = PHYS_PFN(phys);

	if (work->done + nr_pages > work->nr_pages) {
		lfb__find(kernel, LFB_FINDING_KHO_RESTORE_MISMATCH, lfb__phys_object(phys).text,
			  "the area has more than the %lu pages it is said to have",
			  work->nr_pages);
		return false;
	}
	if (!kho__restore_range(kernel, CALLER, phys, nr_pages, LFB_AS_VMALLOC, nr_pages))
		return false;
	for (unsigned long i = 0; i < nr_pages; i++)
		work->pages[work->done++] = lfb__page(kernel, pfn + i);
	return true;
}

static bool restore_chunks(struct lfb_kernel *kernel, phys_addr_t first, struct restoration *work)
{
	phys_addr_t next;

	for (phys_addr_t phys = first; phys; phys = next) {
		/* What it says is believed as long as it is what was handed over. */
		const struct kho_vmalloc_chunk *chunk =
			kho__is_waiting(kernel, phys, 0) ? kho__chunk_at(kernel, phys) : NULL;

		for (unsigned long i = 0; chunk && i < KHO_VMALLOC_SIZE && chunk->phys[i]; i++) {
			if (!restore_block(kernel, work, chunk->phys[i]))
				return false;
		}
		next = chunk ? chunk->hdr.next.phys : 0;
		/* The first chunk stands for the area. */
		if (!kho__restore_range(kernel, CALLER, phys, 1, LFB_AS_VMALLOC,
					phys == first ? work->nr_pages : 1))
			return false;
		__free_pages(lfb__page(kernel, PHYS_PFN(phys)), 0);
	}
	if (work->done != work->nr_pages)
		lfb__find(kernel, LFB_FINDING_KHO_RESTORE_MISMATCH, lfb__phys_object(first).text,
			  "the area has %lu pages, not the %lu it is said to have", work->done,
			  work->nr_pages);
	return work->done == work->nr_pages;
}

static void *restore_in_turn(struct lfb_kernel *kernel, phys_addr_t first,
			     struct restoration *work)
{
	void *area = restore_chunks(kernel, first, work) ? map(kernel, work) : NULL;

	if (!area && work->done)
		lfb__find(kernel, LFB_FINDING_KHO_NEVER_RESTORED, lfb__phys_object(first).text,
			  "kho_restore_vmalloc() failed when %lu pages of %lu were restored, and "
			  "nobody knows them now", work->done, work->nr_pages);
	return area;
}

/*
 * By a tree's code, which is asked whatever was complained of before. It takes what it is given: so
 * what is there is looked at first.
 */
static void *restore_by_code(struct lfb_kernel *kernel, const struct kho_vmalloc *preservation,
			     struct restoration *work)
{
	void *area;

	if (collect(kernel, preservation->first, work))
		check_collected(kernel, work);
	else
		complain(kernel, work->wrong, work->wrong_order,
			 "the area was not preserved with as many pages");
	area = kho__code(kernel)->restore_vmalloc(preservation);
	if (area)
		lfb__ledger_came_over(lfb__ledger_find(kernel, LFB_LEDGER_VMALLOC,
						       (uintptr_t)area));
	return area;
}

/* A descriptor that could be true: nothing larger than what was handed over. */
static bool is_plausible(const struct lfb_kernel *kernel, const struct kho_vmalloc *preservation)
{
	return preservation && preservation->total_pages &&
	       preservation->total_pages <= kernel->pages.incoming &&
	       !(preservation->flags & ~KNOWN_FLAGS) && preservation->order <= KHO_MAX_ORDER &&
	       IS_ALIGNED(preservation->total_pages, 1u << preservation->order);
}

LFB_ENTRY void *kho_restore_vmalloc(const struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called_incoming(__func__);
	struct restoration work = { 0 };
	bool in_turn;
	void *area;

	if (!kernel)
		return NULL;
	if (!preservation && kho__followed_null(kernel, __func__))
		return NULL;
	in_turn = kernel->kho.rules & KHO_RESTORES_BY_HEADS && !kernel->kho.code;
	if (in_turn ? !kho__is_described(preservation) : !is_plausible(kernel, preservation)) {
		complain(kernel, preservation ? preservation->first : 0, 0,
			 "the descriptor is damaged");
		return NULL;
	}
	work.order = preservation->order;
	work.flags = (preservation->flags & KHO_VMALLOC_ALLOC ? VM_ALLOC : 0) |
		     (preservation->flags & KHO_VMALLOC_HUGE_VMAP ? VM_ALLOW_HUGE_VMAP : 0);
	work.nr_pages = preservation->total_pages;
	work.nr_chunks = ((work.nr_pages >> work.order) + KHO_VMALLOC_SIZE - 1) / KHO_VMALLOC_SIZE;
	work.pages = lfb__kcalloc(work.nr_pages + work.nr_chunks + 1, sizeof(*work.pages));
	if (!work.pages)
		return NULL;
	area = unlikely(kernel->kho.code != NULL) ?
		       restore_by_code(kernel, preservation, &work) :
	       in_turn ? restore_in_turn(kernel, preservation->first, &work) :
			 restore_whole(kernel, preservation->first, &work);
	lfb__event(kernel, KHO_RESTORE_VMALLOC, .pages = work.nr_pages);
	kfree(work.pages);
	return area;
}
