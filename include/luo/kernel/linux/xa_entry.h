/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: entries, marks and nodes, for linux/xarray.h. No such name on a kernel. */
#ifndef LUO_LINUX_XA_ENTRY_H
#define LUO_LINUX_XA_ENTRY_H

#include <luo/kernel/linux/bitops.h>
#include <luo/kernel/linux/bug.h>
#include <luo/kernel/linux/err.h>
#include <luo/kernel/linux/kconfig.h>
#include <luo/kernel/linux/limits.h>
#include <luo/kernel/linux/list.h>
#include <luo/kernel/linux/rcupdate.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/kernel/linux/types.h>

/* Entries of several indices are always there. */
#ifndef CONFIG_XARRAY_MULTI
#define CONFIG_XARRAY_MULTI 1
#endif

typedef unsigned int xa_mark_t;
#define XA_MARK_0 0u
#define XA_MARK_1 1u
#define XA_MARK_2 2u
#define XA_PRESENT 8u
#define XA_MARK_MAX XA_MARK_2
#define XA_FREE_MARK XA_MARK_0
#define XA_MAX_MARKS 3
#define BITS_PER_XA_VALUE (BITS_PER_LONG - 1)

enum xa_lock_type {
	XA_LOCK_IRQ = 1,
	XA_LOCK_BH = 2,
};

#define XA_FLAGS_LOCK_IRQ 1u
#define XA_FLAGS_LOCK_BH 2u
#define XA_FLAGS_TRACK_FREE 4u
#define XA_FLAGS_ZERO_BUSY 8u
#define XA_FLAGS_ALLOC_WRAPPED 16u
#define XA_FLAGS_ACCOUNT 32u
#define XA_FLAGS_MARK(mark) ((1u << 27) << (mark))
#define XA_FLAGS_ALLOC (XA_FLAGS_TRACK_FREE | XA_FLAGS_MARK(XA_FREE_MARK))
#define XA_FLAGS_ALLOC1 (XA_FLAGS_TRACK_FREE | XA_FLAGS_ZERO_BUSY)

/**
 * struct xarray - pointers by number
 * @xa_lock: held by who changes anything
 * @xa_flags: XA_FLAGS_*, and the marks that any entry has
 * @xa_head: NULL: nothing is there; the entry at 0, if there is no other; or the topmost node
 */
struct xarray {
	spinlock_t xa_lock;
	gfp_t xa_flags;
	void *xa_head;
};

#define XA_CHUNK_SHIFT 6u
#define XA_CHUNK_SIZE (1ul << XA_CHUNK_SHIFT)
#define XA_CHUNK_MASK (XA_CHUNK_SIZE - 1)
#define XA_MARK_LONGS BITS_TO_LONGS(XA_CHUNK_SIZE)

/**
 * struct xa_node - 64 slots
 * @shift: a slot stands for 2 to the power of it indices
 * @offset: its slot in @parent
 * @count: slots that are not empty
 * @nr_values: those of them that have a value, or belong to one
 * @parent: NULL: it is the topmost
 * @array: whose it is
 * @private_list: of who uses the array
 * @rcu_head: in its place once the node is free
 * @slots: entries, nodes, and siblings of the first slot of an entry that has several
 * @marks: the slots that have them, or with anything below that has
 */
struct xa_node {
	unsigned char shift;
	unsigned char offset;
	unsigned char count;
	unsigned char nr_values;
	struct xa_node *parent;
	struct xarray *array;
	union {
		struct list_head private_list;
		struct rcu_head rcu_head;
	};
	void *slots[XA_CHUNK_SIZE];
	union {
		unsigned long tags[XA_MAX_MARKS][XA_MARK_LONGS];
		unsigned long marks[XA_MAX_MARKS][XA_MARK_LONGS];
	};
};

typedef void (*xa_update_node_t)(struct xa_node *node);

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

/** xa_tag_pointer() - a pointer with a number of 0, 1 or 3 in it. */
static inline void *xa_tag_pointer(void *pointer, unsigned long tag)
{
	return (void *)((unsigned long)pointer | tag);
}

static inline void *xa_untag_pointer(void *entry)
{
	return (void *)((unsigned long)entry & ~3ul);
}

static inline unsigned int xa_pointer_tag(void *entry)
{
	return (unsigned long)entry & 3;
}

/** xa_mk_internal() - what is neither a pointer nor a value of the array's user. */
static inline void *xa_mk_internal(unsigned long number)
{
	return (void *)(number << 2 | 2);
}

static inline unsigned long xa_to_internal(const void *entry)
{
	return (unsigned long)entry >> 2;
}

static inline bool xa_is_internal(const void *entry)
{
	return ((unsigned long)entry & 3) == 2;
}

#define XA_RETRY_ENTRY xa_mk_internal(256)
#define XA_ZERO_ENTRY xa_mk_internal(257)

/** xa_is_zero() - Return: whether the place is reserved, with nothing there. */
static inline bool xa_is_zero(const void *entry)
{
	return entry == XA_ZERO_ENTRY;
}

/** xa_is_retry() - Return: whether the node it came from is none any more. */
static inline bool xa_is_retry(const void *entry)
{
	return entry == XA_RETRY_ENTRY;
}

/** xa_is_err() - Return: whether xa_store() and its like gave back an error. */
static inline bool xa_is_err(const void *entry)
{
	return xa_is_internal(entry) && (long)entry < 0 && (long)entry >> 2 >= -MAX_ERRNO;
}

/** xa_err() - Return: the errno in what they gave back, 0: none. */
static inline int xa_err(void *entry)
{
	return xa_is_err(entry) ? (int)((long)entry >> 2) : 0;
}

static inline void *xa_mk_node(const struct xa_node *node)
{
	return (void *)((unsigned long)node | 2);
}

static inline struct xa_node *xa_to_node(const void *entry)
{
	return (struct xa_node *)((unsigned long)entry - 2);
}

/** xa_is_node() - so does a pointer of the user's look whose second bit is set. */
static inline bool xa_is_node(const void *entry)
{
	return xa_is_internal(entry) && (unsigned long)entry > 4096;
}

static inline void *xa_mk_sibling(unsigned int offset)
{
	return xa_mk_internal(offset);
}

static inline unsigned long xa_to_sibling(const void *entry)
{
	return xa_to_internal(entry);
}

static inline bool xa_is_sibling(const void *entry)
{
	return xa_is_internal(entry) && entry < xa_mk_sibling(XA_CHUNK_SIZE - 1);
}

/** xa_is_advanced() - Return: whether xa_store() and its like do not take it. */
static inline bool xa_is_advanced(const void *entry)
{
	return xa_is_internal(entry) && entry <= XA_RETRY_ENTRY;
}

static inline void *xa_head(const struct xarray *xa)
{
	return READ_ONCE(xa->xa_head);
}

static inline void *xa_head_locked(const struct xarray *xa)
{
	return xa->xa_head;
}

static inline void *xa_entry(const struct xarray *xa, const struct xa_node *node,
			     unsigned int offset)
{
	(void)xa;
	return READ_ONCE(node->slots[offset]);
}

static inline void *xa_entry_locked(const struct xarray *xa, const struct xa_node *node,
				    unsigned int offset)
{
	(void)xa;
	return node->slots[offset];
}

static inline struct xa_node *xa_parent(const struct xarray *xa, const struct xa_node *node)
{
	(void)xa;
	return READ_ONCE(node->parent);
}

static inline struct xa_node *xa_parent_locked(const struct xarray *xa,
					       const struct xa_node *node)
{
	(void)xa;
	return node->parent;
}

/** xa_marked() - Return: whether anything there has the mark. */
static inline bool xa_marked(const struct xarray *xa, xa_mark_t mark)
{
	return xa->xa_flags & XA_FLAGS_MARK(mark);
}

/** xa_empty() - Return: whether nothing is there, and nothing reserved. */
static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->xa_head;
}

/* Does the array know which indices are free? */
static inline bool lfb_xa_tracks_free(const struct xarray *xa)
{
	return xa->xa_flags & XA_FLAGS_TRACK_FREE;
}

/* Is the mark one that empty slots have? */
static inline bool lfb_xa_marks_empty(const struct xarray *xa, xa_mark_t mark)
{
	return mark == XA_FREE_MARK && lfb_xa_tracks_free(xa);
}

/* What is reserved is nothing to who looks. */
static inline void *lfb_xa_seen(void *entry)
{
	return xa_is_zero(entry) ? NULL : entry;
}

/* The node in a slot of @node. In the lowest ones are entries alone, whatever they look like. */
static inline struct xa_node *lfb_xa_as_node(const struct xa_node *node, const void *entry)
{
	return node->shift && xa_is_node(entry) ? xa_to_node(entry) : NULL;
}

static inline struct xa_node *lfb_xa_below(const struct xa_node *node, unsigned int offset)
{
	return lfb_xa_as_node(node, READ_ONCE(node->slots[offset]));
}

/* The indices of all of @node, less one. */
static inline unsigned long lfb_xa_mask(const struct xa_node *node)
{
	return (XA_CHUNK_SIZE << node->shift) - 1;
}

/* The last index there is room for. */
static inline unsigned long lfb_xa_room(const struct xarray *xa)
{
	const void *head = xa_head(xa);

	return xa_is_node(head) ? lfb_xa_mask(xa_to_node(head)) : 0;
}

static inline unsigned int lfb_xa_offset(const struct xa_node *node, unsigned long index)
{
	return index >> node->shift & XA_CHUNK_MASK;
}

/* What @node has for @index, and the slot; of an entry that has several, the first. */
static inline void *lfb_xa_read(const struct xa_node *node, unsigned long index,
				unsigned int *offset)
{
	void *entry;

	*offset = lfb_xa_offset(node, index);
	entry = READ_ONCE(node->slots[*offset]);
	if (!xa_is_sibling(entry))
		return entry;
	*offset = (unsigned int)xa_to_sibling(entry);
	return READ_ONCE(node->slots[*offset]);
}

static inline unsigned int lfb_xa_slot(const struct xa_node *node, unsigned long index)
{
	unsigned int offset;

	lfb_xa_read(node, index, &offset);
	return offset;
}

/* The first index of a slot, which its place in the tree says. */
static inline unsigned long lfb_xa_index(const struct xa_node *node, unsigned int offset)
{
	unsigned long index = 0;

	for (; node; offset = node->offset, node = node->parent)
		index |= (unsigned long)offset << node->shift;
	return index;
}

/* The slots of the entry that begins at @offset: it, and its siblings. */
static inline unsigned int lfb_xa_slots(const struct xa_node *node, unsigned int offset)
{
	unsigned int n = 1;

	while (offset + n < XA_CHUNK_SIZE && xa_is_sibling(READ_ONCE(node->slots[offset + n])))
		n++;
	return n;
}

static inline bool lfb_xa_has_mark(const struct xa_node *node, unsigned int offset, xa_mark_t mark)
{
	return node->marks[mark][0] >> offset & 1;
}

/* @node has slots with the mark or none any more: those above it learn of it. */
static inline void lfb_xa_tell_mark(struct xarray *xa, const struct xa_node *node, xa_mark_t mark)
{
	for (; node->parent; node = node->parent) {
		unsigned long *above = &node->parent->marks[mark][0];
		const unsigned long bit = 1ul << node->offset, before = *above;

		*above = node->marks[mark][0] ? before | bit : before & ~bit;
		if (*above == before)
			return;
	}
	if (node->marks[mark][0])
		xa->xa_flags |= XA_FLAGS_MARK(mark);
	else
		xa->xa_flags &= ~XA_FLAGS_MARK(mark);
}

#endif
