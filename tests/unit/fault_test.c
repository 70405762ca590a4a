// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Fault points: which one fails, for every plan. */
#include "sim/kernel/kernel.h"
#include "tests/support/event.h"
#include "tests/support/test.h"

#define POINTS 12u

static struct lfb_kernel kernel;
static char line[128];

static void keep(void *context, const struct lfb_event *event)
{
	event_words(event, line, sizeof(line));
}

static int new_kernel(void **state)
{
	lfb__choices_destroy(&kernel.choices);
	memset(&kernel, 0, sizeof(kernel));
	kernel.checks = LFB_CHECKS_OFF;
	lfb__choices_seed(&kernel.choices, 1);
	return 0;
}

static int end_kernel(void **state)
{
	lfb__choices_destroy(&kernel.choices);
	return 0;
}

static int arm(unsigned int kinds, unsigned long nth, bool forever, unsigned int chance)
{
	struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = kinds,
		.nth = nth,
		.forever = forever,
		.chance = chance,
	};

	return lfb__faults_arm(&kernel, &plan);
}

/* Passes @count points of @kind; bit n of the result: point n failed. */
static unsigned int pass(enum lfb_fault_kind kind, unsigned int count)
{
	unsigned int failed = 0;

	for (unsigned int i = 0; i < count; i++) {
		if (lfb__fault(&kernel, kind, "here"))
			failed |= 1u << i;
	}
	return failed;
}

static void every_kind_has_a_name_of_its_own(void **state)
{
	for (int a = 0; a < LFB_FAULT_KINDS; a++) {
		assert_string_not_equal(lfb_fault_kind_name(a), "unknown");
		for (int b = 0; b < a; b++)
			assert_string_not_equal(lfb_fault_kind_name(a), lfb_fault_kind_name(b));
	}
	assert_string_equal(lfb_fault_kind_name(LFB_FAULT_ALLOC), "alloc");
	assert_string_equal(lfb_fault_kind_name(LFB_FAULT_KINDS), "unknown");
}

static void without_a_plan_nothing_fails_and_all_is_counted(void **state)
{
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		assert_int_equal(pass(kind, (unsigned int)kind + 1), 0);
		assert_int_equal(kernel.faults.count[kind], kind + 1);
	}
	assert_int_equal(kernel.faults.hits, 0);
	assert_int_equal(kernel.faults.reached, 0);
	assert_int_equal(kernel.trace.count[LFB_EVENT_FAULT], 0);
}

static void the_nth_point_fails(void **state)
{
	for (unsigned int nth = 1; nth <= POINTS + 1; nth++) {
		unsigned int expected = nth <= POINTS ? 1u << (nth - 1) : 0;

		assert_int_equal(arm(LFB_FAULT_ANY, nth, false, 0), 0);
		assert_int_equal(pass(LFB_FAULT_KHO, POINTS), expected);
		assert_int_equal(kernel.faults.hits, expected != 0);
		assert_int_equal(kernel.faults.count[LFB_FAULT_KHO], POINTS);
		assert_int_equal(kernel.faults.reached, POINTS);
	}
	assert_int_equal(kernel.trace.count[LFB_EVENT_FAULT], POINTS);
}

static void forever_fails_the_nth_and_all_later_points(void **state)
{
	for (unsigned int nth = 1; nth <= POINTS + 1; nth++) {
		assert_int_equal(arm(LFB_FAULT_ANY, nth, true, 0), 0);
		assert_int_equal(pass(LFB_FAULT_ALLOC, POINTS),
				 ((1u << POINTS) - 1) & ~((1u << (nth - 1)) - 1));
		assert_int_equal(kernel.faults.hits, POINTS + 1 - nth);
	}
}

static void only_points_of_the_plans_kinds_count_and_fail(void **state)
{
	for (unsigned int kinds = 0; kinds <= LFB_FAULT_ANY; kinds++) {
		unsigned int seen = 0;

		assert_int_equal(arm(kinds, 2, false, 0), 0);
		for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
			if (kinds & (1u << kind))
				seen++;
			assert_int_equal(lfb__fault(&kernel, kind, "here"),
					 (kinds & (1u << kind)) && seen == 2);
		}
	}
}

static void with_nth_0_the_choice_stream_decides(void **state)
{
	const unsigned int list[] = { 1, 2, 0, 1, 0, 2 };

	for (int forever = 0; forever < 2; forever++) {
		assert_int_equal(lfb__choices_list(&kernel.choices, list, ARRAY_SIZE(list)), 0);
		assert_int_equal(arm(1u << LFB_FAULT_FDT, 0, forever, 3), 0);
		assert_int_equal(pass(LFB_FAULT_KHO, 5), 0);
		assert_int_equal(pass(LFB_FAULT_FDT, ARRAY_SIZE(list)), forever ? 0x3c : 0x14);
		/* Once fired for good there is nothing left to decide. */
		assert_int_equal(kernel.choices.record_count, forever ? 3 : ARRAY_SIZE(list));
	}
}

static void all_ways_to_fail_can_be_enumerated(void **state)
{
	unsigned int seen[8] = { 0 };

	lfb__choices_all(&kernel.choices);
	do {
		assert_int_equal(arm(LFB_FAULT_ANY, 0, false, 2), 0);
		seen[pass(LFB_FAULT_MODULE, 3)]++;
	} while (lfb__choices_next(&kernel.choices));
	for (size_t i = 0; i < ARRAY_SIZE(seen); i++)
		assert_int_equal(seen[i], 1);
}

static void a_failing_point_is_an_event(void **state)
{
	kernel.trace.sink = keep;
	assert_int_equal(arm(LFB_FAULT_ANY, 1, false, 0), 0);
	assert_true(lfb__fault(&kernel, LFB_FAULT_FLB_RETRIEVE, "flb-0-v1"));
	assert_string_equal(line, "fault flb-0-v1 fail: flb-retrieve");
	assert_string_equal(kernel.trace.complaint, "");
}

static void plans_that_make_no_sense_are_refused_and_change_nothing(void **state)
{
	struct lfb_fault_plan newer = { .sz = sizeof(newer) + 8, .kinds = 1, .nth = 5 };

	assert_int_equal(arm(LFB_FAULT_ANY, 2, false, 0), 0);
	assert_int_equal(pass(LFB_FAULT_ALLOC, 1), 0);

	assert_int_equal(arm(LFB_FAULT_ANY + 1, 1, false, 0), -EINVAL);
	assert_int_equal(arm(LFB_FAULT_ANY, 0, false, 0), -EINVAL);
	assert_int_equal(kernel.faults.count[LFB_FAULT_ALLOC], 1);
	assert_int_equal(pass(LFB_FAULT_ALLOC, 2), 1);

	assert_int_equal(lfb__faults_arm(&kernel, &newer), 0);
	assert_int_equal(kernel.faults.plan.nth, 5);
}

static void arming_starts_to_count_again(void **state)
{
	assert_int_equal(arm(LFB_FAULT_ANY, 1, false, 0), 0);
	assert_int_equal(pass(LFB_FAULT_ALLOC, 3), 1);
	assert_int_equal(arm(0, 0, false, 0), 0);
	assert_int_equal(kernel.faults.hits, 0);
	assert_int_equal(pass(LFB_FAULT_ALLOC, 3), 0);
	assert_int_equal(kernel.faults.count[LFB_FAULT_ALLOC], 3);
	assert_int_equal(lfb__faults_arm(&kernel, NULL), 0);
	assert_int_equal(kernel.faults.count[LFB_FAULT_ALLOC], 0);
	assert_int_equal(pass(LFB_FAULT_ALLOC, 3), 0);
}

#define TEST(test) cmocka_unit_test_setup_teardown(test, new_kernel, end_kernel)

static void a_second_point_fails_so_many_later(void **state)
{
	for (unsigned long nth = 1; nth < POINTS; nth++) {
		for (unsigned long then = 1; nth + then <= POINTS; then++) {
			struct lfb_fault_plan plan = {
				.sz = sizeof(plan),
				.kinds = LFB_FAULT_ANY,
				.nth = nth,
				.then = then,
			};

			assert_int_equal(lfb__faults_arm(&kernel, &plan), 0);
			assert_int_equal(pass(LFB_FAULT_KHO, POINTS),
					 1u << (nth - 1) | 1u << (nth + then - 1));
			assert_int_equal(kernel.faults.hits, 2);
		}
	}
}

static void which_point_failed_last_is_known(void **state)
{
	assert_int_equal(arm(LFB_FAULT_ANY, 2, false, 0), 0);
	assert_string_equal(kernel.faults.where, "");
	lfb__fault(&kernel, LFB_FAULT_KHO, "first");
	lfb__fault(&kernel, LFB_FAULT_FDT, "second");
	lfb__fault(&kernel, LFB_FAULT_ALLOC, "third");
	assert_string_equal(kernel.faults.where, "second");
	assert_int_equal(kernel.faults.kind, LFB_FAULT_FDT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_kind_has_a_name_of_its_own),
		TEST(without_a_plan_nothing_fails_and_all_is_counted),
		TEST(the_nth_point_fails),
		TEST(forever_fails_the_nth_and_all_later_points),
		TEST(only_points_of_the_plans_kinds_count_and_fail),
		TEST(with_nth_0_the_choice_stream_decides),
		TEST(all_ways_to_fail_can_be_enumerated),
		TEST(a_failing_point_is_an_event),
		TEST(plans_that_make_no_sense_are_refused_and_change_nothing),
		TEST(arming_starts_to_count_again),
		TEST(a_second_point_fails_so_many_later),
		TEST(which_point_failed_last_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
