/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: the end of linux/xarray.h, which includes it; no orders. No such name on a kernel. */
#ifndef LUO_LINUX_XA_STATE_H
#define LUO_LINUX_XA_STATE_H

#include <luo/kernel/linux/xarray.h>

/** struct xa_state - a place in an array, from which one goes on. */
struct xa_state {
	struct xarray *xa;
	unsigned long xa_index;
	int lfb_err;
	bool lfb_there;		/* what is at the place was seen */
	bool lfb_over;		/* there is nothing behind the place */
	struct lfb_xa_entry *lfb_spare;
};

#define XA_STATE(name, array, index)                                                               \
	struct xa_state name = { array, index, 0, false, false, NULL }

#define xas_lock(xas) xa_lock((xas)->xa)
#define xas_trylock(xas) xa_trylock((xas)->xa)
#define xas_unlock(xas) xa_unlock((xas)->xa)
#define xas_lock_irq(xas) xas_lock(xas)
#define xas_unlock_irq(xas) xas_unlock(xas)
#define xas_lock_bh(xas) xas_lock(xas)
#define xas_unlock_bh(xas) xas_unlock(xas)

/** xas_error() - Return: the errno of what failed since xas_reset(), 0: nothing did. */
static inline int xas_error(const struct xa_state *xas)
{
	return xas->lfb_err;
}

static inline void xas_set_err(struct xa_state *xas, long err)
{
	xas->lfb_err = (int)err;
}

/** xas_reset() - begin at the place again, without what failed. */
static inline void xas_reset(struct xa_state *xas)
{
	xas->lfb_err = 0;
	xas->lfb_there = false;
	xas->lfb_over = false;
}

static inline void xas_set(struct xa_state *xas, unsigned long index)
{
	xas->xa_index = index;
	xas_reset(xas);
}

/** xas_retry() - nobody else changes anything. Return: false. */
static inline bool xas_retry(struct xa_state *xas, const void *entry)
{
	(void)xas;
	(void)entry;
	return false;
}

/** xas_pause() - the lock is given away: go on behind the place later. */
static inline void xas_pause(struct xa_state *xas)
{
	if (xas->lfb_err)
		return;
	xas->lfb_over |= xas->lfb_there && xas->xa_index == ULONG_MAX;
	xas->xa_index += xas->lfb_there && !xas->lfb_over;
	xas->lfb_there = false;
}

/** xas_load() - Return: what is at the place; NULL. */
static inline void *xas_load(struct xa_state *xas)
{
	if (xas->lfb_err || xas->lfb_over)
		return NULL;
	xas->lfb_there = true;
	return xa_load(xas->xa, xas->xa_index);
}

static inline void *xas_reload(struct xa_state *xas)
{
	return xa_load(xas->xa, xas->xa_index);
}

/**
 * xas_store() - put a pointer at the place; NULL: take it out
 * @xas: the place
 * @entry: the pointer
 *
 * Without memory for it nothing is done, and xas_nomem() gets some.
 * Return: what was there before.
 */
static inline void *xas_store(struct xa_state *xas, void *entry)
{
	struct lfb_xa_entry *at = lfb_xa_at(xas->xa, xas->xa_index);
	void *old = at ? at->value : NULL;

	if (xas->lfb_err)
		return NULL;
	xas->lfb_there = true;
	if (!entry) {
		xa_erase(xas->xa, xas->xa_index);
	} else if (at) {
		at->value = entry;
	} else if (xas->lfb_spare) {
		xas->lfb_spare->index = xas->xa_index;
		xas->lfb_spare->value = entry;
		lfb_xa_link(xas->xa, xas->lfb_spare);
		xas->lfb_spare = NULL;
	} else {
		xas->lfb_err = lfb_xa_add(xas->xa, xas->xa_index, entry, GFP_NOWAIT);
	}
	return old;
}

/** xas_destroy() - give back what xas_nomem() got and nobody needed. */
static inline void xas_destroy(struct xa_state *xas)
{
	kfree(xas->lfb_spare);
	xas->lfb_spare = NULL;
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
	if (xas->lfb_err != -ENOMEM) {
		xas_destroy(xas);
		return false;
	}
	if (!xas->lfb_spare)
		xas->lfb_spare = (struct lfb_xa_entry *)kzalloc(sizeof(*xas->lfb_spare), gfp);
	if (!xas->lfb_spare)
		return false;
	xas_reset(xas);
	return true;
}

/* The next one from the place on, or behind it where that was seen. */
static inline void *lfb_xas_find(struct xa_state *xas, unsigned long max, xa_mark_t filter)
{
	void *entry = NULL;

	if (xas->lfb_err || xas->lfb_over)
		return NULL;
	if (!xas->lfb_there)
		entry = xa_find(xas->xa, &xas->xa_index, max, filter);
	else if (xas->xa_index < max)
		entry = xa_find_after(xas->xa, &xas->xa_index, max, filter);
	xas->lfb_there = true;
	if (!entry) {
		xas->lfb_over = max == ULONG_MAX;
		xas->lfb_there = false;
		xas->xa_index = xas->lfb_over ? max : max + 1;
	}
	return entry;
}

/** xas_find() - Return: the first pointer from the place on up to @max, then the next; NULL. */
static inline void *xas_find(struct xa_state *xas, unsigned long max)
{
	return lfb_xas_find(xas, max, XA_PRESENT);
}

/** xas_find_marked() - the same of those with a mark. */
static inline void *xas_find_marked(struct xa_state *xas, unsigned long max, xa_mark_t mark)
{
	return lfb_xas_find(xas, max, mark);
}

#define xas_next_entry(xas, max) xas_find(xas, max)
#define xas_next_marked(xas, max, mark) xas_find_marked(xas, max, mark)
#define xas_for_each(xas, entry, max)                                                              \
	for ((entry) = xas_find(xas, max); entry; (entry) = xas_next_entry(xas, max))
#define xas_for_each_marked(xas, entry, max, mark)                                                 \
	for ((entry) = xas_find_marked(xas, max, mark); entry;                                     \
	     (entry) = xas_next_marked(xas, max, mark))

/** xas_next() - Return: what is at the place, if that was not seen, else at the next one. */
static inline void *xas_next(struct xa_state *xas)
{
	if (!xas->lfb_err)
		xas->xa_index += xas->lfb_there;
	return xas_load(xas);
}

/** xas_prev() - … at the one before. */
static inline void *xas_prev(struct xa_state *xas)
{
	if (!xas->lfb_err)
		xas->xa_index -= xas->lfb_there;
	return xas_load(xas);
}

static inline bool xas_get_mark(const struct xa_state *xas, xa_mark_t mark)
{
	return !xas->lfb_err && xa_get_mark(xas->xa, xas->xa_index, mark);
}

static inline void xas_set_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (!xas->lfb_err)
		xa_set_mark(xas->xa, xas->xa_index, mark);
}

static inline void xas_clear_mark(const struct xa_state *xas, xa_mark_t mark)
{
	if (!xas->lfb_err)
		xa_clear_mark(xas->xa, xas->xa_index, mark);
}

#endif
