/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: that somebody holds a lock is checked, not who, nor how a semaphore is held. */
#ifndef LUO_LINUX_LOCKDEP_H
#define LUO_LINUX_LOCKDEP_H

#include <luo/lock.h>
#include <luo/printk.h>

#define lockdep_is_held(held) ((held)->lock.owner || (held)->lock.readers)
#define lockdep_assert_held(held) WARN_ON(!lockdep_is_held(held))
#define lockdep_assert_held_write(held) WARN_ON(!(held)->lock.owner)
#define lockdep_assert_held_read(held) WARN_ON(!(held)->lock.readers)

#endif
