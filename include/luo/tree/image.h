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
struct folio;
struct module;
struct mutex;
struct page;

/* One that was made for another library is not loaded. */
#define LFB_TREE_VERSION 2

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

/*
 * What the tree's orchestrator remembers, for who compares states. Locks are this library's, their
 * owners are told by them.
 */

/** struct lfb_look_session - a session. */
struct lfb_look_session {
	const char *name;	/* LIVEUPDATE_SESSION_NAME_LENGTH bytes */
	bool incoming;
	bool retrieved;
	u64 files;		/* as it counts them */
	long blocks;		/* of memory for what is serialized */
	const struct mutex *mutex;
};

/** struct lfb_look_file - a file of a session. */
struct lfb_look_file {
	void *owner;		/* of its handler's twin */
	struct file *file;
	u64 token;
	u64 data;
	void *private_data;
	int retrieve_status;
	const struct mutex *mutex;
};

/**
 * struct lfb_look_listener - whom the lists are told, each in its order
 * @handler: of a twin that is registered: its owner
 * @link: the owner of an FLB that the handler told last is linked to
 * @flb: of a twin that is linked to any: its owner
 * @session: a session
 * @file: a file of the session told last
 * @context: is handed to them
 */
struct lfb_look_listener {
	void (*handler)(void *context, void *owner);
	void (*link)(void *context, void *owner);
	void (*flb)(void *context, void *owner);
	void (*session)(void *context, const struct lfb_look_session *session);
	void (*file)(void *context, const struct lfb_look_file *file);
	void *context;
};

/** struct lfb_look_sessions - one of the two lists of them. */
struct lfb_look_sessions {
	s64 count;		/* as it counts them */
	long blocks;
};

/** struct lfb_look_state - what there is once. */
struct lfb_look_state {
	u64 number;		/* of the update */
	void *tree;		/* what is handed over, and the FLBs' page in it */
	void *flb_page;
	bool device_open;
	bool handed_over;	/* there are sessions of the kernel before */
	bool restored;		/* they were read, or failed to … */
	int restore_error;	/* … with this */
	struct lfb_look_sessions outgoing, incoming;
	s64 flbs;
};

/** struct lfb_look_flb_state - what it remembers of an FLB's object. */
struct lfb_look_flb_state {
	s64 count;		/* of files and references */
	u64 data;
	void *obj;
	int retrieve_status;
	bool finished;
	const struct mutex *mutex;
};

/** struct lfb_look_flb - what it remembers of an FLB. */
struct lfb_look_flb {
	int users;		/* handlers */
	u64 handed;		/* the count that came for it with the handover, 0: it did not */
	struct lfb_look_flb_state outgoing, incoming;
};

/* A vmalloc area: addr NULL, there is none. */
struct lfb_tree_area {
	void *addr;
	unsigned int flags;	/* VM_* */
	unsigned int order;	/* of the blocks that follow each other in pages */
	unsigned long nr_pages;
	struct page **pages;
};

/** struct lfb_tree_memory - what a tree's KHO calls: memory, of which nobody is told. */
struct lfb_tree_memory {
	void *(*at)(u64 phys);			/* NULL beyond the end of memory */
	u64 (*phys)(const void *virt);		/* ~0: of none */
	struct page *(*page)(unsigned long pfn);	/* NULL: there is none */
	int (*node)(unsigned long pfn);
	u64 (*end)(void);
	struct folio *(*folio)(const void *virt);
	unsigned int (*order)(const struct folio *folio);
	/* Before is_ready() scratch memory alone, which is given back when it is. */
	bool (*is_ready)(void);
	void *(*alloc_early)(size_t size);
	void (*reserve)(u64 phys, u64 size);	/* what was handed over, and is said to be */
	void *(*alloc)(bool own);		/* a zeroed page; own: of KHO's map */
	void (*free)(void *page);		/* … either of them, or one that was restored */
	struct folio *(*alloc_folio)(unsigned int gfp, unsigned int order);
	void (*put_folio)(struct folio *folio);
	void (*take)(struct page *page, unsigned long nr_pages, bool folio);	/* was reserved */
	void *(*alloc_array)(size_t size);
	void (*free_array)(const void *array);
	struct lfb_tree_area (*area)(const void *address);
	bool (*fails)(const struct page *page);	/* is it to fail that its block is marked? */
	/* Pages that were restored become an area. NULL: no room. */
	void *(*map)(const struct lfb_tree_area *area);
};

/** struct lfb_tree_booted - what a booting KHO is told. */
struct lfb_tree_booted {
	u64 root;		/* where the previous kernel's root tree is, 0: a cold boot */
	const u64 *scratch;	/* areas, each by its address and its size … */
	unsigned int nr_scratch; /* … and how many; they lie in physical memory */
	bool watches_scratch;	/* with CONFIG_KEXEC_HANDOVER_DEBUG */
	const char *release;	/* of this kernel */
	u32 kexec_count;	/* jumps before a cold boot */
};

/**
 * struct lfb_tree_kho - a tree's kexec_handover.c
 * @boot: looks at what was handed over and reserves it
 * @init: the initcall. Return: 0 or a negative errno
 * @is_boot: is_kho_boot()
 * @came_from: who jumped here, as the handover says; "": it does not. Return: jumps since power on
 * @root: where the root tree for the next kernel lies, from what is told to kexec
 *
 * The others are the tree's functions; struct kho_vmalloc is the ABI's.
 */
struct lfb_tree_kho {
	void (*boot)(const struct lfb_tree_memory *memory, const struct lfb_tree_booted *booted);
	int (*init)(void);
	bool (*is_boot)(void);
	u32 (*came_from)(char *release, size_t size);
	u64 (*root)(void);
	int (*preserve_folio)(struct folio *folio);
	void (*unpreserve_folio)(struct folio *folio);
	int (*preserve_pages)(struct page *page, unsigned long nr_pages);
	void (*unpreserve_pages)(struct page *page, unsigned long nr_pages);
	int (*preserve_vmalloc)(void *ptr, void *preservation);
	void (*unpreserve_vmalloc)(void *preservation);
	void *(*alloc_preserve)(size_t size);
	void (*unpreserve_free)(void *mem);
	struct folio *(*restore_folio)(u64 phys);
	struct page *(*restore_pages)(u64 phys, unsigned long nr_pages);
	void *(*restore_vmalloc)(const void *preservation);
	void (*restore_free)(void *mem);
	int (*add_subtree)(const char *name, void *blob, size_t size);
	void (*remove_subtree)(void *blob);
	int (*retrieve_subtree)(const char *name, u64 *phys, size_t *size);
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
 * @look: what it remembers; false: the tree's names are none that lfb tree knows. Without a
 *	@state it says just that
 * @look_at_flb: the same of a twin
 * @kho: NULL: it has none
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
	bool (*look)(struct lfb_look_state *state, const struct lfb_look_listener *to);
	void (*look_at_flb)(void *flb, struct lfb_look_flb *told);
	const struct lfb_tree_kho *kho;
};

#endif
