// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* As preserve-race.lfb, with files that are the same because their handler says so. */
#include "tests/support/world.h"

static unsigned long number_of(struct file *file)
{
	return file_inode(file)->i_ino;
}

struct race {
	int session, fd;	/* of the other task */
	int result;
};

static void preserve_it_too(struct world *world, const char *call, void *args, int *result)
{
	struct race *race = world->context;

	(void)args, (void)result;
	if (strcmp(call, "file h0.preserve") || race->result)
		return;
	race->result = 1;
	race->result = lfb_agent_preserve(world->agent, race->session, race->fd, 1);
}

static void a_file_is_marked_before_its_callbacks(void **state)
{
	(void)state;
	for (int fails = 0; fails <= 1; fails++) {
		struct world *world = world_create("linux-7.3", NULL, NULL);
		struct race race = { 0 };
		int session;

		world_file_ops(world, 0)->get_id = number_of;
		world_wire(world, "0:");
		session = world_session(world, "one");
		race.session = world_session(world, "two");
		race.fd = world_file(world, 0, 7);
		world->meddle = preserve_it_too;
		world->context = &race;
		if (fails)
			world_answer(world, "file h0.preserve", -EIO, 1);
		assert_int_equal(world_preserve(world, session, 1, 0, 7), fails ? -EIO : 0);
		assert_int_equal(race.result, -EBUSY);
		assert_int_equal(lfb_agent_preserve(world->agent, race.session, race.fd, 1),
				 fails ? 0 : -EBUSY);
		assert_int_equal(world_close(world, fails ? race.session : session), 0);
		assert_int_equal(world_luo(world)->preserved.count, 0);
		world_destroy(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_marked_before_its_callbacks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
