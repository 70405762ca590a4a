/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a kernel image and liblfb know of each other. An image is a kernel tree's own orchestrator
 * in a shared object (docs/tree.md): adapter.c is compiled against the tree's headers, liblfb
 * against its own, and the types of the one are nothing to the other. Both sides see addresses
 * only: a handler's or FLB's at the tree's side, its twin, and the owner of that, liblfb's.
 */
#ifndef LUO_TREE_IMAGE_H
#define LUO_TREE_IMAGE_H

#include <luo/types.h>

struct file;
struct module;

/* One that was made for another library is not loaded. */
#define LFB_TREE_VERSION 1

/* Callbacks, and which of them there are as bits. */
enum lfb_tree_op {
	LFB_TREE_CAN_PRESERVE,
	LFB_TREE_PRESERVE,
	LFB_TREE_UNPRESERVE,
	LFB_TREE_FREEZE,
	LFB_TREE_UNFREEZE,
	LFB_TREE_RETRIEVE,
	LFB_TREE_CAN_FINISH,
	LFB_TREE_FINISH,
	LFB_TREE_GET_ID,
};

/** struct lfb_tree_args - what a callback is told and answers. Of FLBs it is data and pointer. */
struct lfb_tree_args {
	u64 data;
	void *pointer;		/* private_data, or an FLB's obj */
	struct file *file;
	int retrieve_status;
};

/** struct lfb_tree_calls - what an image calls. @owner is liblfb's. */
struct lfb_tree_calls {
	bool (*can_preserve)(void *owner, struct file *file);
	unsigned long (*get_id)(void *owner, struct file *file);
	int (*file)(void *owner, enum lfb_tree_op op, struct lfb_tree_args *args);
	int (*flb)(void *owner, enum lfb_tree_op op, struct lfb_tree_args *args);
	bool (*get_module)(struct module *module);
	void (*put_module)(struct module *module);
};

/** struct lfb_tree_twin - what a twin is made of. */
struct lfb_tree_twin {
	void *owner;
	const char *compatible;	/* LIVEUPDATE_HNDL_COMPAT_LENGTH bytes */
	bool has_ops;		/* else the rest does not count */
	unsigned int ops;	/* 1 << enum lfb_tree_op of each callback that there is */
	struct module *module;
};

/**
 * struct lfb_tree_image - what liblfb calls: an image has one, as lfb_tree_image
 * @version: LFB_TREE_VERSION
 * @release: the tree's version, "7.3.0-rc7"
 * @handler_size: bytes of a handler's twin, which begin as all zero
 * @flb_size: the same of an FLB's
 * @begin: a kernel boots: whom the image calls, and its initcalls' parameter liveupdate=on if @on
 * @early: early_initcall()s
 * @late: the others
 * @make_handler: fills a twin in; false: there are too many with a get_id
 * @make_flb: the same
 *
 * The others are the tree's functions. Where a tree's return nothing these return 0.
 */
struct lfb_tree_image {
	unsigned int version;
	const char *release;
	size_t handler_size;
	size_t flb_size;
	void (*begin)(const struct lfb_tree_calls *calls, bool on);
	void (*early)(void);
	void (*late)(void);
	bool (*enabled)(void);
	int (*reboot)(void);
	bool (*make_handler)(void *twin, const struct lfb_tree_twin *made);
	void (*make_flb)(void *twin, const struct lfb_tree_twin *made);
	int (*register_handler)(void *handler);
	int (*unregister_handler)(void *handler);
	int (*register_flb)(void *handler, void *flb);
	int (*unregister_flb)(void *handler, void *flb);
	int (*get)(void *flb, bool incoming, void **objp);
	void (*put)(void *flb, bool incoming);
};

#endif
