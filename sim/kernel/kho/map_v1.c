// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The preserved-memory map of kho-v1 (docs/facts.md 8.4): a list of page-sized chunks, each with
 * bitmaps of one order. The bitmaps are those that blocks are marked in; the chunks that point at
 * them are written in the end.
 */
#include "sim/kernel/kho/map.h"

#define ELEMENTS 255

struct khoser_mem_bitmap_ptr_v1 {
	u64 phys_start;
	u64 bitmap_phys;
};

struct khoser_mem_chunk_v1 {
	u64 next_phys;
	u32 order;
	u32 num_elms;
	struct khoser_mem_bitmap_ptr_v1 elms[ELEMENTS];
};
_Static_assert(sizeof(struct khoser_mem_chunk_v1) == PAGE_SIZE, "a chunk is one page");

/* Bytes of memory that one bitmap speaks of. */
static u64 window_size(unsigned int order)
{
	return (u64)KHO_BITMAP_BITS << (order + PAGE_SHIFT);
}

/* Tracking: a table of bitmaps for each order */

static int track_init(struct lfb_kernel *kernel)
{
	const unsigned long nr_pages = kernel->memory.nr_pages;

	/* Where no block fits no table is needed. */
	for (unsigned int order = 0; order <= KHO_MAX_ORDER && 1ull << order <= nr_pages; order++) {
		struct kho_order *of = &kernel->kho.orders[order];
		const u64 covered = (u64)KHO_BITMAP_BITS << order;
		const size_t needed = (size_t)((nr_pages + covered - 1) / covered);

		of->bitmaps = lfb__early_alloc(kernel, needed * sizeof(*of->bitmaps));
		if (!of->bitmaps)
			return -ENOMEM;
		of->nr_bitmaps = needed;
	}
	return 0;
}

static u32 find_bitmap(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	const struct kho_order *of = &kernel->kho.orders[order];
	unsigned long n = (pfn >> order) / KHO_BITMAP_BITS;

	return n < of->nr_bitmaps ? of->bitmaps[n] : 0;
}

static int add_bitmap(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	struct kho_order *of = &kernel->kho.orders[order];
	unsigned long n = (pfn >> order) / KHO_BITMAP_BITS;

	if (n >= of->nr_bitmaps)
		return -ENOMEM;
	if (!of->bitmaps[n])
		of->bitmaps[n] = lfb__alloc_internal_page(kernel);
	return of->bitmaps[n] ? 0 : -ENOMEM;
}

/* Moves @n on to the next bitmap of @order, @n included, with a bit set; false at the end. */
static bool next_bitmap(const struct lfb_kernel *kernel, unsigned int order, unsigned long *n)
{
	const struct kho_order *of = &kernel->kho.orders[order];

	if (!of->blocks)
		return false;
	for (; *n < of->nr_bitmaps; (*n)++) {
		if (of->bitmaps[*n] && lfb__page(kernel, of->bitmaps[*n])->private)
			return true;
	}
	return false;
}

static struct khoser_mem_chunk_v1 *chunk_at(struct lfb_kernel *kernel, u32 pfn)
{
	return lfb__memory_at(&kernel->memory, PFN_PHYS(pfn), PAGE_SIZE);
}

static void free_map(struct lfb_kernel *kernel, u32 first)
{
	while (first) {
		u32 next = (u32)PHYS_PFN(chunk_at(kernel, first)->next_phys);

		lfb__free_internal_page(kernel, first);
		first = next;
	}
}

/* A new chunk for @order behind @last (NULL: it is the first one). */
static struct khoser_mem_chunk_v1 *add_chunk(struct lfb_kernel *kernel, unsigned int order,
					     struct khoser_mem_chunk_v1 *last, u32 *first)
{
	const u32 pfn = lfb__alloc_internal_page(kernel);
	struct khoser_mem_chunk_v1 *chunk;

	if (!pfn)
		return NULL;
	chunk = chunk_at(kernel, pfn);
	chunk->order = order;
	if (last)
		last->next_phys = PFN_PHYS(pfn);
	else
		*first = pfn;
	return chunk;
}

static int write_map(struct lfb_kernel *kernel, u32 *first)
{
	struct khoser_mem_chunk_v1 *chunk = NULL;

	*first = 0;
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		for (unsigned long n = 0; next_bitmap(kernel, order, &n); n++) {
			if (!chunk || chunk->order != order || chunk->num_elms == ELEMENTS)
				chunk = add_chunk(kernel, order, chunk, first);
			if (!chunk) {
				free_map(kernel, *first);
				*first = 0;
				return -ENOMEM;
			}
			LFB_ASSERT(chunk->num_elms < ELEMENTS && chunk->order == order);
			chunk->elms[chunk->num_elms++] = (struct khoser_mem_bitmap_ptr_v1){
				.phys_start = n * window_size(order),
				.bitmap_phys = PFN_PHYS(kernel->kho.orders[order].bitmaps[n]),
			};
		}
	}
	return 0;
}

/* Reading, from memory that may hold anything */

static int read_element(const struct kho_reader *reader, phys_addr_t where,
			const struct khoser_mem_bitmap_ptr_v1 *element, unsigned int order)
{
	const u64 *bitmap;
	int err;

	if (element->phys_start % window_size(order))
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_START), -EINVAL, where,
				       "start 0x%llx of a bitmap of order %u is misaligned",
				       element->phys_start, order);
	if (element->phys_start >= reader->view->size)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_BEYOND), -EINVAL, where,
				       "start 0x%llx of a bitmap lies beyond the end of memory",
				       element->phys_start);
	bitmap = kho__map_page(reader, element->bitmap_phys);
	if (!bitmap)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_PAGE), -EINVAL, where,
				       "0x%llx is no page a bitmap could be in",
				       element->bitmap_phys);
	err = kho__read_own_page(reader, element->bitmap_phys);
	return err ? err : kho__read_bitmap(reader, bitmap, element->phys_start, order);
}

static int read_chunk(const struct kho_reader *reader, phys_addr_t phys, phys_addr_t *next,
		      u64 *elements_left)
{
	const struct khoser_mem_chunk_v1 *chunk = kho__map_page(reader, phys);
	int err;

	if (!chunk)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_PAGE), -EINVAL, phys,
				       "0x%llx is no page a chunk of the map could be in", phys);
	if (chunk->order > KHO_MAX_ORDER)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_ORDER), -EINVAL, phys,
				       "chunk has order %u, above %u", chunk->order,
				       KHO_MAX_ORDER);
	if (chunk->num_elms > ELEMENTS)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_COUNT), -EINVAL, phys,
				       "chunk has %u elements, above %u", chunk->num_elms,
				       ELEMENTS);
	if (chunk->num_elms > *elements_left)
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_TOO_MANY), -EINVAL, phys,
				       "map has more bitmaps than this memory needs");
	*elements_left -= chunk->num_elms;
	*next = chunk->next_phys;
	err = kho__read_own_page(reader, phys);
	for (unsigned int i = 0; !err && i < chunk->num_elms; i++)
		err = read_element(reader, phys + offsetof(struct khoser_mem_chunk_v1, elms[i]),
				   &chunk->elms[i], chunk->order);
	return err;
}

/*
 * Two bounds for content from hell. A list of chunks that comes back to one of its own is caught
 * by remembering a chunk at each power of two of steps. And no map needs more bitmaps than memory
 * has windows, all orders together: that bounds the work however often one bitmap is named.
 */
static int read_map(const struct lfb_view *view, phys_addr_t first, kho_block_fn block,
		    kho_block_fn own_page, void *context, struct lfb_problem *problem)
{
	struct kho_reader reader = { view, block, own_page, context, problem };
	phys_addr_t phys = first, remembered = 0;
	u64 elements_left = 0, steps = 0;

	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++)
		elements_left += view->size / window_size(order) + 1;
	while (phys) {
		phys_addr_t next = 0;
		int err;

		if (phys == remembered)
			return lfb__problem_of(problem, KHO_RULE(MAP_CIRCLE), -EINVAL, phys,
					       "chunks of the map form a cycle");
		if (!(steps & (steps + 1)))
			remembered = phys;
		steps++;
		err = read_chunk(&reader, phys, &next, &elements_left);
		if (err)
			return err;
		phys = next;
	}
	return 0;
}

const struct kho_abi kho__abi_v1 = {
	.compatible = "kho-v1",
	.data_property = "fdt",
	.track_init = track_init,
	.find_bitmap = find_bitmap,
	.add_bitmap = add_bitmap,
	.write_map = write_map,
	.free_map = free_map,
	.read_map = read_map,
};
