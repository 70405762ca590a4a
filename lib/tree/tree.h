/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A kernel tree's own orchestrator, in lib/'s place: what is called of it, and what it calls. It is
 * compiled into a shared object with an adapter of ours (include/luo/tree), and all of what it
 * remembers is its own: here are the twins of what modules register, and the seams around
 * callbacks. Uses lib/luo/ and the kernel below; the machine loads images and boots them.
 */
#ifndef LIB_TREE_TREE_H
#define LIB_TREE_TREE_H

#include <luo/tree/image.h>

#include "lib/luo/luo.h"

struct luo_tree;

/* As long as the machine. NULL without memory. */
struct luo_tree *luo_tree_create(void);
void luo_tree_destroy(struct luo_tree *tree);

/*
 * early_initcall()s of a kernel whose orchestrator is @image, freshly loaded: from here on it is
 * the kernel's. Callbacks are watched. Kernel code; may panic.
 */
void luo_tree_early_init(struct luo_tree *tree, struct lfb_kernel *kernel,
			 const struct lfb_tree_image *image, bool on);
/* What the callbacks' contracts are of. Before luo_tree_early_init(). */
void luo_tree_is_watched(struct luo_tree *tree, const struct luo_profile *profile, u64 quirks,
			 const struct luo_watch *watch);
/* Does the image say what it remembers? luo_look() is NULL else. */
bool luo_tree_can_look(const struct lfb_tree_image *image);
/* memory.c: what a tree's KHO calls, where an image has one. */
extern const struct lfb_tree_memory luo_tree_memory;

/* The other initcalls. */
void luo_tree_late_init(struct luo_tree *tree);

#endif
