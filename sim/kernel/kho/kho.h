/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Kexec HandOver: what is preserved for the next kernel, and what the last one left.
 *
 * Preserved blocks are tracked as one bit per (address, order) in page-sized bitmaps that lie in
 * the kernel's own memory. Each generation of the ABI (struct kho_abi) finds the bitmaps in its
 * own way. In kho-v1 the map that the next kernel reads is written from them in the end; in kho-v4
 * they are a part of it, and it is always current.
 *
 * Where a kernel image has its tree's own kexec_handover.c, what is asked for is looked at here and
 * done by that (struct lfb_tree_kho): the map and the root tree are its own, and only read here.
 * Uses the state, the seams, tasks and memory; of the world outside libfdt.
 */
#ifndef SIM_KERNEL_KHO_KHO_H
#define SIM_KERNEL_KHO_KHO_H

#include <luo/abi.h>
#include <luo/check.h>
#include <luo/kexec_handover.h>
#include <luo/tree/image.h>

#include "sim/kernel/memory/memory.h"

/* A bounded look at memory that may hold anything: a running kernel's, a blob's, a raw image's. */
struct lfb_view {
	/*
	 * @size bytes at @phys, NULL unless all of them are there; good while the view is. What is
	 * 8-byte aligned in physical memory is so where it is read.
	 */
	const void *(*at)(const struct lfb_view *view, phys_addr_t phys, size_t size);
	const void *context;
	u64 size;			/* highest address + 1 */
};

/* A rule that does not hold, and of what: a path below that of whoever reads. */
struct lfb_rule {
	enum lfb_check_id id;
	const char *path;		/* NULL: the thing itself that is read */
	u64 index;			/* takes the place of a "#" in it */
};

/* What was wrong with something read, and where. */
struct lfb_problem {
	phys_addr_t where;
	enum lfb_check_id id;
	char path[128];
	char what[160];
};

/* One preserved block, or one page of the map itself, as a reader of the map meets it. */
typedef int (*kho_block_fn)(void *context, phys_addr_t phys, unsigned int order);

/* What differs between generations of the KHO ABI. */
struct kho_abi {
	const char *compatible;		/* of the root tree */
	const char *data_property;	/* of a subtree: "fdt" or "preserved-data" */
	const char *size_property;	/* NULL: none */
	/* The bitmaps are a part of the map: it is always current, and nothing writes it. */
	bool map_is_live;
	/*
	 * Room for the bookkeeping; a live map begins as one page, kernel->kho.map_page.
	 * 0, -ENOMEM.
	 */
	int (*track_init)(struct lfb_kernel *kernel);
	/* The page number of the bitmap that has the bit of a block, 0: there is none. */
	u32 (*find_bitmap)(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);
	/* Makes it, where there is none. 0, -ENOMEM with nothing left behind. */
	int (*add_bitmap)(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);
	/*
	 * Writes the map of what is marked; on success *first is its first page number (0 for an
	 * empty map), on error nothing stays allocated. Both are NULL where the map is live.
	 */
	int (*write_map)(struct lfb_kernel *kernel, u32 *first);
	void (*free_map)(struct lfb_kernel *kernel, u32 first);
	/*
	 * Reads a map (0: an empty one); block is called for each preserved block, in an order
	 * that depends on nothing but the set of blocks, own_page (may be NULL) for each page of
	 * the map. Bounded for any content. A negative return of a callback ends it and is
	 * returned; everything else that is wrong is -EINVAL with the reason in @problem, or
	 * -ENOMEM when the host has no memory for a map of that many pages.
	 */
	int (*read_map)(const struct lfb_view *view, phys_addr_t first, kho_block_fn block,
			kho_block_fn own_page, void *context, struct lfb_problem *problem);
};

extern const struct kho_abi kho__abi_v1;	/* map_v1.c */
extern const struct kho_abi kho__abi_v4;	/* map_v4.c */

/* What the machine says of a kernel before it boots. */
struct kho_config {
	const struct kho_abi *abi;
	bool enabled;
	const char *release;		/* of this kernel, for the next; NULL: it tells none */
	u32 kexec_count;		/* jumps before, where no handover says it */
	unsigned int rules;		/* of enum kho_rule */
	const struct lfb_tree_kho *code;	/* NULL: ours … */
	const struct lfb_tree_memory *memory;	/* … and what it calls */
};

/* kho.c: life in one boot. The machine calls these, in this order. */

/*
 * Forgets the previous kernel's KHO state, looks at what was handed over: reads the root tree at
 * @root (0: cold boot) and reserves the preserved pages, between lfb__pages_begin() and
 * lfb__pages_ready(). What is no root tree, one of another generation or one without a map makes
 * this no KHO boot (returns 0, reason in @problem); a map that cannot be read is an error of
 * read_map() with the reason in @problem: then some blocks may be reserved, and the way on is
 * lfb__pages_begin() again.
 */
int kho__boot(struct lfb_kernel *kernel, const struct kho_config *config, phys_addr_t root,
	      struct lfb_problem *problem);
/*
 * Makes the outgoing root tree, once the page allocator is ready, and tells by it who jumps. 0,
 * -ENOMEM.
 */
int kho__init(struct lfb_kernel *kernel);
/* A tree's code says that these bytes were handed over, while it boots. */
void kho__reserve(struct lfb_kernel *kernel, phys_addr_t phys, u64 size);
/* Where the root tree for the next kernel lies, 0 with KHO off. */
phys_addr_t kho__root_phys(const struct lfb_kernel *kernel);
/*
 * Is there something to hand to the next kernel? That is a map: one that kho_finalize() wrote, or
 * one that is live, which is there as long as KHO is on.
 */
bool kho__has_handover(const struct lfb_kernel *kernel);

/* metadata.c: which kernel jumped, and how often that was done since power on */

/*
 * Reads what lies at @phys. 0; -EFAULT, there is no such memory; -EINVAL, nothing that is known;
 * with the reason in @problem.
 */
int kho__read_metadata(const struct lfb_view *view, phys_addr_t phys, u64 size,
		       struct kho_kexec_metadata *metadata, struct lfb_problem *problem);

/*
 * track.c: which blocks are marked for the next kernel. What a tree's code has marked or cleared is
 * told by the same calls, after it was done.
 */

/*
 * Marking is two steps, so that a caller with several ranges can do all that may fail before
 * anything is marked: kho__track_prepare() makes the bitmaps (0, -ENOMEM), kho__track_set() then
 * sets the bits of the blocks a range is cut into. Setting a set bit again changes nothing.
 * Bitmaps stay until the kernel ends, also those that a failed kho__track_prepare() made for the
 * first blocks of its range, and those whose last bit was cleared.
 */
int kho__track_prepare(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
void kho__track_set(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/* Clears the bits of a range; false when one of them was clear already. */
bool kho__track_clear(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/* Are all blocks marked that a range is cut into? */
bool kho__track_has(const struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages);
/* How many blocks are marked. */
unsigned long kho__blocks(const struct lfb_kernel *kernel);
void kho__blocks_by_order(const struct lfb_kernel *kernel, unsigned long blocks[KHO_MAX_ORDER + 1]);
/* Is this block of 2^order pages marked preserved for the next kernel? */
bool kho__is_preserved(const struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);

/* check.c */

/*
 * Finds what was handed over and neither restored nor freed: to be called when nobody is expected
 * to do so any more.
 */
void kho__check_left(struct lfb_kernel *kernel);
/*
 * A reader of what was handed over to the running kernel came across memory that belongs to the
 * orchestrator's own format. Other views are nobody's concern.
 */
void kho__mark_own(const struct lfb_view *view, phys_addr_t phys, size_t size);

/* preserve.c */

/* kho_alloc_preserve() for the orchestrator itself: what is in it is nobody else's business. */
void *kho__alloc_preserve_own(size_t size);

/* restore.c */

/*
 * Restores and frees what kho_alloc_preserve(@size) gave the previous kernel, also where the
 * page policy gave it a block that is not naturally aligned and went over in pieces.
 */
void kho__restore_free_sized(void *mem, size_t size);

/* view.c: bounded looks at memory, and what is wrong with what was seen */

/* Fills in @problem (may be NULL) and returns @error, so that "return lfb__problem(…)" works. */
int lfb__problem(struct lfb_problem *problem, int error, phys_addr_t where, const char *format, ...)
	LFB_PRINTF(4, 5);
/* The same of what was handed over, where it is a rule that does not hold. */
int lfb__problem_of(struct lfb_problem *problem, struct lfb_rule rule, int error,
		    phys_addr_t where, const char *format, ...) LFB_PRINTF(5, 6);
/* Says of a problem (may be NULL) which rule it is. */
void lfb__problem_name(struct lfb_problem *problem, struct lfb_rule rule);
/* The running kernel's memory as a view: the whole arena. */
struct lfb_view kho__memory_view(const struct lfb_kernel *kernel);
/*
 * Only what the last kernel preserved and nobody has restored yet: what was restored belongs to
 * whoever restored it and may hold anything by now.
 */
struct lfb_view kho__incoming_view(const struct lfb_kernel *kernel);
bool kho__is_incoming_view(const struct lfb_view *view);

/* What lies in the page at @phys; NULL where no page is, or none begins. */
void *kho__page_at(const struct lfb_memory *memory, phys_addr_t phys);

/* Pages that a reader came to, so that it comes to none twice. All 0: none so far. */
struct kho_met {
	u64 first[64];		/* slots, 0: free … */
	u64 *more;		/* … and those in their place, when they are too few */
	size_t nr_more;		/* a power of two */
	size_t count;
};

/* 0; -EEXIST, it was added before; -ENOMEM. */
int kho__met_add(struct kho_met *met, phys_addr_t phys);
void kho__met_forget(struct kho_met *met);

/* block.c: pages that each begin with a struct kho_block_header_ser, which leads to the next */

/*
 * Notes where the blocks of a chain lie that may be anything, from the one at *@next on, in order;
 * @room: how many at most. How many they are, and *@next is 0 where the chain ends after them;
 * else it is where the next one is said to be: that is no page, one of @blocks, or one too many.
 * -ENOMEM.
 */
int kho__read_chain(const struct lfb_memory *memory, phys_addr_t *next, phys_addr_t *blocks,
		    unsigned int room);

/* fdt.c: device trees that may be hostile. libfdt 1.6.1 is safe only behind kho__fdt_is_sound(). */

/* Larger trees are refused: everything handed over as a tree fits in pages. */
#define LFB_FDT_MAX_SIZE 65536

/* What is wrong with the header of a tree of any size, or with a length in it; NULL: nothing is. */
const char *kho__fdt_flaw(const void *fdt, size_t size);
/*
 * Checks @fdt (8-byte aligned, @size bytes) before libfdt may see it. 0 or -EINVAL + reason; which
 * rule that is knows who asks.
 */
int kho__fdt_is_sound(const void *fdt, size_t size, phys_addr_t where, struct lfb_problem *problem);
/* A raw native-endian u64 property. 0, -ENOENT no such property, -EINVAL not 8 bytes. */
int kho__fdt_u64_property(const void *fdt, int node, const char *name, u64 *value);
/* The "compatible" of a node, a list of strings, has @compatible, as kernels find it: for the last
 * one's terminator they look behind the property, too. */
bool kho__fdt_compatible_is(const void *fdt, int node, const char *compatible);
/* The compatible string for a message: printable, bounded, "" when missing. */
const char *kho__fdt_compatible_text(const void *fdt, int node, char *text, size_t size);

/* root.c: the root tree, read and edited */

/* Root tree as read from a view, for the booting kernel and for the inspector. */
struct kho_root {
	const void *fdt;
	phys_addr_t phys;
	u64 map;			/* physical address of the preserved-memory map, 0: none */
};

/* 0, or -EINVAL with the reason in @problem. Any generation's tree will do. */
int kho__read_root(const struct lfb_view *view, phys_addr_t phys, struct kho_root *root,
		   struct lfb_problem *problem);
/* The same of what was handed over to @kernel: the bytes that were sound last are so again. */
int kho__read_handed_root(struct lfb_kernel *kernel, const struct lfb_view *view, phys_addr_t phys,
			  struct kho_root *root, struct lfb_problem *problem);
/* Where what was added to the outgoing tree lies, 0: nothing of that name was. */
phys_addr_t kho__outgoing_subtree(struct lfb_kernel *kernel, const char *name);
/* The same of what was handed over, as far as it can be read. */
phys_addr_t kho__incoming_subtree(struct lfb_kernel *kernel, const char *name, u64 *size);
/* Finds the ABI a root tree belongs to, NULL when none is known. */
const struct kho_abi *kho__abi_of(const struct kho_root *root);
/*
 * Subtree @name: 0, -ENOENT, -EINVAL with @phys set if it is its size that is wrong. @size is
 * PAGE_SIZE where the ABI has none.
 */
int kho__read_subtree(const struct kho_root *root, const struct kho_abi *abi, const char *name,
		      phys_addr_t *phys, u64 *size);

/* Makes the outgoing root tree, without subtrees, in the page at @root. 0, -ENOMEM. */
int kho__root_create(void *root, const struct kho_abi *abi, phys_addr_t map);
/* Names a blob in it. 0, -EEXIST, -ENOMEM: the page is full. */
int kho__root_add(void *root, const struct kho_abi *abi, const char *name, phys_addr_t phys,
		  u64 size);
/* Stores where the map lies. 0, or -EINVAL when the tree is one no more. */
int kho__root_set_map(void *root, phys_addr_t map);

#endif
