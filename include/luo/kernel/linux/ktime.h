/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: time stands still but for what is slept; no clock is read. */
#ifndef LUO_LINUX_KTIME_H
#define LUO_LINUX_KTIME_H

#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/math64.h>
#include <luo/kernel/linux/time64.h>
#include <luo/kernel/linux/types.h>

/** typedef ktime_t - nanoseconds. */
typedef s64 ktime_t;

#define ms_to_ktime(ms) ((ktime_t)(ms)*NSEC_PER_MSEC)
#define us_to_ktime(us) ((ktime_t)(us)*NSEC_PER_USEC)
#define ns_to_ktime(ns) ((ktime_t)(ns))
#define ktime_set(seconds, ns) ((ktime_t)(seconds)*NSEC_PER_SEC + (ktime_t)(ns))
#define ktime_to_ns(time) (time)
#define ktime_to_us(time) ((time) / NSEC_PER_USEC)
#define ktime_to_ms(time) ((time) / NSEC_PER_MSEC)
#define ktime_add(a, b) ((a) + (b))
#define ktime_sub(a, b) ((a) - (b))
#define ktime_add_ns(a, ns) ((a) + (ktime_t)(ns))
#define ktime_before(a, b) ((a) < (b))
#define ktime_after(a, b) ((a) > (b))
#define ktime_us_delta(later, earlier) ktime_to_us((later) - (earlier))

/** ktime_get() - Return: the time since the kernel's start. */
static inline ktime_t ktime_get(void)
{
	return (ktime_t)jiffies * (NSEC_PER_SEC / HZ);
}

static inline u64 ktime_get_ns(void)
{
	return (u64)ktime_get();
}

#define ktime_get_real ktime_get
#define ktime_get_boottime ktime_get
#define ktime_get_real_seconds() (ktime_get() / NSEC_PER_SEC)
#define ktime_get_seconds() (ktime_get() / NSEC_PER_SEC)

#endif
