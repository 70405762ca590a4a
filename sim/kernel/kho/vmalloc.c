// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Handing over vmalloc areas: a list of chunk pages with the addresses of the area's pages
 * (docs/facts.md 8.5). Every chunk is preserved memory of its own.
 */
#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

_Static_assert(sizeof(struct kho_vmalloc_chunk) == PAGE_SIZE, "a chunk is one page");
_Static_assert(sizeof(struct kho_vmalloc) == 16, "the descriptor is handed over as it is");

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
			chunk = kho__chunk_at(kernel, *link);
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
		chunk = kho__chunk_at(kernel, here);
		for (unsigned long i = 0; blocks && i < KHO_VMALLOC_SIZE; i++, blocks--)
			sound &= unmark(kernel, chunk->phys[i], order);
		phys = chunk->hdr.next.phys;
		unmark(kernel, here, 0);
		__free_pages(lfb__page(kernel, PHYS_PFN(here)), 0);
	}
	return sound && !blocks;
}

static void say_left(struct lfb_kernel *kernel, phys_addr_t first, unsigned long left,
		     unsigned int order)
{
	lfb__find(kernel, LFB_FINDING_KHO_LEFT_MARKED, lfb__phys_object(first).text,
		  "kho_preserve_vmalloc() failed and left %lu block%s of order %u marked, the "
		  "first at 0x%llx: it takes them back with an order that it has not set yet",
		  left, left == 1 ? "" : "s", order, first);
}

/*
 * The defect: what was marked as blocks of @order is about to be taken back as others. Nobody
 * else is to blame for what stays so.
 */
static void complain_of_left(struct lfb_kernel *kernel, phys_addr_t phys, unsigned long blocks,
			     unsigned int order)
{
	const unsigned long left = blocks;
	const phys_addr_t first = kho__chunk_at(kernel, phys)->phys[0];

	for (; phys && blocks; phys = kho__chunk_at(kernel, phys)->hdr.next.phys) {
		for (unsigned long i = 0; blocks && i < KHO_VMALLOC_SIZE; i++, blocks--) {
			const phys_addr_t block = kho__chunk_at(kernel, phys)->phys[i];
			struct page *page = lfb__page(kernel, PHYS_PFN(block));

			for (unsigned long n = 0; n < 1ul << order; n++)
				page[n].flags &= ~PG_PRESERVED;
			lfb__ledger_remove(kernel, LFB_LEDGER_PRESERVED, block);
		}
	}
	say_left(kernel, first, left, order);
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

/* The chunks of what a tree's code described are told as the area and its parts. */
static void note_chunks(struct lfb_kernel *kernel, const struct kho_vmalloc *preservation,
			unsigned long nr_pages)
{
	unsigned long chunks = 0;

	for (phys_addr_t phys = preservation->first;
	     is_own_chunk(kernel, phys) && chunks <= nr_pages / KHO_VMALLOC_SIZE;
	     phys = kho__chunk_at(kernel, phys)->hdr.next.phys, chunks++)
		mark(kernel, PHYS_PFN(phys), 1, chunks ? 1 : nr_pages,
		     chunks ? LFB_AS_VMALLOC_PAGE : LFB_AS_VMALLOC);
}

/* Nothing of an area may stay marked that was not before: of that the pages are not told. */
static void look_for_left(struct lfb_kernel *kernel, const struct lfb_area *area)
{
	unsigned long left = 0;
	phys_addr_t first = 0;

	for (unsigned long i = 0; i < area->nr_pages; i += 1ul << area->order) {
		const struct page *page = area->pages[i];

		if (page->flags & PG_PRESERVED ||
		    !kho__is_preserved(kernel, page_to_pfn(page), area->order))
			continue;
		if (!left++)
			first = page_to_phys(page);
	}
	if (left)
		say_left(kernel, first, left, area->order);
}

static int preserve_by_code(struct lfb_kernel *kernel, void *ptr, const struct lfb_area *area,
			    struct kho_vmalloc *preservation)
{
	bool twice = false;
	int err;

	if (lfb__fault(kernel, LFB_FAULT_KHO, "kho_preserve_vmalloc"))
		return -ENOMEM;
	err = kho__code(kernel)->preserve_vmalloc(ptr, preservation);
	if (err) {
		look_for_left(kernel, area);
		return err;
	}
	note_chunks(kernel, preservation, area->nr_pages);
	for (unsigned long i = 0; i < area->nr_pages; i += 1ul << area->order) {
		const unsigned long pfn = page_to_pfn(area->pages[i]);

		twice = twice || kho__check_twice(kernel, pfn, 1ul << area->order);
		mark(kernel, pfn, 1ul << area->order, 1ul << area->order, LFB_AS_VMALLOC_PAGE);
	}
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
	err = unlikely(kernel->kho.code != NULL) ?
		      preserve_by_code(kernel, ptr, &area, preservation) :
		      preserve(kernel, &area, preservation);
	lfb__event(kernel, KHO_PRESERVE_VMALLOC, .pages = area.nr_pages, .result = err);
	return err;
}

/* Of what a tree's code cleared the pages are told, too. */
static void tell_if_cleared(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
			    void *context)
{
	const unsigned long pfn = PHYS_PFN(entry->key);
	const unsigned long nr_pages = PHYS_PFN(lfb__ledger_span(entry));

	(void)context;
	if ((entry->as != LFB_AS_VMALLOC && entry->as != LFB_AS_VMALLOC_PAGE) ||
	    kho__track_has(kernel, pfn, nr_pages))
		return;
	if (lfb__page(kernel, pfn)->flags & PG_PRESERVED)
		kho__track_clear(kernel, pfn, nr_pages);
	lfb__ledger_drop(kernel, entry);
}

/* It follows what is described: that must be there. */
static bool clear_by_code(struct lfb_kernel *kernel, struct kho_vmalloc *preservation)
{
	unsigned long blocks = preservation->total_pages >> preservation->order;
	phys_addr_t phys = preservation->first;
	bool sound = true;

	for (const struct kho_vmalloc_chunk *chunk; phys; phys = chunk->hdr.next.phys) {
		/* An empty chunk may follow a full one, and no other. */
		if (!is_own_chunk(kernel, phys) || (!blocks && !sound))
			return false;
		chunk = kho__chunk_at(kernel, phys);
		sound = blocks;
		for (unsigned long i = 0; blocks && i < KHO_VMALLOC_SIZE; i++, blocks--) {
			if (!IS_ALIGNED(chunk->phys[i], PAGE_SIZE) ||
			    !kho__track_has(kernel, PHYS_PFN(chunk->phys[i]),
					    1ul << preservation->order))
				return false;
		}
	}
	if (blocks)
		return false;
	kho__code(kernel)->unpreserve_vmalloc(preservation);
	lfb__ledger_each(kernel, LFB_LEDGER_PRESERVED, tell_if_cleared, NULL);
	return true;
}

static bool clear_area(struct lfb_kernel *kernel, struct kho_vmalloc *preservation)
{
	if (!kho__is_described(preservation))
		return false;
	return unlikely(kernel->kho.code != NULL) ?
		       clear_by_code(kernel, preservation) :
		       take_back(kernel, preservation->first,
				 preservation->total_pages >> preservation->order,
				 preservation->order);
}

LFB_ENTRY void kho_unpreserve_vmalloc(struct kho_vmalloc *preservation)
{
	struct lfb_kernel *kernel = kho__called(__func__);

	if (!kernel)
		return;
	if (!preservation && kho__followed_null(kernel, __func__))
		return;
	if (!clear_area(kernel, preservation))
		lfb__warn_as(LFB_FINDING_KHO_UNPRESERVE_MISMATCH, KHO_ITSELF, __func__,
			     "not what kho_preserve_vmalloc() described");
	else
		lfb__event(kernel, KHO_UNPRESERVE_VMALLOC, .pages = preservation->total_pages);
	if (preservation)
		*preservation = (struct kho_vmalloc){ 0 };
}
