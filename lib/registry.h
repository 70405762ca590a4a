/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What is registered: the lock and the module references around it, and the look-ups.
 */
#ifndef LIB_REGISTRY_H
#define LIB_REGISTRY_H

#include "lib/luo/luo.h"

/* down_read() and so on, of the registry lock, in the kernels that have one. */
void luo_registry(struct luo *luo, void (*op)(struct rw_semaphore *lock));
/* Called while a list of the registry is walked without the lock: true when it changed since. */
bool luo_registry_moved(struct luo *luo, unsigned long changes, const char *walker);
/* Pins a module from registration, in the kernels that do. -EAGAIN: it is going away. */
int luo_pin_registered(struct luo *luo, struct module *owner);
void luo_unpin_registered(struct luo *luo, struct module *owner);
/* Pins a module while in use, in the other kernels. False: it is going away. */
bool luo_pin_used(struct luo *luo, struct module *owner);
void luo_unpin_used(struct luo *luo, struct module *owner);

/* -EBUSY when the profile does not allow registrations now. */
int luo_register_allowed(struct luo *luo, const char *what);
/*
 * The caller gave what a kernel that trusts it follows to nowhere; NULL for what is not there.
 * Comes back where the kernel does not.
 */
void luo_follow(struct luo *luo, const struct liveupdate_file_handler *fh,
		const struct liveupdate_flb *flb, const char *why);
/* The first handler that takes @file. */
struct liveupdate_file_handler *luo_handler_for(struct luo *luo, struct file *file);

#endif
