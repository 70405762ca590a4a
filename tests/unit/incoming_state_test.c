// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Incoming FLBs, sessions and files that cannot be understood. What the old kernel wrote is
 * damaged after it finished and before the new one starts, one field at a time.
 */
#include "tests/support/handover.h"
#include "tests/support/test.h"

/*
 * Damage to the FLB page
 */

static struct luo_flb_header_ser *flb_header(void)
{
	return handover_luo()->flb_mem;
}

static struct luo_flb_ser *flb_entry(unsigned int index)
{
	return (struct luo_flb_ser *)(flb_header() + 1) + index;
}

static void no_flb_pages(void)
{
	flb_header()->pgcnt = 0;
}

static void many_flb_pages(void)
{
	flb_header()->pgcnt = UINT64_MAX;
}

static void one_flb_too_many(void)
{
	flb_header()->count = 64;
}

static void no_end_of_flbs(void)
{
	flb_header()->count = UINT64_MAX;
}

static void unterminated_flb(void)
{
	memset(flb_entry(0)->name, 'x', sizeof(flb_entry(0)->name));
}

static void flb_of_nobody(void)
{
	flb_entry(0)->count = 0;
}

static void flb_of_everybody(void)
{
	flb_entry(0)->count = UINT64_MAX;
}

static void flb_of_one_too_many(void)
{
	flb_entry(0)->count = 1ull << 31;
}

static void flb_twice(void)
{
	*flb_entry(1) = *flb_entry(0);
	flb_header()->count = 2;
}

static void (*const flb_damages[])(void) = {
	no_flb_pages, many_flb_pages, one_flb_too_many, no_end_of_flbs, unterminated_flb,
	flb_of_nobody, flb_of_everybody, flb_of_one_too_many, flb_twice,
};

#define FLB_DAMAGES (sizeof(flb_damages) / sizeof(flb_damages[0]))

static void a_checking_kernel_does_not_understand_a_broken_flb_page(void **state)
{
	for (size_t i = 0; i < FLB_DAMAGES * 2; i++) {
		handover_prepare(handover_profiles[i % 2], "FLB_TRUST_SERIALIZED");
		flb_damages[i / 2]();
		handover_expect_not_understood("an FLB page", true);
		handover_finish("an FLB page");
	}
}

/* As shipped: the kernel boots, and is found to read what it must not when somebody asks. */
static void a_trusting_kernel_is_found_out(void **state)
{
	for (size_t i = 0; i < FLB_DAMAGES * 2; i++) {
		bool found;

		handover_prepare(handover_profiles[i % 2], NULL);
		flb_damages[i / 2]();
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		assert_int_equal(lfb_event_count(handover.machine, LFB_EVENT_UNSAFE), 0);
		rig_restore(&handover, 2);
		/* Of two entries of a name the first is found, and the second never looked at. */
		found = flb_damages[i / 2] != flb_twice;
		assert_int_equal(lfb_event_count(handover.machine, LFB_EVENT_UNSAFE) > 0, found);
		assert_int_equal(handover_logged("serialized state is trusted"), found);
		assert_int_equal(lfb_machine_state(handover.machine), LFB_RUNNING);
		handover_finish("an FLB page");
	}
}

static void an_undamaged_state_passes_all_checks(void **state)
{
	for (size_t i = 0; i < 4; i++) {
		handover_prepare(handover_profiles[i % 2], i / 2 ? "FLB_TRUST_SERIALIZED "
						 "SESSION_DESERIALIZE_IGNORES_FILES" : NULL);
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		assert_int_equal(rig_restore(&handover, 2), 0);
		assert_int_equal(lfb_event_count(handover.machine, LFB_EVENT_UNSAFE), 0);
		handover_finish("nothing");
	}
}

/*
 * Damage to sessions and files
 */

static u8 *session_entry(unsigned int index)
{
	u8 *array = handover_luo()->session_mem;

	return array + (handover_is_rfc() ? 16 + index * 88 : 8 + index * 80);
}

static u64 *session_count(void)
{
	return (u64 *)((u8 *)handover_luo()->session_mem + (handover_is_rfc() ? 8 : 0));
}

static u64 *session_files(void)
{
	return (u64 *)(session_entry(0) + 64);
}

static u64 *session_file_count(void)
{
	return (u64 *)(session_entry(0) + (handover_is_rfc() ? 80 : 72));
}

static struct luo_file_ser *file_entry(unsigned int index)
{
	struct liveupdate_session *session =
		list_first_entry(&handover_luo()->outgoing.list, struct liveupdate_session, list);

	return (struct luo_file_ser *)session->files_mem + index;
}

static void one_session_too_many(void)
{
	*session_count() = handover_is_rfc() ? 745 : 820;
}

static void no_end_of_sessions(void)
{
	*session_count() = UINT64_MAX;
}

static void wrong_session_pages(void)
{
	*(u64 *)handover_luo()->session_mem = 17; /* in linux-7.0 this is the count */
	if (!handover_is_rfc())
		*session_count() = 1000;
}

static void unterminated_session(void)
{
	memset(session_entry(0), 'x', 64);
}

static void one_file_too_many(void)
{
	*session_file_count() = 129;
}

static void no_end_of_files(void)
{
	*session_file_count() = UINT64_MAX;
}

static void session_twice(void)
{
	memcpy(session_entry(1), session_entry(0), handover_is_rfc() ? 88 : 80);
	*session_count() = 2;
}

static void (*const session_damages[])(void) = {
	one_session_too_many, no_end_of_sessions, wrong_session_pages, unterminated_session,
	one_file_too_many, no_end_of_files, session_twice,
};

/* linux-7.0: -EIO, for ever; rfc-v6 opens all the same. */
static void expect_not_restored(void)
{
	for (int i = 0; i < 3; i++) {
		int fd = lfb_agent_open(handover.agent);

		if (!handover_is_rfc()) {
			assert_int_equal(fd, -EIO);
			continue;
		}
		assert_int_equal(fd, 3);
		assert_int_equal(lfb_agent_close(handover.agent, fd), 0);
	}
	assert_true(handover_logged("luo: "));
	assert_int_equal(lfb_machine_state(handover.machine), LFB_RUNNING);
	/* The next kernel starts afresh. */
	assert_int_equal(lfb_machine_kexec(handover.machine), 0);
	assert_int_equal(rig_update(&handover), 0);
}

static void broken_sessions_are_not_restored(void **state)
{
	const size_t count = sizeof(session_damages) / sizeof(session_damages[0]);

	for (size_t i = 0; i < count * 2; i++) {
		handover_prepare(handover_profiles[i % 2], NULL);
		session_damages[i / 2]();
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		expect_not_restored();
		handover_finish("a session");
	}
}

static void files_at_0(void)
{
	*session_files() = 0;
	if (handover_is_rfc())
		*(u64 *)(session_entry(0) + 72) = 0; /* no pages, then */
}

static void files_misaligned(void)
{
	*session_files() += 8;
}

static void files_beyond_memory(void)
{
	*session_files() = 1ull << 40;
}

static void files_in_lost_memory(void)
{
	*session_files() = HANDOVER_NOWHERE;
}

static void unterminated_handler(void)
{
	memset(file_entry(1)->compatible, 'x', sizeof(file_entry(1)->compatible));
}

static void unknown_handler(void)
{
	strcpy(file_entry(1)->compatible, "nobody-v1");
}

static void nameless_handler(void)
{
	file_entry(1)->compatible[0] = '\0';
}

static const struct {
	void (*apply)(void);
	bool first_file_survives;
} file_damages[] = {
	{ files_at_0, false },
	{ files_misaligned, false },
	{ files_beyond_memory, false },
	{ files_in_lost_memory, false },
	{ unterminated_handler, true },
	{ unknown_handler, true },
	{ nameless_handler, true },
};

#define FILE_DAMAGES (sizeof(file_damages) / sizeof(file_damages[0]))

static void broken_files_are_not_restored_where_they_are_checked(void **state)
{
	for (size_t i = 0; i < FILE_DAMAGES * 2; i++) {
		handover_prepare(handover_profiles[i % 2], "SESSION_DESERIALIZE_IGNORES_FILES");
		file_damages[i / 2].apply();
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		expect_not_restored();
		handover_finish("a file");
	}
}

/* As shipped: the session looks restored, with files missing. */
static void broken_files_are_missing_where_they_are_ignored(void **state)
{
	for (size_t i = 0; i < FILE_DAMAGES * 2; i++) {
		bool survives = file_damages[i / 2].first_file_survives;
		int fd;

		handover_prepare(handover_profiles[i % 2], NULL);
		file_damages[i / 2].apply();
		assert_int_equal(lfb_machine_jump(handover.machine, NULL), 0);
		assert_int_equal(lfb_agent_open(handover.agent), 3);
		fd = lfb_agent_retrieve_session(handover.agent, 3, "vm");
		assert_int_equal(fd, 4);
		assert_int_equal(lfb_agent_retrieve(handover.agent, fd, 1), survives ? 5 : -ENOENT);
		assert_int_equal(lfb_agent_retrieve(handover.agent, fd, 2), -ENOENT);
		assert_int_equal(lfb_agent_finish(handover.agent, fd), 0);
		assert_int_equal(lfb_agent_close(handover.agent, fd), 0);
		assert_int_equal(lfb_machine_state(handover.machine), LFB_RUNNING);
		handover_finish("a file");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_checking_kernel_does_not_understand_a_broken_flb_page),
		cmocka_unit_test(a_trusting_kernel_is_found_out),
		cmocka_unit_test(an_undamaged_state_passes_all_checks),
		cmocka_unit_test(broken_sessions_are_not_restored),
		cmocka_unit_test(broken_files_are_not_restored_where_they_are_checked),
		cmocka_unit_test(broken_files_are_missing_where_they_are_ignored),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
