/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Guard mode (LFB_CHECKS_GUARD): memory that nobody has faults, and so does what is behind an
 * object.
 *
 * A slab object has pages of its own, lies at their end and has a page behind it that is never
 * accessible. What is freed is inaccessible until it is given out again, which is as late as
 * possible: the oldest first, when there is nothing else left. Who had it is kept until then.
 *
 * The simulator itself looks at memory through a mapping of its own (lfb__memory_at()), which is
 * always accessible.
 *
 * Where there is a shadow, who has and had the pages is known, too, and nothing else is done.
 */
#ifndef SIM_KERNEL_MEMORY_FENCE_H
#define SIM_KERNEL_MEMORY_FENCE_H

#include "sim/kernel/memory/memory.h"

#define LFB_SLACK 0x5a	/* what is between the end of an object and the next boundary */

/* An object of @size bytes with what is behind it up to where the next one might begin. */
static inline size_t lfb__fence_aligned(size_t size)
{
	return (size + 15) & ~15ul;
}

enum lfb_fence_use { LFB_FENCE_NEVER_USED, LFB_FENCE_IN_USE, LFB_FENCE_FREED };

/* What a page is, or was until it was freed. All but @head is that of the first of its block. */
struct lfb_fence_page {
	const struct lfb_site *made;
	const struct lfb_site *freed;
	unsigned long made_operation;
	unsigned long freed_operation;
	u32 head;
	u32 size;	/* of the object that was asked for; 0: a block of pages */
	u8 order;
	u8 use;		/* enum lfb_fence_use */
};

struct lfb_fence {
	bool off;	/* the host has no room for so many mappings: nothing faults any more */
	size_t size;	/* of all this */
	struct lfb_fence_page pages[];
};

static inline bool lfb__fenced(const struct lfb_memory *memory)
{
	return unlikely(memory->mirror != NULL);
}

/* Is it known who has and had the pages? */
static inline bool lfb__fence_knows(const struct lfb_memory *memory)
{
	return unlikely(memory->fence != NULL);
}

/* 0 or -ENOMEM. */
int lfb__fence_create(struct lfb_memory *memory);
/* From here on it is known, if the host has the memory. */
void lfb__fence_know(struct lfb_memory *memory);
void lfb__fence_destroy(struct lfb_memory *memory);

/* A boot begins: everything is accessible … */
void lfb__fence_open(struct lfb_kernel *kernel);
/* … and what a page was is forgotten. Nobody was given it. */
static inline void lfb__fence_forget(const struct lfb_memory *memory, unsigned long pfn)
{
	lfb__forbid(memory, lfb__pfn_address(memory, pfn), PAGE_SIZE);
	if (lfb__fence_knows(memory))
		memory->fence->pages[pfn] = (struct lfb_fence_page){ 0 };
}
/* Memory is ready: what is not scratch becomes inaccessible … */
void lfb__fence_close(struct lfb_kernel *kernel);
/* … but for the blocks that were handed over. */
void lfb__fence_let_in(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);

/* A block was given out; one of PG_SLAB is for lfb__fence_object() to make accessible. */
void lfb__fence_given(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, u32 kind);
/* It was freed, and is kept from being given out again. */
void lfb__fence_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);
/* Takes the oldest freed block; false: there is none. */
bool lfb__fence_take_oldest(struct lfb_kernel *kernel, unsigned long *pfn, unsigned int *order);

/* The order of the block that an object of @size bytes takes. */
unsigned int lfb__fence_order(size_t size);
/* Who runs now is who made the block at @pfn. */
void lfb__fence_made(struct lfb_kernel *kernel, unsigned long pfn);
/* The block at @pfn is an object, of which somebody asked for @size bytes. */
void lfb__fence_sized(struct lfb_kernel *kernel, unsigned long pfn, size_t size);
/* Makes the block at @pfn one object of @size bytes. */
void *lfb__fence_object(struct lfb_kernel *kernel, unsigned long pfn, size_t size);
/* Where that object begins in its block, and how many bytes may be used. */
size_t lfb__fence_start(const struct lfb_kernel *kernel, unsigned long pfn, size_t *size);
/* From now on all of these may be: somebody asked how many there are. */
void lfb__fence_use_all(struct lfb_kernel *kernel, unsigned long pfn);
/* The offset of its first byte that nobody had asked for and that was written; 0: none was. */
size_t lfb__fence_written_slack(const struct lfb_kernel *kernel, unsigned long pfn);

#endif
