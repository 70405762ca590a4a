/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Virtually contiguous memory made of pages. Mirrors linux/vmalloc.h.
 *
 * The mappings are real: an area's bytes can also be seen through the linear map, page by page. An
 * area is followed by a page that faults. Areas are gone after a kexec, see kho_preserve_vmalloc().
 *
 * Context, for all functions here: any phase in which a kernel runs. They take no lock and run no
 * callback; what allocates may sleep.
 */
#ifndef LUO_VMALLOC_H
#define LUO_VMALLOC_H

#include <luo/types.h>

struct page;

/**
 * vmalloc() - allocate virtually contiguous memory
 * @size: bytes, rounded up to whole pages; 0 gives NULL
 *
 * Context: any phase in which a kernel runs. The record of the area and then every page is a fault
 * point (LFB_FAULT_ALLOC); when one fires, all is undone.
 * Return: the address, or NULL when memory or the vmalloc window is exhausted.
 */
LFB_API void *vmalloc(size_t size);
/** vzalloc() - vmalloc() of zeroed memory. */
LFB_API void *vzalloc(size_t size);
/**
 * vmalloc_huge() - allocate virtually contiguous memory, of huge pages if it is large enough
 * @size: bytes; from 2 MiB on rounded up to a multiple of that, and made of physically contiguous
 *	blocks of 512 pages, where there are any
 * @gfp: as for alloc_pages()
 *
 * As vmalloc(); each block is a fault point. Return: the address or NULL.
 */
LFB_API void *vmalloc_huge(size_t size, gfp_t gfp);
/** vmalloc_user() - vzalloc() of memory for userspace to map; KHO does not hand such areas over. */
LFB_API void *vmalloc_user(size_t size);
/** vfree() - free a vmalloc area and its pages; NULL is ignored, any other pointer is a BUG. */
LFB_API void vfree(const void *addr);
/** vmalloc_to_page() - Return: the page mapped at @addr, NULL when it is no vmalloc address. */
LFB_API struct page *vmalloc_to_page(const void *addr);
/** is_vmalloc_addr() - Return: true for an address inside a live vmalloc area. */
LFB_API bool is_vmalloc_addr(const void *addr);

#endif
