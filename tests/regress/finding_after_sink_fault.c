// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A trace sink that faults on a finding ends that kernel, and findings go on in the next. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include <luo/finding.h>
#include <luo/lfb.h>
#include <luo/machine.h>
#include <luo/slab.h>
#include <luo/trace.h>

static bool faulty;
static volatile int *volatile nowhere = (int *)8;

static void sink(void *context, const struct lfb_event *event)
{
	(void)context;
	if (event->kind != LFB_EVENT_FINDING || !faulty)
		return;
	faulty = false;
	*nowhere = 1;
}

static long free_inside(void *argument)
{
	char *object = kmalloc(64, GFP_KERNEL);

	(void)argument;
	kfree(object + 16);
	return 0;
}

static void findings_survive_a_sink_that_faults(void **state)
{
	struct lfb_machine *machine;

	(void)state;
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_trace_to(machine, sink, NULL), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	faulty = true;
	assert_int_equal(lfb_machine_call(machine, free_inside, NULL), -EFAULT);
	assert_false(faulty);
	lfb_findings_clear(machine);

	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_machine_call(machine, free_inside, NULL), -EFAULT);
	assert_int_equal(lfb_finding_count(machine), 1);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(findings_survive_a_sink_that_faults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
