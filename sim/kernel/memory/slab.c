// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The slab allocator. A slab is a block of pages cut into objects of one size; its head page has
 * a map of which are in use. Objects too large for a slab are blocks of pages of their own.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"

#define MAX_SLAB_OBJECT 8192
#define MAX_OBJECT (PAGE_SIZE << MAX_PAGE_ORDER)
#define LARGE LFB_SLAB_CLASSES	/* struct page.slab_class of a block that is one object */
#define FENCED (LARGE + 1)	/* … and inaccessible around it */

static const struct {
	u16 size;
	u16 objects;	/* in a slab */
	u8 order;	/* of a slab */
} classes[LFB_SLAB_CLASSES] = {
#define CLASS(size, order) { size, (PAGE_SIZE << (order)) / (size), order }
	CLASS(16, 0),  CLASS(32, 0),  CLASS(64, 0),   CLASS(96, 0),   CLASS(128, 0),  CLASS(192, 0),
	CLASS(256, 0), CLASS(512, 0), CLASS(1024, 1), CLASS(2048, 2), CLASS(4096, 3),
	CLASS(MAX_SLAB_OBJECT, 3),
#undef CLASS
};

static unsigned int class_of(size_t size)
{
	/* One entry for each 16 bytes up to 256. */
	static const u8 small[] = { 0, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 6, 6, 6, 6 };
	unsigned int halves = (unsigned int)((size - 1) >> 9);

	if (size <= 256)
		return small[(size - 1) >> 4];
	return halves ? 7 + 32 - (unsigned int)__builtin_clz(halves) : 7;
}

static void add_partial(struct lfb_kernel *kernel, struct page *slab, unsigned long pfn)
{
	lfb__page_push(kernel->memory.map, &kernel->slabs.partial[slab->slab_class], pfn);
}

static void remove_partial(struct lfb_kernel *kernel, struct page *slab)
{
	lfb__page_unlink(kernel->memory.map, &kernel->slabs.partial[slab->slab_class], slab);
}

static struct page *new_block(struct lfb_kernel *kernel, unsigned int class, unsigned int order,
			      unsigned long *pfn)
{
	struct page *block = lfb__alloc_block(kernel, order, PG_SLAB);

	if (!block)
		return NULL;
	*pfn = lfb__pfn(&kernel->memory, block);
	block->slab_class = (u8)class;
	kernel->slabs.pages += 1ul << order;
	lfb__forbid(&kernel->memory, lfb__pfn_address(&kernel->memory, *pfn), PAGE_SIZE << order);
	if (class != FENCED)
		lfb__poison(lfb__pfn_address(&kernel->memory, *pfn), PAGE_SIZE << order);
	return block;
}

static struct page *new_slab(struct lfb_kernel *kernel, unsigned int class)
{
	int objects = classes[class].objects;
	unsigned long pfn;
	struct page *slab = new_block(kernel, class, classes[class].order, &pfn);

	if (!slab)
		return NULL;
	/* What is behind the last object is never free. */
	for (unsigned int word = 0; word < ARRAY_SIZE(slab->slab_map); word++, objects -= 64)
		slab->slab_map[word] = objects <= 0 ? ~0ull : objects < 64 ? ~0ull << objects : 0;
	add_partial(kernel, slab, pfn);
	return slab;
}

static void *alloc_object(struct lfb_kernel *kernel, size_t size)
{
	const unsigned int class = class_of(size);
	const u32 pfn = kernel->slabs.partial[class];
	struct page *slab;
	unsigned int word = 0, bit;
	u8 *object;

	slab = likely(pfn != LFB_NO_PFN) ? &kernel->memory.map[pfn] : new_slab(kernel, class);
	if (!slab)
		return NULL;
	LFB_ASSERT(slab->slab_used < classes[class].objects);
	while (slab->slab_map[word] == ~0ull)
		word++;
	bit = (unsigned int)__builtin_ctzll(~slab->slab_map[word]);
	slab->slab_map[word] |= 1ull << bit;
	if (++slab->slab_used == classes[class].objects)
		remove_partial(kernel, slab);
	object = lfb__pfn_address(&kernel->memory, (unsigned long)(slab - kernel->memory.map));
	return object + (word * 64 + bit) * classes[class].size;
}

static void *alloc_large(struct lfb_kernel *kernel, size_t size)
{
	unsigned long pfn;

	if (!new_block(kernel, LARGE, get_order(size), &pfn))
		return NULL;
	if (lfb__fence_knows(&kernel->memory))
		lfb__fence_sized(kernel, pfn, size);
	return lfb__pfn_address(&kernel->memory, pfn);
}

static void *alloc_fenced(struct lfb_kernel *kernel, size_t size)
{
	unsigned long pfn;

	return new_block(kernel, FENCED, lfb__fence_order(size), &pfn) ?
	       lfb__fence_object(kernel, pfn, size) : NULL;
}

static void *allocate(size_t size, gfp_t gfp, bool for_module)
{
	struct lfb_kernel *kernel = lfb__current;
	void *object, *lone;

	if (!kernel)
		lfb__not_entered("kmalloc");
	if (!kernel || size == 0 || size > MAX_OBJECT)
		return NULL;
	/* What the kernel asks for itself is its own, whichever way it does. */
	if (kernel->task && kernel->task->internal)
		for_module = false;
	if (!(gfp & GFP_ATOMIC))
		lfb__might_sleep(kernel, "kmalloc");
	if (lfb__fault(kernel, LFB_FAULT_ALLOC, "kmalloc"))
		return NULL;
	if (lfb__fenced(&kernel->memory))
		object = alloc_fenced(kernel, size);
	else if (likely(size <= MAX_SLAB_OBJECT))
		object = alloc_object(kernel, size);
	else
		object = alloc_large(kernel, size);
	if (!object)
		return NULL;
	kernel->slabs.objects++;
	lone = for_module && kernel->checks == LFB_CHECKS_ON ?
	       lfb__lone_give(kernel, object, size) : NULL;
	if (lone) {
		object = lone;
	} else {
		lfb__unpoison(object, size);
		lfb__allow(&kernel->memory, object, size);
	}
	if (lfb__frame(kernel))
		lfb__ledger_add(kernel, LFB_LEDGER_SLAB, (uintptr_t)object, size);
	if (gfp & __GFP_ZERO)
		memset(object, 0, size);
	else if (for_module)
		lfb__fill_never_written(kernel, object, size);
	return object;
}

LFB_ENTRY void *kmalloc(size_t size, gfp_t gfp)
{
	return allocate(size, gfp, true);
}

void *lfb__kmalloc(size_t size, gfp_t gfp)
{
	return allocate(size, gfp, false);
}

/* An object, found from an address in it. */
struct object {
	struct page *head;	/* of its slab or block */
	unsigned long pfn;	/* of the head */
	unsigned int index;	/* in its slab */
	size_t start;		/* in its slab or block */
	size_t size;
	struct lfb_lone *lone;	/* what stands for it; NULL: nothing does */
};

/* Finds the object at or around an address in a page of the slab allocator. Is it live? */
static bool locate(const struct lfb_kernel *kernel, u64 address, struct object *object)
{
	struct page *map = kernel->memory.map, *page = &map[address >> PAGE_SHIFT];
	unsigned int class;

	object->pfn = page->flags & PG_TAIL ? page->next : address >> PAGE_SHIFT;
	object->head = &map[object->pfn];
	object->start = 0;
	class = object->head->slab_class;
	if (class == FENCED) {
		object->start = lfb__fence_start(kernel, object->pfn, &object->size);
	} else if (class == LARGE) {
		object->size = PAGE_SIZE << object->head->order;
	} else {
		object->size = classes[class].size;
		object->index = (unsigned int)(address - PFN_PHYS(object->pfn)) /
				(unsigned int)object->size;
		object->start = object->index * object->size;
		return object->index < classes[class].objects &&
		       object->head->slab_map[object->index / 64] >> (object->index % 64) & 1;
	}
	return true;
}

/* Returns NULL, or why there is no live object at @ptr. */
static const char *find_object(const struct lfb_kernel *kernel, const void *ptr,
			       struct object *object)
{
	const struct lfb_memory *memory = &kernel->memory;
	u64 address = lfb__linear(memory, (uintptr_t)ptr);
	long long inside;
	phys_addr_t phys;
	bool live;

	object->lone = lfb__lone_of(memory, ptr, &inside);
	if (object->lone) {
		if (lfb__lone_age(memory, object->lone))
			return "a pointer of an earlier kernel";
		if (inside)
			return "inside of an object";
		if (!object->lone->live)
			return "not allocated";
		address = object->lone->phys;
	}

	if (unlikely(!lfb__is_memory(memory, address)))
		return lfb__address_kind(memory, ptr, &phys) == LFB_ADDRESS_STALE ?
		       "a pointer of an earlier kernel" : "not in this kernel's memory";
	if (!(memory->map[address >> PAGE_SHIFT].flags & PG_SLAB))
		return "not an object of the slab allocator, or its slab is free";
	live = locate(kernel, address, object);
	if (address != PFN_PHYS(object->pfn) + object->start)
		return "inside of an object";
	return live ? NULL : "not allocated";
}

static void free_slab(struct lfb_kernel *kernel, const struct object *object)
{
	/* Pointers in it would be taken for those of whoever has these pages next. */
	if (object->head->slab_class < LARGE && lfb__checking(kernel) && !LFB_ASAN)
		memset(lfb__pfn_address(&kernel->memory, object->pfn), LFB_POISON_FREED,
		       PAGE_SIZE << object->head->order);
	LFB_ASSERT(!object->head->slab_used && kernel->slabs.pages >= 1ul << object->head->order);
	kernel->slabs.pages -= 1ul << object->head->order;
	lfb__free_block(kernel, object->pfn);
}

static void free_object(struct lfb_kernel *kernel, const struct object *object)
{
	struct page *slab = object->head;

	LFB_ASSERT(slab->slab_used > 0 && slab->slab_used <= classes[slab->slab_class].objects);
	slab->slab_map[object->index / 64] &= ~(1ull << (object->index % 64));
	if (slab->slab_used-- == classes[slab->slab_class].objects)
		add_partial(kernel, slab, object->pfn);
	/* The last slab of a class stays: the next object will want one. */
	if (slab->slab_used > 0 || (slab->prev == LFB_NO_PFN && slab->next == LFB_NO_PFN))
		return;
	/* Pages are not given out twice by the other policy: giving them back would lose them. */
	if (kernel->memory.policy != LFB_PAGES_BUDDY)
		return;
	remove_partial(kernel, slab);
	free_slab(kernel, object);
}

struct lfb_object lfb__slab_name(size_t size)
{
	size_t named = PAGE_SIZE << get_order(size);

	if (size && size <= MAX_SLAB_OBJECT)
		named = classes[class_of(size)].size;
	return lfb__object("object kmalloc-%zu", named);
}

/* About the object where there was one, else about the page. */
static void complain(struct lfb_kernel *kernel, const void *ptr, const struct object *object,
		     const char *problem)
{
	const u64 address = lfb__linear(&kernel->memory, (uintptr_t)ptr);
	struct lfb_object name = { "pointer to an object" };

	if (object->lone) {
		name = lfb__slab_name(object->lone->size);
		lfb__find_place(kernel, "allocated at", object->lone->made);
		lfb__find_place(kernel, "freed at", object->lone->freed);
	} else if (lfb__is_memory(&kernel->memory, address)) {
		name = lfb__phys_object(address);
		lfb__find_page_places(kernel, PHYS_PFN(address));
		if (lfb__page(kernel, PHYS_PFN(address))->flags & PG_SLAB)
			name = lfb__slab_name(object->size);
	}
	lfb__bug_as(LFB_FINDING_MEM_BAD_FREE, name.text, "kfree", "%s", problem);
}

static void check_lone(struct lfb_kernel *kernel, const struct lfb_lone *lone)
{
	const long long offset = lfb__lone_written(&kernel->memory, lone);

	if (likely(!offset))
		return;
	lfb__find_place(kernel, "allocated at", lone->made);
	lfb__warn_as(LFB_FINDING_MEM_OVERRUN, lfb__slab_name(lone->size).text, "kfree",
		     "an object of %u bytes, allocated %s, was written to at offset %lld",
		     lone->size, lfb__site_who(lone->made, lone->made_operation).text, offset);
}

static void check_slack(struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct lfb_fence_page *page = &kernel->memory.fence->pages[pfn];
	const size_t offset = lfb__fence_written_slack(kernel, pfn);

	if (!offset)
		return;
	lfb__find_place(kernel, "allocated at", page->made);
	lfb__warn_as(LFB_FINDING_MEM_OVERRUN, lfb__slab_name(page->size).text, "kfree",
		     "an object of %u bytes, allocated %s, was written to at offset %zu",
		     page->size, lfb__site_who(page->made, page->made_operation).text, offset);
}

/* Nobody may touch it any more; did somebody touch what was not his? */
static void close_object(struct lfb_kernel *kernel, const void *ptr, const struct object *object)
{
	if (object->lone) {
		check_lone(kernel, object->lone);
		lfb__lone_freed(kernel, object->lone);
		return;
	}
	lfb__forbid(&kernel->memory, ptr, object->size);
	if (lfb__fenced(&kernel->memory)) {
		check_slack(kernel, object->pfn);
	} else if (LFB_ASAN) {
		lfb__unpoison(ptr, object->size);
		memset((void *)(uintptr_t)ptr, LFB_POISON_FREED, object->size);
		lfb__poison(ptr, object->size);
	}
}

LFB_ENTRY void kfree(const void *ptr)
{
	struct lfb_kernel *kernel = lfb__current;
	struct object object;
	const char *problem;

	if (!kernel || !ptr)
		return;
	problem = find_object(kernel, ptr, &object);
	if (unlikely(problem != NULL)) {
		complain(kernel, ptr, &object, problem);
		return;
	}
	LFB_ASSERT(kernel->slabs.objects > 0);
	kernel->slabs.objects--;
	if (kernel->ledger.table.count)
		lfb__ledger_remove(kernel, LFB_LEDGER_SLAB, (uintptr_t)ptr);
	lfb__locks_freed(kernel, ptr, object.lone ? object.lone->size : object.size);
	close_object(kernel, ptr, &object);
	lfb__race_end(kernel, ptr, object.size);
	if (object.head->slab_class >= LARGE)
		free_slab(kernel, &object);
	else
		free_object(kernel, &object);
}

const void *lfb__slab_object(const struct lfb_kernel *kernel, const void *ptr)
{
	const struct lfb_memory *memory = &kernel->memory;
	const u64 address = lfb__linear(memory, (uintptr_t)ptr);
	struct object object;

	if (!lfb__is_memory(memory, address) || !(memory->map[PHYS_PFN(address)].flags & PG_SLAB) ||
	    !locate(kernel, address, &object))
		return NULL;
	return lfb__lone_at(memory, PFN_PHYS(object.pfn) + object.start) ?:
	       (u8 *)lfb__pfn_address(memory, object.pfn) + object.start;
}

bool lfb__slab_around(const struct lfb_kernel *kernel, phys_addr_t phys, phys_addr_t *start,
		      size_t *room)
{
	struct object object;
	const bool live = locate(kernel, phys, &object);

	*start = PFN_PHYS(object.pfn) + object.start;
	*room = object.size;
	return live;
}

size_t ksize(const void *ptr)
{
	struct object object;

	if (!lfb__current || find_object(lfb__current, ptr, &object))
		return 0;
	if (object.lone)
		object.size = object.lone->size = (u32)lfb__lone_room(object.lone);
	lfb__unpoison(ptr, object.size);
	lfb__allow(&lfb__current->memory, ptr, object.size);
	if (lfb__fenced(&lfb__current->memory))
		lfb__fence_use_all(lfb__current, object.pfn);
	return object.size;
}

LFB_ENTRY void *kzalloc(size_t size, gfp_t gfp)
{
	return kmalloc(size, gfp | __GFP_ZERO);
}

LFB_ENTRY void *kcalloc(size_t n, size_t size, gfp_t gfp)
{
	size_t bytes;

	return __builtin_mul_overflow(n, size, &bytes) ? NULL : kzalloc(bytes, gfp);
}

LFB_ENTRY void *kmemdup(const void *src, size_t size, gfp_t gfp)
{
	void *copy = src ? kmalloc(size, gfp) : NULL;

	if (!copy)
		return NULL;
	lfb__shadow_touch(lfb__current, src, size, LFB_STRAY_READ);
	return memcpy(copy, src, size);
}

LFB_ENTRY char *kstrdup(const char *s, gfp_t gfp)
{
	return s ? kmemdup(s, strlen(s) + 1, gfp) : NULL;
}

void lfb__slabs_begin(struct lfb_kernel *kernel)
{
	lfb__lones_begin(kernel);
	memset(&kernel->slabs, 0, sizeof(kernel->slabs));
	for (unsigned int class = 0; class < LFB_SLAB_CLASSES; class++)
		kernel->slabs.partial[class] = LFB_NO_PFN;
}
