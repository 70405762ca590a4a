/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Closed pages: what a callback freed while somebody checks (LFB_CHECKS_ON) is inaccessible until
 * it is given out again. Only the last few are, for each is a mapping of its own to the host.
 */
#ifndef SIM_KERNEL_MEMORY_CLOSED_H
#define SIM_KERNEL_MEMORY_CLOSED_H

#include "sim/kernel/memory/memory.h"

struct lfb_closed {
	const struct lfb_site *made;	/* by whom; NULL: not known … */
	const struct lfb_site *site;	/* … and of who freed it */
	unsigned long operation;
	u32 pfn;
	u8 order;
};

#define LFB_CLOSED_MAX 16

struct lfb_closed_pages {
	unsigned int count;
	struct lfb_closed blocks[LFB_CLOSED_MAX];	/* the oldest first */
};

/* The running callback has freed the block at @pfn, which @made made. */
void lfb__pages_close(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order,
		      const struct lfb_site *made);
/* It is given out, with others or in part; or all is looked at, or moves. */
void lfb__pages_open(const struct lfb_memory *memory, unsigned long pfn, unsigned long count);

static inline void lfb__pages_open_all(const struct lfb_memory *memory)
{
	if (unlikely(memory->closed && memory->closed->count))
		lfb__pages_open(memory, 0, memory->nr_pages);
}

/* The block that @pfn was freed with; NULL: it is not closed. */
const struct lfb_closed *lfb__closed_at(const struct lfb_memory *memory, unsigned long pfn);

#endif
