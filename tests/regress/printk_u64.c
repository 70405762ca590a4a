// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernel code prints a u64 with %llx and an s64 with %lld, without a warning of the compiler. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/kernel/linux/printk.h>
#include <luo/kernel/linux/types.h>

#include <luo/lfb.h>
#include <luo/machine.h>
#include <luo/trace.h>

static char printed[64];

static void sink(void *context, const struct lfb_event *event)
{
	(void)context;
	if (event->kind == LFB_EVENT_PRINTK)
		snprintf(printed, sizeof(printed), "%s", event->message);
}

static long print(void *argument)
{
	const u64 *data = argument;

	pr_info("data 0x%llx, %lld\n", *data, (s64)-1);
	return 0;
}

static void a_u64_is_printed_as_in_the_kernel(void **state)
{
	u64 data = 0x123456789abcdef0;
	struct lfb_machine *machine;

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_trace_to(machine, sink, NULL), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, print, &data), 0);
	assert_string_equal(printed, "data 0x123456789abcdef0, -1");
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_u64_is_printed_as_in_the_kernel),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
