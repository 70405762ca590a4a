// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings say which lines of the user's program led there, and in a scenario none. */
#include <dlfcn.h>
#include <stdio.h>

#include "tests/support/world.h"

#include <luo/fixture.h>

static struct lfb_fixture fixture;
static char text[4096];
static int line_of_the_fault;

static const char *only_finding(void)
{
	assert_int_equal(lfb_finding_count(fixture.machine), 1);
	lfb_finding_format(lfb_finding_at(fixture.machine, 0), text, sizeof(text));
	return text;
}

static __attribute__((noinline)) long write_nowhere(void *nowhere)
{
	line_of_the_fault = __LINE__ + 1;
	*(volatile int *)nowhere = 1;
	return 0;
}

static __attribute__((noinline)) long complain(void *line)
{
	*(int *)line = __LINE__ + 1;
	WARN_ON(true);
	return 0;
}

/* "  at:     where_test.c:25 write_nowhere", and the test that called it. */
static void assert_at(int line, const char *function, const char *test)
{
	char wanted[128];
	const char *at = strstr(only_finding(), "  at:     ");
	void *libdw = dlopen("libdw.so.1", RTLD_LAZY);

	if (!libdw) {
		assert_non_null(strstr(text, "what:"));
		return;
	}
	dlclose(libdw);
	assert_non_null(at);
	snprintf(wanted, sizeof(wanted), "  at:     where_test.c:%d %s\n", line, function);
	if (strncmp(at, wanted, strlen(wanted)))
		fail_msg("not \"%s\": %s", wanted, text);
	snprintf(wanted, sizeof(wanted), " %s\n", test);
	assert_non_null(strstr(at, wanted));
}

static void a_fault_says_the_line_it_is_in(void **state)
{
	struct lfb_machine *before = lfb_machine_enter(fixture.machine);

	lfb_fixture_expect(&fixture, LFB_FINDING_MEM_WILD_POINTER);
	lfb_assert_error(fixture.machine,
			 lfb_machine_call(fixture.machine, write_nowhere, (void *)8), -EFAULT);
	lfb_machine_enter(before);
	assert_at(line_of_the_fault, "write_nowhere", "a_fault_says_the_line_it_is_in");
}

static void a_warning_says_the_line_it_is_in(void **state)
{
	int line;

	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, complain, &line));
	assert_at(line, "complain", "a_warning_says_the_line_it_is_in");
}

static void no_address_is_printed(void **state)
{
	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, complain, &(int){ 0 }));
	assert_null(strstr(only_finding(), "0x5"));
	assert_null(strstr(text, "0x7f"));
	assert_in_range(lfb_finding_at(fixture.machine, 0)->frames, 3, 64);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lfb_unit_test(a_fault_says_the_line_it_is_in, &fixture),
		lfb_unit_test(a_warning_says_the_line_it_is_in, &fixture),
		lfb_unit_test(no_address_is_printed, &fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
