// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Handing over vmalloc areas: a list of chunk pages with the addresses of the area's pages
 * (docs/facts.md 8.5). Every chunk is preserved memory of its own.
 */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define CALLER "kho_restore_vmalloc"
#define KNOWN_FLAGS (KHO_VMALLOC_ALLOC | KHO_VMALLOC_HUGE_VMAP)

_Static_assert(sizeof(struct kho_vmalloc_chunk) == PAGE_SIZE, "a chunk is one page");
_Static_assert(sizeof(struct kho_vmalloc) == 16, "the descriptor is handed over as it is");

static struct kho_vmalloc_chunk *chunk_at(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	return lfb__memory_at(&kernel->memory, phys, PAGE_SIZE);
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

/* A block of it, or the first chunk, which is the area in the ledger. */
static void mark(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
		 unsigned long noted, enum lfb_preserved_as as)
{
	kho__track_set(kernel, pfn, nr_pages);
	kho__note_preserved(kernel, pfn, noted, as);
}

/*
 * A block of the area. One that is larger than a page is a step of its own that can fail. @twice:
 * one was marked before, and tells for all.
 */
static int mark_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order,
		      bool *twice)
{
	const unsigned long nr_pages = 1ul << order;

	if (order && lfb__fault(kernel, LFB_FAULT_KHO, "kho_preserve_vmalloc"))
		return -ENOMEM;
	if (kho__track_prepare(kernel, pfn, nr_pages))
		return -ENOMEM;
	*twice = *twice || kho__check_twice(kernel, pfn, nr_pages);
	mark(kernel, pfn, nr_pages, nr_pages, LFB_AS_VMALLOC_PAGE);
	return 0;
}

/*
 * Chunks with the addresses of the area's blocks; marks them all. As kernels have it an empty chunk
 * follows one that is full. On error @blocks were marked, and the chunks from *@first on.
 */
static int describe(struct lfb_kernel *kernel, const struct lfb_area *area, phys_addr_t *first,
		    unsigned long *blocks)
{
	const unsigned long nr_blocks = area->nr_pages >> area->order;
	struct kho_vmalloc_chunk *chunk = NULL;
	u64 *link = first;
	bool twice = false;
	int err;

	*first = 0;
	for (*blocks = 0; *blocks <= nr_blocks; ++*blocks) {
		const unsigned long n = *blocks % KHO_VMALLOC_SIZE;
		unsigned long pfn;

		if (!n) {
			struct page *page = new_chunk(kernel);

			if (!page)
				return -ENOMEM;
			mark(kernel, page_to_pfn(page), 1, *first ? 1 : area->nr_pages,
			     *first ? LFB_AS_VMALLOC_PAGE : LFB_AS_VMALLOC);
			*link = page_to_phys(page);
			chunk = chunk_at(kernel, *link);
			link = &chunk->hdr.next.phys;
		}
		if (*blocks == nr_blocks)
			break;
		pfn = page_to_pfn(area->pages[*blocks << area->order]);
		err = mark_block(kernel, pfn, area->order, &twice);
		if (err)
			return err;
		chunk->phys[n] = PFN_PHYS(pfn);
	}
	return 0;
}

/* Is there a chunk that this kernel preserved, as far as can be known? */
static bool is_own_chunk(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	return IS_ALIGNED(phys, PAGE_SIZE) && kho__is_preserved(kernel, PHYS_PFN(phys), 0) &&
	       kho__is_live_block(kernel, PHYS_PFN(phys));
}

static bool unmark(struct lfb_kernel *kernel, phys_addr_t phys, unsigned int order)
{
	if (!IS_ALIGNED(phys, PAGE_SIZE) ||
	    !kho__track_clear(kernel, PHYS_PFN(phys), 1ul << order))
		return false;
	lfb__ledger_remove(kernel, LFB_LEDGER_PRESERVED, phys);
	return true;
}

/* Takes back the @blocks of @order that chunks from @phys on name. Were they all there? */
static bool take_back(struct lfb_kernel *kernel, phys_addr_t phys, unsigned long blocks,
		      unsigned int order)
{
	bool sound = true;

	while (phys) {
		const phys_addr_t here = phys;
		struct kho_vmalloc_chunk *chunk;

		if (!is_own_chunk(kernel, here))
			return false;
		chunk = chunk_at(kernel, here);
		for (unsigned long i = 0; blocks && i < KHO_VMALLOC_SIZE; i++, blocks--)
			sound &= unmark(kernel, chunk->phys[i], order);
		phys = chunk->hdr.next.phys;
		unmark(kernel, here, 0);
		__free_pages(lfb__page(kernel, PHYS_PFN(here)), 0);
	}
	return sound && !blocks;
}

/*
 * The defect: what was marked as blocks of @order is about to be taken back as others. Nobody
 * else is to blame for what stays so.
 */
static void complain_of_left(struct lfb_kernel *kernel, phys_addr_t phys, unsigned long blocks,
			     unsigned int order)
{
	const unsigned long left = blocks;
	const phys_addr_t first = chunk_at(kernel, phys)->phys[0];

	for (; phys && blocks; phys = chunk_at(kernel, phys)->hdr.next.phys) {
		for (unsigned long i = 0; blocks && i < KHO_VMALLOC_SIZE; i++, blocks--) {
			const phys_addr_t block = chunk_at(kernel, phys)->phys[i];
			struct page *page = lfb__page(kernel, PHYS_PFN(block));

			for (unsigned long n = 0; n < 1ul << order; n++)
				page[n].flags &= ~PG_PRESERVED;
			lfb__ledger_remove(kernel, LFB_LEDGER_PRESERVED, block);
		}
	}
	lfb__find(kernel, LFB_FINDING_KHO_LEFT_MARKED, lfb__phys_object(first).text,
		  "kho_preserve_vmalloc() failed and left %lu block%s of order %u marked, the "
		  "first at 0x%llx: it takes them back with an order that it has not set yet",
		  left, left == 1 ? "" : "s", order, first);
}

static int preserve(struct lfb_kernel *kernel, const struct lfb_area *area,
		    struct kho_vmalloc *preservation)
{
	unsigned int order = area->order;
	unsigned long blocks;
	phys_addr_t first;
	int err;

	if (lfb__fault(kernel, LFB_FAULT_KHO, "kho_preserve_vmalloc"))
		return -ENOMEM;
	err = describe(kernel, area, &first, &blocks);
	if (err) {
		if (kernel->kho.rules & KHO_FORGETS_ORDER && preservation->order != order) {
			if (blocks)
				complain_of_left(kernel, first, blocks, order);
			order = preservation->order <= KHO_MAX_ORDER ? preservation->order : 0;
		}
		take_back(kernel, first, blocks, order);
		return err;
	}
	*preservation = (struct kho_vmalloc){
		.first = first,
		.total_pages = (u32)area->nr_pages,
		.flags = KHO_VMALLOC_ALLOC |
			 (area->flags & VM_ALLOW_HUGE_VMAP ? KHO_VMALLOC_HUGE_VMAP : 0),
		.order = (u16)order,
	};
	return 0;
}

LFB_ENTRY int kho_preserve_vmalloc(void *ptr, struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	struct lfb_area area;
	int err;

	if (!kernel) {
		err = kho__off(__func__);
		/* Of an area kernels fail to preserve the first chunk. */
		return err == -EINVAL && lfb__vmalloc_area(lfb__current, ptr).pages ? -ENOMEM : err;
	}
	area = lfb__vmalloc_area(kernel, ptr);
	if (!area.pages) {
		lfb__warn_as(LFB_FINDING_KHO_NOT_ALLOCATED, KHO_ITSELF, __func__,
			     "no vmalloc area");
		return -EINVAL;
	}
	/* As kernels have it, of the areas there are they hand over what vmalloc() makes. */
	if (area.flags & ~(VM_ALLOC | VM_ALLOW_HUGE_VMAP))
		return -EOPNOTSUPP;
	if (!preservation) {
		if (!kho__followed_null(kernel, __func__))
			lfb_warn(__func__, "nowhere to describe it");
		return -EINVAL;
	}
	err = preserve(kernel, &area, preservation);
	lfb__event(kernel, KHO_PRESERVE_VMALLOC, .pages = area.nr_pages, .result = err);
	return err;
}

/* As many blocks as it says, of an order there is. */
static bool is_described(const struct kho_vmalloc *preservation)
{
	return preservation && preservation->first && preservation->order <= KHO_MAX_ORDER;
}

LFB_ENTRY void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);

	if (!kernel)
		return;
	if (!preservation && kho__followed_null(kernel, __func__))
		return;
	if (!is_described(preservation) ||
	    !take_back(kernel, preservation->first,
		       preservation->total_pages >> preservation->order, preservation->order))
		lfb__warn_as(LFB_FINDING_KHO_UNPRESERVE_MISMATCH, KHO_ITSELF, __func__,
			     "not what kho_preserve_vmalloc() described");
	else
		lfb__event(kernel, KHO_UNPRESERVE_VMALLOC, .pages = preservation->total_pages);
	if (preservation)
		*preservation = (struct kho_vmalloc){ 0 };
}

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
		chunk = chunk_at(kernel, phys);
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

/* NULL without a WARN means that memory is exhausted. */
static void *restore_whole(struct lfb_kernel *kernel, phys_addr_t first, struct restoration *work)
{
	void *area;

	if (!collect(kernel, first, work)) {
		complain(kernel, work->wrong, work->wrong_order,
			 "the area was not preserved with as many pages");
		return NULL;
	}
	/* The first chunk stands for the area. */
	for (unsigned long i = 0, n; i < work->nr_pages + work->nr_chunks; i += n) {
		n = i < work->nr_pages ? 1ul << work->order : 1;
		kho__check_restored(kernel, lfb__pfn(&kernel->memory, work->pages[i]),
				    i == work->nr_pages ? work->nr_pages : n, LFB_AS_VMALLOC);
	}
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
			kho__is_waiting(kernel, phys, 0) ? chunk_at(kernel, phys) : NULL;

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
	in_turn = kernel->kho.rules & KHO_RESTORES_BY_HEADS;
	if (in_turn ? !is_described(preservation) : !is_plausible(kernel, preservation)) {
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
	area = in_turn ? restore_in_turn(kernel, preservation->first, &work) :
			 restore_whole(kernel, preservation->first, &work);
	lfb__event(kernel, KHO_RESTORE_VMALLOC, .pages = work.nr_pages);
	kfree(work.pages);
	return area;
}
