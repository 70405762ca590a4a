// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The life of an FLB: docs/facts.md section 5, as the profiles ship. */
#include "tests/support/world_test.h"

static void
an_flb_is_preserved_for_the_first_file_and_unpreserved_after_the_last(struct world *world)
{
	world_wire(world, "0:0");
	/* 0 to 1 is not "first ever": it happens again and again. */
	for (int round = 0; round < 3; round++) {
		int session = world_session(world, "s");

		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_log(world, "flb0.preserve -> 0", "file h0.preserve ino=1 -> 0");
		assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
		assert_log(world, "file h0.preserve ino=2 -> 0");
		assert_int_equal(world_flb(world, 0)->private.outgoing.count, 2);
		assert_int_equal(world_close(world, session), 0);
		assert_log(world, "file h0.unpreserve ino=2 data=d002",
			   "file h0.unpreserve ino=1 data=d001",
			   "flb0.unpreserve data=f000 obj=1000");
		assert_int_equal(world_flb(world, 0)->private.outgoing.count, 0);
		assert_int_equal(world_flb(world, 0)->private.outgoing.data, 0);
		assert_null(world_flb(world, 0)->private.outgoing.obj);
	}
}

static void an_flb_of_two_handlers_counts_the_files_of_both(struct world *world)
{
	int one, two;

	world_wire(world, "0:0 1:0");
	one = world_session(world, "one");
	two = world_session(world, "two");
	assert_int_equal(world_preserve(world, one, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, two, 1, 1, 2), 0);
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, 2);
	world_forget_log(world);
	world_close(world, one);
	assert_log(world, "file h0.unpreserve ino=1 data=d001");
	world_close(world, two);
	assert_log(world, "file h1.unpreserve ino=2 data=d002",
		   "flb0.unpreserve data=f000 obj=1000");
}

static void flbs_are_preserved_in_the_handlers_order_and_dropped_in_reverse(struct world *world)
{
	int session;

	/* The links of a handler, not the global list, say in what order. */
	world_wire(world, "1:2,0,1 0:1,2,0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_log(world, "flb1.preserve -> 0", "flb2.preserve -> 0", "flb0.preserve -> 0",
		   "file h0.preserve ino=1 -> 0");
	world_close(world, session);
	assert_log(world, "file h0.unpreserve ino=1 data=d001",
		   "flb0.unpreserve data=f000 obj=1000", "flb2.unpreserve data=f002 obj=1002",
		   "flb1.unpreserve data=f001 obj=1001");
}

static void a_failed_flb_drops_those_before_it_in_reverse(struct world *world)
{
	static const char *const calls[] = { "flb0.preserve", "flb1.preserve", "flb2.preserve" };
	static const char *const logs[][6] = {
		{ "flb0.preserve -> -5" },
		{ "flb0.preserve -> 0", "flb1.preserve -> -5",
		  "flb0.unpreserve data=f000 obj=1000" },
		{ "flb0.preserve -> 0", "flb1.preserve -> 0", "flb2.preserve -> -5",
		  "flb1.unpreserve data=f001 obj=1001", "flb0.unpreserve data=f000 obj=1000" },
	};
	struct lfb_machine_stats before;
	int session;

	world_wire(world, "0:0,1,2");
	session = world_session(world, "s");
	before = world_stats(world);
	for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
		struct lfb_machine_stats after;

		world_answer(world, calls[i], -EIO, 1);
		assert_int_equal(world_preserve(world, session, 1, 0, 1), -EIO);
		world_check_log(world, logs[i], __FILE__, __LINE__);
		after = world_stats(world);
		assert_memory_equal(&before, &after, sizeof(before));
		for (unsigned int flb = 0; flb < 3; flb++)
			assert_int_equal(world_flb(world, flb)->private.outgoing.count, 0);
	}
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
}

static void a_file_that_cannot_be_preserved_drops_its_flbs_in_reverse(struct world *world)
{
	int session;

	world_wire(world, "0:0,1,2");
	session = world_session(world, "s");
	world_answer(world, "file h0.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, session, 1, 0, 1), -EIO);
	assert_log(world, "flb0.preserve -> 0", "flb1.preserve -> 0", "flb2.preserve -> 0",
		   "file h0.preserve ino=1 -> -5", "flb2.unpreserve data=f002 obj=1002",
		   "flb1.unpreserve data=f001 obj=1001", "flb0.unpreserve data=f000 obj=1000");
	/* With another file there the FLBs just lose a user. */
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_forget_log(world);
	world_answer(world, "file h0.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, session, 2, 0, 2), -EIO);
	assert_log(world, "file h0.preserve ino=2 -> -5");
	assert_int_equal(world_flb(world, 1)->private.outgoing.count, 1);
}

static const struct luo_flb_header_ser *flb_page(struct world *world)
{
	return world_luo(world)->flb_mem;
}

static const struct luo_flb_ser *flb_entry(struct world *world, unsigned int index)
{
	return (const struct luo_flb_ser *)(flb_page(world) + 1) + index;
}

static void flbs_with_users_are_serialized_in_global_order(struct world *world)
{
	int session;

	world_wire(world, "0:3,1,2 1:0,1 2:4");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	assert_int_equal(flb_page(world)->count, 0);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_int_equal(flb_page(world)->pgcnt, 1);
	assert_int_equal(flb_page(world)->count, 4);
	assert_string_equal(flb_entry(world, 0)->name, "flb-3-v1");
	assert_string_equal(flb_entry(world, 1)->name, "flb-1-v1");
	assert_string_equal(flb_entry(world, 2)->name, "flb-2-v1");
	assert_string_equal(flb_entry(world, 3)->name, "flb-0-v1");
	assert_int_equal(flb_entry(world, 0)->data, 0xf003);
	assert_int_equal(flb_entry(world, 0)->count, 1);
	assert_int_equal(flb_entry(world, 1)->count, 2);
	assert_int_equal(flb_entry(world, 4)->count, 0);
}

static void unlinking_moves_an_flb_to_the_end_of_the_global_order(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, NULL);
	int session;

	world_wire(world, "0:0,1");
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0)),
			 0);
	assert_int_equal(world_link(world, 0, 0), 0);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_string_equal(flb_entry(world, 0)->name, "flb-1-v1");
	assert_string_equal(flb_entry(world, 1)->name, "flb-0-v1");
	world_destroy(world);
}

static void all_63_flbs_fit_into_the_page(struct world *world)
{
	void *obj;
	int session;

	world_wire(world, "0:");
	for (unsigned int i = 0; i < 63; i++)
		assert_int_equal(world_link(world, 0, i), 0);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	for (unsigned int i = 0; i < 63; i++) {
		assert_int_equal(world_link(world, 0, i), 0);
		assert_int_equal(world_get(world, i, true, &obj), 0);
		assert_ptr_equal(obj, (void *)(uintptr_t)(0x2000 + i));
	}
}

/* Two files of one FLB in sessions of their own, preserved, kexeced, and wired up again. */
static void hand_over(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "a"), 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, world_session(world, "b"), 1, 0, 2), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
}

static void an_incoming_flb_is_retrieved_once(struct world *world)
{
	void *obj;

	hand_over(world);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_ptr_equal(obj, (void *)0x2000);
	}
	assert_log(world, "flb0.retrieve data=f000 -> 0");
	assert_int_equal(world_flb(world, 0)->private.incoming.count, 2);
}

static void what_was_not_handed_over_is_nodata_and_what_is_unknown_noent(struct world *world)
{
	void *obj;

	world_wire(world, "0:0,1");
	assert_int_equal(world_get(world, 0, true, &obj), -ENODATA);
	assert_int_equal(lfb_machine_shutdown(world->machine), 0);
	assert_int_equal(lfb_machine_boot(world->machine), 0);
	world->device = -1;
	hand_over(world);
	assert_int_equal(world_link(world, 0, 1), 0);
	assert_int_equal(world_get(world, 1, true, &obj), -ENOENT);
	assert_null(obj);
	assert_no_log(world);
}

static void a_retrieve_that_fails_says_why(struct world *world)
{
	void *obj;

	hand_over(world);
	world_answer(world, "flb0.retrieve", -ENOMEM, 1);
	assert_int_equal(world_get(world, 0, true, &obj), -ENOMEM);
	assert_null(obj);
	assert_log(world, "flb0.retrieve data=f000 -> -12");
}

static void a_retrieve_without_an_object_is_an_error_in_rfc_v6_only(struct world *world)
{
	void *obj;

	hand_over(world);
	world_answer(world, "flb0.retrieve", 0, 1);
	assert_int_equal(world_get(world, 0, true, &obj), world_is_rfc(world) ? -EIO : 0);
	assert_null(obj);
	assert_int_equal(world_warns(world), world_is_rfc(world));
}

static void the_last_file_finishes_the_flb(struct world *world)
{
	void *obj;
	int session;

	hand_over(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	world_forget_log(world);
	session = world_incoming(world, "b");
	assert_int_equal(world_finish(world, session), 0);
	assert_log(world, "file h0.can_finish data=10d002 -> 1",
		   "file h0.finish data=10d002 file=0");
	session = world_incoming(world, "a");
	assert_int_equal(world_finish(world, session), 0);
	if (world_is_rfc(world))
		assert_log(world, "file h0.can_finish data=10d001 -> 1", "flb0.finish obj=2000",
			   "file h0.finish data=10d001 file=0");
	else
		assert_log(world, "file h0.can_finish data=10d001 -> 1",
			   "file h0.finish data=10d001 file=0", "flb0.finish obj=2000");
}

static void finishing_goes_through_the_flbs_in_reverse(struct world *world)
{
	void *obj;

	world_wire(world, "0:2,0,1");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	for (unsigned int i = 0; i < 3; i++)
		assert_int_equal(world_get(world, i, true, &obj), 0);
	world_answer(world, "file h0.can_finish", 1, -1);
	world_forget_log(world);
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
	if (world_is_rfc(world))
		assert_log(world, "file h0.can_finish data=10d001 -> 1", "flb1.finish obj=2001",
			   "flb0.finish obj=2000", "flb2.finish obj=2002",
			   "file h0.finish data=10d001 file=0");
	else
		assert_log(world, "file h0.can_finish data=10d001 -> 1",
			   "file h0.finish data=10d001 file=0", "flb1.finish obj=2001",
			   "flb0.finish obj=2000", "flb2.finish obj=2002");
}

static void an_flb_is_retrieved_before_any_file_is_and_before_the_device_opens(struct world *world)
{
	void *obj;

	hand_over(world);
	assert_int_equal(world->device, -1);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_log(world, "flb0.retrieve data=f000 -> 0");
}

static void an_flb_lives_through_many_kernels(struct world *world)
{
	hand_over(world);
	for (int kernel = 0; kernel < 5; kernel++) {
		void *obj;
		int session;

		assert_int_equal(world_get(world, 0, true, &obj), 0);
		/* The next update is prepared while the last is not finished. */
		session = world_session(world, "a");
		assert_int_equal(world_preserve(world, session, 1, 0, 7), 0);
		assert_int_equal(world_finish(world, world_incoming(world, "a")), 0);
		if (!kernel)
			assert_int_equal(world_finish(world, world_incoming(world, "b")), 0);
		assert_int_equal(world_get(world, 0, false, &obj), 0);
		assert_ptr_equal(obj, (void *)0x1000);
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(world_luo(world)->number, kernel + 3);
	}
	assert_int_equal(world_unsafe(world), 0);
	assert_int_equal(world_warns(world), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(
			world_profiles,
			an_flb_is_preserved_for_the_first_file_and_unpreserved_after_the_last),
		world_test_in(world_profiles, an_flb_of_two_handlers_counts_the_files_of_both),
		world_test_in(world_profiles,
			      flbs_are_preserved_in_the_handlers_order_and_dropped_in_reverse),
		world_test_in(world_profiles, a_failed_flb_drops_those_before_it_in_reverse),
		world_test_in(world_profiles,
			      a_file_that_cannot_be_preserved_drops_its_flbs_in_reverse),
		world_test_in(world_profiles, flbs_with_users_are_serialized_in_global_order),
		cmocka_unit_test(unlinking_moves_an_flb_to_the_end_of_the_global_order),
		world_test_in(world_profiles, all_63_flbs_fit_into_the_page),
		world_test_in(world_profiles, an_incoming_flb_is_retrieved_once),
		world_test_in(world_profiles,
			      what_was_not_handed_over_is_nodata_and_what_is_unknown_noent),
		world_test_in(world_profiles, a_retrieve_that_fails_says_why),
		world_test_in(world_profiles,
			      a_retrieve_without_an_object_is_an_error_in_rfc_v6_only),
		world_test_in(world_profiles, the_last_file_finishes_the_flb),
		world_test_in(world_profiles, finishing_goes_through_the_flbs_in_reverse),
		world_test_in(world_profiles,
			      an_flb_is_retrieved_before_any_file_is_and_before_the_device_opens),
		world_test_in(world_profiles, an_flb_lives_through_many_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
