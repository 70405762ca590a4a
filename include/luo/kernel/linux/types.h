/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME. Other headers of the system count on this name too. */
#ifndef LUO_LINUX_TYPES_H
#define LUO_LINUX_TYPES_H

/* The system's, which this stands before: it lies beside asm-generic. */
#include <asm-generic/../linux/types.h>
#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/stddef.h>
#include <sys/types.h>
#include <luo/list.h>
#include <luo/types.h>

typedef unsigned long long ullong;
typedef int8_t s8;
typedef int16_t s16;
#ifdef __SIZEOF_INT128__
__extension__ typedef unsigned __int128 u128;
__extension__ typedef __int128 s128;
#endif

typedef phys_addr_t resource_size_t;
typedef u64 dma_addr_t;
typedef u64 sector_t;
typedef unsigned long pgoff_t;
typedef unsigned int fmode_t;
typedef unsigned short umode_t;

#define BITS_PER_BYTE 8
#if __SIZEOF_LONG__ == 8
#define BITS_PER_LONG 64
#else
#define BITS_PER_LONG 32
#endif
#define BITS_PER_LONG_LONG 64
#define DECLARE_BITMAP(name, bits) unsigned long name[((bits) + BITS_PER_LONG - 1) / BITS_PER_LONG]

/** struct hlist_head - a list with one pointer for a head, as buckets are. */
struct hlist_head {
	struct hlist_node *first;
};

/** struct hlist_node - a place in one; @pprev is where the pointer to it lies. */
struct hlist_node {
	struct hlist_node *next, **pprev;
};

/** struct callback_head - what is called once all readers of today are gone. */
struct callback_head {
	struct callback_head *next;
	void (*func)(struct callback_head *head);
};
#define rcu_head callback_head
typedef void (*rcu_callback_t)(struct callback_head *head);
typedef int (*cmp_func_t)(const void *a, const void *b);
typedef int (*cmp_r_func_t)(const void *a, const void *b, const void *priv);
typedef void (*swap_func_t)(void *a, void *b, int size);
typedef void (*swap_r_func_t)(void *a, void *b, int size, const void *priv);

#endif
