/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the files of KHO share: blocks, bitmaps of them and what generations' maps have in common.
 */
#ifndef SIM_KERNEL_KHO_MAP_H
#define SIM_KERNEL_KHO_MAP_H

#include "sim/kernel/kho/kho.h"

#define KHO_BITMAP_BITS (PAGE_SIZE * 8)

/* This thread's kernel when it runs with KHO on, else NULL. */
static inline struct lfb_kernel *kho__kernel(void)
{
	struct lfb_kernel *kernel = lfb__current;

	return kernel && kernel->kho.enabled ? kernel : NULL;
}

/* The same for @function, which somebody called: outside of every kernel that is a mistake. */
static inline struct lfb_kernel *kho__called(const char *function)
{
	if (unlikely(!lfb__current))
		lfb__not_entered(function);
	return kho__kernel();
}

/* … or, as kernels have it, with KHO off where what was handed over is seen all the same. */
static inline struct lfb_kernel *kho__called_incoming(const char *function)
{
	struct lfb_kernel *kernel = kho__called(function);

	return !kernel && lfb__current && lfb__current->kho.incoming ? lfb__current : kernel;
}

/* A tree's own code that does what is asked for, if it does: it may fault, as modules may. */
static inline const struct lfb_tree_kho *kho__code(struct lfb_kernel *kernel)
{
	if (likely(!kernel->kho.code))
		return NULL;
	lfb__module_comes(kernel);
	return kernel->kho.code;
}

/* Pages up to @end are cut into maximal naturally aligned blocks: is there one at @pfn? */
static inline bool kho__cut_blindly(unsigned long pfn, unsigned long end, unsigned int *order)
{
	*order = (unsigned int)__builtin_ctzll(pfn | 1ull << KHO_MAX_ORDER);
	while (pfn < end && 1ull << *order > end - pfn)
		--*order;
	return pfn < end;
}

/* The same for what is preserved: where kernels care, a block has pages of one node only. */
static inline bool kho__cut(const struct lfb_kernel *kernel, unsigned long pfn, unsigned long end,
			    unsigned int *order)
{
	const bool found = kho__cut_blindly(pfn, end, order);

	if (likely(!found || !kernel->memory.nodes.count ||
		   !(kernel->kho.rules & KHO_CUTS_AT_NODES)))
		return found;
	while (lfb__node_end(&kernel->memory, pfn) < pfn + (1ul << *order))
		--*order;
	return true;
}

/* metadata.c */

/* Takes what the last kernel told and tells the next. 0, -ENOMEM, -EFAULT with a panic. */
int kho__metadata_init(struct lfb_kernel *kernel);
/* What the last kernel told is the orchestrator's own: a tree's code has taken it. */
void kho__metadata_came(struct lfb_kernel *kernel);

/* radix.c: trees of keys, and what the map of kho-v4 calls a key: a block's address and order */

/* The bit of a key that tells its order. */
static inline unsigned int kho__order_bit(unsigned int order)
{
	return 64 - (PAGE_SHIFT + order);
}

u64 kho__v4_key(phys_addr_t phys, unsigned int order);
/* The block of a key; false when it is no key of an order there is. */
bool kho__v4_block(u64 key, phys_addr_t *phys, unsigned int *order);

/* Where nodes come from: zeroed pages, by address. 0: there is no memory. */
struct kho_nodes {
	struct lfb_kernel *kernel;
	phys_addr_t (*alloc)(struct lfb_kernel *kernel);
	void (*free)(struct lfb_kernel *kernel, phys_addr_t phys);
};

/*
 * Finds the bitmap of @key below @root, and makes it and what leads there where that is missing;
 * @nodes NULL: then *leaf is 0. 0; -ENOMEM with nothing left behind; -EINVAL: *leaf, in the tree,
 * is no address of a page.
 */
int kho__radix_leaf(const struct lfb_memory *memory, u64 *root, u64 key,
		    const struct kho_nodes *nodes, phys_addr_t *leaf);

/*
 * view.c: bitmaps, the leaves of every generation's map, read from memory that may hold
 * anything
 */

/* Where a reader of a map looks, and whom it tells. */
struct kho_reader {
	const struct lfb_view *view;
	kho_block_fn block;
	kho_block_fn own_page;
	void *context;
	struct lfb_problem *problem;
};

#define KHO_PAGE_WORDS (PAGE_SIZE / sizeof(u64))

/* A rule about what is read as a whole. */
#define KHO_RULE(name) ((struct lfb_rule){ .id = LFB_CHECK_##name })

/* The first word of a page from @word on that is not 0; KHO_PAGE_WORDS when there is none. */
unsigned int kho__next_word(const u64 *page, unsigned int word);
/* What lies in the page at @phys, NULL when there can be no page of a map. */
const void *kho__map_page(const struct kho_reader *reader, phys_addr_t phys);
/* Tells of a page of the map itself. 0 or what own_page returned. */
int kho__read_own_page(const struct kho_reader *reader, phys_addr_t phys);
/*
 * Tells of each block in a bitmap of blocks of @order from @start on, which is inside of the
 * view. 0, -EINVAL for a block that reaches beyond the end of memory, or what block returned.
 */
int kho__read_bitmap(const struct kho_reader *reader, const u64 *bitmap, phys_addr_t start,
		     unsigned int order);

#endif
