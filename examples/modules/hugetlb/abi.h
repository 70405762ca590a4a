/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What HugeTLB hands over. The books, of all pools, go over once, as an FLB; each file hands over
 * the addresses of its own pages. Whoever reads takes fields from where the writer says they are:
 * new ones come at the end of an entry, and an older reader does not notice them.
 */
#ifndef HUGETLB_ABI_H
#define HUGETLB_ABI_H

#include <linux/stddef.h>
#include <linux/types.h>

#define HUGETLB_COMPATIBLE "hugetlb-v1"
#define HUGETLB_MEMFD_COMPATIBLE "hugetlb-memfd-v1"
#define HUGETLB_GUEST_MEMFD_COMPATIBLE "hugetlb-guest-memfd-v1"

/* What is written, and the oldest that is read. Whoever backports builds with others. */
#ifndef HUGETLB_SER_VERSION
#define HUGETLB_SER_VERSION 2
#endif
#ifndef HUGETLB_SER_OLDEST
#define HUGETLB_SER_OLDEST 1
#endif

/**
 * struct hugetlb_pool_ser - the books of a pool
 * @order: of its pages
 * @nr_coming: pages that files bring
 * @nr_wanted: how many pages the pool had when it was complete; since version 2
 */
struct hugetlb_pool_ser {
	u32 order;
	u32 nr_coming;
	u32 nr_wanted;
} __packed;

#if HUGETLB_SER_VERSION < 2
#define HUGETLB_POOL_SER_SIZE offsetof(struct hugetlb_pool_ser, nr_wanted)
#else
#define HUGETLB_POOL_SER_SIZE sizeof(struct hugetlb_pool_ser)
#endif

/**
 * struct hugetlb_ser - the books
 * @version: of who wrote them
 * @nr_pools: how many entries there are
 * @pool_size: bytes of each
 * @reserved: 0
 * @pools: the entries
 */
struct hugetlb_ser {
	u32 version;
	u32 nr_pools;
	u32 pool_size;
	u32 reserved;
	u8 pools[];
};

/**
 * struct hugetlb_pages_ser - the pages of a file
 * @order: of each
 * @nr: how many
 * @phys: where they are; 0: restored already
 */
struct hugetlb_pages_ser {
	u32 order;
	u32 nr;
	u64 phys[];
};

/**
 * struct hugetlb_memfd_ser - a memfd
 * @size: in bytes
 * @seals: of memfd_create()
 * @reserved: 0
 * @pages: what is in it
 */
struct hugetlb_memfd_ser {
	u64 size;
	u32 seals;
	u32 reserved;
	struct hugetlb_pages_ser pages;
};

/**
 * struct hugetlb_guest_memfd_ser - a guest_memfd
 * @flags: it was made with
 * @pages: what is in it
 */
struct hugetlb_guest_memfd_ser {
	u64 flags;
	struct hugetlb_pages_ser pages;
};

#endif
