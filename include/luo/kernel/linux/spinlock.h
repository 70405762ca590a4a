/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: no waiting; a lock that can never be had is a finding. */
#ifndef LUO_LINUX_SPINLOCK_H
#define LUO_LINUX_SPINLOCK_H

#include <luo/kernel/linux/cleanup.h>
#include <luo/kernel/asm/barrier.h>
#include <luo/kernel/linux/lockdep.h>
#include <luo/lock.h>

DEFINE_GUARD(spinlock, spinlock_t *, spin_lock(_T), spin_unlock(_T))

#endif
