// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A lock whose owner is gone names it, and nothing that was freed is used: not of an agent that
 * was destroyed, not of a machine that was.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/agent.h>
#include <luo/file.h>
#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/lock.h>
#include <luo/machine.h>

#define FD 3 /* an agent's first */

/* Static data of no module: no boot resets it. */
static DEFINE_MUTEX(kept);
static DEFINE_SPINLOCK(kept_spinning);

static long take(struct file *file, unsigned int cmd, unsigned long argument)
{
	(void)file;
	(void)argument;
	if (cmd)
		spin_lock(&kept_spinning);
	else
		mutex_lock(&kept);
	return 0;
}

static const struct file_operations fops = { .unlocked_ioctl = take };

static long make_file(void *argument)
{
	(void)argument;
	return (long)anon_inode_getfile("taker", &fops, NULL, 0);
}

static long give_back(void *argument)
{
	(void)argument;
	mutex_unlock(&kept);
	spin_unlock(&kept_spinning);
	return 0;
}

static struct lfb_machine *machine_on(void)
{
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	return machine;
}

static struct lfb_agent *agent_with_file(struct lfb_machine *machine, const char *name)
{
	struct lfb_agent *agent;
	struct file *file;

	assert_int_equal(lfb_agent_create(machine, name, &agent), 0);
	file = (struct file *)lfb_machine_call(machine, make_file, NULL);
	assert_int_equal(lfb_agent_install(agent, file), FD);
	return agent;
}

static void an_agent_that_is_destroyed_is_still_named_by_its_lock(void **state)
{
	struct lfb_machine *machine = machine_on();
	struct lfb_agent *first = agent_with_file(machine, "first");
	struct lfb_agent *second = agent_with_file(machine, "second");

	(void)state;
	assert_int_equal(lfb_agent_ioctl(first, FD, 0, NULL), 0);
	lfb_agent_destroy(first);
	assert_int_equal(lfb_agent_ioctl(second, FD, 0, NULL), -EDEADLK);
	assert_string_equal(lfb_error_text(machine), "the kernel died: mutex_lock: deadlock: task "
			    "second waits for kept held by first");
	lfb_machine_destroy(machine);
}

static void what_a_destroyed_agent_holds_can_be_given_back(void **state)
{
	struct lfb_machine *machine = machine_on();
	struct lfb_agent *agent = agent_with_file(machine, "agent");

	(void)state;
	lfb_lock_init(&kept.lock, "kept");
	assert_int_equal(lfb_agent_ioctl(agent, FD, 0, NULL), 0);
	assert_int_equal(lfb_agent_ioctl(agent, FD, 1, NULL), 0);
	lfb_agent_destroy(agent);
	assert_int_equal(lfb_machine_call(machine, give_back, NULL), 0);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_LOCK_NOT_HELD), 2);
	lfb_machine_destroy(machine);
}

static void a_lock_outlives_its_machine(void **state)
{
	struct lfb_machine *machine = machine_on();

	(void)state;
	assert_int_equal(lfb_agent_ioctl(agent_with_file(machine, "agent"), FD, 0, NULL), 0);
	assert_int_equal(lfb_agent_ioctl(agent_with_file(machine, "other"), FD, 1, NULL), 0);
	lfb_machine_destroy(machine);
	machine = machine_on();
	assert_int_equal(lfb_machine_call(machine, give_back, NULL), 0);
	assert_int_equal(lfb_agent_ioctl(agent_with_file(machine, "agent"), FD, 1, NULL), 0);
	lfb_machine_destroy(machine);
}

static void a_spinlock_held_since_before_a_reboot_is_given_back(void **state)
{
	struct lfb_machine *machine = machine_on();
	struct lfb_agent *agent = agent_with_file(machine, "agent");

	(void)state;
	lfb_lock_init(&kept.lock, "kept");
	lfb_lock_init(&kept_spinning.lock, "kept_spinning");
	assert_int_equal(lfb_agent_ioctl(agent, FD, 1, NULL), 0);
	assert_int_equal(lfb_machine_kexec(machine), 0);
	lfb_findings_clear(machine);
	lfb_machine_call(machine, give_back, NULL);
	/* The agent holds no spinlock now: it may sleep. */
	assert_int_equal(lfb_agent_close(agent, lfb_agent_open(agent)), 0);
	assert_int_equal(lfb_findings_of(machine, LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK), 0);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agent_that_is_destroyed_is_still_named_by_its_lock),
		cmocka_unit_test(what_a_destroyed_agent_holds_can_be_given_back),
		cmocka_unit_test(a_lock_outlives_its_machine),
		cmocka_unit_test(a_spinlock_held_since_before_a_reboot_is_given_back),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
