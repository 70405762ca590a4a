// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How subsystems get at their FLB's objects: the locked family (rfc-v6) and the get family. */
#include "tests/support/world_test.h"

#define UNCOUNTED "FLB_GET_UNCOUNTED"

/* One file of FLB 0 was handed over, another one is being preserved. */
static struct world *both_directions(const char *profile, const char *quirks_off)
{
	struct world *world = world_create(profile, NULL, quirks_off);

	world_wire(world, "0:0");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 2), 0);
	world_forget_log(world);
	return world;
}

typedef int (*get_fn)(struct liveupdate_flb *flb, void **objp);
typedef void (*unlock_fn)(struct liveupdate_flb *flb, void *obj);

static const struct {
	get_fn lock;
	unlock_fn unlock;
	uintptr_t obj;
} locked[] = {
	{ liveupdate_flb_incoming_locked, liveupdate_flb_incoming_unlock, 0x2000 },
	{ liveupdate_flb_outgoing_locked, liveupdate_flb_outgoing_unlock, 0x1000 },
};

static struct mutex *lock_of(struct world *world, size_t direction)
{
	struct liveupdate_flb *flb = world_flb(world, 0);

	return direction ? &flb->private.outgoing.lock : &flb->private.incoming.lock;
}

static void the_locked_accessors_hold_the_flbs_mutex(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(locked); i++) {
		struct world *world = both_directions("rfc-v6", NULL);
		void *obj;

		assert_int_equal(locked[i].lock(world_flb(world, 0), &obj), 0);
		assert_ptr_equal(obj, (void *)locked[i].obj);
		assert_true(mutex_is_locked(lock_of(world, i)));
		assert_false(mutex_is_locked(lock_of(world, !i)));
		/* The other direction has a lock of its own. */
		assert_int_equal(locked[!i].lock(world_flb(world, 0), &obj), 0);
		locked[!i].unlock(world_flb(world, 0), obj);
		locked[i].unlock(world_flb(world, 0), (void *)locked[i].obj);
		assert_false(mutex_is_locked(lock_of(world, i)));
		assert_int_equal(world_warns(world), 0);
		world_destroy(world);
	}
}

static void locking_twice_hangs_the_machine(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(locked); i++) {
		struct world *world = both_directions("rfc-v6", NULL);
		void *obj;

		assert_int_equal(locked[i].lock(world_flb(world, 0), &obj), 0);
		assert_int_equal(locked[i].lock(world_flb(world, 0), &obj), -EDEADLK);
		assert_int_equal(lfb_machine_state(world->machine), LFB_HUNG);
		assert_int_equal(lfb_event_count(world->machine, LFB_EVENT_BUG), 1);
		/* A dead kernel does nothing any more, and the machine can be used again. */
		assert_int_equal(locked[i].lock(world_flb(world, 0), &obj), -EOPNOTSUPP);
		assert_int_equal(world_session(world, "t"), -ESHUTDOWN);
		assert_int_equal(lfb_machine_shutdown(world->machine), 0);
		assert_int_equal(lfb_machine_boot(world->machine), 0);
		assert_int_equal(locked[i].lock(world_flb(world, 0), &obj), -EINVAL);
		world_destroy(world);
	}
}

static void finishing_waits_for_a_locked_flb(void **state)
{
	struct world *world = both_directions("rfc-v6", NULL);
	void *obj;

	assert_int_equal(liveupdate_flb_incoming_locked(world_flb(world, 0), &obj), 0);
	assert_int_equal(world_finish(world, world_incoming(world, "s")), -EDEADLK);
	assert_int_equal(lfb_machine_state(world->machine), LFB_HUNG);
	world_destroy(world);
}

static void a_failed_locked_accessor_leaves_the_mutex_free(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);
	void *obj;

	world_wire(world, "0:0");
	for (int i = 0; i < 2; i++) {
		assert_int_equal(liveupdate_flb_incoming_locked(world_flb(world, 0), &obj),
				 -ENODATA);
		assert_int_equal(liveupdate_flb_outgoing_locked(world_flb(world, 0), &obj),
				 -ENOENT);
		assert_int_equal(world_warns(world), i + 1);
	}
	assert_int_equal(world->machine->kernel.task->locks_held, 0);
	world_destroy(world);
}

static void unlocking_what_is_not_locked_is_a_warning(void **state)
{
	struct world *world = both_directions("rfc-v6", NULL);

	liveupdate_flb_incoming_unlock(world_flb(world, 0), NULL);
	assert_int_equal(world_warns(world), 1);
	liveupdate_flb_outgoing_unlock(world_flb(world, 0), (void *)0x1000);
	assert_int_equal(world_warns(world), 2);
	world_destroy(world);
}

static void accessors_refuse_what_they_cannot_work_with(void **state)
{
	static const get_fn rfc[] = { liveupdate_flb_incoming_locked,
				      liveupdate_flb_outgoing_locked };
	static const get_fn later[] = { liveupdate_flb_get_incoming, liveupdate_flb_get_outgoing };

	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, UNCOUNTED);
		const get_fn *have = world_is_rfc(world) ? rfc : later;
		const get_fn *lack = world_is_rfc(world) ? later : rfc;
		void *obj;

		for (int i = 0; i < 2; i++) {
			assert_int_equal(have[i](NULL, &obj), -EINVAL);
			assert_int_equal(have[i](world_flb(world, 0), NULL), -EINVAL);
			assert_int_equal(world_warns(world), i);
			assert_int_equal(lack[i](world_flb(world, 0), &obj), -EOPNOTSUPP);
			assert_int_equal(world_warns(world), i + 1);
		}
		if (world_is_rfc(world)) {
			/* Never initialized. */
			assert_int_equal(rfc[0](world_flb(world, 0), &obj), -EINVAL);
			liveupdate_flb_incoming_unlock(world_flb(world, 0), NULL);
			liveupdate_flb_put_incoming(world_flb(world, 0));
			liveupdate_flb_put_outgoing(world_flb(world, 0));
		} else {
			liveupdate_flb_incoming_unlock(world_flb(world, 0), NULL);
			liveupdate_flb_outgoing_unlock(world_flb(world, 0), NULL);
			liveupdate_flb_put_incoming(NULL);
			liveupdate_flb_put_outgoing(NULL);
		}
		assert_int_equal(world_warns(world), 4);
		world_destroy(world);
	}
}

static void linux_7_0_uses_an_flb_that_nobody_initialized(void **state)
{
	struct world *world = world_create("linux-7.0", NULL, "FLB_GET_OUTGOING_NULL");
	void *obj = world;

	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), -ENODATA);
	assert_null(obj);
	obj = world;
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 1), &obj), -ENOENT);
	assert_null(obj);
	assert_true(world_flb(world, 0)->private.initialized);
	world_destroy(world);
}

static void the_get_accessors_hold_nothing(void **state)
{
	struct world *world = both_directions("linux-7.0", NULL);
	void *obj;

	assert_int_equal(liveupdate_flb_get_incoming(world_flb(world, 0), &obj), 0);
	assert_ptr_equal(obj, (void *)0x2000);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	assert_ptr_equal(obj, (void *)0x1000);
	assert_int_equal(world->machine->kernel.task->locks_held, 0);
	/* Nor is there anything to put back. */
	liveupdate_flb_put_incoming(world_flb(world, 0));
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_warns(world), 2);
	world_destroy(world);
}

static void put_without_get_is_a_warning(void **state)
{
	struct world *world = both_directions("linux-7.0", UNCOUNTED);
	void *obj;

	liveupdate_flb_put_incoming(world_flb(world, 0));
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_warns(world), 2);
	assert_int_equal(liveupdate_flb_get_outgoing(world_flb(world, 0), &obj), 0);
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_warns(world), 2);
	liveupdate_flb_put_outgoing(world_flb(world, 0));
	assert_int_equal(world_warns(world), 3);
	world_destroy(world);
}

/* The callback that the test is about asks for its own FLB. */
static void ask_for_oneself(struct world *world, const char *call, void *args, int *result)
{
	bool incoming = !strstr(world->context, "preserve");
	void *obj;

	if (!strcmp(call, world->context))
		world_get(world, 0, incoming, &obj);
}

static int drive(struct world *world, const char *call)
{
	void *obj;
	int err;

	if (!strcmp(call, "flb0.preserve"))
		return world_preserve(world, world_session(world, "s"), 1, 0, 1);
	if (!strcmp(call, "flb0.unpreserve")) {
		int session = world_session(world, "s");

		err = world_preserve(world, session, 1, 0, 1);
		return err ? err : world_close(world, session);
	}
	err = world_preserve(world, world_session(world, "s"), 1, 0, 1);
	if (!err)
		err = world_reboot(world);
	if (!err)
		err = world_get(world, 0, true, &obj);
	return err ? err : world_finish(world, world_incoming(world, "s"));
}

static void a_callback_that_asks_for_its_own_flb_deadlocks(void **state)
{
	static const char *const calls[] = {
		"flb0.preserve",
		"flb0.unpreserve",
		"flb0.retrieve",
		"flb0.finish",
	};

	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
			struct world *world = world_create(profile, NULL, NULL);

			world_wire(world, "0:0");
			world->meddle = ask_for_oneself;
			world->context = (void *)calls[i];
			assert_int_equal(drive(world, calls[i]), -EDEADLK);
			assert_int_equal(lfb_machine_state(world->machine), LFB_HUNG);
			assert_non_null(strstr(lfb_last_complaint(world->machine), "deadlock"));
			world_destroy(world);
		}
	}
}

static void look_at_the_other_direction(struct world *world, const char *call, void *args,
					int *result)
{
	void *obj;

	if (!strcmp(call, "flb0.preserve"))
		world_log(world, "incoming: %d", world_get(world, 0, true, &obj));
	if (!strcmp(call, "flb0.retrieve"))
		world_log(world, "outgoing: %d", world_get(world, 1, false, &obj));
}

static void a_callback_may_ask_for_the_other_direction_and_for_other_flbs(struct world *world)
{
	void *obj;

	world_wire(world, "0:0 1:1");
	world->meddle = look_at_the_other_direction;
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_log(world, "incoming: -61", "flb0.preserve -> 0", "file h0.preserve ino=1 -> 0");
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 1, 1), 0);
	world_forget_log(world);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_log(world, "outgoing: 0", "flb0.retrieve data=f000 -> 0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_locked_accessors_hold_the_flbs_mutex),
		cmocka_unit_test(locking_twice_hangs_the_machine),
		cmocka_unit_test(finishing_waits_for_a_locked_flb),
		cmocka_unit_test(a_failed_locked_accessor_leaves_the_mutex_free),
		cmocka_unit_test(unlocking_what_is_not_locked_is_a_warning),
		cmocka_unit_test(accessors_refuse_what_they_cannot_work_with),
		cmocka_unit_test(linux_7_0_uses_an_flb_that_nobody_initialized),
		cmocka_unit_test(the_get_accessors_hold_nothing),
		cmocka_unit_test(put_without_get_is_a_warning),
		cmocka_unit_test(a_callback_that_asks_for_its_own_flb_deadlocks),
		world_test_in(world_profiles,
			      a_callback_may_ask_for_the_other_direction_and_for_other_flbs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
