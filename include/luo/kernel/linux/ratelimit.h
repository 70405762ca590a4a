/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: so many in a time, which passes only while somebody sleeps. */
#ifndef LUO_LINUX_RATELIMIT_H
#define LUO_LINUX_RATELIMIT_H

#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>

#define DEFAULT_RATELIMIT_INTERVAL (5 * HZ)
#define DEFAULT_RATELIMIT_BURST 10

/** struct ratelimit_state - @burst in @interval, @missed since. */
struct ratelimit_state {
	int interval;
	int burst;
	int printed;
	int missed;
	unsigned long begin;
};

#define RATELIMIT_STATE_INIT(name, time, most) { time, most, 0, 0, 0 }
#define DEFINE_RATELIMIT_STATE(name, time, most)                                                   \
	struct ratelimit_state name = RATELIMIT_STATE_INIT(name, time, most)

static inline void ratelimit_state_init(struct ratelimit_state *rs, int interval, int burst)
{
	const struct ratelimit_state fresh = { interval, burst, 0, 0, 0 };

	*rs = fresh;
}

/** __ratelimit() - Return: whether it may be said. */
static inline int __ratelimit(struct ratelimit_state *rs)
{
	if (!rs->interval)
		return 1;
	if (jiffies - rs->begin >= (unsigned long)rs->interval) {
		rs->begin = jiffies;
		rs->printed = 0;
	}
	if (rs->printed >= rs->burst) {
		rs->missed++;
		return 0;
	}
	rs->printed++;
	return 1;
}

#endif
