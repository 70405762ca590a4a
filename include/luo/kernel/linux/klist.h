/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: lists whose nodes live while somebody walks over them; no waiting for removal. */
#ifndef LUO_LINUX_KLIST_H
#define LUO_LINUX_KLIST_H

#include <luo/kernel/linux/list.h>

struct klist_node;

/** struct klist - such a list; @get and @put are told of each use of a node. */
struct klist {
	struct list_head k_list;
	void (*get)(struct klist_node *node);
	void (*put)(struct klist_node *node);
};

/** struct klist_node - a place in one. */
struct klist_node {
	struct klist *n_klist;
	struct list_head n_node;
	int lfb_users;
	bool lfb_dead;
};

/** struct klist_iter - somebody who walks over one. */
struct klist_iter {
	struct klist *i_klist;
	struct klist_node *i_cur;
};

#define KLIST_INIT(name, get_node, put_node) { LIST_HEAD_INIT(name.k_list), get_node, put_node }
#define DEFINE_KLIST(name, get, put) struct klist name = KLIST_INIT(name, get, put)

static inline void klist_init(struct klist *list, void (*get)(struct klist_node *),
			      void (*put)(struct klist_node *))
{
	INIT_LIST_HEAD(&list->k_list);
	list->get = get;
	list->put = put;
}

static inline void lfb_klist_node_init(struct klist_node *node, struct klist *list)
{
	INIT_LIST_HEAD(&node->n_node);
	node->n_klist = list;
	node->lfb_users = 1;
	node->lfb_dead = false;
	if (list->get)
		list->get(node);
}

/* One user less; the last one takes it off the list. */
static inline void lfb_klist_put(struct klist_node *node)
{
	struct klist *list = node->n_klist;

	if (--node->lfb_users)
		return;
	list_del_init(&node->n_node);
	node->n_klist = NULL;
	if (list->put)
		list->put(node);
}

static inline void klist_add_head(struct klist_node *node, struct klist *list)
{
	lfb_klist_node_init(node, list);
	list_add(&node->n_node, &list->k_list);
}

static inline void klist_add_tail(struct klist_node *node, struct klist *list)
{
	lfb_klist_node_init(node, list);
	list_add_tail(&node->n_node, &list->k_list);
}

static inline void klist_add_behind(struct klist_node *node, struct klist_node *prev)
{
	lfb_klist_node_init(node, prev->n_klist);
	list_add(&node->n_node, &prev->n_node);
}

static inline void klist_add_before(struct klist_node *node, struct klist_node *next)
{
	lfb_klist_node_init(node, next->n_klist);
	list_add_tail(&node->n_node, &next->n_node);
}

/** klist_del() - nobody comes to @node any more; it goes with the last who is there. */
static inline void klist_del(struct klist_node *node)
{
	node->lfb_dead = true;
	lfb_klist_put(node);
}

static inline void klist_remove(struct klist_node *node)
{
	klist_del(node);
}

static inline int klist_node_attached(struct klist_node *node)
{
	return node->n_klist != NULL;
}

static inline void klist_iter_init_node(struct klist *list, struct klist_iter *iter,
					struct klist_node *node)
{
	iter->i_klist = list;
	iter->i_cur = node;
	if (node)
		node->lfb_users++;
}

static inline void klist_iter_init(struct klist *list, struct klist_iter *iter)
{
	klist_iter_init_node(list, iter, NULL);
}

static inline void klist_iter_exit(struct klist_iter *iter)
{
	if (iter->i_cur)
		lfb_klist_put(iter->i_cur);
	iter->i_cur = NULL;
}

static inline struct klist_node *lfb_klist_step(struct klist_iter *iter, bool forward)
{
	struct klist_node *last = iter->i_cur, *found = NULL;
	struct list_head *at = last ? &last->n_node : &iter->i_klist->k_list;

	do {
		at = forward ? at->next : at->prev;
		if (at == &iter->i_klist->k_list)
			break;
		found = container_of(at, struct klist_node, n_node);
	} while (found->lfb_dead && (found = NULL, true));
	if (found)
		found->lfb_users++;
	if (last)
		lfb_klist_put(last);
	iter->i_cur = found;
	return found;
}

/** klist_next() - Return: the node after the one this was at, NULL at the end. */
static inline struct klist_node *klist_next(struct klist_iter *iter)
{
	return lfb_klist_step(iter, true);
}

static inline struct klist_node *klist_prev(struct klist_iter *iter)
{
	return lfb_klist_step(iter, false);
}

#endif
