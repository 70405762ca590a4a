// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Sweeps and searches say how far they are, and end when they are told to: with what they found
 * until there, and with everything put away.
 */
#include <luo/lfb.h>

#include "tests/support/test.h"

#define FILES "handler 0\nopen\nsession a\npreserve a 1 0 5\npreserve a 2 0 6\n"

/* A module whose preserve leaves what it has made when its second allocation fails. */
#define NOT_UNDONE                                                                                 \
	"when h 0 preserve kho a 4096\nwhen h 0 preserve kmalloc p 64\n"                           \
	"when h 0 preserve no-unwind\nwhen h 0 unpreserve kfree p\n"                               \
	"when h 0 unpreserve kho-unpreserve-free a\n"

/* Who waits. */
struct watch {
	unsigned int calls;
	unsigned int last_call;		/* when it is enough; 0: never */
	bool backwards;			/* it was less than before */
	struct lfb_progress now;
};

static bool look(void *context, const struct lfb_progress *progress)
{
	struct watch *watch = context;

	assert_int_equal(progress->sz, sizeof(*progress));
	assert_true(!progress->total || progress->done <= progress->total);
	watch->backwards |= progress->length == watch->now.length &&
			    progress->done < watch->now.done;
	watch->backwards |= progress->tried < watch->now.tried ||
			    progress->length < watch->now.length;
	watch->now = *progress;
	return ++watch->calls != watch->last_call;
}

static struct lfb_machine *new_machine(void)
{
	const struct lfb_machine_options options = { .sz = sizeof(options),
						     .mode = LFB_MEMORY_FIXED };
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

static struct lfb_scenario *parse(const char *text)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	return scenario;
}

static int sweep(const char *text, struct watch *watch, struct lfb_sweep_options options,
		 struct lfb_sweep_result *result)
{
	struct lfb_machine *machine = new_machine();
	struct lfb_scenario *scenario = parse(text);
	int err;

	options.sz = sizeof(options);
	options.progress = look;
	options.context = watch;
	*result = (struct lfb_sweep_result){ .sz = sizeof(*result) };
	err = lfb_scenario_sweep(scenario, machine, &options, result);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	if (err)
		assert_non_null(strstr(lfb_error_text(machine), "ended after"));
	/* Ended or not, the machine is good for another one. */
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return err;
}

static void a_sweep_is_told_of_run_by_run_up_to_the_total(void **state)
{
	static const struct lfb_sweep_options modes[] = {
		{ .mode = LFB_SWEEP_BOTH }, { .mode = LFB_SWEEP_ONCE },
		{ .mode = LFB_SWEEP_FOREVER }, { .kinds = 1u << LFB_FAULT_ALLOC },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++) {
		struct watch watch = { 0 };
		struct lfb_sweep_result result;

		assert_int_equal(sweep(FILES, &watch, modes[i], &result), 0);
		assert_true(result.runs > 0);
		assert_int_equal(watch.calls, result.runs);
		assert_int_equal(watch.now.done, result.runs);
		assert_int_equal(watch.now.total, result.runs);
		assert_int_equal(watch.now.length, 0);
		assert_false(watch.backwards);
	}
}

static void the_total_with_pairs_is_not_less_than_the_runs(void **state)
{
	struct watch watch = { 0 };
	struct lfb_sweep_result result;

	assert_int_equal(sweep(FILES, &watch, (struct lfb_sweep_options){ .pairs = true },
			       &result), 0);
	assert_true(result.paired);
	assert_int_equal(watch.calls, result.runs);
	assert_true(watch.now.total >= result.runs);
}

static void a_sweep_that_is_ended_says_what_it_covered(void **state)
{
	struct watch watch = { .last_call = 3 };
	struct lfb_sweep_result result;

	assert_int_equal(sweep(FILES, &watch, (struct lfb_sweep_options){ .pairs = true },
			       &result), -EINTR);
	assert_int_equal(watch.calls, 3);
	assert_int_equal(result.runs, 3);
	assert_int_equal(result.violations, 0);
	assert_false(result.paired);
}

static void violations_until_the_end_are_in_its_result(void **state)
{
	char text[400];
	struct watch watch = { 0 };
	struct lfb_sweep_result all, some;

	snprintf(text, sizeof(text), "%s%s", NOT_UNDONE, FILES);
	assert_int_equal(sweep(text, &watch, (struct lfb_sweep_options){ 0 }, &all), 0);
	assert_true(all.violations > 0);
	assert_int_equal(watch.now.found, all.violations);
	watch = (struct watch){ .last_call = watch.calls - 1 };
	assert_int_equal(sweep(text, &watch, (struct lfb_sweep_options){ 0 }, &some), -EINTR);
	assert_true(some.violations > 0);
	assert_string_equal(some.first, all.first);
	assert_string_equal(some.first_case, all.first_case);
}

static struct lfb_exhaust_options model(struct watch *watch, unsigned int length)
{
	return (struct lfb_exhaust_options){ .sz = sizeof(struct lfb_exhaust_options),
					     .length = length, .jobs = 2, .progress = look,
					     .context = watch };
}

static void a_search_is_told_of_length_by_length(void **state)
{
	struct watch watch = { 0 };
	const struct lfb_exhaust_options options = model(&watch, 3);
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	assert_int_equal(lfb_exhaust(&options, &result), 0);
	assert_int_equal(watch.now.length, 3);
	assert_int_equal(watch.now.longest, 3);
	assert_true(watch.now.tried > 0);
	assert_false(watch.backwards);
}

/* In the middle of length 3: what is said is about length 2. */
static void a_search_that_is_ended_is_about_the_lengths_it_completed(void **state)
{
	struct watch watch = { 0 };
	struct lfb_exhaust_options options = model(&watch, 2);
	struct lfb_exhaust_result two = { .sz = sizeof(two) }, ended = { .sz = sizeof(ended) };

	options.jobs = 1;
	assert_int_equal(lfb_exhaust(&options, &two), 0);
	watch = (struct watch){ .last_call = watch.calls + 2 };
	options.length = 5;
	assert_int_equal(lfb_exhaust(&options, &ended), -EINTR);
	assert_int_equal(watch.now.length, 3);
	assert_int_equal(watch.now.done, 2);
	assert_int_equal(ended.length, 2);
	assert_int_equal(ended.sequences, two.sequences);
	assert_null(ended.scenario);
}

/* The difference is not lost with the rest of the length in which it was seen. */
static void a_difference_that_was_seen_is_shrunk_and_given(void **state)
{
	struct watch watch = { 0 };
	struct lfb_exhaust_options options = model(&watch, 5);
	struct lfb_exhaust_result all = { .sz = sizeof(all) }, ended = { .sz = sizeof(ended) };

	options.jobs = 1;
	options.quirks_on = "FILE_PRESERVED_TWICE";
	assert_int_equal(lfb_exhaust(&options, &all), 0);
	assert_non_null(all.scenario);
	assert_true(watch.now.found > 0);
	watch = (struct watch){ .last_call = watch.calls - 1 };
	assert_int_equal(lfb_exhaust(&options, &ended), -EINTR);
	assert_int_equal(ended.length, all.length);
	assert_int_equal(ended.found_length, all.found_length);
	assert_non_null(ended.scenario);
	lfb_scenario_free(ended.scenario);
	lfb_scenario_free(all.scenario);
}

static int search_module(const char *text, struct watch *watch,
			 struct lfb_exhaust_module_result *result)
{
	const struct lfb_exhaust_module_options options = {
		.sz = sizeof(options), .length = 6, .jobs = 1,
		.progress = look, .context = watch,
	};
	struct lfb_machine *machine = new_machine();
	struct lfb_scenario *module = parse(text);
	int err;

	*result = (struct lfb_exhaust_module_result){ .sz = sizeof(*result) };
	err = lfb_exhaust_module(module, machine, &options, result);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_scenario_free(module);
	lfb_machine_destroy(machine);
	return err;
}

static void so_is_a_search_with_a_module(void **state)
{
	struct lfb_exhaust_module_result result;
	struct watch watch = { .last_call = 40 };

	assert_int_equal(search_module("", &watch, &result), -EINTR);
	assert_int_equal(watch.calls, 40);
	assert_int_equal(result.sequences, watch.now.tried);
	assert_int_equal(result.length, watch.now.length);
	assert_int_equal(result.nr_found, 0);
	lfb_exhaust_module_end(&result);
}

static void findings_until_the_end_are_in_its_result(void **state)
{
	struct lfb_exhaust_module_result result;
	struct watch watch = { .last_call = 40 };

	assert_int_equal(search_module("when h 0 preserve kmalloc p 64\n", &watch, &result),
			 -EINTR);
	assert_int_equal(result.nr_found, watch.now.found);
	assert_true(result.nr_found > 0);
	assert_non_null(result.found[0].scenario);
	lfb_exhaust_module_end(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_sweep_is_told_of_run_by_run_up_to_the_total),
		cmocka_unit_test(the_total_with_pairs_is_not_less_than_the_runs),
		cmocka_unit_test(a_sweep_that_is_ended_says_what_it_covered),
		cmocka_unit_test(violations_until_the_end_are_in_its_result),
		cmocka_unit_test(a_search_is_told_of_length_by_length),
		cmocka_unit_test(a_search_that_is_ended_is_about_the_lengths_it_completed),
		cmocka_unit_test(a_difference_that_was_seen_is_shrunk_and_given),
		cmocka_unit_test(so_is_a_search_with_a_module),
		cmocka_unit_test(findings_until_the_end_are_in_its_result),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
