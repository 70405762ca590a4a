// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Races, played through the scheduling hook: another task acts at a point where the first one can
 * be interrupted. docs/facts.md sections 6 and 9.
 */
#include "tests/support/world_test.h"

/* The other task: acts once, at the @at-th scheduling point whose name is @point (NULL: any). */
struct other {
	struct world *world;
	const char *point;
	const char *object;
	unsigned int at;
	void (*act)(struct other *other);
	int fd;
	long result;
	bool acted;
};

static void on_point(void *context, const char *point, const char *object)
{
	struct other *other = context;

	if (other->acted || (other->point && strcmp(point, other->point)) ||
	    (other->object && strcmp(object, other->object)) || --other->at)
		return;
	other->acted = true;
	other->act(other);
}

static void start(struct other *other)
{
	lfb_sched_to(other->world->machine, on_point, other);
}

static void stop(struct other *other)
{
	lfb_sched_to(other->world->machine, NULL, NULL);
}

/*
 * SESSION_RETRIEVE_RACE
 */

static void close_session(struct other *other)
{
	other->result = lfb_agent_close(other->world->agent, other->fd);
}

/* Another agent wants the session while the first one closes it. Returns what it is told. */
static int retrieve_while_closing(struct world *world, struct other *other)
{
	struct lfb_agent *second;
	int device, result;

	assert_int_equal(lfb_agent_create(world->machine, "second", &second), 0);
	assert_descriptor(world_session(world, "s"));
	assert_int_equal(world_reboot(world), 0);
	other->world = world;
	other->fd = world_incoming(world, "s");
	world_close(world, world->device);
	device = lfb_agent_open(second);
	assert_descriptor(device);
	start(other);
	result = lfb_agent_retrieve_session(second, device, "s");
	stop(other);
	return result;
}

static void a_session_is_closed_while_it_is_being_retrieved(struct world *world, bool on)
{
	struct other other = {
		.point = "session-found",
		.at = 1,
		.act = close_session,
	};

	/* Without the quirk the point between the two locks does not exist. */
	assert_int_equal(retrieve_while_closing(world, &other), on ? -ENOENT : -EINVAL);
	assert_int_equal(other.acted, on);
	assert_int_equal(world_unsafe(world), on);
	assert_int_equal(world_stats(world).sessions_incoming, !on);
}

static void whenever_the_session_is_closed_nobody_uses_what_is_gone(void **state)
{
	unsigned int points = 0, unsafe = 0;

	for_each_profile(profile) {
		for (int on = 1; on >= 0; on--) {
			struct other other = { .acted = true };

			for (unsigned int at = 1; other.acted; at++, points++) {
				struct world *world =
					world_create_quirk(profile, "SESSION_RETRIEVE_RACE", on);
				int result;

				other = (struct other){ .at = at, .act = close_session };
				result = retrieve_while_closing(world, &other);
				/* Locks keep the other one waiting; here that is a hang. */
				assert_true(result == -ENOENT || result == -EINVAL ||
					    result == -EDEADLK);
				assert_true(on || !world_unsafe(world));
				unsafe += world_unsafe(world) != 0;
				world_destroy(world);
			}
		}
	}
	assert_int_not_equal(unsafe, 0);
	print_message("%u scheduling points, %u of them unsafe\n", points, unsafe);
}

/*
 * REGISTRY_UNLOCKED
 *
 * Registering is refused while a session exists or the device was opened. The other task asked
 * before that was so, was interrupted, and now goes on.
 */

static void after_an_early_check(struct other *other, int (*change)(struct world *world))
{
	struct luo *luo = world_luo(other->world);
	u64 sessions = luo->outgoing.count;
	bool opened = luo->was_opened;

	luo->outgoing.count = 0;
	luo->was_opened = false;
	other->result = change(other->world);
	luo->outgoing.count = sessions;
	luo->was_opened = opened;
}

static int register_one(struct world *world)
{
	return world_register(world, 3);
}

static int unregister_one(struct world *world)
{
	return world_is_rfc(world) ? register_one(world) :
				     liveupdate_unregister_file_handler(world_handler(world, 1));
}

static int link_one(struct world *world)
{
	return world_link(world, 0, 1);
}

static int unlink_one(struct world *world)
{
	return world_is_rfc(world) ?
		       link_one(world) :
		       liveupdate_unregister_flb(world_handler(world, 0), world_flb(world, 0));
}

static void register_early(struct other *other)
{
	after_an_early_check(other, register_one);
}

static void unregister_early(struct other *other)
{
	after_an_early_check(other, unregister_one);
}

static void link_early(struct other *other)
{
	after_an_early_check(other, link_one);
}

static void unlink_early(struct other *other)
{
	after_an_early_check(other, unlink_one);
}

static void a_list_changes_while_it_is_walked(void **state)
{
	static const struct {
		const char *point;
		void (*act)(struct other *other);
		int result;
	} walks[] = {
		/* The handlers, then a handler's FLBs. */
		{ "can_preserve", register_early, -ENOENT },
		{ "can_preserve", unregister_early, -ENOENT },
		{ "preserve", link_early, -EIO },
		{ "preserve", unlink_early, -EIO },
	};

	for_each_profile(profile) {
		for (size_t i = 0; i < 2 * ARRAY_SIZE(walks); i++) {
			bool on = i % 2;
			struct world *world = world_create_quirk(profile, "REGISTRY_UNLOCKED", on);
			struct other other = {
				.world = world,
				.point = walks[i / 2].point,
				.at = 1,
				.act = walks[i / 2].act,
			};
			int session, result;

			world_wire(world, "1: 0:0");
			session = world_session(world, "s");
			start(&other);
			result = world_preserve(world, session, 1, 0, 1);
			stop(&other);
			assert_true(other.acted);
			/* With a lock the other one waits until the walk is over. */
			assert_int_equal(result, on ? walks[i / 2].result : -EDEADLK);
			assert_int_equal(lfb_machine_state(world->machine),
					 on ? LFB_RUNNING : LFB_HUNG);
			assert_int_equal(world_unsafe(world), on);
			assert_int_equal(on ? other.result : 0, 0);
			world_destroy(world);
		}
	}
}

static void the_registry_lock_is_balanced(struct world *world, bool on)
{
	struct liveupdate_file_handler *handler = world_handler(world, 0);

	for (int round = 0; round < 2; round++) {
		assert_int_equal(world_register(world, 0), 0);
		assert_int_equal(world_link(world, 0, 0), 0);
		assert_int_equal(world_link(world, 0, 0), -EEXIST);
		assert_int_equal(liveupdate_unregister_flb(handler, world_flb(world, 0)), 0);
		assert_int_equal(liveupdate_unregister_file_handler(handler), 0);
	}
	assert_int_equal(world_warns(world), 0);
	assert_false(rwsem_is_locked(&world_luo(world)->register_lock));
}

static void register_from_a_callback(struct world *world, const char *call, void *args, int *result)
{
	if (!strstr(call, "h0.can_preserve") && !strstr(call, "flb0.") && !strstr(call, "h0."))
		return;
	assert_int_equal(world_register(world, 2), -EBUSY);
	assert_int_equal(world_link(world, 0, 2), -EBUSY);
}

/* From linux-7.3 on it never is too late; there a callback deadlocks: linux_7_3_test.c. */
static void callbacks_cannot_change_the_registry(struct world *world, bool on)
{
	int session;

	world_wire(world, "0:0 1:");
	session = world_session(world, "s");
	world->meddle = register_from_a_callback;
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	world->meddle = NULL;
	assert_int_equal(world_unsafe(world), 0);
}

/*
 * SESSION_MUTATE_WHILE_REBOOTING
 */

enum mutation { CREATE, PRESERVE, CLOSE, FINISH, RETRIEVE_SESSION, RETRIEVE, MUTATIONS };

static int mutate(struct world *world, enum mutation mutation, int outgoing, int incoming)
{
	switch (mutation) {
	case CREATE:
		return world_session(world, "late");
	case PRESERVE:
		return world_preserve(world, outgoing, 2, 0, 2);
	case CLOSE:
		return world_close(world, outgoing);
	case FINISH:
		return world_finish(world, incoming);
	case RETRIEVE_SESSION:
		return world_incoming(world, "other");
	case RETRIEVE:
		return world_retrieve(world, incoming, 1);
	case MUTATIONS:
		break;
	}
	return -ENOSYS;
}

static void the_agent_goes_on_while_the_kernel_is_rebooting(void **state)
{
	for_each_profile(profile) {
		bool has_blocks = !strcmp(lfb_profile_luo_abi(profile), "luo-v5");

		for (int i = 0; i < 2 * MUTATIONS; i++) {
			bool on = i % 2;
			struct world *world =
				world_create_quirk(profile, "SESSION_MUTATE_WHILE_REBOOTING", on);
			enum mutation mutation = (enum mutation)(i / 2);
			int outgoing, incoming, result;
			bool dangling;

			world_wire(world, "0:");
			outgoing = world_session(world, "old");
			assert_int_equal(world_preserve(world, outgoing, 1, 0, 1), 0);
			assert_descriptor(world_session(world, "other"));
			assert_int_equal(world_reboot(world), 0);
			incoming = world_incoming(world, "old");
			outgoing = world_session(world, "s");
			assert_int_equal(world_preserve(world, outgoing, 1, 0, 1), 0);
			assert_int_equal(lfb_machine_prepare(world->machine), 0);
			world_forget_log(world);

			result = mutate(world, mutation, outgoing, incoming);
			if (on)
				assert_true(result >= 0);
			else
				assert_int_equal(result, -EAGAIN);
			assert_int_equal(world_unsafe(world), on);
			if (on) {
				assert_null(lfb_agent_blocked(world->agent));
			} else {
				assert_no_log(world);
				/* What it called never returns, so nothing else is called. */
				assert_string_equal(lfb_agent_blocked(world->agent),
						    "luo_session_serialize_rwsem");
				assert_int_equal(world_file(world, 0, 3), -EAGAIN);
			}

			/*
			 * The next kernel gets what was serialized, whatever happened since; the
			 * blocks of linux-7.3 are freed with what is in them, which leaves it with
			 * addresses of nothing.
			 */
			dangling = on && mutation == CLOSE && has_blocks;
			assert_int_equal(lfb_machine_jump(world->machine, NULL),
					 dangling ? -EFAULT : 0);
			if (dangling) {
				assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
				world_destroy(world);
				continue;
			}
			assert_null(lfb_agent_blocked(world->agent));
			world->device = -1;
			world_wire(world, "0:");
			assert_int_equal(world_incoming(world, "late"), -ENOENT);
			outgoing = world_incoming(world, "s");
			assert_descriptor(outgoing);
			assert_int_equal(world_retrieve(world, outgoing, 2), -ENOENT);
			world_destroy(world);
		}
	}
}

/*
 * Callback edges
 */

static void write_down_point(void *context, const char *point, const char *object)
{
	/* Asking whether a file is of its kind is interruptible only before. */
	if (strcmp(object, "handler-0-v1") && strcmp(object, "flb-0-v1"))
		return;
	if (strcmp(point, "can_preserve") && strcmp(point, "flb-lazy-init"))
		world_log(context, "%s %s", point, object);
}

/* Each line of the module is between two equal ones of the scheduler; returns how many. */
static unsigned int check_edges(const struct world *world)
{
	char before[64], line[64], after[64];
	const char *at = world->log;
	unsigned int callbacks = 0;
	int length;

	while (sscanf(at, "%63[^\n]\n%63[^\n]\n%63[^\n]\n%n", before, line, after, &length) == 3) {
		assert_string_equal(before, after);
		assert_non_null(strstr(line, strtok(before, " ")));
		at += length;
		callbacks++;
	}
	assert_int_equal(*at, '\0');
	return callbacks;
}

static void a_callback_can_be_interrupted_before_and_after(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, NULL);
		int session;
		void *obj;

		world_wire(world, "0:0");
		lfb_sched_to(world->machine, write_down_point, world);
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		world_close(world, session);
		assert_int_equal(check_edges(world), 4);
		world_forget_log(world);
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
		world_forget_log(world);
		world_answer(world, "file h0.freeze", 0, 1);
		world_answer(world, "file h0.freeze", -EBUSY, 1);
		assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
		assert_int_equal(check_edges(world), 3);
		assert_int_equal(world_reboot(world), 0);
		world_forget_log(world);
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		session = world_incoming(world, "s");
		assert_descriptor(world_retrieve(world, session, 1));
		assert_int_equal(check_edges(world), 2);
		world_forget_log(world);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(check_edges(world), 5);
		world_destroy(world);
	}
}

int main(void)
{
	static const char *const linux_7_0[] = { "linux-7.0", NULL };
	static const char *const prefixes[] = { "SESSION_RETRIEVE", "REGISTRY", "SESSION_MUTATE",
						NULL };
	const struct quirk_test tests[] = {
		quirk_test_in(world_profiles, SESSION_RETRIEVE_RACE,
			      a_session_is_closed_while_it_is_being_retrieved),
		quirk_test(SESSION_RETRIEVE_RACE,
			   whenever_the_session_is_closed_nobody_uses_what_is_gone),
		quirk_test(REGISTRY_UNLOCKED, a_list_changes_while_it_is_walked),
		quirk_test_in(linux_7_0, REGISTRY_UNLOCKED, the_registry_lock_is_balanced),
		quirk_test_in(world_early_profiles, REGISTRY_UNLOCKED,
			      callbacks_cannot_change_the_registry),
		quirk_test(SESSION_MUTATE_WHILE_REBOOTING,
			   the_agent_goes_on_while_the_kernel_is_rebooting),
		quirk_test(REGISTRY_UNLOCKED, a_callback_can_be_interrupted_before_and_after),
	};

	return quirk_tests_run(tests, ARRAY_SIZE(tests), prefixes);
}
