/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a list of what is there, searched from its start; no marks, no ranges. */
#ifndef LUO_LINUX_XARRAY_H
#define LUO_LINUX_XARRAY_H

#include <luo/kernel/linux/slab.h>

struct lfb_xa_entry {
	struct lfb_xa_entry *next;
	unsigned long index;
	void *value;
};

/** struct xarray - pointers by number. */
struct xarray {
	struct lfb_xa_entry *first;
};

#define XARRAY_INIT { NULL }
#define DEFINE_XARRAY(name) struct xarray name = XARRAY_INIT

/** xa_init() - nothing is there. */
static inline void xa_init(struct xarray *xa)
{
	xa->first = NULL;
}

/** xa_empty() - Return: whether nothing is there. */
static inline bool xa_empty(const struct xarray *xa)
{
	return !xa->first;
}

static inline struct lfb_xa_entry **lfb_xa_find(struct xarray *xa, unsigned long index)
{
	struct lfb_xa_entry **at = &xa->first;

	while (*at && (*at)->index != index)
		at = &(*at)->next;
	return at;
}

/** xa_load() - Return: what is there under @index, or NULL. */
static inline void *xa_load(struct xarray *xa, unsigned long index)
{
	struct lfb_xa_entry *entry = *lfb_xa_find(xa, index);

	return entry ? entry->value : NULL;
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
static inline int xa_insert(struct xarray *xa, unsigned long index, void *value, gfp_t gfp)
{
	struct lfb_xa_entry **at = lfb_xa_find(xa, index);
	struct lfb_xa_entry *entry;

	if (*at)
		return -EBUSY;
	entry = (struct lfb_xa_entry *)kzalloc(sizeof(*entry), gfp);
	if (!entry)
		return -ENOMEM;
	entry->index = index;
	entry->value = value;
	*at = entry;
	return 0;
}

/** xa_erase() - take a pointer out; nothing happens where there is none. Return: it, or NULL. */
static inline void *xa_erase(struct xarray *xa, unsigned long index)
{
	struct lfb_xa_entry **at = lfb_xa_find(xa, index);
	struct lfb_xa_entry *entry = *at;
	void *value;

	if (!entry)
		return NULL;
	value = entry->value;
	*at = entry->next;
	kfree(entry);
	return value;
}

/** xa_destroy() - take all out. */
static inline void xa_destroy(struct xarray *xa)
{
	while (xa->first)
		xa_erase(xa, xa->first->index);
}

#endif
