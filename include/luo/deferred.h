/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What a kernel does later: the ground of workqueues, timers and RCU callbacks. There is one thread
 * of control and time passes only while somebody sleeps, so that it is the same in each run. Where
 * tasks run beside each other (docs/schedules.md) work and timers are tasks, too.
 *
 * What is deferred is done when somebody waits for it or sleeps, else at the end of the call from
 * outside during which it was deferred; in the order of the times it is due at, and of its coming
 * where these are the same. It dies with its kernel. Outside of a kernel nothing is deferred.
 */
#ifndef LUO_DEFERRED_H
#define LUO_DEFERRED_H

#include <luo/types.h>

/**
 * lfb_defer() - have something done later
 * @what: an object; there is one of it at a time
 * @run: what is done with it
 * @delay: after so many milliseconds
 *
 * Return: true; false when it is deferred already, or no kernel runs.
 */
LFB_API bool lfb_defer(void *what, void (*run)(void *what), unsigned long delay);
/**
 * lfb_defer_work() - lfb_defer() of what a kernel has done by somebody else: work, a timer
 * @what: as there
 * @run: as there
 * @delay: as there
 *
 * Where tasks run beside each other it is one of them from here on, which is a scheduling point;
 * but not what it defers of itself, nor the seventeenth, nor where there are eight tasks already.
 *
 * Return: as there.
 */
LFB_API bool lfb_defer_work(void *what, void (*run)(void *what), unsigned long delay);
/**
 * lfb_defer_kfree() - have kfree() done to an object that somebody may be reading yet
 * @object: the object
 *
 * It is done when all else is that was deferred, or when some thousands of others have come since.
 */
LFB_API void lfb_defer_kfree(void *object);
/** lfb_deferred() - Return: whether @what is to be done yet. */
LFB_API bool lfb_deferred(const void *what);
/** lfb_defer_cancel() - it is not to be done. Return: whether it was. */
LFB_API bool lfb_defer_cancel(const void *what);
/** lfb_defer_cancel_sync() - the same, and who is doing it has done so when this returns. */
LFB_API bool lfb_defer_cancel_sync(const void *what);
/**
 * lfb_defer_wait() - lfb_defer_flush(), where a task does it until that has
 * @what: the object; NULL: all there are
 *
 * Return: whether there was any.
 */
LFB_API bool lfb_defer_wait(const void *what);
/**
 * lfb_defer_flush() - have it done now, if it is to be done
 * @what: the object; NULL: all there are
 *
 * Return: whether there was anything to do.
 */
LFB_API bool lfb_defer_flush(const void *what);
/** lfb_defer_next() - do what is due first, its time passing. Return: whether there was any. */
LFB_API bool lfb_defer_next(void);
/** lfb_jiffies() - Return: milliseconds since the kernel's start. */
LFB_API unsigned long lfb_jiffies(void);
/** lfb_sleep() - let so many milliseconds pass, and have done what is due then; may sleep. */
LFB_API void lfb_sleep(unsigned long ms);
/**
 * lfb_wait_forever() - the caller waits for what nobody does any more
 * @what: a word for it
 *
 * The kernel hangs, as with a lock that can never be had; returns only outside of a kernel.
 */
LFB_API void lfb_wait_forever(const char *what);

#endif
