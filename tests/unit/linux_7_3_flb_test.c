// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* FLBs of linux-7.3: counted references, both directions. docs/facts.md sections 3 and 5. */
#include "tests/support/linux_7_3.h"

/* Takes a reference and finds the object. */
static void hold(struct liveupdate_flb *flb, bool incoming)
{
	void *obj = NULL;
	int err = incoming ? liveupdate_flb_get_incoming(flb, &obj) :
			     liveupdate_flb_get_outgoing(flb, &obj);

	assert_int_equal(err, 0);
	assert_int_equal((uintptr_t)obj, incoming ? 0x2000 : 0x1000);
}

/*
 * Outgoing
 */

static void nothing_outgoing_is_not_found(struct world *world)
{
	void *obj = &obj;

	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), -ENOENT);
	assert_null(obj);
	world_wire(world, "0:0");
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), -ENOENT);
	/* And nothing was taken that could be put. */
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_warns(world), 1);
	assert_no_log(world);
}

/* Two references and two files let go in every order: whoever is last unpreserves. */
static void the_last_one_to_let_go_unpreserves(void **state)
{
	for_each_linux_7_3(profile) {
		for (unsigned int order = 0; order < 16; order++) {
			struct world *world = world_create(profile, NULL, NULL);
			struct liveupdate_flb *flb = world_flb(world, 0);
			int sessions[2], closed = 0, put = 0;
			void *obj;

			world_wire(world, "0:0");
			for (int i = 0; i < 2; i++) {
				sessions[i] = world_session(world, i ? "b" : "a");
				world_preserve(world, sessions[i], 1, 0, 1);
				hold(flb, false);
			}
			for (unsigned int step = 0; step < 4; step++) {
				bool close = put == 2 || (closed < 2 && (order >> step & 1));

				world_forget_log(world);
				if (close)
					world_close(world, sessions[closed++]);
				else
					liveupdate_flb_put_outgoing(flb), put++;
				assert_int_equal(!!strstr(world->log, "flb0.unpreserve data=f000 "
							  "obj=1000"), step == 3);
			}
			assert_int_equal(liveupdate_flb_get_outgoing(flb, &obj), -ENOENT);
			assert_int_equal(world_warns(world), 0);
			assert_int_equal(module_refcount(&world->recorder->this_module), 0);
			world_destroy(world);
		}
	}
}

static void what_a_reference_holds_is_not_preserved_again(struct world *world)
{
	struct liveupdate_flb *flb = world_flb(world, 0);
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	world_preserve(world, session, 1, 0, 1);
	hold(flb, false);
	world_close(world, session);
	hold(flb, false);
	liveupdate_flb_put_outgoing(flb);
	world_forget_log(world);
	session = world_session(world, "t");
	world_preserve(world, session, 1, 0, 2);
	assert_log(world, "file h0.preserve ino=2 -> 0");
	liveupdate_flb_put_outgoing(flb);
	assert_no_log(world);
	world_close(world, session);
	assert_log(world, "file h0.unpreserve ino=2 data=d002",
		   "flb0.unpreserve data=f000 obj=1000");
}

/*
 * Incoming
 */

static void take_over(struct world *world, unsigned int files)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	for (u64 token = 1; token <= files; token++)
		assert_int_equal(world_preserve(world, session, token, 0, token), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
}

static void what_did_not_come_cannot_be_had(struct world *world)
{
	void *obj = &obj;

	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), -ENODATA);
	assert_null(obj);
	take_over(world, 1);
	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 1), &obj), -ENOENT);
	liveupdate_flb_put_incoming(world_flb(world, 1));
	assert_int_equal(world_warns(world), 1);
	assert_no_log(world);
}

static void a_reference_holds_off_finish(struct world *world)
{
	struct liveupdate_flb *flb;
	void *obj;

	take_over(world, 1);
	flb = world_flb(world, 0);
	for (int i = 0; i < 2; i++)
		hold(flb, true);
	assert_log(world, "flb0.retrieve data=f000 -> 0");
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	assert_log(world, "file h0.can_finish data=10d001 -> 1",
		   "file h0.finish data=10d001 file=0");
	/* Who still holds it may ask again. */
	hold(flb, true);
	liveupdate_flb_put_incoming(flb);
	liveupdate_flb_put_incoming(flb);
	assert_no_log(world);
	liveupdate_flb_put_incoming(flb);
	assert_log(world, "flb0.finish obj=2000");
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), -ENODATA);
	assert_null(obj);
	assert_no_log(world);
	assert_int_equal(world_warns(world), 0);
	liveupdate_flb_put_incoming(flb);
	assert_int_equal(world_warns(world), 1);
	assert_no_log(world);
}

static void a_reference_that_is_put_early_leaves_finish_to_the_files(struct world *world)
{
	void *obj;

	take_over(world, 2);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_log(world, "flb0.retrieve data=f000 -> 0");
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	assert_log(world, "file h0.can_finish data=10d001 -> 1",
		   "file h0.can_finish data=10d002 -> 1", "file h0.finish data=10d002 file=0",
		   "file h0.finish data=10d001 file=0", "flb0.finish obj=2000");
}

static void a_failed_retrieve_is_remembered_and_takes_no_reference(struct world *world)
{
	void *obj = &obj;

	take_over(world, 1);
	world_answer(world, "flb0.retrieve", -EPROTO, 1);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), -EPROTO);
		assert_null(obj);
	}
	assert_log(world, "flb0.retrieve data=f000 -> -71");
	liveupdate_flb_put_incoming(world_flb(world, 0));
	assert_int_equal(world_warns(world), 1);
	assert_no_log(world);
	assert_int_equal(module_refcount(&world->recorder->this_module), 0);
}

static void no_object(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "flb0.retrieve"))
		((struct liveupdate_flb_op_args *)args)->obj = NULL;
}

static void an_object_may_be_null(struct world *world)
{
	void *obj = &obj;

	take_over(world, 1);
	world->meddle = no_object;
	for (int i = 0; i < 2; i++) {
		obj = &obj;
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_null(obj);
	}
	assert_log(world, "flb0.retrieve data=f000 -> 0");
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	assert_non_null(strstr(world->log, "flb0.finish obj=0"));
}

static void the_two_directions_do_not_know_each_other(struct world *world)
{
	struct liveupdate_flb *flb;
	int session;
	void *obj;

	take_over(world, 1);
	flb = world_flb(world, 0);
	hold(flb, true);
	session = world_session(world, "next");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	hold(flb, false);
	world_forget_log(world);
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	liveupdate_flb_put_incoming(flb);
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), -ENODATA);
	hold(flb, false);
	liveupdate_flb_put_outgoing(flb);
	assert_null(strstr(world->log, "unpreserve"));
	liveupdate_flb_put_outgoing(flb);
	assert_null(strstr(world->log, "unpreserve"));
	/* The next kernel gets what this one preserved. */
	assert_int_equal(world_reboot(world), 0);
	hold(world_flb(world, 0), true);
}

static void earlier_kernels_have_nothing_to_put(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0" };

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct world *world = world_create(profiles[i], NULL, NULL);

		world_wire(world, "0:0");
		liveupdate_flb_put_outgoing(world_flb(world, 0));
		liveupdate_flb_put_incoming(world_flb(world, 0));
		assert_int_equal(world_warns(world), 2);
		world_destroy(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(linux_7_3_profiles, nothing_outgoing_is_not_found),
		cmocka_unit_test(the_last_one_to_let_go_unpreserves),
		world_test_in(linux_7_3_profiles, what_a_reference_holds_is_not_preserved_again),
		world_test_in(linux_7_3_profiles, what_did_not_come_cannot_be_had),
		world_test_in(linux_7_3_profiles, a_reference_holds_off_finish),
		world_test_in(linux_7_3_profiles,
			      a_reference_that_is_put_early_leaves_finish_to_the_files),
		world_test_in(linux_7_3_profiles,
			      a_failed_retrieve_is_remembered_and_takes_no_reference),
		world_test_in(linux_7_3_profiles, an_object_may_be_null),
		world_test_in(linux_7_3_profiles, the_two_directions_do_not_know_each_other),
		cmocka_unit_test(earlier_kernels_have_nothing_to_put),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
