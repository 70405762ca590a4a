// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Bad use of the simulator's own functions: every one that takes a handle is given all sorts of
 * pointers that are none, and every argument with a range values outside of it. The answer is an
 * errno with a sentence; machines nearby notice nothing.
 */
#include <luo/blob.h>
#include <luo/choose.h>
#include <luo/fault.h>
#include <luo/profile.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

static struct rig rig;
static struct lfb_machine *freed_machine;
static struct lfb_agent *freed_agent;

static long never(void *argument)
{
	fail_msg("code ran in a machine that is none");
	return 0;
}

static void no_sink(void *context, const struct lfb_event *event)
{
}

/*
 * Functions that take a machine and return an errno
 */

static int boot(struct lfb_machine *machine)
{
	return lfb_machine_boot(machine);
}

static int boot_blob(struct lfb_machine *machine)
{
	return lfb_machine_boot_blob(machine, NULL);
}

static int shut_down(struct lfb_machine *machine)
{
	return lfb_machine_shutdown(machine);
}

static int prepare(struct lfb_machine *machine)
{
	return lfb_machine_prepare(machine);
}

static int jump(struct lfb_machine *machine)
{
	return lfb_machine_jump(machine, "rfc-v6");
}

static int kexec(struct lfb_machine *machine)
{
	return lfb_machine_kexec(machine);
}

static int call(struct lfb_machine *machine)
{
	return (int)lfb_machine_call(machine, never, NULL);
}

static int read_memory(struct lfb_machine *machine)
{
	char byte;

	return lfb_machine_read(machine, 0, &byte, 1);
}

static int stats(struct lfb_machine *machine)
{
	struct lfb_machine_stats now = { .sz = sizeof(now) };

	return lfb_machine_stats(machine, &now);
}

static int add_module(struct lfb_machine *machine)
{
	return lfb_machine_add_module(machine, &rig.recorder->image);
}

static int remove_module(struct lfb_machine *machine)
{
	return lfb_machine_remove_module(machine, "rig");
}

static int agent_create(struct lfb_machine *machine)
{
	struct lfb_agent *agent = (void *)0x1234;
	int err = lfb_agent_create(machine, "agent", &agent);

	assert_null(agent);
	return err;
}

static int trace_to(struct lfb_machine *machine)
{
	return lfb_trace_to(machine, no_sink, NULL);
}

static int fault_arm(struct lfb_machine *machine)
{
	return lfb_fault_arm(machine, NULL);
}

static int choose_seeded(struct lfb_machine *machine)
{
	return lfb_choose_seeded(machine, 1);
}

static int choose_listed(struct lfb_machine *machine)
{
	return lfb_choose_listed(machine, (const unsigned int[]){ 1 }, 1);
}

static int choose_bytes(struct lfb_machine *machine)
{
	return lfb_choose_bytes(machine, "bytes", 5);
}

static int choose_all(struct lfb_machine *machine)
{
	return lfb_choose_all(machine);
}

static int sched_to(struct lfb_machine *machine)
{
	return lfb_sched_to(machine, NULL, NULL);
}

static int blob_capture(struct lfb_machine *machine)
{
	struct lfb_blob *blob = (void *)0x1234;
	int err = lfb_blob_capture(machine, &blob);

	assert_null(blob);
	return err;
}

#define F(function) { #function, function }

static const struct {
	const char *name;
	int (*call)(struct lfb_machine *machine);
} of_machine[] = {
	F(boot), F(boot_blob), F(shut_down), F(prepare), F(jump), F(kexec), F(call),
	F(read_memory), F(stats), F(add_module), F(remove_module), F(agent_create), F(trace_to),
	F(fault_arm), F(choose_seeded), F(choose_listed), F(choose_bytes), F(choose_all),
	F(sched_to), F(blob_capture),
};

/*
 * Functions that take an agent and return an errno
 */

static int agent_open(struct lfb_agent *agent)
{
	return lfb_agent_open(agent);
}

static int agent_close(struct lfb_agent *agent)
{
	return lfb_agent_close(agent, 3);
}

static int agent_ioctl(struct lfb_agent *agent)
{
	return lfb_agent_ioctl(agent, 3, LIVEUPDATE_SESSION_FINISH, &agent);
}

static int agent_create_session(struct lfb_agent *agent)
{
	return lfb_agent_create_session(agent, 3, "vm");
}

static int agent_retrieve_session(struct lfb_agent *agent)
{
	return lfb_agent_retrieve_session(agent, 3, "vm");
}

static int agent_preserve(struct lfb_agent *agent)
{
	return lfb_agent_preserve(agent, 3, 4, 5);
}

static int agent_retrieve(struct lfb_agent *agent)
{
	return lfb_agent_retrieve(agent, 3, 5);
}

static int agent_finish(struct lfb_agent *agent)
{
	return lfb_agent_finish(agent, 3);
}

static int agent_install(struct lfb_agent *agent)
{
	return lfb_agent_install(agent, NULL);
}

static const struct {
	const char *name;
	int (*call)(struct lfb_agent *agent);
} of_agent[] = {
	F(agent_open), F(agent_close), F(agent_ioctl), F(agent_create_session),
	F(agent_retrieve_session), F(agent_preserve), F(agent_retrieve), F(agent_finish),
	F(agent_install),
};

/* Pointers that are no live machine and no live agent: NULL, wild, freed, a blob, other memory. */
#define POINTERS 9

static void *bad_pointer(size_t number)
{
	static char memory[64];
	void *const pointers[POINTERS] = {
		NULL, (void *)1, (void *)0x1234, (void *)UINTPTR_MAX, (void *)0x8000000000000000,
		memory, &memory[1], freed_machine, freed_agent,
	};

	return pointers[number];
}

static void check_answer(const char *name, int result)
{
	if (result != -EINVAL)
		fail_msg("%s: %d", name, result);
	if (!*lfb_error_text(NULL))
		fail_msg("%s: no sentence", name);
}

static void what_is_no_machine_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(of_machine) / sizeof(of_machine[0]); i++) {
		for (size_t pointer = 0; pointer < POINTERS; pointer++)
			check_answer(of_machine[i].name, of_machine[i].call(bad_pointer(pointer)));
		check_answer(of_machine[i].name, of_machine[i].call((void *)rig.agent));
		assert_int_equal(rig_still_works(&rig), 0);
	}
}

static void what_is_no_agent_is_refused(void **state)
{
	for (size_t i = 0; i < sizeof(of_agent) / sizeof(of_agent[0]); i++) {
		for (size_t pointer = 0; pointer < POINTERS; pointer++)
			check_answer(of_agent[i].name, of_agent[i].call(bad_pointer(pointer)));
		check_answer(of_agent[i].name, of_agent[i].call((void *)rig.machine));
		assert_int_equal(rig_still_works(&rig), 0);
	}
}

/* Functions that return something else than an errno. */
static void what_cannot_say_no_says_nothing(void **state)
{
	size_t count = 77;

	for (size_t i = 0; i <= POINTERS; i++) {
		void *bad = i < POINTERS ? bad_pointer(i) : rig.agent;

		assert_int_equal(lfb_machine_state(bad), LFB_OFF);
		assert_string_equal(lfb_machine_profile(bad), "");
		assert_int_equal(lfb_machine_boots(bad), 0);
		assert_null(lfb_machine_enter(bad));
		assert_null(lfb_machine_current());
		assert_int_equal(lfb_event_count(bad, LFB_EVENT_WARN), 0);
		assert_string_equal(lfb_last_complaint(bad), "");
		assert_int_equal(lfb_fault_count(bad, LFB_FAULT_ALLOC), 0);
		assert_int_equal(lfb_fault_hits(bad), 0);
		assert_int_equal(lfb_choose(bad, 5, "test"), 0);
		assert_false(lfb_choose_next(bad));
		assert_null(lfb_choose_record(bad, &count));
		assert_null(lfb_agent_file(i < POINTERS ? bad : (void *)rig.machine, 3));
		assert_true(*lfb_error_text(NULL));
		if (bad)
			assert_non_null(strstr(lfb_error_text(bad), "no live machine"));
	}
	assert_int_equal(rig_still_works(&rig), 0);
}

static void destroying_what_is_nothing_does_nothing(void **state)
{
	for (size_t i = 0; i < POINTERS; i++) {
		lfb_machine_destroy(bad_pointer(i));
		lfb_agent_destroy(bad_pointer(i));
	}
	lfb_machine_destroy((void *)rig.agent);
	lfb_agent_destroy((void *)rig.machine);
	assert_int_equal(rig_still_works(&rig), 0);
}

static void arguments_out_of_range_are_refused(void **state)
{
	struct lfb_machine_stats now = { .sz = 0 };
	struct lfb_module incomplete = { 0 };
	struct module nameless = { 0 }, named = { .name = "named" };
	char byte;

	assert_int_equal(lfb_machine_call(rig.machine, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_machine_read(rig.machine, 0, NULL, 1), -EINVAL);
	assert_int_equal(lfb_machine_read(rig.machine, 64 << 20, &byte, 1), -EFAULT);
	assert_int_equal(lfb_machine_read(rig.machine, 0, &byte, SIZE_MAX), -EFAULT);
	assert_int_equal(lfb_machine_read(rig.machine, UINT64_MAX, &byte, 1), -EFAULT);
	assert_int_equal(lfb_machine_stats(rig.machine, &now), -EINVAL);
	now.sz = SIZE_MAX - 7;
	assert_int_equal(lfb_machine_stats(rig.machine, &now), -E2BIG);
	assert_int_equal(lfb_machine_add_module(rig.machine, NULL), -EINVAL);
	assert_int_equal(lfb_machine_add_module(rig.machine, &incomplete), -EINVAL);
	incomplete.module = &nameless;
	assert_int_equal(lfb_machine_add_module(rig.machine, &incomplete), -EINVAL);
	incomplete.module = &named;
	incomplete.data_size = 8;
	assert_int_equal(lfb_machine_add_module(rig.machine, &incomplete), -EINVAL);
	assert_string_equal(lfb_error_text(rig.machine), "the module is incomplete");
	assert_int_equal(lfb_machine_remove_module(rig.machine, NULL), -EINVAL);
	assert_int_equal(lfb_machine_remove_module(rig.machine, ""), -ENOENT);
	assert_int_equal(lfb_machine_boot_blob(rig.machine, (void *)0x1234), -EBUSY);
	assert_int_equal(lfb_machine_jump(rig.machine, ""), -EINVAL);
	assert_int_equal(lfb_agent_create(rig.machine, "agent", NULL), -EINVAL);
	assert_int_equal(lfb_choose(rig.machine, 0, NULL), 0);
	assert_null(lfb_choose_record(rig.machine, NULL));
	assert_true(*lfb_error_text(rig.machine));
	assert_int_equal(rig_still_works(&rig), 0);
}

static void what_is_no_blob_cannot_be_booted(void **state)
{
	assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
	for (size_t i = 0; i <= POINTERS; i++) {
		void *bad = i < POINTERS ? bad_pointer(i) : rig.machine;

		assert_int_equal(lfb_machine_boot_blob(rig.machine, bad), -EINVAL);
		assert_string_equal(lfb_error_text(rig.machine), "the pointer is no live blob");
		assert_int_equal(lfb_machine_state(rig.machine), LFB_OFF);
	}
	assert_int_equal(rig_still_works(&rig), 0);
}

static void agents_check_their_arguments(void **state)
{
	assert_int_equal(lfb_agent_open(rig.agent), 3);
	assert_int_equal(lfb_agent_create_session(rig.agent, 3, NULL), -EFAULT);
	assert_non_null(strstr(lfb_error_text(rig.machine), "no name"));
	assert_int_equal(lfb_agent_retrieve_session(rig.agent, 3, NULL), -EFAULT);
	assert_int_equal(lfb_agent_install(rig.agent, NULL), -EINVAL);
	assert_int_equal(lfb_agent_install(rig.agent, ERR_PTR(-ENOMEM)), -EINVAL);
	assert_string_equal(lfb_error_text(rig.machine), "lfb_agent_install: no file");
	assert_int_equal(rig_still_works(&rig), 0);
}

static void names_of_what_is_not_there(void **state)
{
	static const int wild[] = { -1, INT32_MIN, INT32_MAX, 1000 };

	for (size_t i = 0; i < sizeof(wild) / sizeof(wild[0]); i++) {
		unsigned int value = (unsigned int)wild[i];

		assert_string_equal(lfb_machine_state_name((enum lfb_machine_state)value),
				    "unknown");
		assert_string_equal(lfb_event_kind_name((enum lfb_event_kind)value), "unknown");
		assert_string_equal(lfb_fault_kind_name((enum lfb_fault_kind)value), "unknown");
		assert_null(lfb_profile_name(value));
		assert_null(lfb_quirk_name(value));
		assert_int_equal(lfb_event_count(rig.machine, (enum lfb_event_kind)value), 0);
		assert_int_equal(lfb_fault_count(rig.machine, (enum lfb_fault_kind)value), 0);
	}
	assert_null(lfb_profile_about(NULL));
	assert_null(lfb_profile_about("linux"));
	assert_null(lfb_quirk_about(NULL));
	assert_null(lfb_quirk_about("FLB"));
	assert_false(lfb_profile_has_quirk(NULL, "FLB_TRUST_SERIALIZED"));
	assert_false(lfb_profile_has_quirk("rfc-v6", NULL));
	assert_false(lfb_profile_has_quirk("rfc-v6", "FLB"));
	assert_false(lfb_profile_has_quirk("linux", "FLB_TRUST_SERIALIZED"));
	assert_true(lfb_profile_has_quirk("rfc-v6", "FLB_TRUST_SERIALIZED"));
}

static void an_event_is_cut_to_any_size(void **state)
{
	const struct lfb_event event = {
		.number = 1,
		.happening = LFB_DID_KHO_RETRIEVE_SUBTREE,
		.subtree = "subtree\n\x7f",
		.has_result = true,
		.result = -ENOENT,
	};
	char whole[256], cut[256];
	size_t length = lfb_event_format(&event, whole, sizeof(whole));

	assert_int_equal(length, strlen(whole));
	assert_null(strpbrk(whole, "\n\x7f"));
	assert_non_null(strstr(whole, "-> -ENOENT"));
	for (size_t size = 0; size <= length + 1; size++) {
		memset(cut, '#', sizeof(cut));
		assert_int_equal(lfb_event_format(&event, cut, size), length);
		assert_int_equal(cut[size], '#');
		if (size) {
			assert_int_equal(strlen(cut), size - 1);
			assert_memory_equal(cut, whole, size - 1);
		}
	}
}

static int make_rig(void **state)
{
	struct rig gone;
	int err = rig_start(&gone, NULL);

	if (err)
		return err;
	/* The rig that is used is made while the other lives: its handles are not used again. */
	freed_machine = gone.machine;
	freed_agent = gone.agent;
	err = rig_start(&rig, NULL);
	rig_stop(&gone);
	return err;
}

static int stop_rig(void **state)
{
	rig_stop(&rig);
	return 0;
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, make_rig, stop_rig)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_no_machine_is_refused),
		TEST(what_is_no_agent_is_refused),
		TEST(what_cannot_say_no_says_nothing),
		TEST(destroying_what_is_nothing_does_nothing),
		TEST(arguments_out_of_range_are_refused),
		TEST(what_is_no_blob_cannot_be_booted),
		TEST(agents_check_their_arguments),
		TEST(names_of_what_is_not_there),
		TEST(an_event_is_cut_to_any_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
