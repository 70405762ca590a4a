// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A file that was handed over and retrieved is preserved for the next update once its session is
 * finished, and the third kernel gets it. Nothing is wrong with that.
 */
#include "tests/support/linux_7_3.h"

#include <luo/cmocka.h>

static void a_retrieved_file_goes_on_when_its_session_is_finished(void **state)
{
	(void)state;
	for_each_linux_7_3(profile) {
		struct world *world = world_create(profile, NULL, NULL);
		int incoming, outgoing, fd;

		world_wire(world, "0:");
		assert_int_equal(world_preserve(world, world_session(world, "vm"), 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		incoming = world_incoming(world, "vm");
		fd = world_retrieve(world, incoming, 1);
		assert_descriptor(fd);
		outgoing = world_session(world, "next");
		assert_int_equal(world_finish(world, incoming), 0);
		assert_int_equal(lfb_agent_preserve(world->agent, outgoing, fd, 2), 0);
		assert_int_equal(world_reboot(world), 0);
		incoming = world_incoming(world, "next");
		assert_descriptor(world_retrieve(world, incoming, 2));
		assert_int_equal(world_finish(world, incoming), 0);
		assert_int_equal(world_warns(world), 0);
		assert_int_equal(lfb_findings_of(world->machine, LFB_FINDING_SESSION_FILE_TWICE),
				 0);
		world_destroy(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_retrieved_file_goes_on_when_its_session_is_finished),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
