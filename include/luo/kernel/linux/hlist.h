/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: the second half of linux/list.h, which includes it. No such name on a kernel. */
#ifndef LUO_LINUX_HLIST_H
#define LUO_LINUX_HLIST_H

#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/poison.h>
#include <luo/kernel/linux/types.h>

#define HLIST_HEAD_INIT { NULL }
#define HLIST_HEAD(name) struct hlist_head name = HLIST_HEAD_INIT
#define INIT_HLIST_HEAD(head) ((head)->first = NULL)

#define hlist_entry(ptr, type, member) container_of(ptr, type, member)
#define hlist_entry_safe(ptr, type, member)                                                        \
	__extension__({                                                                            \
		__typeof__(ptr) lfb_at_ = (ptr);                                                   \
		lfb_at_ ? hlist_entry(lfb_at_, type, member) : NULL;                               \
	})
#define LFB_HLIST_NEXT_(pos, member)                                                               \
	hlist_entry_safe((pos)->member.next, __typeof__(*(pos)), member)

#define hlist_for_each(pos, head) for (pos = (head)->first; pos; pos = pos->next)
#define hlist_for_each_safe(pos, n, head)                                                          \
	for (pos = (head)->first; pos && (n = pos->next, 1); pos = n)
#define hlist_for_each_entry(pos, head, member)                                                    \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)), member); pos;               \
	     pos = LFB_HLIST_NEXT_(pos, member))
#define hlist_for_each_entry_continue(pos, member)                                                 \
	for (pos = LFB_HLIST_NEXT_(pos, member); pos; pos = LFB_HLIST_NEXT_(pos, member))
#define hlist_for_each_entry_from(pos, member) for (; pos; pos = LFB_HLIST_NEXT_(pos, member))
#define hlist_for_each_entry_safe(pos, n, head, member)                                            \
	for (pos = hlist_entry_safe((head)->first, __typeof__(*(pos)), member);                    \
	     pos && (n = pos->member.next, 1);                                                     \
	     pos = hlist_entry_safe(n, __typeof__(*(pos)), member))
#define hlist_for_each_entry_rcu(pos, head, member, ...) hlist_for_each_entry(pos, head, member)

/** INIT_HLIST_NODE() - @node is on no list. */
static inline void INIT_HLIST_NODE(struct hlist_node *node)
{
	node->next = NULL;
	node->pprev = NULL;
}

/** hlist_unhashed() - Return: whether @node is on no list. */
static inline bool hlist_unhashed(const struct hlist_node *node)
{
	return !node->pprev;
}

static inline bool hlist_unhashed_lockless(const struct hlist_node *node)
{
	return !__atomic_load_n(&node->pprev, __ATOMIC_RELAXED);
}

static inline bool hlist_empty(const struct hlist_head *head)
{
	return !head->first;
}

static inline void __hlist_del(struct hlist_node *node)
{
	*node->pprev = node->next;
	if (node->next)
		node->next->pprev = node->pprev;
}

/** hlist_del() - take @node off its list; its pointers are poison then. */
static inline void hlist_del(struct hlist_node *node)
{
	__hlist_del(node);
	node->next = (struct hlist_node *)(void *)LIST_POISON1;
	node->pprev = (struct hlist_node **)(void *)LIST_POISON2;
}

/** hlist_del_init() - take @node off its list, if it is on one. */
static inline void hlist_del_init(struct hlist_node *node)
{
	if (hlist_unhashed(node))
		return;
	__hlist_del(node);
	INIT_HLIST_NODE(node);
}

/* @node comes where @at points. */
static inline void lfb_hlist_insert(struct hlist_node *node, struct hlist_node **at)
{
	node->next = *at;
	if (node->next)
		node->next->pprev = &node->next;
	node->pprev = at;
	*at = node;
}

/** hlist_add_head() - put @node first on @head. */
static inline void hlist_add_head(struct hlist_node *node, struct hlist_head *head)
{
	lfb_hlist_insert(node, &head->first);
}

static inline void hlist_add_before(struct hlist_node *node, struct hlist_node *next)
{
	lfb_hlist_insert(node, next->pprev);
}

static inline void hlist_add_behind(struct hlist_node *node, struct hlist_node *prev)
{
	lfb_hlist_insert(node, &prev->next);
}

/** hlist_add_fake() - @node looks as if it were on a list, so that it may be deleted. */
static inline void hlist_add_fake(struct hlist_node *node)
{
	node->pprev = &node->next;
}

static inline bool hlist_fake(struct hlist_node *node)
{
	return node->pprev == &node->next;
}

/** hlist_is_singular_node() - Return: whether @node is all that is on @head. */
static inline bool hlist_is_singular_node(struct hlist_node *node, struct hlist_head *head)
{
	return !node->next && node->pprev == &head->first;
}

/** hlist_move_list() - what is on @from is on @to then; @from is empty. */
static inline void hlist_move_list(struct hlist_head *from, struct hlist_head *to)
{
	to->first = from->first;
	if (to->first)
		to->first->pprev = &to->first;
	from->first = NULL;
}

/** hlist_splice_init() - what is on @from, up to its @last, comes first on @to. */
static inline void hlist_splice_init(struct hlist_head *from, struct hlist_node *last,
				     struct hlist_head *to)
{
	if (to->first)
		to->first->pprev = &last->next;
	last->next = to->first;
	to->first = from->first;
	from->first->pprev = &to->first;
	from->first = NULL;
}

/** hlist_count_nodes() - Return: how many are on @head. */
static inline size_t hlist_count_nodes(struct hlist_head *head)
{
	struct hlist_node *pos;
	size_t count = 0;

	hlist_for_each(pos, head)
		count++;
	return count;
}

#endif
