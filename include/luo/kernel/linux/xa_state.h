/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: places in arrays, for linux/xarray.h. No such name on a kernel. */
#ifndef LUO_LINUX_XA_STATE_H
#define LUO_LINUX_XA_STATE_H

#include <luo/kernel/linux/xa_entry.h>

struct list_lru;

/**
 * struct xa_state - a place in an array, from which one goes on
 * @xa: the array
 * @xa_index: the index it is about, the first of those xas_store() is for
 * @xa_shift: nodes that low take what is stored …
 * @xa_sibs: … in so many slots beside the first
 * @xa_offset: the slot, the first of an entry that has several
 * @xa_pad: nodes come from xas_nomem() alone, which says how to allocate; ours
 * @xa_node: the node of the slot; NULL: the entry is the head; or XAS_RESTART, XAS_BOUNDS, an error
 * @xa_alloc: nodes to be used
 * @xa_update: told of nodes that change
 * @xa_lru: not looked at
 */
struct xa_state {
	struct xarray *xa;
	unsigned long xa_index;
	unsigned char xa_shift;
	unsigned char xa_sibs;
	unsigned char xa_offset;
	unsigned char xa_pad;
	struct xa_node *xa_node;
	struct xa_node *xa_alloc;
	xa_update_node_t xa_update;
	struct list_lru *xa_lru;
};

#define XA_ERROR(errno) ((struct xa_node *)((unsigned long)(errno) << 2 | 2ul))
#define XAS_BOUNDS ((struct xa_node *)1ul)	/* the index is behind all there is room for */
#define XAS_RESTART ((struct xa_node *)3ul)	/* nothing was looked at yet */

/* Entries of @order are in nodes of that shift … */
static inline unsigned char lfb_xa_shift(unsigned int order)
{
	return (unsigned char)(order - order % XA_CHUNK_SHIFT);
}

/* … with so many slots beside the first. */
static inline unsigned char lfb_xa_siblings(unsigned int order)
{
	return (unsigned char)((1u << order % XA_CHUNK_SHIFT) - 1);
}

#define LFB_XA_STATE_(array, index, shift, siblings)                                               \
	{ array, index, shift, siblings, 0, 0, XAS_RESTART, NULL, NULL, NULL }
#define XA_STATE(name, array, index) struct xa_state name = LFB_XA_STATE_(array, index, 0, 0)
/** XA_STATE_ORDER() - a place of 2 to the power of @order indices, one of which is @index. */
#define XA_STATE_ORDER(name, array, index, order)                                                  \
	struct xa_state name = LFB_XA_STATE_(array, (index) >> (order) << (order),                 \
					     lfb_xa_shift(order), lfb_xa_siblings(order))

#define xas_marked(xas, mark) xa_marked((xas)->xa, mark)
#define xas_lock(xas) xa_lock((xas)->xa)
#define xas_trylock(xas) xa_trylock((xas)->xa)
#define xas_unlock(xas) xa_unlock((xas)->xa)
#define xas_lock_irq(xas) xa_lock_irq((xas)->xa)
#define xas_unlock_irq(xas) xa_unlock_irq((xas)->xa)
#define xas_lock_bh(xas) xa_lock_bh((xas)->xa)
#define xas_unlock_bh(xas) xa_unlock_bh((xas)->xa)
#define xas_lock_irqsave(xas, flags) xa_lock_irqsave((xas)->xa, flags)
#define xas_unlock_irqrestore(xas, flags) xa_unlock_irqrestore((xas)->xa, flags)

/** xas_error() - Return: the errno of what failed since xas_reset(), 0: nothing did. */
static inline int xas_error(const struct xa_state *xas)
{
	return xa_err(xas->xa_node);
}

static inline void xas_set_err(struct xa_state *xas, long err)
{
	xas->xa_node = XA_ERROR(err);
}

/** xas_invalid() - Return: whether the place is none: not looked for, not there, an error. */
static inline bool xas_invalid(const struct xa_state *xas)
{
	return (unsigned long)xas->xa_node & 3;
}

static inline bool xas_valid(const struct xa_state *xas)
{
	return !xas_invalid(xas);
}

static inline bool xas_is_node(const struct xa_state *xas)
{
	return xas_valid(xas) && xas->xa_node;
}

static inline bool xas_not_node(struct xa_node *node)
{
	return !node || (unsigned long)node & 3;
}

static inline bool xas_frozen(struct xa_node *node)
{
	return (unsigned long)node & 2;
}

static inline bool xas_top(struct xa_node *node)
{
	return node <= XAS_RESTART;
}

/** xas_reset() - begin at the top again, without what failed. */
static inline void xas_reset(struct xa_state *xas)
{
	xas->xa_node = XAS_RESTART;
}

static inline void xas_set(struct xa_state *xas, unsigned long index)
{
	xas->xa_index = index;
	xas_reset(xas);
}

/** xas_set_order() - the place of 2 to the power of @order indices, one of which is @index. */
static inline void xas_set_order(struct xa_state *xas, unsigned long index, unsigned int order)
{
	xas_set(xas, order < BITS_PER_LONG ? index >> order << order : 0);
	xas->xa_shift = lfb_xa_shift(order);
	xas->xa_sibs = lfb_xa_siblings(order);
}

/** xas_advance() - behind the siblings up to @index. */
static inline void xas_advance(struct xa_state *xas, unsigned long index)
{
	xas->xa_index = index;
	xas->xa_offset = (unsigned char)(xas_is_node(xas) ? lfb_xa_offset(xas->xa_node, index) :
							    index & XA_CHUNK_MASK);
}

static inline void xas_set_update(struct xa_state *xas, xa_update_node_t update)
{
	xas->xa_update = update;
}

static inline void xas_set_lru(struct xa_state *xas, struct list_lru *lru)
{
	xas->xa_lru = lru;
}

/** xas_retry() - Return: whether @entry is none that one goes on with. */
static inline bool xas_retry(struct xa_state *xas, const void *entry)
{
	if (xa_is_retry(entry))
		xas_reset(xas);
	return xa_is_retry(entry) || xa_is_zero(entry);
}

static inline void *lfb_xas_bounds(struct xa_state *xas)
{
	xas->xa_node = XAS_BOUNDS;
	return NULL;
}

/** xas_load() - Return: what is at the place; NULL. A node, where its order is larger than that. */
static inline void *xas_load(struct xa_state *xas)
{
	struct xa_node *node;
	void *entry;

	if (xas_error(xas))
		return NULL;
	if (xas->xa_index > lfb_xa_room(xas->xa))
		return lfb_xas_bounds(xas);
	entry = xa_head(xas->xa);
	xas->xa_node = NULL;
	node = xa_is_node(entry) ? xa_to_node(entry) : NULL;
	while (node && node->shift >= xas->xa_shift) {
		unsigned int offset;

		entry = lfb_xa_read(node, xas->xa_index, &offset);
		xas->xa_node = node;
		xas->xa_offset = (unsigned char)offset;
		node = lfb_xa_as_node(node, entry);
	}
	return entry;
}

/* xas_load(), which is short where the slot was looked at and leads no further. */
static inline void *lfb_xas_load_again(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;
	void *entry;

	if (xas_not_node(xas->xa_node) || node->array != xas->xa || node->shift < xas->xa_shift ||
	    xas->xa_offset != lfb_xa_offset(node, xas->xa_index))
		return xas_load(xas);
	entry = READ_ONCE(node->slots[xas->xa_offset]);
	return xa_is_internal(entry) ? xas_load(xas) : entry;
}

/** xas_reload() - Return: what is now where the place is, which was looked at before. */
static inline void *xas_reload(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;

	return node ? xa_entry(xas->xa, node, lfb_xa_slot(node, xas->xa_index)) : xa_head(xas->xa);
}

/* The first index behind the entry or empty slot of the place; 0: there is none. */
static inline unsigned long lfb_xas_behind(const struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;

	if (!node)
		return 1;
	return lfb_xa_index(node, xas->xa_offset) +
	       ((unsigned long)lfb_xa_slots(node, xas->xa_offset) << node->shift);
}

/** xas_pause() - the lock is given away: go on behind the place later. */
static inline void xas_pause(struct xa_state *xas)
{
	if (xas_invalid(xas))
		return;
	xas->xa_index = lfb_xas_behind(xas);
	xas->xa_node = xas->xa_index ? XAS_RESTART : XAS_BOUNDS;
}

static inline void *__xas_next(struct xa_state *xas)
{
	xas->xa_index += !xas_error(xas) && xas->xa_node != XAS_RESTART;
	return xas_load(xas);
}

static inline void *__xas_prev(struct xa_state *xas)
{
	xas->xa_index -= !xas_error(xas) && xas->xa_node != XAS_RESTART;
	return xas_load(xas);
}

/* Is the place a slot for its index alone? */
static inline bool lfb_xas_lowest(const struct xa_state *xas)
{
	return !xas_not_node(xas->xa_node) && !xas->xa_node->shift &&
	       xas->xa_offset == (xas->xa_index & XA_CHUNK_MASK);
}

/* The slot beside it, unless that is another node's or a sibling of one further off. */
static inline bool lfb_xas_beside(struct xa_state *xas, int step)
{
	const unsigned int offset = xas->xa_offset + (unsigned int)step;

	if (!lfb_xas_lowest(xas) || offset >= XA_CHUNK_SIZE ||
	    xa_is_internal(xas->xa_node->slots[offset]))
		return false;
	xas->xa_index += (unsigned long)step;
	xas->xa_offset = (unsigned char)offset;
	return true;
}

/** xas_next() - Return: what is at the place, if that was not looked at, else at the next index. */
static inline void *xas_next(struct xa_state *xas)
{
	return lfb_xas_beside(xas, 1) ? xa_entry(xas->xa, xas->xa_node, xas->xa_offset) :
					__xas_next(xas);
}

/** xas_prev() - … at the one before. */
static inline void *xas_prev(struct xa_state *xas)
{
	return lfb_xas_beside(xas, -1) ? xa_entry(xas->xa, xas->xa_node, xas->xa_offset) :
					 __xas_prev(xas);
}

static inline bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (xas_invalid(xas))
		return false;
	return xas->xa_node ? lfb_xa_has_mark(xas->xa_node, xas->xa_offset, mark) :
			      xa_marked(xas->xa, mark);
}

static inline void xas_set_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (xas_invalid(xas))
		return;
	if (xas->xa_node) {
		xas->xa_node->marks[mark][0] |= 1ul << xas->xa_offset;
		lfb_xa_tell_mark(xas->xa, xas->xa_node, mark);
	} else {
		xas->xa->xa_flags |= XA_FLAGS_MARK(mark);
	}
}

static inline void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (xas_invalid(xas))
		return;
	if (xas->xa_node) {
		xas->xa_node->marks[mark][0] &= ~(1ul << xas->xa_offset);
		lfb_xa_tell_mark(xas->xa, xas->xa_node, mark);
	} else {
		xas->xa->xa_flags &= ~XA_FLAGS_MARK(mark);
	}
}

/** xas_init_marks() - those of what is new. */
static inline void xas_init_marks(const struct xa_state *xas)
{
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
		if (lfb_xa_marks_empty(xas->xa, mark))
			xas_set_mark(xas, mark);
		else
			xas_clear_mark(xas, mark);
	}
}

/** xas_get_order() - Return: 2 to the power of it indices have the entry that was looked at. */
static inline int xas_get_order(struct xa_state *xas)
{
	const struct xa_node *node = xas->xa_node;

	if (!node || !node->slots[xas->xa_offset])
		return 0;
	return node->shift + (int)__fls(lfb_xa_slots(node, xas->xa_offset));
}

#endif
