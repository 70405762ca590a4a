// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Scenarios as text again. */
#include <stdio.h>
#include <string.h>

#include <luo/shrink.h>

#include "sim/scenario/scenario.h"

#define EXPECTATION_MAX 64	/* bytes of " = RESULT obj=HEX" */

char *lfb__write_marks(char *to, const struct lfb_operation *before,
		       const struct lfb_operation *after)
{
	const unsigned int left = before ? before->parallel : 0;
	const unsigned int entered = after ? after->parallel : 0;

	if (left == entered)
		return left && before->block != after->block ? stpcpy(to, "} {\n") : to;
	if (left)
		to = stpcpy(to, "}\n");
	if (entered)
		to += sprintf(to, "parallel %s%s{\n", after->schedule ? after->schedule : "",
			      after->schedule ? " " : "");
	return to;
}

char *lfb__write_line(char *to, const char *text, const struct lfb_expectation *expected)
{
	to = stpcpy(to, text);
	if (expected && expected->given)
		to += sprintf(to, " = %ld", expected->result);
	if (expected && expected->given && expected->object_given)
		to += sprintf(to, " obj=%llx", expected->object);
	*to++ = '\n';
	return to;
}

/* Each line by itself. Negative: what @write returned. */
static int write_lines(const char *at, const char *end, lfb_write_fn write, void *context)
{
	int err = 0;

	while (at < end && err >= 0) {
		const char *next = (const char *)memchr(at, '\n', (size_t)(end - at)) + 1;

		err = write(context, at, (size_t)(next - at));
		at = next;
	}
	return err;
}

int lfb_scenario_write(const struct lfb_scenario *scenario, bool expectations, lfb_write_fn write,
		       void *context)
{
	char line[LFB_SCENARIO_LINE_MAX + EXPECTATION_MAX + LFB_MARKS_MAX];
	const struct lfb_operation *before = NULL;
	int err = 0;

	if (!lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO) || !write)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_write(): no %s",
				  write ? "live scenario" : "place to write to");
	for (size_t i = 0; err >= 0 && i < scenario->count; i++) {
		const struct lfb_operation *operation = &scenario->operations[i];
		char *end;

		if (!LFB_ASSERT(strlen(operation->text) <= LFB_SCENARIO_LINE_MAX))
			return lfb__error(NULL, -EINVAL, "a line is too long to be written");
		end = lfb__write_marks(line, before, operation);
		end = lfb__write_line(end, operation->text,
				      expectations ? &operation->expected : NULL);
		before = operation;
		if (i + 1 == scenario->count)
			end = lfb__write_marks(end, before, NULL);
		err = write_lines(line, end, write, context);
	}
	return err < 0 ? lfb__error(NULL, err, "the output could not be written") : 0;
}
