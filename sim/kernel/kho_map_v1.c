/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The preserved-memory map of kho-v1 (KERNEL-FACTS 8.4): a list of page-sized chunks, each with
 * bitmaps of one order. The written map points at the live tracking bitmaps.
 */
#include "sim/kernel/page.h"

#define ELEMENTS 255
#define BITMAP_WORDS (KHO_BITMAP_BITS / 64)

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

/*
 * Writing
 */

static struct khoser_mem_chunk_v1 *chunk_at(struct lfb_kernel *kernel, u32 pfn)
{
	return lfb_memory_at(&kernel->memory, PFN_PHYS(pfn), PAGE_SIZE);
}

static void free_map(struct lfb_kernel *kernel, u32 first)
{
	while (first) {
		u32 next = (u32)PHYS_PFN(chunk_at(kernel, first)->next_phys);

		lfb_free_internal_page(kernel, lfb_page(kernel, first));
		first = next;
	}
}

/* A new chunk for @order behind @last (NULL: it is the first one). */
static struct khoser_mem_chunk_v1 *add_chunk(struct lfb_kernel *kernel, unsigned int order,
					     struct khoser_mem_chunk_v1 *last, u32 *first)
{
	struct page *page = lfb_alloc_internal_page(kernel);
	struct khoser_mem_chunk_v1 *chunk;
	u32 pfn;

	if (!page)
		return NULL;
	pfn = (u32)lfb_pfn(&kernel->memory, page);
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
	unsigned int order;
	unsigned long n;

	*first = 0;
	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		for (n = 0; kho_track_next(kernel, order, &n); n++) {
			if (!chunk || chunk->order != order || chunk->num_elms == ELEMENTS)
				chunk = add_chunk(kernel, order, chunk, first);
			if (!chunk) {
				free_map(kernel, *first);
				*first = 0;
				return -ENOMEM;
			}
			chunk->elms[chunk->num_elms++] = (struct khoser_mem_bitmap_ptr_v1){
				.phys_start = n * window_size(order),
				.bitmap_phys = PFN_PHYS(kernel->kho.orders[order].bitmaps[n]),
			};
		}
	}
	return 0;
}

/*
 * Reading, from memory that may hold anything
 */

struct reader {
	const struct lfb_view *view;
	kho_block_fn block;
	kho_block_fn own_page;
	void *context;
	struct lfb_problem *problem;
};

/* The first word from @word on with a bit set. Bitmaps are mostly empty: a cache line a step. */
static unsigned int next_set_word(const u64 *bitmap, unsigned int word)
{
	while (word < BITMAP_WORDS && !bitmap[word]) {
		const u64 *line = bitmap + word;

		if (word % 8 == 0 && !(line[1] | line[2] | line[3] | line[4] | line[5] | line[6] |
				       line[7]))
			word += 8;
		else
			word++;
	}
	return word;
}

static int read_bitmap(const struct reader *reader, const struct khoser_mem_bitmap_ptr_v1 *element,
		       unsigned int order, const u64 *bitmap)
{
	u64 room = reader->view->size - element->phys_start;
	unsigned int word;

	for (word = next_set_word(bitmap, 0); word < BITMAP_WORDS;
	     word = next_set_word(bitmap, word + 1)) {
		u64 bits;

		for (bits = bitmap[word]; bits; bits &= bits - 1) {
			u64 n = word * 64 + (unsigned int)__builtin_ctzll(bits);
			u64 offset = n << (order + PAGE_SHIFT);
			int err;

			if (offset + (PAGE_SIZE << order) > room)
				return lfb_problem(reader->problem, -EINVAL,
						   element->phys_start + offset,
						   "preserved block of order %u lies beyond the "
						   "end of memory", order);
			err = reader->block(reader->context, element->phys_start + offset, order);
			if (err)
				return err;
		}
	}
	return 0;
}

static int read_element(const struct reader *reader, phys_addr_t where,
			const struct khoser_mem_bitmap_ptr_v1 *element, unsigned int order)
{
	const struct lfb_view *view = reader->view;
	const u64 *bitmap = NULL;
	int err;

	if (element->phys_start % window_size(order))
		return lfb_problem(reader->problem, -EINVAL, where,
				   "start 0x%llx of a bitmap of order %u is misaligned",
				   (unsigned long long)element->phys_start, order);
	if (element->phys_start >= view->size)
		return lfb_problem(reader->problem, -EINVAL, where,
				   "start 0x%llx of a bitmap lies beyond the end of memory",
				   (unsigned long long)element->phys_start);
	if (element->bitmap_phys && IS_ALIGNED(element->bitmap_phys, PAGE_SIZE))
		bitmap = view->at(view, element->bitmap_phys, PAGE_SIZE);
	if (!bitmap)
		return lfb_problem(reader->problem, -EINVAL, where,
				   "0x%llx is no page a bitmap could be in",
				   (unsigned long long)element->bitmap_phys);
	if (reader->own_page) {
		err = reader->own_page(reader->context, element->bitmap_phys, 0);
		if (err)
			return err;
	}
	return read_bitmap(reader, element, order, bitmap);
}

static int read_chunk(const struct reader *reader, phys_addr_t phys, phys_addr_t *next,
		      u64 *elements_left)
{
	const struct khoser_mem_chunk_v1 *chunk = NULL;
	unsigned int i;
	int err;

	if (IS_ALIGNED(phys, PAGE_SIZE))
		chunk = reader->view->at(reader->view, phys, PAGE_SIZE);
	if (!chunk)
		return lfb_problem(reader->problem, -EINVAL, phys,
				   "0x%llx is no page a chunk of the map could be in",
				   (unsigned long long)phys);
	if (chunk->order > MAX_PAGE_ORDER)
		return lfb_problem(reader->problem, -EINVAL, phys,
				   "chunk has order %u, above %u", chunk->order, MAX_PAGE_ORDER);
	if (chunk->num_elms > ELEMENTS)
		return lfb_problem(reader->problem, -EINVAL, phys,
				   "chunk has %u elements, above %u", chunk->num_elms, ELEMENTS);
	if (chunk->num_elms > *elements_left)
		return lfb_problem(reader->problem, -EINVAL, phys,
				   "map has more bitmaps than this memory needs");
	*elements_left -= chunk->num_elms;
	*next = chunk->next_phys;
	err = reader->own_page ? reader->own_page(reader->context, phys, 0) : 0;
	for (i = 0; !err && i < chunk->num_elms; i++)
		err = read_element(reader,
				   phys + offsetof(struct khoser_mem_chunk_v1, elms[i]),
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
	struct reader reader = { view, block, own_page, context, problem };
	phys_addr_t phys = first, remembered = 0;
	u64 elements_left = 0, steps = 0;
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++)
		elements_left += view->size / window_size(order) + 1;
	while (phys) {
		phys_addr_t next = 0;
		int err;

		if (phys == remembered)
			return lfb_problem(problem, -EINVAL, phys,
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

const struct kho_abi kho_abi_v1 = {
	.compatible = "kho-v1",
	.data_property = "fdt",
	.write_map = write_map,
	.free_map = free_map,
	.read_map = read_map,
};
