// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Agents: processes with descriptors of their own, which end with the kernel they came from. */
#include <luo/printk.h>
#include <luo/profile.h>

#include "tests/support/rig.h"
#include "tests/support/test.h"

static struct rig rig;

static int start(void **state)
{
	const struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 8 << 20,
	};

	return rig_start(&rig, &options);
}

static int stop(void **state)
{
	rig_stop(&rig);
	return 0;
}

static struct lfb_agent *new_agent(const char *name)
{
	struct lfb_agent *agent;

	assert_int_equal(lfb_agent_create(rig.machine, name, &agent), 0);
	return agent;
}

static void the_lowest_descriptor_from_three_is_given(void **state)
{
	for (int fd = 3; fd < 300; fd++)
		assert_int_equal(rig_open_file(&rig, 1), fd);
	for (int fd = 3; fd < 300; fd += 7) {
		assert_int_equal(lfb_agent_close(rig.agent, fd), 0);
		assert_null(lfb_agent_file(rig.agent, fd));
	}
	for (int fd = 3; fd < 300; fd += 7)
		assert_int_equal(rig_open_file(&rig, 1), fd);
	assert_int_equal(rig_open_file(&rig, 1), 300);
}

static void agents_have_descriptors_of_their_own(void **state)
{
	struct lfb_agent *other = new_agent("other");

	assert_int_equal(rig_open_file(&rig, 1), 3);
	assert_int_equal(lfb_agent_close(other, 3), -EBADF);
	assert_null(lfb_agent_file(other, 3));
	assert_int_equal(lfb_agent_open(other), 3);
	assert_ptr_not_equal(lfb_agent_file(other, 3), lfb_agent_file(rig.agent, 3));
	assert_int_equal(lfb_agent_create_session(other, 3, "vm"), 4);
	/* A descriptor to preserve is looked for among those of who asks. */
	assert_int_equal(rig_open_file(&rig, 2), 4);
	assert_int_equal(rig_open_file(&rig, 3), 5);
	assert_int_equal(lfb_agent_preserve(other, 4, 5, 1), -EBADF);
	assert_int_equal(lfb_agent_install(other, get_file(lfb_agent_file(rig.agent, 5))), 5);
	assert_int_equal(lfb_agent_preserve(other, 4, 5, 1), 0);
}

static void the_device_has_one_opener(void **state)
{
	struct lfb_agent *other = new_agent("other");

	for (int i = 0; i < 3; i++) {
		int fd = lfb_agent_open(rig.agent);

		assert_int_equal(fd, 3);
		assert_int_equal(lfb_agent_open(rig.agent), -EBUSY);
		assert_int_equal(lfb_agent_open(other), -EBUSY);
		assert_int_equal(lfb_agent_close(rig.agent, fd), 0);
		assert_int_equal(lfb_agent_open(other), 3);
		assert_int_equal(lfb_agent_open(rig.agent), -EBUSY);
		assert_int_equal(lfb_agent_close(other, 3), 0);
	}
	/* Who ends lets go of it. */
	assert_int_equal(lfb_agent_open(other), 3);
	lfb_agent_destroy(other);
	assert_int_equal(lfb_agent_open(rig.agent), 3);
}

static void the_end_of_an_agent_closes_what_it_has_open(void **state)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	const char *first, *second;

	assert_int_equal(rig_preserve(&rig, 2), 0);
	assert_int_equal(lfb_agent_create_session(rig.agent, 3, "vm-2"), 7);
	rig_record(&rig);
	lfb_agent_destroy(rig.agent);
	/* Highest first, and a session that is closed is taken back. */
	first = strstr(rig.log, "vm ");
	second = strstr(rig.log, "vm-2 ");
	assert_non_null(first);
	assert_non_null(second);
	assert_true(first > second);
	assert_non_null(strstr(rig.log, "unpreserve"));
	assert_int_equal(lfb_machine_stats(rig.machine, &stats), 0);
	assert_int_equal(stats.files, 0);
	assert_int_equal(stats.sessions_outgoing, 0);
	rig.agent = new_agent("agent");
	assert_int_equal(rig_update(&rig), 0);
}

static long die(void *argument)
{
	panic("told to");
	return 0;
}

static void descriptors_end_with_their_kernel(void **state)
{
	struct lfb_agent *other = new_agent("other");
	struct file *file;

	for (int end = 0; end < 3; end++) {
		assert_int_equal(lfb_agent_open(rig.agent), 3);
		assert_int_equal(lfb_agent_create_session(rig.agent, 3, "vm"), 4);
		file = get_file(lfb_agent_file(rig.agent, 4));
		assert_int_equal(lfb_agent_install(other, file), 3);
		if (end == 0)
			assert_int_equal(lfb_machine_kexec(rig.machine), 0);
		if (end == 1)
			assert_int_equal(lfb_machine_call(rig.machine, die, NULL), -EFAULT);
		if (end >= 1) {
			assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
			assert_int_equal(lfb_machine_boot(rig.machine), 0);
		}
		for (int fd = 0; fd < 10; fd++) {
			assert_int_equal(lfb_agent_close(rig.agent, fd), -EBADF);
			assert_int_equal(lfb_agent_close(other, fd), -EBADF);
		}
	}
	assert_int_equal(rig_update(&rig), 0);
}

static void an_agent_may_be_destroyed_in_any_state(void **state)
{
	for (int end = 0; end < 4; end++) {
		struct lfb_agent *agent = new_agent("short-lived");

		assert_int_equal(lfb_agent_open(agent), 3);
		assert_int_equal(lfb_agent_create_session(agent, 3, "vm"), 4);
		if (end == 1)
			assert_int_equal(lfb_machine_call(rig.machine, die, NULL), -EFAULT);
		if (end == 2)
			assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
		if (end == 3)
			assert_int_equal(lfb_machine_prepare(rig.machine), 0);
		lfb_agent_destroy(agent);
		assert_int_equal(lfb_agent_open(agent), -EINVAL);
		assert_int_equal(rig_still_works(&rig), 0);
	}
}

static void an_agent_ends_with_its_machine(void **state)
{
	struct lfb_machine *machine;
	struct lfb_agent *agents[20];

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(lfb_agent_create(machine, "agent", &agents[i]), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	for (int i = 0; i < 20; i++)
		assert_int_equal(lfb_agent_open(agents[i]), i ? -EBUSY : 3);
	lfb_machine_destroy(machine);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(lfb_agent_open(agents[i]), -EINVAL);
		lfb_agent_destroy(agents[i]);
	}
}

static void names_are_copied_and_cut(void **state)
{
	char name[] = "a-name-of-more-than-thirty-one-bytes-for-an-agent";
	struct lfb_agent *named = new_agent(name), *nameless = new_agent(NULL);

	memset(name, 'x', sizeof(name) - 1);
	rig_record(&rig);
	assert_int_equal(lfb_agent_close(named, 3), -EBADF);
	assert_non_null(strstr(rig.log, "agent    a-name-of-more-than-thirty-one- close"));
	assert_int_equal(lfb_agent_close(nameless, 3), -EBADF);
	assert_non_null(strstr(rig.log, "agent    agent "));
}

/* Session names go over the wire in 64 bytes; a string that is longer is cut there. */
static void session_names_of_any_length(void **state)
{
	const char *profile;
	char name[130];

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		/* Where names are not checked it is cut to 63 bytes, and that one is taken. */
		bool cut = lfb_profile_has_quirk(profile, "SESSION_NAME_UNCHECKED");
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.memory = 8 << 20,
			.profile = profile,
		};

		rig_stop(&rig);
		assert_int_equal(rig_start(&rig, &options), 0);
		assert_int_equal(lfb_agent_open(rig.agent), 3);
		for (size_t length = 1; length < sizeof(name); length++) {
			int fd;

			memset(name, 'n', length);
			name[length] = '\0';
			fd = lfb_agent_create_session(rig.agent, 3, name);
			if (length < 64)
				assert_true(fd > 3);
			else
				assert_int_equal(fd, cut ? -EEXIST : -EINVAL);
		}
	}
}

/* A byte too few, more that are zero, and more that are not; in the next request alone. */
static void requests_may_be_of_other_sizes(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		const struct lfb_machine_options options = {
			.sz = sizeof(options),
			.memory = 8 << 20,
			.profile = profile,
		};
		int session, file;

		rig_stop(&rig);
		assert_int_equal(rig_start(&rig, &options), 0);
		assert_int_equal(lfb_agent_open(rig.agent), 3);
		file = rig_open_file(&rig, 1);
		assert_int_equal(lfb_agent_argument(rig.agent, LFB_ARGUMENT_SHORT), 0);
		assert_int_equal(lfb_agent_create_session(rig.agent, 3, "s"), -EINVAL);
		lfb_agent_argument(rig.agent, LFB_ARGUMENT_TAIL);
		assert_int_equal(lfb_agent_create_session(rig.agent, 3, "s"), -E2BIG);
		lfb_agent_argument(rig.agent, LFB_ARGUMENT_LONG);
		session = lfb_agent_create_session(rig.agent, 3, "s");
		assert_true(session > 3);
		lfb_agent_argument(rig.agent, LFB_ARGUMENT_TAIL);
		assert_int_equal(lfb_agent_preserve(rig.agent, session, file, 1), -E2BIG);
		assert_int_equal(lfb_agent_preserve(rig.agent, session, file, 1), 0);
	}
	assert_int_equal(lfb_agent_argument(rig.agent, LFB_ARGUMENT_TAIL + 1), -EINVAL);
}

static void a_file_of_an_earlier_kernel_is_a_stale_pointer(void **state)
{
	struct file *stale;

	assert_int_equal(rig_open_file(&rig, 1), 3);
	stale = lfb_agent_file(rig.agent, 3);
	assert_non_null(stale);
	assert_int_equal(lfb_machine_kexec(rig.machine), 0);
	assert_null(lfb_agent_file(rig.agent, 3));
	assert_int_equal(lfb_agent_install(rig.agent, stale), 3);
	assert_int_equal(lfb_agent_finish(rig.agent, 3), -EFAULT);
	assert_int_equal(lfb_machine_state(rig.machine), LFB_PANICKED);
	assert_non_null(strstr(lfb_last_complaint(rig.machine), "stale pointer"));
	assert_int_equal(rig_still_works(&rig), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_lowest_descriptor_from_three_is_given),
		TEST(agents_have_descriptors_of_their_own),
		TEST(the_device_has_one_opener),
		TEST(the_end_of_an_agent_closes_what_it_has_open),
		TEST(descriptors_end_with_their_kernel),
		TEST(an_agent_may_be_destroyed_in_any_state),
		TEST(an_agent_ends_with_its_machine),
		TEST(names_are_copied_and_cut),
		TEST(session_names_of_any_length),
		TEST(requests_may_be_of_other_sizes),
		TEST(a_file_of_an_earlier_kernel_is_a_stale_pointer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
