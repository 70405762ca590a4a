/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: trees whose nodes know something of all below them. */
#ifndef LUO_LINUX_RBTREE_AUGMENTED_H
#define LUO_LINUX_RBTREE_AUGMENTED_H

#include <luo/kernel/linux/rbtree.h>

#define RB_RED 0
#define RB_BLACK 1

/** rb_insert_augmented() - rb_insert_color(); what is known on the way down was changed before. */
static inline void rb_insert_augmented(struct rb_node *node, struct rb_root *root,
				       const struct rb_augment_callbacks *augment)
{
	lfb_rb_insert(node, root, augment);
}

static inline void rb_insert_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					      bool leftmost,
					      const struct rb_augment_callbacks *augment)
{
	if (leftmost)
		root->rb_leftmost = node;
	rb_insert_augmented(node, &root->rb_root, augment);
}

static inline void rb_erase_augmented(struct rb_node *node, struct rb_root *root,
				      const struct rb_augment_callbacks *augment)
{
	lfb_rb_erase(node, root, augment);
}

static inline void rb_erase_augmented_cached(struct rb_node *node, struct rb_root_cached *root,
					     const struct rb_augment_callbacks *augment)
{
	if (root->rb_leftmost == node)
		root->rb_leftmost = rb_next(node);
	rb_erase_augmented(node, &root->rb_root, augment);
}

/** RB_DECLARE_CALLBACKS() - @name: @compute says whether it changed nothing, at a node. */
#define RB_DECLARE_CALLBACKS(linkage, name, type, node, known, compute)                            \
	static inline void name##_propagate(struct rb_node *rb, struct rb_node *stop)              \
	{                                                                                          \
		while (rb != stop) {                                                               \
			type *at = rb_entry(rb, type, node);                                       \
                                                                                                   \
			if (compute(at, true))                                                     \
				break;                                                             \
			rb = rb_parent(&at->node);                                                 \
		}                                                                                  \
	}                                                                                          \
	static inline void name##_copy(struct rb_node *old, struct rb_node *with)                  \
	{                                                                                          \
		rb_entry(with, type, node)->known = rb_entry(old, type, node)->known;              \
	}                                                                                          \
	static inline void name##_rotate(struct rb_node *old, struct rb_node *with)                \
	{                                                                                          \
		name##_copy(old, with);                                                            \
		compute(rb_entry(old, type, node), false);                                         \
	}                                                                                          \
	linkage const struct rb_augment_callbacks name = {                                         \
		name##_propagate, name##_copy, name##_rotate                                       \
	};
/** RB_DECLARE_CALLBACKS_MAX() - … the largest of what @compute says of each node. */
#define RB_DECLARE_CALLBACKS_MAX(linkage, name, type, node, number, known, compute)                \
	static inline bool name##_compute_max(type *at, bool exit)                                 \
	{                                                                                          \
		number most = compute(at);                                                         \
                                                                                                   \
		if (at->node.rb_left && rb_entry(at->node.rb_left, type, node)->known > most)      \
			most = rb_entry(at->node.rb_left, type, node)->known;                      \
		if (at->node.rb_right && rb_entry(at->node.rb_right, type, node)->known > most)    \
			most = rb_entry(at->node.rb_right, type, node)->known;                     \
		if (exit && at->known == most)                                                     \
			return true;                                                               \
		at->known = most;                                                                  \
		return false;                                                                      \
	}                                                                                          \
	RB_DECLARE_CALLBACKS(linkage, name, type, node, known, name##_compute_max)

#endif
