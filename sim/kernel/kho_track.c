/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Which blocks are marked for the next kernel: one bit per (address, order).
 *
 * Bitmaps appear when a block they cover is first marked and stay until the kernel ends. The
 * number of bits set in one is kept in its struct page, so that empty ones are found without
 * looking into them.
 */
#include "sim/kernel/page.h"

/* Where the bit of a block is. */
struct spot {
	struct kho_order *order;
	unsigned long bitmap;
	unsigned long word;
	u64 mask;
};

static struct spot spot_of(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	unsigned long index = pfn >> order;

	return (struct spot){
		.order = (struct kho_order *)&kernel->kho.orders[order],
		.bitmap = index / KHO_BITMAP_BITS,
		.word = index % KHO_BITMAP_BITS / 64,
		.mask = 1ull << (index % 64),
	};
}

static u64 *bitmap_at(const struct lfb_kernel *kernel, const struct spot *spot)
{
	u32 page;

	if (spot->bitmap >= spot->order->nr_bitmaps)
		return NULL;
	page = spot->order->bitmaps[spot->bitmap];
	return page ? lfb_memory_at(&kernel->memory, PFN_PHYS(page), PAGE_SIZE) : NULL;
}

static void count(struct lfb_kernel *kernel, const struct spot *spot, int change)
{
	lfb_page(kernel, spot->order->bitmaps[spot->bitmap])->private += change;
	spot->order->blocks += change;
	kernel->kho.blocks += change;
}

static void set_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot = spot_of(kernel, pfn, order);
	u64 *bitmap = bitmap_at(kernel, &spot);

	if (!bitmap || (bitmap[spot.word] & spot.mask))
		return;
	bitmap[spot.word] |= spot.mask;
	count(kernel, &spot, 1);
}

static bool clear_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot = spot_of(kernel, pfn, order);
	u64 *bitmap = bitmap_at(kernel, &spot);

	if (!bitmap || !(bitmap[spot.word] & spot.mask))
		return false;
	bitmap[spot.word] &= ~spot.mask;
	count(kernel, &spot, -1);
	return true;
}

static int prepare_block(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot = spot_of(kernel, pfn, order);
	struct page *page;

	if (bitmap_at(kernel, &spot))
		return 0;
	if (spot.bitmap >= spot.order->nr_bitmaps)
		return -ENOMEM;
	page = lfb_alloc_internal_page(kernel);
	if (!page)
		return -ENOMEM;
	page->private = 0;
	spot.order->bitmaps[spot.bitmap] = (u32)lfb_pfn(&kernel->memory, page);
	return 0;
}

int kho_track_init(struct lfb_kernel *kernel)
{
	unsigned long nr_pages = kernel->memory.nr_pages;
	unsigned long total = 0;
	unsigned int order;
	u32 *bitmaps;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		unsigned long covered = KHO_BITMAP_BITS << order;

		kernel->kho.orders[order].nr_bitmaps = (nr_pages + covered - 1) / covered;
		total += kernel->kho.orders[order].nr_bitmaps;
	}
	bitmaps = lfb_early_alloc(kernel, total * sizeof(*bitmaps));
	if (!bitmaps) {
		for (order = 0; order <= MAX_PAGE_ORDER; order++)
			kernel->kho.orders[order].nr_bitmaps = 0;
		return -ENOMEM;
	}
	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		kernel->kho.orders[order].bitmaps = bitmaps;
		bitmaps += kernel->kho.orders[order].nr_bitmaps;
	}
	return 0;
}

int kho_track_prepare(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	while (nr_pages) {
		unsigned int order = kho_cut(pfn, nr_pages);
		int err = prepare_block(kernel, pfn, order);

		if (err)
			return err;
		pfn += 1ul << order;
		nr_pages -= 1ul << order;
	}
	return 0;
}

void kho_track_set(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	while (nr_pages) {
		unsigned int order = kho_cut(pfn, nr_pages);

		set_block(kernel, pfn, order);
		pfn += 1ul << order;
		nr_pages -= 1ul << order;
	}
}

bool kho_track_clear(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	bool all_set = true;

	while (nr_pages) {
		unsigned int order = kho_cut(pfn, nr_pages);

		if (!clear_block(kernel, pfn, order))
			all_set = false;
		pfn += 1ul << order;
		nr_pages -= 1ul << order;
	}
	return all_set;
}

bool kho_is_preserved(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct spot spot;
	const u64 *bitmap;

	if (order > MAX_PAGE_ORDER || !IS_ALIGNED(pfn, 1ul << order))
		return false;
	spot = spot_of(kernel, pfn, order);
	bitmap = bitmap_at(kernel, &spot);
	return bitmap && (bitmap[spot.word] & spot.mask);
}

bool kho_track_next(const struct lfb_kernel *kernel, unsigned int order, unsigned long *n)
{
	const struct kho_order *of = &kernel->kho.orders[order];

	if (!of->blocks)
		return false;
	for (; *n < of->nr_bitmaps; (*n)++)
		if (of->bitmaps[*n] && lfb_page(kernel, of->bitmaps[*n])->private)
			return true;
	return false;
}
