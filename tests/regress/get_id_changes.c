// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A file's get_id() says something else when it is unpreserved: linux-7.3 keeps the old number for
 * ever, and no other file that has it can be preserved. The mended kernel keeps nothing. Both say
 * that the answer changed.
 */
#include "tests/support/linux_7_3.h"

static unsigned long number_of(struct file *file)
{
	return file_inode(file)->i_ino;
}

/* What another file of the first one's number is answered, when that is gone. */
static int preserve_another(struct world *world, bool renumbers)
{
	int session, fd;

	world_file_ops(world, 0)->get_id = number_of;
	world_wire(world, "0:");
	session = world_session(world, "vm");
	fd = world_file(world, 0, 100);
	assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1), 0);
	if (renumbers)
		file_inode(lfb_agent_file(world->agent, fd))->i_ino = 200;
	assert_int_equal(world_close(world, session), 0);
	return world_preserve(world, world_session(world, "vm2"), 1, 0, 100);
}

static void a_number_that_changed_stays_where_the_kernel_asks_anew(void **state)
{
	(void)state;
	for_each_linux_7_3(profile) {
		const bool shipped = !strcmp(profile, "linux-7.3");

		for (int renumbers = 0; renumbers <= 1; renumbers++) {
			struct world *world = world_create(profile, NULL, NULL);

			assert_int_equal(preserve_another(world, renumbers),
					 shipped && renumbers ? -EBUSY : 0);
			assert_int_equal(lfb_findings_of(world->machine,
							 LFB_FINDING_FILE_IDENTITY_CHANGED),
					 renumbers);
			assert_int_equal(lfb_findings_of(world->machine,
							 LFB_FINDING_FILE_IDENTITY_STAYS),
					 shipped && renumbers);
			world_destroy(world);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_number_that_changed_stays_where_the_kernel_asks_anew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
