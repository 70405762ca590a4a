// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The preserved-memory map of kho-v4 (docs/facts.md 8.4): a radix tree of pages that are linked by
 * physical address, five levels of tables above bitmaps. Blocks are marked in the tree itself, so
 * it is always what the next kernel should read.
 *
 * A key is the number of a block among those of its order, below one bit that tells the order. So
 * the blocks of an order are neighbours, and the largest ones come first.
 *
 *	63    59       51 50      42 41      33 32      24 23      15 14               0
 *	| none | root    | table    | table    | table    | table    | bit of a bitmap |
 *
 * Nodes are made when a block below them is first marked. Like those of the kernel they stay when
 * the last block goes.
 */
#include <stdlib.h>

#include "sim/kernel/kho/map.h"

#define TABLE_ENTRIES (PAGE_SIZE / sizeof(u64))
#define TABLE_SHIFT 9
#define BITMAP_SHIFT 15			/* of a key: bits that are below the tables */
#define ROOT_SHIFT 51
#define KEY_SHIFT (ROOT_SHIFT + TABLE_SHIFT)
#define LEVELS 6

/* The bit of a key that tells its order. */
static inline unsigned int order_bit(unsigned int order)
{
	return 64 - (PAGE_SHIFT + order);
}

u64 kho__v4_key(phys_addr_t phys, unsigned int order)
{
	return 1ull << order_bit(order) | phys >> (PAGE_SHIFT + order);
}

bool kho__v4_block(u64 key, phys_addr_t *phys, unsigned int *order)
{
	unsigned int top = key ? 63 - (unsigned int)__builtin_clzll(key) : 0;

	if (top > order_bit(0) || top < order_bit(MAX_PAGE_ORDER))
		return false;
	*order = order_bit(0) - top;
	*phys = (key ^ 1ull << top) << (PAGE_SHIFT + *order);
	return true;
}

static u64 *entry_of(const struct lfb_kernel *kernel, phys_addr_t table, u64 key,
		     unsigned int shift)
{
	return (u64 *)(kernel->memory.base + table) + (key >> shift) % TABLE_ENTRIES;
}

static int track_init(struct lfb_kernel *kernel)
{
	kernel->kho.map_page = lfb__alloc_internal_page(kernel);
	return kernel->kho.map_page ? 0 : -ENOMEM;
}

static u32 find_bitmap(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	u64 key = kho__v4_key(PFN_PHYS(pfn), order);
	phys_addr_t node = PFN_PHYS(kernel->kho.map_page);
	unsigned int shift;

	for (shift = ROOT_SHIFT; node && shift >= BITMAP_SHIFT; shift -= TABLE_SHIFT)
		node = *entry_of(kernel, node, key, shift);
	return (u32)PHYS_PFN(node);
}

static int add_bitmap(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	u64 key = kho__v4_key(PFN_PHYS(pfn), order);
	phys_addr_t node = PFN_PHYS(kernel->kho.map_page);
	u32 added[LEVELS];
	unsigned int nr_added = 0, shift;
	u64 *branch = NULL;

	if (!node)
		return -ENOMEM;
	for (shift = ROOT_SHIFT; shift >= BITMAP_SHIFT; shift -= TABLE_SHIFT) {
		u64 *entry = entry_of(kernel, node, key, shift);

		if (!*entry) {
			added[nr_added] = lfb__alloc_internal_page(kernel);
			if (!added[nr_added])
				goto undo;
			LFB_ASSERT(nr_added < LEVELS);
			*entry = PFN_PHYS(added[nr_added++]);
			if (!branch)
				branch = entry;
		}
		node = *entry;
	}
	return 0;
undo:
	if (branch)
		*branch = 0;
	while (nr_added--)
		lfb__free_internal_page(kernel, added[nr_added]);
	return -ENOMEM;
}

/* The addresses of nodes met so far: a hash table with open addressing, at most half full */

#define FIRST_SLOTS 64

struct nodes {
	u64 *slots;		/* 0: free */
	size_t nr_slots;	/* a power of two */
	size_t count;
	u64 first[FIRST_SLOTS];
};

static void nodes_destroy(struct nodes *nodes)
{
	if (nodes->slots != nodes->first)
		free(nodes->slots);
}

/* The slot of @phys, or the free one where it belongs. */
static u64 *slot_of(u64 *slots, size_t nr_slots, phys_addr_t phys)
{
	size_t i = PHYS_PFN(phys) * 0x9e3779b97f4a7c15ull >> 32;

	for (i %= nr_slots; slots[i] && slots[i] != phys; i = (i + 1) % nr_slots)
		;
	return &slots[i];
}

static int grow(struct nodes *nodes)
{
	size_t nr_slots = nodes->nr_slots * 2;
	u64 *slots = calloc(nr_slots, sizeof(*slots));

	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < nodes->nr_slots; i++) {
		if (nodes->slots[i])
			*slot_of(slots, nr_slots, nodes->slots[i]) = nodes->slots[i];
	}
	nodes_destroy(nodes);
	nodes->slots = slots;
	nodes->nr_slots = nr_slots;
	return 0;
}

/* 0, -EEXIST when it was added before, -ENOMEM. */
static int nodes_add(struct nodes *nodes, phys_addr_t phys)
{
	u64 *slot = slot_of(nodes->slots, nodes->nr_slots, phys);

	if (*slot)
		return -EEXIST;
	*slot = phys;
	LFB_ASSERT(nodes->count < nodes->nr_slots / 2 + 1);
	return ++nodes->count > nodes->nr_slots / 2 ? grow(nodes) : 0;
}

/*
 * Reading, from memory that may hold anything
 *
 * The work is bounded twice. No page may be two nodes, so there is at most one visit a page. And
 * a node stands for a range of keys, one of which at least must be that of a block in memory.
 */

struct walk {
	struct kho_reader reader;
	struct nodes nodes;
};

/* Are there blocks of this memory among the 2^@shift keys from @key on? @where: who says so. */
static int check_keys(const struct walk *walk, phys_addr_t where, u64 key, unsigned int shift)
{
	const struct kho_reader *reader = &walk->reader;
	unsigned int order;
	phys_addr_t phys;

	/* So many that several orders are among them; from here on they are all of one order. */
	if (!key && shift > order_bit(MAX_PAGE_ORDER))
		return 0;
	if (!kho__v4_block(key, &phys, &order))
		return lfb__problem(reader->problem, -EINVAL, where,
				    "key 0x%llx is of no order up to %u", key, MAX_PAGE_ORDER);
	if (phys >= reader->view->size)
		return lfb__problem(
			reader->problem, -EINVAL, where,
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
		return lfb__problem(walk->reader.problem, -EINVAL, where,
				    "0x%llx is no page a node of the map could be in", phys);
	err = nodes_add(&walk->nodes, phys);
	if (err == -EEXIST)
		return lfb__problem(walk->reader.problem, -EINVAL, where,
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
	for (i = kho__next_word(node, 0); !err && i < TABLE_ENTRIES;
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
		.nodes = { .slots = walk.nodes.first, .nr_slots = FIRST_SLOTS },
	};
	int err;

	if (!first)
		return 0;
	err = read_node(&walk, first, first, 0, KEY_SHIFT);
	nodes_destroy(&walk.nodes);
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
