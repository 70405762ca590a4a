// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * vmalloc: pages, mapped side by side. Each area is followed by a page that faults.
 *
 * The table in struct lfb_memory tells the page behind each page of the window; the first page of
 * an area has its struct vm_struct in .private.
 */
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

struct vm_struct {
	struct list_head list;		/* of areas, the highest first */
	u8 *addr;
	unsigned long nr_pages;
	unsigned int order;		/* of the blocks the pages were */
	unsigned int flags;
	struct page *pages[];
};

/* What the kernel maps at once where it may. */
#define HUGE_ORDER 9

/* What an area is made of is in the ledger as the area, not by itself. */
static struct vm_struct *new_area(struct lfb_kernel *kernel, unsigned long nr_pages)
{
	struct vm_struct *area = NULL;
	size_t size;

	if (nr_pages > 0 && !__builtin_mul_overflow(nr_pages, sizeof(area->pages[0]), &size) &&
	    !__builtin_add_overflow(size, sizeof(*area), &size)) {
		lfb__internal_begin(kernel);
		area = lfb__kmalloc(size, GFP_KERNEL);
		lfb__internal_end(kernel);
	}
	if (area)
		area->nr_pages = nr_pages;
	return area;
}

/*
 * Without aliases an area is where its pages are, which must be neighbours then: whoever fills one
 * takes a single block.
 */
static const bool maps = LFB_HOST_ALL & LFB_HOST_ALIAS;

static bool are_neighbours(const struct vm_struct *area)
{
	for (unsigned long i = 1; i < area->nr_pages; i++) {
		if (area->pages[i] != area->pages[0] + i)
			return false;
	}
	return true;
}

/* Maps the pages of an area, runs of neighbours at once. */
static int map_area(const struct lfb_memory *memory, const struct vm_struct *area)
{
	unsigned long done, run;

	for (done = 0; done < area->nr_pages; done += run) {
		struct page *const *pages = area->pages + done;
		u64 offset = PFN_PHYS(lfb__pfn(memory, pages[0]) - memory->first_page);

		run = 1;
		while (done + run < area->nr_pages && pages[run] == pages[0] + run)
			run++;
		if (lfb__store_show(memory->store, area->addr + (done << PAGE_SHIFT),
				    run << PAGE_SHIFT, offset)) {
			lfb__map_seal(area->addr, done << PAGE_SHIFT);
			return -ENOMEM;
		}
	}
	return 0;
}

/* Behind the highest area that is there. */
static size_t end_of_areas(const struct lfb_kernel *kernel)
{
	const struct lfb_vmallocs *vmallocs = &kernel->vmallocs;
	const struct vm_struct *highest;

	if (list_empty(&vmallocs->areas))
		return 0;
	highest = list_first_entry(&vmallocs->areas, struct vm_struct, list);
	return (size_t)(highest->addr - kernel->memory.vmalloc_base) +
	       ((highest->nr_pages + 1) << PAGE_SHIFT);
}

static int place_in_window(struct lfb_kernel *kernel, struct vm_struct *area)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_vmallocs *vmallocs = &kernel->vmallocs;
	size_t end = vmallocs->next + (area->nr_pages << PAGE_SHIFT);
	u32 *table;

	/* Strictly below: room for the page that faults. */
	if (memory->shadow && end >= memory->vmalloc_size) {
		vmallocs->next = end_of_areas(kernel);
		end = vmallocs->next + (area->nr_pages << PAGE_SHIFT);
	}
	if (end >= memory->vmalloc_size)
		return -ENOMEM;
	table = memory->vmalloc_table + (vmallocs->next >> PAGE_SHIFT);
	LFB_ASSERT(list_empty(&vmallocs->areas) == !vmallocs->count && !table[0]);
	area->addr = memory->vmalloc_base + vmallocs->next;
	if (memory->vmalloc_used < end)
		memory->vmalloc_used = end;
	if (map_area(memory, area))
		return -ENOMEM;
	for (unsigned long i = 0; i < area->nr_pages; i++)
		table[i] = (u32)lfb__pfn(memory, area->pages[i]);
	vmallocs->next = end + PAGE_SIZE;
	return 0;
}

static int place_where_it_is(struct lfb_kernel *kernel, struct vm_struct *area)
{
	if (!are_neighbours(area))
		return -ENOMEM;
	area->addr = lfb__pfn_address(&kernel->memory, lfb__pfn(&kernel->memory, area->pages[0]));
	return 0;
}

/* Gives an area whose pages are filled, of which @size bytes may be used, its place. */
static int place_area(struct lfb_kernel *kernel, struct vm_struct *area, size_t size)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_vmallocs *vmallocs = &kernel->vmallocs;

	if (maps ? place_in_window(kernel, area) : place_where_it_is(kernel, area))
		return -ENOMEM;
	lfb__allow(memory, area->addr, size);
	if (lfb__fence_knows(memory))
		lfb__fence_made(kernel, lfb__pfn(memory, area->pages[0]));
	for (unsigned long i = 0; i < area->nr_pages; i++)
		area->pages[i]->flags |= PG_VMALLOC;
	area->pages[0]->private = (uintptr_t)area;
	list_add(&area->list, &vmallocs->areas);
	vmallocs->count++;
	lfb__ledger_add(kernel, LFB_LEDGER_VMALLOC, (uintptr_t)area->addr,
			area->nr_pages << PAGE_SHIFT);
	return 0;
}

/* Takes an area out of the window; the space behind the highest one left may be had again. */
static void remove_area(struct lfb_kernel *kernel, struct vm_struct *area)
{
	struct lfb_memory *memory = &kernel->memory;
	struct lfb_vmallocs *vmallocs = &kernel->vmallocs;
	const size_t offset = (size_t)(area->addr - memory->vmalloc_base);

	lfb__forbid(memory, area->addr, area->nr_pages << PAGE_SHIFT);
	lfb__race_end(kernel, area->addr, area->nr_pages << PAGE_SHIFT);
	if (maps)
		lfb__map_seal(area->addr, area->nr_pages << PAGE_SHIFT);
	for (unsigned long i = 0; i < area->nr_pages; i++) {
		if (maps)
			memory->vmalloc_table[(offset >> PAGE_SHIFT) + i] = 0;
		area->pages[i]->flags &= ~PG_VMALLOC;
	}
	area->pages[0]->private = 0;
	list_del(&area->list);
	/* Who asks before he touches it shall hear that it is gone, not find the next one there. */
	if (maps && !memory->shadow)
		vmallocs->next = end_of_areas(kernel);
	LFB_ASSERT(vmallocs->count > 0);
	vmallocs->count--;
	LFB_ASSERT(list_empty(&vmallocs->areas) == !vmallocs->count);
	LFB_ASSERT(vmallocs->next <= memory->vmalloc_size);
}

static void free_area(struct vm_struct *area, unsigned long nr_pages)
{
	while (nr_pages > 0)
		__free_pages(area->pages[--nr_pages], 0);
	kfree(area);
}

/* One block for all of it, of which the end goes back. */
static unsigned long fill_at_once(struct lfb_kernel *kernel, struct vm_struct *area, gfp_t gfp)
{
	const unsigned int order = get_order(area->nr_pages << PAGE_SHIFT);
	struct page *page = alloc_pages(gfp, order);

	if (!page)
		return 0;
	if (order)
		lfb__split_page(kernel, page, order);
	for (unsigned long i = 0; i < 1ul << order; i++) {
		if (i < area->nr_pages)
			area->pages[i] = page + i;
		else
			__free_pages(page + i, 0);
	}
	return area->nr_pages;
}

/* Blocks of the area's order, as the single pages they are used as. How many pages it became. */
static unsigned long fill_area(struct lfb_kernel *kernel, struct vm_struct *area, gfp_t gfp)
{
	const unsigned long step = 1ul << area->order;
	unsigned long done = 0;

	lfb__internal_begin(kernel);
	if (!maps)
		done = fill_at_once(kernel, area, gfp);
	for (; maps && done < area->nr_pages; done += step) {
		struct page *page = alloc_pages(gfp, area->order);

		if (!page)
			break;
		if (area->order)
			lfb__split_page(kernel, page, area->order);
		for (unsigned long i = 0; i < step; i++)
			area->pages[done + i] = page + i;
	}
	lfb__internal_end(kernel);
	return done;
}

static void *alloc_blocks(struct lfb_kernel *kernel, size_t size, unsigned int order, gfp_t gfp,
			  unsigned int flags)
{
	struct vm_struct *area = new_area(kernel, ALIGN(size, PAGE_SIZE << order) >> PAGE_SHIFT);
	unsigned long done;

	if (!area)
		return NULL;
	area->order = order;
	area->flags = flags;
	done = fill_area(kernel, area, gfp);
	if (done < area->nr_pages || place_area(kernel, area, size)) {
		free_area(area, done);
		return NULL;
	}
	if (!(gfp & __GFP_ZERO))
		lfb__fill_never_written(kernel, area->addr, done << PAGE_SHIFT);
	return area->addr;
}

static void *alloc_area(size_t size, gfp_t gfp, unsigned int flags)
{
	struct lfb_kernel *kernel = lfb__current;
	void *addr = NULL;

	if (!kernel)
		lfb__not_entered("vmalloc");
	if (!kernel || (maps && size > kernel->memory.vmalloc_size))
		return NULL;
	/* As kernels have it, single pages will do where there are no blocks. */
	if (flags & VM_ALLOW_HUGE_VMAP && size >= PAGE_SIZE << HUGE_ORDER)
		addr = alloc_blocks(kernel, size, HUGE_ORDER, gfp, flags);
	return addr ? addr : alloc_blocks(kernel, size, 0, gfp, flags);
}

LFB_ENTRY void *vmalloc(size_t size)
{
	return alloc_area(size, GFP_KERNEL, VM_ALLOC);
}

LFB_ENTRY void *vzalloc(size_t size)
{
	return alloc_area(size, GFP_KERNEL | __GFP_ZERO, VM_ALLOC);
}

LFB_ENTRY void *vmalloc_huge(size_t size, gfp_t gfp)
{
	return alloc_area(size, gfp, VM_ALLOC | VM_ALLOW_HUGE_VMAP);
}

LFB_ENTRY void *vmalloc_user(size_t size)
{
	return alloc_area(size, GFP_KERNEL | __GFP_ZERO, VM_ALLOC | VM_USERMAP);
}

void *lfb__vmap(struct lfb_kernel *kernel, struct page **pages, unsigned long nr_pages,
		unsigned int order, unsigned int flags)
{
	struct vm_struct *area = new_area(kernel, nr_pages);

	if (!area)
		return NULL;
	area->order = order;
	area->flags = flags;
	memcpy(area->pages, pages, nr_pages * sizeof(*pages));
	if (place_area(kernel, area, nr_pages << PAGE_SHIFT)) {
		kfree(area);
		return NULL;
	}
	return area->addr;
}

/* The page behind an address of the window, NULL where nothing is mapped. */
static struct page *mapped_page(const struct lfb_memory *memory, const void *addr)
{
	const size_t offset = (uintptr_t)addr - (uintptr_t)memory->vmalloc_base;
	const size_t linear = (uintptr_t)addr - (uintptr_t)memory->windows;
	struct page *page;
	u32 pfn;

	if (!maps) {
		page = &memory->map[memory->first_page + (linear >> PAGE_SHIFT)];
		return linear < memory->size - memory->start && page->flags & PG_VMALLOC ? page :
										      NULL;
	}
	if (offset >= memory->vmalloc_size)
		return NULL;
	pfn = memory->vmalloc_table[offset >> PAGE_SHIFT];
	LFB_ASSERT(pfn < memory->nr_pages);
	return pfn ? &memory->map[pfn] : NULL;
}

/* The area that starts at an address, else NULL. */
static struct vm_struct *find_area(const struct lfb_memory *memory, const void *addr)
{
	const struct page *page = mapped_page(memory, addr);
	struct vm_struct *area = page ? (struct vm_struct *)(uintptr_t)page->private : NULL;

	return area && area->addr == addr ? area : NULL;
}

/* One finding an area: that of the first page of it that is still handed over. */
static void check_preserved(struct lfb_kernel *kernel, const struct vm_struct *area)
{
	for (unsigned long i = 0; i < area->nr_pages; i++) {
		if (area->pages[i]->flags & PG_PRESERVED) {
			lfb__check_freed(kernel, lfb__pfn(&kernel->memory, area->pages[i]), 1);
			return;
		}
	}
}

/* Who asks for it later shall hear whose it was. */
static void remember(struct lfb_kernel *kernel, const struct vm_struct *area)
{
	struct lfb_vmallocs *vmallocs = &kernel->vmallocs;
	const struct lfb_ledger_entry *entry;

	if (!lfb__checking(kernel))
		return;
	entry = lfb__ledger_find(kernel, LFB_LEDGER_VMALLOC, (uintptr_t)area->addr);
	vmallocs->gone[vmallocs->freed++ % LFB_GONE_AREAS] = (struct lfb_gone_area){
		.made = entry ? entry->site : NULL,
		.freed = lfb__site_here(kernel),
		.operation = kernel->operation,
		.start = (size_t)(area->addr - kernel->memory.vmalloc_base),
		.size = area->nr_pages << PAGE_SHIFT,
	};
}

const struct lfb_gone_area *lfb__vmalloc_gone(struct lfb_kernel *kernel, const void *addr)
{
	const struct lfb_vmallocs *vmallocs = &kernel->vmallocs;
	const size_t offset = (uintptr_t)addr - (uintptr_t)kernel->memory.vmalloc_base;

	for (unsigned long i = 1; i <= LFB_GONE_AREAS && i <= vmallocs->freed; i++) {
		const struct lfb_gone_area *gone =
			&vmallocs->gone[(vmallocs->freed - i) % LFB_GONE_AREAS];

		if (offset - gone->start >= gone->size)
			continue;
		lfb__find_place(kernel, "allocated at", gone->made);
		lfb__find_place(kernel, "freed at", gone->freed);
		return gone;
	}
	return NULL;
}

LFB_ENTRY void vfree(const void *addr)
{
	struct lfb_kernel *kernel = lfb__current;
	struct vm_struct *area;

	if (!kernel || !addr)
		return;
	area = find_area(&kernel->memory, addr);
	if (!area) {
		lfb__vmalloc_gone(kernel, addr);
		lfb__bug_as(LFB_FINDING_MEM_BAD_FREE, "pointer to a vmalloc area", "vfree",
			    "not the start of a vmalloc area");
		return;
	}
	check_preserved(kernel, area);
	lfb__locks_freed(kernel, area->addr, area->nr_pages << PAGE_SHIFT);
	remember(kernel, area);
	lfb__ledger_remove(kernel, LFB_LEDGER_VMALLOC, (uintptr_t)area->addr);
	remove_area(kernel, area);
	lfb__internal_begin(kernel);
	free_area(area, area->nr_pages);
	lfb__internal_end(kernel);
}

struct page *vmalloc_to_page(const void *addr)
{
	return lfb__current ? mapped_page(&lfb__current->memory, addr) : NULL;
}

bool is_vmalloc_addr(const void *addr)
{
	return vmalloc_to_page(addr) != NULL;
}

struct lfb_area lfb__vmalloc_area(struct lfb_kernel *kernel, const void *addr)
{
	const size_t offset = (uintptr_t)addr - (uintptr_t)kernel->memory.vmalloc_base;
	struct vm_struct *area = find_area(&kernel->memory, addr), *other;

	list_for_each_entry(other, &kernel->vmallocs.areas, list) {
		if (area)
			break;
		if (offset - (size_t)(other->addr - kernel->memory.vmalloc_base) <
		    other->nr_pages << PAGE_SHIFT)
			area = other;
	}
	if (!area)
		return (struct lfb_area){ NULL, NULL, 0, 0, 0 };
	return (struct lfb_area){ area->addr, area->pages, area->nr_pages, area->order,
				  area->flags };
}

void lfb__vmallocs_begin(struct lfb_kernel *kernel)
{
	lfb__memory_clear_vmalloc(&kernel->memory);
	kernel->vmallocs = (struct lfb_vmallocs){ .areas = LIST_HEAD_INIT(kernel->vmallocs.areas) };
}
