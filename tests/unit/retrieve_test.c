// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in the kernel they were handed over to: docs/facts.md sections 2 and 4. */
#include "tests/support/world_test.h"

#define FILES 3

/*
 * Session "s" with FILES files of handlers 0, 1, 0 … under tokens 1, 2, 3 …, handed over; returns
 * its descriptor in the new kernel.
 */
static int hand_over(struct world *world)
{
	int session;

	world_wire(world, "0:0 1:0");
	session = world_session(world, "s");
	for (unsigned int i = 0; i < FILES; i++)
		assert_int_equal(world_preserve(world, session, i + 1, i % 2, i + 1), 0);
	assert_int_equal(world_reboot(world), 0);
	world_forget_log(world);
	session = world_incoming(world, "s");
	assert_descriptor(session);
	assert_no_log(world);
	return session;
}

static void a_file_is_retrieved_once_and_given_out_many_times(struct world *world)
{
	int session = hand_over(world);
	int first = world_retrieve(world, session, 2);
	struct file *file = lfb_agent_file(world->agent, first);

	assert_log(world, "file h1.retrieve data=10d002 -> 0");
	assert_non_null(file);
	assert_int_equal(file_inode(file)->i_ino, 2);
	assert_int_equal(file_count(file), 2);
	for (int i = 0; i < 3; i++) {
		int again = world_retrieve(world, session, 2);

		assert_int_not_equal(again, first);
		assert_ptr_equal(lfb_agent_file(world->agent, again), file);
		assert_int_equal(file_count(file), 3 + i);
	}
	assert_no_log(world);
	/* The descriptors stay when the session is done with. */
	assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(file_count(file), 4);
	assert_int_equal(world_close(world, session), 0);
	assert_ptr_equal(lfb_agent_file(world->agent, first), file);
}

static void an_unknown_token_is_not_found(struct world *world)
{
	static const u64 tokens[] = { 0, FILES + 1, ~0ull, 1ull << 32 | 1 };
	int session = hand_over(world);
	unsigned long files = world_stats(world).files;

	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++)
		assert_int_equal(world_retrieve(world, session, tokens[i]), -ENOENT);
	assert_int_equal(world_stats(world).files, files);
	assert_no_log(world);
	/* Nor is a descriptor lost. */
	assert_int_equal(world_retrieve(world, session, 1), session + 1);
}

static void a_failed_retrieve_is_remembered_from_linux_7_0_on(struct world *world)
{
	int session = hand_over(world);

	world_answer(world, "file h0.retrieve", -ENODEV, 1);
	assert_int_equal(world_retrieve(world, session, 1), -ENODEV);
	assert_log(world, "file h0.retrieve data=10d001 -> -19");
	if (world_is_rfc(world)) {
		assert_descriptor(world_retrieve(world, session, 1));
		assert_log(world, "file h0.retrieve data=10d001 -> 0");
	} else {
		assert_int_equal(world_retrieve(world, session, 1), -ENODEV);
		assert_no_log(world);
	}
	/* The other files of the session are not concerned. */
	assert_descriptor(world_retrieve(world, session, 3));
	assert_int_equal(world_finish(world, session), 0);
}

static void files_are_asked_oldest_first_and_finished_newest_first(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, "FLB_FINISH_NEEDS_GET");
		int session = hand_over(world);

		assert_descriptor(world_retrieve(world, session, 2));
		world_forget_log(world);
		assert_int_equal(world_finish(world, session), 0);
		if (world_is_rfc(world))
			assert_log(world, "file h0.can_finish data=10d001 -> 1",
				   "file h1.can_finish data=10d002 -> 1",
				   "file h0.can_finish data=10d003 -> 1",
				   "file h0.finish data=10d003 file=0",
				   "file h1.finish data=10d002 file=1",
				   "flb0.retrieve data=f000 -> 0", "flb0.finish obj=2000",
				   "file h0.finish data=10d001 file=0");
		else
			assert_log(world, "file h0.can_finish data=10d001 -> 1",
				   "file h1.can_finish data=10d002 -> 1",
				   "file h0.can_finish data=10d003 -> 1",
				   "file h0.finish data=10d003 file=0",
				   "file h1.finish data=10d002 file=1",
				   "file h0.finish data=10d001 file=0",
				   "flb0.retrieve data=f000 -> 0", "flb0.finish obj=2000");
		/* Its files are gone, the session is not. */
		assert_int_equal(world_retrieve(world, session, 2), -ENOENT);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(world_stats(world).sessions_incoming, 1);
		assert_no_log(world);
		assert_int_equal(world_warns(world), 0);
		world_destroy(world);
	}
}

/* Answers can_finish of the file in world->context (a number) with false. */
static void refuse_one(struct world *world, const char *call, void *args, int *result)
{
	const struct liveupdate_file_op_args *file = args;

	if (strstr(call, "can_finish") &&
	    (file->serialized_data & 0xff) == (u64)(uintptr_t)world->context)
		*result = false;
}

static void one_file_that_cannot_finish_keeps_all_of_the_session(void **state)
{
	char line[FILES][64];

	for_each_profile(profile) {
		for (unsigned int refuser = 1; refuser <= FILES; refuser++) {
			struct world *world = world_create(profile, NULL, NULL);
			const char *lines[FILES + 1] = { NULL };
			int session = hand_over(world);

			for (unsigned int i = 0; i < refuser; i++) {
				snprintf(line[i], sizeof(line[i]),
					 "file h%u.can_finish data=10d00%u -> %d", i % 2, i + 1,
					 i + 1 != refuser);
				lines[i] = line[i];
			}
			world->meddle = refuse_one;
			world->context = (void *)(uintptr_t)refuser;
			for (int i = 0; i < 2; i++) {
				assert_int_equal(world_finish(world, session), -EBUSY);
				world_check_log(world, lines, __FILE__, __LINE__);
			}
			for (u64 token = 1; token <= FILES; token++)
				assert_descriptor(world_retrieve(world, session, token));
			world->meddle = NULL;
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(world_close(world, session), 0);
			assert_int_equal(world_stats(world).sessions_incoming, 0);
			world_destroy(world);
		}
	}
}

static void closing_a_retrieved_session_finishes_it(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, "FLB_FINISH_NEEDS_GET");
		int session = hand_over(world);

		assert_int_equal(world_close(world, session), 0);
		assert_non_null(strstr(world->log, "file h0.can_finish data=10d001 -> 1\n"));
		assert_non_null(strstr(world->log, "file h0.finish data=10d001 file=0\n"));
		assert_non_null(strstr(world->log, "flb0.finish obj=2000\n"));
		assert_int_equal(world_stats(world).sessions_incoming, 0);
		assert_int_equal(world_incoming(world, "s"), -ENOENT);
		world_destroy(world);
	}
}

static void handlers_without_can_finish_are_always_ready(void **state)
{
	for_each_profile(profile) {
		/* With the defect the FLB stays out of it. */
		struct world *world = world_create(profile, "FLB_FINISH_NEEDS_GET", NULL);
		int session = hand_over(world);

		world_file_ops(world, 0)->can_finish = NULL;
		assert_int_equal(world_finish(world, session), 0);
		assert_log(world, "file h1.can_finish data=10d002 -> 1",
			   "file h0.finish data=10d003 file=0", "file h1.finish data=10d002 file=0",
			   "file h0.finish data=10d001 file=0");
		world_destroy(world);
	}
}

static void write_down_args(struct world *world, const char *call, void *arg, int *result)
{
	const struct liveupdate_file_op_args *args = arg;

	if (strncmp(call, "file h0", 7) || strstr(call, "can_preserve"))
		return;
	world_log(world, "session=%s status=%d,%d file=%d private=%d",
		  args->session ? args->session->name : "(none)", args->retrieved,
		  args->retrieve_status, args->file != NULL, args->private_data != NULL);
}

static void callbacks_are_told_whether_the_file_was_retrieved(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, "FLB_FINISH_NEEDS_GET", NULL);
		int session = hand_over(world);

		assert_descriptor(world_retrieve(world, session, 1));
		world_answer(world, "file h0.retrieve", -EIO, 1);
		assert_int_equal(world_retrieve(world, session, 3), -EIO);
		world_forget_log(world);
		world->meddle = write_down_args;
		assert_int_equal(world_finish(world, session), 0);
		if (world_is_rfc(world))
			assert_log(world, "session=s status=1,0 file=1 private=0",
				   "file h0.can_finish data=10d001 -> 1",
				   "file h1.can_finish data=10d002 -> 1",
				   "session=s status=0,0 file=0 private=0",
				   "file h0.can_finish data=10d003 -> 1",
				   "session=s status=0,0 file=0 private=0",
				   "file h0.finish data=10d003 file=0",
				   "file h1.finish data=10d002 file=0",
				   "session=s status=1,0 file=1 private=0",
				   "file h0.finish data=10d001 file=1");
		else
			assert_log(world, "session=(none) status=0,1 file=1 private=0",
				   "file h0.can_finish data=10d001 -> 1",
				   "file h1.can_finish data=10d002 -> 1",
				   "session=(none) status=0,-5 file=0 private=0",
				   "file h0.can_finish data=10d003 -> 1",
				   "session=(none) status=0,-5 file=0 private=0",
				   "file h0.finish data=10d003 file=0",
				   "file h1.finish data=10d002 file=0",
				   "session=(none) status=0,1 file=1 private=0",
				   "file h0.finish data=10d001 file=1");
		world_destroy(world);
	}
}

static void finishing_everything_leaves_only_the_next_updates_memory(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, "FLB_FINISH_NEEDS_GET");
		struct lfb_machine_stats before, after;
		int session;

		world_wire(world, "0:0 1:0");
		assert_descriptor(world_open(world));
		before = world_stats(world);
		session = world_session(world, "s");
		for (unsigned int i = 0; i < FILES; i++)
			assert_int_equal(world_preserve(world, session, i + 1, i % 2, i + 1), 0);
		assert_int_equal(world_reboot(world), 0);
		session = world_incoming(world, "s");
		assert_int_equal(world_close(world, world_retrieve(world, session, 1)), 0);
		assert_int_equal(world_finish(world, session), 0);
		assert_int_equal(world_close(world, session), 0);
		after = world_stats(world);
		assert_int_equal(after.files, before.files);
		assert_int_equal(after.slab_objects, before.slab_objects);
		assert_int_equal(after.preserved_blocks, before.preserved_blocks);
		/*
		 * The last kernel's KHO root, LUO tree or kexec-metadata and, but for the mended
		 * kernel, FLB page stay.
		 */
		assert_int_equal(after.incoming_pages, 3 - world_luo(world)->flb_page_freed);
		world_destroy(world);
	}
}

static void another_callback_finds_files_of_its_session(struct world *world, const char *call,
							void *arg, int *result)
{
	const struct liveupdate_file_op_args *args = arg;
	struct file *file = NULL;

	if (strcmp(call, "file h0.retrieve"))
		return;
	world_log(world, "unknown: %d", liveupdate_get_file_incoming(args->session, 77, &file));
	world_log(world, "other: %d", liveupdate_get_file_incoming(args->session, 2, &file));
	world_log(world, "ino=%lu count=%ld", file_inode(file)->i_ino, file_count(file));
	fput(file);
	world_log(world, "no place: %d", liveupdate_get_file_incoming(args->session, 2, NULL));
	world_log(world, "no session: %d", liveupdate_get_file_incoming(NULL, 2, &file));
}

static void rfc_v6_callbacks_find_other_files_of_their_session(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, "FILE_TOKEN_NOT_FOUND_WILD");
	int session = hand_over(world);

	world->meddle = another_callback_finds_files_of_its_session;
	assert_descriptor(world_retrieve(world, session, 1));
	assert_log(world, "unknown: -2", "file h1.retrieve data=10d002 -> 0", "other: 0",
		   "ino=2 count=2", "no place: -22", "no session: -22",
		   "file h0.retrieve data=10d001 -> 0");
	world_destroy(world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(world_profiles, a_file_is_retrieved_once_and_given_out_many_times),
		world_test_in(world_profiles, an_unknown_token_is_not_found),
		world_test_in(world_profiles, a_failed_retrieve_is_remembered_from_linux_7_0_on),
		cmocka_unit_test(files_are_asked_oldest_first_and_finished_newest_first),
		cmocka_unit_test(one_file_that_cannot_finish_keeps_all_of_the_session),
		cmocka_unit_test(closing_a_retrieved_session_finishes_it),
		cmocka_unit_test(handlers_without_can_finish_are_always_ready),
		cmocka_unit_test(callbacks_are_told_whether_the_file_was_retrieved),
		cmocka_unit_test(finishing_everything_leaves_only_the_next_updates_memory),
		cmocka_unit_test(rfc_v6_callbacks_find_other_files_of_their_session),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
