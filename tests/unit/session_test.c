// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Sessions and the device: docs/facts.md section 4. */
#include "tests/support/world_test.h"

static void an_outgoing_name_is_taken_once(struct world *world)
{
	struct lfb_machine_stats before, after;
	int session = world_session(world, "vm");

	assert_descriptor(session);
	before = world_stats(world);
	assert_int_equal(world_session(world, "vm"), -EEXIST);
	after = world_stats(world);
	assert_memory_equal(&before, &after, sizeof(before));
	/* The descriptor that was meant for it is free again. */
	assert_int_equal(world_session(world, "vm1"), session + 1);
	assert_int_equal(world_close(world, session), 0);
	assert_descriptor(world_session(world, "vm"));
	/* What was handed over has names of its own. */
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_session(world, "vm"));
	assert_descriptor(world_incoming(world, "vm"));
	assert_int_equal(world_stats(world).sessions_incoming, 2);
	assert_int_equal(world_stats(world).sessions_outgoing, 1);
}

static void unchecked_names_are_cut_to_63_bytes_and_may_be_empty(void **state)
{
	char unterminated[65], cut[64];

	memset(unterminated, 'n', 64);
	unterminated[64] = '\0';
	memset(cut, 'n', 63);
	cut[63] = '\0';
	for_each_profile(profile) {
		struct world *world = world_create(profile, "SESSION_NAME_UNCHECKED", NULL);

		assert_descriptor(world_session(world, unterminated));
		assert_int_equal(world_session(world, cut), -EEXIST);
		unterminated[63] = 'x';
		assert_int_equal(world_session(world, unterminated), -EEXIST);
		unterminated[63] = 'n';
		assert_descriptor(world_session(world, ""));
		assert_int_equal(world_session(world, ""), -EEXIST);
		assert_int_equal(world_reboot(world), 0);
		/* Asked for over all 64 bytes, the name that was cut is another one. */
		assert_int_equal(world_incoming(world, unterminated), -ENOENT);
		assert_descriptor(world_incoming(world, cut));
		assert_descriptor(world_incoming(world, ""));
		world_destroy(world);
	}
}

/* linux-7.3 has blocks, as many as are needed: linux_7_3_sessions_test.c. */
static void the_session_array_holds_744_or_819(struct world *world)
{
	char name[16];
	unsigned int max = world_is_rfc(world) ? 744 : 819;
	int session = -1;

	for (unsigned int i = 0; i < max; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		session = world_session(world, name);
		assert_descriptor(session);
	}
	assert_int_equal(world_session(world, "one more"), -ENOMEM);
	/* Full comes before taken. */
	assert_int_equal(world_session(world, "s0"), -ENOMEM);
	world_close(world, session);
	assert_descriptor(world_session(world, "one more"));
	assert_int_equal(world_reboot(world), 0);
	for (unsigned int i = 0; i < max - 1; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		session = world_incoming(world, name);
		assert_descriptor(session);
		assert_int_equal(world_finish(world, session), 0);
		/* Those handed over do not count. */
		if (i == 0)
			assert_descriptor(world_session(world, "new"));
		world_close(world, session);
	}
	assert_descriptor(world_incoming(world, "one more"));
	assert_int_equal(world_stats(world).sessions_incoming, 1);
}

static void a_session_is_retrieved_once(struct world *world)
{
	int session;

	assert_int_equal(world_incoming(world, "vm"), -ENOENT);
	assert_descriptor(world_session(world, "vm"));
	assert_int_equal(world_incoming(world, "vm"), -ENOENT);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "vm");
	assert_descriptor(session);
	assert_int_equal(world_incoming(world, "vm"), -EINVAL);
	assert_int_equal(world_incoming(world, "v"), -ENOENT);
	assert_int_equal(world_session(world, "next"), session + 1);
	assert_int_equal(world_close(world, session), 0);
	assert_int_equal(world_incoming(world, "vm"), -ENOENT);
}

static void only_open_sessions_survive_and_only_one_update(struct world *world)
{
	int gone;

	world_wire(world, "0:0");
	gone = world_session(world, "gone");
	assert_int_equal(world_preserve(world, gone, 1, 0, 1), 0);
	assert_descriptor(world_session(world, "kept"));
	world_close(world, gone);
	/* Closing the device closes no session. */
	assert_int_equal(world_close(world, world->device), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_incoming(world, "gone"), -ENOENT);
	assert_descriptor(world_incoming(world, "kept"));
	/* Nobody finishes it; it is not carried on. */
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_incoming(world, "kept"), -ENOENT);
	assert_int_equal(world_stats(world).sessions_incoming, 0);
}

static void a_session_without_files_can_be_finished_and_closed(struct world *world)
{
	int session;

	assert_descriptor(world_session(world, "s"));
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	for (int i = 0; i < 3; i++)
		assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(world_retrieve(world, session, 1), -ENOENT);
	assert_int_equal(world_close(world, session), 0);
	assert_no_log(world);
}

static void the_device_has_one_opener_at_a_time(struct world *world)
{
	struct lfb_agent *other;

	assert_int_equal(lfb_agent_create(world->machine, "other", &other), 0);
	assert_descriptor(world_session(world, "s"));
	assert_int_equal(lfb_agent_open(world->agent), -EBUSY);
	assert_int_equal(lfb_agent_open(other), -EBUSY);
	assert_int_equal(world_close(world, world->device), 0);
	assert_descriptor(lfb_agent_open(other));
	assert_int_equal(world_open(world), -EBUSY);
	lfb_agent_destroy(other);
	assert_descriptor(world_open(world));
	/* Sessions are restored by the first open only. */
	assert_int_equal(world_reboot(world), 0);
	for (int i = 0; i < 3; i++) {
		assert_descriptor(world_open(world));
		assert_int_equal(world_stats(world).sessions_incoming, 1);
		world_close(world, world->device);
	}
}

static void many_sessions_that_come_and_go_leave_nothing(struct world *world)
{
	char name[16];
	struct lfb_machine_stats before, after;
	int sessions[50];

	assert_descriptor(world_open(world));
	before = world_stats(world);
	for (int i = 0; i < 50; i++) {
		snprintf(name, sizeof(name), "s%d", i);
		sessions[i] = world_session(world, name);
	}
	for (int i = 0; i < 50; i++)
		assert_int_equal(world_close(world, sessions[i]), 0);
	after = world_stats(world);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void an_agent_that_dies_takes_its_sessions_back(struct world *world)
{
	struct lfb_machine_stats before, after;

	world_wire(world, "0:0");
	before = world_stats(world);
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	world_forget_log(world);
	lfb_agent_destroy(world->agent);
	assert_log(world, "file h0.unpreserve ino=1 data=d001",
		   "flb0.unpreserve data=f000 obj=1000");
	after = world_stats(world);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void calls_on_descriptors_of_another_kind_fail(struct world *world)
{
	int session = world_session(world, "s");
	int file = world_file(world, 0, 1);

	assert_int_equal(lfb_agent_create_session(world->agent, session, "t"), -EINVAL);
	assert_int_equal(lfb_agent_create_session(world->agent, file, "t"), -ENOTTY);
	assert_int_equal(lfb_agent_create_session(world->agent, 77, "t"), -EBADF);
	assert_int_equal(lfb_agent_finish(world->agent, world->device), -EINVAL);
	assert_int_equal(lfb_agent_finish(world->agent, file), -ENOTTY);
	assert_int_equal(lfb_agent_finish(world->agent, -1), -EBADF);
	assert_int_equal(world_close(world, 77), -EBADF);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(world_profiles, an_outgoing_name_is_taken_once),
		cmocka_unit_test(unchecked_names_are_cut_to_63_bytes_and_may_be_empty),
		world_test_in(world_early_profiles, the_session_array_holds_744_or_819),
		world_test_in(world_profiles, a_session_is_retrieved_once),
		world_test_in(world_profiles, only_open_sessions_survive_and_only_one_update),
		world_test_in(world_profiles, a_session_without_files_can_be_finished_and_closed),
		world_test_in(world_profiles, the_device_has_one_opener_at_a_time),
		world_test_in(world_profiles, many_sessions_that_come_and_go_leave_nothing),
		world_test_in(world_profiles, an_agent_that_dies_takes_its_sessions_back),
		world_test_in(world_profiles, calls_on_descriptors_of_another_kind_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
