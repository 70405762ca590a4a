/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: a power of two of buckets, whose number the compiler knows. */
#ifndef LUO_LINUX_HASHTABLE_H
#define LUO_LINUX_HASHTABLE_H

#include <luo/kernel/linux/hash.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/log2.h>
#include <luo/kernel/linux/types.h>

#define DEFINE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)] = { HLIST_HEAD_INIT }
#define DECLARE_HASHTABLE(name, bits) struct hlist_head name[1 << (bits)]
#define HASH_SIZE(table) (ARRAY_SIZE(table))
#define HASH_BITS(table) ilog2(HASH_SIZE(table))
/** hash_min() - hash_32() where that is enough for the key, else hash_long(). */
#define hash_min(key, bits) (sizeof(key) <= 4 ? hash_32(key, bits) : hash_long(key, bits))

static inline void __hash_init(struct hlist_head *table, unsigned int size)
{
	for (unsigned int bucket = 0; bucket < size; bucket++)
		INIT_HLIST_HEAD(&table[bucket]);
}

static inline bool __hash_empty(struct hlist_head *table, unsigned int size)
{
	for (unsigned int bucket = 0; bucket < size; bucket++) {
		if (!hlist_empty(&table[bucket]))
			return false;
	}
	return true;
}

#define hash_init(table) __hash_init(table, HASH_SIZE(table))
#define hash_empty(table) __hash_empty(table, HASH_SIZE(table))
#define LFB_BUCKET_(table, key) (&(table)[hash_min(key, HASH_BITS(table))])
/** hash_add() - put @node, a struct hlist_node, where @key belongs. */
#define hash_add(table, node, key) hlist_add_head(node, LFB_BUCKET_(table, key))
#define hash_add_rcu(table, node, key) hash_add(table, node, key)
#define hash_del_rcu(node) hash_del(node)

/** hash_hashed() - Return: whether @node is in a table. */
static inline bool hash_hashed(struct hlist_node *node)
{
	return !hlist_unhashed(node);
}

static inline void hash_del(struct hlist_node *node)
{
	hlist_del_init(node);
}

#define hash_for_each(table, bucket, pos, member)                                                  \
	for ((bucket) = 0, pos = NULL; !pos && (bucket) < (int)HASH_SIZE(table); (bucket)++)       \
		hlist_for_each_entry(pos, &(table)[bucket], member)
#define hash_for_each_safe(table, bucket, n, pos, member)                                          \
	for ((bucket) = 0, pos = NULL; !pos && (bucket) < (int)HASH_SIZE(table); (bucket)++)       \
		hlist_for_each_entry_safe(pos, n, &(table)[bucket], member)
#define hash_for_each_rcu(table, bucket, pos, member) hash_for_each(table, bucket, pos, member)
/** hash_for_each_possible() - those in the bucket of @key; others may be among them. */
#define hash_for_each_possible(table, pos, member, key)                                            \
	hlist_for_each_entry(pos, LFB_BUCKET_(table, key), member)
#define hash_for_each_possible_safe(table, pos, n, member, key)                                    \
	hlist_for_each_entry_safe(pos, n, LFB_BUCKET_(table, key), member)
#define hash_for_each_possible_rcu(table, pos, member, key, ...)                                   \
	hash_for_each_possible(table, pos, member, key)

#endif
