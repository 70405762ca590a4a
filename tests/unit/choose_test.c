// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The choice stream and the four things that can answer it. */
#include "sim/kernel/kernel.h"
#include "tests/support/test.h"

/* Sanitized builds: an allocation that is too large fails, as it does in others. */
const char *__asan_default_options(void);
const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static struct lfb_choices choices;

static int new_choices(void **state)
{
	memset(&choices, 0, sizeof(choices));
	lfb__choices_seed(&choices, 0);
	return 0;
}

static int end_choices(void **state)
{
	lfb__choices_destroy(&choices);
	return 0;
}

static unsigned int choose(unsigned int bound)
{
	return lfb__choices_choose(&choices, bound);
}

static void a_seed_gives_the_same_decisions_each_time(void **state)
{
	unsigned int first[64];

	for (u64 seed = 0; seed < 8; seed++) {
		lfb__choices_seed(&choices, seed);
		for (unsigned int i = 0; i < 64; i++)
			first[i] = choose(i + 2);
		lfb__choices_seed(&choices, seed);
		for (unsigned int i = 0; i < 64; i++)
			assert_int_equal(choose(i + 2), first[i]);
		lfb__choices_seed(&choices, seed + 1);
		for (unsigned int i = 0; i < 64; i++)
			choose(i + 2);
		assert_memory_not_equal(choices.record, first, sizeof(first));
	}
}

/* The published first outputs of splitmix64 for seed 1234567, high halves. */
static void the_generator_is_splitmix64(void **state)
{
	lfb__choices_seed(&choices, 1234567);
	assert_int_equal(choose(UINT32_MAX), (6457827717110365317ull >> 32) - 1);
	assert_int_equal(choose(UINT32_MAX), (3203168211198807973ull >> 32) - 1);
}

static void decisions_stay_below_their_bound(void **state)
{
	static const u8 bytes[] = { 0xff, 0x80, 0x7f, 0x01, 0xfe };
	static const unsigned int list[] = { UINT32_MAX, 0x80000000u, 12345 };

	for (unsigned int source = 0; source < 4; source++) {
		for (unsigned int bound = 0; bound < 600; bound++) {
			if (source == 0)
				lfb__choices_seed(&choices, bound);
			else if (source == 1)
				assert_int_equal(lfb__choices_list(&choices, list, 3), 0);
			else if (source == 2)
				assert_int_equal(lfb__choices_bytes(&choices, bytes, 5), 0);
			else
				lfb__choices_all(&choices);
			for (int i = 0; i < 8; i++)
				assert_true(choose(bound) < (bound ? bound : 1));
		}
	}
}

static void the_generator_reaches_every_possibility(void **state)
{
	for (unsigned int bound = 1; bound <= 16; bound++) {
		unsigned int seen = 0;

		for (unsigned int i = 0; i < 64 * bound; i++)
			seen |= 1u << choose(bound);
		assert_int_equal(seen, (1u << bound) - 1);
	}
}

static void a_list_is_followed_then_all_is_0(void **state)
{
	const unsigned int list[] = { 3, 1, 7 };

	assert_int_equal(lfb__choices_list(&choices, list, 3), 0);
	assert_int_equal(choose(5), 3);
	assert_int_equal(choose(5), 1);
	assert_int_equal(choose(5), 2);
	for (int i = 0; i < 10; i++)
		assert_int_equal(choose(5), 0);

	assert_int_equal(lfb__choices_list(&choices, NULL, 0), 0);
	assert_int_equal(choose(5), 0);
	assert_int_equal(lfb__choices_list(&choices, NULL, 1), -EINVAL);
}

static void bytes_are_read_one_or_four_a_decision(void **state)
{
	const u8 bytes[] = { 7, 255, 0x01, 0x02, 0x03, 0x04, 0xaa, 0xbb };

	assert_int_equal(lfb__choices_bytes(&choices, bytes, sizeof(bytes)), 0);
	assert_int_equal(choose(5), 2);
	assert_int_equal(choose(256), 255);
	assert_int_equal(choose(0x80000000u), 0x04030201);
	/* What is left of the last four, then 0 for ever. */
	assert_int_equal(choose(0x80000000u), 0xbbaa);
	assert_int_equal(choose(0x80000000u), 0);
	assert_int_equal(choose(2), 0);

	assert_int_equal(lfb__choices_bytes(&choices, NULL, 0), 0);
	assert_int_equal(choose(9), 0);
	assert_int_equal(lfb__choices_bytes(&choices, NULL, 1), -EINVAL);
}

static void a_refused_source_leaves_the_old_one(void **state)
{
	const unsigned int list[] = { 4, 3 };

	assert_int_equal(lfb__choices_list(&choices, list, 2), 0);
	assert_int_equal(choose(9), 4);
	assert_int_equal(lfb__choices_bytes(&choices, NULL, 1), -EINVAL);
	assert_int_equal(lfb__choices_bytes(&choices, list, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(lfb__choices_list(&choices, list, SIZE_MAX / 2), -ENOMEM);
	assert_int_equal(choose(9), 3);
	assert_int_equal(choices.record_count, 2);
}

static void all_combinations_are_met_once_in_order(void **state)
{
	for (unsigned int a = 1; a <= 4; a++) {
		for (unsigned int b = 1; b <= 4; b++) {
			for (unsigned int c = 1; c <= 4; c++) {
				unsigned int runs = 0;

				lfb__choices_all(&choices);
				do {
					unsigned int run = choose(a) * b * c;

					run += choose(b) * c;
					run += choose(c);
					assert_int_equal(run, runs);
					runs++;
				} while (lfb__choices_next(&choices));
				assert_int_equal(runs, a * b * c);
			}
		}
	}
}

/* Every non-empty strictly falling sequence below 8, each step's bound set by the one before. */
static void bounds_may_depend_on_earlier_decisions(void **state)
{
	bool seen[256] = { false };
	unsigned int runs = 0;

	lfb__choices_all(&choices);
	do {
		unsigned int set = 0;

		for (unsigned int bound = 8; bound > 0;) {
			unsigned int step = choose(bound);

			set |= 1u << step;
			bound = step;
		}
		assert_false(seen[set]);
		seen[set] = true;
		runs++;
	} while (lfb__choices_next(&choices));
	/* They all end in 0: the sets of numbers below 8 that hold 0. */
	assert_int_equal(runs, 128);
}

static void a_body_without_decisions_runs_once(void **state)
{
	lfb__choices_all(&choices);
	assert_false(lfb__choices_next(&choices));
	/* And the next round starts from the beginning. */
	assert_int_equal(choose(2), 0);
	assert_true(lfb__choices_next(&choices));
	assert_int_equal(choose(2), 1);
	assert_false(lfb__choices_next(&choices));
	assert_int_equal(choose(2), 0);
}

static void a_body_that_asks_differently_stays_in_bounds_and_ends(void **state)
{
	unsigned int runs = 0;

	lfb__choices_all(&choices);
	do {
		unsigned int bound = runs % 2 ? 2 : 5;

		for (unsigned int i = 0; i < 3 - runs % 3; i++)
			assert_true(choose(bound) < bound);
		runs++;
	} while (lfb__choices_next(&choices) && runs < 1000);
	assert_true(runs > 1);
}

static void only_the_odometer_has_a_next_combination(void **state)
{
	assert_false(lfb__choices_next(&choices));
	choose(2);
	assert_false(lfb__choices_next(&choices));
}

static void a_record_replays_any_run(void **state)
{
	static const u8 bytes[] = { 200, 3, 77, 1, 0, 0, 9, 255 };
	unsigned int first[100];

	for (unsigned int source = 0; source < 3; source++) {
		if (source == 0)
			lfb__choices_seed(&choices, 42);
		else if (source == 1)
			assert_int_equal(lfb__choices_bytes(&choices, bytes, sizeof(bytes)), 0);
		else
			lfb__choices_all(&choices);
		for (unsigned int i = 0; i < 100; i++)
			first[i] = choose(1 + i % 7);
		assert_int_equal(choices.record_count, 100);
		assert_int_equal(lfb__choices_list(&choices, choices.record, 100), 0);
		assert_int_equal(choices.record_count, 0);
		for (unsigned int i = 0; i < 100; i++)
			assert_int_equal(choose(1 + i % 7), first[i]);
		assert_memory_equal(choices.record, first, sizeof(first));
	}
}

static void the_record_of_an_endless_run_keeps_its_beginning(void **state)
{
	for (unsigned int i = 0; i < (1u << 20) + 5; i++)
		choose(3);
	assert_int_equal(choices.record_count, 1u << 20);
	assert_true(choices.record_ended);
	lfb__choices_seed(&choices, 0);
	choose(3);
	assert_int_equal(choices.record_count, 1);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, new_choices, end_choices)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_seed_gives_the_same_decisions_each_time),
		TEST(the_generator_is_splitmix64),
		TEST(decisions_stay_below_their_bound),
		TEST(the_generator_reaches_every_possibility),
		TEST(a_list_is_followed_then_all_is_0),
		TEST(bytes_are_read_one_or_four_a_decision),
		TEST(a_refused_source_leaves_the_old_one),
		TEST(all_combinations_are_met_once_in_order),
		TEST(bounds_may_depend_on_earlier_decisions),
		TEST(a_body_without_decisions_runs_once),
		TEST(a_body_that_asks_differently_stays_in_bounds_and_ends),
		TEST(only_the_odometer_has_a_next_combination),
		TEST(a_record_replays_any_run),
		TEST(the_record_of_an_endless_run_keeps_its_beginning),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
