/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Physical memory: the arena, and what the page, slab and vmalloc allocators remember of one boot.
 *
 * The arena is one memfd, mapped at one of LFB_WINDOWS reserved address ranges. In remapping mode
 * every kexec moves it to the next range and makes the old one inaccessible. Ranges of memory
 * that are never touched cost nothing.
 *
 * A window:  | arena | guard page | vmalloc range | guard |
 */
#ifndef SIM_KERNEL_STATE_MEMORY_STATE_H
#define SIM_KERNEL_STATE_MEMORY_STATE_H

#include <luo/list.h>
#include <luo/machine_options.h>
#include <luo/mm.h>

#define LFB_WINDOWS 4
#define LFB_LOW_PAGES 16	/* the first 64 KiB are never given out: 0 is no address */
#define LFB_HIGH_START (4ull << 30)	/* as where servers have nothing left below 4 GiB */
#define LFB_START_STEP (4ull << 20)	/* blocks of every order are aligned in memory, too */
#define LFB_CHUNK_ORDER MAX_PAGE_ORDER
#define LFB_CHUNK_PAGES (1ul << LFB_CHUNK_ORDER)
#define LFB_NO_PFN UINT32_MAX
#define LFB_NODES_MAX 16

/* What freshly destroyed memory is filled with. */
#define LFB_POISON_DESTROYED 0xdb
/* What freed slab objects and pages are filled with in sanitizer builds, else slabs at the most. */
#define LFB_POISON_FREED 0x6b

/* struct page.flags */
#define PG_ALLOCATED 0x01u	/* head of an allocated block of .order */
#define PG_TAIL 0x02u		/* inside an allocated or preserved block; .next is its head */
#define PG_FREE 0x04u		/* head of a free block of .order, on a free list */
#define PG_SLAB 0x08u		/* belongs to the slab allocator */
#define PG_FOLIO 0x10u		/* head of a folio */
#define PG_PRESERVED_IN 0x20u	/* head of a block the previous kernel preserved, not restored */
#define PG_DIRTY 0x40u		/* has been written to since it was last destroyed */
#define PG_OF_FILE 0x80u	/* of a file in memory: what is in it is userspace's; each page */
#define PG_VMALLOC 0x100u
#define PG_INTERNAL 0x200u	/* KHO's own: bitmaps, map pages; head of what LUO handed over */
#define PG_PRESERVED 0x400u	/* marked for the next kernel; each page of a block */
#define PG_HANDED 0x800u	/* was handed over to this kernel, restored or not; each page */
#define PG_STICKY (PG_PRESERVED | PG_HANDED)	/* true of a page whoever has it */

struct page {
	u32 flags;
	u8 order;
	u8 slab_class;
	u16 slab_used;
	u32 refcount;
	u32 lost;		/* behind lfb_memory.lost_base by what it was: lfb__lost() */
	u32 next;		/* list links are page numbers: they survive a move of the arena */
	u32 prev;
	union {
		u64 slab_map[4];	/* bit set: object in use */
		struct {		/* of a folio; modules see it so in linux/mm.h */
			unsigned long index;
			struct address_space *mapping;
			unsigned long flags;
		} of_folio;
	};
	u64 private;
};

/* A folio is its first page. */
struct folio {
	struct page page;
};

/* As modules see it. */
_Static_assert(offsetof(struct page, of_folio) == 24 && sizeof(struct page) == 64, "linux/mm.h");

/* NUMA nodes, in the order in which they lie in memory. One node has all of it. */
struct lfb_nodes {
	unsigned int count;		/* 0: one */
	struct {
		unsigned int id;
		unsigned long end;	/* in pages from the first one of memory */
	} each[LFB_NODES_MAX];
};

struct lfb_memory_options {
	u64 size;		/* bytes, a multiple of PAGE_SIZE */
	u64 start;		/* physical address of the first: lfb__can_start() */
	enum lfb_memory_mode mode;
	enum lfb_page_policy policy;
	enum lfb_checks checks;
	unsigned int scratch_areas; /* 0: one */
	struct lfb_nodes nodes;
};

#define LFB_SCRATCH_MAX 16u

/* The addresses of all lone objects there may be: see lone.h. */
#define LFB_LONES_SIZE (32ul << 20)

/* Which bytes code may touch that asks: see shadow/shadow.h. */
struct lfb_shadow {
	u8 *bytes;		/* of the window … */
	u8 *lone_bytes;		/* … and behind them those of lone objects */
	size_t size;		/* of both */
	const u8 *window;
	size_t window_size;
	const u8 *lones;
};

struct lfb_memory {
	u64 start;			/* physical memory is from here … */
	u64 size;			/* … up to here; below is nothing but page numbers */
	unsigned long first_page;
	unsigned long nr_pages;		/* those below the first one counted */
	enum lfb_memory_mode mode;
	enum lfb_page_policy policy;
	int store;			/* with the contents: see host/map.h */
	unsigned int process;		/* that made it: its children share the contents */
	void *reservation;		/* the address space the windows lie in */
	size_t reservation_size;
	u8 *windows;			/* nr_windows reserved ranges of window_stride bytes each */
	size_t window_stride;
	unsigned int nr_windows;	/* LFB_WINDOWS, 1 when nothing moves */
	unsigned int window;		/* which one is mapped */
	u8 *base;			/* physical address 0: less than windows if that is none */
	u8 *vmalloc_base;		/* reserved range for vmalloc mappings of this boot */
	size_t vmalloc_size;
	size_t vmalloc_used;		/* bytes of it from the start that were ever mapped */
	u32 *vmalloc_table;		/* the page number behind each page of it, 0: none */
	struct page *map;		/* an entry a page, in untouched memory until used */
	u64 *touched;			/* one bit a page: its map entry or its bytes are in use */
	u8 *chunk_touched;		/* one byte a chunk, 1: one of its pages may be touched */
	u64 *emptied;			/* one bit a page: it was touched before … */
	u8 *chunk_emptied;		/* … one byte a chunk, 1: one of its pages was */
	u32 lost_base;			/* goes up by two at every boot: page.lost is out of date */
	unsigned long nr_chunks;
	size_t host_size;		/* bytes at map, with all the tables behind it */
	struct lfb_fence *fence;	/* LFB_CHECKS_GUARD, or with a shadow: see fence.h */
	struct lfb_lones *lones;	/* LFB_CHECKS_ON only, see lone.h; NULL: none yet */
	struct lfb_closed_pages *closed;	/* … see closed.h */
	struct lfb_shadow *shadow;	/* NULL: no code asks */
	bool shadow_wanted;		/* some does, from the next boot on */
	u8 *mirror;			/* LFB_CHECKS_GUARD: the arena again, always accessible */
	u8 *copied;			/* the same where there were copies: see rewind.c */
	phys_addr_t scratch;		/* where the next kernel boots */
	u64 scratch_size;
	unsigned int scratch_areas;	/* as large as that one: see lfb__scratch_area() */
	struct lfb_nodes nodes;
};

static inline bool lfb__is_memory(const struct lfb_memory *memory, phys_addr_t phys)
{
	return phys - memory->start < memory->size - memory->start;
}

/* May memory begin at @start? Tables are made for what begins at LFB_HIGH_START. */
static inline bool lfb__can_start(phys_addr_t start)
{
	return start <= LFB_HIGH_START && IS_ALIGNED(start, LFB_START_STEP);
}

/* The pages from here up to scratch may be given out. */
static inline unsigned long lfb__usable_start(const struct lfb_memory *memory)
{
	return memory->first_page + LFB_LOW_PAGES;
}

/* Page allocator state of one boot. */
struct lfb_pages {
	u32 free_list[MAX_PAGE_ORDER + 1];	/* heads, LFB_NO_PFN when empty */
	unsigned long frontier;			/* pages from here up were never looked at */
	unsigned long bottom;			/* LFB_PAGES_ASCENDING: next page to give out */
	unsigned long top;			/* LFB_PAGES_ASCENDING: internal pages grow down */
	unsigned long allocated;		/* pages given out by alloc_pages() and co. */
	unsigned long of_files;			/* of these, what files in memory have */
	unsigned long internal;			/* pages of KHO's own records */
	unsigned long incoming;			/* pages handed over, not restored */
	phys_addr_t early_next;			/* lfb__early_alloc() */
	u32 oldest_freed;			/* fence.c: freed blocks not given out again */
	u32 newest_freed;
	bool never_written;			/* there may be such memory: see check.c */
	unsigned long lost_next;		/* behind the last page asked for that is lost … */
	unsigned long lost_call;		/* … and in which call of a callback; 0: outside */
};

#define LFB_SLAB_CLASSES 12

struct lfb_slabs {
	u32 partial[LFB_SLAB_CLASSES];		/* slabs with room, LFB_NO_PFN: none */
	unsigned long objects;			/* live objects */
	unsigned long pages;			/* of slabs, kept empty ones too */
};

/* A vmalloc area that was freed. */
struct lfb_gone_area {
	const struct lfb_site *made;
	const struct lfb_site *freed;
	unsigned long operation;	/* that freed it */
	size_t start, size;		/* bytes of the window; a size of 0: there is none */
};

#define LFB_GONE_AREAS 16

struct lfb_vmallocs {
	struct list_head areas;			/* highest address first */
	size_t next;				/* bytes of the window already given out */
	unsigned long count;
	unsigned long freed;			/* in all, the last ones of which are … */
	struct lfb_gone_area gone[LFB_GONE_AREAS];	/* … these, each at its number */
};

#endif
