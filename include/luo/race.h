/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Races: what module code compiled for thread checking (lfb build --races) says besides its
 * accesses. The kernel's names are made of these: data_race(), rcu_read_lock(), synchronize_rcu().
 * Where no tasks run beside each other they do nothing.
 */
#ifndef LUO_RACE_H
#define LUO_RACE_H

#include <luo/types.h>

#if defined(__SANITIZE_THREAD__)
#define LFB_SAYS_ACCESSES 1
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define LFB_SAYS_ACCESSES 1
#endif
#endif
#ifndef LFB_SAYS_ACCESSES
/** LFB_SAYS_ACCESSES - 1 in code that is compiled for thread checking */
#define LFB_SAYS_ACCESSES 0
#endif

/**
 * lfb_race_ignore() - what the running task touches races with nothing
 * @begin: from here on; false: no more. They nest
 */
LFB_API void lfb_race_ignore(bool begin);
/**
 * lfb_race_at_once() - what the running task touches it touches at once
 * @begin: from here on; false: no more. They nest
 *
 * No access in between is a scheduling point (LFB_POINTS_ACCESSES): for what is one step in a
 * kernel.
 */
LFB_API void lfb_race_at_once(bool begin);
/**
 * lfb_race_rcu_read() - the running task reads what RCU protects
 * @begin: from here on; false: no more. They nest
 */
LFB_API void lfb_race_rcu_read(bool begin);
/**
 * lfb_race_rcu_wait() - all who read then have ended
 *
 * A reader in the middle of it, for whom a kernel would have waited, is not judged up to its end.
 */
LFB_API void lfb_race_rcu_wait(void);

#endif
