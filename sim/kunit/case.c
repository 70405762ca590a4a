// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Runs a case, as a call into a kernel; says how it ended. */
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

void lfb__kunit_count(struct lfb_kunit_counts *counts, enum kunit_status status)
{
	counts->passed += status == KUNIT_SUCCESS;
	counts->failed += status == KUNIT_FAILURE;
	counts->skipped += status == KUNIT_SKIPPED;
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

void lfb__kunit_findings(struct lfb_kunit_run *run, struct kunit *test, size_t before)
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

long lfb__kunit_boot(struct lfb_kunit_run *run)
{
	const int err = lfb_machine_boot(run->machine);
	const long begun = err ? err : lfb_machine_call(run->machine, suite_begin, run);

	run->begun = !begun;
	return begun;
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
	lfb__kunit_findings(run, test, before);
	lfb__kunit_now.test = NULL;
	if (lfb_machine_state(run->machine) == LFB_RUNNING)
		return;
	test->status = KUNIT_FAILURE;
	kunit_say(test, "%s", lfb_error_text(run->machine));
	lfb__kunit_undo(test, false);
	lfb_machine_shutdown(run->machine);
	before = lfb_finding_count(run->machine);
	begun = lfb__kunit_boot(run);
	run->boots++;
	lfb__kunit_findings(run, test, before);
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
