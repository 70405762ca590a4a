/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the end of linux/xarray.h: what takes the array's lock. No such name on a kernel. */
#ifndef LUO_LINUX_XA_LOCKED_H
#define LUO_LINUX_XA_LOCKED_H

#include <luo/kernel/linux/xarray.h>

/** xa_store() - put an entry there; NULL: take it out. Return: what was there, or an error. */
static inline void *xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	guard(spinlock)(&xa->xa_lock);
	return __xa_store(xa, index, entry, gfp);
}

/** xa_erase() - take an entry out, with all its indices. Return: it, or NULL. */
static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	guard(spinlock)(&xa->xa_lock);
	return __xa_erase(xa, index);
}

/** xa_cmpxchg() - xa_store() if @old is there. Return: what was there, or an error. */
static inline void *xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry,
			       gfp_t gfp)
{
	guard(spinlock)(&xa->xa_lock);
	return __xa_cmpxchg(xa, index, old, entry, gfp);
}

/**
 * xa_insert() - put an entry where there is none
 * @xa: where
 * @index: under which number
 * @entry: the entry
 * @gfp: how to allocate
 *
 * Return: 0; -EBUSY there is one, or one is reserved; -ENOMEM.
 */
static inline int __must_check xa_insert(struct xarray *xa, unsigned long index, void *entry,
					 gfp_t gfp)
{
	guard(spinlock)(&xa->xa_lock);
	return __xa_insert(xa, index, entry, gfp);
}

/**
 * xa_alloc() - put an entry where there is room
 * @xa: where; XA_FLAGS_ALLOC or XA_FLAGS_ALLOC1
 * @id: becomes its number, the first of @limit that is free
 * @entry: the entry; NULL: it is reserved
 * @limit: numbers that may be given out
 * @gfp: how to allocate
 *
 * Return: 0; -EBUSY none is free; -ENOMEM; -EINVAL with a WARN: the array gives out no numbers.
 */
static inline int __must_check xa_alloc(struct xarray *xa, u32 *id, void *entry,
					struct xa_limit limit, gfp_t gfp)
{
	guard(spinlock)(&xa->xa_lock);
	return __xa_alloc(xa, id, entry, limit, gfp);
}

/** xa_alloc_cyclic() - … from *@next on, then again from the first. */
static inline int xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				  u32 *next, gfp_t gfp)
{
	int again;

	guard(spinlock)(&xa->xa_lock);
	again = __xa_alloc_cyclic(xa, id, entry, limit, next, gfp);
	return again > 0 ? 0 : again;
}

/** xa_reserve() - a later xa_store() there needs no memory. Return: 0; -ENOMEM. */
static inline int __must_check xa_reserve(struct xarray *xa, unsigned long index, gfp_t gfp)
{
	return xa_err(xa_cmpxchg(xa, index, NULL, XA_ZERO_ENTRY, gfp));
}

/** xa_release() - what is reserved and not used is not any more. */
static inline void xa_release(struct xarray *xa, unsigned long index)
{
	xa_cmpxchg(xa, index, XA_ZERO_ENTRY, NULL, 0);
}

static inline bool xa_get_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	xas_load(&xas);
	return xas_get_mark(&xas, mark);
}

/** xa_set_mark() - mark what is there, if anything is. */
static inline void xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	guard(spinlock)(&xa->xa_lock);
	__xa_set_mark(xa, index, mark);
}

static inline void xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	guard(spinlock)(&xa->xa_lock);
	__xa_clear_mark(xa, index, mark);
}

/**
 * xa_find() - the first entry from @index on
 * @xa: where
 * @index: becomes its number, unless it is one of several that the entry has
 * @max: the last that counts
 * @filter: XA_PRESENT, or a mark that it must have
 *
 * Return: it, NULL: there is none.
 */
static inline void *xa_find(struct xarray *xa, unsigned long *index, unsigned long max,
			    xa_mark_t filter)
{
	XA_STATE(xas, xa, *index);
	void *entry;

	do {
		entry = lfb_xas_find(&xas, max, filter);
	} while (xas_retry(&xas, entry));
	if (entry)
		*index = xas.xa_index;
	return entry;
}

/** xa_find_after() - the first one behind the entry that has @index. */
static inline void *xa_find_after(struct xarray *xa, unsigned long *index, unsigned long max,
				  xa_mark_t filter)
{
	XA_STATE(xas, xa, *index);
	unsigned long next = *index + 1;
	void *entry;

	if (xas_load(&xas) && xas_valid(&xas))
		next = lfb_xas_behind(&xas);
	entry = next ? xa_find(xa, &next, max, filter) : NULL;
	if (entry)
		*index = next;
	return entry;
}

/** xa_extract() - the first @n entries from @start to @max. Return: how many came to @dst. */
static inline unsigned int xa_extract(struct xarray *xa, void **dst, unsigned long start,
				      unsigned long max, unsigned int n, xa_mark_t filter)
{
	unsigned int count = 0;
	void *entry = n ? xa_find(xa, &start, max, filter) : NULL;

	while (entry) {
		dst[count++] = entry;
		entry = count < n ? xa_find_after(xa, &start, max, filter) : NULL;
	}
	return count;
}

/** xa_get_order() - Return: 2 to the power of it indices has the entry there; 0 without one. */
static inline int xa_get_order(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);

	return xas_load(&xas) ? xas_get_order(&xas) : 0;
}

/* The place of as many indices from its first to @last as one entry can have. */
static inline void lfb_xas_set_range(struct xa_state *xas, unsigned long last)
{
	unsigned int shift = 0;
	unsigned long slots;

	while (shift + XA_CHUNK_SHIFT < BITS_PER_LONG) {
		const unsigned long mask = (XA_CHUNK_SIZE << shift) - 1;

		if (xas->xa_index & mask || last - xas->xa_index < mask)
			break;
		shift += XA_CHUNK_SHIFT;
	}
	/* One less than there are, as all indices there are are more than a number can say. */
	slots = last - xas->xa_index == ULONG_MAX ? ULONG_MAX >> shift :
						    ((last - xas->xa_index + 1) >> shift) - 1;
	if (slots > XA_CHUNK_MASK - (xas->xa_index >> shift & XA_CHUNK_MASK))
		slots = XA_CHUNK_MASK - (xas->xa_index >> shift & XA_CHUNK_MASK);
	xas->xa_shift = (unsigned char)shift;
	xas->xa_sibs = (unsigned char)slots;
	xas_reset(xas);
}

/**
 * xa_store_range() - put one entry under several numbers; NULL: take out what is there
 * @xa: where
 * @first: the first of them
 * @last: the last
 * @entry: the entry, which comes to be as many as are needed
 * @gfp: how to allocate
 *
 * Return: NULL; an error: -EINVAL, or -ENOMEM, and what is stored by then remains.
 */
static inline void *xa_store_range(struct xarray *xa, unsigned long first, unsigned long last,
				   void *entry, gfp_t gfp)
{
	LFB_XA_STATE(xas, xa, first);
	unsigned long done;

	if (WARN_ON(xa_is_internal(entry)) || last < first)
		return XA_ERROR(-EINVAL);
	xa_lock(xa);
	for (;;) {
		lfb_xas_set_range(&xas, last);
		done = xas.xa_index + ((xas.xa_sibs + 1ul) << xas.xa_shift) - 1;
		do {
			lfb_xas_take(&xas, entry);
		} while (lfb_xas_more(&xas, gfp, true));
		if (xas_error(&xas) || done >= last)
			break;
		xas.xa_index = done + 1;
	}
	xa_unlock(xa);
	return lfb_xas_result(&xas, NULL);
}

/** xa_destroy() - take all out. */
static inline void xa_destroy(struct xarray *xa)
{
	XA_STATE(xas, xa, 0);

	guard(spinlock)(&xa->xa_lock);
	xas.xa_node = NULL;
	lfb_xas_store_head(&xas, NULL);
	if (xa->xa_flags & XA_FLAGS_ZERO_BUSY)
		xa->xa_flags &= ~XA_FLAGS_MARK(XA_FREE_MARK);
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

/* There are no interrupts to keep away. */
#define xa_store_bh xa_store
#define xa_store_irq xa_store
#define xa_erase_bh xa_erase
#define xa_erase_irq xa_erase
#define xa_cmpxchg_bh xa_cmpxchg
#define xa_cmpxchg_irq xa_cmpxchg
#define xa_insert_bh xa_insert
#define xa_insert_irq xa_insert
#define xa_alloc_bh xa_alloc
#define xa_alloc_irq xa_alloc
#define xa_alloc_cyclic_bh xa_alloc_cyclic
#define xa_alloc_cyclic_irq xa_alloc_cyclic
#define xa_reserve_bh xa_reserve
#define xa_reserve_irq xa_reserve

#endif
