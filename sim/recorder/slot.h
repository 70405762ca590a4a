/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Slots: the variables of the recorded module's steps, and how steps touch memory. */
#ifndef SIM_RECORDER_SLOT_H
#define SIM_RECORDER_SLOT_H

#include "sim/kernel/kernel.h"

enum lfb_slot_kind {
	LFB_SLOT_EMPTY,
	LFB_SLOT_POINTER,	/* from somewhere */
	LFB_SLOT_OBJECT,	/* kmalloc() */
	LFB_SLOT_PAGES,		/* alloc_pages(): 2^count */
	LFB_SLOT_FOLIO,
	LFB_SLOT_AREA,		/* vmalloc() */
	LFB_SLOT_KHO,		/* kho_alloc_preserve() */
	LFB_SLOT_SINGLE_PAGES,	/* kho_restore_pages(): count */
};

/* What was freed stays: using it afterwards is a mistake that can be made. */
struct lfb_slot {
	void *address;
	enum lfb_slot_kind kind;
	u64 count;
};

/* Whose slots. All zero: the module's. */
struct lfb_scope {
	u8 of;			/* enum lfb_scope_of */
	bool incoming;
	u32 number;		/* of the FLB or handler */
	u64 file;		/* its inode number, in the new kernel the data it was handed */
};

enum lfb_scope_of {
	LFB_SCOPE_MODULE,
	LFB_SCOPE_FLB,
	LFB_SCOPE_FILE,
	LFB_SCOPE_OWNED,	/* no slot: memory that steps have allocated, by address */
};

struct lfb_slot_entry {
	u32 name;
	struct lfb_scope scope;
	struct lfb_slot slot;
};

/* Starts as all zero. */
struct lfb_slots {
	struct lfb_list entries;	/* struct lfb_slot_entry */
	struct lfb_table table;
};

#endif
