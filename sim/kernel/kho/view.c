// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Bounded looks at memory whose content nobody vouches for, and a word for what is wrong with it.
 */
#include <stdio.h>

#include "sim/kernel/kho/kho.h"

int lfb__problem(struct lfb_problem *problem, int error, phys_addr_t where, const char *format, ...)
{
	va_list arguments;

	if (!problem)
		return error;
	problem->where = where;
	va_start(arguments, format);
	vsnprintf(problem->what, sizeof(problem->what), format, arguments);
	va_end(arguments);
	return error;
}

static const void *memory_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct lfb_kernel *kernel = view->context;

	return lfb__memory_at(&kernel->memory, phys, size);
}

struct lfb_view kho__memory_view(const struct lfb_kernel *kernel)
{
	return (struct lfb_view){ memory_at, kernel, kernel->memory.size };
}

/* The first page after the waiting block that holds @pfn, 0 when none does. */
static unsigned long waiting_block_end(const struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct page *page = lfb__page(kernel, pfn);

	if (page->flags & PG_TAIL) {
		pfn = page->next;
		page = lfb__page(kernel, pfn);
	}
	LFB_ASSERT(page && page->order <= MAX_PAGE_ORDER);
	return page->flags & PG_PRESERVED_IN ? pfn + (1ul << page->order) : 0;
}

static const void *incoming_at(const struct lfb_view *view, phys_addr_t phys, size_t size)
{
	const struct lfb_kernel *kernel = view->context;
	const void *bytes = size ? lfb__memory_at(&kernel->memory, phys, size) : NULL;
	unsigned long pfn = PHYS_PFN(phys);
	unsigned long last;

	if (!bytes)
		return NULL;
	last = PHYS_PFN(phys + size - 1);
	while (pfn <= last) {
		pfn = waiting_block_end(kernel, pfn);
		if (!pfn)
			return NULL;
	}
	return bytes;
}

bool kho__is_incoming_view(const struct lfb_view *view)
{
	return view->at == incoming_at;
}

struct lfb_view kho__incoming_view(const struct lfb_kernel *kernel)
{
	return (struct lfb_view){ incoming_at, kernel, kernel->memory.size };
}
