/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A set of numbers in pages that are linked by physical address. Mirrors linux/kho_radix_tree.h
 * and what linux/kho/abi/kexec_handover.h says of it (docs/facts.md 8.4). It is what the map of
 * preserved memory is made of, and modules may have trees of their own.
 *
 * Nothing of a tree is preserved by itself: the "node" callback of a walk is told each page of it,
 * to be preserved in the one kernel and restored in the other. The root is handed over by its
 * physical address.
 *
 * linux-7.3 has keys, linux-7.2 pages: kho_radix_add_page(), kho_radix_del_page(), and a walk that
 * takes two arguments. For its spelling say "#define LFB_KHO_RADIX_PAGES" before the headers.
 *
 * Context, for all functions here: any phase in which a kernel runs, with nothing held that must
 * not sleep; those that look at a tree take its lock. On a thread that has entered no machine, and
 * with KHO off, they do nothing and return -EOPNOTSUPP.
 *
 * An address in a tree that is no page of memory, and a page that is in it twice, are a finding:
 * a kernel would follow them. The answer is -EINVAL then, before a callback is told of any page or
 * a page is freed.
 */
#ifndef LUO_KHO_RADIX_TREE_H
#define LUO_KHO_RADIX_TREE_H

#include <luo/lock.h>
#include <luo/types.h>

/**
 * enum kho_radix_consts - the shape of a tree
 * @KHO_RADIX_KEY_WIDTH: bits of a key: a page's number, and one that tells its order
 * @KHO_TABLE_SIZE_LOG2: bits of a key that a table is for
 * @KHO_BITMAP_SIZE_LOG2: bits of a key that a bitmap is for
 * @KHO_TREE_MAX_DEPTH: levels, that of the bitmaps among them
 */
enum kho_radix_consts {
	KHO_RADIX_KEY_WIDTH = 53,
	KHO_TABLE_SIZE_LOG2 = 9,
	KHO_BITMAP_SIZE_LOG2 = 15,
	KHO_TREE_MAX_DEPTH = 6,
};

/**
 * struct kho_radix_node - a page of the upper levels
 * @table: physical addresses of the pages below, 0: there is none
 */
struct kho_radix_node {
	u64 table[1 << KHO_TABLE_SIZE_LOG2];
};

/**
 * struct kho_radix_leaf - a page of the lowest level
 * @bitmap: a bit a key
 */
struct kho_radix_leaf {
	LFB_ULONG64 bitmap[(1 << KHO_BITMAP_SIZE_LOG2) / 64];
};

/**
 * struct kho_radix_tree - a tree
 * @root: the highest page, NULL: it was destroyed or never made
 * @lock: protects it
 */
struct kho_radix_tree {
	struct kho_radix_node *root;
	struct mutex lock;
};

/**
 * struct kho_radix_walk_cb - who is told on a walk; both may be NULL
 * @leaf: called for each key, the lowest first
 * @node: called for each page of the tree, before what is below it
 *
 * What is not 0 ends the walk, and is what it returns. The lock of the tree is held; one that adds
 * pages to it all the same is a finding, and -EINVAL.
 */
struct kho_radix_walk_cb {
	int (*leaf)(LFB_ULONG64 key, void *data);
	int (*node)(phys_addr_t phys, void *data);
};

/**
 * kho_radix_init_tree() - make a tree usable (linux-7.3)
 * @tree: the tree
 * @root: its root as it was handed over; NULL: a new one, a fault point of kind LFB_FAULT_ALLOC
 *
 * Context: may sleep, for it allocates. Takes no lock, runs no callback.
 * Return: 0, -ENOMEM, -EOPNOTSUPP.
 */
LFB_API int kho_radix_init_tree(struct kho_radix_tree *tree, struct kho_radix_node *root);

/**
 * kho_radix_destroy_tree() - free all pages of a tree (linux-7.3)
 * @tree: the tree; it has no root then, and one without is left alone
 *
 * Context: any phase. Takes no lock, runs no callback.
 */
LFB_API void kho_radix_destroy_tree(struct kho_radix_tree *tree);

/**
 * kho_radix_add_key() - put a number into the set (linux-7.3)
 * @tree: the tree
 * @key: the number
 *
 * A fault point of kind LFB_FAULT_ALLOC for each page that is missing.
 * Context: may sleep. Takes the tree's lock, runs no callback.
 * Return: 0, also when it is there already; -EINVAL with a WARN without a root, -ERANGE for a key
 * wider than 53 bits, -ENOMEM with nothing left behind, -EOPNOTSUPP.
 */
LFB_API int kho_radix_add_key(struct kho_radix_tree *tree, LFB_ULONG64 key);

/**
 * kho_radix_del_key() - take a number out of the set (linux-7.3)
 * @tree: the tree; without a root a WARN
 * @key: the number; a WARN where there is not even a bitmap for it, silent where only its bit is
 *	not set, or where it is wider than 53 bits
 *
 * Pages stay, also when nothing is in them any more.
 * Context: may sleep. Takes the tree's lock, runs no callback.
 */
LFB_API void kho_radix_del_key(struct kho_radix_tree *tree, LFB_ULONG64 key);

/**
 * kho_radix_walk_tree() - tell of all there is (linux-7.3)
 * @tree: the tree
 * @cb: whom
 * @data: for them
 *
 * Context: may sleep. Runs the callbacks of @cb with the tree's lock held.
 * Return: 0, what a callback returned, -EINVAL with a WARN without a root, -EOPNOTSUPP; -ENOMEM
 * the host has none for a tree of so many pages.
 */
LFB_API int kho_radix_walk_tree(struct kho_radix_tree *tree, const struct kho_radix_walk_cb *cb,
				void *data);

/** kho_radix_tree_walk_callback_t - who is told of each block on a walk of linux-7.2 */
typedef int (*kho_radix_tree_walk_callback_t)(phys_addr_t phys, unsigned int order);

/**
 * kho_radix_add_page() - kho_radix_add_key() of a block (linux-7.2)
 * @tree: the tree
 * @pfn: its first page
 * @order: it is 2^@order pages long
 *
 * Context: as kho_radix_add_key().
 * Return: as kho_radix_add_key(); -ERANGE no address has such a block.
 */
LFB_API int kho_radix_add_page(struct kho_radix_tree *tree, unsigned long pfn, unsigned int order);

/**
 * kho_radix_del_page() - kho_radix_del_key() of a block (linux-7.2)
 * @tree: the tree
 * @pfn: its first page
 * @order: it is 2^@order pages long
 *
 * Context: as kho_radix_del_key().
 */
LFB_API void kho_radix_del_page(struct kho_radix_tree *tree, unsigned long pfn,
				unsigned int order);

/**
 * kho_radix_walk_pages() - kho_radix_walk_tree() of linux-7.2
 * @tree: the tree
 * @cb: called for each block
 *
 * Context: may sleep. Runs @cb with the tree's lock held.
 * Return: as kho_radix_walk_tree().
 */
LFB_API int kho_radix_walk_pages(struct kho_radix_tree *tree, kho_radix_tree_walk_callback_t cb);

#ifdef LFB_KHO_RADIX_PAGES
#define kho_radix_walk_tree(tree, cb) kho_radix_walk_pages(tree, cb)
#endif

#endif
