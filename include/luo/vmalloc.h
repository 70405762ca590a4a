/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Virtually contiguous memory made of single pages. Mirrors linux/vmalloc.h.
 *
 * The mappings are real: an area's bytes can also be seen through the linear map, page by page. An
 * area is followed by a page that faults. Areas are gone after a kexec, see kho_preserve_vmalloc().
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
/** vfree() - free a vmalloc area and its pages; NULL is ignored, any other pointer is a BUG. */
LFB_API void vfree(const void *addr);
/** vmalloc_to_page() - Return: the page mapped at @addr, NULL when it is no vmalloc address. */
LFB_API struct page *vmalloc_to_page(const void *addr);
/** is_vmalloc_addr() - Return: true for an address inside a live vmalloc area. */
LFB_API bool is_vmalloc_addr(const void *addr);

#endif
