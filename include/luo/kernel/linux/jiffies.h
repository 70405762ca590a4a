/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: a clock that goes on only while somebody sleeps. */
#ifndef LUO_LINUX_JIFFIES_H
#define LUO_LINUX_JIFFIES_H

#include <luo/kernel/linux/math64.h>
#include <luo/kernel/linux/types.h>
#include <luo/deferred.h>

#define HZ 1000
#define jiffies ((unsigned long)lfb_jiffies())
#define get_jiffies_64() ((u64)lfb_jiffies())
#define msecs_to_jiffies(ms) ((unsigned long)(ms) * HZ / 1000)
#define usecs_to_jiffies(us) (((unsigned long)(us) * HZ + 999999) / 1000000)
#define secs_to_jiffies(seconds) ((unsigned long)(seconds)*HZ)
#define jiffies_to_msecs(j) ((unsigned int)((j)*1000 / HZ))
#define jiffies_to_usecs(j) ((unsigned int)((j)*1000000 / HZ))
#define time_after(a, b) ((long)((b) - (a)) < 0)
#define time_before(a, b) time_after(b, a)
#define time_after_eq(a, b) ((long)((a) - (b)) >= 0)
#define time_before_eq(a, b) time_after_eq(b, a)
#define time_is_before_jiffies(a) time_after(jiffies, a)
#define time_is_after_jiffies(a) time_before(jiffies, a)
#define MAX_JIFFY_OFFSET ((~0ul >> 1) - 1)
#define MAX_SCHEDULE_TIMEOUT ((long)(~0ul >> 1))

#endif
