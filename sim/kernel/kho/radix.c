// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Trees of keys in pages that are linked by physical address, five levels of tables above bitmaps:
 * modules' own, and what the map of kho-v4 has in common with them.
 *
 *	63    59       51 50      42 41      33 32      24 23      15 14               0
 *	| none | root    | table    | table    | table    | table    | bit of a bitmap |
 *
 * Nodes are made when a key below them is first added, and stay when the last one goes.
 */
#include <luo/kho_radix_tree.h>

#include "sim/kernel/kho/check.h"
#include "sim/kernel/kho/map.h"

#define TABLE_ENTRIES (1u << KHO_TABLE_SIZE_LOG2)
#define ROOT_SHIFT (KHO_BITMAP_SIZE_LOG2 + (KHO_TREE_MAX_DEPTH - 2) * KHO_TABLE_SIZE_LOG2)

u64 kho__v4_key(phys_addr_t phys, unsigned int order)
{
	return 1ull << kho__order_bit(order) | phys >> (PAGE_SHIFT + order);
}

bool kho__v4_block(u64 key, phys_addr_t *phys, unsigned int *order)
{
	unsigned int top = key ? 63 - (unsigned int)__builtin_clzll(key) : 0;

	if (top > kho__order_bit(0) || top < kho__order_bit(KHO_MAX_ORDER))
		return false;
	*order = kho__order_bit(0) - top;
	*phys = (key ^ 1ull << top) << (PAGE_SHIFT + *order);
	return true;
}

int kho__radix_leaf(const struct lfb_memory *memory, u64 *node, u64 key,
		    const struct kho_nodes *nodes, phys_addr_t *leaf)
{
	phys_addr_t added[KHO_TREE_MAX_DEPTH];
	unsigned int nr_added = 0;
	u64 *branch = NULL;
	int err = 0;

	for (unsigned int shift = ROOT_SHIFT; shift >= KHO_BITMAP_SIZE_LOG2;
	     shift -= KHO_TABLE_SIZE_LOG2) {
		u64 *entry = &node[(key >> shift) % TABLE_ENTRIES];

		*leaf = 0;
		if (!*entry && !nodes)
			return 0;
		if (!*entry) {
			added[nr_added] = nodes->alloc(nodes->kernel);
			if (!added[nr_added]) {
				err = -ENOMEM;
				goto undo;
			}
			*entry = added[nr_added++];
			LFB_ASSERT(nr_added < KHO_TREE_MAX_DEPTH);
			if (!branch)
				branch = entry;
		}
		*leaf = *entry;
		node = kho__page_at(memory, *leaf);
		/* Nothing was made: above what is new all was there. */
		if (!node)
			return -EINVAL;
	}
	return 0;
undo:
	if (branch)
		*branch = 0;
	while (nr_added--)
		nodes->free(nodes->kernel, added[nr_added]);
	return err;
}

/* Modules' own trees: the pages are theirs. */

static int wild(struct lfb_kernel *kernel, phys_addr_t phys)
{
	lfb__unsafe_as(kernel, LFB_FINDING_MEM_WILD_POINTER, lfb__phys_object(phys).text,
		       "a node of a radix tree is said to be at 0x%llx, where no page is", phys);
	return -EINVAL;
}

static phys_addr_t alloc_node(struct lfb_kernel *kernel)
{
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 0);

	(void)kernel;
	return page ? page_to_phys(page) : 0;
}

static void free_node(struct lfb_kernel *kernel, phys_addr_t phys)
{
	(void)kernel;
	__free_pages(phys_to_page(phys), 0);
}

static int find_leaf(struct lfb_kernel *kernel, const struct kho_radix_tree *tree, u64 key,
		     bool make, u64 **leaf)
{
	const struct kho_nodes nodes = { kernel, alloc_node, free_node };
	phys_addr_t phys;
	int err = kho__radix_leaf(&kernel->memory, tree->root->table, key, make ? &nodes : NULL,
				  &phys);

	if (err == -EINVAL)
		wild(kernel, phys);
	*leaf = !err && phys ? kho__page_at(&kernel->memory, phys) : NULL;
	return err;
}

/* The kernel, when there is one and @tree has a root; else *@err says what is wrong. */
static struct lfb_kernel *enter(const char *where, const struct kho_radix_tree *tree, int *err)
{
	struct lfb_kernel *kernel = kho__called(where);

	*err = kernel ? 0 : -EOPNOTSUPP;
	if (kernel && !tree->root) {
		lfb_warn(where, "the tree has no root");
		*err = -EINVAL;
	}
	return *err ? NULL : kernel;
}

LFB_ENTRY int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root)
{
	struct lfb_kernel *kernel = kho__called(__func__);
	phys_addr_t phys;

	if (!kernel)
		return -EOPNOTSUPP;
	if (!root) {
		phys = alloc_node(kernel);
		if (!phys)
			return -ENOMEM;
		root = phys_to_virt(phys);
	}
	tree->root = root;
	mutex_init(&tree->lock);
	return 0;
}

static bool is_key(LFB_ULONG64 key)
{
	return !((u64)key >> KHO_RADIX_KEY_WIDTH);
}

LFB_ENTRY int kho_radix_add_key(struct kho_radix_tree *tree, LFB_ULONG64 key)
{
	struct lfb_kernel *kernel;
	u64 *leaf;
	int err;

	kernel = enter(__func__, tree, &err);
	if (!kernel)
		return err;
	if (!is_key(key))
		return -ERANGE;
	might_sleep();
	mutex_lock(&tree->lock);
	err = find_leaf(kernel, tree, key, true, &leaf);
	if (!err)
		leaf[key % KHO_BITMAP_BITS / 64] |= 1ull << key % 64;
	mutex_unlock(&tree->lock);
	return err;
}

LFB_ENTRY void kho_radix_del_key(struct kho_radix_tree *tree, LFB_ULONG64 key)
{
	struct lfb_kernel *kernel;
	u64 *leaf;
	int err;

	kernel = enter(__func__, tree, &err);
	if (!kernel || !is_key(key))
		return;
	might_sleep();
	mutex_lock(&tree->lock);
	err = find_leaf(kernel, tree, key, false, &leaf);
	if (leaf)
		leaf[key % KHO_BITMAP_BITS / 64] &= ~(1ull << key % 64);
	else if (!err)
		lfb_warn(__func__, "key 0x%llx was never added, nor any near it", (u64)key);
	mutex_unlock(&tree->lock);
}

/*
 * Walks, of a tree that may be anything: first without a word to anybody, to see that no page is
 * in it twice, so that there is an end. A callback may be the end of the kernel: nothing of the
 * host's is held then.
 */

struct walk {
	struct lfb_kernel *kernel;
	const struct kho_radix_walk_cb *cb;
	void *data;
	struct kho_met *met;	/* nodes, while it is only looked at; NULL: it was … */
	size_t nodes;		/* … and so many there are to come */
	bool frees;
};

static int walk_leaf(const struct walk *walk, const u64 *bitmap, LFB_ULONG64 key)
{
	int err = 0;

	for (unsigned int word = kho__next_word(bitmap, 0); !err && word < KHO_PAGE_WORDS;
	     word = kho__next_word(bitmap, word + 1)) {
		for (unsigned int bit = 0; !err && bit < 64; bit++) {
			if (bitmap[word] >> bit & 1)
				err = walk->cb->leaf(key | (word * 64 + bit), walk->data);
		}
	}
	return err;
}

static int look_at(struct walk *walk, phys_addr_t phys)
{
	int err = kho__met_add(walk->met, phys);

	if (err == -EEXIST) {
		lfb__unsafe_as(walk->kernel, LFB_FINDING_MEM_WILD_POINTER,
			       lfb__phys_object(phys).text,
			       "the page at 0x%llx is in a radix tree twice", phys);
		return -EINVAL;
	}
	if (err || !walk->frees ||
	    (lfb__is_memory(&walk->kernel->memory, phys) &&
	     kho__is_live_block(walk->kernel, PHYS_PFN(phys))))
		return err;
	/* It is not allocated as nodes are: freeing it tells. */
	free_node(walk->kernel, phys);
	return -EINVAL;
}

static int come_to(struct walk *walk, phys_addr_t phys)
{
	if (!walk->nodes--) {
		lfb__unsafe_as(walk->kernel, LFB_FINDING_MEM_WILD_POINTER,
			       lfb__phys_object(phys).text,
			       "a radix tree was changed while it was walked");
		return -EINVAL;
	}
	return walk->cb->node ? walk->cb->node(phys, walk->data) : 0;
}

/* The page @node, which is at @phys, and all below it, 2^@shift keys from @key on. */
static int walk_node(struct walk *walk, const u64 *node, phys_addr_t phys, LFB_ULONG64 key,
		     unsigned int shift)
{
	const bool is_leaf = shift == KHO_BITMAP_SIZE_LOG2;
	const unsigned int below = shift - KHO_TABLE_SIZE_LOG2;
	int err = walk->met ? look_at(walk, phys) : come_to(walk, phys);

	if (!err && is_leaf && !walk->met && walk->cb->leaf)
		err = walk_leaf(walk, node, key);
	for (unsigned int i = 0; !err && !is_leaf && i < TABLE_ENTRIES; i++) {
		const u64 *next = node[i] ? kho__page_at(&walk->kernel->memory, node[i]) : NULL;

		if (next)
			err = walk_node(walk, next, node[i], key | (LFB_ULONG64)i << below,
					below);
		else if (node[i])
			err = wild(walk->kernel, node[i]);
	}
	if (!err && !walk->met && walk->frees)
		free_node(walk->kernel, phys);
	return err;
}

static int walk_root(struct walk *walk, const struct kho_radix_tree *tree)
{
	return walk_node(walk, tree->root->table, virt_to_phys(tree->root), 0,
			 ROOT_SHIFT + KHO_TABLE_SIZE_LOG2);
}

static int walk_all(struct walk *walk, const struct kho_radix_tree *tree)
{
	struct kho_met met = { .count = 0 };
	int err;

	walk->met = &met;
	err = walk_root(walk, tree);
	walk->met = NULL;
	walk->nodes = met.count;
	kho__met_forget(&met);
	return err ? err : walk_root(walk, tree);
}

LFB_ENTRY int kho_radix_walk_tree(struct kho_radix_tree *tree, const struct kho_radix_walk_cb *cb,
				  void *data)
{
	struct walk walk = { .cb = cb, .data = data };
	int err;

	walk.kernel = enter(__func__, tree, &err);
	if (!walk.kernel)
		return err;
	mutex_lock(&tree->lock);
	err = walk_all(&walk, tree);
	mutex_unlock(&tree->lock);
	return err;
}

LFB_ENTRY void kho_radix_destroy_tree(struct kho_radix_tree *tree)
{
	static const struct kho_radix_walk_cb nobody;
	struct walk walk = { .kernel = kho__called(__func__), .cb = &nobody, .frees = true };

	if (!walk.kernel || !tree->root)
		return;
	walk_all(&walk, tree);
	tree->root = NULL;
}

/* The spelling of linux-7.2 */

LFB_ENTRY int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order)
{
	if (order >= 64 - PAGE_SHIFT)
		return -ERANGE;
	return kho_radix_add_key(tree, kho__v4_key(PFN_PHYS(pfn), order));
}

LFB_ENTRY void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn,
				  unsigned int order)
{
	if (order < 64 - PAGE_SHIFT)
		kho_radix_del_key(tree, kho__v4_key(PFN_PHYS(pfn), order));
}

static int tell_page(LFB_ULONG64 key, void *cb)
{
	const kho_radix_tree_walk_callback_t *tell = cb;
	const unsigned int top = key ? 63 - (unsigned int)__builtin_clzll(key) : 0;
	const unsigned int shift = 64 - top;

	/* What no order has is told as a kernel would: the numbers come out as they may. */
	return (*tell)(shift < 64 ? (phys_addr_t)key << shift : 0, shift - PAGE_SHIFT);
}

LFB_ENTRY int kho_radix_walk_pages(struct kho_radix_tree *tree, kho_radix_tree_walk_callback_t cb)
{
	static const struct kho_radix_walk_cb pages = { .leaf = tell_page };

	return kho_radix_walk_tree(tree, &pages, &cb);
}
