/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The ledger: what callbacks allocated and what was preserved, by whom and how, until it is freed
 * or unpreserved. So a callback that leaves something behind can be told, and who restores memory
 * can be held to how it was preserved, one kernel later.
 *
 * It is host memory, kept only while somebody checks (lfb__checking()). Without memory for an entry
 * the entry is not there: checks that need it do not happen.
 */
#ifndef SIM_KERNEL_TASK_LEDGER_H
#define SIM_KERNEL_TASK_LEDGER_H

#include <luo/list.h>
#include <luo/types.h>

struct lfb_frame;
struct lfb_kernel;
struct lfb_holder;

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

/* "flb iommu-v1 preserve": who made an entry; kept as long as the machine. */
struct lfb_site {
	char type[8];
	char name[48];
	char op[16];
};

struct lfb_ledger_entry {
	struct list_head owned;		/* holder->entries, or empty */
	struct list_head all;		/* of its kind, in order of their making */
	u64 key;
	u64 size;			/* bytes */
	const struct lfb_site *site;	/* NULL: made outside of callbacks */
	unsigned long call;		/* frame->call, 0 outside */
	unsigned long operation;
	u32 next;			/* in its bucket */
	u8 kind;
	u8 as;				/* enum lfb_preserved_as */
	bool internal;			/* the orchestrator's own */
	bool restored;			/* INCOMING: has been; others: came so, was not made here */
	bool watched;			/* PRESERVED: digest is set, see memory/check.c */
	u64 digest;			/* of what it held */
};

struct lfb_ledger {
	struct lfb_ledger_entry **chunks; /* entries never move */
	u32 nr_chunks;
	u32 free;			/* list of free entries */
	u32 *buckets;
	u32 nr_buckets;			/* a power of 2, 0: none yet */
	unsigned long count;
	struct list_head all[LFB_LEDGER_KINDS];
	struct lfb_site **sites;
	size_t nr_sites;
	size_t sites_capacity;
};

/* Adds what the running callback made; also outside of callbacks for kinds that are kept then. */
struct lfb_ledger_entry *lfb__ledger_add(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					 u64 key, u64 size);
/* NULL: there is none. */
struct lfb_ledger_entry *lfb__ledger_find(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					  u64 key);
void lfb__ledger_remove(struct lfb_kernel *kernel, enum lfb_ledger_kind kind, u64 key);
void lfb__ledger_drop(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry);
/* It was not made here: the kernel before handed it over. NULL is ignored. */
static inline void lfb__ledger_came_over(struct lfb_ledger_entry *entry)
{
	if (entry)
		entry->restored = true;
}


/*
 * What the orchestrator does for itself in between: what it allocates is not in the ledger, what
 * it preserves is there as internal.
 */
void lfb__internal_begin(struct lfb_kernel *kernel);
void lfb__internal_end(struct lfb_kernel *kernel);

/* The entry of a kind with physical keys that has the byte at @phys, NULL: none. */
struct lfb_ledger_entry *lfb__ledger_covering(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					      phys_addr_t phys);
/* Bytes of it that lie at its key: of a vmalloc area one page. */
static inline u64 lfb__ledger_span(const struct lfb_ledger_entry *entry)
{
	return entry->as == LFB_AS_VMALLOC ? PAGE_SIZE : entry->size;
}

/* All entries of a kind, oldest first; @fn may drop the one it is given. */
void lfb__ledger_each(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
		      void (*fn)(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
				 void *context),
		      void *context);

void lfb__holder_init(struct lfb_holder *holder);
/* Its entries are nobody's from here on. */
void lfb__holder_forget(struct lfb_holder *holder);

/* A jump: what was PRESERVED is INCOMING, all else is gone. Without: everything is. */
void lfb__ledger_jump(struct lfb_kernel *kernel, bool handover);
void lfb__ledger_destroy(struct lfb_ledger *ledger);

/* "by flb iommu-v1 preserve in operation 7" for a message. */
void lfb__ledger_who(const struct lfb_ledger_entry *entry, char *text, size_t size);
/* The same of a site, or of what was done outside of callbacks. */
void lfb__site_who(const struct lfb_site *site, unsigned long operation, char *text, size_t size);
/* Who is at work: the running callback, NULL outside of callbacks and when nobody checks. */
const struct lfb_site *lfb__site_here(struct lfb_kernel *kernel);

#endif
