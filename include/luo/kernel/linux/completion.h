/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: who waits does what is deferred meanwhile; what nobody completes is a hang. */
#ifndef LUO_LINUX_COMPLETION_H
#define LUO_LINUX_COMPLETION_H

#include <luo/kernel/linux/compiler.h>
#include <luo/kernel/linux/jiffies.h>
#include <luo/kernel/linux/types.h>
#include <luo/lock.h>

/** struct completion - something that is waited for; UINT_MAX: completed for all. */
struct completion {
	unsigned int done;
};

#define COMPLETION_INITIALIZER(name) { 0 }
#define DECLARE_COMPLETION(name) struct completion name = COMPLETION_INITIALIZER(name)
#define DECLARE_COMPLETION_ONSTACK(name) DECLARE_COMPLETION(name)

static inline void init_completion(struct completion *c)
{
	c->done = 0;
}

static inline void reinit_completion(struct completion *c)
{
	c->done = 0;
}

/** complete() - one who waits goes on. */
static inline void complete(struct completion *c)
{
	unsigned int done;

	lfb_at_once(true);
	done = READ_ONCE(c->done);
	if (done != UINT_MAX)
		WRITE_ONCE(c->done, done + 1);
	lfb_at_once(false);
}

static inline void complete_all(struct completion *c)
{
	WRITE_ONCE(c->done, UINT_MAX);
}

static inline bool completion_done(struct completion *c)
{
	return READ_ONCE(c->done) != 0;
}

/** try_wait_for_completion() - Return: whether nobody had to wait. */
static inline bool try_wait_for_completion(struct completion *c)
{
	unsigned int done;

	lfb_at_once(true);
	done = READ_ONCE(c->done);
	if (done && done != UINT_MAX)
		WRITE_ONCE(c->done, done - 1);
	lfb_at_once(false);
	return done != 0;
}

static inline void wait_for_completion(struct completion *c)
{
	might_sleep();
	while (!try_wait_for_completion(c)) {
		if (!lfb_defer_next()) {
			lfb_wait_forever("a completion");
			break;
		}
	}
}

/** wait_for_completion_timeout() - Return: the time that is left, at least 1; 0: it is over. */
static inline unsigned long wait_for_completion_timeout(struct completion *c, unsigned long timeout)
{
	might_sleep();
	for (; !try_wait_for_completion(c); timeout--) {
		if (!timeout)
			return 0;
		lfb_sleep(1);
	}
	return timeout ? timeout : 1;
}

static inline int __must_check wait_for_completion_interruptible(struct completion *c)
{
	wait_for_completion(c);
	return 0;
}

#define wait_for_completion_killable wait_for_completion_interruptible
#define wait_for_completion_io wait_for_completion

#endif
