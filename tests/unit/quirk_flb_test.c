// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The known defects of FLBs, docs/facts.md section 9: each with its quirk on and off. Every
 * function runs through all profiles, also those that ship without the defect.
 */
#include "tests/support/linux_7_3.h"

/* One file of FLB 0, handed over; session "s" is not retrieved yet. */
static void hand_over(struct world *world)
{
	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
}

/* Only the FLB's part of the log is of interest. */
static bool logged(const struct world *world, const char *line)
{
	return world->log && strstr(world->log, line);
}

static void finish(struct world *world)
{
	assert_int_equal(world_finish(world, world_incoming(world, "s")), 0);
}

static void an_flb_nobody_asked_for_is_never_finished(struct world *world, bool on)
{
	void *obj;

	hand_over(world);
	finish(world);
	assert_int_equal(logged(world, "flb0.finish obj=2000"), !on);
	assert_int_equal(logged(world, "flb0.retrieve data=f000 -> 0"), !on);
	/* Asking now runs retrieve although all files are finished. */
	world_forget_log(world);
	if (on) {
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		assert_log(world, "flb0.retrieve data=f000 -> 0");
	}
}

static void a_finished_flb_is_retrieved_again(struct world *world, bool on)
{
	void *obj;

	hand_over(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	finish(world);
	world_forget_log(world);
	assert_int_equal(world_get(world, 0, true, &obj), on ? 0 : -ENODATA);
	assert_int_equal(world_unsafe(world), on);
	if (on)
		assert_log(world, "flb0.retrieve data=f000 -> 0");
	else
		assert_no_log(world);
}

static void the_data_is_read_again_for_a_retrieve_after_finish(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, "FLB_RETRIEVE_RETRIED");
	void *obj;

	hand_over(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	finish(world);
	world_forget_log(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_log(world, "flb0.retrieve data=f000 -> 0");
	world_destroy(world);
}

static void the_flb_is_finished_before_its_last_file(struct world *world, bool on)
{
	void *obj;

	hand_over(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	world_forget_log(world);
	finish(world);
	if (on)
		assert_log(world, "file h0.can_finish data=10d001 -> 1", "flb0.finish obj=2000",
			   "file h0.finish data=10d001 file=0");
	else
		assert_log(world, "file h0.can_finish data=10d001 -> 1",
			   "file h0.finish data=10d001 file=0", "flb0.finish obj=2000");
}

static void unlock_replaces_the_object(struct world *world, bool on)
{
	struct liveupdate_flb *flb;
	void *obj;

	hand_over(world);
	flb = world_flb(world, 0);
	assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), 0);
	liveupdate_flb_incoming_unlock(flb, (void *)0x4711);
	assert_false(mutex_is_locked(&flb->private.incoming.lock));
	assert_int_equal(world_warns(world), !on);
	assert_int_equal(liveupdate_flb_incoming_locked(flb, &obj), 0);
	assert_ptr_equal(obj, (void *)(uintptr_t)(on ? 0x4711 : 0x2000));
	liveupdate_flb_incoming_unlock(flb, obj);
	assert_int_equal(world_warns(world), !on);
	/* The other direction. */
	assert_int_equal(world_preserve(world, world_session(world, "t"), 1, 0, 1), 0);
	assert_int_equal(liveupdate_flb_outgoing_locked(flb, &obj), 0);
	liveupdate_flb_outgoing_unlock(flb, NULL);
	assert_int_equal(world_get(world, 0, false, &obj), 0);
	assert_ptr_equal(obj, (void *)(uintptr_t)(on ? 0 : 0x1000));
	finish(world);
	assert_int_equal(logged(world, on ? "flb0.finish obj=4711" : "flb0.finish obj=2000"), true);
}

/* Who has lock and unlock, and who has get and, since linux-7.3, put. */
static const char *const locking_profiles[] = { "rfc-v6", NULL };
static const char *const getting_profiles[] = {
	"linux-7.0", "linux-7.2", "linux-7.3", "reference", NULL,
};

static void an_object_goes_away_while_it_is_used(struct world *world, bool on)
{
	struct liveupdate_flb *flb;
	int session;
	void *obj;

	hand_over(world);
	flb = world_flb(world, 0);
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), 0);
	assert_int_equal(liveupdate_flb_get_incoming(flb, &obj), 0);
	finish(world);
	assert_int_equal(logged(world, "flb0.finish"), on);
	if (!on) {
		liveupdate_flb_put_incoming(flb);
		assert_false(logged(world, "flb0.finish"));
		liveupdate_flb_put_incoming(flb);
		assert_true(logged(world, "flb0.finish obj=2000"));
	}
	/* The other direction. */
	session = world_session(world, "t");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(liveupdate_flb_get_outgoing(flb, &obj), 0);
	world_close(world, session);
	assert_int_equal(logged(world, "flb0.unpreserve"), on);
	if (!on) {
		/* While it is held, new files find it preserved already. */
		world_forget_log(world);
		session = world_session(world, "u");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		world_close(world, session);
		assert_log(world, "file h0.preserve ino=1 -> 0",
			   "file h0.unpreserve ino=1 data=d001");
		liveupdate_flb_put_outgoing(flb);
		assert_log(world, "flb0.unpreserve data=f000 obj=1000");
		assert_int_equal(world_warns(world), 0);
	}
}

static void a_failed_retrieve_is_tried_again(struct world *world, bool on)
{
	void *obj;

	hand_over(world);
	world_answer(world, "flb0.retrieve", -ENOMEM, 1);
	assert_int_equal(world_get(world, 0, true, &obj), -ENOMEM);
	world_forget_log(world);
	assert_int_equal(world_unsafe(world), 0);
	assert_int_equal(world_get(world, 0, true, &obj), on ? 0 : -ENOMEM);
	assert_int_equal(world_unsafe(world), on);
	if (on)
		assert_log(world, "flb0.retrieve data=f000 -> 0");
	else
		assert_no_log(world);
}

static void an_flb_that_cannot_be_retrieved_is_never_finished(struct world *world, bool on)
{
	void *obj;

	hand_over(world);
	world_answer(world, "flb0.retrieve", -ENOMEM, -1);
	assert_int_equal(world_get(world, 0, true, &obj), -ENOMEM);
	finish(world);
	assert_int_equal(world_warns(world), 1);
	assert_int_equal(logged(world, "flb0.finish obj=0"), !on);
	assert_int_equal(world_flb(world, 0)->private.incoming.finished, !on);
}

static void get_outgoing_succeeds_with_nothing(struct world *world, bool on)
{
	void *obj = world;

	world_wire(world, "0:0");
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), on ? 0 : -ENOENT);
	assert_null(obj);
}

static struct world *create_counting(const char *profile, const char *quirk, bool on)
{
	char off[128];

	snprintf(off, sizeof(off), "FLB_GET_UNCOUNTED %s", on ? "" : quirk);
	return world_create(profile, on ? quirk : NULL, off);
}

static void references_are_handed_over_as_files(void **state)
{
	for (size_t i = 0; getting_profiles[i]; i++) {
		for (int on = 1; on >= 0; on--) {
			struct world *world = create_counting(getting_profiles[i],
							      "FLB_COUNT_INCLUDES_GETS", on);
			void *obj;

			world_wire(world, "0:0");
			assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1),
					 0);
			assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
			assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
			assert_int_equal(world_reboot(world), 0);
			assert_int_equal(world_get(world, 0, true, &obj), 0);
			finish(world);
			/* One file was finished, two never will be. */
			assert_int_equal(logged(world, "flb0.finish obj=2000"), !on);
			assert_int_equal(world_flb(world, 0)->private.incoming.count, on ? 2 : 0);
			assert_int_equal(world_get(world, 0, true, &obj), on ? 0 : -ENODATA);
			world_destroy(world);
		}
	}
}

static void an_flb_is_unregistered_while_it_is_preserved(struct world *world, bool on)
{
	int session;
	void *obj;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0)),
			 on ? 0 : -EBUSY);
	assert_int_equal(world_reboot(world), 0);
	assert_false(logged(world, "flb0.unpreserve"));
	/* What its files need was left behind. */
	assert_int_equal(world_get(world, 0, true, &obj), on ? -ENOENT : 0);
	assert_int_equal(logged(world, "flb0.retrieve data=f000 -> 0"), !on);
}

/* Ways in which a handed-over FLB page can be wrong. */
static void too_many(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	header->count = 64;
}

static void too_many_by_far(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	header->count = ~0ull;
}

static void wrong_page_count(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	header->pgcnt = 2;
}

static void unterminated(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	memset(entries[0].name, 'x', sizeof(entries[0].name));
}

static void no_users(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	entries[0].count = 0;
}

static void absurdly_many_users(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	entries[0].count = 1ull << 31;
}

static void twice(struct luo_flb_header_ser *header, struct luo_flb_ser *entries)
{
	header->count = 2;
	entries[1] = entries[0];
}

static void the_flb_page_is_trusted(void **state)
{
	static void (*const spoil[])(struct luo_flb_header_ser *, struct luo_flb_ser *) = {
		too_many,     too_many_by_far, wrong_page_count,
		unterminated, no_users,	       absurdly_many_users,
		twice,
	};

	for_each_profile(profile) {
		for (size_t i = 0; i < 2 * ARRAY_SIZE(spoil); i++) {
			bool on = i % 2;
			struct world *world =
				world_create_quirk(profile, "FLB_TRUST_SERIALIZED", on);
			struct luo_flb_header_ser *header = world_luo(world)->flb_mem;
			bool panics = !on && !world_is_rfc(world);
			void *obj;

			world_wire(world, "0:0");
			assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1),
					 0);
			assert_int_equal(lfb_machine_prepare(world->machine), 0);
			spoil[i / 2](header, (struct luo_flb_ser *)(header + 1));
			assert_int_equal(lfb_machine_jump(world->machine, NULL),
					 panics ? -EFAULT : 0);
			assert_int_equal(liveupdate_enabled(), on);
			assert_int_equal(lfb_event_count(world->machine, LFB_EVENT_PANIC), panics);
			if (on) {
				const bool dies = spoil[i / 2] == too_many_by_far;

				/* One that is not there, so that all that is said is read. */
				world_wire(world, "0:1");
				assert_int_equal(world_get(world, 1, true, &obj),
						 dies ? -EFAULT : -ENOENT);
				assert_int_not_equal(world_unsafe(world), 0);
			}
			world_destroy(world);
		}
	}
}

static void a_zeroed_handler_passes_for_a_registered_one(struct world *world, bool on)
{
	assert_int_equal(world_link(world, 0, 0), on ? -EFAULT : -EINVAL);
	assert_int_equal(lfb_machine_state(world->machine), on ? LFB_PANICKED : LFB_RUNNING);
	assert_int_equal(world_warns(world), !on);
}

/* The other thread of the race: uses the FLB while the first is about to set it up. */
static void use_flb(void *context, const char *point, const char *object)
{
	struct world *world = context;
	void *obj;

	if (strcmp(point, "flb-lazy-init"))
		return;
	lfb_sched_to(world->machine, NULL, NULL);
	world_log(world, "link: %d", world_link(world, 1, 0));
	world_log(world, "get: %d", world_get(world, 0, true, &obj));
}

static void two_threads_set_a_fresh_flb_up(struct world *world, bool on)
{
	void *obj;

	world_wire(world, "0: 1:");
	lfb_sched_to(world->machine, use_flb, world);
	assert_int_equal(world_link(world, 0, 0), 0);
	assert_int_equal(world_unsafe(world), on);
	if (on)
		assert_log(world, "link: 0", "get: -61");
	else
		assert_no_log(world);
	assert_int_equal(world_flb(world, 0)->private.users, on ? 2 : 1);
	/* What a real kernel would have broken still works here. */
	lfb_sched_to(world->machine, NULL, NULL);
	assert_int_equal(world_link(world, 0, 1), 0);
	assert_int_equal(world_luo(world)->flb_count, 2);
	assert_int_equal(world_get(world, 1, true, &obj), -ENODATA);
}

static void initializing_a_linked_flb_again_is_recorded_not_done(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);

	world_wire(world, "0:0");
	assert_int_equal(liveupdate_init_flb(world_flb(world, 0)), 0);
	assert_int_equal(world_unsafe(world), 1);
	assert_int_equal(world_link(world, 0, 1), 0);
	assert_int_equal(liveupdate_init_flb(world_flb(world, 2)), 0);
	assert_int_equal(liveupdate_init_flb(world_flb(world, 2)), 0);
	assert_int_equal(world_unsafe(world), 1);
	world_destroy(world);
}

int main(void)
{
	static const char *const prefixes[] = { "FLB_", NULL };
	const struct quirk_test tests[] = {
		quirk_test_in(world_profiles, FLB_FINISH_NEEDS_GET,
			      an_flb_nobody_asked_for_is_never_finished),
		quirk_test_in(world_profiles, FLB_RETRIEVE_AFTER_FINISH,
			      a_finished_flb_is_retrieved_again),
		quirk_test(FLB_RETRIEVE_AFTER_FINISH,
			   the_data_is_read_again_for_a_retrieve_after_finish),
		quirk_test_in(world_profiles, FLB_FINISH_BEFORE_FILE,
			      the_flb_is_finished_before_its_last_file),
		quirk_test_in(locking_profiles, FLB_UNLOCK_STORES_OBJ, unlock_replaces_the_object),
		quirk_test_in(getting_profiles, FLB_GET_UNCOUNTED,
			      an_object_goes_away_while_it_is_used),
		quirk_test_in(world_profiles, FLB_RETRIEVE_RETRIED,
			      a_failed_retrieve_is_tried_again),
		quirk_test_in(world_profiles, FLB_FAILED_RETRIEVE_LEAKS,
			      an_flb_that_cannot_be_retrieved_is_never_finished),
		quirk_test_in(getting_profiles, FLB_GET_OUTGOING_NULL,
			      get_outgoing_succeeds_with_nothing),
		quirk_test(FLB_COUNT_INCLUDES_GETS, references_are_handed_over_as_files),
		quirk_test_in(linux_7_3_profiles, FLB_UNREGISTER_WHILE_PRESERVED,
			      an_flb_is_unregistered_while_it_is_preserved),
		quirk_test(FLB_TRUST_SERIALIZED, the_flb_page_is_trusted),
		quirk_test_in(world_profiles, FLB_REGISTER_UNCHECKED_HANDLER,
			      a_zeroed_handler_passes_for_a_registered_one),
		quirk_test_in(getting_profiles, FLB_LAZY_INIT_RACE, two_threads_set_a_fresh_flb_up),
		quirk_test(FLB_LAZY_INIT_RACE,
			   initializing_a_linked_flb_again_is_recorded_not_done),
	};

	return quirk_tests_run(tests, ARRAY_SIZE(tests), prefixes);
}
