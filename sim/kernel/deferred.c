// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is done later. The list is host memory and holds functions and addresses alone: an object
 * that was freed meanwhile is what the function makes of it, as on a kernel.
 */
#include <luo/deferred.h>
#include <luo/lock.h>
#include <luo/slab.h>

#include "sim/kernel/kernel.h"

/* Work that defers itself again and again ends with the call that it was deferred in. */
#define AT_A_TIME 1000
/* Nobody reads what so many were given up after. */
#define UNREAD 4096

static struct lfb_deferred *all(struct lfb_kernel *kernel)
{
	return kernel->deferred.items;
}

/* Its place, or that of the first that is due, no task's; the number there are: none. */
static size_t find(struct lfb_kernel *kernel, const void *what)
{
	size_t found = kernel->deferred.count;

	for (size_t i = 0; i < kernel->deferred.count; i++) {
		if (what && all(kernel)[i].what == what)
			return i;
		if (!what && !all(kernel)[i].task &&
		    (found == kernel->deferred.count ||
		     all(kernel)[i].due < all(kernel)[found].due))
			found = i;
	}
	return found;
}

static void forget(struct lfb_kernel *kernel, size_t at)
{
	kernel->deferred.count--;
	for (; at < kernel->deferred.count; at++)
		all(kernel)[at] = all(kernel)[at + 1];
}

static void perform(struct lfb_kernel *kernel, size_t at)
{
	const struct lfb_deferred now = all(kernel)[at];

	lfb__race_take(kernel, now.what, false);
	forget(kernel, at);
	if (now.due > kernel->jiffies)
		kernel->jiffies = now.due;
	now.run(now.what);
	lfb__race_drop(kernel, now.what, false);
	lfb__race_drop(kernel, &kernel->deferred, false);
}

bool lfb_defer(void *what, void (*run)(void *what), unsigned long delay)
{
	struct lfb_kernel *kernel = lfb__current;
	struct lfb_deferred *later;

	if (!kernel || kernel->dead || find(kernel, what) < kernel->deferred.count)
		return false;
	later = lfb__list_add(&kernel->deferred, sizeof(*later));
	if (!later)
		return false;
	lfb__race_drop(kernel, what, false);
	later->what = what;
	later->run = run;
	later->due = kernel->jiffies + delay;
	later->number = ++kernel->deferrals;
	later->task = false;
	return true;
}

static long do_work(void *work)
{
	struct lfb_kernel *kernel = lfb__current;
	const size_t at = find(kernel, work);

	if (LFB_ASSERT(at < kernel->deferred.count))
		perform(kernel, at);
	lfb__locks_kept(kernel, 0, "work");
	return 0;
}

/* A task of its own does it. */
static long be_task(void *work)
{
	struct lfb_kernel *kernel = lfb__current;
	struct task_struct *before = kernel->task;

	kernel->task = lfb__beside_task(kernel);
	lfb__guarded(kernel, do_work, work);
	kernel->task = before;
	return 0;
}

bool lfb_defer_work(void *what, void (*run)(void *what), unsigned long delay)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!lfb_defer(what, run, delay))
		return false;
	if (lfb__beside_spawn(kernel, be_task, what)) {
		all(kernel)[kernel->deferred.count - 1].task = true;
		lfb__beside_stand(kernel, &(struct lfb_standing){ .point = "queue_work",
								  .object = "" });
	}
	return true;
}

/* Nobody waits for memory to be free: all objects but the @youngest are freed. */
static void free_unread(struct lfb_kernel *kernel, size_t youngest)
{
	void **objects = kernel->unread.items;
	const size_t old = kernel->unread.count - youngest;

	for (size_t i = 0; i < old; i++)
		kfree(objects[i]);
	for (size_t i = 0; i < youngest; i++)
		objects[i] = objects[old + i];
	kernel->unread.count = youngest;
}

void lfb_defer_kfree(void *object)
{
	struct lfb_kernel *kernel = lfb__current;
	void **unread;

	if (!kernel || kernel->dead)
		return;
	unread = lfb__list_add(&kernel->unread, sizeof(*unread));
	if (!unread) {
		kfree(object);
		return;
	}
	*unread = object;
	if (kernel->unread.count == UNREAD)
		free_unread(kernel, UNREAD / 2);
}

bool lfb_deferred(const void *what)
{
	struct lfb_kernel *kernel = lfb__current;

	return kernel && what && find(kernel, what) < kernel->deferred.count;
}

/* What was done of it, or with NULL of all, is seen. */
static void see_done(struct lfb_kernel *kernel, const void *what)
{
	if (kernel)
		lfb__race_take(kernel, what ? what : &kernel->deferred, false);
}

bool lfb_defer_cancel(const void *what)
{
	struct lfb_kernel *kernel = lfb__current;
	size_t at;

	if (!kernel || !what)
		return false;
	see_done(kernel, what);
	at = find(kernel, what);
	if (at == kernel->deferred.count)
		return false;
	if (all(kernel)[at].task)
		lfb__beside_unspawn(kernel, what);
	forget(kernel, at);
	return true;
}

static void wait_for_works(struct lfb_kernel *kernel, const void *what, const char *point)
{
	while (lfb__beside_works(kernel, what) && !kernel->at_point) {
		if (!lfb__beside_poll(kernel, point, false)) {
			lfb_wait_forever("the end of work");
			return;
		}
	}
	see_done(kernel, what);
}

bool lfb_defer_cancel_sync(const void *what)
{
	const bool was = lfb_defer_cancel(what);

	if (lfb__current && what)
		wait_for_works(lfb__current, what, "cancel_work_sync");
	return was;
}

bool lfb_defer_wait(const void *what)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!kernel || !lfb__beside_works(kernel, what))
		return lfb_defer_flush(what);
	might_sleep();
	wait_for_works(kernel, what, "flush_work");
	if (!what)
		lfb_defer_flush(NULL);
	return true;
}

bool lfb_defer_flush(const void *what)
{
	struct lfb_kernel *kernel = lfb__current;
	bool any = false;

	might_sleep();
	see_done(kernel, what);
	if (what && lfb_deferred(what) && !all(kernel)[find(kernel, what)].task) {
		perform(kernel, find(kernel, what));
		return true;
	}
	for (unsigned int n = 0; !what && kernel && n < AT_A_TIME; n++) {
		const size_t first = find(kernel, NULL);

		if (first == kernel->deferred.count)
			break;
		perform(kernel, first);
		any = true;
	}
	if (!what && kernel)
		free_unread(kernel, 0);
	return any;
}

bool lfb_defer_next(void)
{
	struct lfb_kernel *kernel = lfb__current;
	size_t first;

	if (!kernel)
		return false;
	first = find(kernel, NULL);
	if (first == kernel->deferred.count)
		return lfb__beside_poll(kernel, "wait", false) || lfb__threads_go_on(kernel);
	perform(kernel, first);
	return true;
}

unsigned long lfb_jiffies(void)
{
	return lfb__current ? lfb__current->jiffies : 0;
}

void lfb_sleep(unsigned long ms)
{
	struct lfb_kernel *kernel = lfb__current;
	unsigned long until;

	might_sleep();
	if (!kernel)
		return;
	if (lfb__thread_sleeps(kernel, ms))
		return;
	lfb__beside_poll(kernel, "sleep", true);
	until = kernel->jiffies + ms;
	lfb__threads_run(kernel);
	for (unsigned int n = 0; n < AT_A_TIME; n++) {
		const size_t first = find(kernel, NULL);
		const unsigned long due = first == kernel->deferred.count ? until + 1 :
					  all(kernel)[first].due;

		if (lfb__threads_wake(kernel, due < until ? due : until))
			continue;
		if (due > until)
			break;
		perform(kernel, first);
	}
	free_unread(kernel, 0);
	kernel->jiffies = kernel->jiffies > until ? kernel->jiffies : until;
}

void lfb_wait_forever(const char *what)
{
	struct lfb_kernel *kernel = lfb__current;

	if (!kernel)
		return;
	lfb__find(kernel, LFB_FINDING_LOCK_DEADLOCK, lfb__object("wait for %.64s", what).text,
		  "task %s waits for what nobody does any more", kernel->task->name);
	lfb__die(kernel, LFB_DEATH_HANG);
}

void lfb__deferred_end(struct lfb_kernel *kernel)
{
	const unsigned long last = kernel->deferrals;

	/* What they defer themselves is for the next call, but for what is to be freed. */
	for (size_t left = kernel->deferred.count; left--;) {
		const size_t first = find(kernel, NULL);

		if (first < kernel->deferred.count && all(kernel)[first].number <= last)
			perform(kernel, first);
	}
	free_unread(kernel, 0);
	lfb__threads_settle(kernel);
}
