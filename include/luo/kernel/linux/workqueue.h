/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: work is done when somebody waits or sleeps, at the end of the call, or by a task. */
#ifndef LUO_LINUX_WORKQUEUE_H
#define LUO_LINUX_WORKQUEUE_H

#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/slab.h>
#include <luo/kernel/linux/timer.h>
#include <luo/kernel/linux/types.h>

struct work_struct;
typedef void (*work_func_t)(struct work_struct *work);

/** struct work_struct - something to do. */
struct work_struct {
	work_func_t func;
};

/** struct delayed_work - something to do after a time. */
struct delayed_work {
	struct work_struct work;
};

/** struct workqueue_struct - a queue; all of them are one. */
struct workqueue_struct {
	const char *name;
};

#define WQ_UNBOUND 0x2u
#define WQ_FREEZABLE 0x4u
#define WQ_MEM_RECLAIM 0x8u
#define WQ_HIGHPRI 0x10u
#define WQ_PERCPU 0x100u
#define __WORK_INITIALIZER(name, function) { function }
#define DECLARE_WORK(name, function) struct work_struct name = { function }
#define DECLARE_DELAYED_WORK(name, function) struct delayed_work name = { { function } }
#define INIT_WORK(item, function) ((void)((item)->func = (function)))
#define INIT_WORK_ONSTACK(item, function) INIT_WORK(item, function)
#define INIT_DELAYED_WORK(item, function) INIT_WORK(&(item)->work, function)
#define destroy_work_on_stack(item) ((void)(item))
#define system_wq ((struct workqueue_struct *)NULL)
#define system_percpu_wq system_wq
#define system_dfl_wq system_wq
#define system_unbound_wq system_wq
#define system_long_wq system_wq
#define system_highpri_wq system_wq

/** to_delayed_work() - what the function of one is given is its work. */
static inline struct delayed_work *to_delayed_work(struct work_struct *work)
{
	return container_of(work, struct delayed_work, work);
}

static inline void lfb_work_run(void *work)
{
	((struct work_struct *)work)->func((struct work_struct *)work);
}

/** queue_work() - have it done. Return: whether it was not to be done already. */
static inline bool queue_work(struct workqueue_struct *wq, struct work_struct *work)
{
	(void)wq;
	return lfb_defer_work(work, lfb_work_run, 0);
}

static inline bool queue_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
				      unsigned long delay)
{
	(void)wq;
	return lfb_defer_work(&work->work, lfb_work_run, delay);
}

/** mod_delayed_work() - from now on after @delay. Return: whether it was to be done already. */
static inline bool mod_delayed_work(struct workqueue_struct *wq, struct delayed_work *work,
				    unsigned long delay)
{
	const bool was = lfb_defer_cancel(&work->work);

	queue_delayed_work(wq, work, delay);
	return was;
}

#define schedule_work(work) queue_work(system_wq, work)
#define schedule_delayed_work(work, delay) queue_delayed_work(system_wq, work, delay)
#define work_pending(work) lfb_deferred(work)
#define delayed_work_pending(item) lfb_deferred(&(item)->work)
#define flush_work(work) lfb_defer_wait(work)
#define flush_delayed_work(item) lfb_defer_wait(&(item)->work)
#define cancel_work(work) lfb_defer_cancel(work)
#define cancel_delayed_work(item) lfb_defer_cancel(&(item)->work)

static inline bool cancel_work_sync(struct work_struct *work)
{
	might_sleep();
	return lfb_defer_cancel_sync(work);
}

static inline bool cancel_delayed_work_sync(struct delayed_work *work)
{
	return cancel_work_sync(&work->work);
}

static inline struct workqueue_struct *lfb_workqueue(const char *name)
{
	struct workqueue_struct *wq = kzalloc_obj(*wq);

	if (wq)
		wq->name = name;
	return wq;
}

#define alloc_workqueue(name, flags, active, ...) lfb_workqueue(name)
#define alloc_ordered_workqueue(name, flags, ...) lfb_workqueue(name)
#define create_singlethread_workqueue(name) lfb_workqueue(name)

/** flush_workqueue() - all that is to be done now is done, of every queue. */
static inline void flush_workqueue(struct workqueue_struct *wq)
{
	(void)wq;
	lfb_defer_wait(NULL);
}

#define drain_workqueue(wq) flush_workqueue(wq)
#define flush_scheduled_work() flush_workqueue(NULL)

static inline void destroy_workqueue(struct workqueue_struct *wq)
{
	flush_workqueue(wq);
	kfree(wq);
}

#endif
