/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is looked at while somebody checks, and turned into findings: what is in memory and who
 * follows it. None of it changes what a kernel does.
 */
#ifndef SIM_KERNEL_MEMORY_CHECK_H
#define SIM_KERNEL_MEMORY_CHECK_H

#include "sim/kernel/memory/memory.h"

/* slab.c */

/* "object kmalloc-128": a slab object that @size bytes were asked of. */
struct lfb_object lfb__slab_name(size_t size);

/* Which object is at @phys, in memory of the slab allocator, or was: is it live? */
bool lfb__slab_around(const struct lfb_kernel *kernel, phys_addr_t phys, phys_addr_t *start,
		      size_t *room);

/* check.c */

/* Is this an address of the running kernel: in its linear map, or mapped by vmalloc? */
bool lfb__is_kernel_address(const struct lfb_kernel *kernel, u64 value);
/*
 * The running callback was given memory and did not ask for zeros: it is full of a pattern, and
 * what is left of that when it is handed over is known. Does nothing outside of callbacks.
 */
void lfb__fill_never_written(struct lfb_kernel *kernel, void *memory, size_t size);
/* Somebody turned an address of this page into a pointer. */
void lfb__check_converted(struct lfb_kernel *kernel, phys_addr_t phys);
/* … of one where there is no memory. */
void lfb__check_nowhere(struct lfb_kernel *kernel, phys_addr_t phys);
/* A block was freed with a page of it marked. */
void lfb__check_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/*
 * Looks in what was handed over for a pointer at most 64 KiB below @address, and says in @text
 * where the nearest one lies and who preserved it. False: there is none.
 */
bool lfb__find_handed_over(struct lfb_kernel *kernel, u64 address, char *text, size_t size);

#endif
