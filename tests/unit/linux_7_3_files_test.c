// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files of linux-7.3: preserve, retrieve, finish. docs/facts.md sections 2, 4 and 8.2. */
#include "tests/support/linux_7_3.h"

#define PER_BLOCK 63
#define NO_SUCH_FD 999

/* Everything that can be wrong with a preserve, in all combinations, in the order of the checks. */
enum wrong {
	TOKEN_USED = 1,
	NO_MEMORY = 2,
	BAD_FD = 4,
	NO_HANDLER = 8,
	MODULE_GOING = 16,
	PRESERVED = 32,
	ALL_WRONG = 64,
};

static int expected(unsigned int wrong)
{
	if (wrong & TOKEN_USED)
		return -EEXIST;
	if (wrong & NO_MEMORY)
		return -ENOMEM;
	if (wrong & BAD_FD)
		return -EBADF;
	if (wrong & (NO_HANDLER | MODULE_GOING))
		return -ENOENT;
	return wrong & PRESERVED ? -EBUSY : 0;
}

/* A session with as many files as a block holds, so that one more takes memory. */
static int full_session(struct world *world)
{
	int session = world_session(world, "full");

	for (u64 token = 0; token < PER_BLOCK; token++)
		assert_int_equal(world_preserve(world, session, token, 0, token), 0);
	return session;
}

static void check_wrong(struct world *world, int session, int fd, unsigned int wrong)
{
	struct lfb_machine_stats before = world_stats(world);
	u64 token = wrong & TOKEN_USED ? 0 : PER_BLOCK;
	int err;

	world_forget_log(world);
	if (wrong & NO_HANDLER)
		world_answer(world, "file h0.can_preserve", 0, -1);
	if (wrong & MODULE_GOING)
		world->recorder->this_module.state = MODULE_STATE_GOING;
	world_fail_step(world, LFB_FAULT_KHO, wrong & NO_MEMORY ? 1 : 0);
	err = lfb_agent_preserve(world->agent, session, wrong & BAD_FD ? NO_SUCH_FD : fd, token);
	world_fail_step(world, LFB_FAULT_KHO, 0);
	world->recorder->this_module.state = MODULE_STATE_LIVE;
	world_answer_nothing(world);
	assert_int_equal(err, expected(wrong));
	if (err) {
		assert_no_log(world);
		world_check_stats(world, &before);
	}
}

static void preserve_reports_the_first_error_of_its_order(void **state)
{
	for_each_linux_7_3(profile) {
		for (unsigned int wrong = 0; wrong < ALL_WRONG; wrong++) {
			struct world *world = world_create(profile, NULL, NULL);
			int session, other, fd;

			world_wire(world, "0:0");
			session = full_session(world);
			other = world_session(world, "other");
			fd = world_file(world, 0, 100);
			if (wrong & PRESERVED)
				assert_int_equal(lfb_agent_preserve(world->agent, other, fd, 1), 0);
			check_wrong(world, session, fd, wrong);
			world_destroy(world);
		}
	}
}

static void blocks_come_and_go_with_every_63_files(struct world *world)
{
	enum { FILES = 2 * PER_BLOCK + 1 };
	const struct liveupdate_session *session;
	unsigned long preserved;
	int fd;

	world_wire(world, "0:");
	fd = world_session(world, "s");
	preserved = world_stats(world).preserved_blocks;
	session =
		list_first_entry(&world_luo(world)->outgoing.list, struct liveupdate_session, list);
	for (unsigned int i = 0; i < FILES; i++) {
		assert_int_equal(session->file_blocks.nblocks, (i + PER_BLOCK - 1) / PER_BLOCK);
		assert_int_equal(world_preserve(world, fd, i, 0, i), 0);
	}
	assert_int_equal(session->file_blocks.nblocks, 3);
	assert_int_equal(world_stats(world).preserved_blocks, preserved + 3);
	/* The block of a file that could not be preserved goes again. */
	for (unsigned int i = FILES; i < 3 * PER_BLOCK; i++)
		assert_int_equal(world_preserve(world, fd, i, 0, i), 0);
	world_answer(world, "file h0.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, fd, 1000, 0, 1), -EIO);
	assert_int_equal(session->file_blocks.nblocks, 3);
	assert_int_equal(world_close(world, fd), 0);
	assert_int_equal(world_stats(world).preserved_blocks, preserved - 1);
}

/* The most files a session can hold: 10000 blocks. */
static void after_10000_blocks_there_is_no_space(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 1ull << 30,
		.mode = LFB_MEMORY_FIXED,
		.profile = "linux-7.3",
	};
	struct world *world = world_create_with(&options);
	struct liveupdate_session *session;
	int fd;

	world_wire(world, "0:");
	fd = world_session(world, "s");
	session = list_first_entry(&world_luo(world)->outgoing.list, struct liveupdate_session,
				   list);
	for (u64 token = 0; token < 10000 * PER_BLOCK; token++) {
		assert_int_equal(world_preserve(world, fd, token, 0, 1), 0);
		world_forget_log(world);
	}
	assert_int_equal(session->file_blocks.nblocks, 10000);
	assert_int_equal(world_preserve(world, fd, ~0ull, 0, 1), -ENOSPC);
	assert_int_equal(session->count, 10000 * PER_BLOCK);
	world_destroy(world);
}

/*
 * One file is preserved once
 */

static unsigned long number_of(struct file *file)
{
	return file_inode(file)->i_ino;
}

static void get_id_says_which_files_are_the_same(struct world *world)
{
	int first, second;

	world_file_ops(world, 0)->get_id = number_of;
	world_wire(world, "0:0");
	first = world_session(world, "first");
	second = world_session(world, "second");
	assert_int_equal(world_preserve(world, first, 1, 0, 7), 0);
	world_forget_log(world);
	/* Another open file, the same number: in this session as in any other. */
	assert_int_equal(world_preserve(world, first, 2, 0, 7), -EBUSY);
	assert_int_equal(world_preserve(world, second, 1, 0, 7), -EBUSY);
	assert_no_log(world);
	assert_int_equal(world_preserve(world, second, 1, 0, 8), 0);
	/* Once it is taken back it can be preserved again. */
	assert_int_equal(world_close(world, first), 0);
	assert_int_equal(world_preserve(world, second, 2, 0, 7), 0);
}

static void without_get_id_a_file_is_its_struct_file(struct world *world)
{
	int first, second, fd, duplicate;

	world_wire(world, "0:0");
	first = world_session(world, "first");
	second = world_session(world, "second");
	fd = world_file(world, 0, 7);
	duplicate = lfb_agent_install(world->agent, get_file(lfb_agent_file(world->agent, fd)));
	assert_int_equal(lfb_agent_preserve(world->agent, first, fd, 1), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, first, fd, 2), -EBUSY);
	assert_int_equal(lfb_agent_preserve(world->agent, second, duplicate, 1), -EBUSY);
	/* Of the same number, but opened by itself: another file. */
	assert_int_equal(world_preserve(world, second, 1, 0, 7), 0);
	assert_int_equal(world_close(world, first), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, second, duplicate, 2), 0);
}

static void what_was_handed_over_can_be_preserved_again(struct world *world)
{
	int incoming, outgoing, fd;

	world_wire(world, "0:");
	world_fill(world, 1, 0);
	assert_int_equal(world_reboot(world), 0);
	incoming = world_incoming(world, "s0");
	fd = world_retrieve(world, incoming, 1);
	outgoing = world_session(world, "next");
	/* Until it is finished it counts as preserved. */
	assert_int_equal(lfb_agent_preserve(world->agent, outgoing, fd, 1), -EBUSY);
	assert_int_equal(world_finish(world, incoming), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, outgoing, fd, 1), 0);
	assert_int_equal(lfb_agent_preserve(world->agent, outgoing, fd, 2), -EBUSY);
	assert_int_equal(world_close(world, outgoing), 0);
	outgoing = world_session(world, "next");
	assert_int_equal(lfb_agent_preserve(world->agent, outgoing, fd, 2), 0);
}

/*
 * Directions
 */

static void each_request_has_its_direction(struct world *world)
{
	struct lfb_machine_stats before;
	int session;

	world_wire(world, "0:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_forget_log(world);
	before = world_stats(world);
	assert_int_equal(world_retrieve(world, session, 1), -EINVAL);
	assert_int_equal(world_retrieve(world, session, 2), -EINVAL);
	assert_int_equal(world_finish(world, session), -EINVAL);
	assert_no_log(world);
	world_check_stats(world, &before);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	world_forget_log(world);
	assert_int_equal(world_preserve(world, session, 2, 0, 2), -EINVAL);
	assert_no_log(world);
	assert_descriptor(world_retrieve(world, session, 1));
}

/*
 * Retrieve and finish
 */

static void a_failed_retrieve_is_remembered_and_told_to_finish(struct world *world)
{
	int session;

	world_wire(world, "0:");
	world_fill(world, 1, 0);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s0");
	world_forget_log(world);
	world_answer(world, "file h0.retrieve", -ENODATA, 1);
	for (int i = 0; i < 3; i++)
		assert_int_equal(world_retrieve(world, session, 1), -ENODATA);
	assert_log(world, "file h0.retrieve data=10d000 -> -61");
	assert_int_equal(world_finish(world, session), 0);
	assert_log(world, "file h0.can_finish data=10d000 -> 1",
		   "file h0.finish data=10d000 file=0");
	assert_int_equal(world_retrieve(world, session, 1), -ENOENT);
}

struct statuses {
	int seen[4];
	unsigned int count;
};

static void see_status(struct world *world, const char *call, void *arg, int *result)
{
	struct statuses *statuses = world->context;

	if (strcmp(call, "file h0.finish"))
		return;
	statuses->seen[statuses->count++] =
		((struct liveupdate_file_op_args *)arg)->retrieve_status;
}

static void finish_is_told_how_retrieve_went(struct world *world)
{
	struct statuses statuses = { .count = 0 };
	int session;

	world_wire(world, "0:");
	session = world_session(world, "s");
	for (u64 token = 1; token <= 3; token++)
		assert_int_equal(world_preserve(world, session, token, 0, token), 0);
	assert_int_equal(world_reboot(world), 0);
	world->meddle = see_status;
	world->context = &statuses;
	session = world_incoming(world, "s");
	assert_descriptor(world_retrieve(world, session, 1));
	world_answer(world, "file h0.retrieve", -EPERM, 1);
	assert_int_equal(world_retrieve(world, session, 3), -EPERM);
	assert_int_equal(world_finish(world, session), 0);
	/* Newest first. */
	assert_int_equal(statuses.count, 3);
	assert_int_equal(statuses.seen[0], -EPERM);
	assert_int_equal(statuses.seen[1], 0);
	assert_int_equal(statuses.seen[2], 1);
}

/* Heavy, and all that is handed over comes back. */
static void two_hundred_sessions_with_two_hundred_files_each(void **state)
{
	enum { SESSIONS = 200, FILES = 200 };

	for_each_linux_7_3(profile) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.memory = 64ull << 20,
			.profile = profile,
		};
		struct world *world = world_create_with(&options);

		world_wire(world, "0:0");
		for (unsigned int i = 0; i < SESSIONS; i++) {
			int session = world_session(world, world_session_name(i));

			for (u64 token = 0; token < FILES; token++)
				assert_int_equal(world_preserve(world, session, token, 0, token),
						 0);
		}
		assert_int_equal(world_stats(world).files_preserved, SESSIONS * FILES);
		assert_int_equal(world_reboot(world), 0);
		world_open(world);
		assert_int_equal(world_stats(world).sessions_incoming, SESSIONS);
		for (unsigned int i = 0; i < SESSIONS; i++) {
			int session = world_incoming(world, world_session_name(i));

			for (u64 token = 0; token < FILES; token++)
				assert_descriptor(world_retrieve(world, session, token));
			assert_int_equal(world_finish(world, session), 0);
			assert_int_equal(world_close(world, session), 0);
			/* One file of the last session is the last of all. */
			if (i < SESSIONS - 1)
				assert_null(strstr(world->log, "flb0.finish"));
		}
		assert_int_equal(!strstr(world->log, "flb0.finish"),
				 strcmp(profile, "linux-7.3") == 0);
		assert_int_equal(world_stats(world).sessions_incoming, 0);
		world_destroy(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preserve_reports_the_first_error_of_its_order),
		world_test_in(linux_7_3_profiles, blocks_come_and_go_with_every_63_files),
		cmocka_unit_test(after_10000_blocks_there_is_no_space),
		world_test_in(linux_7_3_profiles, get_id_says_which_files_are_the_same),
		world_test_in(linux_7_3_profiles, without_get_id_a_file_is_its_struct_file),
		world_test_in(linux_7_3_profiles, what_was_handed_over_can_be_preserved_again),
		world_test_in(linux_7_3_profiles, each_request_has_its_direction),
		world_test_in(linux_7_3_profiles,
			      a_failed_retrieve_is_remembered_and_told_to_finish),
		world_test_in(linux_7_3_profiles, finish_is_told_how_retrieve_went),
		cmocka_unit_test(two_hundred_sessions_with_two_hundred_files_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
