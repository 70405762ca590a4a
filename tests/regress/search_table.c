// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A search with more states than its table has room for at first: each is found again when the
 * table has grown.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <luo/exhaust.h>

static void states_are_found_again_in_a_table_that_grew(void **state)
{
	const struct lfb_exhaust_options options = { .sz = sizeof(options), .length = 4 };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	(void)state;
	assert_int_equal(lfb_exhaust(&options, &result), 0);
	assert_null(result.scenario);
	assert_int_equal(result.states, 1460);
	assert_int_equal(result.sequences, 1259821);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(states_are_found_again_in_a_table_that_grew),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
