// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sessions of linux-7.3, made and unmade: names, requests, blocks. docs/facts.md sections 4 and
 * 8.2.
 */
#define _GNU_SOURCE /* memmem() */
#include "tests/support/linux_7_3.h"

static void a_name_must_be_there_and_end_within_64_bytes(struct world *world)
{
	char name[LIVEUPDATE_SESSION_NAME_LENGTH + 1];
	int device = world_open(world);

	for (size_t length = 0; length <= LIVEUPDATE_SESSION_NAME_LENGTH; length++) {
		bool good = length > 0 && length < LIVEUPDATE_SESSION_NAME_LENGTH;
		int session;

		memset(name, 'n', sizeof(name));
		name[length] = '\0';
		session = lfb_agent_create_session(world->agent, device, name);
		assert_int_equal(session < 0 ? session : 0, good ? 0 : -EINVAL);
	}
	/* Nothing was cut: every length is a name of its own. */
	assert_int_equal(world_stats(world).sessions_outgoing, LIVEUPDATE_SESSION_NAME_LENGTH - 1);
}

static void a_name_is_taken_among_outgoing_sessions_only(struct world *world)
{
	assert_descriptor(world_session(world, "s"));
	assert_int_equal(world_session(world, "s"), -EEXIST);
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_session(world, "s"));
	assert_descriptor(world_incoming(world, "s"));
	assert_int_equal(world_session(world, "s"), -EEXIST);
	assert_int_equal(world_incoming(world, "s"), -EINVAL);
	assert_int_equal(world_incoming(world, "t"), -ENOENT);
}

static int get_name(struct world *world, int session, struct liveupdate_session_get_name *arg)
{
	return lfb_agent_ioctl(world->agent, session, LIVEUPDATE_SESSION_GET_NAME, arg);
}

static void check_name(struct world *world, int session, const char *name)
{
	struct liveupdate_session_get_name arg = { .size = sizeof(arg) };
	char padded[LIVEUPDATE_SESSION_NAME_LENGTH] = "";
	char plain[LIVEUPDATE_SESSION_NAME_LENGTH];

	memset(arg.name, 'x', sizeof(arg.name));
	strcpy(padded, name);
	assert_int_equal(get_name(world, session, &arg), 0);
	assert_memory_equal(arg.name, padded, sizeof(padded));
	memset(plain, 'x', sizeof(plain));
	assert_int_equal(lfb_agent_get_name(world->agent, session, plain), 0);
	assert_memory_equal(plain, padded, sizeof(padded));
	assert_int_equal(lfb_agent_get_name(world->agent, session, NULL), -EFAULT);
	arg.reserved = 1;
	assert_int_equal(get_name(world, session, &arg), -EINVAL);
	arg.reserved = 0;
	arg.size = sizeof(arg) - 1;
	assert_int_equal(get_name(world, session, &arg), -EINVAL);
}

static void a_session_tells_its_name(struct world *world)
{
	struct {
		struct liveupdate_session_get_name arg;
		u8 tail[8];
	} larger = { .arg.size = sizeof(larger) };
	int session = world_session(world, "first");

	check_name(world, session, "first");
	assert_int_equal(get_name(world, session, &larger.arg), 0);
	larger.tail[7] = 1;
	assert_int_equal(get_name(world, session, &larger.arg), -E2BIG);
	larger.tail[7] = 0;
	assert_int_equal(world_reboot(world), 0);
	check_name(world, world_incoming(world, "first"), "first");
	assert_int_equal(get_name(world, world->device, &larger.arg), -EINVAL);
}

static void earlier_kernels_have_no_get_name(void **state)
{
	static const char *const profiles[] = { "rfc-v6", "linux-7.0" };
	struct liveupdate_session_get_name arg = { .size = sizeof(arg) };

	for (size_t i = 0; i < ARRAY_SIZE(profiles); i++) {
		struct world *world = world_create(profiles[i], NULL, NULL);

		assert_int_equal(get_name(world, world_session(world, "s"), &arg), -EINVAL);
		assert_int_equal(lfb_agent_get_name(NULL, 3, (char *)arg.name), -EINVAL);
		world_destroy(world);
	}
}

static void finish_wants_nothing_reserved(struct world *world)
{
	struct liveupdate_session_finish arg = { .size = sizeof(arg), .reserved = 1 };
	int session;

	world_wire(world, "0:");
	world_fill(world, 1, 0);
	assert_int_equal(world_reboot(world), 0);
	session = world_incoming(world, "s0");
	world_forget_log(world);
	assert_int_equal(lfb_agent_ioctl(world->agent, session, LIVEUPDATE_SESSION_FINISH, &arg),
			 -EINVAL);
	assert_no_log(world);
	arg.reserved = 0;
	assert_int_equal(lfb_agent_ioctl(world->agent, session, LIVEUPDATE_SESSION_FINISH, &arg),
			 0);
	assert_log(world, "file h0.can_finish data=10d000 -> 1",
		   "file h0.finish data=10d000 file=0");
}

/*
 * Blocks
 */

#define PER_BLOCK 51

static u64 blocks_for(unsigned int sessions)
{
	return (sessions + PER_BLOCK - 1) / PER_BLOCK;
}

static void blocks_come_and_go_with_every_51_sessions(struct world *world)
{
	enum { SESSIONS = 2 * PER_BLOCK + 2 };
	int session[SESSIONS];
	const struct luo *luo = world_luo(world);
	unsigned long preserved;

	world_open(world);
	preserved = world_stats(world).preserved_blocks;
	for (unsigned int i = 0; i < SESSIONS; i++) {
		assert_int_equal(luo->session_blocks.nblocks, blocks_for(i));
		session[i] = world_session(world, world_session_name(i));
		assert_descriptor(session[i]);
	}
	assert_int_equal(luo->session_blocks.nblocks, 3);
	assert_int_equal(world_stats(world).preserved_blocks, preserved + 3);
	/* From the tail, whichever session goes. */
	for (unsigned int i = 0; i < SESSIONS; i++) {
		assert_int_equal(world_close(world, session[i]), 0);
		assert_int_equal(luo->session_blocks.nblocks, blocks_for(SESSIONS - 1 - i));
	}
	assert_int_equal(world_stats(world).preserved_blocks, preserved);
}

static void room_is_made_before_the_name_is_looked_at(struct world *world)
{
	for (unsigned int i = 0; i < PER_BLOCK; i++)
		assert_descriptor(world_session(world, world_session_name(i)));
	world_fail_step(world, LFB_FAULT_KHO, 1);
	assert_int_equal(world_session(world, "s0"), -ENOMEM);
	world_fail_step(world, LFB_FAULT_KHO, 0);
	assert_int_equal(world_session(world, "s0"), -EEXIST);
	assert_int_equal(world_luo(world)->session_blocks.nblocks,
			 strcmp(world_profile(world), "reference") ? 2 : 1);
	/* What the next session finds is used, not added to. */
	assert_descriptor(world_session(world, "new"));
	assert_int_equal(world_luo(world)->session_blocks.nblocks, 2);
}

static void a_session_without_memory_leaves_nothing(struct world *world)
{
	static const enum lfb_fault_kind kinds[] = { LFB_FAULT_ALLOC, LFB_FAULT_KHO };
	struct lfb_machine_stats before;
	unsigned int failures = 0;

	world_open(world);
	before = world_stats(world);
	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		for (unsigned long nth = 1;; nth++) {
			int session;

			world_fail_step(world, kinds[i], nth);
			session = world_session(world, "s");
			if (session >= 0) {
				world_close(world, session);
				break;
			}
			failures++;
			assert_int_equal(session, -ENOMEM);
			world_check_stats(world, &before);
		}
	}
	/* The session, its block, the block's page, preserving it, and the file. */
	assert_true(failures >= 5);
}

/* The most sessions there can be: 10000 blocks. */
static void after_10000_blocks_there_is_no_space(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 1ull << 30,
		.mode = LFB_MEMORY_FIXED,
		.profile = "linux-7.3",
	};
	struct world *world = world_create_with(&options);
	char name[16];

	for (unsigned int i = 0; i < 10000 * PER_BLOCK; i++) {
		snprintf(name, sizeof(name), "%u", i);
		assert_descriptor(world_session(world, name));
	}
	assert_int_equal(world_luo(world)->session_blocks.nblocks, 10000);
	assert_int_equal(world_session(world, "more"), -ENOSPC);
	/* And all of them are taken over. */
	assert_int_equal(world_reboot(world), 0);
	assert_descriptor(world_incoming(world, "0"));
	assert_descriptor(world_incoming(world, name));
	assert_int_equal(world_stats(world).sessions_incoming, 10000 * PER_BLOCK);
	world_destroy(world);
}

/*
 * The agent and the reboot
 */

static void once_everything_is_serialized_the_agent_blocks(struct world *world)
{
	int session;

	world_wire(world, "0:0");
	session = world_session(world, "s");
	assert_int_equal(world_preserve(world, session, 1, 0, 1), 0);
	assert_null(lfb_agent_blocked(world->agent));
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	world_forget_log(world);
	assert_int_equal(world_close(world, session), -EAGAIN);
	assert_string_equal(lfb_agent_blocked(world->agent), "luo_session_serialize_rwsem");
	assert_int_equal(world_session(world, "t"), -EAGAIN);
	assert_int_equal(world_preserve(world, session, 2, 0, 2), -EAGAIN);
	assert_no_log(world);
	/* What was serialized arrives. */
	assert_int_equal(world_jump(world), 0);
	assert_null(lfb_agent_blocked(world->agent));
	session = world_incoming(world, "s");
	assert_descriptor(world_retrieve(world, session, 1));
	assert_int_equal(world_incoming(world, "t"), -ENOENT);
}

/* How often @text stands in the machine's memory. */
static unsigned int count_in_memory(struct world *world, const char *text)
{
	size_t size = 8 << 20, length = strlen(text);
	char *memory = malloc(size);
	unsigned int count = 0;
	const char *at;

	assert_non_null(memory);
	assert_int_equal(lfb_machine_read(world->machine, 4ull << 30, memory, size), 0);
	at = memory;
	while ((at = memmem(at, size - (size_t)(at - memory), text, length))) {
		count++;
		at += length;
	}
	free(memory);
	return count;
}

static void a_session_that_cannot_be_frozen_leaves_no_trace_in_the_blocks(struct world *world)
{
	enum { SESSIONS = PER_BLOCK + 3 };
	const struct luo *luo = world_luo(world);
	const struct luo_ser_v5 *head = luo->tree;

	world_wire(world, "0: 1:");
	world_fill(world, SESSIONS - 2, 0);
	assert_descriptor(world_session(world, "without files"));
	assert_int_equal(world_preserve(world, world_session(world, "last"), 1, 1, 1), 0);
	world_answer(world, "file h1.freeze", -EBUSY, 1);
	assert_int_equal(world_reboot(world), -EBUSY);
	assert_int_equal(head->sessions_pa, 0);
	assert_int_equal(luo->session_blocks.nblocks, 2);
	assert_int_equal(count_in_memory(world, "handler-0-v1"), 0);
	assert_int_equal(count_in_memory(world, "without files"), 1);
	/* The second try goes through, with all of them. */
	assert_int_equal(lfb_machine_prepare(world->machine), 0);
	assert_int_equal(count_in_memory(world, "handler-0-v1"), SESSIONS - 2);
	assert_int_equal(count_in_memory(world, "without files"), 2);
	assert_int_equal(world_jump(world), 0);
	world_open(world);
	assert_int_equal(world_stats(world).sessions_incoming, SESSIONS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		world_test_in(linux_7_3_profiles, a_name_must_be_there_and_end_within_64_bytes),
		world_test_in(linux_7_3_profiles, a_name_is_taken_among_outgoing_sessions_only),
		world_test_in(linux_7_3_profiles, a_session_tells_its_name),
		cmocka_unit_test(earlier_kernels_have_no_get_name),
		world_test_in(linux_7_3_profiles, finish_wants_nothing_reserved),
		world_test_in(linux_7_3_profiles, blocks_come_and_go_with_every_51_sessions),
		world_test_in(linux_7_3_profiles, room_is_made_before_the_name_is_looked_at),
		world_test_in(linux_7_3_profiles, a_session_without_memory_leaves_nothing),
		cmocka_unit_test(after_10000_blocks_there_is_no_space),
		world_test_in(linux_7_3_profiles, once_everything_is_serialized_the_agent_blocks),
		world_test_in(linux_7_3_profiles,
			      a_session_that_cannot_be_frozen_leaves_no_trace_in_the_blocks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
