// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Guard mode: who may touch which page.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

#define OBJECT_ALIGN 16ul
#define SLACK 0x5a	/* what is between the end of an object and the next boundary */

enum use { NEVER_USED, IN_USE, FREED };

/* What a page is, or was until it was freed. All but @head is that of the first of its block. */
struct lfb_fence_page {
	const struct lfb_site *made;
	const struct lfb_site *freed;
	unsigned long made_operation;
	unsigned long freed_operation;
	u32 head;
	u32 size;	/* of the object that was asked for; 0: a block of pages */
	u8 order;
	u8 use;
};

struct lfb_fence {
	bool off;	/* the host has no room for so many mappings: nothing faults any more */
	size_t size;	/* of all this */
	struct lfb_fence_page pages[];
};

int lfb__fence_create(struct lfb_memory *memory)
{
	const size_t size = sizeof(struct lfb_fence) +
			    memory->nr_pages * sizeof(struct lfb_fence_page);
	struct lfb_fence *fence;

	memory->mirror = mmap(NULL, memory->size, PROT_READ | PROT_WRITE, MAP_SHARED, memory->fd,
			      0);
	if (memory->mirror == MAP_FAILED) {
		memory->mirror = NULL;
		return -ENOMEM;
	}
	fence = mmap(NULL, size, PROT_READ | PROT_WRITE,
		     MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
	if (fence == MAP_FAILED)
		return -ENOMEM;
	fence->size = size;
	memory->fence = fence;
	return 0;
}

void lfb__fence_destroy(struct lfb_memory *memory)
{
	if (memory->mirror)
		munmap(memory->mirror, memory->size);
	if (memory->fence)
		munmap(memory->fence, memory->fence->size);
}

static void protect(const struct lfb_memory *memory, unsigned long pfn, unsigned long count,
		    int protection)
{
	if (memory->fence->off || !count)
		return;
	if (!mprotect(lfb__pfn_address(memory, pfn), count << PAGE_SHIFT, protection))
		return;
	memory->fence->off = true;
	mprotect(memory->base, memory->size, PROT_READ | PROT_WRITE);
}

/*
 * Boot
 */

void lfb__fence_open(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_fence *fence = memory->fence;
	const size_t size = fence->size;

	/* All zero again. */
	madvise(fence, size, MADV_DONTNEED);
	fence->size = size;
	protect(memory, 0, memory->nr_pages, PROT_READ | PROT_WRITE);
}

void lfb__fence_close(struct lfb_kernel *kernel)
{
	struct lfb_memory *memory = &kernel->memory;
	unsigned long pfn = 0;
	unsigned int order;

	protect(memory, 0, lfb__usable_end(memory), PROT_NONE);
	for (; lfb__pages_next_incoming(kernel, &pfn, &order); pfn += 1ul << order)
		protect(memory, pfn, 1ul << order, PROT_READ | PROT_WRITE);
}

/*
 * Blocks
 */

void lfb__fence_given(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, u32 kind)
{
	struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];

	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].head = (u32)pfn;
	*page = (struct lfb_fence_page){
		.made = lfb__site_here(kernel),
		.made_operation = kernel->operation,
		.head = (u32)pfn,
		.order = (u8)order,
		.use = IN_USE,
	};
	if (!(kind & PG_SLAB))
		protect(&kernel->memory, pfn, 1ul << order, PROT_READ | PROT_WRITE);
}

void lfb__fence_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_fence_page *page = &memory->fence->pages[pfn];
	struct lfb_pages *pages = &kernel->pages;

	/* A page of a block that was split: whose the block was. */
	*page = memory->fence->pages[page->head];
	for (unsigned long i = 0; i < 1ul << order; i++)
		page[i].head = (u32)pfn;
	page->order = (u8)order;
	page->use = FREED;
	page->freed = lfb__site_here(kernel);
	page->freed_operation = kernel->operation;
	protect(memory, pfn, 1ul << order, PROT_NONE);

	/* What was never brought in will be found free then. */
	if (memory->policy != LFB_PAGES_BUDDY || pfn >= pages->frontier)
		return;
	memory->map[pfn].next = LFB_NO_PFN;
	if (pages->oldest_freed == LFB_NO_PFN)
		pages->oldest_freed = (u32)pfn;
	else
		memory->map[pages->newest_freed].next = (u32)pfn;
	pages->newest_freed = (u32)pfn;
}

bool lfb__fence_take_oldest(struct lfb_kernel *kernel, unsigned long *pfn, unsigned int *order)
{
	struct lfb_memory *memory = &kernel->memory;

	if (!memory->fence || kernel->pages.oldest_freed == LFB_NO_PFN)
		return false;
	*pfn = kernel->pages.oldest_freed;
	*order = memory->fence->pages[*pfn].order;
	kernel->pages.oldest_freed = memory->map[*pfn].next;
	memory->map[*pfn].next = 0;
	return true;
}

/*
 * Objects
 */

static size_t aligned(size_t size)
{
	return (size + OBJECT_ALIGN - 1) & ~(OBJECT_ALIGN - 1);
}

/* Pages that an object lies in, the page behind it not among them. */
static unsigned long pages_of(size_t size)
{
	return PAGE_ALIGN(size) >> PAGE_SHIFT;
}

unsigned int lfb__fence_order(size_t size)
{
	unsigned int order = get_order((pages_of(size) + 1) << PAGE_SHIFT);

	/* The largest ones have nothing behind them. */
	return order <= MAX_PAGE_ORDER ? order : MAX_PAGE_ORDER;
}

/* The page of its block where the object's last one ends. */
static unsigned long end_page(size_t size)
{
	const unsigned long count = 1ul << lfb__fence_order(size);

	return pages_of(size) < count ? count - 1 : count;
}

size_t lfb__fence_start(const struct lfb_kernel *kernel, unsigned long pfn, size_t *size)
{
	*size = aligned(kernel->memory.fence->pages[pfn].size);
	return (end_page(*size) << PAGE_SHIFT) - *size;
}

void *lfb__fence_object(struct lfb_kernel *kernel, unsigned long pfn, size_t size)
{
	struct lfb_memory *memory = &kernel->memory;
	size_t start, room;
	u8 *object;

	memory->fence->pages[pfn].size = (u32)size;
	start = lfb__fence_start(kernel, pfn, &room);
	protect(memory, pfn + (start >> PAGE_SHIFT), pages_of(size), PROT_READ | PROT_WRITE);
	object = (u8 *)lfb__pfn_address(memory, pfn) + start;
	memset(object + size, SLACK, room - size);
	return object;
}

void lfb__fence_use_all(struct lfb_kernel *kernel, unsigned long pfn)
{
	struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];

	page->size = (u32)aligned(page->size);
}

void lfb__fence_check_slack(struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];
	struct lfb_object object;
	size_t room, start = lfb__fence_start(kernel, pfn, &room);
	const u8 *bytes = (const u8 *)lfb__pfn_address(&kernel->memory, pfn) + start;
	char made[120];

	for (size_t i = page->size; i < room; i++) {
		if (bytes[i] == SLACK)
			continue;
		lfb__site_who(page->made, page->made_operation, made, sizeof(made));
		lfb__warn_as(LFB_FINDING_MEM_OVERRUN, lfb__slab_name(&object, page->size), "kfree",
			     "an object of %u bytes, allocated %s, was written to at offset %zu",
			     page->size, made, i);
		return;
	}
}

/*
 * Faults
 */

struct fault {
	enum lfb_finding_id id;
	struct lfb_object object;
	char text[360];
};

/* "an object of 128 bytes, allocated by flb x preserve in operation 3" */
static void describe(const struct lfb_fence_page *page, struct fault *fault)
{
	char who[120];

	lfb__site_who(page->made, page->made_operation, who, sizeof(who));
	if (page->size)
		snprintf(fault->text, sizeof(fault->text), "an object of %u bytes, allocated %s",
			 page->size, who);
	else
		snprintf(fault->text, sizeof(fault->text),
			 "a block of order %u at 0x%llx, allocated %s", page->order,
			 PFN_PHYS(page->head), who);
	if (page->size)
		lfb__slab_name(&fault->object, page->size);
	else
		lfb__phys_object(&fault->object, PFN_PHYS(page->head));
}

static void add(struct fault *fault, const char *format, ...) LFB_PRINTF(2, 3);

static void add(struct fault *fault, const char *format, ...)
{
	size_t length = strlen(fault->text);
	va_list args;

	va_start(args, format);
	vsnprintf(fault->text + length, sizeof(fault->text) - length, format, args);
	va_end(args);
}

/* What an FLB frees in the callback that ends it is what its object was. */
static bool ended_an_flb(const struct lfb_fence_page *page)
{
	return page->freed && !strcmp(page->freed->type, "flb") &&
	       (!strcmp(page->freed->op, "unpreserve") || !strcmp(page->freed->op, "finish"));
}

static void describe_freed(const struct lfb_fence_page *page, long long offset,
			   struct fault *fault)
{
	char who[120];

	fault->id = LFB_FINDING_MEM_USE_AFTER_FREE;
	describe(page, fault);
	lfb__site_who(page->freed, page->freed_operation, who, sizeof(who));
	add(fault, ", freed %s, was used at offset %lld", who, offset);
	if (!ended_an_flb(page))
		return;
	fault->id = LFB_FINDING_FLB_USED_AFTER_PUT;
	snprintf(fault->object.text, sizeof(fault->object.text), "flb %.40s", page->freed->name);
}

/* Memory that was not allocated in this kernel. */
static void describe_unused(struct lfb_kernel *kernel, phys_addr_t phys, struct fault *fault)
{
	const struct lfb_fence_page *before = kernel->memory.fence->pages;
	const unsigned long pfn = PHYS_PFN(phys);
	enum lfb_lost lost = lfb__lost(kernel, pfn);

	lfb__phys_object(&fault->object, phys);
	before += pfn ? before[pfn - 1].head : 0;
	if (lost != LFB_NOT_LOST) {
		fault->id = lost == LFB_LOST_SLAB ? LFB_FINDING_MEM_SLAB_HANDED_OVER :
						    LFB_FINDING_MEM_NOT_PRESERVED;
		add(fault, "memory at 0x%llx was used, which was in use in the kernel before and "
		    "not preserved", phys);
	} else if (before->use == IN_USE) {
		fault->id = LFB_FINDING_MEM_OVERRUN;
		describe(before, fault);
		add(fault, ", was used %llu bytes behind its end",
		    (phys & ~PAGE_MASK));
	} else {
		fault->id = LFB_FINDING_MEM_WILD_POINTER;
		add(fault, "memory at 0x%llx was used, which nobody allocated",
		    phys);
	}
}

void lfb__fence_report(struct lfb_kernel *kernel, phys_addr_t phys)
{
	const struct lfb_fence_page *page = kernel->memory.fence->pages;
	struct fault fault = { .id = LFB_FINDING_MEM_OVERRUN };
	long long offset;
	size_t size;

	page += page[PHYS_PFN(phys)].head;
	offset = (long long)(phys - PFN_PHYS(page->head));
	if (page->size)
		offset -= (long long)lfb__fence_start(kernel, page->head, &size);
	if (page->use == FREED) {
		describe_freed(page, offset, &fault);
	} else if (page->use == IN_USE && page->size) {
		describe(page, &fault);
		add(&fault, ", was used at offset %lld", offset);
	} else {
		describe_unused(kernel, phys, &fault);
	}
	lfb__emit(kernel, LFB_EVENT_BUG, "kernel", "stop", "%s", fault.text);
	lfb__find(kernel, fault.id, fault.object.text, "%s", fault.text);
}
