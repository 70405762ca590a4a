/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the search is the caller's, the balance is kept here. */
#ifndef LUO_LINUX_RBTREE_H
#define LUO_LINUX_RBTREE_H

#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/rbtree_types.h>
#include <luo/kernel/linux/rcupdate.h>
#include <luo/kernel/linux/types.h>

#define rb_entry(ptr, type, member) container_of(ptr, type, member)
#define rb_entry_safe(ptr, type, member)                                                           \
	__extension__({                                                                            \
		__typeof__(ptr) lfb_node_ = (ptr);                                                 \
		lfb_node_ ? rb_entry(lfb_node_, type, member) : NULL;                              \
	})
#define rb_parent(node) ((struct rb_node *)((node)->__rb_parent_color & ~3ul))
#define RB_EMPTY_ROOT(root) (READ_ONCE((root)->rb_node) == NULL)
#define RB_EMPTY_NODE(node) ((node)->__rb_parent_color == (unsigned long)(node))
#define RB_CLEAR_NODE(node) ((node)->__rb_parent_color = (unsigned long)(node))

#define LFB_RB_RED 0ul
#define LFB_RB_BLACK 1ul
#define rb_is_red(node) (!((node)->__rb_parent_color & 1))
#define rb_is_black(node) ((node)->__rb_parent_color & 1)

/** struct rb_augment_callbacks - how what nodes know of those below them is kept right. */
struct rb_augment_callbacks {
	void (*propagate)(struct rb_node *node, struct rb_node *stop);
	void (*copy)(struct rb_node *old, struct rb_node *with);
	void (*rotate)(struct rb_node *old, struct rb_node *with);
};

static inline void lfb_rb_nobody(struct rb_node *node, struct rb_node *other)
{
	(void)node;
	(void)other;
}

static const struct rb_augment_callbacks lfb_rb_plain __maybe_unused = {
	lfb_rb_nobody, lfb_rb_nobody, lfb_rb_nobody
};

static inline void lfb_rb_set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->__rb_parent_color = (unsigned long)parent | (node->__rb_parent_color & 1);
}

static inline void lfb_rb_set_color(struct rb_node *node, unsigned long color)
{
	node->__rb_parent_color = (node->__rb_parent_color & ~1ul) | color;
}

static inline bool lfb_rb_black(const struct rb_node *node)
{
	return !node || rb_is_black(node);
}

/* @with stands where @old did, below @parent. */
static inline void lfb_rb_put(struct rb_root *root, struct rb_node *parent, struct rb_node *old,
			      struct rb_node *with)
{
	if (!parent)
		WRITE_ONCE(root->rb_node, with);
	else if (parent->rb_left == old)
		WRITE_ONCE(parent->rb_left, with);
	else
		WRITE_ONCE(parent->rb_right, with);
}

/* The child on the other side comes up, @node goes down to the side @left. */
static inline void lfb_rb_rotate(struct rb_root *root, struct rb_node *node, bool left,
				 const struct rb_augment_callbacks *augment)
{
	struct rb_node *up = left ? node->rb_right : node->rb_left;
	struct rb_node *inner = left ? up->rb_left : up->rb_right;
	struct rb_node *parent = rb_parent(node);

	if (left) {
		WRITE_ONCE(node->rb_right, inner);
		WRITE_ONCE(up->rb_left, node);
	} else {
		WRITE_ONCE(node->rb_left, inner);
		WRITE_ONCE(up->rb_right, node);
	}
	if (inner)
		lfb_rb_set_parent(inner, node);
	lfb_rb_set_parent(up, parent);
	lfb_rb_put(root, parent, node, up);
	lfb_rb_set_parent(node, up);
	augment->rotate(node, up);
}

/** rb_link_node() - @node comes to where @link is, below @parent; rb_insert_color() is next. */
static inline void rb_link_node(struct rb_node *node, struct rb_node *parent, struct rb_node **link)
{
	node->__rb_parent_color = (unsigned long)parent | LFB_RB_RED;
	node->rb_left = NULL;
	node->rb_right = NULL;
	WRITE_ONCE(*link, node);
}

#define rb_link_node_rcu(node, parent, link) rb_link_node(node, parent, link)

static inline void lfb_rb_insert(struct rb_node *node, struct rb_root *root,
				 const struct rb_augment_callbacks *augment)
{
	struct rb_node *parent;

	/* A red node has no red parent: what is too much goes up, or is turned away. */
	while ((parent = rb_parent(node)) && rb_is_red(parent)) {
		struct rb_node *grand = rb_parent(parent);
		const bool left = parent == grand->rb_left;
		struct rb_node *uncle = left ? grand->rb_right : grand->rb_left;

		if (!lfb_rb_black(uncle)) {
			lfb_rb_set_color(parent, LFB_RB_BLACK);
			lfb_rb_set_color(uncle, LFB_RB_BLACK);
			lfb_rb_set_color(grand, LFB_RB_RED);
			node = grand;
			continue;
		}
		if (node == (left ? parent->rb_right : parent->rb_left)) {
			lfb_rb_rotate(root, parent, left, augment);
			node = parent;
			parent = rb_parent(node);
		}
		lfb_rb_set_color(parent, LFB_RB_BLACK);
		lfb_rb_set_color(grand, LFB_RB_RED);
		lfb_rb_rotate(root, grand, !left, augment);
	}
	lfb_rb_set_color(root->rb_node, LFB_RB_BLACK);
}

/** rb_insert_color() - the tree with @node, which was linked, is balanced again. */
static inline void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	lfb_rb_insert(node, root, &lfb_rb_plain);
}

/* Below @parent, where @node is, a black one is missing. */
static inline void lfb_rb_mend(struct rb_root *root, struct rb_node *node, struct rb_node *parent,
			       const struct rb_augment_callbacks *augment)
{
	while (parent && lfb_rb_black(node)) {
		const bool left = node == parent->rb_left;
		struct rb_node *other = left ? parent->rb_right : parent->rb_left;
		struct rb_node *outer, *inner;

		if (rb_is_red(other)) {
			lfb_rb_set_color(other, LFB_RB_BLACK);
			lfb_rb_set_color(parent, LFB_RB_RED);
			lfb_rb_rotate(root, parent, left, augment);
			other = left ? parent->rb_right : parent->rb_left;
		}
		outer = left ? other->rb_right : other->rb_left;
		inner = left ? other->rb_left : other->rb_right;
		if (lfb_rb_black(outer) && lfb_rb_black(inner)) {
			lfb_rb_set_color(other, LFB_RB_RED);
			node = parent;
			parent = rb_parent(node);
			continue;
		}
		if (lfb_rb_black(outer)) {
			lfb_rb_set_color(inner, LFB_RB_BLACK);
			lfb_rb_set_color(other, LFB_RB_RED);
			lfb_rb_rotate(root, other, !left, augment);
			outer = other;
			other = inner;
		}
		lfb_rb_set_color(other, rb_is_black(parent) ? LFB_RB_BLACK : LFB_RB_RED);
		lfb_rb_set_color(parent, LFB_RB_BLACK);
		lfb_rb_set_color(outer, LFB_RB_BLACK);
		lfb_rb_rotate(root, parent, left, augment);
		node = root->rb_node;
		parent = NULL;
	}
	if (node)
		lfb_rb_set_color(node, LFB_RB_BLACK);
}

static inline void lfb_rb_erase(struct rb_node *node, struct rb_root *root,
				const struct rb_augment_callbacks *augment)
{
	struct rb_node *child, *parent, *next = node;
	bool black;

	if (node->rb_left && node->rb_right) {
		/* The one that follows takes its place and color, and is missing where it was. */
		for (next = node->rb_right; next->rb_left;)
			next = next->rb_left;
		child = next->rb_right;
		parent = rb_parent(next);
		black = rb_is_black(next);
		if (parent == node) {
			parent = next;
		} else {
			WRITE_ONCE(parent->rb_left, child);
			if (child)
				lfb_rb_set_parent(child, parent);
			WRITE_ONCE(next->rb_right, node->rb_right);
			lfb_rb_set_parent(next->rb_right, next);
		}
		WRITE_ONCE(next->rb_left, node->rb_left);
		lfb_rb_set_parent(next->rb_left, next);
		lfb_rb_put(root, rb_parent(node), node, next);
		next->__rb_parent_color = node->__rb_parent_color;
		augment->copy(node, next);
		if (parent != next)
			augment->propagate(parent, next);
		augment->propagate(next, NULL);
	} else {
		child = node->rb_left ? node->rb_left : node->rb_right;
		parent = rb_parent(node);
		black = rb_is_black(node);
		lfb_rb_put(root, parent, node, child);
		if (child)
			lfb_rb_set_parent(child, parent);
		augment->propagate(parent, NULL);
	}
	if (black)
		lfb_rb_mend(root, child, parent, augment);
}

/** rb_erase() - take @node out. */
static inline void rb_erase(struct rb_node *node, struct rb_root *root)
{
	lfb_rb_erase(node, root, &lfb_rb_plain);
}

/* The outermost node on one side, the next one to it. */
static inline struct rb_node *lfb_rb_end(struct rb_node *node, bool left)
{
	while (node && (left ? node->rb_left : node->rb_right))
		node = left ? node->rb_left : node->rb_right;
	return node;
}

static inline struct rb_node *lfb_rb_step(const struct rb_node *node, bool forward)
{
	struct rb_node *parent;

	if (RB_EMPTY_NODE(node))
		return NULL;
	if (forward ? node->rb_right : node->rb_left)
		return lfb_rb_end(forward ? node->rb_right : node->rb_left, forward);
	while ((parent = rb_parent(node)) &&
	       node == (forward ? parent->rb_right : parent->rb_left))
		node = parent;
	return parent;
}

static inline struct rb_node *rb_first(const struct rb_root *root)
{
	return lfb_rb_end(root->rb_node, true);
}

static inline struct rb_node *rb_last(const struct rb_root *root)
{
	return lfb_rb_end(root->rb_node, false);
}

static inline struct rb_node *rb_next(const struct rb_node *node)
{
	return lfb_rb_step(node, true);
}

static inline struct rb_node *rb_prev(const struct rb_node *node)
{
	return lfb_rb_step(node, false);
}

/** rb_replace_node() - @with takes the place of @old, to which it compares as equal. */
static inline void rb_replace_node(struct rb_node *old, struct rb_node *with, struct rb_root *root)
{
	*with = *old;
	if (with->rb_left)
		lfb_rb_set_parent(with->rb_left, with);
	if (with->rb_right)
		lfb_rb_set_parent(with->rb_right, with);
	lfb_rb_put(root, rb_parent(old), old, with);
}

/* Down to a node below which nothing is, to the left where that can be. */
static inline struct rb_node *lfb_rb_deepest(struct rb_node *node)
{
	while (node && (node->rb_left || node->rb_right))
		node = node->rb_left ? node->rb_left : node->rb_right;
	return node;
}

/** rb_first_postorder() - the first of an order in which nodes come after those below them. */
static inline struct rb_node *rb_first_postorder(const struct rb_root *root)
{
	return lfb_rb_deepest(root->rb_node);
}

static inline struct rb_node *rb_next_postorder(const struct rb_node *node)
{
	struct rb_node *parent = node ? rb_parent(node) : NULL;

	if (parent && node == parent->rb_left && parent->rb_right)
		return lfb_rb_deepest(parent->rb_right);
	return parent;
}

#define rbtree_postorder_for_each_entry_safe(pos, n, root, field)                                  \
	for (pos = rb_entry_safe(rb_first_postorder(root), __typeof__(*pos), field);               \
	     pos && (n = rb_entry_safe(rb_next_postorder(&pos->field), __typeof__(*pos), field),   \
		     1);                                                                           \
	     pos = n)

#include <luo/kernel/linux/rbtree_cached.h>

#endif
