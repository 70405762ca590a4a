// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Bounded looks at memory whose content nobody vouches for, and a word for what is wrong with it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kho/map.h"

void lfb__problem_name(struct lfb_problem *problem, struct lfb_rule rule)
{
	const char *path = rule.path ? rule.path : "";
	const int length = (int)strcspn(path, "#");

	if (!problem)
		return;
	problem->id = rule.id;
	if (path[length])
		snprintf(problem->path, sizeof(problem->path), "%.*s%llu%s", length, path,
			 rule.index, path + length + 1);
	else
		snprintf(problem->path, sizeof(problem->path), "%s", path);
}

static int set_problem(struct lfb_problem *problem, struct lfb_rule rule, phys_addr_t where,
		       const char *format, va_list arguments)
{
	lfb__problem_name(problem, rule);
	problem->where = where;
	return vsnprintf(problem->what, sizeof(problem->what), format, arguments);
}

int lfb__problem(struct lfb_problem *problem, int error, phys_addr_t where, const char *format, ...)
{
	va_list arguments;

	if (!problem)
		return error;
	va_start(arguments, format);
	set_problem(problem, (struct lfb_rule){ .id = LFB_CHECKS_NR }, where, format, arguments);
	va_end(arguments);
	return error;
}

int lfb__problem_of(struct lfb_problem *problem, struct lfb_rule rule, int error,
		    phys_addr_t where, const char *format, ...)
{
	va_list arguments;

	if (!problem)
		return error;
	va_start(arguments, format);
	set_problem(problem, rule, where, format, arguments);
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
	LFB_ASSERT(page && page->order <= KHO_MAX_ORDER);
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

void *kho__page_at(const struct lfb_memory *memory, phys_addr_t phys)
{
	return IS_ALIGNED(phys, PAGE_SIZE) ? lfb__memory_at(memory, phys, PAGE_SIZE) : NULL;
}

/* The pages met so far: a hash table with open addressing, at most half full. */

void kho__met_forget(struct kho_met *met)
{
	free(met->more);
	*met = (struct kho_met){ .count = 0 };
}

static u64 *slots_of(struct kho_met *met, size_t *nr_slots)
{
	*nr_slots = met->more ? met->nr_more : ARRAY_SIZE(met->first);
	return met->more ? met->more : met->first;
}

/* The slot of @page, or the free one where it belongs. */
static u64 *slot_of(u64 *slots, size_t nr_slots, u64 page)
{
	size_t i = page * 0x9e3779b97f4a7c15ull >> 32;

	for (i %= nr_slots; slots[i] && slots[i] != page; i = (i + 1) % nr_slots)
		;
	return &slots[i];
}

static int make_room(struct kho_met *met)
{
	size_t nr_slots;
	const u64 *old = slots_of(met, &nr_slots);
	u64 *slots = calloc(nr_slots * 2, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < nr_slots; i++) {
		if (old[i])
			*slot_of(slots, nr_slots * 2, old[i]) = old[i];
	}
	free(met->more);
	met->more = slots;
	met->nr_more = nr_slots * 2;
	return 0;
}

int kho__met_add(struct kho_met *met, phys_addr_t phys)
{
	/* 0 is a free slot, and may be a page. */
	const u64 page = PHYS_PFN(phys) + 1;
	size_t nr_slots;
	u64 *slots = slots_of(met, &nr_slots);
	u64 *slot = slot_of(slots, nr_slots, page);

	if (*slot)
		return -EEXIST;
	*slot = page;
	LFB_ASSERT(met->count < nr_slots / 2 + 1);
	return ++met->count > nr_slots / 2 ? make_room(met) : 0;
}

/* Bitmaps, the leaves of every generation's map */


/* Pages of a map are mostly empty: a cache line a step. */
unsigned int kho__next_word(const u64 *page, unsigned int word)
{
	while (word < KHO_PAGE_WORDS && !page[word]) {
		const u64 *line = page + word;

		if (word % 8 == 0 && !(line[1] | line[2] | line[3] | line[4] | line[5] | line[6] |
				       line[7]))
			word += 8;
		else
			word++;
	}
	return word;
}

const void *kho__map_page(const struct kho_reader *reader, phys_addr_t phys)
{
	if (!phys || !IS_ALIGNED(phys, PAGE_SIZE))
		return NULL;
	return reader->view->at(reader->view, phys, PAGE_SIZE);
}

int kho__read_own_page(const struct kho_reader *reader, phys_addr_t phys)
{
	return reader->own_page ? reader->own_page(reader->context, phys, 0) : 0;
}

int kho__read_bitmap(const struct kho_reader *reader, const u64 *bitmap, phys_addr_t start,
		     unsigned int order)
{
	u64 room = reader->view->size - start;
	unsigned int word;

	for (word = kho__next_word(bitmap, 0); word < KHO_PAGE_WORDS;
	     word = kho__next_word(bitmap, word + 1)) {
		for (u64 bits = bitmap[word]; bits; bits &= bits - 1) {
			u64 n = word * 64 + (unsigned int)__builtin_ctzll(bits);
			u64 offset = n << (order + PAGE_SHIFT);
			int err;

			if (offset + (PAGE_SIZE << order) > room)
				return lfb__problem_of(reader->problem, KHO_RULE(MAP_BEYOND),
						       -EINVAL, start + offset, "preserved block "
						       "of order %u lies beyond the end of memory",
						       order);
			err = reader->block(reader->context, start + offset, order);
			if (err)
				return err;
		}
	}
	return 0;
}
