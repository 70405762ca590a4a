/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The kernel's circular doubly linked list, as far as live update code uses it. Same names and
 * same rules; the code is ours.
 */
#ifndef LUO_LIST_H
#define LUO_LIST_H

#include <luo/types.h>

/**
 * struct list_head - a list, or an element's place in one
 * @next: the element after this one; the head itself at the end
 * @prev: the element before this one
 */
struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

/**
 * struct lfb_holder - what the callbacks of one file or FLB made, for the checks
 * @entries: of the simulator's own kind, newest first
 */
struct lfb_holder {
	struct list_head entries;
};

#ifndef container_of
/** container_of() - the structure of @type whose @member lies at @ptr. */
#define container_of(ptr, type, member) ((type *)(void *)((char *)(ptr) - offsetof(type, member)))
#endif

/* Where the pointers of an element lead that was taken off its list: nowhere, and not to NULL. */
#define LIST_POISON1 ((struct list_head *)(uintptr_t)0xdead000000000100ull)
#define LIST_POISON2 ((struct list_head *)(uintptr_t)0xdead000000000122ull)

#define LIST_HEAD_INIT(name) { &(name), &(name) }
#define LIST_HEAD(name) struct list_head name = LIST_HEAD_INIT(name)

#define list_entry(ptr, type, member) container_of(ptr, type, member)
#define list_first_entry(head, type, member) list_entry((head)->next, type, member)
#define list_last_entry(head, type, member) list_entry((head)->prev, type, member)
#define list_next_entry(pos, member) list_entry((pos)->member.next, __typeof__(*(pos)), member)
#define list_prev_entry(pos, member) list_entry((pos)->member.prev, __typeof__(*(pos)), member)
#define list_entry_is_head(pos, head, member) (&(pos)->member == (head))

#define list_for_each_entry(pos, head, member)                                                     \
	for (pos = list_first_entry(head, __typeof__(*pos), member);                               \
	     !list_entry_is_head(pos, head, member); pos = list_next_entry(pos, member))

#define list_for_each_entry_reverse(pos, head, member)                                             \
	for (pos = list_last_entry(head, __typeof__(*pos), member);                                \
	     !list_entry_is_head(pos, head, member); pos = list_prev_entry(pos, member))

#define list_for_each_entry_continue_reverse(pos, head, member)                                    \
	for (pos = list_prev_entry(pos, member); !list_entry_is_head(pos, head, member);           \
	     pos = list_prev_entry(pos, member))

#define list_for_each_entry_safe(pos, n, head, member)                                             \
	for (pos = list_first_entry(head, __typeof__(*pos), member),                               \
	    n = list_next_entry(pos, member);                                                      \
	     !list_entry_is_head(pos, head, member); pos = n, n = list_next_entry(n, member))

/** INIT_LIST_HEAD() - make @head an empty list. */
static inline void INIT_LIST_HEAD(struct list_head *head)
{
	head->next = head;
	head->prev = head;
}

/** list_empty() - Return: true when nothing is on @head. */
static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

static inline void lfb_list_insert(struct list_head *entry, struct list_head *prev,
				   struct list_head *next)
{
	entry->prev = prev;
	entry->next = next;
	prev->next = entry;
	next->prev = entry;
}

/** list_add() - put @entry first on @head. */
static inline void list_add(struct list_head *entry, struct list_head *head)
{
	lfb_list_insert(entry, head, head->next);
}

/** list_add_tail() - put @entry last on @head. */
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	lfb_list_insert(entry, head->prev, head);
}

/** list_del_init() - take @entry off its list and make it a list of its own. */
static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

/** list_del() - take @entry off its list; it may not be used as a list until initialised again. */
static inline void list_del(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	entry->next = LIST_POISON1;
	entry->prev = LIST_POISON2;
}

#endif
