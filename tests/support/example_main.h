/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The tests of an example, which was included before: it makes no mistakes, and none when any one
 * of its steps fails, once or from there on for good.
 */
#ifndef TESTS_SUPPORT_EXAMPLE_MAIN_H
#define TESTS_SUPPORT_EXAMPLE_MAIN_H

#undef main
#undef lfb_machine_create
#undef lfb_machine_destroy

#include <fcntl.h>
#include <unistd.h>

#include "sim/kernel/memory/asan.h"

static void the_example_has_no_findings(void **state)
{
	(void)state;
	example.seen = 0;
	assert_int_equal(example_main(), 0);
	assert_true(example.seen);
}

/* What an example says while its steps fail is of no interest. */
static int silence(int fd)
{
	int kept = dup(fd), null = open("/dev/null", O_WRONLY);

	assert_true(kept >= 0 && null >= 0);
	fflush(stdout);
	dup2(null, fd);
	close(null);
	return kept;
}

static void speak(int fd, int kept)
{
	fflush(stdout);
	dup2(kept, fd);
	close(kept);
}

/* Returns how many points there are. */
static unsigned long fail_each(bool forever)
{
	const struct lfb_fault_plan plan = {
		.sz = sizeof(plan),
		.kinds = LFB_FAULT_ANY,
		.forever = forever,
		.nth = 1,
	};

	example.plan = plan;
	example.armed = true;
	do {
		example.hits = 0;
		example.result = example_main();
		if (example.finding[0] || example.result < 0 || example.result > 1)
			break;
		example.plan.nth++;
	} while (example.hits);
	example.armed = false;
	return example.plan.nth - 2;
}

static void no_step_that_fails_makes_it_make_mistakes(void **state)
{
	(void)state;
	/* With sanitizers, which make it long, the other builds' half is enough. */
	for (int forever = LFB_ASAN; forever < 2; forever++) {
		int out = silence(STDOUT_FILENO), err = silence(STDERR_FILENO);
		unsigned long points;

		points = fail_each(forever);
		speak(STDERR_FILENO, err);
		speak(STDOUT_FILENO, out);
		if (example.finding[0])
			fail_msg("point %lu%s: %s", example.plan.nth, forever ? ", forever" : "",
				 example.finding);
		assert_in_range(example.result, 0, 1);
		assert_true(points > 20);
		printf("%lu fault points, each fails %s\n", points, forever ? "for good" : "once");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_example_has_no_findings),
		cmocka_unit_test(no_step_that_fails_makes_it_make_mistakes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

#endif
