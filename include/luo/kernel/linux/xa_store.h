/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what is put into arrays, for linux/xarray.h. No such name on a kernel. */
#ifndef LUO_LINUX_XA_STORE_H
#define LUO_LINUX_XA_STORE_H

#include <luo/kernel/linux/xa_state.h>

/* The slots that something is stored in, and what their node has to know of it afterwards. */
struct lfb_xa_run {
	struct xa_node *node;
	unsigned int first, last;
};

static inline void lfb_xas_update(const struct xa_state *xas, struct xa_node *node)
{
	if (xas->xa_update)
		xas->xa_update(node);
}

/* @node is free once those who read it now are gone; they find the way up from it until then. */
static inline void lfb_xas_free(const struct xa_state *xas, struct xa_node *node)
{
	node->count = 0;
	node->nr_values = 0;
	lfb_xas_update(xas, node);
	node->array = NULL;
	lfb_defer_kfree(node);
}

/* @top and all that is below it. */
static inline void lfb_xas_free_all(const struct xa_state *xas, struct xa_node *top)
{
	struct xa_node *node = top, *below;
	unsigned int offset = 0;

	while (node) {
		while (offset < XA_CHUNK_SIZE && !lfb_xa_below(node, offset)) {
			if (node->slots[offset])
				WRITE_ONCE(node->slots[offset], XA_RETRY_ENTRY);
			offset++;
		}
		if (offset < XA_CHUNK_SIZE) {
			below = lfb_xa_below(node, offset);
			WRITE_ONCE(node->slots[offset], XA_RETRY_ENTRY);
			node = below;
			offset = 0;
		} else {
			below = node;
			offset = node->offset + 1u;
			node = node == top ? NULL : node->parent;
			lfb_xas_free(xas, below);
		}
	}
}

/** xas_destroy() - give back nodes that xas_nomem() and xas_split_alloc() got and nobody needed. */
static inline void xas_destroy(struct xa_state *xas)
{
	while (xas->xa_alloc) {
		struct xa_node *node = xas->xa_alloc;

		xas->xa_alloc = node->parent;
		kfree(node);
	}
}

/* One more node to be used. Return: whether there was memory for it. */
static inline bool lfb_xas_stock(struct xa_state *xas, gfp_t gfp)
{
	struct xa_node *node = (struct xa_node *)kzalloc(sizeof(*node), gfp);

	if (!node)
		return false;
	node->parent = xas->xa_alloc;
	xas->xa_alloc = node;
	return true;
}

/**
 * xas_nomem() - behind the lock: was there no memory, and is there some now?
 * @xas: the place
 * @gfp: how to allocate
 *
 * Return: true: try again. False: it went well, or xas_error() says why not.
 */
static inline bool xas_nomem(struct xa_state *xas, gfp_t gfp)
{
	if (xas_error(xas) != -ENOMEM) {
		xas_destroy(xas);
		return false;
	}
	if (!lfb_xas_stock(xas, gfp))
		return false;
	xas_reset(xas);
	return true;
}

/* An empty node of the array, with nothing above it; NULL, with an error: there is no memory. */
static inline struct xa_node *lfb_xas_node(struct xa_state *xas, unsigned int shift)
{
	struct xa_node *node;

	if (!xas->xa_alloc && (xas->xa_pad || !lfb_xas_stock(xas, GFP_NOWAIT))) {
		xas_set_err(xas, -ENOMEM);
		return NULL;
	}
	node = xas->xa_alloc;
	xas->xa_alloc = node->parent;
	node->parent = NULL;
	node->shift = (unsigned char)shift;
	node->array = xas->xa;
	INIT_LIST_HEAD(&node->private_list);
	/* The indices end before the slots of a node of the highest shift do. */
	if (lfb_xa_tracks_free(xas->xa))
		node->marks[XA_FREE_MARK][0] = shift + XA_CHUNK_SHIFT < BITS_PER_LONG ?
						       ~0ul : (2ul << (ULONG_MAX >> shift)) - 1;
	return node;
}

/* @entry, or a node, into an empty slot; whoever counts is told by the caller. */
static inline void lfb_xa_fill(struct xa_node *node, unsigned int offset, void *entry)
{
	node->count++;
	node->nr_values = (unsigned char)(node->nr_values + xa_is_value(entry));
	rcu_assign_pointer(node->slots[offset], entry);
}

static inline void lfb_xa_link(struct xa_node *node, unsigned int offset, struct xa_node *below)
{
	below->offset = (unsigned char)offset;
	below->parent = node;
	lfb_xa_fill(node, offset, xa_mk_node(below));
}

/* One more node comes above all there is, whose first slot has that. Return: 0; -ENOMEM. */
static inline int lfb_xas_raise(struct xa_state *xas, unsigned int shift)
{
	struct xarray *xa = xas->xa;
	struct xa_node *node = lfb_xas_node(xas, shift);
	void *head = xa->xa_head;

	if (!node)
		return -ENOMEM;
	/* What counts from 1 has 0 taken. */
	if (!head && xa->xa_flags & XA_FLAGS_ZERO_BUSY)
		head = XA_ZERO_ENTRY;
	if (xa_is_node(head))
		lfb_xa_link(node, 0, xa_to_node(head));
	else if (head)
		lfb_xa_fill(node, 0, head);
	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
		if (xa_marked(xa, mark))
			node->marks[mark][0] |= 1;
		else
			node->marks[mark][0] &= ~1ul;
		lfb_xa_tell_mark(xa, node, mark);
	}
	rcu_assign_pointer(xa->xa_head, xa_mk_node(node));
	lfb_xas_update(xas, node);
	return 0;
}

/* There is room for the place below the head, or @in_head. Return: 0; -ENOMEM. */
static inline int lfb_xas_room(struct xa_state *xas, bool in_head)
{
	const unsigned long last = xas->xa_index + ((xas->xa_sibs + 1ul) << xas->xa_shift) - 1;
	int err = 0;

	while (!err) {
		void *head = xas->xa->xa_head;
		unsigned int shift = xas->xa_shift;

		if (xa_is_node(head)) {
			shift = xa_to_node(head)->shift + XA_CHUNK_SHIFT;
			if (last <= lfb_xa_room(xas->xa) && shift > xas->xa_shift)
				return 0;
		} else if (in_head && !last) {
			return 0;
		} else if (head || xas->xa->xa_flags & XA_FLAGS_ZERO_BUSY) {
			/* Of one index, it belongs into a lowest node. */
			shift = 0;
		} else {
			/* Nothing is there: what is too low is not needed. */
			while (shift + XA_CHUNK_SHIFT < BITS_PER_LONG &&
			       last >> shift >= XA_CHUNK_SIZE)
				shift += XA_CHUNK_SHIFT;
		}
		err = lfb_xas_raise(xas, shift);
	}
	return err;
}

/*
 * The way to the place, with nodes where there are none. Return: what is there, which may be an
 * entry of more indices; NULL, or with an error.
 */
static inline void *lfb_xas_create(struct xa_state *xas, bool in_head)
{
	void *entry;

	if (xas_error(xas) || lfb_xas_room(xas, in_head))
		return NULL;
	entry = lfb_xas_load_again(xas);
	while (!entry && xas->xa_node && xas->xa_node->shift > xas->xa_shift) {
		struct xa_node *above = xas->xa_node, *node;

		node = lfb_xas_node(xas, above->shift - XA_CHUNK_SHIFT);
		if (!node)
			return NULL;
		lfb_xa_link(above, xas->xa_offset, node);
		lfb_xas_update(xas, above);
		xas->xa_node = node;
		xas->xa_offset = (unsigned char)lfb_xa_offset(node, xas->xa_index);
	}
	return entry;
}

/* The first slot of the topmost node, with nothing beside it, needs no node. There is no place. */
static inline void lfb_xas_lower(struct xa_state *xas)
{
	struct xarray *xa = xas->xa;

	while (xa_is_node(xa->xa_head)) {
		struct xa_node *node = xa_to_node(xa->xa_head), *below = lfb_xa_below(node, 0);
		void *entry = node->slots[0];
		const bool none = xa->xa_flags & XA_FLAGS_ZERO_BUSY && xa_is_zero(entry);

		if (node->count != 1 || !entry ||
		    (!below && !none && (node->shift || xa_is_node(entry) || xa_is_zero(entry))))
			return;
		for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
			node->marks[mark][0] &= 1;
			lfb_xa_tell_mark(xa, node, mark);
		}
		if (below)
			below->parent = NULL;
		else
			WRITE_ONCE(node->slots[0], XA_RETRY_ENTRY);
		WRITE_ONCE(xa->xa_head, none ? NULL : entry);
		lfb_xas_free(xas, node);
		xas->xa_node = XAS_BOUNDS;
	}
}

/* The node of the place has less than before: without anything, it goes. */
static inline void lfb_xas_prune(struct xa_state *xas)
{
	struct xa_node *node = xas->xa_node, *above;

	for (; !node->count; node = above) {
		above = node->parent;
		if (above) {
			xas->xa_offset = node->offset;
			WRITE_ONCE(above->slots[node->offset], NULL);
			above->count--;
		} else {
			WRITE_ONCE(xas->xa->xa_head, NULL);
		}
		lfb_xas_free(xas, node);
		xas->xa_node = above ? above : XAS_BOUNDS;
		if (!above)
			return;
		lfb_xas_update(xas, above);
	}
	if (!node->parent)
		lfb_xas_lower(xas);
}

/* What was made for something that there is no memory for goes again. */
static inline void lfb_xas_undo(const struct xa_state *xas)
{
	XA_STATE(place, xas->xa, xas->xa_index);

	place.xa_update = xas->xa_update;
	xas_load(&place);
	if (xas_is_node(&place))
		lfb_xas_prune(&place);
	lfb_xas_lower(&place);
}

/* The marks of all slots of @run come to those of one entry; of none: to those of empty slots. */
static inline void lfb_xa_run_marks(struct xarray *xa, const struct lfb_xa_run *run, bool none)
{
	const unsigned long bits = (~0ul >> (XA_CHUNK_MASK - (run->last - run->first)))
				   << run->first;

	for (xa_mark_t mark = 0; mark < XA_MAX_MARKS; mark++) {
		unsigned long *marks = &run->node->marks[mark][0];
		const bool any = *marks & bits;

		*marks &= ~bits;
		if (none && lfb_xa_marks_empty(xa, mark))
			*marks |= bits;
		else if (!none && any)
			*marks |= 1ul << run->first;
		lfb_xa_tell_mark(xa, run->node, mark);
	}
}

/* @entry comes to be what all slots of @run have; NULL: nothing. */
static inline void lfb_xas_fill_run(struct xa_state *xas, const struct lfb_xa_run *run,
				    void *entry)
{
	struct xa_node *node = run->node, *below;
	const unsigned int count = node->count, values = node->nr_values;
	bool value = false;

	for (unsigned int i = run->first; i <= run->last; i++) {
		void *old = node->slots[i];

		/* A sibling is a value where the slot that it belongs to was one. */
		if (!xa_is_sibling(old))
			value = xa_is_value(old);
		below = lfb_xa_below(node, i);
		node->count = (unsigned char)(node->count - !!old + !!entry);
		node->nr_values = (unsigned char)(node->nr_values - (old && value) +
						  xa_is_value(entry));
		rcu_assign_pointer(node->slots[i], entry && i > run->first ?
					   xa_mk_sibling(run->first) : entry);
		if (below)
			lfb_xas_free_all(xas, below);
	}
	if (node->count != count || node->nr_values != values)
		lfb_xas_update(xas, node);
	if (node->count < count)
		lfb_xas_prune(xas);
}

/* @entry comes to be all there is; NULL: nothing is. */
static inline void lfb_xas_store_head(struct xa_state *xas, void *entry)
{
	void *old = xas->xa->xa_head;

	if (!entry)
		xas_init_marks(xas);
	rcu_assign_pointer(xas->xa->xa_head, entry);
	if (xa_is_node(old))
		lfb_xas_free_all(xas, xa_to_node(old));
}

/**
 * xas_store() - put an entry at the place; NULL: take out what is there
 * @xas: the place
 * @entry: the entry
 *
 * An entry of more indices that has the place is replaced as a whole; those of fewer that are in it
 * are gone, and their marks come to be those of @entry. Without memory for nodes nothing is stored,
 * and xas_nomem() gets some.
 *
 * Return: what was there before, at the first index.
 */
static inline void *xas_store(struct xa_state *xas, void *entry)
{
	void *old = entry ? lfb_xas_create(xas, !xa_is_zero(entry) && !xa_is_node(entry)) :
			    lfb_xas_load_again(xas);
	XA_STATE(first, xas->xa, xas->xa_index);
	struct lfb_xa_run run;

	if (xas_invalid(xas))
		return NULL;
	if (xas->xa_shift)
		old = xas_load(&first);
	run.node = xas->xa_node;
	run.first = run.last = xas->xa_offset;
	if (!run.node) {
		lfb_xas_store_head(xas, entry);
		return old;
	}
	if (run.node->shift == xas->xa_shift)
		run.last = lfb_xa_offset(run.node, xas->xa_index) + xas->xa_sibs;
	if (run.last >= XA_CHUNK_SIZE)
		run.last = XA_CHUNK_MASK;
	run.last += lfb_xa_slots(run.node, run.last) - 1;
	if (run.node->slots[run.first] == entry && run.first == run.last)
		return old;
	if (!entry || run.first != run.last)
		lfb_xa_run_marks(xas->xa, &run, !entry);
	lfb_xas_fill_run(xas, &run, entry);
	return old;
}

/**
 * xas_create_range() - have nodes for every index of the place
 * @xas: the place, which comes to be its first index alone
 *
 * What is stored there by xas_store() and xas_next() needs no memory then. Without memory the place
 * remains what it was, with an error.
 */
static inline void xas_create_range(struct xa_state *xas)
{
	const struct xa_state place = *xas;
	const bool one = !place.xa_shift && !place.xa_sibs;
	unsigned long left = (place.xa_sibs + 1ul) << place.xa_shift;

	if (xas_error(xas))
		return;
	xas->xa_shift = 0;
	xas->xa_sibs = 0;
	for (;;) {
		lfb_xas_create(xas, one);
		if (xas_error(xas)) {
			xas->xa_shift = place.xa_shift;
			xas->xa_sibs = place.xa_sibs;
		}
		if (xas_error(xas) || left <= XA_CHUNK_SIZE)
			break;
		left -= XA_CHUNK_SIZE;
		xas_set(xas, xas->xa_index + XA_CHUNK_SIZE);
	}
	xas->xa_index = place.xa_index;
	if (!xas_error(xas))
		xas_load(xas);
}

/** xa_delete_node() - take all out that is in a node, whose array is locked. */
static inline void xa_delete_node(struct xa_node *node, xa_update_node_t update)
{
	XA_STATE(xas, node->array, lfb_xa_index(node, 0));

	xas.xa_shift = (unsigned char)(node->shift + XA_CHUNK_SHIFT);
	xas_set_update(&xas, update);
	xas_store(&xas, NULL);
}

#endif
