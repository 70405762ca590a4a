// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include "lib/luo/hash.h"

#include "sim/kernel/kernel.h"

void luo_hash_init(struct luo_hash *table)
{
	*table = (struct luo_hash){ .mask = LUO_HASH_FIRST - 1 };
}

void luo_hash_destroy(struct luo_hash *table)
{
	LFB_ASSERT(!table->count);
	if (luo_hash_has_grown(table))
		kfree(table->buckets);
	luo_hash_init(table);
}

static struct luo_hash_node **buckets_of(const struct luo_hash *table)
{
	return luo_hash_has_grown(table) ? table->buckets : (struct luo_hash_node **)table->first;
}

static struct luo_hash_node **bucket(const struct luo_hash *table, u64 hash)
{
	return &buckets_of(table)[hash & table->mask];
}

void *luo_index_alloc(unsigned long count, size_t size)
{
	const struct lfb_faults faults = lfb__current->faults;
	void *memory;

	lfb__current->faults.plan.kinds = 0;
	memory = lfb__kcalloc(count, size);
	/* Nor must it be counted as one. */
	lfb__current->faults = faults;
	return memory;
}

/* Behind those that are there: of two that are alike, the first is to be found. */
static void append(struct luo_hash_node **to, struct luo_hash_node *node)
{
	while (*to)
		to = &(*to)->next;
	node->next = NULL;
	*to = node;
}

/* Without memory a table just stays as small as it is. */
static void grow(struct luo_hash *table)
{
	u32 old_count = table->mask + 1, new_count = old_count * 4;
	struct luo_hash_node **old = buckets_of(table);
	struct luo_hash_node **new = luo_index_alloc(new_count, sizeof(*new));

	if (!new)
		return;
	for (u32 i = 0; i < old_count; i++) {
		struct luo_hash_node *node = old[i];

		while (node) {
			struct luo_hash_node *next = node->next;

			append(&new[node->hash & (new_count - 1)], node);
			node = next;
		}
	}
	if (luo_hash_has_grown(table))
		kfree(table->buckets);
	table->buckets = new;
	table->mask = new_count - 1;
}

void luo_hash_add(struct luo_hash *table, struct luo_hash_node *node, u64 hash)
{
	if (table->count > table->mask)
		grow(table);
	node->hash = hash;
	append(bucket(table, hash), node);
	table->count++;
}

void luo_hash_del(struct luo_hash *table, struct luo_hash_node *node)
{
	struct luo_hash_node **at = bucket(table, node->hash);

	while (*at && *at != node)
		at = &(*at)->next;
	if (!LFB_ASSERT(*at != NULL))
		return;
	*at = node->next;
	/* An empty table holds no memory, or it would look like a leak. */
	if (!--table->count && luo_hash_has_grown(table))
		luo_hash_destroy(table);
}

static struct luo_hash_node *with_hash(struct luo_hash_node *node, u64 hash)
{
	while (node && node->hash != hash)
		node = node->next;
	return node;
}

struct luo_hash_node *luo_hash_first(const struct luo_hash *table, u64 hash)
{
	return with_hash(*bucket(table, hash), hash);
}

struct luo_hash_node *luo_hash_next(const struct luo_hash_node *node)
{
	return with_hash(node->next, node->hash);
}

u64 luo_hash_u64(u64 value)
{
	value ^= value >> 32;
	value *= 0x9e3779b97f4a7c15ull;
	return value ^ (value >> 29);
}

/*
 * Names are often counted up. Those that differ in their last character only become neighbours in
 * the table, so that walking through many of them stays in the cache.
 */
u64 luo_hash_string(const char *string)
{
	u64 hash = 0xcbf29ce484222325ull;
	u8 last = 0;

	for (; *string; string++) {
		hash = (hash ^ last) * 0x100000001b3ull;
		last = (u8)*string;
	}
	return (hash ^ hash >> 32) + last;
}
