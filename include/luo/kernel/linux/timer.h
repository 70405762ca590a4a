/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: due when time has passed, which it does while somebody sleeps. */
#ifndef LUO_LINUX_TIMER_H
#define LUO_LINUX_TIMER_H

#include <luo/kernel/linux/container_of.h>
#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>
#include <luo/lock.h>

/** struct timer_list - something to do at a time. */
struct timer_list {
	unsigned long expires;
	void (*function)(struct timer_list *timer);
};

#define DEFINE_TIMER(name, function) struct timer_list name = { 0, function }
#define timer_container_of(variable, timer, member)                                                \
	container_of(timer, __typeof__(*(variable)), member)
#define timer_setup(timer, callback, flags) ((void)((timer)->function = (callback)))

static inline void lfb_timer_run(void *timer)
{
	((struct timer_list *)timer)->function((struct timer_list *)timer);
}

/** timer_delete() - it does not come. Return: whether it would have. */
static inline int timer_delete(struct timer_list *timer)
{
	return lfb_defer_cancel(timer);
}

#define timer_delete_sync(timer) lfb_defer_cancel_sync(timer)
#define timer_shutdown_sync(timer) lfb_defer_cancel_sync(timer)
#define timer_pending(timer) lfb_deferred(timer)

/** mod_timer() - it comes at @expires. Return: whether it would have come already. */
static inline int mod_timer(struct timer_list *timer, unsigned long expires)
{
	const int was = timer_delete(timer);

	timer->expires = expires;
	lfb_defer_work(timer, lfb_timer_run, time_after(expires, jiffies) ? expires - jiffies : 0);
	return was;
}

static inline void add_timer(struct timer_list *timer)
{
	mod_timer(timer, timer->expires);
}

#endif
