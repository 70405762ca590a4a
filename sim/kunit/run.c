// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Runs suites, each in a machine; says so as KTAP does. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/macros.h>

#include "sim/kunit/kunit.h"

/* "SUITE" or "SUITE.CASE": the first dot is between them. */
static bool wanted(const struct lfb_kunit_run *run, const struct kunit_case *what)
{
	const char *dot = run->glob ? strchr(run->glob, '.') : NULL;
	char suite[256];

	if (!run->glob)
		return true;
	snprintf(suite, sizeof(suite), "%.*s", dot ? (int)(dot - run->glob) : 255, run->glob);
	return fnmatch(suite, run->suite->name, 0) == 0 &&
	       (!dot || fnmatch(dot + 1, what->name, 0) == 0);
}

static unsigned int nr_wanted(struct lfb_kunit_run *run, struct kunit_suite *suite)
{
	unsigned int count = 0;

	run->suite = suite;
	for (struct kunit_case *at = suite->test_cases; at->run_case; at++)
		count += wanted(run, at);
	return count;
}

static void add(struct lfb_kunit_counts *to, const struct lfb_kunit_counts *more)
{
	to->passed += more->passed;
	to->failed += more->failed;
	to->skipped += more->skipped;
}

static long suite_end(void *argument)
{
	struct lfb_kunit_run *run = argument;

	if (run->suite->suite_exit)
		run->suite->suite_exit(run->suite);
	return 0;
}

static void run_case(struct lfb_kunit_run *run, struct kunit_case *what, unsigned int number)
{
	static const char *const speeds[] = { "unset", "very_slow", "slow", "normal" };
	struct kunit test;

	lfb__kunit_begin(&test, what->name);
	if (what->generate_params) {
		lfb__kunit_values(run, &test, what);
	} else {
		lfb__kunit_one(run, &test, what);
		lfb__kunit_count(&run->counts, test.status);
	}
	if (what->attr.speed > KUNIT_SPEED_UNSET && what->attr.speed <= KUNIT_SPEED_NORMAL)
		lfb__kunit_line(1, "# %s.speed: %s", what->name, speeds[what->attr.speed]);
	lfb__kunit_count(&run->cases, test.status);
	lfb__kunit_result(1, &test, number, what->name);
}

static void run_cases(struct lfb_kunit_run *run)
{
	struct kunit_case *const cases = run->suite->test_cases;
	unsigned int number = 0;

	lfb__kunit_line(1, "KTAP version 1");
	lfb__kunit_line(1, "# Subtest: %s", run->suite->name);
	if (cases->run_case && cases->module_name)
		lfb__kunit_line(1, "# module: %s", cases->module_name);
	lfb__kunit_line(1, "1..%u", nr_wanted(run, run->suite));
	for (struct kunit_case *at = cases; at->run_case; at++) {
		if (wanted(run, at))
			run_case(run, at, ++number);
	}
}

/* From its suite_init() to its suite_exit(). What is found in these fails the suite. */
static void run_suite(struct lfb_kunit_run *run, unsigned int number)
{
	struct kunit_suite *const suite = run->suite;
	struct kunit test;
	long begun;

	run->counts = run->cases = (struct lfb_kunit_counts){ 0, 0, 0 };
	lfb__kunit_begin(&test, suite->name);
	suite->status = KUNIT_SUCCESS;
	suite->status_comment[0] = '\0';
	begun = lfb__kunit_boot(run);
	lfb__kunit_findings(run, &test, 0);
	if (lfb_machine_state(run->machine) != LFB_RUNNING)
		kunit_say(&test, "%s", lfb_error_text(run->machine));
	if (begun) {
		lfb__kunit_line(1, "# failed to initialize (%ld)", begun);
		test.status = KUNIT_FAILURE;
	} else if (suite->status == KUNIT_SKIPPED) {
		test.status = KUNIT_SKIPPED;
		snprintf(test.status_comment, sizeof(test.status_comment), "%s",
			 suite->status_comment);
	} else {
		const enum kunit_status status = test.status;

		run_cases(run);
		lfb__kunit_call(run, &test, suite_end, run);
		lfb__kunit_stats(0, suite->name, &run->cases);
		lfb__kunit_stats(0, "Totals", &run->counts);
		if (status == KUNIT_FAILURE || run->cases.failed)
			test.status = KUNIT_FAILURE;
		else if (test.status == KUNIT_SUCCESS && !run->cases.passed)
			test.status = KUNIT_SKIPPED;
	}
	if (test.status == KUNIT_FAILURE && !run->counts.failed)
		run->counts.failed++;
	lfb__kunit_result(0, &test, number, suite->name);
}

static void close_machine(struct lfb_kunit_run *run)
{
	lfb_machine_destroy(run->machine);
	run->machine = NULL;
	free(run->found);
	run->found = NULL;
}

static int open_machine(struct lfb_kunit_run *run)
{
	int err = lfb_machine_create(run->options, &run->machine);

	if (!err && run->paths) {
		err = lfb__kunit_load(run);
		if (err)
			close_machine(run);
	}
	return err;
}

/* The suites are the same in each machine, but elsewhere. */
static int run_all(struct lfb_kunit_run *run, FILE *out, struct lfb_kunit_counts *counts)
{
	unsigned int total = 0, number = 0;
	int err = open_machine(run);

	*counts = (struct lfb_kunit_counts){ 0, 0, 0 };
	if (err)
		return err;
	lfb__kunit_now.out = out;
	for (size_t i = 0; i < run->nr_suites; i++)
		total += nr_wanted(run, run->suites[i]) > 0;
	lfb__kunit_line(0, "KTAP version 1");
	lfb__kunit_line(0, "1..%u", total);
	for (size_t i = 0; i < run->nr_suites && !err; i++) {
		if (!nr_wanted(run, run->suites[i]))
			continue;
		if (number) {
			close_machine(run);
			err = open_machine(run);
			if (err)
				break;
			run->suite = run->suites[i];
		}
		run_suite(run, ++number);
		add(counts, &run->counts);
	}
	if (!err)
		close_machine(run);
	lfb__kunit_now.out = NULL;
	return err;
}

int lfb_kunit_run(const struct lfb_machine_options *options, struct kunit_suite *const *suites,
		  size_t count, const char *glob, FILE *out, struct lfb_kunit_counts *counts)
{
	struct lfb_kunit_run run = {
		.options = options,
		.suites = suites,
		.nr_suites = count,
		.glob = glob,
	};

	return run_all(&run, out, counts);
}

int lfb_kunit_run_modules(const struct lfb_machine_options *options, const char *const *paths,
			  const char *glob, FILE *out, struct lfb_kunit_counts *counts)
{
	struct lfb_kunit_run run = { .options = options, .paths = paths, .glob = glob };

	return run_all(&run, out, counts);
}

int lfb_kunit_list_modules(const struct lfb_machine_options *options, const char *const *paths,
			   const char *glob, FILE *out)
{
	struct lfb_kunit_run run = { .options = options, .paths = paths, .glob = glob };
	int err = open_machine(&run), count = 0;

	if (err)
		return err;
	for (size_t i = 0; i < run.nr_suites; i++) {
		run.suite = run.suites[i];
		for (struct kunit_case *at = run.suite->test_cases; at->run_case; at++) {
			if (!wanted(&run, at))
				continue;
			fprintf(out, "%s.%s\n", run.suite->name, at->name);
			count++;
		}
	}
	close_machine(&run);
	return count;
}
