/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: time passes at once, and what is due then is done. */
#ifndef LUO_LINUX_DELAY_H
#define LUO_LINUX_DELAY_H

#include <luo/kernel/linux/jiffies.h>

#define msleep(ms) lfb_sleep(ms)
#define ssleep(seconds) lfb_sleep((seconds)*1000ul)
#define msleep_interruptible(ms) (lfb_sleep(ms), 0ul)
#define fsleep(us) lfb_sleep((us) / 1000)
#define usleep_range(min_us, max_us) ((void)(max_us), lfb_sleep((min_us) / 1000))
#define mdelay(ms) ((void)(ms))
#define udelay(us) ((void)(us))
#define ndelay(ns) ((void)(ns))

#endif
