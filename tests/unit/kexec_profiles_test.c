// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A kexec from one kernel into another: what the new one does with what it cannot read. */
#include "tests/support/rig.h"
#include "tests/support/test.h"

static struct rig rig;

static void prepare(const char *profile, bool liveupdate_off)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.profile = profile,
		.liveupdate_off = liveupdate_off,
	};

	assert_int_equal(rig_start(&rig, &options), 0);
	rig_record(&rig);
	if (!liveupdate_off)
		assert_int_equal(rig_preserve(&rig, 2), 0);
	assert_int_equal(lfb_machine_prepare(rig.machine), 0);
}

static void linux_7_0_panics_over_rfc_v6(void **state)
{
	prepare("rfc-v6", false);
	assert_int_equal(lfb_machine_jump(rig.machine, "linux-7.0"), -EFAULT);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_PANICKED);
	assert_int_equal(lfb_event_count(rig.machine, LFB_EVENT_PANIC), 1);
	/* The sentence names both formats. */
	assert_non_null(strstr(lfb_error_text(rig.machine), "luo-session-v1"));
	assert_non_null(strstr(lfb_error_text(rig.machine), "luo-session-v2"));
	assert_string_equal(lfb_machine_profile(rig.machine), "linux-7.0");
	assert_int_equal(rig_still_works(&rig), 0);
	rig_stop(&rig);
}

static void rfc_v6_goes_on_without_live_update(void **state)
{
	prepare("linux-7.0", false);
	assert_int_equal(lfb_machine_jump(rig.machine, "rfc-v6"), 0);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_RUNNING);
	assert_string_equal(lfb_machine_profile(rig.machine), "rfc-v6");
	assert_int_equal(lfb_agent_open(rig.agent), -ENOENT);
	assert_non_null(strstr(rig.log, "live update is off for this boot"));
	assert_non_null(strstr(rig.log, "luo-session-v1"));
	assert_non_null(strstr(rig.log, "luo-session-v2"));
	/* The next boot has nothing to misunderstand. */
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_string_equal(lfb_machine_profile(rig.machine), "rfc-v6");
	assert_int_equal(rig_update(&rig), 0);
	rig_stop(&rig);
}

static void the_jump_says_where_from_and_where_to(void **state)
{
	prepare("linux-7.0", false);
	assert_int_equal(lfb_machine_jump(rig.machine, "rfc-v6"), 0);
	assert_non_null(strstr(rig.log, "from=linux-7.0 to=rfc-v6"));
	rig_stop(&rig);
}

static void a_kernel_without_live_update_is_followed_by_any_other(void **state)
{
	static const char *const names[] = { "rfc-v6", "linux-7.0" };

	for (int from = 0; from < 2; from++) {
		for (int to = 0; to < 2; to++) {
			prepare(names[from], true);
			assert_int_equal(lfb_machine_jump(rig.machine, names[to]), 0);
			assert_string_equal(lfb_machine_profile(rig.machine), names[to]);
			assert_int_equal(lfb_machine_boots(rig.machine), 2);
			rig_stop(&rig);
		}
	}
}

static void the_same_profile_may_be_named(void **state)
{
	prepare("rfc-v6", false);
	assert_int_equal(lfb_machine_jump(rig.machine, "rfc-v6"), 0);
	assert_int_equal(rig_restore(&rig, 2), 0);
	rig_stop(&rig);
}

/* The wrong name is noticed before anything is lost. */
static void an_unknown_profile_changes_nothing(void **state)
{
	prepare("linux-7.0", false);
	assert_int_equal(lfb_machine_jump(rig.machine, "linux-8.0"), -EINVAL);
	assert_string_equal(lfb_error_text(rig.machine), "there is no profile \"linux-8.0\"");
	assert_int_equal(lfb_machine_state(rig.machine), LFB_REBOOTING);
	assert_int_equal(lfb_machine_jump(rig.machine, NULL), 0);
	assert_int_equal(rig_restore(&rig, 2), 0);
	rig_stop(&rig);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(linux_7_0_panics_over_rfc_v6),
		cmocka_unit_test(rfc_v6_goes_on_without_live_update),
		cmocka_unit_test(the_jump_says_where_from_and_where_to),
		cmocka_unit_test(a_kernel_without_live_update_is_followed_by_any_other),
		cmocka_unit_test(the_same_profile_may_be_named),
		cmocka_unit_test(an_unknown_profile_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
