// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Memory as a tree's own kexec_handover.c has it. All is done past what watches modules, and to
 * what is KHO's own and not there any more nobody is told.
 */
#include "lib/tree/tree.h"

static struct lfb_kernel *here(void)
{
	return lfb__current;
}

static void *at(u64 phys)
{
	const struct lfb_memory *memory = &here()->memory;

	return lfb__is_memory(memory, phys) ? memory->base + phys : NULL;
}

static u64 phys_of(const void *virt)
{
	const struct lfb_memory *memory = &here()->memory;
	const u64 phys = lfb__linear(memory, (uintptr_t)virt);

	/* Objects may have a place of their own. */
	return lfb__is_memory(memory, phys) ? phys : virt_to_phys(virt);
}

static struct page *page_of(unsigned long pfn)
{
	return lfb__page(here(), pfn);
}

static int node_of(unsigned long pfn)
{
	const struct lfb_memory *memory = &here()->memory;
	unsigned int n = 0;

	while (n + 1 < memory->nodes.count &&
	       pfn - memory->first_page >= memory->nodes.each[n].end)
		n++;
	return (int)n;
}

static u64 end(void)
{
	return here()->memory.size;
}

static struct folio *folio_at(const void *virt)
{
	return page_folio(page_of(PHYS_PFN(phys_of(virt))));
}

/* Kernels take what is given out to nobody for what it says it is, and that is one page. */
static unsigned int order_of(const struct folio *folio)
{
	const struct page *page = (const struct page *)folio;

	return page->flags & PG_ALLOCATED && !(page->flags & PG_SLAB) ? page->order : 0;
}

/* At boot */

static bool is_ready(void)
{
	return !here()->kho.reservation;
}

static void *alloc_early(size_t size)
{
	return lfb__early_alloc(here(), size);
}

static void reserve(u64 phys, u64 size)
{
	kho__reserve(here(), phys, size);
}

/* Pages. KHO's own have no fault point, as all have that it makes before modules are there. */

static void *alloc_page(bool own)
{
	struct lfb_kernel *kernel = here();
	struct page *page;
	u32 pfn;

	if (own) {
		pfn = lfb__alloc_internal_page(kernel);
		return pfn ? lfb__pfn_address(&kernel->memory, pfn) : NULL;
	}
	lfb__internal_begin(kernel);
	page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);
	lfb__internal_end(kernel);
	return page ? lfb__pfn_address(&kernel->memory, page_to_pfn(page)) : NULL;
}

/* Is it marked no more? Its pages are told before somebody else has them. */
static void tell(struct lfb_kernel *kernel, struct page *page)
{
	if (page->flags & PG_PRESERVED)
		kho__track_clear(kernel, page_to_pfn(page), 1ul << page->order);
}

static void free_page_at(void *address)
{
	struct lfb_kernel *kernel = here();
	struct page *page = address ? page_of(PHYS_PFN(phys_of(address))) : NULL;

	if (!page)
		return;
	tell(kernel, page);
	if (page->flags & PG_INTERNAL)
		lfb__free_internal_page(kernel, (u32)page_to_pfn(page));
	else
		__free_pages(page, 0);
}

/* LFB_FAULT_KHO fires where kho_alloc_preserve() would mark what it has just got. */
static bool is_not_marked(struct lfb_kernel *kernel, struct folio *folio)
{
	const unsigned long pfn = folio_pfn(folio);

	if (!lfb__fault(kernel, LFB_FAULT_KHO, "kho_alloc_preserve"))
		return false;
	lfb__event(kernel, KHO_ALLOC_PRESERVE, .phys = PFN_PHYS(pfn),
		   .order = order_of(folio), .result = -ENOMEM);
	return true;
}

static struct folio *alloc_folio(unsigned int gfp, unsigned int order)
{
	struct lfb_kernel *kernel = here();
	struct folio *folio;

	if (!kernel->kho.root)
		return order ? NULL : (struct folio *)page_of(lfb__alloc_internal_page(kernel));
	folio = folio_alloc(gfp, order);
	if (folio && is_not_marked(kernel, folio)) {
		folio_put(folio);
		return NULL;
	}
	return folio;
}

static void put_folio(struct folio *folio)
{
	struct page *page = (struct page *)folio;

	if (!folio)
		return;
	tell(here(), page);
	if (page->flags & PG_INTERNAL && !(page->flags & PG_PRESERVED_IN))
		lfb__free_internal_page(here(), (u32)page_to_pfn(page));
	else
		folio_put(folio);
}

/* What was not reserved so it does not get; of a block that is larger the rest stays. */
static void take(struct page *page, unsigned long nr_pages, bool folio)
{
	struct lfb_kernel *kernel = here();
	const unsigned long pfn = page_to_pfn(page);

	if (page->flags & PG_PRESERVED_IN && 1ul << page->order == nr_pages) {
		lfb__pages_claim(kernel, pfn, page->order, folio);
		return;
	}
	for (unsigned long i = 0; i < nr_pages && page_of(pfn + i); i++) {
		struct page *one = page_of(pfn + i);

		if (one->flags & PG_PRESERVED_IN && one->order)
			lfb__pages_break_up(kernel, pfn + i);
		lfb__pages_claim(kernel, pfn + i, 0, folio && nr_pages == 1);
	}
}

/* vmalloc areas */

static void *alloc_array(size_t size)
{
	return lfb__kmalloc(size, GFP_KERNEL);
}

static struct lfb_tree_area area_at(const void *address)
{
	const struct lfb_area area = lfb__vmalloc_area(here(), address);

	return (struct lfb_tree_area){
		.addr = (void *)(uintptr_t)area.addr,
		.flags = area.flags,
		.order = area.order,
		.nr_pages = area.nr_pages,
		.pages = area.pages,
	};
}

/* A block of one is a step of its own that can fail; the pages that describe it are no blocks. */
static bool fails(const struct page *page)
{
	return page->flags & PG_VMALLOC &&
	       lfb__fault(here(), LFB_FAULT_KHO, "kho_preserve_vmalloc");
}

static void *map(const struct lfb_tree_area *area)
{
	return lfb__vmap(here(), area->pages, area->nr_pages, area->order, area->flags);
}

const struct lfb_tree_memory luo_tree_memory = {
	.at = at,
	.phys = phys_of,
	.page = page_of,
	.node = node_of,
	.end = end,
	.folio = folio_at,
	.order = order_of,
	.is_ready = is_ready,
	.alloc_early = alloc_early,
	.reserve = reserve,
	.alloc = alloc_page,
	.free = free_page_at,
	.alloc_folio = alloc_folio,
	.put_folio = put_folio,
	.take = take,
	.alloc_array = alloc_array,
	.free_array = kfree,
	.area = area_at,
	.fails = fails,
	.map = map,
};
