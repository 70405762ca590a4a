// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernel messages, WARN, BUG and panic. */
#include "sim/kernel/kernel.h"
#include "tests/support/event.h"
#include "tests/support/test.h"

static struct lfb_kernel kernel;
static char line[256];

static void keep(void *context, const struct lfb_event *event)
{
	event_words(event, line, sizeof(line));
}

static int enter_kernel(void **state)
{
	memset(&kernel, 0, sizeof(kernel));
	kernel.checks = LFB_CHECKS_OFF;
	kernel.trace.sink = keep;
	lfb__current = &kernel;
	line[0] = '\0';
	return 0;
}

static int leave_kernel(void **state)
{
	lfb__current = NULL;
	return 0;
}

static void messages_name_their_level(void **state)
{
	pr_emerg("%d\n", 1);
	assert_string_equal(line, "printk emerg print: 1");
	pr_alert("%d\n", 2);
	assert_string_equal(line, "printk alert print: 2");
	pr_crit("%d\n", 3);
	assert_string_equal(line, "printk crit print: 3");
	pr_err("%d\n", 4);
	assert_string_equal(line, "printk err print: 4");
	pr_warn("%d\n", 5);
	assert_string_equal(line, "printk warning print: 5");
	pr_notice("%d\n", 6);
	assert_string_equal(line, "printk notice print: 6");
	pr_info("%d\n", 7);
	assert_string_equal(line, "printk info print: 7");
	pr_debug("%d\n", 8);
	assert_string_equal(line, "printk debug print: 8");
	lfb_printk((enum lfb_level)99, "%d\n", 9);
	assert_string_equal(line, "printk unknown print: 9");
}

static void messages_are_no_complaints(void **state)
{
	pr_err("bad\n");
	assert_string_equal(kernel.trace.complaint, "");
	kernel.trace.sink = NULL;
	line[0] = '\0';
	pr_err("bad\n");
	assert_string_equal(line, "");
}

static void warnings_say_where_and_go_on(void **state)
{
	unsigned int evaluated = 0;

	assert_false(WARN_ON(evaluated++ > 0));
	assert_false(WARN(evaluated++ > 1, "unused"));
	assert_int_equal(kernel.trace.count[LFB_EVENT_WARN], 0);

	assert_true(WARN_ON(evaluated == 2));
	assert_string_equal(line, "warn warnings_say_where_and_go_on warn: evaluated == 2");
	assert_true(WARN(evaluated == 2, "count is %u\n", evaluated));
	assert_string_equal(line, "warn warnings_say_where_and_go_on warn: count is 2");
	assert_true(WARN_ON_ONCE(evaluated == 2));
	assert_int_equal(kernel.trace.count[LFB_EVENT_WARN], 3);
	assert_int_equal(kernel.dead, LFB_ALIVE);
}

static void bug_and_panic_end_the_kernel(void **state)
{
	int zero = 0;

	BUG_ON(zero == 1);
	assert_int_equal(kernel.dead, LFB_ALIVE);
	BUG_ON(zero == 0);
	assert_string_equal(line, "bug bug_and_panic_end_the_kernel stop: zero == 0");
	assert_int_equal(kernel.dead, LFB_DEATH_PANIC);

	kernel.dead = LFB_ALIVE;
	BUG();
	assert_string_equal(line, "bug bug_and_panic_end_the_kernel stop: BUG");
	assert_int_equal(kernel.dead, LFB_DEATH_PANIC);

	kernel.dead = LFB_ALIVE;
	panic("cannot read session %d\n", 4);
	assert_string_equal(line, "panic kernel panic: cannot read session 4");
	assert_int_equal(kernel.dead, LFB_DEATH_PANIC);
}

static void outside_of_a_kernel_nothing_is_said(void **state)
{
	lfb__current = NULL;
	pr_info("hello\n");
	assert_true(WARN_ON(true));
	BUG();
	panic("nobody is there");
	assert_string_equal(line, "");
	assert_string_equal(kernel.trace.complaint, "");
	assert_int_equal(kernel.dead, LFB_ALIVE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(messages_name_their_level, enter_kernel,
						leave_kernel),
		cmocka_unit_test_setup_teardown(messages_are_no_complaints, enter_kernel,
						leave_kernel),
		cmocka_unit_test_setup_teardown(warnings_say_where_and_go_on, enter_kernel,
						leave_kernel),
		cmocka_unit_test_setup_teardown(bug_and_panic_end_the_kernel, enter_kernel,
						leave_kernel),
		cmocka_unit_test_setup_teardown(outside_of_a_kernel_nothing_is_said, enter_kernel,
						leave_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
