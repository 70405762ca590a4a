/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_MUTEX_H
#define LUO_LINUX_MUTEX_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/linux/lockdep.h>
#include <luo/kernel/linux/spinlock.h>
#include <luo/lock.h>

DEFINE_GUARD(mutex, struct mutex *, mutex_lock(_T), mutex_unlock(_T));

#endif
