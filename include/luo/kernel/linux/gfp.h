/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: page allocation; nobody waits, __GFP_ZERO zeroes, __GFP_NOFAIL is no promise. */
#ifndef LUO_LINUX_GFP_H
#define LUO_LINUX_GFP_H

#include <luo/kernel/linux/numa.h>
#include <luo/kernel/linux/types.h>
#include <luo/mm.h>

#define __GFP_HIGH 0x20u
#define __GFP_IO 0x40u
#define __GFP_FS 0x80u
#define __GFP_DIRECT_RECLAIM 0x400u
#define __GFP_KSWAPD_RECLAIM 0x800u
#define __GFP_NOWARN 0x2000u
#define __GFP_RETRY_MAYFAIL 0x4000u
#define __GFP_NOFAIL 0x8000u
#define __GFP_NORETRY 0x10000u
#define __GFP_COMP 0x40000u
#define __GFP_ACCOUNT 0x400000u
#define __GFP_THISNODE 0x200000u
#define __GFP_HIGHMEM 0x2u
#define __GFP_MOVABLE 0x8u
#define GFP_NOWAIT (GFP_ATOMIC | __GFP_NOWARN)
#define GFP_NOIO GFP_KERNEL
#define GFP_NOFS GFP_KERNEL
#define GFP_USER GFP_KERNEL
#define GFP_HIGHUSER GFP_KERNEL
#define GFP_KERNEL_ACCOUNT (GFP_KERNEL | __GFP_ACCOUNT)

#define alloc_page(gfp) alloc_pages(gfp, 0)
#define __free_page(page) __free_pages((page), 0)
#define __get_free_page(gfp) __get_free_pages((gfp), 0)
#define get_zeroed_page(gfp) __get_free_pages((gfp) | __GFP_ZERO, 0)
#define free_page(addr) free_pages((addr), 0)

static inline struct page *alloc_pages_node(int node, gfp_t gfp, unsigned int order)
{
	(void)node;
	return alloc_pages(gfp, order);
}

/** gfpflags_allow_blocking() - Return: whether such an allocation may sleep. */
static inline bool gfpflags_allow_blocking(gfp_t gfp)
{
	return !(gfp & GFP_ATOMIC);
}

#endif
