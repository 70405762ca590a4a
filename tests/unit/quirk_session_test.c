// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The known defects of sessions, the registry and modules, docs/facts.md section 9: each with its
 * quirk on and off.
 */
#include "tests/support/world_test.h"

static void names_are_not_checked(struct world *world, bool on)
{
	char full[65];

	memset(full, 'f', 64);
	full[64] = '\0';
	assert_int_equal(world_session(world, "") >= 0, on);
	assert_int_equal(world_session(world, full) >= 0, on);
	if (!on) {
		assert_int_equal(world_session(world, ""), -EINVAL);
		assert_int_equal(world_session(world, full), -EINVAL);
	}
	/* What is left of the one that was cut is taken. */
	assert_int_equal(world_session(world, full + 1) >= 0, !on);
	assert_int_equal(world_stats(world).sessions_outgoing, on ? 2 : 1);
}

static void a_session_is_restored_without_files_nobody_handles(struct world *world, bool on)
{
	int session;

	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	assert_int_equal(world_preserve(world, session, 3, 0, 3), 0);
	assert_descriptor(world_session(world, "t"));
	world_wire(world, NULL);
	assert_int_equal(world_reboot(world), 0);
	world_wire(world, "0:");
	if (on) {
		/* The reading ended at the file nobody takes. */
		session = world_incoming(world, "s");
		assert_descriptor(world_retrieve(world, session, 1));
		assert_int_equal(world_retrieve(world, session, 2), -ENOENT);
		assert_int_equal(world_retrieve(world, session, 3), -ENOENT);
		assert_descriptor(world_incoming(world, "t"));
	} else if (world_is_rfc(world)) {
		/* rfc-v6 goes on without what it could not restore. */
		assert_int_equal(world_incoming(world, "s"), -ENOENT);
		assert_int_equal(world_incoming(world, "t"), -ENOENT);
	} else {
		for (int i = 0; i < 3; i++)
			assert_int_equal(world_open(world), -EIO);
	}
}

static void a_second_open_succeeds_on_half_the_sessions(struct world *world, bool on)
{
	struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
	};

	assert_descriptor(world_session(world, "a"));
	assert_descriptor(world_session(world, "b"));
	assert_int_equal(world_reboot(world), 0);
	/* The descriptor, the device's file, session "a", session "b". */
	plan.nth = 4;
	lfb_fault_arm(world->machine, &plan);
	assert_int_equal(world_open(world), -EIO);
	lfb_fault_arm(world->machine, NULL);
	if (on) {
		assert_descriptor(world_incoming(world, "a"));
		assert_int_equal(world_incoming(world, "b"), -ENOENT);
	} else {
		for (int i = 0; i < 3; i++)
			assert_int_equal(world_open(world), -EIO);
	}
}

/*
 * Handler 0's file is finished, and with it the FLB; that of handler 1 needs it as well, unless its
 * session was taken apart again: a file after it could not be restored.
 */
static bool finish_what_was_restored(struct lfb_fault_plan *plan, unsigned int *taken_apart)
{
	struct world *world = world_create("reference", "SESSION_DESERIALIZE_NOT_LATCHED", NULL);
	int a, b, device;
	bool hit;

	world_wire(world, "0:0 1:");
	a = world_session(world, "a");
	b = world_session(world, "b");
	assert_int_equal(world_preserve(world, a, 1, 0, 1), 0);
	for (unsigned long number = 2; number < 4; number++)
		assert_int_equal(world_preserve(world, b, number, 1, number), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_link(world, 1, 0), 0);
	lfb_fault_arm(world->machine, plan);
	device = world_open(world);
	hit = lfb_fault_hits(world->machine);
	lfb_fault_arm(world->machine, NULL);
	a = hit && device == -EIO ? world_incoming(world, "a") : -ENOENT;
	if (a >= 0 && world_incoming(world, "b") == -ENOENT) {
		assert_int_equal(world_finish(world, a), 0);
		assert_non_null(strstr(world->log, "flb0.finish"));
		++*taken_apart;
	}
	world_destroy(world);
	return hit;
}

static void an_flb_does_not_wait_for_files_that_were_not_restored(void **state)
{
	struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_ALLOC,
		.nth = 1,
	};
	unsigned int taken_apart = 0;

	while (finish_what_was_restored(&plan, &taken_apart))
		plan.nth++;
	/* Session "b", each of its two files, the record of their block. */
	assert_int_equal(taken_apart, 4);
}

static void a_session_whose_close_failed_is_stuck(struct world *world, bool on)
{
	world_wire(world, "0:");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world_answer(world, "file h0.can_finish", false, 1);
	assert_int_equal(world_close(world, world_incoming(world, "s")), 0);
	assert_int_equal(world_stats(world).sessions_incoming, 1);
	if (on) {
		assert_int_equal(world_incoming(world, "s"), -EINVAL);
	} else {
		int session = world_incoming(world, "s");

		assert_descriptor(world_retrieve(world, session, 1));
		assert_int_equal(world_close(world, session), 0);
		assert_int_equal(world_stats(world).sessions_incoming, 0);
	}
}

static void a_registered_module_is_never_unloaded(struct world *world, bool on)
{
	world_wire(world, "0:0");
	assert_int_equal(module_refcount(&world->recorder->this_module), on ? 2 : 0);
	assert_int_equal(lfb_machine_remove_module(world->machine, "world"), on ? -EBUSY : 0);
}

static void without_the_quirk_a_module_is_pinned_while_in_use(void **state)
{
	for_each_profile(profile) {
		struct world *world =
			world_create(profile, NULL, "MODULE_PINNED_FROM_REGISTRATION");
		struct module *module = &world->recorder->this_module;
		int session;
		void *obj;

		world_wire(world, "0:0");
		session = world_session(world, "s");
		/* Going away: the handler takes nothing, the FLB cannot be preserved. */
		module->state = MODULE_STATE_GOING;
		assert_int_equal(world_preserve(world, session, 1, 0, 1), -ENOENT);
		module->state = MODULE_STATE_LIVE;
		world_file_ops(world, 0)->owner = NULL;
		module->state = MODULE_STATE_GOING;
		assert_int_equal(world_preserve(world, session, 1, 0, 1), -ENODEV);
		module->state = MODULE_STATE_LIVE;
		world_file_ops(world, 0)->owner = module;
		assert_no_log(world);
		assert_int_equal(module_refcount(module), 0);

		world_answer(world, "flb0.preserve", -EIO, 1);
		assert_int_equal(world_preserve(world, session, 1, 0, 1), -EIO);
		assert_int_equal(module_refcount(module), 0);
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
		assert_int_equal(module_refcount(module), 3);
		world_close(world, session);
		assert_int_equal(module_refcount(module), 0);

		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(module_refcount(module), 0);
		session = world_incoming(world, "s");
		assert_int_equal(module_refcount(module), 1);
		module->state = MODULE_STATE_GOING;
		assert_int_equal(world_get(world, 0, true, &obj), -ENODEV);
		module->state = MODULE_STATE_LIVE;
		world_answer(world, "flb0.retrieve", -EIO, 1);
		assert_int_equal(world_get(world, 0, true, &obj), -EIO);
		assert_int_equal(module_refcount(module), 1);
		world_destroy(world);
	}
}

static void a_pin_ends_when_the_file_and_the_flb_are_finished(void **state)
{
	for_each_profile(profile) {
		struct world *world =
			world_create(profile, NULL, "MODULE_PINNED_FROM_REGISTRATION");
		int session;
		void *obj;

		world_wire(world, "0:0");
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		session = world_incoming(world, "s");
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_int_equal(module_refcount(&world->recorder->this_module), 2);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(module_refcount(&world->recorder->this_module), 0);
		assert_int_equal(lfb_machine_remove_module(world->machine, "world"), 0);
		world_destroy(world);
	}
}

static void a_file_whose_module_goes_away_is_not_restored(void **state)
{
	for_each_profile(profile) {
		struct world *world =
			world_create(profile, NULL, "MODULE_PINNED_FROM_REGISTRATION");
		int session;

		world_wire(world, "0:0");
		assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		world->recorder->this_module.state = MODULE_STATE_GOING;
		session = world_incoming(world, "s");
		if (lfb_profile_has_quirk(profile, "SESSION_DESERIALIZE_IGNORES_FILES")) {
			assert_descriptor(session);
			assert_int_equal(world_retrieve(world, session, 1), -ENOENT);
		} else {
			/* The device does not open, so there is nothing to ask. */
			assert_int_equal(session, -EIO);
		}
		world_destroy(world);
	}
}

/* The same defects seen through races: race_test.c. */
int main(void)
{
	static const char *const linux_7_0[] = { "linux-7.0", NULL };
	static const char *const prefixes[] = {
		"SESSION_NAME", "SESSION_DESERIALIZE", "SESSION_STUCK", "MODULE_", NULL,
	};
	const struct quirk_test tests[] = {
		quirk_test_in(world_profiles, SESSION_NAME_UNCHECKED, names_are_not_checked),
		quirk_test_in(world_profiles, SESSION_DESERIALIZE_IGNORES_FILES,
			      a_session_is_restored_without_files_nobody_handles),
		quirk_test_in(linux_7_0, SESSION_DESERIALIZE_NOT_LATCHED,
			      a_second_open_succeeds_on_half_the_sessions),
		quirk_test(SESSION_DESERIALIZE_NOT_LATCHED,
			   an_flb_does_not_wait_for_files_that_were_not_restored),
		quirk_test_in(world_profiles, SESSION_STUCK_AFTER_FAILED_CLOSE,
			      a_session_whose_close_failed_is_stuck),
		quirk_test_in(world_profiles, MODULE_PINNED_FROM_REGISTRATION,
			      a_registered_module_is_never_unloaded),
		quirk_test(MODULE_PINNED_FROM_REGISTRATION,
			   without_the_quirk_a_module_is_pinned_while_in_use),
		quirk_test(MODULE_PINNED_FROM_REGISTRATION,
			   a_pin_ends_when_the_file_and_the_flb_are_finished),
		quirk_test(MODULE_PINNED_FROM_REGISTRATION,
			   a_file_whose_module_goes_away_is_not_restored),
	};

	return quirk_tests_run(tests, ARRAY_SIZE(tests), prefixes);
}
