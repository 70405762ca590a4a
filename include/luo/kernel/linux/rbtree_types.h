/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. */
#ifndef LUO_LINUX_RBTREE_TYPES_H
#define LUO_LINUX_RBTREE_TYPES_H

/** struct rb_node - a place in a tree; bit 0 of the first word: it is black. */
struct rb_node {
	unsigned long __rb_parent_color;
	struct rb_node *rb_right;
	struct rb_node *rb_left;
} __attribute__((__aligned__(sizeof(long))));

/** struct rb_root - a tree. */
struct rb_root {
	struct rb_node *rb_node;
};

/** struct rb_root_cached - a tree that knows its first node. */
struct rb_root_cached {
	struct rb_root rb_root;
	struct rb_node *rb_leftmost;
};

#define RB_ROOT (struct rb_root){ NULL }
#define RB_ROOT_CACHED (struct rb_root_cached){ { NULL }, NULL }

#endif
