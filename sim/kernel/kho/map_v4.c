// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The preserved-memory map of kho-v4 (docs/facts.md 8.4): a radix tree (radix.c). Blocks
 * are marked in the tree itself, so it is always what the next kernel should read.
 *
 * A key is the number of a block among those of its order, below one bit that tells the order. So
 * the blocks of an order are neighbours, and the largest ones come first.
 */
#include <luo/kho_radix_tree.h>

#include "sim/kernel/kho/map.h"

#define TABLE_SHIFT KHO_TABLE_SIZE_LOG2
#define BITMAP_SHIFT KHO_BITMAP_SIZE_LOG2
#define KEY_SHIFT (BITMAP_SHIFT + (KHO_TREE_MAX_DEPTH - 1) * TABLE_SHIFT)

static int track_init(struct lfb_kernel *kernel)
{
	kernel->kho.map_page = lfb__alloc_internal_page(kernel);
	return kernel->kho.map_page ? 0 : -ENOMEM;
}

static u64 *root_of(const struct lfb_kernel *kernel)
{
	return (u64 *)lfb__pfn_address(&kernel->memory, kernel->kho.map_page);
}

static phys_addr_t alloc_node(struct lfb_kernel *kernel)
{
	return PFN_PHYS(lfb__alloc_internal_page(kernel));
}

static void free_node(struct lfb_kernel *kernel, phys_addr_t phys)
{
	lfb__free_internal_page(kernel, (u32)PHYS_PFN(phys));
}

static u32 find_bitmap(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	phys_addr_t leaf = 0;
	int err = 0;

	if (kernel->kho.map_page)
		err = kho__radix_leaf(&kernel->memory, root_of(kernel),
				      kho__v4_key(PFN_PHYS(pfn), order), NULL, &leaf);
	return err ? 0 : (u32)PHYS_PFN(leaf);
}

static int add_bitmap(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	const struct kho_nodes internal = { kernel, alloc_node, free_node };
	phys_addr_t leaf;

	if (!kernel->kho.map_page)
		return -ENOMEM;
	return kho__radix_leaf(&kernel->memory, root_of(kernel),
			       kho__v4_key(PFN_PHYS(pfn), order), &internal, &leaf);
}

/*
 * Reading, from memory that may hold anything
 *
 * The work is bounded twice. No page may be two nodes, so there is at most one visit a page. And
 * a node stands for a range of keys, one of which at least must be that of a block in memory.
 */

struct walk {
	struct kho_reader reader;
	struct kho_met nodes;
};

/* Are there blocks of this memory among the 2^@shift keys from @key on? @where: who says so. */
static int check_keys(const struct walk *walk, phys_addr_t where, u64 key, unsigned int shift)
{
	const struct kho_reader *reader = &walk->reader;
	unsigned int order;
	phys_addr_t phys;

	/* So many that several orders are among them; from here on they are all of one order. */
	if (!key && shift > kho__order_bit(KHO_MAX_ORDER))
		return 0;
	if (!kho__v4_block(key, &phys, &order))
		return lfb__problem_of(reader->problem, KHO_RULE(MAP_ORDER), -EINVAL, where,
				       "key 0x%llx is of no order up to %u", key, KHO_MAX_ORDER);
	if (phys >= reader->view->size)
		return lfb__problem_of(
			reader->problem, KHO_RULE(MAP_BEYOND), -EINVAL, where,
			"blocks of order %u from 0x%llx on lie beyond the end of memory", order,
			phys);
	return 0;
}

/* Finds the node at @phys, a new one; @where: who says so. */
static int enter_node(struct walk *walk, phys_addr_t where, phys_addr_t phys, const u64 **node)
{
	int err;

	*node = kho__map_page(&walk->reader, phys);
	if (!*node)
		return lfb__problem_of(walk->reader.problem, KHO_RULE(MAP_PAGE), -EINVAL, where,
				       "0x%llx is no page a node of the map could be in", phys);
	err = kho__met_add(&walk->nodes, phys);
	if (err == -EEXIST)
		return lfb__problem_of(walk->reader.problem, KHO_RULE(MAP_CIRCLE), -EINVAL, where,
				       "the page at 0x%llx is a node of the map twice", phys);
	if (err)
		return lfb__problem(walk->reader.problem, err, where,
				    "no memory for a map of %zu pages", walk->nodes.count);
	return kho__read_own_page(&walk->reader, phys);
}

/* Reads the node at @phys and all below it, which is 2^@shift keys from @key on. */
static int read_node(struct walk *walk, phys_addr_t where, phys_addr_t phys, u64 key,
		     unsigned int shift)
{
	unsigned int order = 0, i;
	phys_addr_t start = 0;
	const u64 *node;
	int err;

	err = check_keys(walk, where, key, shift);
	if (!err)
		err = enter_node(walk, where, phys, &node);
	if (err)
		return err;
	if (shift == BITMAP_SHIFT) {
		kho__v4_block(key, &start, &order);
		return kho__read_bitmap(&walk->reader, node, start, order);
	}
	shift -= TABLE_SHIFT;
	for (i = kho__next_word(node, 0); !err && i < KHO_PAGE_WORDS;
	     i = kho__next_word(node, i + 1))
		err = read_node(walk, phys + i * sizeof(*node), node[i],
				key | (u64)i << shift, shift);
	return err;
}

static int read_map(const struct lfb_view *view, phys_addr_t first, kho_block_fn block,
		    kho_block_fn own_page, void *context, struct lfb_problem *problem)
{
	struct walk walk = {
		.reader = { view, block, own_page, context, problem },
	};
	int err;

	if (!first)
		return 0;
	err = read_node(&walk, first, first, 0, KEY_SHIFT);
	kho__met_forget(&walk.nodes);
	return err;
}

const struct kho_abi kho__abi_v4 = {
	.compatible = "kho-v4",
	.data_property = "preserved-data",
	.size_property = "blob-size",
	.map_is_live = true,
	.track_init = track_init,
	.find_bitmap = find_bitmap,
	.add_bitmap = add_bitmap,
	.read_map = read_map,
};
