// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The values of a parameterized case, each a test of its own within the case. */
#include <string.h>

#include "sim/kunit/kunit.h"

struct values {
	struct kunit *parent;
	struct kunit_case *what;
	const void *value;
	bool begun;		/* param_init() has been called, and did not fail */
	char said[KUNIT_PARAM_DESC_SIZE];
};

static long begin(void *argument)
{
	struct values *values = argument;
	struct kunit *parent = values->parent;
	int err = 0;

	if (setjmp(lfb__kunit_now.end) == 0)
		err = values->what->param_init ? values->what->param_init(parent) : 0;
	else
		err = -ECANCELED;
	values->begun = !err;
	if (err) {
		parent->status = KUNIT_FAILURE;
		lfb__kunit_line(2, "# failed to initialize parent parameter test (%d)", err);
	}
	return 0;
}

static long next(void *argument)
{
	struct values *values = argument;
	const void *previous = values->value;

	values->said[0] = '\0';
	values->value = NULL;
	if (setjmp(lfb__kunit_now.end) == 0)
		values->value = values->what->generate_params(values->parent, previous,
							      values->said);
	return 0;
}

static long end(void *argument)
{
	struct values *values = argument;

	if (setjmp(lfb__kunit_now.end) == 0 && values->begun && values->what->param_exit)
		values->what->param_exit(values->parent);
	if (setjmp(lfb__kunit_now.end) == 0)
		lfb__kunit_undo(values->parent, true);
	return 0;
}

const void *kunit_array_gen_params(struct kunit *test, const void *prev, char *desc)
{
	const struct kunit_params *params = &test->params_array;
	const void *value;

	(void)prev;
	if (!params->params || (size_t)test->param_index >= params->num_params)
		return NULL;
	value = (const char *)params->params + (size_t)test->param_index * params->elem_size;
	if (params->get_description)
		params->get_description(test, value, desc);
	return value;
}

static void one_value(struct lfb_kunit_run *run, struct values *values)
{
	const unsigned int number = (unsigned int)++values->parent->param_index;
	struct kunit test;

	lfb__kunit_begin(&test, values->what->name);
	test.parent = values->parent;
	test.param_value = values->value;
	test.param_index = (int)number;
	lfb__kunit_one(run, &test, values->what);
	if (!values->said[0])
		snprintf(values->said, sizeof(values->said), "param-%u", number);
	lfb__kunit_result(2, &test, number, values->said);
	lfb__kunit_count(&run->counts, test.status);
}

static void all_values(struct lfb_kunit_run *run, struct values *values)
{
	struct kunit *parent = values->parent;

	lfb__kunit_call(run, parent, next, values);
	lfb__kunit_line(2, "KTAP version 1");
	lfb__kunit_line(2, "# Subtest: %s", values->what->name);
	if (values->what->generate_params == kunit_array_gen_params && parent->params_array.params)
		lfb__kunit_line(2, "1..%zu", parent->params_array.num_params);
	while (values->value && parent->status != KUNIT_FAILURE) {
		const unsigned int boots = run->boots;

		one_value(run, values);
		/* What the case had made went with a kernel that died. */
		if (run->boots != boots) {
			lfb__kunit_undo(parent, false);
			lfb__kunit_call(run, parent, begin, values);
		}
		lfb__kunit_call(run, parent, next, values);
	}
}

/* It fails where a value does, and is skipped where all of them are. */
void lfb__kunit_values(struct lfb_kunit_run *run, struct kunit *parent, struct kunit_case *what)
{
	struct values values = { .parent = parent, .what = what };
	const struct lfb_kunit_counts before = run->counts;
	struct lfb_kunit_counts counts;

	lfb__kunit_call(run, parent, begin, &values);
	if (parent->status != KUNIT_FAILURE)
		all_values(run, &values);
	lfb__kunit_call(run, parent, end, &values);
	counts.passed = run->counts.passed - before.passed;
	counts.failed = run->counts.failed - before.failed;
	counts.skipped = run->counts.skipped - before.skipped;
	lfb__kunit_stats(1, what->name, &counts);
	if (parent->status == KUNIT_FAILURE)
		lfb__kunit_count(&run->counts, parent->status);
	else if (counts.failed)
		parent->status = KUNIT_FAILURE;
	else if (!counts.passed)
		parent->status = KUNIT_SKIPPED;
}
