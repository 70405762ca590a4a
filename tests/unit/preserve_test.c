// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Files in the kernel that preserves them: docs/facts.md sections 2 and 4. */
#include "tests/support/world_test.h"

#define FILES_MAX 128
#define NO_SUCH_FD 999

/* linux-7.3 keeps sessions and files in blocks, as many as are needed; before, in arrays. */
static bool has_blocks(const char *profile)
{
	return !strcmp(lfb_profile_luo_abi(profile), "luo-v5");
}

/* Everything that can be wrong with a preserve, in all combinations, in the order of the checks. */
enum wrong { TOKEN_USED = 1, BAD_FD = 2, SESSION_FULL = 4, NO_HANDLER = 8, ALL_WRONG = 16 };

static int expected(const struct world *world, unsigned int wrong)
{
	if (wrong & TOKEN_USED)
		return -EEXIST;
	if (world_is_rfc(world) && (wrong & BAD_FD))
		return -EBADF;
	if (wrong & SESSION_FULL)
		return -ENOSPC;
	if (wrong & BAD_FD)
		return -EBADF;
	return wrong & NO_HANDLER ? -ENOENT : 0;
}

/* The order of linux-7.3, whose sessions are never full: linux_7_3_files_test.c. */
static void preserve_reports_the_first_error_of_its_order(void **state)
{
	for_each_early_profile(profile) {
		for (unsigned int wrong = 0; wrong < ALL_WRONG; wrong++) {
			struct world *world = world_create(profile, NULL, NULL);
			int files = wrong & SESSION_FULL ? FILES_MAX : 1;
			int session, fd;

			world_wire(world, "0:");
			session = world_session(world, "s");
			for (int i = 0; i < files; i++)
				assert_int_equal(world_preserve(world, session, (u64)i, 0, 1), 0);
			fd = wrong & BAD_FD ? NO_SUCH_FD :
					      world_file(world, wrong & NO_HANDLER ? 1 : 0, 1);
			assert_int_equal(lfb_agent_preserve(world->agent, session, fd,
							    wrong & TOKEN_USED ? 0 : FILES_MAX),
					 expected(world, wrong));
			world_destroy(world);
		}
	}
}

/* Before linux-7.3, whose blocks of 126 files are as many as are needed. */
static void a_session_takes_128_files(struct world *world)
{
	bool limited = !has_blocks(world_profile(world));
	int session, other;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	for (u64 token = 0; token < FILES_MAX; token++)
		assert_int_equal(world_preserve(world, session, token, 0, token), 0);
	assert_int_equal(world_preserve(world, session, 1000, 0, 1000), limited ? -ENOSPC : 0);
	/* The limit is the session's own. */
	other = world_session(world, "other");
	assert_int_equal(world_preserve(world, other, 0, 0, 1001), 0);
	assert_int_equal(world_stats(world).files_preserved, FILES_MAX + (limited ? 1 : 2));
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s");
	for (u64 token = 0; token < FILES_MAX; token++)
		assert_descriptor(world_retrieve(world, session, token));
	assert_int_equal(world_retrieve(world, session, FILES_MAX), -ENOENT);
	assert_int_equal(world_finish(world, session), 0);
}

static void descriptors_that_are_no_files_of_a_handler_are_not_preserved(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(lfb_agent_preserve(world->agent, session, -1, 1), -EBADF);
	assert_int_equal(lfb_agent_preserve(world->agent, session, INT32_MIN, 1), -EBADF);
	assert_int_equal(lfb_agent_preserve(world->agent, session, INT32_MAX, 1), -EBADF);
	assert_int_equal(lfb_agent_preserve(world->agent, session, session, 1), -ENOENT);
	assert_int_equal(lfb_agent_preserve(world->agent, session, world->device, 1), -ENOENT);
	assert_no_log(world);
	assert_int_equal(world_stats(world).files_preserved, 0);
}

static void the_first_handler_that_takes_a_file_gets_it(struct world *world)
{
	int session;

	world_wire(world, "2: 0: 1:");
	world_answer(world, "file h1.can_preserve", true, -1);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 3, 2), 0);
	assert_int_equal(world_preserve(world, session, 3, 2, 3), 0);
	world_answer(world, "file h2.can_preserve", true, -1);
	assert_int_equal(world_preserve(world, session, 4, 0, 4), 0);
	assert_log(world, "file h0.preserve ino=1 -> 0", "file h1.preserve ino=2 -> 0",
		   "file h2.preserve ino=3 -> 0", "file h2.preserve ino=4 -> 0");
}

static void a_token_is_unique_in_its_session_only(struct world *world)
{
	static const u64 tokens[] = { 0, 1, 0x8000000000000000ull, ~0ull };
	int one, two;

	world_wire(world, "0:");
	one = world_session(world, "one");
	two = world_session(world, "two");
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
		assert_int_equal(world_preserve(world, one, tokens[i], 0, i), 0);
		assert_int_equal(world_preserve(world, two, tokens[i], 0, 10 + i), 0);
		assert_int_equal(world_preserve(world, one, tokens[i], 0, i), -EEXIST);
	}
	assert_int_equal(world_reboot(world), 0);
	one = world_incoming(world, "one");
	for (size_t i = 0; i < ARRAY_SIZE(tokens); i++) {
		int fd = world_retrieve(world, one, tokens[i]);

		assert_descriptor(fd);
		assert_int_equal(file_inode(lfb_agent_file(world->agent, fd))->i_ino, i);
	}
}

static void a_preserved_file_outlives_the_agents_descriptor(struct world *world)
{
	unsigned long files;
	int session, fd;
	struct file *file;

	world_wire(world, "0:");
	session = world_session(world, "s");
	fd = world_file(world, 0, 1);
	file = lfb_agent_file(world->agent, fd);
	assert_int_equal(lfb_agent_preserve(world->agent, session, fd, 1), 0);
	assert_int_equal(file_count(file), 2);
	files = world_stats(world).files;
	world_close(world, fd);
	assert_int_equal(world_stats(world).files, files);
	world_close(world, session);
	assert_int_equal(world_stats(world).files, files - 2);
}

static void closing_an_outgoing_session_unpreserves_newest_first(struct world *world)
{
	struct lfb_machine_stats before, after;
	int session;

	world_wire(world, "0:0 1:0,1");
	assert_descriptor(world_open(world));
	before = world_stats(world);
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	assert_int_equal(world_preserve(world, session, 3, 0, 3), 0);
	world_forget_log(world);
	world_close(world, session);
	assert_log(world, "file h0.unpreserve ino=3 data=d003",
		   "file h1.unpreserve ino=2 data=d002", "flb1.unpreserve data=f001 obj=1001",
		   "file h0.unpreserve ino=1 data=d001", "flb0.unpreserve data=f000 obj=1000");
	after = world_stats(world);
	assert_memory_equal(&before, &after, sizeof(before));
}

static void the_file_array_exists_while_the_session_has_files(struct world *world)
{
	unsigned long blocks;
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	blocks = world_stats(world).preserved_blocks;
	assert_int_equal(world_preserve(world, session, 1, 1, 1), -ENOENT);
	world_answer(world, "flb0.preserve", -EIO, 1);
	assert_int_equal(world_preserve(world, session, 1, 0, 1), -EIO);
	assert_int_equal(world_stats(world).preserved_blocks, blocks);
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_stats(world).preserved_blocks, blocks + 1);
	/* A later failure leaves what the first file needs. */
	assert_int_equal(world_preserve(world, session, 2, 1, 2), -ENOENT);
	assert_int_equal(world_stats(world).preserved_blocks, blocks + 1);
	world_close(world, session);
	/* With the last session goes linux-7.3's block for sessions. */
	assert_int_equal(world_stats(world).preserved_blocks,
			 blocks - has_blocks(world_profile(world)));
}

/* What each callback of the old kernel is told. */
static void check_args(struct world *world, const char *call, void *arg, int *result)
{
	struct liveupdate_file_op_args *args = arg;

	if (!strncmp(call, "flb", 3) || strstr(call, "can_preserve"))
		return;
	world_log(world, "handler=%d session=%.6s file=%d status=%d,%d private=%lx",
		  args->handler == world_handler(world, 0),
		  args->session ? args->session->name : "(none)", args->file != NULL,
		  args->retrieved, args->retrieve_status, (unsigned long)args->private_data);
	if (strstr(call, "h0.preserve"))
		args->private_data = (void *)0x77;
}

static void callbacks_are_told_what_the_profile_tells_them(struct world *world)
{
	bool rfc = world_is_rfc(world);
	const char *first = rfc ? "handler=1 session=vm file=1 status=0,0 private=0" :
				  "handler=1 session=(none) file=1 status=0,0 private=0";
	const char *later = rfc ? "handler=1 session=vm file=1 status=0,0 private=77" :
				  "handler=1 session=(none) file=1 status=0,0 private=77";
	int session;

	world_wire(world, "0: 1:");
	world->meddle = check_args;
	session = world_session(world, "vm");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_log(world, first, "file h0.preserve ino=1 -> 0");
	world_answer(world, "file h0.freeze", -EBUSY, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
	assert_log(world, later, "file h0.freeze data=d001 -> -16");
	world_close(world, session);
	assert_log(world, later, "file h0.unpreserve ino=1 data=d001");
}

static void a_failed_preserve_keeps_nothing_that_was_written(struct world *world)
{
	struct lfb_machine_stats before, after;
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	before = world_stats(world);
	for (int round = 0; round < 3; round++) {
		world_answer(world, "file h0.preserve", -ENOTSUPP, 1);
		assert_int_equal(world_preserve(world, session, 1, 0, 1), -ENOTSUPP);
	}
	after = world_stats(world);
	assert_memory_equal(&before, &after, sizeof(before));
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
}

static void rfc_v6_alone_finds_a_preserved_files_token(void **state)
{
	struct world *world = world_create("rfc-v6", NULL, NULL);
	struct liveupdate_session *session;
	struct file *file;
	u64 token = 0;
	int fd, s;

	world_wire(world, "0:");
	s = world_session(world, "s");
	session = lfb_agent_file(world->agent, s)->private_data;
	assert_int_equal(world_preserve(world, s, 1, 0, 1), 0);
	fd = world_file(world, 0, 2);
	file = lfb_agent_file(world->agent, fd);
	assert_int_equal(liveupdate_get_token_outgoing(session, file, &token), -ENOENT);
	assert_int_equal(lfb_agent_preserve(world->agent, s, fd, 4711), 0);
	assert_int_equal(liveupdate_get_token_outgoing(session, file, &token), 0);
	assert_int_equal(token, 4711);
	assert_int_equal(liveupdate_get_token_outgoing(NULL, file, &token), -EINVAL);
	assert_int_equal(liveupdate_get_token_outgoing(session, file, NULL), -EINVAL);
	assert_int_equal(liveupdate_get_token_outgoing(session, NULL, &token), -ENOENT);
	world_destroy(world);

	for_each_profile(profile) {
		if (!strcmp(profile, "rfc-v6"))
			continue;
		world = world_create(profile, NULL, NULL);
		assert_int_equal(liveupdate_get_token_outgoing(session, file, &token),
				 -EOPNOTSUPP);
		assert_int_equal(liveupdate_get_file_incoming(session, 1, &file), -EOPNOTSUPP);
		assert_int_equal(world_warns(world), 2);
		world_destroy(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(preserve_reports_the_first_error_of_its_order),
		world_test_in(world_profiles, a_session_takes_128_files),
		world_test_in(world_profiles,
			      descriptors_that_are_no_files_of_a_handler_are_not_preserved),
		world_test_in(world_profiles, the_first_handler_that_takes_a_file_gets_it),
		world_test_in(world_profiles, a_token_is_unique_in_its_session_only),
		world_test_in(world_profiles, a_preserved_file_outlives_the_agents_descriptor),
		world_test_in(world_profiles, closing_an_outgoing_session_unpreserves_newest_first),
		world_test_in(world_profiles, the_file_array_exists_while_the_session_has_files),
		world_test_in(world_profiles, callbacks_are_told_what_the_profile_tells_them),
		world_test_in(world_profiles, a_failed_preserve_keeps_nothing_that_was_written),
		cmocka_unit_test(rfc_v6_alone_finds_a_preserved_files_token),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
