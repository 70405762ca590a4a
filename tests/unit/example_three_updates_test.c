/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The example makes no mistake but the one it shows: a session that is forgotten. */
#define EXAMPLE_FINDING LFB_FINDING_SESSION_NEVER_FINISHED
#include "tests/support/example_findings.h"

#include "examples/three_updates.c"

#undef main

static void the_example_has_one_finding(void **state)
{
	(void)state;
	assert_int_equal(example_main(), 0);
	assert_true(machines_seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_has_one_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
