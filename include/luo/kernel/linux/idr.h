/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: numbers for pointers, and numbers alone; no preloading. */
#ifndef LUO_LINUX_IDR_H
#define LUO_LINUX_IDR_H

#include <luo/kernel/linux/gfp.h>
#include <luo/kernel/linux/types.h>
#include <luo/kernel/linux/xarray.h>

/** struct idr - pointers that are given numbers; who uses it has a lock for it. */
struct idr {
	struct xarray lfb_xa;
	unsigned int lfb_next;
};

/** struct ida - numbers that are given out. */
struct ida {
	struct xarray lfb_xa;
};

#define IDR_INIT(name) { XARRAY_INIT(name, XA_FLAGS_ALLOC), 0 }
#define DEFINE_IDR(name) struct idr name = IDR_INIT(name)
#define IDA_INIT(name) { XARRAY_INIT(name, XA_FLAGS_ALLOC) }
#define DEFINE_IDA(name) struct ida name = IDA_INIT(name)

static inline void idr_init(struct idr *idr)
{
	xa_init_flags(&idr->lfb_xa, XA_FLAGS_ALLOC);
	idr->lfb_next = 0;
}

static inline bool idr_is_empty(const struct idr *idr)
{
	return xa_empty(&idr->lfb_xa);
}

/* @end: the first that may not be given out; 0 and below: all may. */
static inline struct xa_limit lfb_idr_limit(int start, int end)
{
	const struct xa_limit limit = { end > 0 ? (u32)end - 1 : INT_MAX, (u32)start };

	return limit;
}

/**
 * idr_alloc() - give a pointer the first number that is free
 * @idr: where
 * @ptr: the pointer
 * @start: the first that may be given out
 * @end: the first that may not; 0: all may
 * @gfp: how to allocate
 *
 * Return: the number; -EINVAL, -ENOSPC, -ENOMEM.
 */
static inline int idr_alloc(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id;
	int err;

	if (WARN_ON(start < 0))
		return -EINVAL;
	err = lfb_xa_alloc(&idr->lfb_xa, &id, ptr, lfb_idr_limit(start, end), gfp, false);
	return err ? err == -EBUSY ? -ENOSPC : err : (int)id;
}

/** idr_alloc_cyclic() - the first one behind the last that was given out so. */
static inline int idr_alloc_cyclic(struct idr *idr, void *ptr, int start, int end, gfp_t gfp)
{
	u32 id;
	const int err = lfb_xa_alloc_cyclic(&idr->lfb_xa, &id, ptr, lfb_idr_limit(start, end),
					    &idr->lfb_next, gfp, false);

	return err < 0 ? err == -EBUSY ? -ENOSPC : err : (int)id;
}

static inline void *idr_find(const struct idr *idr, unsigned long id)
{
	return xa_load((struct xarray *)&idr->lfb_xa, id);
}

static inline void *idr_remove(struct idr *idr, unsigned long id)
{
	return __xa_erase(&idr->lfb_xa, id);
}

/** idr_replace() - Return: what was there; ERR_PTR(-ENOENT): nothing was. */
static inline void *idr_replace(struct idr *idr, void *ptr, unsigned long id)
{
	XA_STATE(xas, &idr->lfb_xa, id);

	if (!xas_load(&xas))
		return ERR_PTR(-ENOENT);
	return lfb_xa_seen(xas_store(&xas, ptr ? ptr : XA_ZERO_ENTRY));
}

/** idr_get_next() - the first from *@id on, which becomes its number. */
static inline void *idr_get_next(struct idr *idr, int *id)
{
	unsigned long index = (unsigned long)*id;
	void *ptr = xa_find(&idr->lfb_xa, &index, INT_MAX, XA_PRESENT);

	if (ptr)
		*id = (int)index;
	return ptr;
}

/** idr_for_each() - Return: what @fn did, if not 0; it goes no further then. */
static inline int idr_for_each(const struct idr *idr, int (*fn)(int id, void *ptr, void *data),
			       void *data)
{
	unsigned long index;
	void *ptr;

	xa_for_each((struct xarray *)&idr->lfb_xa, index, ptr) {
		const int answer = fn((int)index, ptr, data);

		if (answer)
			return answer;
	}
	return 0;
}

static inline void idr_destroy(struct idr *idr)
{
	xa_destroy(&idr->lfb_xa);
}

#define idr_for_each_entry(idr, entry, id)                                                         \
	for (id = 0; ((entry) = (__typeof__(entry))idr_get_next(idr, &(id))) != NULL; id++)
#define idr_for_each_entry_continue(idr, entry, id)                                                \
	for (; ((entry) = (__typeof__(entry))idr_get_next(idr, &(id))) != NULL; id++)
#define idr_preload(gfp) ((void)(gfp))
#define idr_preload_end() ((void)0)

static inline void ida_init(struct ida *ida)
{
	xa_init_flags(&ida->lfb_xa, XA_FLAGS_ALLOC);
}

static inline bool ida_is_empty(const struct ida *ida)
{
	return xa_empty(&ida->lfb_xa);
}

/** ida_alloc_range() - Return: the first from @min to @max that is free; -ENOSPC, -ENOMEM. */
static inline int ida_alloc_range(struct ida *ida, unsigned int min, unsigned int max, gfp_t gfp)
{
	const struct xa_limit limit = { max < INT_MAX ? max : INT_MAX, min };
	u32 id;
	const int err = xa_alloc(&ida->lfb_xa, &id, NULL, limit, gfp);

	return err ? err == -EBUSY ? -ENOSPC : err : (int)id;
}

#define ida_alloc(ida, gfp) ida_alloc_range(ida, 0, ~0u, gfp)
#define ida_alloc_min(ida, min, gfp) ida_alloc_range(ida, min, ~0u, gfp)
#define ida_alloc_max(ida, max, gfp) ida_alloc_range(ida, 0, max, gfp)

/** ida_exists() - Return: whether @id is given out. */
static inline bool ida_exists(struct ida *ida, unsigned int id)
{
	XA_STATE(xas, &ida->lfb_xa, id);

	return xas_load(&xas) != NULL;
}

/** ida_free() - it may be given out again; a WARN where it is not. */
static inline void ida_free(struct ida *ida, unsigned int id)
{
	if (!ida_exists(ida, id))
		WARN(1, "ida_free() of %u, which is not given out", id);
	else
		xa_erase(&ida->lfb_xa, id);
}

static inline void ida_destroy(struct ida *ida)
{
	xa_destroy(&ida->lfb_xa);
}

#endif
