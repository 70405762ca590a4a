// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two operations beside each other, in every schedule, are one of the orders of the model: short
 * sequences here, in every build.
 */
#include <luo/exhaust.h>
#include <luo/machine.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "tests/support/staging.h"

static struct lfb_exhaust_result search(struct lfb_exhaust_options options)
{
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	options.sz = sizeof(options);
	options.beside = true;
	if (lfb_exhaust(&options, &result))
		fail_msg("%s", lfb_error_text(NULL));
	return result;
}

/* What differs in a scenario, which is in @result. */
static int compare(const char *quirk, const char *text, struct lfb_exhaust_result *result)
{
	struct lfb_exhaust_options options = { .sz = sizeof(options), .quirks_on = quirk };
	struct lfb_scenario *scenario = parsed(text);
	int err;

	*result = (struct lfb_exhaust_result){ .sz = sizeof(*result) };
	err = lfb_exhaust_case(&options, scenario, result);
	lfb_scenario_free(scenario);
	return err;
}

static void in_the_reference_kernel_one_is_before_the_other(void **state)
{
	struct lfb_exhaust_result result =
		search((struct lfb_exhaust_options){ .length = 2, .bound = 2 });

	assert_null(result.scenario);
	assert_int_equal(result.length, 1);
	assert_int_equal(result.beside_states, 1);
	assert_true(result.pairs > 150);
	assert_true(result.schedules > 10 * result.pairs);
}

static void more_preemptions_are_more_schedules_of_the_same_pairs(void **state)
{
	struct lfb_exhaust_result results[2];

	for (unsigned int bound = 0; bound < 2; bound++)
		results[bound] = search((struct lfb_exhaust_options){ .length = 2,
								      .bound = bound });
	assert_int_equal(results[0].pairs, results[1].pairs);
	assert_true(results[0].schedules < results[1].schedules);
	/* Without any, each comes first once. */
	assert_true(results[0].schedules >= results[0].pairs);
	assert_true(results[0].schedules <= 2 * results[0].pairs);
}

static void a_race_is_found_in_a_schedule_that_replays(void **state)
{
	static const struct {
		const char *quirk, *what, *scenario;
	} races[] = {
		{ "FLB_LAZY_INIT_RACE", "safety",
		  "parallel 0,1 {\ngetin 0\n} {\ngetin 0\n}\n" },
		{ "SESSION_MUTATE_WHILE_REBOOTING", "counts",
		  "open\nparallel 5x0,1 {\nsession a\n} {\nprepare\n}\njump\nopen\n" },
	};

	for (size_t i = 0; i < sizeof(races) / sizeof(races[0]); i++) {
		struct lfb_exhaust_result again, result = search((struct lfb_exhaust_options){
			.length = 2, .bound = 1, .quirks_on = races[i].quirk });
		struct output output = { .writes_left = -1 };

		if (!result.scenario)
			fail_msg("%s was not found", races[i].quirk);
		assert_int_equal(result.found_length, 2);
		assert_string_equal(result.what, races[i].what);
		lfb_scenario_write(result.scenario, true, output_collect, &output);
		lfb_scenario_free(result.scenario);
		assert_string_equal(output.text, races[i].scenario);
		assert_int_equal(compare(races[i].quirk, output.text, &again), 0);
		assert_string_equal(again.what, result.what);
		assert_int_equal(compare(NULL, output.text, &again), 0);
		assert_string_equal(again.what, "");
		free(output.text);
	}
}

#define RETAKEN "open\nsession a\nreboot\nopen\nrsession a\n" \
		"parallel 6x0,1 {\nrsession a\n} {\nclose a\n}\n"

static void what_is_unsafe_between_two_is_a_difference(void **state)
{
	struct lfb_exhaust_result result;

	assert_int_equal(compare("SESSION_RETRIEVE_RACE", RETAKEN, &result), 0);
	assert_string_equal(result.what, "safety");
	assert_int_equal(compare(NULL, RETAKEN, &result), 0);
	assert_string_equal(result.what, "");
}

/* The FLB is preserved already when the file fails, and is given out until it is not. */
#define SEEN_IN_BETWEEN "handler 0\nflb 0 0\nopen\nsession a\nfail h 0 preserve -5 1\n" \
			"parallel 22x0,1 {\npreserve a 1 0 1 = -5\n} {\nholdout 0 = 0 obj=1000\n}\n"

static void what_will_be_undone_may_be_seen(void **state)
{
	struct lfb_machine *machine = new_machine(4 << 20, NULL);
	struct lfb_scenario *scenario = parsed(SEEN_IN_BETWEEN);
	struct lfb_exhaust_result result;

	if (lfb_scenario_run(scenario, machine, NULL))
		fail_msg("%s", lfb_error_text(machine));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	assert_int_equal(compare(NULL, SEEN_IN_BETWEEN, &result), 0);
	assert_string_equal(result.what, "");
}

/* A file that is let go is preserved by another session, while their FLB is needed by the next. */
#define ONE_BY_ONE "handler 0\nflb 0 0\nopen\nsession a\npreserve a 0 0 0\npreserve a 1 0 1\n" \
		   "session b\nparallel 8x0,1 {\nclose a = 0\n} {\nagain b 0 1 = 0\n}\n"

static void files_of_a_session_that_is_closed_go_one_by_one(void **state)
{
	struct lfb_exhaust_result result;

	assert_int_equal(compare(NULL, ONE_BY_ONE, &result), 0);
	assert_string_equal(result.what, "");
}

static void other_blocks_are_not_the_models(void **state)
{
	static const char *const beyond[] = {
		"parallel {\nhandler 0\nhandler 1\n} {\nhandler 0\n}\n",
		"parallel {\nhandler 0\n} {\nhandler 1\n} {\nhandler 0\n}\n",
		"parallel {\nhandler 0\n} {\npanic\n}\n",
		"open\nparallel {\nsession a\n} {\nfinish a\n}\n",
		"open\nsession a\nparallel {\npreserve a 1 0 1\n} {\npreserve a 2 0 1\n}\n",
	};
	struct lfb_exhaust_result result;

	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		if (compare(NULL, beyond[i], &result) != -EINVAL)
			fail_msg("%s was compared", beyond[i]);
	}
}

static void nonsense_is_refused(void **state)
{
	struct lfb_exhaust_options options = { .sz = sizeof(options), .beside = true };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	options.length = 1;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.length = 2;
	options.shard = options.shards = 1;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.shard = options.shards = 0;
	options.kernel = "none.so";
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(in_the_reference_kernel_one_is_before_the_other),
		cmocka_unit_test(more_preemptions_are_more_schedules_of_the_same_pairs),
		cmocka_unit_test(a_race_is_found_in_a_schedule_that_replays),
		cmocka_unit_test(what_is_unsafe_between_two_is_a_difference),
		cmocka_unit_test(what_will_be_undone_may_be_seen),
		cmocka_unit_test(files_of_a_session_that_is_closed_go_one_by_one),
		cmocka_unit_test(other_blocks_are_not_the_models),
		cmocka_unit_test(nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
