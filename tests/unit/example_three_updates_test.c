/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The example makes no mistakes. */
#include "tests/support/example_findings.h"

#include "examples/three_updates.c"

#undef main

static void the_example_has_no_findings(void **state)
{
	(void)state;
	assert_int_equal(example_main(), 0);
	assert_true(machines_seen);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_has_no_findings),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
