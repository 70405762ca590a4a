/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Requests from userspace.
 */
#ifndef LIB_IOCTL_H
#define LIB_IOCTL_H

#include <luo/types.h>

/* A request is checked and copied as the kernel does; op runs with the copy. */
struct luo_ioctl {
	unsigned int cmd;
	u32 size;			/* of the structure; callers may have a longer one */
	long (*op)(void *context, void *request);
};
/* @table is sorted by number, without gaps. */
long luo_ioctl(const struct luo_ioctl *table, unsigned int count, void *context,
	       unsigned int cmd, unsigned long arg);

#endif
