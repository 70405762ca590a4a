// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What another task does at a scheduling point is an operation of its own, and takes nothing from
 * the one it interrupts: neither the sentence about its error nor what findings call it.
 */
#define _GNU_SOURCE /* pthread_getname_np() */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/agent.h>
#include <luo/choose.h>
#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>
#include <luo/printk.h>

static struct lfb_machine *machine;
static bool acted;
static char sentence[128];

static long warn(void *argument)
{
	lfb_warn(argument, "told to");
	return 0;
}

/* The last thing that a preserve of no file does before it answers. */
static void at_unlock(void *context, const char *point, const char *object)
{
	(void)object;
	if (acted || strcmp(point, "mutex_unlock") || !*lfb_error_text(machine))
		return;
	acted = true;
	assert_int_equal(lfb_agent_close(context, 77), -EBADF);
	snprintf(sentence, sizeof(sentence), "%s", lfb_error_text(machine));
	lfb_machine_call(machine, warn, "inside");
}

static void each_task_has_its_own_sentence_and_operation(void **state)
{
	struct lfb_agent *agent, *other;
	int device, session;
	char thread[16];

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_agent_create(machine, "agent", &agent), 0);
	assert_int_equal(lfb_agent_create(machine, "other", &other), 0);
	device = lfb_agent_open(agent);
	session = lfb_agent_create_session(agent, device, "s");
	assert_int_equal(lfb_sched_to(machine, at_unlock, other), 0);
	assert_int_equal(lfb_agent_preserve(agent, session, 55, 1), -EBADF);
	assert_true(acted);
	assert_string_equal(sentence, "close: descriptor 77 is not open");
	assert_string_equal(lfb_error_text(machine), "descriptor 55 is not open");
	lfb_machine_call(machine, warn, "after");

	assert_int_equal(lfb_finding_count(machine), 2);
	assert_string_equal(lfb_finding_at(machine, 0)->doing, "module");
	assert_int_equal(pthread_getname_np(pthread_self(), thread, sizeof(thread)), 0);
	assert_string_equal(lfb_finding_at(machine, 0)->task, thread);
	/* Boot, open, create, preserve, close, and this. */
	assert_int_equal(lfb_finding_at(machine, 0)->operation, 6);
	assert_int_equal(lfb_finding_at(machine, 1)->operation, 7);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_task_has_its_own_sentence_and_operation),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
