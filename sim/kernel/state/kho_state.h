/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Kexec HandOver in one boot: what was handed over, and what is to be. */
#ifndef SIM_KERNEL_STATE_KHO_STATE_H
#define SIM_KERNEL_STATE_KHO_STATE_H

#include <luo/abi.h>
#include <luo/lock.h>
#include <luo/types.h>

struct kho_abi;

/* Preserved blocks of one order. */
struct kho_order {
	/* kho-v1: the page numbers of bitmaps, in early memory; n is for block n * 32768 and up */
	u32 *bitmaps;
	unsigned long nr_bitmaps;
	unsigned long blocks;		/* bits set */
};

struct kho {
	bool enabled;
	bool incoming;			/* is_kho_boot() */
	const struct kho_abi *abi;
	const char *release;		/* what the next kernel is told, NULL: nothing */
	/* outgoing */
	struct mutex lock;		/* "kho_out.lock": root tree edits, writing the map */
	struct mutex map_lock;		/* "kho radix tree": edits of a map that is live */
	void *root;			/* root tree, one preserved page */
	u32 map_page;			/* first page of the map, 0: none */
	struct kho_order orders[MAX_PAGE_ORDER + 1];
	unsigned long blocks;		/* preserved blocks, all orders */
	unsigned long own_blocks;	/* … of them KHO's: root tree, kexec-metadata */
	/* incoming */
	phys_addr_t incoming_root_phys;	/* root tree */
	bool restores_by_heads;		/* as struct kho_config has it */
	bool areas_in_parts;		/* of vmalloc areas not all are restored as a whole */
	char previous_release[KHO_RELEASE_SIZE]; /* of the kernel that jumped, "" unknown */
	u32 kexec_count;		/* jumps since power on */
};

#endif
