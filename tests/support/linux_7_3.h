/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the tests of linux-7.3 share: they run for it and for the profile reference, which differs
 * in its defects only.
 */
#ifndef TESTS_SUPPORT_LINUX_7_3_H
#define TESTS_SUPPORT_LINUX_7_3_H

#include "tests/support/world_test.h"

extern const char *const linux_7_3_profiles[];
#define for_each_linux_7_3(profile)                                                                \
	for (const char *const *profile##_ = linux_7_3_profiles, *profile;                         \
	     (profile = *profile##_) != NULL; profile##_++)

/* The @nth step of @kind from now on fails; 0: none does. */
void world_fail_step(struct world *world, enum lfb_fault_kind kind, unsigned long nth);

/* The second half of a reboot that lfb_machine_prepare() began, then as world_reboot(). */
int world_jump(struct world *world);

/* Sessions "s0", "s1", … with one file each under token 1, of handler @handler. */
void world_fill(struct world *world, unsigned int sessions, unsigned int handler);
const char *world_session_name(unsigned int number);

/* Fails unless as much of everything is in use as before; not counting what KHO keeps for later. */
void world_check_stats(struct world *world, const struct lfb_machine_stats *before);

/* Pages handed over that nobody has restored yet. */
unsigned long world_unclaimed(struct world *world);

#endif
