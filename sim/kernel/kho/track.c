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

/* Its pages are told, for who frees them or preserves them again. */
static void tell_pages(struct page *page, unsigned int order, bool set)
{
	for (unsigned long i = 0; page && i < 1ul << order; i++) {
		if (!set)
			page[i].flags &= ~PG_PRESERVED;
		else if (page[i].flags & PG_DIRTY)
			page[i].flags |= PG_PRESERVED;
	}
}

/* A tree's code may have set or cleared it, or not. */
static bool see_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	const struct spot spot = spot_of(kernel, pfn, order);

	tell_pages(lfb__page(kernel, pfn), order, is_set(&spot));
	return true;
}

/* Sets or clears the bit of a block; false when it was so already. */
static bool change_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order, bool set)
{
	struct spot spot = spot_of(kernel, pfn, order);
	struct page *page = lfb__page(kernel, pfn);
	const int change = set ? 1 : -1;
	struct page *bitmap;

	LFB_ASSERT(spot.bitmap || !set);
	if (!spot.bitmap || is_set(&spot) == set)
		return false;
	*spot.word ^= spot.mask;
	bitmap = lfb__page(kernel, spot.bitmap);
	LFB_ASSERT(bitmap && bitmap->flags & PG_INTERNAL);
	bitmap->private += change;
	LFB_ASSERT(bitmap->private <= kernel->kho.orders[order].blocks + change);
	kernel->kho.orders[order].blocks += change;
	kernel->kho.blocks += change;
	LFB_ASSERT(kernel->kho.orders[order].blocks <= kernel->kho.blocks);
	tell_pages(page, order, set);
	return true;
}

/* A live map is what the next kernel reads: it has a lock of its own. */

static bool has_lock(const struct lfb_kernel *kernel)
{
	return kernel->kho.abi->map_is_live && !kernel->kho.code;
}

static void lock_map(struct lfb_kernel *kernel)
{
	if (has_lock(kernel))
		mutex_lock(&kernel->kho.map_lock);
}

static void unlock_map(struct lfb_kernel *kernel)
{
	if (has_lock(kernel))
		mutex_unlock(&kernel->kho.map_lock);
}

int kho__track_prepare(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long end = pfn + nr_pages;
	int err = 0;

	lock_map(kernel);
	for (unsigned int order; !err && kho__cut(kernel, pfn, end, &order); pfn += 1ul << order)
		err = kernel->kho.abi->add_bitmap(kernel, pfn, order);
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

/* Sets or clears all bits of a range; false when one of them was so already. */
static bool change_range(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages,
			 bool set)
{
	const unsigned long end = pfn + nr_pages;
	bool all = true;

	lock_map(kernel);
	/* Told by node: by addresses alone the blocks are known then. */
	for (unsigned long first = pfn, stop; first < end; first = stop) {
		stop = kernel->kho.rules & KHO_CUTS_AT_NODES ?
			       lfb__node_end(&kernel->memory, first) : end;
		if (stop > end || stop <= first)
			stop = end;
		for (unsigned int order; kho__cut(kernel, pfn, stop, &order); pfn += 1ul << order)
			all &= unlikely(kernel->kho.code != NULL) ?
				       see_block(kernel, pfn, order) :
				       change_block(kernel, pfn, order, set);
		if (!set)
			lfb__event(kernel, PAGES_UNMARKED, .phys = PFN_PHYS(first),
				   .pages = stop - first);
		else if (unlikely(kernel->trace.fine))
			tell_marked(kernel, first, stop - first);
	}
	unlock_map(kernel);
	return all;
}

void kho__track_set(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	change_range(kernel, pfn, nr_pages, true);
}

bool kho__track_clear(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	return change_range(kernel, pfn, nr_pages, false);
}

bool kho__track_has(const struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const unsigned long end = pfn + nr_pages;

	for (unsigned int order; kho__cut(kernel, pfn, end, &order); pfn += 1ul << order) {
		if (!kho__is_preserved(kernel, pfn, order))
			return false;
	}
	return true;
}

static int count_block(void *context, phys_addr_t phys, unsigned int order)
{
	unsigned long *blocks = context;

	(void)phys;
	blocks[order]++;
	return 0;
}

void kho__blocks_by_order(const struct lfb_kernel *kernel, unsigned long blocks[KHO_MAX_ORDER + 1])
{
	const struct kho *kho = &kernel->kho;
	const struct lfb_view view = kho__memory_view(kernel);

	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++)
		blocks[order] = kho->code ? 0 : kho->orders[order].blocks;
	if (kho->code && kho->map_page)
		kho->abi->read_map(&view, PFN_PHYS(kho->map_page), count_block, NULL, blocks,
				   NULL);
}

unsigned long kho__blocks(const struct lfb_kernel *kernel)
{
	unsigned long blocks[KHO_MAX_ORDER + 1], count = 0;

	if (!kernel->kho.code)
		return kernel->kho.blocks;
	kho__blocks_by_order(kernel, blocks);
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++)
		count += blocks[order];
	return count;
}

bool kho__is_preserved(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot;

	if (order > KHO_MAX_ORDER || !IS_ALIGNED((u64)pfn, 1ull << order))
		return false;
	spot = spot_of(kernel, pfn, order);
	return is_set(&spot);
}
