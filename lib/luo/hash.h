/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A chained hash table that grows, so that names and tokens are found without scanning. It lies
 * in the simulated kernel's memory. Never iterated: order must not depend on it.
 */
#ifndef LIB_LUO_HASH_H
#define LIB_LUO_HASH_H

#include <luo/types.h>

#define LUO_HASH_FIRST 2	/* buckets inside the table itself; a power of two */

struct luo_hash_node {
	struct luo_hash_node *next;
	u64 hash;
};

struct luo_hash {
	union {
		struct luo_hash_node *first[LUO_HASH_FIRST];	/* as long as they are enough */
		struct luo_hash_node **buckets;
	};
	u32 mask;
	u32 count;
};

/* Has it memory of its own? */
static inline bool luo_hash_has_grown(const struct luo_hash *table)
{
	return table->mask >= LUO_HASH_FIRST;
}

/*
 * Memory of an index of the simulator, zeroed: not something a kernel allocates, so it is no fault
 * point. NULL: none.
 */
void *luo_index_alloc(unsigned long count, size_t size);

void luo_hash_init(struct luo_hash *table);
/* Frees the buckets, not the nodes. */
void luo_hash_destroy(struct luo_hash *table);
void luo_hash_add(struct luo_hash *table, struct luo_hash_node *node, u64 hash);
void luo_hash_del(struct luo_hash *table, struct luo_hash_node *node);
/* The first that was added with that hash, and the one after it; NULL at the end. */
struct luo_hash_node *luo_hash_first(const struct luo_hash *table, u64 hash);
struct luo_hash_node *luo_hash_next(const struct luo_hash_node *node);

u64 luo_hash_u64(u64 value);
u64 luo_hash_string(const char *string);

#endif
