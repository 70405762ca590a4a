/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the end of linux/rbtree.h, which includes it. No such name on a kernel. */
#ifndef LUO_LINUX_RBTREE_CACHED_H
#define LUO_LINUX_RBTREE_CACHED_H

#include <luo/kernel/linux/rbtree.h>

#define rb_first_cached(root) ((root)->rb_leftmost)

static inline void rb_insert_color_cached(struct rb_node *node, struct rb_root_cached *root,
					  bool leftmost)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_color(node, &root->rb_root);
}

/** rb_erase_cached() - Return: the first node now, if @node was it. */
static inline struct rb_node *rb_erase_cached(struct rb_node *node, struct rb_root_cached *root)
{
	struct rb_node *leftmost = NULL;

	if (root->rb_leftmost == node)
		leftmost = root->rb_leftmost = rb_next(node);
	rb_erase(node, &root->rb_root);
	return leftmost;
}

static inline void rb_replace_node_cached(struct rb_node *old, struct rb_node *with,
					  struct rb_root_cached *root)
{
	if (root->rb_leftmost == old)
		root->rb_leftmost = with;
	rb_replace_node(old, with, &root->rb_root);
}

/** rb_add() - @node by its order; @less: is the first before the second? */
static inline void rb_add(struct rb_node *node, struct rb_root *root,
			  bool (*less)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = less(node, parent) ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, root);
}

/** rb_add_cached() - Return: @node if it is the first. */
static inline struct rb_node *rb_add_cached(struct rb_node *node, struct rb_root_cached *root,
					    bool (*less)(struct rb_node *, const struct rb_node *))
{
	const bool first = !root->rb_leftmost || less(node, root->rb_leftmost);

	rb_add(node, &root->rb_root, less);
	if (first)
		root->rb_leftmost = node;
	return first ? node : NULL;
}

/** rb_find_add() - Return: one that is equal to @node, which is not added then; NULL. */
static inline struct rb_node *rb_find_add(struct rb_node *node, struct rb_root *root,
					  int (*cmp)(struct rb_node *, const struct rb_node *))
{
	struct rb_node **link = &root->rb_node, *parent = NULL;

	while (*link) {
		int order;

		parent = *link;
		order = cmp(node, parent);
		if (!order)
			return parent;
		link = order < 0 ? &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(node, parent, link);
	rb_insert_color(node, root);
	return NULL;
}

/** rb_find() - Return: a node of @key, NULL. */
static inline struct rb_node *rb_find(const void *key, const struct rb_root *root,
				      int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->rb_node;

	while (node) {
		const int order = cmp(key, node);

		if (!order)
			return node;
		node = order < 0 ? node->rb_left : node->rb_right;
	}
	return NULL;
}

/** rb_find_first() - the first of those. */
static inline struct rb_node *rb_find_first(const void *key, const struct rb_root *root,
					    int (*cmp)(const void *key, const struct rb_node *))
{
	struct rb_node *node = root->rb_node, *found = NULL;

	while (node) {
		const int order = cmp(key, node);

		if (!order)
			found = node;
		node = order <= 0 ? node->rb_left : node->rb_right;
	}
	return found;
}

static inline struct rb_node *lfb_rb_next_match(const void *key, struct rb_node *node,
						int (*cmp)(const void *key, const struct rb_node *))
{
	node = rb_next(node);
	return node && !cmp(key, node) ? node : NULL;
}

#define rb_next_match(key, node, cmp) lfb_rb_next_match(key, node, cmp)
#define rb_for_each(node, key, root, cmp)                                                          \
	for ((node) = rb_find_first((key), (root), (cmp)); (node);                                 \
	     (node) = rb_next_match((key), (node), (cmp)))

#endif
