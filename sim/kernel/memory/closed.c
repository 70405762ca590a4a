// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Pages that were freed and may not be used. */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/closed.h"

static void set_access(const struct lfb_memory *memory, const struct lfb_closed *block,
		       enum lfb_map_access access)
{
	/* One that the host cannot close is not watched, and that is all. */
	lfb__map_access(lfb__pfn_address(memory, block->pfn), PAGE_SIZE << block->order, access);
}

static void open_block(const struct lfb_memory *memory, unsigned int i)
{
	struct lfb_closed_pages *closed = memory->closed;

	set_access(memory, &closed->blocks[i], LFB_MAP_OPEN);
	closed->count--;
	memmove(&closed->blocks[i], &closed->blocks[i + 1],
		(closed->count - i) * sizeof(closed->blocks[0]));
}

void lfb__pages_close(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order,
		      const struct lfb_site *made)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_closed_pages *closed = memory->closed;

	if (!closed && lfb__host_can(LFB_HOST_PROTECT | LFB_HOST_FAULTS))
		closed = memory->closed = calloc(1, sizeof(*closed));
	if (!closed)
		return;
	if (closed->count == LFB_CLOSED_MAX)
		open_block(memory, 0);
	closed->blocks[closed->count] = (struct lfb_closed){
		.made = made,
		.site = lfb__site_here(kernel),
		.operation = kernel->operation,
		.pfn = (u32)pfn,
		.order = (u8)order,
	};
	set_access(memory, &closed->blocks[closed->count++], LFB_MAP_CLOSED);
}

void lfb__pages_open(const struct lfb_memory *memory, unsigned long pfn, unsigned long count)
{
	const struct lfb_closed_pages *closed = memory->closed;

	for (unsigned int i = closed->count; i-- > 0;) {
		const struct lfb_closed *block = &closed->blocks[i];

		if (block->pfn < pfn + count && pfn < block->pfn + (1ul << block->order))
			open_block(memory, i);
	}
}

const struct lfb_closed *lfb__closed_at(const struct lfb_memory *memory, unsigned long pfn)
{
	const struct lfb_closed_pages *closed = memory->closed;

	for (unsigned int i = 0; closed && i < closed->count; i++) {
		if (pfn - closed->blocks[i].pfn < 1ul << closed->blocks[i].order)
			return &closed->blocks[i];
	}
	return NULL;
}
