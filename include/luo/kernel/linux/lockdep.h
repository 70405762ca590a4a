/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* SIMPLER: that somebody holds a lock is checked, not who, nor how a semaphore is held. */
#ifndef LUO_LINUX_LOCKDEP_H
#define LUO_LINUX_LOCKDEP_H

#include <luo/lock.h>
#include <luo/printk.h>

struct lock_class_key {
	int lfb_nothing;
};

#define lockdep_set_class(held, key) ((void)(key))
#define lockdep_register_key(key) ((void)(key))
#define lockdep_unregister_key(key) ((void)(key))
#define lockdep_assert(condition) WARN_ON(!(condition))
#define lockdep_assert_not_held(held) WARN_ON(lockdep_is_held(held))
#define lockdep_assert_held_once(held) lockdep_assert_held(held)
#define lockdep_is_held(held) ((held)->lock.owner || (held)->lock.readers)
#define lockdep_assert_held(held) WARN_ON(!lockdep_is_held(held))
#define lockdep_assert_held_write(held) WARN_ON(!(held)->lock.owner)
#define lockdep_assert_held_read(held) WARN_ON(!(held)->lock.readers)

#endif
