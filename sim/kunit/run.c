// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Runs suites: each in a machine, each case as one call into its kernel; says so as KTAP does. */
#include <fnmatch.h>
#include <string.h>

#include <luo/finding.h>
#include <luo/machine.h>
#include <luo/macros.h>

#include "sim/kunit/kunit.h"

/* What runs, and how it goes. */
struct run {
	const struct lfb_machine_options *options;
	struct lfb_machine *machine;
	struct kunit_suite *suite;
	const char *glob;
	struct lfb_kunit_counts counts;	/* of this suite */
};

/* One function of a case's, called in the kernel. */
struct body {
	struct run *run;
	struct kunit *test;
	struct kunit_case *what;
};

static bool wanted(const char *glob, const char *suite, const char *name)
{
	char both[600];

	if (!glob)
		return true;
	if (!strchr(glob, '.'))
		return fnmatch(glob, suite, 0) == 0;
	snprintf(both, sizeof(both), "%.255s.%.255s", suite, name);
	return fnmatch(glob, both, 0) == 0;
}

static unsigned int nr_wanted(const struct run *run)
{
	unsigned int count = 0;

	for (struct kunit_case *at = run->suite->test_cases; at->run_case; at++)
		count += wanted(run->glob, run->suite->name, at->name);
	return count;
}

static void count(struct lfb_kunit_counts *counts, enum kunit_status status)
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

/* "ok 3 name", with why it was skipped. */
static void result(unsigned int depth, const struct kunit *test, unsigned int number,
		   const char *name)
{
	lfb__kunit_line(depth, "%s %u %s%s%s", test->status == KUNIT_FAILURE ? "not ok" : "ok",
			number, name, test->status == KUNIT_SKIPPED ? " # SKIP " : "",
			test->status == KUNIT_SKIPPED ? test->status_comment : "");
}

/* In the kernel: a case from its init to its end. */
static long one(void *argument)
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
	if (setjmp(lfb__kunit_now.end) == 0 && suite->exit)
		suite->exit(test);
	if (setjmp(lfb__kunit_now.end) == 0)
		lfb__kunit_undo(test, true);
	return 0;
}

/* What was found from the @before findings on; all but complaints of the kernel's fail a case. */
static void findings(struct run *run, struct kunit *test, size_t before)
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

/* Calls into the kernel; a dead one is followed by a new one. */
static void in_kernel(struct run *run, struct kunit *test, long (*function)(void *), void *argument)
{
	const size_t before = lfb_finding_count(run->machine);

	lfb__kunit_now.test = test;
	INIT_LIST_HEAD(&lfb__kunit_now.stubs);
	lfb_machine_call(run->machine, function, argument);
	findings(run, test, before);
	if (lfb_machine_state(run->machine) != LFB_RUNNING) {
		test->status = KUNIT_FAILURE;
		kunit_say(test, "%s", lfb_error_text(run->machine));
		lfb__kunit_undo(test, false);
		lfb_machine_shutdown(run->machine);
		lfb_machine_boot(run->machine);
	}
	lfb__kunit_now.test = NULL;
}

static void test_begin(struct kunit *test, const char *name)
{
	*test = (struct kunit){ .name = name };
	INIT_LIST_HEAD(&test->lfb_made);
}

/* The values of a parameterized case, each a test of its own. */
struct values {
	struct run *run;
	struct kunit *parent;
	struct kunit_case *what;
	const void *value;
	char said[KUNIT_PARAM_DESC_SIZE];
};

static long values_begin(void *argument)
{
	struct values *values = argument;

	return values->what->param_init ? values->what->param_init(values->parent) : 0;
}

static long values_next(void *argument)
{
	struct values *values = argument;

	values->said[0] = '\0';
	values->value = values->what->generate_params(values->parent, values->value, values->said);
	return 0;
}

static long values_end(void *argument)
{
	struct values *values = argument;

	if (values->what->param_exit)
		values->what->param_exit(values->parent);
	lfb__kunit_undo(values->parent, true);
	return 0;
}

static void run_values(struct run *run, struct kunit *parent, struct kunit_case *what)
{
	struct values values = { .run = run, .parent = parent, .what = what };
	struct lfb_kunit_counts counts = { 0, 0, 0 };
	struct kunit test;

	lfb__kunit_now.depth = 2;
	lfb__kunit_line(2, "KTAP version 1");
	lfb__kunit_line(2, "# Subtest: %s", what->name);
	in_kernel(run, parent, values_begin, &values);
	for (unsigned int number = 1; parent->status != KUNIT_FAILURE; number++) {
		struct body body = { run, &test, what };

		in_kernel(run, parent, values_next, &values);
		if (!values.value)
			break;
		test_begin(&test, what->name);
		test.parent = parent;
		test.param_value = values.value;
		test.param_index = (int)number - 1;
		in_kernel(run, &test, one, &body);
		if (!values.said[0])
			snprintf(values.said, sizeof(values.said), "param-%u", number - 1);
		result(2, &test, number, values.said);
		count(&counts, test.status);
	}
	in_kernel(run, parent, values_end, &values);
	lfb__kunit_now.depth = 1;
	lfb__kunit_line(1, "# %s: pass:%u fail:%u skip:%u total:%u", what->name, counts.passed,
			counts.failed, counts.skipped,
			counts.passed + counts.failed + counts.skipped);
	if (parent->status == KUNIT_FAILURE)
		counts.failed++;
	else if (counts.failed)
		parent->status = KUNIT_FAILURE;
	else if (!counts.passed)
		parent->status = KUNIT_SKIPPED;
	add(&run->counts, &counts);
}

static long suite_begin(void *argument)
{
	struct run *run = argument;

	return run->suite->suite_init ? run->suite->suite_init(run->suite) : 0;
}

static long suite_end(void *argument)
{
	struct run *run = argument;

	if (run->suite->suite_exit)
		run->suite->suite_exit(run->suite);
	return 0;
}

static void run_cases(struct run *run, bool begun)
{
	unsigned int number = 0;

	for (struct kunit_case *at = run->suite->test_cases; at->run_case; at++) {
		struct kunit test;
		struct body body = { run, &test, at };

		if (!wanted(run->glob, run->suite->name, at->name))
			continue;
		test_begin(&test, at->name);
		if (!begun) {
			test.status = KUNIT_FAILURE;
			count(&run->counts, test.status);
		} else if (at->generate_params) {
			run_values(run, &test, at);
		} else {
			in_kernel(run, &test, one, &body);
			count(&run->counts, test.status);
		}
		result(1, &test, ++number, at->name);
	}
}

/* Return: how it ended, or a negative errno. */
static int run_suite(struct run *run, unsigned int number)
{
	struct kunit suite;
	long begun;
	int err = lfb_machine_create(run->options, &run->machine);

	if (err)
		return err;
	err = lfb_machine_boot(run->machine);
	if (err) {
		lfb_machine_destroy(run->machine);
		return err;
	}
	run->counts = (struct lfb_kunit_counts){ 0, 0, 0 };
	lfb__kunit_now.depth = 1;
	lfb__kunit_line(1, "KTAP version 1");
	lfb__kunit_line(1, "# Subtest: %s", run->suite->name);
	lfb__kunit_line(1, "1..%u", nr_wanted(run));
	begun = lfb_machine_call(run->machine, suite_begin, run);
	if (begun)
		lfb__kunit_line(1, "# %s: failed to initialize (%ld)", run->suite->name, begun);
	run_cases(run, !begun);
	lfb_machine_call(run->machine, suite_end, run);
	lfb_machine_destroy(run->machine);
	test_begin(&suite, run->suite->name);
	suite.status = run->counts.failed ? KUNIT_FAILURE :
		       run->counts.passed ? KUNIT_SUCCESS : KUNIT_SKIPPED;
	lfb__kunit_line(0, "# %s: pass:%u fail:%u skip:%u", run->suite->name, run->counts.passed,
			run->counts.failed, run->counts.skipped);
	result(0, &suite, number, run->suite->name);
	return 0;
}

int lfb_kunit_run(const struct lfb_machine_options *options, struct kunit_suite *const *suites,
		  size_t count, const char *glob, FILE *out, struct lfb_kunit_counts *counts)
{
	struct run run = { .options = options, .glob = glob };
	unsigned int total = 0, number = 0;
	int err = 0;

	*counts = (struct lfb_kunit_counts){ 0, 0, 0 };
	lfb__kunit_now.out = out;
	for (size_t i = 0; i < count; i++) {
		run.suite = suites[i];
		total += nr_wanted(&run) > 0;
	}
	lfb__kunit_line(0, "KTAP version 1");
	lfb__kunit_line(0, "1..%u", total);
	for (size_t i = 0; i < count && !err; i++) {
		run.suite = suites[i];
		if (!nr_wanted(&run))
			continue;
		err = run_suite(&run, ++number);
		if (!err)
			add(counts, &run.counts);
	}
	lfb__kunit_now.out = NULL;
	return err;
}
