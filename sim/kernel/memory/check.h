/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is looked at while somebody checks, and turned into findings: how memory is preserved,
 * restored and freed (kho/check.c), and what is in it and who follows it (check.c,
 * stray.c). None of it changes what a kernel does.
 */
#ifndef SIM_KERNEL_MEMORY_CHECK_H
#define SIM_KERNEL_MEMORY_CHECK_H

#include "sim/kernel/kernel.h"

/* What a finding is about where no memory can be named: the last KHO events lead there. */
#define KHO_ITSELF "subsystem kho"

/* "phys 0x12000": what a finding about memory is about. */
struct lfb_object {
	char text[48];
};
const char *lfb__phys_object(struct lfb_object *object, phys_addr_t phys);
/* "object kmalloc-128": a slab object that @size bytes were asked of. */
const char *lfb__slab_name(struct lfb_object *object, size_t size);

/*
 * kho/check.c
 */

/* Why a page cannot be preserved, and the id of that mistake. */
enum lfb_finding_id kho__why_not(const struct lfb_kernel *kernel, unsigned long pfn,
				 const char **why);
/* Memory is about to be marked: was it before? */
void kho__check_twice(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/* It was marked. */
void kho__note_preserved(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as);
/* It was unmarked; @all_set: every block of it had been marked. Complains when not. */
void kho__check_unpreserved(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
			    unsigned long nr_pages, enum lfb_preserved_as as, bool all_set);
/* A block was freed with a page of it marked. */
void kho__check_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);

/* Complains that no block of @order at @phys is to be restored. */
void kho__complain_restore(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			   unsigned int order);
/* What is waiting is about to be restored. */
void kho__check_restored(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as);

/*
 * Finds what was handed over and neither restored nor freed: to be called when nobody is expected
 * to do so any more.
 */
void kho__check_left(struct lfb_kernel *kernel);
/*
 * A reader of what was handed over to the running kernel came across memory that belongs to the
 * orchestrator's own format. Other views are nobody's concern.
 */
void kho__mark_own(const struct lfb_view *view, phys_addr_t phys, size_t size);

/*
 * check.c
 */

/* Is this an address of the running kernel: in its linear map, or mapped by vmalloc? */
bool lfb__is_kernel_address(const struct lfb_kernel *kernel, u64 value);
/* Somebody turned an address of this page into a pointer. */
void lfb__check_converted(struct lfb_kernel *kernel, phys_addr_t phys);
/* The state is serialized: what is preserved may not change from here on. */
void lfb__check_serialized(struct lfb_kernel *kernel);
/* Before kernel code runs after that and when it did. */
void lfb__check_unchanged(struct lfb_kernel *kernel);
/* The kernel jumps. */
void lfb__check_jump(struct lfb_kernel *kernel);
/*
 * Looks in what was handed over for a pointer at most 64 KiB below @address, and says in @text
 * where the nearest one lies and who preserved it. False: there is none.
 */
bool lfb__find_handed_over(struct lfb_kernel *kernel, u64 address, char *text, size_t size);

/*
 * stray.c
 */

/* The kernel died of an access to @address; @no_address: the processor could not say which. */
void lfb__report_stray(struct lfb_kernel *kernel, const void *address, bool no_address);

#endif
