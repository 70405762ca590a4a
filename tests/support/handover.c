// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/support/handover.h"

const char *const handover_profiles[2] = { "rfc-v6", "linux-7.0" };

struct rig handover;

struct luo *handover_luo(void)
{
	return handover.machine->kernel.luo;
}

bool handover_is_rfc(void)
{
	return !strcmp(lfb_machine_profile(handover.machine), "rfc-v6");
}

void handover_prepare(const char *profile, const char *quirks_off)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.profile = profile,
		.quirks_off = quirks_off,
	};

	assert_int_equal(rig_start(&handover, &options), 0);
	rig_record(&handover);
	assert_int_equal(rig_preserve(&handover, 2), 0);
	assert_int_equal(lfb_machine_prepare(handover.machine), 0);
}

void handover_finish(const char *what)
{
	assert_int_equal(lfb_machine_shutdown(handover.machine), 0);
	if (rig_still_works(&handover))
		fail_msg("after %s: %s", what, lfb_error_text(handover.machine));
	rig_stop(&handover);
}

bool handover_logged(const char *text)
{
	return strstr(handover.log, text);
}

void handover_expect_not_understood(const char *what, bool liveupdate_on)
{
	int err = lfb_machine_jump(handover.machine, NULL);

	if (!handover_is_rfc()) {
		if (err != -EFAULT || lfb_machine_state(handover.machine) != LFB_PANICKED)
			fail_msg("linux-7.0, %s: no panic (%d)", what, err);
		assert_non_null(strstr(lfb_last_complaint(handover.machine),
				       "incoming state at 0x"));
		assert_non_null(strstr(lfb_error_text(handover.machine), "incoming state at 0x"));
		return;
	}
	if (err)
		fail_msg("rfc-v6, %s: %d", what, err);
	if (lfb_agent_open(handover.agent) != -ENOENT)
		fail_msg("rfc-v6, %s: live update is not off", what);
	assert_int_equal(handover_logged("live update is off for this boot"), liveupdate_on);
	/* It is a matter of this boot: the next finds nothing it could not understand. */
	handover.machine->liveupdate_on = true;
	assert_int_equal(lfb_machine_kexec(handover.machine), 0);
	assert_int_equal(rig_update(&handover), 0);
}
