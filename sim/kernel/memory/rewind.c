// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Physical memory as it was. What was touched is copied page by page, what was not is of one byte
 * all over; all of it through a mapping of its own, which nothing closes. So a copy costs what is
 * in use, and putting it back what is in use then or now.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"

#define SHADOW_SIZE (PAGE_SIZE / LFB_SHADOW_STEP)

/* A page that is or was touched. Its bytes lie in the stream, if it was written to. */
struct saved_page {
	u32 pfn;
	bool touched;
	u8 all;			/* what it is full of, when it was not written to */
	struct page entry;
};

struct lfb_memory_copy {
	struct lfb_memory then;
	struct lfb_list pages;		/* struct saved_page, ascending */
	struct lfb_list stream;		/* bytes: see page_streams() */
	u32 *vmalloc_table;
	struct lfb_closed_pages closed;
	struct lfb_lones_copy lones;
};

static u8 *copied_page(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->copied + PFN_PHYS(pfn - memory->first_page);
}

/* In sanitizer builds: what may be touched there, in memory like any other. */
static void *asan_shadow(const void *address)
{
#if LFB_ASAN
	size_t scale, offset;

	__asan_get_shadow_mapping(&scale, &offset);
	return (void *)(((uintptr_t)address >> scale) + offset);
#else
	return (void *)(uintptr_t)address;
#endif
}

/* Word by word: a sanitizer's own memory is none for the C library to copy. */
__attribute__((no_sanitize("address"))) static void copy_shadow(void *to, const void *from,
								size_t size)
{
	const volatile u64 *word = from;

	for (size_t i = 0; i < size / sizeof(*word); i++)
		((volatile u64 *)to)[i] = word[i];
}

static bool is_touched(const struct lfb_memory *memory, unsigned long pfn)
{
	return memory->touched[pfn / LFB_BITS] >> pfn % LFB_BITS & 1;
}

/* What the stream has of a page, one after the other. */
struct stream {
	void *at;
	size_t size;
	void (*copy)(void *to, const void *from, size_t size);
};

static void copy_plain(void *to, const void *from, size_t size)
{
	memcpy(to, from, size);
}

static unsigned int page_streams(const struct lfb_memory *memory, const struct saved_page *page,
				 struct stream streams[4])
{
	u8 *address = lfb__pfn_address(memory, page->pfn);
	unsigned int count = 0;

	if (page->touched && page->entry.flags & PG_DIRTY)
		streams[count++] = (struct stream){ copied_page(memory, page->pfn), PAGE_SIZE,
						    copy_plain };
	if (LFB_ASAN)
		streams[count++] = (struct stream){ asan_shadow(address), SHADOW_SIZE,
						    copy_shadow };
	if (memory->shadow)
		streams[count++] = (struct stream){ lfb__shadow_byte(memory->shadow, address),
						    SHADOW_SIZE, copy_plain };
	if (lfb__fence_knows(memory))
		streams[count++] = (struct stream){ &memory->fence->pages[page->pfn],
						    sizeof(memory->fence->pages[0]), copy_plain };
	return count;
}

static bool add_stream(struct lfb_list *all, const struct stream *stream)
{
	u8 *room = lfb__room(all->items, all->count, stream->size, &all->capacity, 1);

	if (!room)
		return false;
	all->items = room;
	stream->copy(room + all->count, stream->at, stream->size);
	all->count += stream->size;
	return true;
}

static bool copy_page(const struct lfb_memory *memory, struct lfb_memory_copy *copy,
		      unsigned long pfn)
{
	struct saved_page *page = lfb__list_add(&copy->pages, sizeof(*page));
	struct stream streams[4];
	unsigned int count;

	if (!page)
		return false;
	page->pfn = (u32)pfn;
	page->touched = is_touched(memory, pfn);
	page->entry = memory->map[pfn];
	if (!page->touched || !(page->entry.flags & PG_DIRTY))
		page->all = *copied_page(memory, pfn);
	count = page_streams(memory, page, streams);
	for (unsigned int i = 0; i < count; i++) {
		if (!add_stream(&copy->stream, &streams[i]))
			return false;
	}
	return true;
}

static bool can_copy(struct lfb_memory *memory)
{
	if (!memory->copied)
		memory->copied = lfb__store_again(memory->store, memory->windows,
						  memory->size - memory->start);
	return memory->copied != NULL;
}

static size_t table_size(const struct lfb_memory *memory)
{
	return (memory->vmalloc_used >> PAGE_SHIFT) * sizeof(*memory->vmalloc_table);
}

/* The shadow of vmalloc areas. */
static struct stream vmalloc_shadow(const struct lfb_memory *memory, size_t used)
{
	return (struct stream){ lfb__shadow_byte(memory->shadow, memory->vmalloc_base),
				used / LFB_SHADOW_STEP, copy_plain };
}

static bool copy_all(struct lfb_memory *memory, struct lfb_memory_copy *copy)
{
	if (!can_copy(memory) || !lfb__lones_copy(memory, &copy->lones))
		return false;
	copy->then = *memory;
	if (memory->closed)
		copy->closed = *memory->closed;
	copy->vmalloc_table = malloc(table_size(memory) + 1);
	if (!copy->vmalloc_table)
		return false;
	memcpy(copy->vmalloc_table, memory->vmalloc_table, table_size(memory));
	for_each_used(memory, pfn) {
		if (!copy_page(memory, copy, pfn))
			return false;
	}
	if (memory->shadow) {
		const struct stream shadow = vmalloc_shadow(memory, memory->vmalloc_used);

		return add_stream(&copy->stream, &shadow);
	}
	return true;
}

struct lfb_memory_copy *lfb__memory_save(struct lfb_kernel *kernel)
{
	struct lfb_memory_copy *copy = calloc(1, sizeof(*copy));

	if (copy && !copy_all(&kernel->memory, copy)) {
		lfb__memory_copy_free(copy);
		copy = NULL;
	}
	return copy;
}

void lfb__memory_copy_free(struct lfb_memory_copy *copy)
{
	if (!copy)
		return;
	lfb__list_free(&copy->pages);
	lfb__list_free(&copy->stream);
	free(copy->vmalloc_table);
	free(copy->lones.places.items);
	free(copy->lones.bytes);
	free(copy);
}

/* What lies in streams is compared where it is, unless that is a sanitizer's. */
static bool stream_is_as(const struct stream *stream, const u8 *then)
{
	u8 room[SHADOW_SIZE];

	if (stream->copy == copy_plain)
		return !memcmp(stream->at, then, stream->size);
	LFB_ASSERT(stream->size == sizeof(room));
	stream->copy(room, stream->at, stream->size);
	return !memcmp(room, then, stream->size);
}

/* Returns what is behind it in @then, NULL where it is not as it was. */
static const u8 *compare_page(const struct lfb_memory *memory, const struct saved_page *page,
			      const u8 *then)
{
	struct stream streams[4];
	unsigned int count;

	if (is_touched(memory, page->pfn) != page->touched ||
	    memcmp(&memory->map[page->pfn], &page->entry, sizeof(page->entry)) ||
	    ((!page->touched || !(page->entry.flags & PG_DIRTY)) &&
	     *copied_page(memory, page->pfn) != page->all))
		return NULL;
	count = page_streams(memory, page, streams);
	for (unsigned int i = 0; i < count; then += streams[i++].size) {
		if (!stream_is_as(&streams[i], then))
			return NULL;
	}
	return then;
}

static bool pages_are_as(const struct lfb_memory *memory, const struct lfb_memory_copy *copy)
{
	const struct saved_page *pages = copy->pages.items;
	const u8 *then = copy->stream.items;
	struct stream shadow;
	size_t next = 0;

	for_each_used(memory, pfn) {
		if (next == copy->pages.count || pages[next].pfn != pfn)
			return false;
		then = compare_page(memory, &pages[next++], then);
		if (!then)
			return false;
	}
	if (next < copy->pages.count || !memory->shadow)
		return next == copy->pages.count;
	shadow = vmalloc_shadow(memory, memory->vmalloc_used);
	return stream_is_as(&shadow, then);
}

static bool same_areas(const struct lfb_memory *memory, const struct lfb_memory_copy *copy)
{
	return memory->vmalloc_base == copy->then.vmalloc_base &&
	       memory->vmalloc_used == copy->then.vmalloc_used &&
	       !memcmp(memory->vmalloc_table, copy->vmalloc_table, table_size(memory));
}

bool lfb__memory_is_as(const struct lfb_kernel *kernel, const struct lfb_memory_copy *copy)
{
	static const struct lfb_closed_pages none;
	const struct lfb_memory *memory = &kernel->memory;

	return lfb__memory_can_rewind(kernel, copy) && memory->window == copy->then.window &&
	       memory->lost_base == copy->then.lost_base && same_areas(memory, copy) &&
	       !memcmp(memory->closed ? memory->closed : &none, &copy->closed, sizeof(none)) &&
	       lfb__lones_are_as(memory, &copy->lones) && pages_are_as(memory, copy);
}

static void mix_stream(const struct stream *stream, struct lfb_mix *mix)
{
	u8 room[SHADOW_SIZE];

	if (stream->copy == copy_plain) {
		lfb__mix(mix, stream->at, stream->size);
		return;
	}
	LFB_ASSERT(stream->size == sizeof(room));
	stream->copy(room, stream->at, stream->size);
	lfb__mix(mix, room, sizeof(room));
}

static void mix_page(const struct lfb_memory *memory, unsigned long pfn, struct lfb_mix *mix)
{
	const struct saved_page page = { .pfn = (u32)pfn, .touched = is_touched(memory, pfn),
					 .entry = memory->map[pfn] };
	const u64 which = pfn << 1 | page.touched;
	struct stream streams[4];
	unsigned int count;

	lfb__mix(mix, &which, sizeof(which));
	lfb__mix(mix, &page.entry, sizeof(page.entry));
	if (!page.touched || !(page.entry.flags & PG_DIRTY))
		lfb__mix(mix, copied_page(memory, pfn), 1);
	count = page_streams(memory, &page, streams);
	for (unsigned int i = 0; i < count; i++)
		mix_stream(&streams[i], mix);
}

bool lfb__memory_mix(struct lfb_kernel *kernel, struct lfb_mix *mix)
{
	struct lfb_memory *memory = &kernel->memory;

	if (!can_copy(memory) || !lfb__lones_mix(memory, mix))
		return false;
	lfb__mix(mix, &memory->window, sizeof(memory->window));
	lfb__mix(mix, &memory->lost_base, sizeof(memory->lost_base));
	lfb__mix(mix, &memory->vmalloc_base, sizeof(memory->vmalloc_base));
	lfb__mix(mix, memory->vmalloc_table, table_size(memory));
	if (memory->closed)
		lfb__mix(mix, memory->closed, sizeof(*memory->closed));
	for_each_used(memory, pfn)
		mix_page(memory, pfn, mix);
	if (memory->shadow) {
		const struct stream shadow = vmalloc_shadow(memory, memory->vmalloc_used);

		mix_stream(&shadow, mix);
	}
	return true;
}

/* Putting back */

/* A page that nobody had touched, ever. */
static void empty_page(struct lfb_memory *memory, unsigned long pfn)
{
	memset(copied_page(memory, pfn), 0, PAGE_SIZE);
	lfb__unpoison(lfb__pfn_address(memory, pfn), PAGE_SIZE);
	lfb__fence_forget(memory, pfn);
	memory->map[pfn] = (struct page){ 0 };
	memory->touched[pfn / LFB_BITS] &= ~(1ull << pfn % LFB_BITS);
	memory->emptied[pfn / LFB_BITS] &= ~(1ull << pfn % LFB_BITS);
}

static const u8 *put_page_back(struct lfb_memory *memory, const struct saved_page *page,
			       const u8 *stream)
{
	struct stream streams[4];
	const unsigned int count = page_streams(memory, page, streams);
	const bool was_written = memory->map[page->pfn].flags & PG_DIRTY;
	u8 *bytes = copied_page(memory, page->pfn);

	memory->map[page->pfn] = page->entry;
	if (page->touched)
		lfb__touch(memory, page->pfn);
	else
		lfb__untouch(memory, page->pfn);
	if ((!page->touched || !(page->entry.flags & PG_DIRTY)) &&
	    (was_written || *bytes != page->all))
		memset(bytes, page->all, PAGE_SIZE);
	for (unsigned int i = 0; i < count; stream += streams[i++].size)
		streams[i].copy(streams[i].at, stream, streams[i].size);
	return stream;
}

/* All that are or were touched, now or then. */
static const u8 *put_pages_back(struct lfb_memory *memory, const struct lfb_memory_copy *copy)
{
	const struct saved_page *pages = copy->pages.items;
	const u8 *stream = copy->stream.items;
	size_t next = 0;

	for_each_used(memory, pfn) {
		while (next < copy->pages.count && pages[next].pfn < pfn)
			stream = put_page_back(memory, &pages[next++], stream);
		if (next == copy->pages.count || pages[next].pfn != pfn)
			empty_page(memory, pfn);
	}
	while (next < copy->pages.count)
		stream = put_page_back(memory, &pages[next++], stream);
	return stream;
}

/* As they were, where there are none; runs of neighbours at once. */
static int map_areas(struct lfb_memory *memory, const struct lfb_memory_copy *copy)
{
	const u32 *table = copy->vmalloc_table;
	const size_t count = copy->then.vmalloc_used >> PAGE_SHIFT;
	size_t run;

	memory->vmalloc_used = copy->then.vmalloc_used;
	memcpy(memory->vmalloc_table, table, count * sizeof(*table));
	for (size_t i = 0; i < count; i += run) {
		u8 *at = memory->vmalloc_base + (i << PAGE_SHIFT);

		for (run = 1; table[i] && i + run < count && table[i + run] == table[i] + run;)
			run++;
		if (table[i] && lfb__store_show(memory->store, at, run << PAGE_SHIFT,
						PFN_PHYS(table[i] - memory->first_page)))
			return -ENOMEM;
	}
	return 0;
}

/* Blocks that are closed now and then stay so. */
static void open_pages(struct lfb_memory *memory, const struct lfb_closed_pages *then)
{
	struct lfb_closed_pages *now = memory->closed;

	for (unsigned int i = now ? now->count : 0; i-- > 0;) {
		bool stays = false;

		for (unsigned int j = 0; j < then->count && !stays; j++)
			stays = now->blocks[i].pfn == then->blocks[j].pfn &&
				now->blocks[i].order == then->blocks[j].order;
		if (!stays)
			lfb__pages_open(memory, now->blocks[i].pfn, 1);
	}
}

static void close_pages(struct lfb_memory *memory, const struct lfb_closed_pages *then)
{
	struct lfb_closed_pages *now = memory->closed;

	for (unsigned int i = 0; i < then->count; i++) {
		const struct lfb_closed *block = &then->blocks[i];

		if (!lfb__closed_at(memory, block->pfn))
			lfb__map_access(lfb__pfn_address(memory, block->pfn),
					PAGE_SIZE << block->order, LFB_MAP_CLOSED);
	}
	if (now)
		*now = *then;
}

bool lfb__memory_can_rewind(const struct lfb_kernel *kernel, const struct lfb_memory_copy *copy)
{
	const struct lfb_memory *memory = &kernel->memory;

	return memory->start == copy->then.start && memory->shadow == copy->then.shadow &&
	       memory->fence == copy->then.fence;
}

int lfb__memory_rewind(struct lfb_kernel *kernel, const struct lfb_memory_copy *copy)
{
	struct lfb_memory *memory = &kernel->memory;
	const bool areas_stay = same_areas(memory, copy);
	const u8 *stream;
	int err = 0;

	LFB_ASSERT(lfb__memory_can_rewind(kernel, copy));
	if (memory->window != copy->then.window)
		err = lfb__memory_go_to(memory, copy->then.window);
	else if (!areas_stay)
		lfb__memory_clear_vmalloc(memory);
	if (err)
		return err;
	open_pages(memory, &copy->closed);
	if (memory->shadow)
		memory->shadow->window = memory->base + memory->start;
	stream = put_pages_back(memory, copy);
	if (!areas_stay)
		err = map_areas(memory, copy);
	if (memory->shadow) {
		const struct stream shadow = vmalloc_shadow(memory, memory->vmalloc_used);

		memcpy(shadow.at, stream, shadow.size);
	}
	close_pages(memory, &copy->closed);
	if (!lfb__lones_put_back(memory, &copy->lones))
		err = -ENOMEM;
	memory->lost_base = copy->then.lost_base;
	memory->shadow_wanted |= copy->then.shadow_wanted;
	return err;
}
