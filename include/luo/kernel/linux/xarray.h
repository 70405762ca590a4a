/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: entries of several indices, too; nodes go once what is deferred is done. */
#ifndef LUO_LINUX_XARRAY_H
#define LUO_LINUX_XARRAY_H

#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/sched.h>
#include <luo/kernel/linux/xa_find.h>
#include <luo/kernel/linux/xa_split.h>

/** struct xa_limit - the numbers that may be given out, both included. */
struct xa_limit {
	u32 max;
	u32 min;
};

#define XARRAY_INIT(name, flags) { LFB_LOCK_INIT(#name), flags, NULL }
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
#define xa_lock_irq(xa) spin_lock_irq(&(xa)->xa_lock)
#define xa_unlock_irq(xa) spin_unlock_irq(&(xa)->xa_lock)
#define xa_lock_bh(xa) spin_lock_bh(&(xa)->xa_lock)
#define xa_unlock_bh(xa) spin_unlock_bh(&(xa)->xa_lock)
#define xa_lock_irqsave(xa, flags) spin_lock_irqsave(&(xa)->xa_lock, flags)
#define xa_unlock_irqrestore(xa, flags) spin_unlock_irqrestore(&(xa)->xa_lock, flags)
#define xa_lock_nested(xa, subclass) spin_lock_nested(&(xa)->xa_lock, subclass)

/* A place whose nodes are allocated as the caller of a function says, each once. */
#define LFB_XA_STATE(name, array, index)                                                           \
	XA_STATE(name, array, index);                                                              \
	name.xa_pad = 1

static inline void xa_init_flags(struct xarray *xa, gfp_t flags)
{
	xa->xa_head = NULL;
	xa->xa_flags = flags;
	spin_lock_init(&xa->xa_lock);
}

/** xa_init() - nothing is there. */
static inline void xa_init(struct xarray *xa)
{
	xa_init_flags(xa, 0);
}

/** xa_dump() - does not come with us; it is declared for those who have their own. */
void xa_dump(const struct xarray *xa);

/*
 * xas_nomem() for who holds the lock, which is given away where the allocation may sleep. Where
 * there is no memory, the array is as before.
 */
static inline bool lfb_xas_more(struct xa_state *xas, gfp_t gfp, bool locked)
{
	const bool wanted = xas_error(xas) == -ENOMEM;
	bool more;

	if (!wanted || !locked || !gfpflags_allow_blocking(gfp)) {
		more = xas_nomem(xas, gfp);
	} else {
		xas_unlock(xas);
		more = xas_nomem(xas, gfp);
		xas_lock(xas);
	}
	if (wanted && !more)
		lfb_xas_undo(xas);
	return more;
}

/* What there was, or the error. */
static inline void *lfb_xas_result(const struct xa_state *xas, void *old)
{
	return xas_error(xas) ? (void *)xas->xa_node : lfb_xa_seen(old);
}

/* xas_store() of what is not free any more. */
static inline void *lfb_xas_take(struct xa_state *xas, void *entry)
{
	void *old = xas_store(xas, entry);

	if (entry && lfb_xa_tracks_free(xas->xa))
		xas_clear_mark(xas, XA_FREE_MARK);
	return old;
}

/** xa_load() - Return: what is there under @index, or NULL. */
static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);
	void *entry;

	do {
		entry = xas_load(&xas);
	} while (xa_is_retry(entry));
	return lfb_xa_seen(entry);
}

/* With the lock held, which is given away where memory is waited for: those below in short. */

static inline void *__xa_erase(struct xarray *xa, unsigned long index)
{
	XA_STATE(xas, xa, index);

	return lfb_xas_result(&xas, xas_store(&xas, NULL));
}

static inline void *__xa_store(struct xarray *xa, unsigned long index, void *entry, gfp_t gfp)
{
	LFB_XA_STATE(xas, xa, index);
	void *old;

	if (WARN_ON(xa_is_advanced(entry)))
		return XA_ERROR(-EINVAL);
	if (!entry && lfb_xa_tracks_free(xa))
		entry = XA_ZERO_ENTRY;
	do {
		old = lfb_xas_take(&xas, entry);
	} while (lfb_xas_more(&xas, gfp, true));
	return lfb_xas_result(&xas, old);
}

static inline void *__xa_cmpxchg(struct xarray *xa, unsigned long index, void *old, void *entry,
				 gfp_t gfp)
{
	LFB_XA_STATE(xas, xa, index);
	void *now;

	if (WARN_ON(xa_is_advanced(entry)))
		return XA_ERROR(-EINVAL);
	do {
		now = xas_load(&xas);
		if (now == old)
			lfb_xas_take(&xas, entry);
	} while (lfb_xas_more(&xas, gfp, true));
	return lfb_xas_result(&xas, now);
}

static inline int __must_check __xa_insert(struct xarray *xa, unsigned long index, void *entry,
					   gfp_t gfp)
{
	LFB_XA_STATE(xas, xa, index);

	if (WARN_ON(xa_is_advanced(entry)))
		return -EINVAL;
	do {
		if (xas_load(&xas))
			xas_set_err(&xas, -EBUSY);
		else
			lfb_xas_take(&xas, entry ? entry : XA_ZERO_ENTRY);
	} while (lfb_xas_more(&xas, gfp, true));
	return xas_error(&xas);
}

/* Whoever has a lock of its own does without the array's. */
static inline int lfb_xa_alloc(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
			       gfp_t gfp, bool locked)
{
	LFB_XA_STATE(xas, xa, limit.min);

	if (WARN_ON(xa_is_advanced(entry)) || WARN_ON(!lfb_xa_tracks_free(xa)))
		return -EINVAL;
	do {
		lfb_xas_look(&xas, limit.min, limit.max, XA_FREE_MARK);
		if (xas.xa_index <= limit.max)
			lfb_xas_take(&xas, entry ? entry : XA_ZERO_ENTRY);
		else
			xas_set_err(&xas, -EBUSY);
	} while (lfb_xas_more(&xas, gfp, locked));
	if (!xas_error(&xas))
		*id = (u32)xas.xa_index;
	return xas_error(&xas);
}

static inline int lfb_xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry,
				      struct xa_limit limit, u32 *next, gfp_t gfp, bool locked)
{
	const struct xa_limit rest = { limit.max, *next > limit.min ? *next : limit.min };
	int err = lfb_xa_alloc(xa, id, entry, rest, gfp, locked), again = 0;

	if (err == -EBUSY && rest.min > limit.min) {
		err = lfb_xa_alloc(xa, id, entry, limit, gfp, locked);
		again = 1;
	} else if (!err && xa->xa_flags & XA_FLAGS_ALLOC_WRAPPED) {
		xa->xa_flags &= ~XA_FLAGS_ALLOC_WRAPPED;
		again = 1;
	}
	if (err)
		return err;
	*next = *id + 1;
	/* The last number there is: the next one begins again. */
	if (!*next)
		xa->xa_flags |= XA_FLAGS_ALLOC_WRAPPED;
	return again;
}

static inline int __must_check __xa_alloc(struct xarray *xa, u32 *id, void *entry,
					  struct xa_limit limit, gfp_t gfp)
{
	return lfb_xa_alloc(xa, id, entry, limit, gfp, true);
}

/** __xa_alloc_cyclic() - xa_alloc_cyclic(). Return: 1, too: it began again from the first. */
static inline int __xa_alloc_cyclic(struct xarray *xa, u32 *id, void *entry, struct xa_limit limit,
				    u32 *next, gfp_t gfp)
{
	return lfb_xa_alloc_cyclic(xa, id, entry, limit, next, gfp, true);
}

static inline void __xa_set_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	if (xas_load(&xas))
		xas_set_mark(&xas, mark);
}

static inline void __xa_clear_mark(struct xarray *xa, unsigned long index, xa_mark_t mark)
{
	XA_STATE(xas, xa, index);

	if (xas_load(&xas))
		xas_clear_mark(&xas, mark);
}

#include <luo/kernel/linux/xa_locked.h>

#endif
