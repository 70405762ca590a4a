// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Runs suites: each in a machine, each case as one call into its kernel; says so as KTAP does. */
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>

#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/macros.h>

#include "sim/kunit/kunit.h"

/* A case, called in the kernel. */
struct body {
	struct lfb_kunit_run *run;
	struct kunit *test;
	struct kunit_case *what;
};

/* "SUITE" or "SUITE.CASE": the first dot is between them. */
bool lfb__kunit_wanted(const struct lfb_kunit_run *run, const struct kunit_case *what)
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
		count += lfb__kunit_wanted(run, at);
	return count;
}

void lfb__kunit_count(struct lfb_kunit_counts *counts, enum kunit_status status)
{
	counts->passed += status == KUNIT_SUCCESS;
	counts->failed += status == KUNIT_FAILURE;
	counts->skipped += status == KUNIT_SKIPPED;
}

static void add(struct lfb_kunit_counts *to, const struct lfb_kunit_counts *more)
{
	to->passed += more->passed;
	to->failed += more->failed;
	to->skipped += more->skipped;
}

void lfb__kunit_stats(unsigned int depth, const char *name, const struct lfb_kunit_counts *counts)
{
	const unsigned int total = counts->passed + counts->failed + counts->skipped;

	if (total > 1)
		lfb__kunit_line(depth, "# %s: pass:%u fail:%u skip:%u total:%u", name,
				counts->passed, counts->failed, counts->skipped, total);
}

void lfb__kunit_result(unsigned int depth, const struct kunit *test, unsigned int number,
		       const char *name)
{
	lfb__kunit_line(depth, "%s %u %s%s%s", test->status == KUNIT_FAILURE ? "not ok" : "ok",
			number, name, test->status == KUNIT_SKIPPED ? " # SKIP " : "",
			test->status == KUNIT_SKIPPED ? test->status_comment : "");
}

/* What was found from the @before findings on; all but complaints of the kernel's fail a case. */
static void findings(struct lfb_kunit_run *run, struct kunit *test, size_t before)
{
	const size_t now = lfb_finding_count(run->machine);

	for (size_t i = before; i < now; i++) {
		const struct lfb_finding *finding = lfb_finding_at(run->machine, i);

		kunit_say(test, "%s: %s: %s", lfb_finding_name(finding->id), finding->object,
			  finding->text);
		if (finding->id != LFB_FINDING_KERNEL_WARN)
			test->status = KUNIT_FAILURE;
	}
}

static long suite_begin(void *argument)
{
	struct lfb_kunit_run *run = argument;

	return run->suite->suite_init ? run->suite->suite_init(run->suite) : 0;
}

static long suite_end(void *argument)
{
	struct lfb_kunit_run *run = argument;

	if (run->suite->suite_exit)
		run->suite->suite_exit(run->suite);
	return 0;
}

/* Each kernel is one in which the suite has begun. */
static int boot(struct lfb_kunit_run *run, long *begun)
{
	int err = lfb_machine_boot(run->machine);

	*begun = err ? err : lfb_machine_call(run->machine, suite_begin, run);
	run->begun = !*begun;
	return err;
}

void lfb__kunit_begin(struct kunit *test, const char *name)
{
	*test = (struct kunit){ .name = name };
	INIT_LIST_HEAD(&test->lfb_made);
}

void lfb__kunit_call(struct lfb_kunit_run *run, struct kunit *test, long (*function)(void *),
		     void *argument)
{
	size_t before = lfb_finding_count(run->machine);
	long begun;

	lfb__kunit_now.test = test;
	lfb__kunit_now.also[0] = '\0';
	INIT_LIST_HEAD(&lfb__kunit_now.stubs);
	lfb_machine_call(run->machine, function, argument);
	findings(run, test, before);
	lfb__kunit_now.test = NULL;
	if (lfb_machine_state(run->machine) == LFB_RUNNING)
		return;
	test->status = KUNIT_FAILURE;
	kunit_say(test, "%s", lfb_error_text(run->machine));
	lfb__kunit_undo(test, false);
	lfb_machine_shutdown(run->machine);
	before = lfb_finding_count(run->machine);
	boot(run, &begun);
	run->boots++;
	findings(run, test, before);
	if (begun)
		kunit_say(test, "the next kernel failed to initialize (%ld)", begun);
}

/* In the kernel. What goes no further while it ends has failed. */
static long body(void *argument)
{
	struct body *body = argument;
	struct kunit *test = body->test;
	struct kunit_suite *suite = body->run->suite;

	if (setjmp(lfb__kunit_now.end) == 0) {
		const int err = suite->init ? suite->init(test) : 0;

		if (err) {
			test->status = KUNIT_FAILURE;
			kunit_say(test, "failed to initialize: %d", err);
		} else {
			body->what->run_case(test);
		}
	}
	if (setjmp(lfb__kunit_now.end) == 0) {
		if (suite->exit)
			suite->exit(test);
	} else {
		test->status = KUNIT_FAILURE;
		kunit_say(test, "test aborted during cleanup. continuing without cleaning up");
	}
	if (setjmp(lfb__kunit_now.end) == 0)
		lfb__kunit_undo(test, true);
	else
		test->status = KUNIT_FAILURE;
	return 0;
}

void lfb__kunit_one(struct lfb_kunit_run *run, struct kunit *test, struct kunit_case *what)
{
	struct body argument = { run, test, what };

	if (run->begun) {
		lfb__kunit_call(run, test, body, &argument);
	} else {
		test->status = KUNIT_FAILURE;
		kunit_say(test, "the suite failed to initialize in this kernel");
	}
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
		if (lfb__kunit_wanted(run, at))
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
	boot(run, &begun);
	findings(run, &test, 0);
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

int lfb__kunit_open(struct lfb_kunit_run *run)
{
	int err = lfb_machine_create(run->options, &run->machine);

	if (!err && run->paths) {
		err = lfb__kunit_load(run);
		if (err)
			lfb__kunit_close(run);
	}
	return err;
}

void lfb__kunit_close(struct lfb_kunit_run *run)
{
	lfb_machine_destroy(run->machine);
	run->machine = NULL;
	free(run->found);
	run->found = NULL;
}

/* The suites are the same in each machine, but elsewhere. */
int lfb__kunit_all(struct lfb_kunit_run *run, FILE *out, struct lfb_kunit_counts *counts)
{
	unsigned int total = 0, number = 0;
	int err = lfb__kunit_open(run);

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
			lfb__kunit_close(run);
			err = lfb__kunit_open(run);
			if (err)
				break;
			run->suite = run->suites[i];
		}
		run_suite(run, ++number);
		add(counts, &run->counts);
	}
	if (!err)
		lfb__kunit_close(run);
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

	return lfb__kunit_all(&run, out, counts);
}
