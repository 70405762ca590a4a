// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Without libdw a finding says places that other tools turn into lines. */
#define _GNU_SOURCE /* dladdr() */
#include <dlfcn.h>
#include <stdio.h>

#include "tests/support/world.h"

#include <luo/fixture.h>

/* Stands in front of the C library's: nothing more can be loaded. */
void *dlopen(const char *file, int mode)
{
	(void)file;
	(void)mode;
	return NULL;
}

static struct lfb_fixture fixture;

static __attribute__((noinline)) long complain(void *nothing)
{
	WARN_ON(true);
	return 0;
}

static void a_place_is_the_object_and_the_offset_in_it(void **state)
{
	static char text[4096];
	const char *at;
	unsigned long offset;
	Dl_info object;

	lfb_fixture_expect(&fixture, LFB_FINDING_KERNEL_WARN);
	lfb_assert_ok(fixture.machine, lfb_machine_call(fixture.machine, complain, NULL));
	lfb_finding_format(lfb_finding_at(fixture.machine, 0), text, sizeof(text));
	assert_null(strstr(text, "where_unknown_test.c:"));
	at = strstr(text, "  at:     where_unknown_test+0x");
	if (!at)
		fail_msg("no place in %s", text);
	/* One of them is in complain(). */
	assert_true(dladdr((void *)(uintptr_t)complain, &object));
	for (; (at = strstr(at, "where_unknown_test+0x")); at++) {
		assert_int_equal(sscanf(at, "where_unknown_test+0x%lx", &offset), 1);
		if ((uintptr_t)object.dli_fbase + offset - (uintptr_t)complain < 256)
			return;
	}
	fail_msg("complain() is not there: %s", text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		lfb_unit_test(a_place_is_the_object_and_the_offset_in_it, &fixture),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
