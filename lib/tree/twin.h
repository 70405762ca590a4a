/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the sources of this folder share. */
#ifndef LIB_TREE_TWIN_H
#define LIB_TREE_TWIN_H

#include "lib/tree/tree.h"

/* What a module has registered, or asked for, as the tree's orchestrator knows it. Host memory. */
struct luo_twin {
	struct luo_tree *tree;
	void *ours;		/* the module's struct */
	bool of_flb;
	bool gone;		/* with its module, which left it registered */
	unsigned int users;	/* of a handler 1: it is registered; of an FLB its links */
	struct lfb_list links;	/* of a handler: pointers to its FLBs */
	char name[LIVEUPDATE_HNDL_COMPAT_LENGTH]; /* of what is gone */
	struct lfb_holder holder[2];	/* of an FLB: what its callbacks made, outgoing, incoming */
	void *copy;		/* in lib/'s types, of the newest look; NULL: there was none */
	u8 theirs[] __attribute__((aligned(16)));
};

/* A tree's orchestrator, as it was when its kernel booted last. */
struct luo_tree {
	struct luo_elsewhere elsewhere;
	struct lfb_kernel *kernel;
	const struct lfb_tree_image *image;
	struct lfb_list twins;		/* pointers, in the order of their making */
	struct luo shell;		/* what luo_seen() is told */
	struct luo copy;		/* what luo_look() found … */
	struct lfb_list copies;		/* … and all that is in it: pointers */
	/* Files, as their callbacks tell. */
	u64 preserved;			/* in this kernel */
	u64 handed;			/* over to this kernel, and not finished */
	unsigned int handed_to;		/* boot_number of the kernel that gets those preserved */
};

/* Not all that was handed over is finished: nobody is asked for what is left. */
static inline void luo_tree_still_has(struct luo_tree *tree, u64 handed)
{
	tree->handed = handed;
	tree->shell.restore_failed = handed;
	tree->shell.incoming.count = handed;
}

/* Its compatible string. */
static inline const char *luo_twin_name(const struct luo_twin *twin)
{
	if (twin->gone)
		return twin->name;
	return twin->of_flb ? ((const struct liveupdate_flb *)twin->ours)->compatible :
			      ((const struct liveupdate_file_handler *)twin->ours)->compatible;
}

/* @number: what @ours remembers of it, from this kernel or another. NULL: it has none. */
static inline struct luo_twin *luo_tree_find_twin(const struct luo_tree *tree, const void *ours,
						  bool of_flb, unsigned int number)
{
	struct luo_twin *const *twins = tree->twins.items;
	struct luo_twin *twin = number && number <= tree->twins.count ? twins[number - 1] : NULL;

	return twin && twin->ours == ours && twin->of_flb == of_flb ? twin : NULL;
}

/* look.c */
const struct luo *luo_tree_look(struct luo_elsewhere *elsewhere);
const struct liveupdate_flb *luo_tree_look_at(const struct luo_elsewhere *elsewhere,
					      const struct liveupdate_flb *flb);
void luo_tree_forget_look(struct luo_tree *tree);

/* callback.c */
extern const struct lfb_tree_calls luo_tree_calls;

#endif
