/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: what live update code uses of it. */
#ifndef LUO_LINUX_LIST_H
#define LUO_LINUX_LIST_H

#include <luo/list.h>

/* SAME, for lists whose entries may not be there, and for where on its list an entry is. */
#define list_first_entry_or_null(head, type, member)                                               \
	(list_empty(head) ? NULL : list_first_entry(head, type, member))
#define list_last_entry_or_null(head, type, member)                                                \
	(list_empty(head) ? NULL : list_last_entry(head, type, member))

/** list_is_first() - Return: whether @entry is the first on @head. */
static inline bool list_is_first(const struct list_head *entry, const struct list_head *head)
{
	return entry->prev == head;
}

/** list_is_last() - Return: whether @entry is the last on @head. */
static inline bool list_is_last(const struct list_head *entry, const struct list_head *head)
{
	return entry->next == head;
}

/** list_is_head() - Return: whether @entry is no entry, but @head itself. */
static inline bool list_is_head(const struct list_head *entry, const struct list_head *head)
{
	return entry == head;
}

#endif
