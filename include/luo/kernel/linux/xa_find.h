/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what is found in arrays, for linux/xarray.h. No such name on a kernel. */
#ifndef LUO_LINUX_XA_FIND_H
#define LUO_LINUX_XA_FIND_H

#include <luo/kernel/linux/xa_state.h>

/* The first slot from @offset on that has something, or the mark; XA_CHUNK_SIZE: none has. */
static inline unsigned int lfb_xa_scan(const struct xa_node *node, unsigned int offset,
				       xa_mark_t filter)
{
	unsigned long marked;

	if (offset >= XA_CHUNK_SIZE)
		return XA_CHUNK_SIZE;
	if (filter < XA_MAX_MARKS) {
		marked = node->marks[filter][0] >> offset;
		return marked ? offset + (unsigned int)__ffs(marked) : (unsigned int)XA_CHUNK_SIZE;
	}
	for (; offset < XA_CHUNK_SIZE; offset++) {
		const void *entry = READ_ONCE(node->slots[offset]);

		if (entry && !xa_is_sibling(entry))
			break;
	}
	return offset;
}

/*
 * From *@index on to the first that has what is looked for: that comes to be the place, and *@index
 * its index. False: there is none up to @max.
 */
static inline bool lfb_xas_seek(struct xa_state *xas, unsigned long *index, unsigned long max,
				xa_mark_t filter)
{
	struct xa_node *node = xa_to_node(xa_head(xas->xa));
	unsigned int offset = lfb_xa_slot(node, *index);
	unsigned long base = 0, first;

	while (node) {
		offset = lfb_xa_scan(node, offset, filter);
		if (offset == XA_CHUNK_SIZE) {
			offset = node->offset + 1u;
			node = node->parent;
			base &= node ? ~lfb_xa_mask(node) : 0;
			continue;
		}
		first = base + ((unsigned long)offset << node->shift);
		if (first > *index)
			*index = first;
		if (*index > max)
			return false;
		xas->xa_node = node;
		xas->xa_offset = (unsigned char)offset;
		node = lfb_xa_below(node, offset);
		if (!node)
			return true;
		base = first;
		offset = lfb_xa_slot(node, *index);
	}
	return false;
}

/* What is at the place, which is the first from @index on; NULL: there is none up to @max. */
static inline void *lfb_xas_look(struct xa_state *xas, unsigned long index, unsigned long max,
				 xa_mark_t filter)
{
	const unsigned long room = lfb_xa_room(xas->xa);
	void *head = xa_head(xas->xa);

	xas->xa_index = index;
	xas->xa_node = XAS_RESTART;
	if (index > max)
		return NULL;
	if (xa_is_node(head)) {
		if (index <= room && lfb_xas_seek(xas, &xas->xa_index, max, filter))
			return xa_entry(xas->xa, xas->xa_node, xas->xa_offset);
	} else if (!index && (filter < XA_MAX_MARKS ? xa_marked(xas->xa, filter) : !!head)) {
		xas->xa_node = NULL;
		return head;
	}
	/* It goes on where that was not looked for yet: behind @max, or where there is no room. */
	xas->xa_index = room >= max ? max + 1 : index > room ? index : room + 1;
	xas->xa_node = room >= max && max < ULONG_MAX ? XAS_RESTART : XAS_BOUNDS;
	return NULL;
}

static inline void *lfb_xas_find(struct xa_state *xas, unsigned long max, xa_mark_t filter)
{
	unsigned long index = xas->xa_index;

	if (xas_error(xas) || xas->xa_node == XAS_BOUNDS)
		return NULL;
	if (xas_valid(xas)) {
		index = lfb_xas_behind(xas);
		if (!index)
			return lfb_xas_bounds(xas);
	}
	return lfb_xas_look(xas, index, max, filter);
}

/**
 * xas_find() - the next entry
 * @xas: the place
 * @max: the last index that counts
 *
 * The first from the place on, or from behind the entry there that was looked at. Where there is
 * none, the place comes to be the first index that was not looked at.
 *
 * Return: it; NULL.
 */
static inline void *xas_find(struct xa_state *xas, unsigned long max)
{
	return lfb_xas_find(xas, max, XA_PRESENT);
}

/** xas_find_marked() - the same of those with a mark; of empty slots too, where these have it. */
static inline void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	return lfb_xas_find(xas, max, mark);
}

/**
 * xas_find_conflict() - what xas_store() would be in the way of
 * @xas: the place, which remains so until there is nothing more
 *
 * Return: an entry that has any of its indices, then the next one; NULL.
 */
static inline void *xas_find_conflict(struct xa_state *xas)
{
	const unsigned long first = xas->xa_index;
	const unsigned long last = first + ((xas->xa_sibs + 1ul) << xas->xa_shift) - 1;
	void *entry;

	if (xas_error(xas))
		return NULL;
	if (xas->xa_node == XAS_BOUNDS)
		xas_reset(xas);
	entry = lfb_xas_find(xas, last, XA_PRESENT);
	xas->xa_index = first;
	if (!entry)
		xas_reset(xas);
	return entry;
}

#define xas_for_each_conflict(xas, entry) while (((entry) = xas_find_conflict(xas)))

/** xas_next_entry() - xas_find(), which is short where the next one is in the same node. */
static inline void *xas_next_entry(struct xa_state *xas, unsigned long max)
{
	unsigned int n = 1;
	void *entry;

	if (!lfb_xas_lowest(xas) || xas->xa_index >= max)
		return xas_find(xas, max);
	for (; xas->xa_offset + n < XA_CHUNK_SIZE && n <= max - xas->xa_index; n++) {
		entry = xa_entry(xas->xa, xas->xa_node, xas->xa_offset + n);
		if (xa_is_internal(entry))
			break;
		if (!entry)
			continue;
		xas->xa_index += n;
		xas->xa_offset = (unsigned char)(xas->xa_offset + n);
		return entry;
	}
	return xas_find(xas, max);
}

/** xas_next_marked() - the same of xas_find_marked(). */
static inline void *xas_next_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	unsigned int offset;

	if (lfb_xas_lowest(xas) && xas->xa_index < max) {
		offset = lfb_xa_scan(xas->xa_node, xas->xa_offset + 1u, mark);
		if (offset < XA_CHUNK_SIZE && offset - xas->xa_offset <= max - xas->xa_index) {
			xas->xa_index += offset - xas->xa_offset;
			xas->xa_offset = (unsigned char)offset;
			return xa_entry(xas->xa, xas->xa_node, offset);
		}
	}
	return xas_find_marked(xas, max, mark);
}

/* Who holds a lock for long gives it away after so many. */
enum {
	XA_CHECK_SCHED = 4096,
};

/** xas_for_each() - every entry from the place on; what is there may be taken out meanwhile. */
#define xas_for_each(xas, entry, max)                                                              \
	for ((entry) = xas_find(xas, max); entry; (entry) = xas_next_entry(xas, max))
#define xas_for_each_marked(xas, entry, max, mark)                                                 \
	for ((entry) = xas_find_marked(xas, max, mark); entry;                                     \
	     (entry) = xas_next_marked(xas, max, mark))

#endif
