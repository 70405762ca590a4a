// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "tests/support/told.h"

#define GRANTS_MAX 65536
#define CHUNKS_MAX 17			/* of MAX_PAGE_ORDER, and one more */

struct grant {
	unsigned long pfn;		/* what was given out, in the last round */
	unsigned long want;		/* what is to be; 0: anything that nobody wants */
	unsigned int order;
};

static struct {
	struct grant grants[GRANTS_MAX];
	size_t count;			/* allocations so far in this round, in all kernels */
	size_t handed;			/* … when the last of them began */
	unsigned int boot;		/* the one whose wanted pages are held back */
} told;

struct page *__real_lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind);
struct page *__wrap_lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind);

static void put_free(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct page *page = &kernel->memory.map[pfn];

	lfb__touch(&kernel->memory, pfn);
	page->flags |= PG_FREE;
	page->order = (u8)order;
	lfb__page_push(kernel->memory.map, &kernel->pages.free_list[order], pfn);
}

/* Takes a free block out of the larger one it is in, and keeps it; what is in use stays so. */
static void hold(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct page *map = kernel->memory.map;

	for (unsigned int have = order; have <= MAX_PAGE_ORDER; have++) {
		const unsigned long head = pfn & ~((1ul << have) - 1);
		unsigned long at = head;

		if (!(map[head].flags & PG_FREE) || map[head].order != have)
			continue;
		lfb__page_unlink(map, &kernel->pages.free_list[have], &map[head]);
		map[head].flags &= ~PG_FREE;
		while (have-- > order) {
			const unsigned long upper = at + (1ul << have);

			put_free(kernel, pfn < upper ? upper : at, have);
			at = pfn < upper ? at : upper;
		}
		return;
	}
}

/* All that later allocations want, in a kernel that has just booted. */
static void hold_back(struct lfb_kernel *kernel)
{
	struct page *chunks[CHUNKS_MAX];
	size_t nr_chunks = 0;

	/* Memory comes a chunk at a time: all of it is to be there. */
	while ((chunks[nr_chunks] = __real_lfb__alloc_block(kernel, MAX_PAGE_ORDER, 0)) != NULL)
		assert_in_range(++nr_chunks, 1, CHUNKS_MAX - 1);
	while (nr_chunks)
		lfb__free_block(kernel, lfb__pfn(&kernel->memory, chunks[--nr_chunks]));
	for (size_t i = told.count; i < GRANTS_MAX; i++) {
		if (told.grants[i].want)
			hold(kernel, told.grants[i].want, told.grants[i].order);
	}
}

struct page *__wrap_lfb__alloc_block(struct lfb_kernel *kernel, unsigned int order, u32 kind)
{
	struct grant *grant = &told.grants[told.count];
	struct page *page;

	assert_in_range(told.count, 0, GRANTS_MAX - 1);
	if (told.boot != kernel->boot_number) {
		told.boot = kernel->boot_number;
		told.handed = told.count;
		hold_back(kernel);
	}
	told.count++;
	if (grant->want && grant->order == order)
		put_free(kernel, grant->want, order);
	page = __real_lfb__alloc_block(kernel, order, kind);
	assert_non_null(page);
	grant->pfn = lfb__pfn(&kernel->memory, page);
	grant->order = order;
	return page;
}

unsigned int told_want(unsigned long pfn, unsigned long real)
{
	for (size_t i = told.handed; i-- > 0;) {
		struct grant *grant = &told.grants[i];

		if (pfn - grant->pfn >= 1ul << grant->order)
			continue;
		real -= pfn - grant->pfn;
		if (grant->want == real)
			return 0;
		grant->want = real;
		return 1;
	}
	fail_msg("page 0x%lx was handed over, and nobody allocated it", pfn);
	return 0;
}

void told_forget(void)
{
	memset(&told, 0, sizeof(told));
}

void told_begin(void)
{
	told.count = 0;
	told.boot = UINT_MAX;
}
