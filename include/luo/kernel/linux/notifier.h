/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SAME: chains in the order of priorities; an atomic one is not checked for sleeping. */
#ifndef LUO_LINUX_NOTIFIER_H
#define LUO_LINUX_NOTIFIER_H

#include <luo/kernel/linux/errno.h>
#include <luo/kernel/linux/mutex.h>
#include <luo/kernel/linux/rwsem.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/kernel/linux/types.h>

struct notifier_block;
typedef int (*notifier_fn_t)(struct notifier_block *nb, unsigned long action, void *data);

/** struct notifier_block - who is told; higher priorities first. */
struct notifier_block {
	notifier_fn_t notifier_call;
	struct notifier_block *next;
	int priority;
};

struct raw_notifier_head {
	struct notifier_block *head;
};

struct blocking_notifier_head {
	struct rw_semaphore rwsem;
	struct notifier_block *head;
};

struct atomic_notifier_head {
	spinlock_t lock;
	struct notifier_block *head;
};

#define RAW_NOTIFIER_HEAD(name) struct raw_notifier_head name = { NULL }
#define BLOCKING_NOTIFIER_HEAD(name)                                                               \
	struct blocking_notifier_head name = { LFB_LOCK_INIT(#name), NULL }
#define ATOMIC_NOTIFIER_HEAD(name) struct atomic_notifier_head name = { LFB_LOCK_INIT(#name), NULL }
#define RAW_INIT_NOTIFIER_HEAD(chain) ((void)((chain)->head = NULL))
#define BLOCKING_INIT_NOTIFIER_HEAD(chain)                                                         \
	do {                                                                                       \
		init_rwsem(&(chain)->rwsem);                                                       \
		(chain)->head = NULL;                                                              \
	} while (0)
#define ATOMIC_INIT_NOTIFIER_HEAD(chain)                                                           \
	do {                                                                                       \
		spin_lock_init(&(chain)->lock);                                                    \
		(chain)->head = NULL;                                                              \
	} while (0)

#define NOTIFY_DONE 0x0000
#define NOTIFY_OK 0x0001
#define NOTIFY_STOP_MASK 0x8000
#define NOTIFY_BAD (NOTIFY_STOP_MASK | 0x0002)
#define NOTIFY_STOP (NOTIFY_OK | NOTIFY_STOP_MASK)

/** notifier_from_errno() - an errno as what a callback returns; stops the chain. */
static inline int notifier_from_errno(int err)
{
	return err ? NOTIFY_STOP_MASK | (NOTIFY_OK - err) : NOTIFY_OK;
}

static inline int notifier_to_errno(int answer)
{
	answer &= ~NOTIFY_STOP_MASK;
	return answer > NOTIFY_OK ? NOTIFY_OK - answer : 0;
}

/* Return: 0; -EEXIST it is there already. */
static inline int lfb_notifier_add(struct notifier_block **at, struct notifier_block *nb)
{
	for (struct notifier_block *is = *at; is; is = is->next) {
		if (is == nb)
			return -EEXIST;
	}
	while (*at && (*at)->priority >= nb->priority)
		at = &(*at)->next;
	nb->next = *at;
	*at = nb;
	return 0;
}

static inline int lfb_notifier_remove(struct notifier_block **at, struct notifier_block *nb)
{
	for (; *at; at = &(*at)->next) {
		if (*at == nb) {
			*at = nb->next;
			return 0;
		}
	}
	return -ENOENT;
}

/** raw_notifier_call_chain() - tell all, until one stops it. Return: what the last one said. */
static inline int raw_notifier_call_chain(struct raw_notifier_head *chain, unsigned long action,
					  void *data)
{
	struct notifier_block *next;
	int answer = NOTIFY_DONE;

	for (struct notifier_block *nb = chain->head; nb; nb = next) {
		next = nb->next;
		answer = nb->notifier_call(nb, action, data);
		if (answer & NOTIFY_STOP_MASK)
			break;
	}
	return answer;
}

static inline int raw_notifier_chain_register(struct raw_notifier_head *chain,
					      struct notifier_block *nb)
{
	return lfb_notifier_add(&chain->head, nb);
}

static inline int raw_notifier_chain_unregister(struct raw_notifier_head *chain,
						struct notifier_block *nb)
{
	return lfb_notifier_remove(&chain->head, nb);
}

/* The two others do the same under their lock, held to change the chain or to tell it. */
#define LFB_NOTIFIERS_(kind, change, change_end, tell, tell_end)                                   \
	static inline int kind##_notifier_chain_register(struct kind##_notifier_head *chain,       \
							 struct notifier_block *nb)                \
	{                                                                                          \
		int err;                                                                           \
                                                                                                   \
		change;                                                                            \
		err = lfb_notifier_add(&chain->head, nb);                                          \
		change_end;                                                                        \
		return err;                                                                        \
	}                                                                                          \
	static inline int kind##_notifier_chain_unregister(struct kind##_notifier_head *chain,     \
							   struct notifier_block *nb)              \
	{                                                                                          \
		int err;                                                                           \
                                                                                                   \
		change;                                                                            \
		err = lfb_notifier_remove(&chain->head, nb);                                       \
		change_end;                                                                        \
		return err;                                                                        \
	}                                                                                          \
	static inline int kind##_notifier_call_chain(struct kind##_notifier_head *chain,           \
						     unsigned long action, void *data)             \
	{                                                                                          \
		struct raw_notifier_head raw;                                                      \
		int answer;                                                                        \
                                                                                                   \
		tell;                                                                              \
		raw.head = chain->head;                                                            \
		answer = raw_notifier_call_chain(&raw, action, data);                              \
		tell_end;                                                                          \
		return answer;                                                                     \
	}

LFB_NOTIFIERS_(blocking, down_write(&chain->rwsem), up_write(&chain->rwsem),
	       down_read(&chain->rwsem), up_read(&chain->rwsem))
LFB_NOTIFIERS_(atomic, spin_lock(&chain->lock), spin_unlock(&chain->lock), (void)0, (void)0)

#endif
