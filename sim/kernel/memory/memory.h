/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Physical memory: the arena, its page and slab allocators, vmalloc, and what is looked at in them
 * while somebody checks.
 *
 * Everything a simulated kernel allocates lies in the arena, the orchestrator's own structures
 * included, so a kexec that drops what is not preserved drops it all.
 * Uses the state, the seams, tasks and the shadow.
 */
#ifndef SIM_KERNEL_MEMORY_MEMORY_H
#define SIM_KERNEL_MEMORY_MEMORY_H

#include <luo/slab.h>
#include <luo/vmalloc.h>

#include "sim/kernel/shadow/shadow.h"

static inline struct page *lfb__page(const struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct lfb_memory *memory = &kernel->memory;

	return pfn - memory->first_page < memory->nr_pages - memory->first_page ?
	       &memory->map[pfn] : NULL;
}

static inline void *lfb__pfn_address(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->base + (pfn << PAGE_SHIFT);
}

/* Where @address would be in physical memory, were it one of the linear map. */
static inline u64 lfb__linear(const struct lfb_memory *memory, uintptr_t address)
{
	return memory->start + (uintptr_t)(address - (uintptr_t)memory->base -
					   (uintptr_t)memory->start);
}

/* The number of an entry of the map; LFB_NO_PFN for a pointer that is none. */
static inline unsigned long lfb__pfn(const struct lfb_memory *memory, const struct page *page)
{
	uintptr_t offset = (uintptr_t)page - (uintptr_t)&memory->map[memory->first_page];

	if (offset >= (memory->nr_pages - memory->first_page) * sizeof(*page) ||
	    offset % sizeof(*page))
		return LFB_NO_PFN;
	return memory->first_page + offset / sizeof(*page);
}

/* arena.c */

/* -EINVAL options that make no sense, -ENOMEM, or what the host said. */
int lfb__memory_create(struct lfb_kernel *kernel, const struct lfb_memory_options *options);
void lfb__memory_destroy(struct lfb_kernel *kernel);
/* Before it is switched on: physical memory starts there, and is as when it was made. */
int lfb__memory_move(struct lfb_kernel *kernel, u64 start);
/*
 * Jump: in remapping mode the arena appears elsewhere, the old place faults from now on; vmalloc
 * mappings are gone in both modes. On error everything is as it was.
 */
int lfb__memory_remap(struct lfb_kernel *kernel);
/*
 * How an address relates to the arena's windows; for reports of stray pointers. *@phys is ~0
 * where no memory is behind it and for vmalloc addresses of earlier kernels.
 */
enum lfb_address_kind { LFB_ADDRESS_FOREIGN, LFB_ADDRESS_CURRENT, LFB_ADDRESS_STALE };
enum lfb_address_kind lfb__address_kind(const struct lfb_memory *memory, const void *address,
					phys_addr_t *phys);

/*
 * A value as traces show it, the same in every run: a pointer into the arena becomes a number made
 * of how many kernels ago it was good (0: now) and of the offset, as linux has them on x86-64:
 * 0xffff888000000000 up for the linear map, 0xffffc90000000000 up for vmalloc areas.
 */
u64 lfb__memory_shown(const struct lfb_memory *memory, u64 value);

/*
 * A pointer to @size bytes at @phys in the arena, NULL when they are not all in memory. For looking
 * at any memory from outside of the kernel: the range may be read even where freed memory lies.
 */
void *lfb__memory_at(const struct lfb_memory *memory, phys_addr_t phys, size_t size);

/*
 * rewind.c: memory as it is, and as it was. What is put back is what was copied of this memory,
 * from where it begins now, with a shadow if it has one now. Not in guard mode.
 */
struct lfb_memory_copy;

/* NULL without memory. */
struct lfb_memory_copy *lfb__memory_save(struct lfb_kernel *kernel);
void lfb__memory_copy_free(struct lfb_memory_copy *copy);
/* Are there the same bytes, in the same places and with the same mappings? */
bool lfb__memory_is_as(const struct lfb_kernel *kernel, const struct lfb_memory_copy *copy);
/* What that looks at. False: the host cannot map it. */
bool lfb__memory_mix(struct lfb_kernel *kernel, struct lfb_mix *mix);
bool lfb__memory_can_rewind(const struct lfb_kernel *kernel, const struct lfb_memory_copy *copy);
/* -ENOMEM: the host cannot map it as it was; the kernel in it is of no use any more. */
int lfb__memory_rewind(struct lfb_kernel *kernel, const struct lfb_memory_copy *copy);

/* arena.c: copies memory out, also what kernel code may not touch any more. 0 or -EFAULT. */
int lfb__memory_copy(const struct lfb_memory *memory, phys_addr_t phys, void *buffer, size_t size);

/* Where scratch area @n begins: the first is at the end of memory, the others ascend below it. */
static inline unsigned long lfb__scratch_area(const struct lfb_memory *memory, unsigned int n)
{
	const unsigned long pages = memory->nr_pages - memory->first_page;

	return n ? memory->first_page + pages / memory->scratch_areas * n :
		   PHYS_PFN(memory->scratch);
}

/* Does any of the pages lie where the next kernel boots? */
static inline bool lfb__in_scratch(const struct lfb_memory *memory, unsigned long pfn,
				   unsigned long count)
{
	const unsigned long size = PHYS_PFN(memory->scratch_size);

	for (unsigned int n = 0; n < memory->scratch_areas && count; n++) {
		const unsigned long first = lfb__scratch_area(memory, n);

		if (pfn < first + size && (pfn >= first || count > first - pfn))
			return true;
	}
	return false;
}

/* The end of the node that a page is in: no block reaches over it. */
static inline unsigned long lfb__node_end(const struct lfb_memory *memory, unsigned long pfn)
{
	const unsigned long offset = pfn - memory->first_page;

	for (unsigned int n = 0; n < memory->nodes.count; n++) {
		if (offset < memory->nodes.each[n].end)
			return memory->first_page + memory->nodes.each[n].end;
	}
	return memory->nr_pages;
}

/* page_boot.c */

/*
 * Start of a boot, in this order: lfb__pages_begin() forgets the previous kernel's page state;
 * lfb__pages_reserve() for each block handed over; lfb__pages_ready() destroys everything else that
 * was ever written, then allocation works.
 */
void lfb__pages_begin(struct lfb_kernel *kernel);
/*
 * -EINVAL misaligned, beyond memory, in scratch or the low pages, -EEXIST overlapping, but in
 * kernels that do not look.
 */
int lfb__pages_reserve(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);
void lfb__pages_ready(struct lfb_kernel *kernel);
/* The block that was handed over and has @pfn is one of single pages from here on. */
void lfb__pages_break_up(struct lfb_kernel *kernel, unsigned long pfn);

/*
 * To be said before lfb__pages_begin() by who wrote to pages from outside of a kernel, so that they
 * are destroyed like all others when they turn out not to be preserved.
 */
void lfb__pages_mark_dirty(struct lfb_kernel *kernel, unsigned long pfn, unsigned long count);

/* Memory in scratch for the kernel image itself, before and after lfb__pages_ready(). Zeroed. */
void *lfb__early_alloc(struct lfb_kernel *kernel, size_t size);

/* What a page was in the kernel before, when nobody preserved it and it is not in use since. */
enum lfb_lost { LFB_NOT_LOST, LFB_LOST, LFB_LOST_SLAB, LFB_LOST_KINDS };
enum lfb_lost lfb__lost(const struct lfb_kernel *kernel, unsigned long pfn);

/*
 * Finds the first block at or above *@pfn that was handed over and not yet restored; go on at
 * *@pfn + (1 << *@order). False when there is none.
 */
bool lfb__pages_next_incoming(const struct lfb_kernel *kernel, unsigned long *pfn,
			      unsigned int *order);

/* page.c */

/*
 * The number of a zeroed page for KHO's own records, never handed over; 0 without memory. It has no
 * fault point of its own.
 */
u32 lfb__alloc_internal_page(struct lfb_kernel *kernel);
void lfb__free_internal_page(struct lfb_kernel *kernel, u32 pfn);

/* Turns a preserved block into an allocated one (a folio, or single pages). -ENOENT if none. */
int lfb__pages_claim(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, bool folio);

/* slab.c */

/* kmalloc() for what is the kernel's own, whose use nobody doubts. */
void *lfb__kmalloc(size_t size, gfp_t gfp);
static inline void *lfb__kcalloc(size_t n, size_t size)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL :
	       lfb__kmalloc(bytes, GFP_KERNEL | __GFP_ZERO);
}

static inline void *lfb__kzalloc(size_t size)
{
	return lfb__kcalloc(1, size);
}

void lfb__slabs_begin(struct lfb_kernel *kernel);
/* The start of the live object around @ptr, a linear-map address; NULL: there is none. */
const void *lfb__slab_object(const struct lfb_kernel *kernel, const void *ptr);

/* vmalloc.c */

void lfb__vmallocs_begin(struct lfb_kernel *kernel);
/* What a vmalloc area is made of, good while it lives. */
struct lfb_area {
	const u8 *addr;
	struct page **pages;		/* NULL: there is no area */
	unsigned long nr_pages;
	unsigned int order;		/* of the blocks that follow each other in pages[] */
	unsigned int flags;		/* VM_* */
};

/* As kernels have them. */
#define VM_ALLOC 0x2u
#define VM_USERMAP 0x8u
#define VM_ALLOW_HUGE_VMAP 0x400u

/*
 * Maps pages[] (allocated single pages) contiguously, as an area of @flags made of blocks of
 * @order; takes over the pages, but not the array. NULL: no room, and the pages are still the
 * caller's.
 */
void *lfb__vmap(struct lfb_kernel *kernel, struct page **pages, unsigned long nr_pages,
		unsigned int order, unsigned int flags);
/* The area that @addr lies in. */
struct lfb_area lfb__vmalloc_area(struct lfb_kernel *kernel, const void *addr);

/*
 * The freed area that was at @addr, as far as is remembered, for a finding, of which its places are
 * said; NULL: none is.
 */
const struct lfb_gone_area *lfb__vmalloc_gone(struct lfb_kernel *kernel, const void *addr);

/* object.c: names of memory, for messages */

/* The finding is about the page @pfn: says where it was made and freed, where that is known. */
void lfb__find_page_places(struct lfb_kernel *kernel, unsigned long pfn);

/* "phys 0x12000": what a finding about memory is about. */
struct lfb_object lfb__phys_object(phys_addr_t phys);

/*
 * "8192 bytes at 0x12000, preserved as a folio by flb x preserve in operation 3", for a finding, of
 * which the place is said too.
 */
struct lfb_preserved {
	char text[240];
};
struct lfb_preserved lfb__preserved(struct lfb_kernel *kernel,
				    const struct lfb_ledger_entry *entry);
/* The same of whatever is known at @phys, with @before in front: "" where nothing is. */
struct lfb_preserved lfb__preserved_at(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
				       phys_addr_t phys, const char *before);

/* check.c */

/* The state is serialized: what is preserved may not change from here on. */
void lfb__check_serialized(struct lfb_kernel *kernel);
/* Before kernel code runs after that and when it did; at the jump, if any ran. */
void lfb__check_unchanged(struct lfb_kernel *kernel);
/* What modules hand over, oldest first, as far as somebody checks. */
void lfb__payload_each(struct lfb_kernel *kernel,
		       void (*fn)(void *context, void *bytes, u64 size,
				  const struct lfb_ledger_entry *entry),
		       void *context);

/* stray.c */

/* The kernel died of an access to @address, if @stray says that there is one. */
void lfb__report_stray(struct lfb_kernel *kernel, const void *address, enum lfb_stray kind);

#endif
