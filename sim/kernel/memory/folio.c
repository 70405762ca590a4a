// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Pages, folios, page numbers, physical and virtual addresses: from each to the others. */
#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"

/* Somebody makes a pointer of a number: does it mean anything? */
static void converted(struct lfb_kernel *kernel, phys_addr_t phys)
{
	if (!lfb__checking(kernel))
		return;
	if (unlikely(phys < PFN_PHYS(lfb__usable_start(&kernel->memory)) ||
		     phys >= kernel->memory.size)) {
		struct lfb_frame *frame = lfb__frame(kernel);

		if (frame)
			frame->touched_nothing = true;
		lfb__check_nowhere(kernel, phys);
	} else if (unlikely(lfb__was(&kernel->memory, PHYS_PFN(phys)))) {
		lfb__check_converted(kernel, phys);
	}
}

unsigned long page_to_pfn(const struct page *page)
{
	unsigned long pfn = lfb__current ? lfb__pfn(&lfb__current->memory, page) : LFB_NO_PFN;

	return pfn == LFB_NO_PFN ? ~0ul : pfn;
}

struct page *pfn_to_page(unsigned long pfn)
{
	if (!lfb__current)
		return NULL;
	converted(lfb__current, pfn > PHYS_PFN(~0ull) ? ~0ull : PFN_PHYS(pfn));
	return lfb__page(lfb__current, pfn);
}

phys_addr_t page_to_phys(const struct page *page)
{
	const unsigned long pfn = page_to_pfn(page);

	return pfn == ~0ul ? ~0ull : PFN_PHYS(pfn);
}

struct page *phys_to_page(phys_addr_t phys)
{
	if (!lfb__current)
		return NULL;
	converted(lfb__current, phys);
	return lfb__page(lfb__current, PHYS_PFN(phys));
}

void *page_address(const struct page *page)
{
	return phys_to_virt(page_to_phys(page));
}

void *phys_to_virt(phys_addr_t phys)
{
	if (!lfb__current)
		return NULL;
	converted(lfb__current, phys);
	if (!lfb__is_memory(&lfb__current->memory, phys))
		return NULL;
	if (unlikely(lfb__page(lfb__current, PHYS_PFN(phys))->flags & PG_SLAB)) {
		void *lone = lfb__lone_at(&lfb__current->memory, phys);

		if (lone)
			return lone;
	}
	return lfb__current->memory.base + phys;
}

/* ~0 for a pointer that is not in the linear map. */
static phys_addr_t linear_phys(const void *virt)
{
	const struct lfb_lone *lone;
	phys_addr_t phys;
	long long offset;

	if (!lfb__current)
		return ~0ull;
	lone = lfb__lone_of(&lfb__current->memory, virt, &offset);
	if (lone)
		return lfb__lone_age(&lfb__current->memory, lone) || offset < 0 ? ~0ull :
		       lone->phys + (phys_addr_t)offset;
	phys = lfb__linear(&lfb__current->memory, (uintptr_t)virt);
	return lfb__is_memory(&lfb__current->memory, phys) ? phys : ~0ull;
}

static const char *not_linear(const void *virt)
{
	phys_addr_t phys;

	switch (lfb__address_kind(&lfb__current->memory, virt, &phys)) {
	case LFB_ADDRESS_STALE:
		return "a pointer of an earlier kernel";
	case LFB_ADDRESS_CURRENT:
		return "a vmalloc address";
	default:
		return virt ? "not a kernel address" : "a NULL pointer";
	}
}

phys_addr_t virt_to_phys(const void *virt)
{
	const phys_addr_t phys = linear_phys(virt);

	if (unlikely(phys == ~0ull) && lfb__current)
		lfb_warn("virt_to_phys", "not in the linear map: %s", not_linear(virt));
	return phys;
}

struct page *virt_to_page(const void *virt)
{
	return phys_to_page(linear_phys(virt));
}

struct folio *virt_to_folio(const void *virt)
{
	return page_folio(virt_to_page(virt));
}

struct folio *page_folio(struct page *page)
{
	if (page_to_pfn(page) == ~0ul)
		return NULL;
	if (page->flags & PG_TAIL)
		page = lfb__page(lfb__current, page->next);
	return (struct folio *)page;
}

int page_count(const struct page *page)
{
	const struct folio *folio = page_folio((struct page *)(uintptr_t)page);

	return folio ? (int)folio->page.refcount : 0;
}

unsigned int folio_order(const struct folio *folio)
{
	return folio_pfn(folio) == ~0ul ? 0 : folio->page.order;
}

unsigned long folio_nr_pages(const struct folio *folio)
{
	return folio_pfn(folio) == ~0ul ? 0 : 1ul << folio->page.order;
}

size_t folio_size(const struct folio *folio)
{
	return folio_nr_pages(folio) << PAGE_SHIFT;
}

unsigned long folio_pfn(const struct folio *folio)
{
	return page_to_pfn((const struct page *)folio);
}

void *folio_address(const struct folio *folio)
{
	return page_address((const struct page *)folio);
}

struct page *folio_page(struct folio *folio, unsigned long n)
{
	return n < folio_nr_pages(folio) ? &folio->page + n : NULL;
}
