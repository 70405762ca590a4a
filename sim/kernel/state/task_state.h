/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Tasks, the callbacks they are in and the locks they hold, and what callbacks made: the ledger. */
#ifndef SIM_KERNEL_STATE_TASK_STATE_H
#define SIM_KERNEL_STATE_TASK_STATE_H

#include <luo/file.h>
#include <luo/list.h>
#include <luo/lock.h>
#include <luo/types.h>

#include "sim/kernel/host/host.h"

struct lfb_kernel;

/* Bits of struct lfb_kernel.dead: why this kernel runs no more. */
enum lfb_death {
	LFB_ALIVE,
	LFB_DEATH_PANIC, /* panic, BUG */
	LFB_DEATH_OOPS,	 /* a bad pointer */
	LFB_DEATH_HANG,	 /* a deadlock */
};

#define LFB_HELD_MAX 16

/* A lock somebody has, for the checks. */
struct lfb_held {
	const struct lfb_lock *lock;
	const char *op;			/* of the callback it was taken in, NULL: none */
	unsigned long operation;
	u16 class;
};

/* A thread of control inside the simulated kernel: the boot, or one agent. */
struct task_struct {
	struct list_head list;	/* kernel->tasks */
	const char *name;
	struct lfb_frame *frame; /* the callback that it runs, NULL: none */
	unsigned int internal;	/* lfb__internal_begin() without its end */
	unsigned int running;	/* calls of its own that have not returned */
	unsigned int locks_held;
	unsigned int spinlocks_held; /* of these, those under which nothing may sleep */
	const char *blocked_on;	/* what it waits for, for ever: this kernel will jump */
	bool waits;		/* its call does not come back before the reboot call does */
	bool asleep;		/* until somebody wakes it, from when it schedules on */
	bool read_only;		/* what it gives the kernel to write to cannot be written to */
	unsigned int nr_held;	/* of held[]; those beyond its end are not known */
	struct lfb_held held[LFB_HELD_MAX]; /* only while somebody checks; the oldest first */
	/* The descriptor table; host memory, owned by the agent, NULL for the boot task. */
	struct lfb_fd_table *fds;
};

#define LFB_FD_LEVELS 3

/* One agent's descriptors. Slots are host memory; the files lie in the kernel's memory. */
struct lfb_fd_table {
	struct file **files; /* NULL: unused; LFB_FD_RESERVED: reserved */
	unsigned int size;
	u64 *used[LFB_FD_LEVELS]; /* see fd.c; all of it lies behind files */
};

/* A callback that runs; a task's innermost is its frame. They lie on the stack. */
struct lfb_frame {
	struct lfb_frame *up;
	const char *type;		/* "flb" or "file" */
	const char *name;		/* compatible */
	const char *op;
	struct lfb_holder *holder;	/* NULL: none */
	const void *borrows;		/* the state of an FLB of which it has a reference */
	struct lfb_holder *lender;	/* who holds what it makes meanwhile; NULL: nobody */
	const void *object;		/* the FLB, or the file handler */
	const struct lfb_site *site;	/* of what it does, for the ledger; NULL: not looked up */
	unsigned long call;		/* number of this call, never 0 */
	const struct lfb_lock *lock;	/* the object's own, held around the callback; NULL: none */
	unsigned int locks_held;	/* when it began */
	unsigned int gave_back;		/* memory that it had not made itself */
	bool late;			/* it began when all that goes over was written down */
	bool touched_nothing;		/* it asked for memory that is not there: see folio.c */
	/* Told when the kernel dies in the callback; may be NULL. */
	void (*died)(struct lfb_kernel *kernel, const struct lfb_frame *frame);
};

enum lfb_ledger_kind {
	LFB_LEDGER_SLAB,	/* kmalloc() and co., made in a callback; the key is an address */
	LFB_LEDGER_PAGES,	/* alloc_pages(), folio_alloc(), restored memory; physical */
	LFB_LEDGER_VMALLOC,	/* the key is an address */
	LFB_LEDGER_PRESERVED,	/* for the next kernel, made anywhere; physical */
	LFB_LEDGER_INCOMING,	/* PRESERVED of the kernel before: who made it is gone */
	LFB_LEDGER_KINDS,
};

/*
 * How memory was preserved, which is how it must be unpreserved and restored. The entry of a
 * vmalloc area is at the first page of its description; each other page has one of its own, which
 * no holder has.
 */
enum lfb_preserved_as {
	LFB_AS_FOLIO,
	LFB_AS_PAGES,
	LFB_AS_ALLOC,
	LFB_AS_VMALLOC,
	LFB_AS_VMALLOC_PAGE,
};

#define LFB_SITE_FRAMES 12

/*
 * "flb iommu-v1 preserve": who made an entry, and in C programs from where: the caller, in guard
 * mode with its callers. Kept as long as the machine.
 */
struct lfb_site {
	const struct lfb_site *callback; /* the same without a place; NULL: outside of them */
	char type[8];			 /* "": outside of callbacks */
	char name[48];
	char op[16];
	unsigned int frames;
	void *at[LFB_SITE_FRAMES];
};

struct lfb_ledger_entry {
	struct list_head owned;		/* holder->entries, or empty */
	struct list_head all;		/* of its kind, in order of their making */
	u64 key;
	u64 size;			/* bytes */
	const struct lfb_site *site;	/* NULL: made outside of callbacks, no place is known */
	unsigned long call;		/* frame->call, 0 outside */
	unsigned long operation;
	u32 number;			/* in the table */
	u8 kind;
	u8 as;				/* enum lfb_preserved_as */
	bool internal;			/* the orchestrator's own */
	bool restored;			/* INCOMING: has been; others: came so, was not made here */
	bool watched;			/* PRESERVED: digest is set, see memory/check.c */
	u64 digest;			/* of what it held */
};

struct lfb_ledger {
	struct lfb_list entries;	/* pointers to all there ever were: they never move */
	struct list_head free;		/* those that are not in use */
	struct lfb_table table;		/* the others, by kind and key */
	struct list_head all[LFB_LEDGER_KINDS];
	struct lfb_list callbacks;	/* pointers to sites without a place */
	struct lfb_list sites;		/* … and with one */
	struct lfb_table places;	/* these, by their place */
};

#endif
