/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: entries that become several, for linux/xarray.h. No such name on a kernel. */
#ifndef LUO_LINUX_XA_SPLIT_H
#define LUO_LINUX_XA_SPLIT_H

#include <luo/kernel/linux/xa_store.h>

/* The nodes that are needed to make entries of the place's order of one of @order. */
static inline unsigned int lfb_xas_split_nodes(const struct xa_state *xas, unsigned int order)
{
	return xas->xa_shift < lfb_xa_shift(order) ? lfb_xa_siblings(order) + 1u : 0;
}

/* More than one level of nodes at a time is not to be had. */
static inline bool lfb_xas_splits_levels(const struct xa_state *xas, unsigned int order)
{
	return lfb_xa_shift(order) > xas->xa_shift + XA_CHUNK_SHIFT;
}

/**
 * xas_split_alloc() - get the memory that xas_split() needs, before the lock is taken
 * @xas: the place; its order is the new one
 * @entry: not looked at
 * @order: of the entry that is to be split
 * @gfp: how to allocate
 *
 * Errors are the place's: -ENOMEM; with a WARN where it takes more than one level of nodes.
 */
static inline void xas_split_alloc(struct xa_state *xas, void *entry, unsigned int order, gfp_t gfp)
{
	bool enough = !WARN_ON(lfb_xas_splits_levels(xas, order));

	(void)entry;
	for (unsigned int n = lfb_xas_split_nodes(xas, order); enough && n; n--)
		enough = lfb_xas_stock(xas, gfp);
	if (!enough) {
		xas_destroy(xas);
		xas_set_err(xas, -ENOMEM);
	}
}

/* The slots from @first to @last have entries of so many slots each, all with @marks. */
static inline void lfb_xas_split_slots(struct xa_state *xas, struct xa_node *node,
				       unsigned int first, unsigned int last, void *entry,
				       unsigned int marks)
{
	for (unsigned int i = first; i <= last; i++) {
		const unsigned int begin = first + ((i - first) & ~(unsigned int)xas->xa_sibs);

		if (node->slots[i])
			node->count--;
		lfb_xa_fill(node, i, i == begin ? entry : xa_mk_sibling(begin));
		/* What belongs to a value is one. */
		if (i != begin)
			node->nr_values = (unsigned char)(node->nr_values + xa_is_value(entry));
		for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
			node->marks[mark][0] &= ~(1ul << i);
			if (i == begin && marks >> mark & 1)
				node->marks[mark][0] |= 1ul << i;
		}
	}
}

/* Each slot of the entry has a node with entries of the place's order. */
static inline void lfb_xas_split_down(struct xa_state *xas, struct xa_node *above,
				      unsigned int first, unsigned int last, void *entry,
				      unsigned int marks)
{
	for (unsigned int i = first; i <= last; i++) {
		struct xa_node *node = lfb_xas_node(xas, above->shift - XA_CHUNK_SHIFT);

		/* The caller has seen to it that there are enough. */
		if (WARN_ON(!node))
			return;
		lfb_xas_split_slots(xas, node, 0, XA_CHUNK_MASK, entry, marks);
		above->count--;
		lfb_xa_link(above, i, node);
		for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++)
			lfb_xa_tell_mark(xas->xa, node, mark);
		lfb_xas_update(xas, node);
	}
}

/**
 * xas_split() - make entries of the place's order of a larger one
 * @xas: the place
 * @entry: what each of them is
 * @order: of the entry that is split
 *
 * They have its marks. Memory comes from xas_split_alloc().
 */
static inline void xas_split(struct xa_state *xas, void *entry, unsigned int order)
{
	const bool down = lfb_xas_split_nodes(xas, order);
	unsigned int first, last, marks = 0;
	struct xa_node *node;
	void *old = xas_load(xas);

	node = xas->xa_node;
	if (!old || !xas_is_node(xas))
		return;
	first = xas->xa_offset;
	last = first + lfb_xa_slots(node, first) - 1;
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++)
		marks |= (unsigned int)lfb_xa_has_mark(node, first, mark) << mark;
	if (xa_is_value(old))
		node->nr_values = (unsigned char)(node->nr_values - (last - first + 1));
	if (down)
		lfb_xas_split_down(xas, node, first, last, entry, marks);
	else
		lfb_xas_split_slots(xas, node, first, last, entry, marks);
	lfb_xas_update(xas, node);
	xas_reset(xas);
}

/**
 * xas_try_split() - xas_split() with the memory there is, of one node at most
 * @xas: the place
 * @entry: what each of the new entries is
 * @order: of the entry that is split
 *
 * Errors are the place's: -EINVAL it takes more than one node, -ENOMEM.
 */
static inline void xas_try_split(struct xa_state *xas, void *entry, unsigned int order)
{
	const unsigned int nodes = lfb_xas_split_nodes(xas, order);

	if (nodes > 1 || lfb_xas_splits_levels(xas, order) ||
	    (nodes && xas->xa_sibs != lfb_xa_siblings(order - 1)))
		xas_set_err(xas, -EINVAL);
	else if (nodes && !xas->xa_alloc && !lfb_xas_stock(xas, GFP_NOWAIT))
		xas_set_err(xas, -ENOMEM);
	else
		xas_split(xas, entry, order);
}

/** xas_try_split_min_order() - Return: the least order that xas_try_split() makes of @order. */
static inline unsigned int xas_try_split_min_order(unsigned int order)
{
	if (!order)
		return 0;
	return order % XA_CHUNK_SHIFT ? lfb_xa_shift(order) : order - 1;
}

#endif
