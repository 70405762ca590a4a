/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: pointers by number with marks; no nodes, ranges or locks of its own. */
#ifndef LUO_LINUX_XARRAY_H
#define LUO_LINUX_XARRAY_H

#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/rbtree.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/kernel/linux/types.h>

typedef unsigned int xa_mark_t;
#define XA_MARK_0 0u
#define XA_MARK_1 1u
#define XA_MARK_2 2u
#define XA_PRESENT 8u
#define XA_FLAGS_LOCK_IRQ 1u
#define XA_FLAGS_LOCK_BH 2u
#define XA_FLAGS_ALLOC 4u
#define XA_FLAGS_ALLOC1 8u

/** struct xarray - pointers by number. */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	struct rb_root lfb_entries;
};

/** struct xa_limit - the numbers that may be given out, both included. */
struct xa_limit {
	u32 max;
	u32 min;
};

struct lfb_xa_entry {
	struct rb_node node;
	unsigned long index;
	void *value;		/* NULL: it is only reserved */
	unsigned int marks;
};

#define XARRAY_INIT(name, flags) { LFB_LOCK_INIT(#name), flags, { NULL } }
#define DEFINE_XARRAY_FLAGS(name, flags) struct xarray name = XARRAY_INIT(name, flags)
#define DEFINE_XARRAY(name) DEFINE_XARRAY_FLAGS(name, 0)
#define DEFINE_XARRAY_ALLOC(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC)
#define DEFINE_XARRAY_ALLOC1(name) DEFINE_XARRAY_FLAGS(name, XA_FLAGS_ALLOC1)
#define LFB_XA_LIMIT_(lowest, highest) ((struct xa_limit){ highest, lowest })
#define XA_LIMIT(lowest, highest) LFB_XA_LIMIT_(lowest, highest)
#define xa_limit_32b XA_LIMIT(0, UINT_MAX)
#define xa_limit_31b XA_LIMIT(0, INT_MAX)
#define xa_limit_16b XA_LIMIT(0, USHRT_MAX)
#define xa_lock(xa) spin_lock(&(xa)->xa_lock)
#define xa_trylock(xa) spin_trylock(&(xa)->xa_lock)
#define xa_unlock(xa) spin_unlock(&(xa)->xa_lock)

/** xa_mk_value() - a number in the place of a pointer. */
static inline void *xa_mk_value(unsigned long number)
{
	WARN_ON((long)number < 0);
	return (void *)(number << 1 | 1);
}

static inline unsigned long xa_to_value(const void *entry)
{
	return (unsigned long)entry >> 1;
}

static inline bool xa_is_value(const void *entry)
{
	return (unsigned long)entry & 1;
}

static inline bool xa_is_err(const void *entry)
{
	return IS_ERR(entry);
}

/** xa_err() - Return: the errno in what xa_store() and its like gave back, 0: none. */
static inline int xa_err(void *entry)
{
	return IS_ERR(entry) ? (int)PTR_ERR(entry) : 0;
}

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	spin_lock_init(&xa->xa_lock);
	xa->xa_flags = flags;
	xa->lfb_entries.rb_node = NULL;
}

/** xa_init() - nothing is there. */
static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

/** xa_empty() - Return: whether nothing is there, and nothing reserved. */
static inline bool xa_empty(const struct xarray *xa)
{
	return RB_EMPTY_ROOT(&xa->lfb_entries);
}

/* The first one from @index on. */
static inline struct lfb_xa_entry *lfb_xa_from(const struct xarray *xa, unsigned long index)
{
	struct rb_node *node = xa->lfb_entries.rb_node;
	struct lfb_xa_entry *found = NULL;

	while (node) {
		struct lfb_xa_entry *entry = rb_entry(node, struct lfb_xa_entry, node);

		if (entry->index >= index)
			found = entry;
		node = entry->index > index ? node->rb_left :
		       entry->index < index ? node->rb_right : NULL;
	}
	return found;
}

static inline struct lfb_xa_entry *lfb_xa_at(const struct xarray *xa, unsigned long index)
{
	struct lfb_xa_entry *entry = lfb_xa_from(xa, index);

	return entry && entry->index == index ? entry : NULL;
}

/** xa_load() - Return: what is there under @index, or NULL. */
static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	const struct lfb_xa_entry *entry = lfb_xa_at(xa, index);

	return entry ? entry->value : NULL;
}

static inline void lfb_xa_link(struct xarray *xa, struct lfb_xa_entry *entry)
{
	struct rb_node **link = &xa->lfb_entries.rb_node, *parent = NULL;

	while (*link) {
		parent = *link;
		link = entry->index < rb_entry(parent, struct lfb_xa_entry, node)->index ?
			       &parent->rb_left : &parent->rb_right;
	}
	rb_link_node(&entry->node, parent, link);
	rb_insert_color(&entry->node, &xa->lfb_entries);
}

/* A new entry, where there is none. Return: 0; -ENOMEM. */
static inline int lfb_xa_add(struct xarray *xa, unsigned long index, void *value, gfp_t gfp)
{
	struct lfb_xa_entry *entry = (struct lfb_xa_entry *)kzalloc(sizeof(*entry), gfp);

	if (!entry)
		return -ENOMEM;
	entry->index = index;
	entry->value = value;
	lfb_xa_link(xa, entry);
	return 0;
}

/**
 * xa_insert() - put a pointer where there is none
 * @xa: where
 * @index: under which number
 * @value: the pointer
 * @gfp: how to allocate
 *
 * Return: 0; -EBUSY there is one, which is seen before anything is allocated; -ENOMEM.
 */
static inline int __must_check xa_insert(struct xarray *xa, unsigned long index, void *value,
					 gfp_t gfp)
{
	if (lfb_xa_at(xa, index))
		return -EBUSY;
	return lfb_xa_add(xa, index, value, gfp);
}

/** xa_erase() - take a pointer out; nothing happens where there is none. Return: it, or NULL. */
static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	struct lfb_xa_entry *entry = lfb_xa_at(xa, index);
	void *value;

	if (!entry)
		return NULL;
	value = entry->value;
	rb_erase(&entry->node, &xa->lfb_entries);
	kfree(entry);
	return value;
}

/** xa_store() - put a pointer there; NULL: take it out. Return: what was there, or an error. */
static inline void *xa_store(struct xarray *xa, unsigned long index, void *value, gfp_t gfp)
{
	struct lfb_xa_entry *entry = lfb_xa_at(xa, index);
	void *old = entry ? entry->value : NULL;
	int err;

	if (!value)
		return xa_erase(xa, index);
	if (entry) {
		entry->value = value;
		return old;
	}
	err = lfb_xa_add(xa, index, value, gfp);
	return err ? ERR_PTR(err) : NULL;
}

/** xa_cmpxchg() - xa_store() if @old is there. Return: what was there, or an error. */
static inline void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *value,
			       gfp_t gfp)
{
	void *now = xa_load(xa, index);

	if (now != old)
		return now;
	now = xa_store(xa, index, value, gfp);
	return IS_ERR(now) ? now : old;
}

/** xa_reserve() - a later xa_store() there needs no memory. Return: 0; -ENOMEM. */
static inline int __must_check xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return lfb_xa_at(xa, index) ? 0 : lfb_xa_add(xa, index, NULL, gfp);
}

/** xa_release() - what is reserved and not used is not any more. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	if (!xa_load(xa, index))
		xa_erase(xa, index);
}

static inline bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	const struct lfb_xa_entry *entry = lfb_xa_at(xa, index);

	return entry && entry->marks >> mark & 1;
}

/** xa_set_mark() - mark what is there, if anything is. */
static inline void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct lfb_xa_entry *entry = lfb_xa_at(xa, index);

	if (entry && entry->value)
		entry->marks |= 1u << mark;
}

static inline void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	struct lfb_xa_entry *entry = lfb_xa_at(xa, index);

	if (entry)
		entry->marks &= ~(1u << mark);
}

/**
 * xa_find() - the first pointer from @index on
 * @xa: where
 * @index: becomes its number
 * @max: the last that counts
 * @filter: XA_PRESENT, or a mark that it must have
 *
 * Return: it, NULL: there is none.
 */
static inline void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max,
			    xa_mark_t filter)
{
	struct lfb_xa_entry *entry = lfb_xa_from(xa, *index);

	while (entry && (!entry->value ||
			 (filter != XA_PRESENT && !(entry->marks >> filter & 1)))) {
		struct rb_node *next = rb_next(&entry->node);

		entry = next ? rb_entry(next, struct lfb_xa_entry, node) : NULL;
	}
	if (!entry || entry->index > max)
		return NULL;
	*index = entry->index;
	return entry->value;
}

/** xa_find_after() - the first one behind @index. */
static inline void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max,
				  xa_mark_t filter)
{
	unsigned long next = *index + 1;
	void *value = next ? xa_find(xa, &next, max, filter) : NULL;

	if (value)
		*index = next;
	return value;
}

static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	unsigned long index = 0;

	return xa_find((struct xarray *)xa, &index, ULONG_MAX, mark) != NULL;
}

#define xa_for_each_range(xa, index, entry, start, last)                                           \
	for ((index) = (start), (entry) = xa_find(xa, &(index), last, XA_PRESENT); entry;          \
	     (entry) = xa_find_after(xa, &(index), last, XA_PRESENT))
#define xa_for_each_start(xa, index, entry, start)                                                 \
	xa_for_each_range(xa, index, entry, start, ULONG_MAX)
#define xa_for_each(xa, index, entry) xa_for_each_start(xa, index, entry, 0)
#define xa_for_each_marked(xa, index, entry, filter)                                               \
	for ((index) = 0, (entry) = xa_find(xa, &(index), ULONG_MAX, filter); entry;               \
	     (entry) = xa_find_after(xa, &(index), ULONG_MAX, filter))

/**
 * xa_alloc() - put a pointer where there is room
 * @xa: where
 * @id: becomes its number, the first of @limit that is free
 * @value: the pointer; NULL: it is reserved
 * @limit: numbers that may be given out
 * @gfp: how to allocate
 *
 * Return: 0; -EBUSY none is free; -ENOMEM.
 */
static inline int __must_check xa_alloc(struct xarray *xa, u32 *id, void *value,
					struct xa_limit limit, gfp_t gfp)
{
	u64 index = limit.min;
	int err;

	if (xa->xa_flags & XA_FLAGS_ALLOC1 && !index)
		index = 1;
	while (index <= limit.max && lfb_xa_at(xa, (unsigned long)index))
		index++;
	if (index > limit.max)
		return -EBUSY;
	err = lfb_xa_add(xa, (unsigned long)index, value, gfp);
	if (!err)
		*id = (u32)index;
	return err;
}

/** xa_alloc_cyclic() - … from *@next on. Return: also 1: it began again from the first. */
static inline int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *value, struct xa_limit limit,
				  u32 *next, gfp_t gfp)
{
	const struct xa_limit rest = { limit.max, *next > limit.min ? *next : limit.min };
	int err = xa_alloc(xa, id, value, rest, gfp), again = 0;

	if (err == -EBUSY && rest.min > limit.min) {
		err = xa_alloc(xa, id, value, limit, gfp);
		again = 1;
	}
	if (err)
		return err;
	*next = *id + 1;
	return again;
}

/** xa_destroy() - take all out. */
static inline void xa_destroy(struct xarray *xa)
{
	struct rb_node *node;

	while ((node = rb_first(&xa->lfb_entries)))
		xa_erase(xa, rb_entry(node, struct lfb_xa_entry, node)->index);
}

/* With the lock held, which is not looked at. */
#define __xa_store xa_store
#define __xa_insert xa_insert
#define __xa_erase xa_erase
#define __xa_cmpxchg xa_cmpxchg
#define __xa_alloc xa_alloc
#define __xa_set_mark xa_set_mark
#define __xa_clear_mark xa_clear_mark
#define xa_store_bh xa_store
#define xa_store_irq xa_store
#define xa_erase_bh xa_erase
#define xa_erase_irq xa_erase

#include <luo/kernel/linux/xa_state.h>

#endif
