// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Callbacks that misbehave, and callbacks that call back. */
#include "tests/support/world_test.h"

/*
 * Answers
 */

static int positive(struct world *world, const char *call)
{
	void *obj;
	int session;

	world_answer(world, call, 7, 1);
	session = world_session(world, "s");
	if (strstr(call, "preserve"))
		return world_preserve(world, session, 1, 0, 1);
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	if (strstr(call, "freeze"))
		return world_reboot(world);
	assert_int_equal(world_reboot(world), 0);
	if (strstr(call, "flb"))
		return world_get(world, 0, true, &obj);
	return world_retrieve(world, world_incoming(world, "s"), 1);
}

static void a_positive_answer_is_an_error_and_a_warning(void **state)
{
	/* What comes of it where the kernel takes it for a success somewhere. */
	static const struct {
		const char *call;
		int shipped;
	} calls[] = {
		{ "flb0.preserve", 7 }, { "flb0.retrieve", 7 }, { "file h0.preserve", 7 },
		{ "file h0.freeze", 0 }, { "file h0.retrieve", -EFAULT },
	};

	for_each_profile(profile) {
		const bool shipped = lfb_profile_has_quirk(profile, "CALLBACK_POSITIVE_IS_SUCCESS");

		for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
			struct world *world = world_create(profile, NULL, NULL);

			world_wire(world, "0:0");
			assert_int_equal(positive(world, calls[i].call),
					 shipped ? calls[i].shipped : -EINVAL);
			assert_true(lfb_findings_of(world->machine,
						    LFB_FINDING_KERNEL_BAD_ANSWER) > 0);
			if (!shipped)
				assert_non_null(strstr(lfb_last_complaint(world->machine),
						       "returned 7"));
			if (!shipped)
				assert_int_equal(world_flb(world, 0)->private.outgoing.count,
						 i == 3);
			world_destroy(world);
		}
	}
}

static void set_file(struct world *world, const char *call, void *arg, int *result)
{
	struct liveupdate_file_op_args *args = arg;

	if (strcmp(call, "file h0.retrieve"))
		return;
	args->file = world->context;
	*result = 0;
}

/* Handed over, and retrieve claims that @file is the file. */
static struct world *retrieves(const char *profile, void *file, int *result)
{
	struct world *world = world_create(profile, NULL, NULL);

	world_wire(world, "0:");
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world->meddle = set_file;
	world->context = file;
	*result = world_retrieve(world, world_incoming(world, "s"), 1);
	return world;
}

static void an_error_pointer_is_no_file(void **state)
{
	int result;

	for_each_profile(profile) {
		bool followed = lfb_profile_has_quirk(profile, "FILE_RETRIEVE_WITHOUT_FILE");
		struct world *world = retrieves(profile, ERR_PTR(-ENOMEM), &result);

		assert_int_equal(result, followed ? -EFAULT : -EIO);
		assert_int_equal(world_warns(world), !followed);
		assert_int_equal(lfb_machine_state(world->machine),
				 followed ? LFB_PANICKED : LFB_RUNNING);
		world_destroy(world);
	}
}

static void a_wild_file_ends_the_kernel_not_the_process(void **state)
{
	static const uintptr_t wild[] = { 0x10, 0x7777777777770000, 0xdead000000000100 };
	int result;

	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
			struct world *world = retrieves(profile, (void *)wild[i], &result);

			assert_int_equal(result, -EFAULT);
			assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
			assert_int_equal(lfb_machine_shutdown(world->machine), 0);
			assert_int_equal(lfb_machine_boot(world->machine), 0);
			world_destroy(world);
		}
	}
}

/* The compiler must not see through this. */
static volatile int *volatile nowhere = (volatile int *)8;

static void die(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, world->context))
		return;
	if (strstr(call, "preserve"))
		panic("the callback gave up");
	else if (strstr(call, "freeze"))
		BUG();
	else
		*nowhere = 1;
}

static void a_callback_may_kill_its_kernel(void **state)
{
	static const char *const calls[] = {
		"file h0.can_preserve", "flb0.preserve",      "file h0.preserve", "file h0.freeze",
		"file h0.retrieve",	"file h0.can_finish", "file h0.finish",
	};

	for_each_profile(profile) {
		for (size_t i = 0; i < ARRAY_SIZE(calls); i++) {
			struct world *world = world_create(profile, NULL, NULL);
			int session, err;

			world_wire(world, "0:0");
			world->meddle = die;
			world->context = (void *)calls[i];
			err = world_preserve(world, world_session(world, "s"), 1, 0, 1);
			if (!err)
				err = world_reboot(world);
			if (!err) {
				session = world_incoming(world, "s");
				err = world_retrieve(world, session, 1);
				if (err > 0)
					err = world_finish(world, session);
			}
			assert_int_equal(err, -EFAULT);
			assert_int_equal(lfb_machine_state(world->machine), LFB_PANICKED);
			world_destroy(world);
		}
	}
}

/*
 * Writes that are discarded
 */

static void scribble(struct world *world, const char *call, void *arg, int *result)
{
	struct liveupdate_file_op_args *file = arg;
	struct liveupdate_flb_op_args *flb = arg;

	if (strstr(call, "can_preserve"))
		return;
	if (!strncmp(call, "flb", 3)) {
		flb->data = strstr(call, ".preserve") && !*result ? flb->data : 0xbad;
		flb->obj = result && !*result ? flb->obj : (void *)0xbad0;
		flb->flb = world_flb(world, 3);
		return;
	}
	file->handler = world_handler(world, 3);
	file->session = (void *)0xbad1;
	file->retrieved = !file->retrieved;
	file->retrieve_status = 0xbad;
	if (!strstr(call, ".preserve") && !strstr(call, ".freeze"))
		file->serialized_data = 0xbad2;
	if (!strstr(call, ".retrieve"))
		file->file = (void *)0xbad3;
	if (!strstr(call, ".preserve"))
		file->private_data = (void *)0xbad4;
}

static void what_callbacks_write_elsewhere_is_discarded(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL,
						   "FILE_UNFREEZE_CLEARS_DATA "
						   "FLB_FINISH_BEFORE_FILE");
		int session;
		void *obj;

		world_wire(world, "0:0 1:");
		world->meddle = scribble;
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
		world_answer(world, "file h1.freeze", -EBUSY, 1);
		assert_int_equal(world_reboot(world), -EBUSY);
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(world_get(world, 0, true, &obj), 0);
		session = world_incoming(world, "s");
		assert_descriptor(world_retrieve(world, session, 1));
		assert_descriptor(world_retrieve(world, session, 1));
		world_forget_log(world);
		/* Written down after the scribbling: only what was kept is the orchestrator's. */
		world->meddle = NULL;
		assert_int_equal(world_finish(world, session), 0);
		assert_log(world, "file h0.can_finish data=10d001 -> 1",
			   "file h1.can_finish data=10d002 -> 1",
			   "file h1.finish data=10d002 file=0", "file h0.finish data=10d001 file=1",
			   "flb0.finish obj=2000");
		world_destroy(world);
	}
}

/*
 * Calling back
 */

static void call_the_agent(struct world *world, const char *call, void *args, int *result)
{
	int session, fd;

	if (strcmp(call, "file h0.preserve"))
		return;
	world->meddle = NULL;
	session = world_session(world, "inner");
	world_log(world, "preserve: %d", world_preserve(world, session, 1, 0, 2));
	world_log(world, "again: %d", world_preserve(world, session, 1, 0, 2));
	world_log(world, "close: %d", world_close(world, session));
	world_log(world, "taken: %d", world_session(world, "outer"));
	fd = world_file(world, 0, 3);
	world_log(world, "close: %d", world_close(world, fd));
}

static void a_callback_may_make_agent_calls_on_other_sessions(struct world *world)
{
	world_wire(world, "0:0");
	world->meddle = call_the_agent;
	assert_int_equal(world_preserve(world, world_session(world, "outer"), 1, 0, 1), 0);
	assert_log(world, "flb0.preserve -> 0", "file h0.preserve ino=2 -> 0", "preserve: 0",
		   "again: -17", "file h0.unpreserve ino=2 data=d002", "close: 0", "taken: -17",
		   "close: 0", "file h0.preserve ino=1 -> 0");
	assert_int_equal(world_flb(world, 0)->private.outgoing.count, 1);
	assert_int_equal(world_reboot(world), 0);
}

static void close_own_session(struct world *world, const char *call, void *args, int *result)
{
	if (!strcmp(call, "file h0.preserve"))
		world_close(world, (int)(intptr_t)world->context);
}

static void a_session_closed_in_a_callback_ends_after_the_call(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	world->meddle = close_own_session;
	world->context = (void *)(intptr_t)session;
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_log(world, "flb0.preserve -> 0", "file h0.preserve ino=1 -> 0",
		   "file h0.unpreserve ino=1 data=d001", "flb0.unpreserve data=f000 obj=1000");
	assert_int_equal(world_stats(world).sessions_outgoing, 0);
}

enum reentry { SAME_SESSION, REBOOT, SAME_FLB };

static void reenter(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, "flb0.preserve"))
		return;
	world->meddle = NULL;
	switch ((enum reentry)(intptr_t)world->context) {
	case SAME_SESSION:
		world_preserve(world, lfb_agent_create_session(world->agent, world->device, "x"), 1,
			       1, 5);
		lfb_agent_preserve(world->agent, 4, 4, 7);
		break;
	case REBOOT:
		liveupdate_reboot();
		break;
	case SAME_FLB:
		world_preserve(world, world_session(world, "x"), 1, 0, 5);
		break;
	}
}

static void waiting_for_oneself_hangs_the_machine(void **state)
{
	for_each_profile(profile) {
		for (intptr_t what = SAME_SESSION; what <= SAME_FLB; what++) {
			struct world *world = world_create(profile, NULL, NULL);
			int session;

			world_wire(world, "0:0 1:");
			session = world_session(world, "s");
			assert_int_equal(session, 4);
			world->meddle = reenter;
			world->context = (void *)what;
			assert_int_equal(world_preserve(world, session, 1, 0, 1), -EDEADLK);
			assert_int_equal(lfb_machine_state(world->machine), LFB_HUNG);
			world_destroy(world);
		}
	}
}

static void pull_the_plug(struct world *world, const char *call, void *args, int *result)
{
	if (strcmp(call, "file h0.preserve"))
		return;
	world_log(world, "prepare: %d", lfb_machine_prepare(world->machine));
	world_log(world, "jump: %d", lfb_machine_jump(world->machine, NULL));
	world_log(world, "shutdown: %d", lfb_machine_shutdown(world->machine));
	world_log(world, "boot: %d", lfb_machine_boot(world->machine));
}

static void a_callback_cannot_end_the_kernel_it_runs_in(struct world *world)
{
	world_wire(world, "0:");
	world->meddle = pull_the_plug;
	assert_int_equal(world_preserve(world, world_session(world, "s"), 1, 0, 1), 0);
	assert_log(world, "prepare: -16", "jump: -16", "shutdown: -16", "boot: -16",
		   "file h0.preserve ino=1 -> 0");
}

/*
 * The trace
 */

static void write_down_event(void *context, const struct lfb_event *event)
{
	char subject[64], detail[64];

	if (event->kind != LFB_EVENT_CALLBACK)
		return;
	lfb_event_subject(event, subject, sizeof(subject));
	lfb_event_detail(event, detail, sizeof(detail));
	if (event->has_result)
		world_log(context, "%s, %s, %s, %ld", subject, lfb_event_action(event), detail,
			  event->result);
	else
		world_log(context, "%s, %s, %s", subject, lfb_event_action(event), detail);
}

static void every_callback_is_traced_with_what_it_answered(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, "FLB_FINISH_BEFORE_FILE");
		int session;

		world_wire(world, "0:0 1:");
		lfb_trace_to(world->machine, write_down_event, world);
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_log(world, "flb0.preserve -> 0", "flb flb-0-v1, preserve, data=0xf000, 0",
			   "file h0.preserve ino=1 -> 0",
			   "file handler-0-v1, preserve, data=0xd001, 0");
		assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
		world_forget_log(world);
		world_answer(world, "file h1.freeze", -EBUSY, 1);
		assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
		assert_log(world, "file h0.freeze data=d001 -> 0",
			   "file handler-0-v1, freeze, data=0x10d001, 0",
			   "file h1.freeze data=d002 -> -16",
			   "file handler-1-v1, freeze, data=0xd002, -16",
			   "file h0.unfreeze data=10d001",
			   "file handler-0-v1, unfreeze, data=0x10d001");
		world_close(world, session);
		assert_non_null(strstr(world->log, "flb flb-0-v1, unpreserve, data=0xf000\n"));
		session = world_session(world, "s");
		assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
		assert_int_equal(world_reboot(world), 0);
		world_forget_log(world);
		world_answer(world, "file h0.can_finish", false, 1);
		assert_int_equal(world_finish(world, world_incoming(world, "s")), -EBUSY);
		assert_log(world, "file h0.can_finish data=10d001 -> 0",
			   "file handler-0-v1, can_finish, data=0x10d001, 0");
		world_destroy(world);
	}
}

static void files_of_a_kernel_that_died_can_be_put_away(struct world *world)
{
	struct file *session, *device;

	world_wire(world, "0:0");
	session = lfb_agent_file(world->agent, world_session(world, "s"));
	device = lfb_agent_file(world->agent, world->device);
	world->meddle = die;
	world->context = "file h0.preserve";
	assert_int_equal(world_preserve(world, 4, 1, 0, 1), -EFAULT);
	world_forget_log(world);
	/* The call that died keeps its own reference of the session. */
	fput(session);
	fput(session);
	fput(device);
	assert_no_log(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_positive_answer_is_an_error_and_a_warning),
		cmocka_unit_test(an_error_pointer_is_no_file),
		cmocka_unit_test(a_wild_file_ends_the_kernel_not_the_process),
		cmocka_unit_test(a_callback_may_kill_its_kernel),
		cmocka_unit_test(what_callbacks_write_elsewhere_is_discarded),
		world_test_in(world_profiles, a_callback_may_make_agent_calls_on_other_sessions),
		world_test_in(world_profiles, a_session_closed_in_a_callback_ends_after_the_call),
		cmocka_unit_test(waiting_for_oneself_hangs_the_machine),
		world_test_in(world_profiles, a_callback_cannot_end_the_kernel_it_runs_in),
		cmocka_unit_test(every_callback_is_traced_with_what_it_answered),
		world_test_in(world_profiles, files_of_a_kernel_that_died_can_be_put_away),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
