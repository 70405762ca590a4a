/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Physical memory as a kernel offers it to its subsystems: pages, folios and addresses.
 * Mirrors the parts of linux/mm.h, linux/gfp.h and linux/page-flags.h that KHO needs.
 *
 * All functions act on the kernel of the machine this thread has entered; outside of any they do
 * nothing and return NULL, 0 or ~0, whatever says "none". Pointers returned by phys_to_virt() and
 * friends are good until the next kexec only.
 *
 * Context, for all functions here: any phase in which a kernel runs. They take no lock and run no
 * callback; what allocates may sleep, but with GFP_ATOMIC, and nothing else does.
 *
 * Freed memory can be allocated again at once. In sanitizer builds it is poisoned until then.
 */
#ifndef LUO_MM_H
#define LUO_MM_H

#include <luo/types.h>

struct page;
struct folio;

/** pageblock_nr_pages - pages that are of one kind, as the page allocator groups them. */
#define pageblock_nr_pages 512ul

/**
 * enum migratetype - of what kind a block of pages is, by what may be done with pages in it
 * @MIGRATE_UNMOVABLE: nothing
 * @MIGRATE_MOVABLE: they can be moved
 * @MIGRATE_RECLAIMABLE: they can be had back
 * @MIGRATE_PCPTYPES: how many kinds there are lists of for each CPU
 * @MIGRATE_HIGHATOMIC: kept for who cannot wait
 * @MIGRATE_CMA: only what can be moved is allocated there
 * @MIGRATE_ISOLATE: nothing is allocated there
 * @MIGRATE_TYPES: how many kinds there are
 */
enum migratetype {
	MIGRATE_UNMOVABLE,
	MIGRATE_MOVABLE,
	MIGRATE_RECLAIMABLE,
	MIGRATE_PCPTYPES,
	MIGRATE_HIGHATOMIC = MIGRATE_PCPTYPES,
	MIGRATE_CMA,
	MIGRATE_ISOLATE,
	MIGRATE_TYPES,
};

/**
 * alloc_pages() - allocate 2^@order contiguous pages
 * @gfp: GFP_KERNEL, with __GFP_ZERO for zeroed memory; otherwise the content is unspecified
 * @order: 0 to MAX_PAGE_ORDER
 *
 * Context: a fault point of kind LFB_FAULT_ALLOC.
 * Return: the first page, with one reference; NULL when memory is exhausted, @order is too large or
 * the fault point fired. The block is naturally aligned, except under LFB_PAGES_ASCENDING.
 */
LFB_API struct page *alloc_pages(gfp_t gfp, unsigned int order);

/**
 * __free_pages() - give pages back
 * @page: what alloc_pages() returned, or a page of kho_restore_pages(); NULL is ignored
 * @order: the order it was allocated with; 0 for each page of kho_restore_pages()
 *
 * Drops a reference; the last one frees. A page that is not the first of an allocated block of this
 * order (free already, inside of a block, the slab allocator's, a vmalloc area's, handed over and
 * not restored) is recorded as a BUG, and nothing changes.
 */
LFB_API void __free_pages(struct page *page, unsigned int order);

/** __get_free_pages() - alloc_pages() by address. Return: the address, 0 when it fails. */
LFB_API unsigned long __get_free_pages(gfp_t gfp, unsigned int order);
/** free_pages() - __free_pages() by address; 0 is ignored, what is no page's address is a BUG. */
LFB_API void free_pages(unsigned long addr, unsigned int order);

/**
 * folio_alloc() - allocate a folio of 2^@order pages with one reference
 * @gfp: as for alloc_pages()
 * @order: 0 to MAX_PAGE_ORDER
 *
 * Context: a fault point of kind LFB_FAULT_ALLOC.
 * Return: the folio or NULL, as alloc_pages().
 */
LFB_API struct folio *folio_alloc(gfp_t gfp, unsigned int order);
/** folio_get() - take a reference; what is no live folio is a BUG. */
LFB_API void folio_get(struct folio *folio);
/** folio_put() - drop a reference; the last one frees. What is no live folio is a BUG. */
LFB_API void folio_put(struct folio *folio);

/** folio_order() - Return: the order a folio was allocated or restored with. */
LFB_API unsigned int folio_order(const struct folio *folio);
/** folio_nr_pages() - Return: how many pages a folio has. */
LFB_API unsigned long folio_nr_pages(const struct folio *folio);
/** folio_size() - Return: a folio's size in bytes. */
LFB_API size_t folio_size(const struct folio *folio);
/** folio_pfn() - Return: the page frame number of a folio's first page. */
LFB_API unsigned long folio_pfn(const struct folio *folio);
/** folio_address() - Return: where the folio's bytes are mapped now. */
LFB_API void *folio_address(const struct folio *folio);
/** folio_page() - Return: page @n of a folio, NULL past its end. */
LFB_API struct page *folio_page(struct folio *folio, unsigned long n);
/** page_folio() - Return: the folio a page belongs to; a page of its own is one of order 0. */
LFB_API struct folio *page_folio(struct page *page);
/** page_count() - Return: the references on the block a page belongs to; 0 when it is free. */
LFB_API int page_count(const struct page *page);

/** page_to_pfn() - Return: the page frame number of @page, ~0 for a pointer to no page. */
LFB_API unsigned long page_to_pfn(const struct page *page);
/** pfn_to_page() - Return: the page with number @pfn, NULL beyond the end of memory. */
LFB_API struct page *pfn_to_page(unsigned long pfn);
/** page_to_phys() - Return: the physical address of @page, ~0 for a pointer to no page. */
LFB_API phys_addr_t page_to_phys(const struct page *page);
/** phys_to_page() - Return: the page that holds @phys, NULL beyond the end of memory. */
LFB_API struct page *phys_to_page(phys_addr_t phys);
/** page_address() - Return: where the page's bytes are mapped now. */
LFB_API void *page_address(const struct page *page);
/** virt_to_page() - Return: the page behind a linear-map address, NULL for any other pointer. */
LFB_API struct page *virt_to_page(const void *virt);
/** virt_to_folio() - Return: the folio behind a linear-map address, NULL for any other pointer. */
LFB_API struct folio *virt_to_folio(const void *virt);

/**
 * phys_to_virt() - where a physical address is mapped in this kernel
 * @phys: an address below the size of memory
 *
 * Return: the pointer, or NULL beyond the end of memory.
 */
LFB_API void *phys_to_virt(phys_addr_t phys);

/**
 * virt_to_phys() - the physical address behind a pointer
 * @virt: a pointer into the linear map of the running kernel
 *
 * Return: the address, or ~0 with a WARN for a pointer that is not in this kernel's linear map
 * (a stack or vmalloc address, or a pointer of an earlier kernel).
 */
LFB_API phys_addr_t virt_to_phys(const void *virt);

#define __va(phys) phys_to_virt(phys)
#define __pa(virt) virt_to_phys(virt)

/** get_order() - Return: the smallest order whose block holds @size bytes; may be above the max. */
static inline unsigned int get_order(size_t size)
{
	return size <= PAGE_SIZE ? 0 :
	       64 - (unsigned int)__builtin_clzll((unsigned long long)(size - 1) >> PAGE_SHIFT);
}

#endif
