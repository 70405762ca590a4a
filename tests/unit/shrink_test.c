// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Writing scenarios back and shrinking them: known shortest results, for questions whose answer
 * depends on nothing but the text.
 */
#include <luo/machine.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "sim/scenario/scenario.h"
#include "tests/support/staging.h"

#define LINES 9

static int append(void *context, const char *bytes, size_t size)
{
	char *text = context;

	strncat(text, bytes, size);
	return 0;
}

static void write_to(const struct lfb_scenario *scenario, char *text)
{
	text[0] = '\0';
	assert_int_equal(lfb_scenario_write(scenario, true, append, text), 0);
}

static void assert_shrinks(const char *from, lfb_still_fn still, void *context, const char *to)
{
	struct lfb_scenario *scenario = parsed(from), *shortest;
	char text[4096];

	if (lfb_scenario_shrink(scenario, still, context, NULL, &shortest))
		fail_msg("%s", lfb_error_text(NULL));
	write_to(shortest, text);
	assert_string_equal(text, to);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
}

/*
 * Questions
 */

struct question {
	const char *needed[LINES + 1];	/* all of these, anywhere, as starts of lines */
	unsigned int asked;
};

static bool has_all(void *context, const struct lfb_scenario *candidate)
{
	struct question *question = context;
	char text[4096], key[64];

	question->asked++;
	text[0] = '\n';
	write_to(candidate, text + 1);
	for (const char *const *needed = question->needed; *needed; needed++) {
		snprintf(key, sizeof(key), "\n%s", *needed);
		if (!strstr(text, key))
			return false;
	}
	return true;
}

/* Lines in pairs that must both be there or both not: not monotone. */
static bool close_follows_session(void *context, const struct lfb_scenario *candidate)
{
	char text[4096];
	const char *opened, *closed;

	write_to(candidate, text);
	opened = strstr(text, "session a");
	closed = strstr(text, "close a");
	return !opened == !closed && strstr(text, "reboot");
}

/* Two lines agree on a token that is no other line's. */
static bool tokens_agree(void *context, const struct lfb_scenario *candidate)
{
	const char *preserve, *retrieve;
	unsigned long long token, other;
	char text[4096];

	write_to(candidate, text);
	preserve = strstr(text, "preserve a ");
	retrieve = strstr(text, "\nretrieve a ");
	return preserve && retrieve && sscanf(preserve, "preserve a %llu", &token) == 1 &&
	       sscanf(retrieve, "\nretrieve a %llu", &other) == 1 && token == other;
}

static bool asks_twice(void *context, const struct lfb_scenario *candidate)
{
	struct question *question = context;
	unsigned int found = 0;

	question->asked++;
	for (size_t i = 0; i < candidate->count; i++)
		found += candidate->operations[i].verb == LFB_VERB_GETIN;
	return found == 2;
}

static bool always(void *context, const struct lfb_scenario *candidate)
{
	return true;
}

static bool never(void *context, const struct lfb_scenario *candidate)
{
	return false;
}

/*
 * Tests
 */

static const char all[] = "handler 0 = 0\nopen = 0\nsession a\npreserve a 3 0 7 = -28\n"
			  "getin 1 = 0 obj=2001\nfail h 0 freeze -5 1\nfault alloc 2 forever\n"
			  "reboot into rfc-v6\ncold\n";

static void a_written_scenario_reads_the_same(void **state)
{
	struct lfb_scenario *scenario = parsed(all);
	char text[4096];

	write_to(scenario, text);
	assert_string_equal(text, all);
	lfb_scenario_free(scenario);
}

static void expectations_are_left_out_when_asked(void **state)
{
	struct lfb_scenario *scenario = parsed("== boot cold\nflb0.preserve -> 0\n"
					       "> getin  0 = -2 obj=0\n> open = 0 # so it goes\n");
	char text[4096] = "";

	assert_int_equal(lfb_scenario_write(scenario, false, append, text), 0);
	assert_string_equal(text, "getin 0\nopen\n");
	lfb_scenario_free(scenario);
}

/* Every set of lines is found as the shortest that holds it. */
static void exactly_the_needed_lines_stay(void **state)
{
	static const char *const lines[LINES] = {
		"handler 0", "flb 0 0", "open", "session a", "preserve a 0 0 0", "reboot",
		"rsession a", "finish a", "close a",
	};
	char from[512], to[512];

	for (unsigned int set = 0; set < 1u << LINES; set++) {
		struct question question = { { NULL }, 0 };
		unsigned int nr = 0;

		from[0] = to[0] = '\0';
		for (unsigned int i = 0; i < LINES; i++) {
			strcat(strcat(from, lines[i]), "\n");
			if (!(set & (1u << i)))
				continue;
			question.needed[nr++] = lines[i];
			strcat(strcat(to, lines[i]), "\n");
		}
		assert_shrinks(from, has_all, &question, to);
	}
}

static void lines_that_need_each_other_go_together(void **state)
{
	assert_shrinks("open\nsession a\nsession b\nclose a\nreboot\n", close_follows_session,
		       NULL, "reboot\n");
}

static void a_needed_expectation_stays(void **state)
{
	struct question question = { { "open = -2" }, 0 };

	assert_shrinks("handler 0 = 0\nopen = -2\nsession a = 0\n", has_all, &question,
		       "open = -2\n");
}

static void numbers_become_the_smallest(void **state)
{
	struct question question = { { "preserve a" , "getin" }, 0 };

	assert_shrinks("preserve a 0x10 12 9\ngetin 77\n", has_all, &question,
		       "preserve a 0 0 0\ngetin 0\n");
}

static void a_number_that_lines_agree_on_changes_everywhere(void **state)
{
	assert_shrinks("open\npreserve a 1234 5 1234\nretrieve a 1234\n", tokens_agree, NULL,
		       "preserve a 0 0 0\nretrieve a 0\n");
}

static void a_number_stays_as_large_as_it_must_be(void **state)
{
	struct question question = { { "preserve a 7", "retrieve a 2" }, 0 };

	assert_shrinks("preserve a 7 7 8\nretrieve a 2\nretrieve a 7\n", has_all, &question,
		       "preserve a 7 0 0\nretrieve a 2\n");
}

static void what_nothing_is_needed_of_shrinks_to_nothing(void **state)
{
	assert_shrinks(all, always, NULL, "");
	assert_shrinks("", always, NULL, "");
}

/* Two of a thousand lines are needed, far apart. */
static void long_scenarios_shrink_fast(void **state)
{
	struct question question = { { NULL }, 0 };
	struct lfb_scenario *scenario, *shortest;
	char *text = calloc(1000, 16);

	for (unsigned int i = 0; i < 1000; i++)
		sprintf(text + strlen(text), "%s\n", i == 100 || i == 900 ? "getin 3" : "open");
	scenario = parsed(text);
	free(text);
	assert_int_equal(lfb_scenario_shrink(scenario, asks_twice, &question, NULL, &shortest), 0);
	assert_int_equal(shortest->count, 2);
	assert_true(question.asked < 200);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
}

/* Depends on how often it was asked: never settles on anything. */
static bool sometimes(void *context, const struct lfb_scenario *candidate)
{
	unsigned int *asked = context;

	return !(*asked)++;
}

static void the_work_is_bounded(void **state)
{
	struct lfb_scenario *scenario, *shortest;
	unsigned int asked = 0;
	char *text = calloc(450, 32);

	for (unsigned int i = 0; i < 450; i++)
		strcpy(text + 26 * i, "preserve a 100 1000 10000\n");
	scenario = parsed(text);
	free(text);
	assert_int_equal(lfb_scenario_shrink(scenario, sometimes, &asked, NULL, &shortest), 0);
	assert_int_equal(asked, LFB_SHRINK_TRIES);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
}

static bool count(void *context, const struct lfb_progress *progress)
{
	++*(unsigned int *)context;
	return true;
}

/* Who shrinks in order to answer is told of its own candidates alone. */
static bool shrinks_too(void *context, const struct lfb_scenario *candidate)
{
	struct lfb_scenario *scenario = parsed("open\nsession a\n"), *shortest;

	assert_int_equal(lfb_scenario_shrink(scenario, always, NULL, NULL, &shortest), 0);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
	++*(unsigned int *)context;
	return true;
}

static void progress_is_told_to_who_asked(void **state)
{
	unsigned int asked = 0, told = 0;
	const struct lfb_shrink_options options = {
		.sz = sizeof(options), .progress = count, .context = &told,
	};
	struct lfb_scenario *scenario = parsed(all), *shortest;

	assert_int_equal(lfb_scenario_shrink(scenario, shrinks_too, &asked, &options, &shortest),
			 0);
	assert_true(told > 1);
	/* Once more where a candidate made no sense. */
	assert_true(told >= asked);
	asked = 0;
	lfb_scenario_free(shortest);
	told = 0;
	assert_int_equal(lfb_scenario_shrink(scenario, shrinks_too, &asked, NULL, &shortest), 0);
	assert_int_equal(told, 0);
	lfb_scenario_free(shortest);
	lfb_scenario_free(scenario);
}

static void nonsense_is_refused(void **state)
{
	struct lfb_scenario *scenario = parsed("open\n"), *shortest = (void *)1;
	struct lfb_run_failure failure;

	assert_int_equal(lfb_scenario_shrink(scenario, never, NULL, NULL, &shortest), -EINVAL);
	assert_null(shortest);
	assert_non_null(strstr(lfb_error_text(NULL), "does not show it"));
	assert_int_equal(lfb_scenario_shrink(scenario, never, NULL, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_shrink(scenario, NULL, NULL, NULL, &shortest), -EINVAL);
	assert_int_equal(lfb_scenario_shrink(NULL, always, NULL, NULL, &shortest), -EINVAL);
	assert_int_equal(lfb_scenario_write(NULL, true, append, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_write(scenario, true, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_failure(NULL, NULL, &failure), -EINVAL);
	assert_int_equal(lfb_scenario_failure(scenario, NULL, NULL), -EINVAL);
	lfb_scenario_free(scenario);
	assert_int_equal(lfb_scenario_write(scenario, true, append, NULL), -EINVAL);
}

static int refuse_to_write(void *context, const char *bytes, size_t size)
{
	unsigned int *calls = context;

	++*calls;
	return -ENOSPC;
}

static void an_error_of_writing_ends_it(void **state)
{
	struct lfb_scenario *scenario = parsed("open\nopen\n");
	unsigned int calls = 0;

	assert_int_equal(lfb_scenario_write(scenario, true, refuse_to_write, &calls), -ENOSPC);
	assert_string_equal(lfb_error_text(NULL),
			    "the output could not be written");
	assert_int_equal(calls, 1);
	lfb_scenario_free(scenario);
}

static void equal_failures_differ_in_numbers_alone(void **state)
{
	struct lfb_scenario *first = parsed("getin 12\nopen = -2\n");
	struct lfb_scenario *second = parsed("open = -5\n"), *third = parsed("finish a = 0\n");
	struct lfb_run_failure a, b, c;

	assert_int_equal(lfb_scenario_failure(first, NULL, &a), 0);
	assert_int_equal(lfb_scenario_failure(second, NULL, &b), 0);
	assert_int_equal(lfb_scenario_failure(third, NULL, &c), 0);
	assert_int_equal(a.result, -EILSEQ);
	assert_string_equal(a.why, "test:N: open: expected = -N, got = N");
	assert_int_equal(b.result, a.result);
	assert_string_equal(a.why, b.why);
	assert_string_not_equal(a.why, c.why);
	lfb_scenario_free(first);
	lfb_scenario_free(second);
	lfb_scenario_free(third);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_written_scenario_reads_the_same),
		cmocka_unit_test(expectations_are_left_out_when_asked),
		cmocka_unit_test(exactly_the_needed_lines_stay),
		cmocka_unit_test(lines_that_need_each_other_go_together),
		cmocka_unit_test(a_needed_expectation_stays),
		cmocka_unit_test(numbers_become_the_smallest),
		cmocka_unit_test(a_number_that_lines_agree_on_changes_everywhere),
		cmocka_unit_test(a_number_stays_as_large_as_it_must_be),
		cmocka_unit_test(what_nothing_is_needed_of_shrinks_to_nothing),
		cmocka_unit_test(long_scenarios_shrink_fast),
		cmocka_unit_test(the_work_is_bounded),
		cmocka_unit_test(progress_is_told_to_who_asked),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(an_error_of_writing_ends_it),
		cmocka_unit_test(equal_failures_differ_in_numbers_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
