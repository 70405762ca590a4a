/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_RWSEM_H
#define LUO_LINUX_RWSEM_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/lockdep.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/lock.h>

#define __RWSEM_INITIALIZER(name) LFB_LOCK_INIT(#name)

DEFINE_GUARD(rwsem_read, struct rw_semaphore *, down_read(_T), up_read(_T))
DEFINE_GUARD(rwsem_write, struct rw_semaphore *, down_write(_T), up_write(_T))

#endif
