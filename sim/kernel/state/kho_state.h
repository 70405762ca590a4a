/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Kexec HandOver in one boot: what was handed over, and what is to be. */
#ifndef SIM_KERNEL_STATE_KHO_STATE_H
#define SIM_KERNEL_STATE_KHO_STATE_H

#include <luo/abi.h>
#include <luo/lock.h>
#include <luo/types.h>

/*
 * The largest preserved block, 4 TiB. Of memory that is aligned so a block has as many pages as
 * there are, however few of them the page allocator gives at once; kernels count them in an int.
 */
#define KHO_MAX_ORDER 30

struct kho_abi;
struct kho_reservation;
struct lfb_tree_kho;

/* Preserved blocks of one order. */
struct kho_order {
	/* kho-v1: the page numbers of bitmaps, in early memory; n is for block n * 32768 and up */
	u32 *bitmaps;
	unsigned long nr_bitmaps;
	unsigned long blocks;		/* bits set */
};

/* What kernels of one ABI do differently, a bit each. */
enum kho_rule {
	/* What nobody should ask for is done, or followed to where the kernel dies. */
	KHO_TRUSTS_CALLERS = 1u << 0,
	/* … but for memory in scratch, which is looked at. */
	KHO_REFUSES_SCRATCH = 1u << 1,
	/* Restoring looks where blocks begin, no more, and takes one after the other. */
	KHO_RESTORES_BY_HEADS = 1u << 2,
	/* No preserved block lies in two nodes. */
	KHO_CUTS_AT_NODES = 1u << 3,
	/* … and restoring does not know, which is a defect, as the others are from here on. */
	KHO_RESTORES_OVER_NODES = 1u << 4,
	/* A preserved vmalloc area of large blocks is taken back as one of single pages. */
	KHO_FORGETS_ORDER = 1u << 5,
	/* What is larger than any block the page allocator gives is preserved, and not restored. */
	KHO_RESTORES_SMALL_BLOCKS = 1u << 6,
};

struct kho {
	bool enabled;
	bool incoming;			/* is_kho_boot() */
	const struct kho_abi *abi;
	const struct lfb_tree_kho *code; /* a tree's own does what is asked for; NULL: ours */
	struct kho_reservation *reservation;	/* while that looks at what was handed over */
	unsigned int rules;		/* of enum kho_rule */
	const char *release;		/* what the next kernel is told, NULL: nothing */
	/* outgoing */
	struct mutex lock;		/* "kho_out.lock": root tree edits, writing the map */
	struct mutex map_lock;		/* "kho radix tree": edits of a map that is live */
	void *root;			/* root tree, one preserved page */
	u32 map_page;			/* first page of the map, 0: none */
	struct kho_order orders[KHO_MAX_ORDER + 1];
	unsigned long blocks;		/* preserved blocks, all orders */
	unsigned long own_blocks;	/* … of them KHO's: root tree, kexec-metadata */
	/* incoming */
	phys_addr_t incoming_root_phys;	/* root tree */
	u8 sound[512];			/* the bytes of one that is sound, unless it is larger: … */
	u32 sound_size;			/* … so many, … */
	phys_addr_t sound_map;		/* … and what it says */
	bool areas_in_parts;		/* of vmalloc areas not all are restored as a whole */
	char previous_release[KHO_RELEASE_SIZE]; /* of the kernel that jumped, "" unknown */
	u32 kexec_count;		/* jumps since power on */
};

#endif
