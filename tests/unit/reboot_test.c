// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The reboot call, and taking it back when a file cannot be frozen: docs/facts.md section 7. */
#include "lib/file.h"
#include "tests/support/world_test.h"

#define SESSIONS 3
#define FILES 3
#define COUNT (SESSIONS * FILES)

/* SESSIONS sessions "s0" … of FILES files each, numbered 1, 2 … through all sessions. */
static void fill(struct world *world, int *sessions)
{
	world_wire(world, "0:0");
	for (unsigned int i = 0; i < COUNT; i++) {
		char name[8];

		snprintf(name, sizeof(name), "s%u", i / FILES);
		if (i % FILES == 0)
			sessions[i / FILES] = world_session(world, name);
		assert_int_equal(world_preserve(world, sessions[i / FILES], i, 0, i + 1), 0);
	}
	world_forget_log(world);
}

static struct liveupdate_session *session_of(struct world *world, int fd)
{
	return lfb_agent_file(world->agent, fd)->private_data;
}

/* Fails the freeze of the file whose number is in world->context. */
static void fail_freeze(struct world *world, const char *call, void *args, int *result)
{
	const struct liveupdate_file_op_args *file = args;

	if (!strcmp(call, "file h0.freeze") &&
	    (file->serialized_data & 0xff) == (u64)(uintptr_t)world->context)
		*result = -EBUSY;
}

/* What must be in the log when file number @failing (from 1) could not be frozen. */
static void check_rollback(struct world *world, unsigned int failing)
{
	static char text[2 * COUNT][64];
	const char *lines[2 * COUNT + 1] = { NULL };
	unsigned int n = 0, session = (failing - 1) / FILES;

	for (unsigned int i = 1; i <= failing; i++)
		snprintf(text[n++], 64, "file h0.freeze data=d00%u -> %d", i,
			 i == failing ? -EBUSY : 0);
	/* The failing session's files before it, then the sessions before it, newest first. */
	for (unsigned int i = session * FILES + 1; i < failing; i++)
		snprintf(text[n++], 64, "file h0.unfreeze data=10d00%u", i);
	while (session--) {
		for (unsigned int i = 1; i <= FILES; i++)
			snprintf(text[n++], 64, "file h0.unfreeze data=10d00%u",
				 session * FILES + i);
	}
	for (unsigned int i = 0; i < n; i++)
		lines[i] = text[i];
	world_check_log(world, lines, __FILE__, __LINE__);
}

static u64 data_of(struct world *world, int session, u64 token)
{
	return luo_file_find(session_of(world, session), token)->serialized_data;
}

/* Data of the files after the failure: what freeze made of it stays, or is cleared in rfc-v6. */
static void check_data(struct world *world, const int *sessions, unsigned int failing)
{
	for (unsigned int i = 0; i < COUNT; i++) {
		u64 data = data_of(world, sessions[i / FILES], i);

		if (i + 1 >= failing)
			assert_int_equal(data, 0xd001 + i);
		else
			assert_int_equal(data, world_is_rfc(world) ? 0 : 0x10d001 + i);
	}
}

static bool all_zero(const void *bytes, size_t size)
{
	const u8 *at = bytes;

	while (size--) {
		if (*at++)
			return false;
	}
	return true;
}

static char *serialized_name(struct world *world, unsigned int index)
{
	const struct luo_fdt_layout *layout = world_luo(world)->profile->codec->layout;

	/* In the first block of linux-7.3. */
	if (!layout) {
		const struct luo_ser_v5 *head = world_luo(world)->tree;
		struct luo_block_ser *block = phys_to_virt(head->sessions_pa);

		return ((struct luo_session_ser_v2 *)(block + 1))[index].name;
	}
	return (char *)world_luo(world)->session_mem + layout->session_header_size +
	       index * layout->session_size;
}

/* What is in the blocks of linux-7.3: linux_7_3_sessions_test.c. */
static void check_arrays(struct world *world, const int *sessions, unsigned int failing)
{
	for (unsigned int i = 0; i < SESSIONS; i++) {
		const void *files = session_of(world, sessions[i])->files_mem;

		assert_true(all_zero(serialized_name(world, i), 64));
		if (i <= (failing - 1) / FILES)
			assert_true(all_zero(files, LUO_FILE_PGCNT * PAGE_SIZE));
	}
}

static void check_serialized(struct world *world, const int *sessions, unsigned int failing)
{
	const struct luo *luo = world_luo(world);

	if (luo->profile->codec->layout)
		check_arrays(world, sessions, failing);
	else
		assert_int_equal(((const struct luo_ser_v5 *)luo->tree)->sessions_pa, 0);
	assert_false(world_luo(world)->serialized);
	assert_int_equal(lfb_machine_state(world->machine), LFB_RUNNING);
}

/* After the failure everything works: preserve, create, close, and a reboot that succeeds. */
static void check_usable(struct world *world, const int *sessions)
{
	int session = world_session(world, "late");
	void *obj;

	world->meddle = NULL;
	assert_int_equal(world_preserve(world, session, 1, 0, 0x55), 0);
	assert_int_equal(world_close(world, sessions[1]), 0);
	assert_int_equal(world_get(world, 0, false, &obj), 0);
	assert_ptr_equal(obj, (void *)0x1000);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(world_get(world, 0, true, &obj), 0);
	assert_int_equal(world_flb(world, 0)->private.incoming.count, COUNT - FILES + 1);
	assert_int_equal(world_incoming(world, "s1"), -ENOENT);
	session = world_incoming(world, "s2");
	for (u64 token = 2 * FILES; token < COUNT; token++)
		assert_descriptor(world_retrieve(world, session, token));
	assert_int_equal(world_finish(world, session), 0);
	assert_int_equal(world_finish(world, world_incoming(world, "s0")), 0);
	world_forget_log(world);
	assert_int_equal(world_finish(world, world_incoming(world, "late")), 0);
	assert_non_null(strstr(world->log, "flb0.finish obj=2000\n"));
	assert_int_equal(world_warns(world), 0);
}

static void a_freeze_that_fails_anywhere_is_taken_back_everywhere(void **state)
{
	for_each_profile(profile) {
		for (unsigned int failing = 1; failing <= COUNT; failing++) {
			struct world *world = world_create(profile, NULL, NULL);
			int sessions[SESSIONS];

			fill(world, sessions);
			world->meddle = fail_freeze;
			world->context = (void *)(uintptr_t)failing;
			assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
			check_rollback(world, failing);
			check_data(world, sessions, failing);
			check_serialized(world, sessions, failing);
			assert_int_equal(
				((struct luo_flb_header_ser *)world_luo(world)->flb_mem)->count, 0);
			check_usable(world, sessions);
			world_destroy(world);
		}
	}
}

static void a_failed_reboot_can_be_tried_again_and_again(void **state)
{
	for_each_profile(profile) {
		struct world *world = world_create(profile, NULL, "FILE_UNFREEZE_CLEARS_DATA");
		int sessions[SESSIONS];

		fill(world, sessions);
		world->meddle = fail_freeze;
		for (uintptr_t failing = COUNT; failing; failing--) {
			world->context = (void *)failing;
			assert_int_equal(world_reboot(world), -EBUSY);
		}
		world->meddle = NULL;
		assert_int_equal(world_reboot(world), 0);
		assert_int_equal(world_incoming(world, "s2") >= 0, true);
		world_destroy(world);
	}
}

static void sessions_and_files_are_frozen_in_order_of_creation(struct world *world)
{
	int sessions[SESSIONS];

	fill(world, sessions);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_log(world, "file h0.freeze data=d001 -> 0", "file h0.freeze data=d002 -> 0",
		   "file h0.freeze data=d003 -> 0", "file h0.freeze data=d004 -> 0",
		   "file h0.freeze data=d005 -> 0", "file h0.freeze data=d006 -> 0",
		   "file h0.freeze data=d007 -> 0", "file h0.freeze data=d008 -> 0",
		   "file h0.freeze data=d009 -> 0");
	for (unsigned int i = 0; i < SESSIONS; i++)
		assert_int_equal(serialized_name(world, i)[1], '0' + i);
	assert_int_equal(lfb_machine_prepare(world->machine), -EBUSY);
}

static void freeze_and_unfreeze_are_optional(struct world *world)
{
	int session;

	world_file_ops(world, 0)->freeze = NULL;
	world_file_ops(world, 0)->unfreeze = NULL;
	world_wire(world, "0: 1:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_int_equal(world_preserve(world, session, 2, 1, 2), 0);
	world_forget_log(world);
	world_answer(world, "file h1.freeze", -EIO, 1);
	assert_int_equal(lfb_machine_prepare(world->machine), -EIO);
	assert_log(world, "file h1.freeze data=d002 -> -5");
	assert_int_equal(data_of(world, session, 1), world_is_rfc(world) ? 0 : 0xd001);
	assert_int_equal(world_reboot(world), 0);
}

/* Writes to the args of freeze are kept when it returns 0 and only then. */
static void scribble(struct world *world, const char *call, void *arg, int *result)
{
	struct liveupdate_file_op_args *args = arg;

	if (!strcmp(call, "file h0.freeze"))
		args->serialized_data = 0xeeee;
}

static void what_freeze_writes_is_kept_only_when_it_succeeds(struct world *world)
{
	int session;

	world_wire(world, "0:");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world->meddle = scribble;
	world_answer(world, "file h0.freeze", -EIO, 1);
	assert_int_equal(world_reboot(world), -EIO);
	assert_int_equal(data_of(world, session, 1), 0xd001);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(data_of(world, world_incoming(world, "s"), 1), 0xeeee);
}

/* Where the map is written at the reboot; linux-7.3 keeps it as memory is preserved. */
static void a_map_that_cannot_be_written_is_eagain_and_leaves_the_files_frozen(struct world *world)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = 1u << LFB_FAULT_KHO,
		.nth = 1,
	};
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	world_forget_log(world);
	lfb_fault_arm(world->machine, &plan);
	assert_int_equal(world_reboot(world), -EAGAIN);
	assert_log(world, "file h0.freeze data=d001 -> 0");
	/* The agent goes on, and the next try does all of it once more. */
	assert_int_equal(world_preserve(world, session, 2, 0, 2), 0);
	world_forget_log(world);
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_log(world, "file h0.freeze data=10d001 -> 0", "file h0.freeze data=d002 -> 0");
	assert_int_equal(lfb_machine_jump(world->machine, NULL), 0);
}

static void the_update_number_counts_kernels(struct world *world)
{
	for (u64 number = 1; number < 5; number++) {
		assert_int_equal(world_luo(world)->number, number);
		assert_int_equal(world_reboot(world), 0);
	}
	assert_int_equal(lfb_machine_shutdown(world->machine), 0);
	assert_int_equal(lfb_machine_boot(world->machine), 0);
	assert_int_equal(world_luo(world)->number, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_freeze_that_fails_anywhere_is_taken_back_everywhere),
		cmocka_unit_test(a_failed_reboot_can_be_tried_again_and_again),
		world_test_in(world_profiles, sessions_and_files_are_frozen_in_order_of_creation),
		world_test_in(world_profiles, freeze_and_unfreeze_are_optional),
		world_test_in(world_profiles, what_freeze_writes_is_kept_only_when_it_succeeds),
		world_test_in(world_early_profiles,
			      a_map_that_cannot_be_written_is_eagain_and_leaves_the_files_frozen),
		world_test_in(world_profiles, the_update_number_counts_kernels),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
