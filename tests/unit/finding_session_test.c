// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What agents owe: sessions retrieved, finished and closed. Each mistake raises its finding, and
 * the same without it raises none.
 */
#include "tests/support/mistake.h"

static void preserve_file(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 7, 0, 1), 0);
}

static void finish(struct world *world, int session)
{
	assert_int_equal(world_finish(world, session), 0);
	world_close(world, session);
}

static void never_open_the_device(struct world *world)
{
	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	if (!mistaken)
		finish(world, world_incoming(world, "s"));
	assert_int_equal(world_reboot(world), 0);
}

static void never_retrieve_the_session(struct world *world)
{
	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_open(world));
	if (!mistaken)
		finish(world, world_incoming(world, "s"));
	lfb_machine_settle(world->machine);
}

/* What is finished need not be closed. */
static void never_finish(struct world *world)
{
	int session;

	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	world_retrieve(world, session, 7);
	if (!mistaken)
		assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(world_reboot(world), 0);
}

static void close_unretrieved(struct world *world)
{
	int session;

	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	if (!mistaken)
		world_retrieve(world, session, 7);
	world_close(world, session);
	lfb_machine_settle(world->machine);
}

static const struct mistake mistakes[] = {
	{ LFB_FINDING_SESSION_NEVER_FINISHED, never_open_the_device },
	{ LFB_FINDING_SESSION_NEVER_FINISHED, never_retrieve_the_session },
	{ LFB_FINDING_SESSION_NEVER_FINISHED, never_finish },
	{ LFB_FINDING_SESSION_CLOSED_UNRETRIEVED, close_unretrieved },
};

static void run(bool mistakenly)
{
	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(mistakes); i++) {
			struct world *world = world_create(profile, NULL, "all");

			mistake_check(world, &mistakes[i], mistakenly);
			world_destroy(world);
		}
	}
}

static void each_mistake_is_found_and_nothing_else(void **state)
{
	run(true);
}

static void without_the_mistake_there_is_no_finding(void **state)
{
	run(false);
}

static void a_file_preserved_twice_is_about_the_second_session(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);
	int fd, first, second;

	world_wire(world, "0:");
	fd = world_file(world, 0, 1);
	first = world_session(world, "first");
	second = world_session(world, "second");
	assert_int_equal(lfb_agent_preserve(world->agent, first, fd, 1), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, second, fd, 2), 0);
	lfb_assert_findings(world->machine, LFB_FINDING_SESSION_FILE_TWICE);
	assert_string_equal(lfb_finding_at(world->machine, 0)->object, "session second");
	world_close(world, second);
	world_close(world, first);
	lfb_findings_clear(world->machine);
	first = world_session(world, "first");
	assert_int_equal(lfb_agent_preserve(world->agent, first, fd, 1), 0);
	lfb_assert_no_findings(world->machine);
	world_destroy(world);
}

static void settling_needs_a_kernel_and_changes_nothing(void **state)
{
	struct world *world = world_create("reference", NULL, NULL);
	struct lfb_machine_stats before;

	assert_int_equal(lfb_machine_settle(NULL), -EINVAL);
	preserve_file(world);
	assert_int_equal(world_reboot(world), 0);
	before = world_stats(world);
	assert_int_equal(lfb_machine_settle(world->machine), 0);
	assert_int_equal(lfb_machine_settle(world->machine), 0);
	assert_int_equal(lfb_finding_count(world->machine), 1);
	assert_string_equal(lfb_finding_at(world->machine, 0)->doing, "settle");
	world_check_stats(world, &before);
	finish(world, world_incoming(world, "s"));
	lfb_machine_shutdown(world->machine);
	assert_int_equal(lfb_machine_settle(world->machine), -ESHUTDOWN);
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_mistake_is_found_and_nothing_else),
		cmocka_unit_test(without_the_mistake_there_is_no_finding),
		cmocka_unit_test(a_file_preserved_twice_is_about_the_second_session),
		cmocka_unit_test(settling_needs_a_kernel_and_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
