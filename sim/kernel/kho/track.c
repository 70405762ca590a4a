// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Which blocks are marked for the next kernel: one bit per (address, order).
 *
 * Where the bitmap with the bit is, the ABI knows; all of them have 32768 blocks of one order that
 * follow each other. The number of bits set in one is kept in its struct page, so that empty ones
 * are found without looking into them.
 */
#include <stdio.h>

#include "sim/kernel/kho/map.h"

/* Where the bit of a block is. */
struct spot {
	u32 bitmap;		/* page number, 0: nowhere */
	u64 *word;
	u64 mask;
};

static struct spot spot_of(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	unsigned long bit = (pfn >> order) % KHO_BITMAP_BITS;
	u32 bitmap = kernel->kho.abi->find_bitmap(kernel, pfn, order);

	return (struct spot){
		.bitmap = bitmap,
		.word = (u64 *)lfb__pfn_address(&kernel->memory, bitmap) + bit / 64,
		.mask = 1ull << (bit % 64),
	};
}

static bool is_set(const struct spot *spot)
{
	return spot->bitmap && (*spot->word & spot->mask);
}

static void flip(struct lfb_kernel *kernel, const struct spot *spot, unsigned int order, int change)
{
	struct page *bitmap = lfb__page(kernel, spot->bitmap);

	*spot->word ^= spot->mask;
	LFB_ASSERT(bitmap && bitmap->flags & PG_INTERNAL);
	bitmap->private += change;
	LFB_ASSERT(bitmap->private <= kernel->kho.orders[order].blocks + change);
	kernel->kho.orders[order].blocks += change;
	kernel->kho.blocks += change;
	LFB_ASSERT(kernel->kho.orders[order].blocks <= kernel->kho.blocks);
}

/* Tells the pages of a block, for who frees them or preserves them again. */
static void tell_pages(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order,
		       bool preserved)
{
	struct page *page = lfb__page(kernel, pfn);

	for (unsigned long i = 0; page && i < 1ul << order; i++) {
		if (!preserved)
			page[i].flags &= ~PG_PRESERVED;
		else if (page[i].flags & PG_DIRTY)
			page[i].flags |= PG_PRESERVED;
	}
}

static void set_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot = spot_of(kernel, pfn, order);

	LFB_ASSERT(spot.bitmap);
	if (is_set(&spot))
		return;
	flip(kernel, &spot, order, 1);
	tell_pages(kernel, pfn, order, true);
}

static bool clear_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot = spot_of(kernel, pfn, order);

	if (!is_set(&spot))
		return false;
	flip(kernel, &spot, order, -1);
	tell_pages(kernel, pfn, order, false);
	return true;
}

/* A live map is what the next kernel reads: it has a lock of its own. */

static void lock_map(struct lfb_kernel *kernel)
{
	if (kernel->kho.abi->map_is_live)
		mutex_lock(&kernel->kho.map_lock);
}

static void unlock_map(struct lfb_kernel *kernel)
{
	if (kernel->kho.abi->map_is_live)
		mutex_unlock(&kernel->kho.map_lock);
}

int kho__track_prepare(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long end = pfn + nr_pages;
	unsigned int order;
	int err = 0;

	lock_map(kernel);
	for (; pfn < end && !err; pfn += 1ul << order) {
		order = kho__cut(pfn, end - pfn);
		err = kernel->kho.abi->add_bitmap(kernel, pfn, order);
	}
	unlock_map(kernel);
	return err;
}

/* Whose pages are marked: KHO's, those of the callback that runs, or of whoever is at work. */
static const char *owner(const struct lfb_kernel *kernel, unsigned long pfn, char *text,
			 size_t size)
{
	const struct lfb_frame *frame = lfb__frame(kernel);
	const struct page *page = lfb__page(kernel, pfn);

	if (page && page->flags & PG_INTERNAL)
		return "kho";
	if (kernel->task && kernel->task->internal)
		return "luo";
	if (!frame)
		return kernel->task ? kernel->task->name : "nobody";
	snprintf(text, size, "%s %.47s %s", frame->type, frame->name, frame->op);
	return text;
}

static LFB_OUT_OF_LINE void tell_marked(struct lfb_kernel *kernel, unsigned long pfn,
					unsigned long nr_pages)
{
	char text[80];

	lfb__event(kernel, PAGES_MARKED, .phys = PFN_PHYS(pfn), .pages = nr_pages,
		   .owner = owner(kernel, pfn, text, sizeof(text)));
}

void kho__track_set(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long first = pfn, end = pfn + nr_pages;
	unsigned int order;

	lock_map(kernel);
	for (; pfn < end; pfn += 1ul << order) {
		order = kho__cut(pfn, end - pfn);
		set_block(kernel, pfn, order);
	}
	if (unlikely(kernel->trace.fine))
		tell_marked(kernel, first, nr_pages);
	unlock_map(kernel);
}

bool kho__track_clear(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long first = pfn, end = pfn + nr_pages;
	bool all_set = true;
	unsigned int order;

	lock_map(kernel);
	for (; pfn < end; pfn += 1ul << order) {
		order = kho__cut(pfn, end - pfn);
		all_set &= clear_block(kernel, pfn, order);
	}
	lfb__event(kernel, PAGES_UNMARKED, .phys = PFN_PHYS(first), .pages = nr_pages);
	unlock_map(kernel);
	return all_set;
}

bool kho__is_preserved(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot;

	if (order > MAX_PAGE_ORDER || !IS_ALIGNED(pfn, 1ul << order))
		return false;
	spot = spot_of(kernel, pfn, order);
	return is_set(&spot);
}
