/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is asked of memory before it is preserved or restored, and how it is held to how it was
 * preserved before, in this kernel or in the one before it. The latter changes nothing.
 */
#ifndef SIM_KERNEL_KHO_CHECK_H
#define SIM_KERNEL_KHO_CHECK_H

#include "sim/kernel/kho/kho.h"

/* What a finding is about where no memory can be named: the last KHO events lead there. */
#define KHO_ITSELF "subsystem kho"

/* preserve.c */

/* What preserving says with KHO off, and a WARN where kernels give one. */
int kho__off(const char *where);

/* Kernels follow a NULL that @where was given, and die of it. False: this one does not. */
bool kho__followed_null(struct lfb_kernel *kernel, const char *where);

/* The physical address behind @mem; false, with a BUG or WARN where there ought to be one. */
bool kho__address_of(const char *where, const void *mem, phys_addr_t *phys);

/* Is this the start of a block that the kernel's code allocated and may hand over? */
bool kho__is_live_block(const struct lfb_kernel *kernel, unsigned long pfn);

/* Does this kernel preserve what is at @page, a block that waits, and not restore it? */
static inline bool kho__is_too_large(const struct lfb_kernel *kernel, const struct page *page)
{
	return kernel->kho.rules & KHO_RESTORES_SMALL_BLOCKS && page->order > MAX_PAGE_ORDER;
}

/* restore.c */

/* Is a block of exactly 2^order pages at @phys handed over and not yet restored? */
bool kho__is_waiting(const struct lfb_kernel *kernel, phys_addr_t phys, unsigned int order);

/*
 * Takes over @nr_pages at @phys as kernels do: where a block ought to begin one must, and it comes
 * over as it was preserved, whatever was asked for. @told: how many pages the call was about that
 * preserved them. A failure is complained of and leaves the blocks before it restored.
 */
bool kho__restore_range(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			unsigned long nr_pages, enum lfb_preserved_as as, unsigned long told);

/* vmalloc.c */

static inline struct kho_vmalloc_chunk *kho__chunk_at(const struct lfb_kernel *kernel,
						      phys_addr_t phys)
{
	return lfb__memory_at(&kernel->memory, phys, PAGE_SIZE);
}

/* As many blocks as it says, of an order there is. */
static inline bool kho__is_described(const struct kho_vmalloc *preservation)
{
	return preservation && preservation->first && preservation->order <= KHO_MAX_ORDER;
}

/* check.c */

/* Why a page cannot be preserved, and the id of that mistake. */
enum lfb_finding_id kho__why_not(const struct lfb_kernel *kernel, unsigned long pfn,
				 const char **why);
/* Memory is about to be marked: was it before? */
bool kho__check_twice(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/* It was marked. */
void kho__note_preserved(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as);
/* It was unmarked; @all_set: every block of it had been marked. Complains when not. */
void kho__check_unpreserved(struct lfb_kernel *kernel, const char *where, unsigned long pfn,
			    unsigned long nr_pages, enum lfb_preserved_as as, bool all_set);
/* Complains that no block of @order at @phys is to be restored. */
void kho__complain_restore(struct lfb_kernel *kernel, const char *where, phys_addr_t phys,
			   unsigned int order);
/* What is waiting is about to be restored. */
void kho__check_restored(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 enum lfb_preserved_as as);

#endif
