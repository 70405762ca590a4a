/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: merges, and keeps the order of equal elements. */
#ifndef LUO_LINUX_LIST_SORT_H
#define LUO_LINUX_LIST_SORT_H

#include <luo/kernel/linux/list.h>

typedef int (*list_cmp_func_t)(void *priv, const struct list_head *a, const struct list_head *b);

/* Both are sorted chains by @next that end with NULL; what is in @a came first. */
static inline struct list_head *lfb_list_merge(void *priv, list_cmp_func_t compare,
					       struct list_head *a, struct list_head *b)
{
	struct list_head *first = NULL, **end = &first;

	while (a && b) {
		struct list_head **from = compare(priv, a, b) > 0 ? &b : &a;

		*end = *from;
		*from = (*from)->next;
		end = &(*end)->next;
	}
	*end = a ? a : b;
	return first;
}

/**
 * list_sort() - sort a list
 * @priv: for @compare
 * @head: the list
 * @compare: more than 0: the first is to come after the second
 */
static inline void list_sort(void *priv, struct list_head *head, list_cmp_func_t compare)
{
	/* Of 2^n elements each, or NULL. */
	struct list_head *sorted[64] = { NULL };
	struct list_head *all = NULL, *entry, *next, *prev;

	if (list_empty(head))
		return;
	head->prev->next = NULL;
	for (entry = head->next; entry; entry = next) {
		unsigned int level = 0;

		next = entry->next;
		entry->next = NULL;
		for (; sorted[level]; level++) {
			entry = lfb_list_merge(priv, compare, sorted[level], entry);
			sorted[level] = NULL;
		}
		sorted[level] = entry;
	}
	for (unsigned int level = 0; level < 64; level++) {
		if (sorted[level])
			all = lfb_list_merge(priv, compare, sorted[level], all);
	}
	prev = head;
	for (entry = all; entry; entry = entry->next) {
		prev->next = entry;
		entry->prev = prev;
		prev = entry;
	}
	prev->next = head;
	head->prev = prev;
}

#endif
