/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A handover to be damaged: one rig between the old kernel's last word and the jump.
 */
#ifndef TESTS_SUPPORT_HANDOVER_H
#define TESTS_SUPPORT_HANDOVER_H

#include <luo/abi.h>

#include "lib/luo/luo.h"
#include "sim/machine/machine.h"
#include "tests/support/rig.h"

#define HANDOVER_NOWHERE 0x3f0000ull /* in memory, and in nobody's hands */

/* The two kernels, of which the first disables live update and the second panics. */
extern const char *const handover_profiles[2];
/* Its log is kept from the start. */
extern struct rig handover;

/* Everything is serialized: one session with two files, one FLB. */
void handover_prepare(const char *profile, const char *quirks_off);
/* Switched off and on again, the machine must work, whatever @what did to it. */
void handover_finish(const char *what);

/* The orchestrator that prepared it. */
struct luo *handover_luo(void);
bool handover_is_rfc(void);
bool handover_logged(const char *text);

/*
 * Jumps, and expects what a kernel does about a state it does not understand: linux-7.0 panics, to
 * leak nothing, also without liveupdate=on; rfc-v6 goes on without live update.
 */
void handover_expect_not_understood(const char *what, bool liveupdate_on);

#endif
