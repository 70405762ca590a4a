/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Requests from userspace.
 */
#ifndef LIB_IOCTL_H
#define LIB_IOCTL_H

#include "lib/luo/luo.h"

/* Which sessions a request is for. */
enum luo_direction { LUO_ANY_SESSION, LUO_OUTGOING_SESSION, LUO_INCOMING_SESSION };

/* A request is checked and copied as the kernel does; op runs with the copy. */
struct luo_ioctl {
	unsigned int cmd;
	u32 size;			/* of the structure; callers may have a longer one */
	long (*op)(void *context, void *request);
	enum luo_direction direction;
	const char *what;		/* that it does, for who is told that it is for others */
	/*
	 * It was done, and the answer cannot be copied to the caller, who is told -EFAULT: takes
	 * back what can be. NULL: nothing.
	 */
	void (*unanswered)(void *context, void *request);
	/* With this defect only; else whether it can be answered is asked before it is done. */
	enum luo_quirk done_unanswered;
};

/* What is open: a table of requests, sorted by number, without gaps. */
struct luo_ioctls {
	const struct luo_ioctl *table;
	unsigned int count;
	/* Before the caller's structure is looked at: may it be done? 0 or -errno. May be NULL. */
	int (*check)(void *context, const struct luo_ioctl *ioctl);
	/* Once it is copied: false, the caller has to wait; else end follows. May be NULL, both. */
	bool (*begin)(void *context);
	void (*end)(void);
};

long luo_ioctl(const struct luo_ioctls *ioctls, void *context, unsigned int cmd,
	       unsigned long arg);
/* Closes a descriptor that was just given to a caller who does not know of it. */
void luo_ioctl_take_back(int fd);

#endif
