// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The exhaustive search: short sequences here, in every build; long ones are tests of their own.
 */
#include <luo/exhaust.h>
#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "tests/support/staging.h"

static struct lfb_exhaust_result search(struct lfb_exhaust_options options)
{
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	options.sz = sizeof(options);
	if (lfb_exhaust(&options, &result))
		fail_msg("%s", lfb_error_text(NULL));
	return result;
}

static int append(void *context, const char *bytes, size_t size)
{
	strncat(context, bytes, size);
	return 0;
}

static void the_reference_kernel_does_what_the_model_says(void **state)
{
	struct lfb_exhaust_result result = search((struct lfb_exhaust_options){ .length = 3 });

	assert_null(result.scenario);
	assert_string_equal(result.what, "");
	assert_int_equal(result.length, 3);
	assert_true(result.sequences > 30000);
}

/* Also with everything else that can happen, and in the older kernel with its lent objects. */
static void so_it_does_with_every_group_of_operations(void **state)
{
	struct lfb_exhaust_result result;

	result = search((struct lfb_exhaust_options){ .length = 2,
						      .groups = LFB_EXHAUST_ALL_GROUPS });
	assert_null(result.scenario);
	/* A reboot that is called off leaves a fault behind. */
	result = search((struct lfb_exhaust_options){ .length = 4, .groups = LFB_EXHAUST_LOST });
	assert_null(result.scenario);
	result = search((struct lfb_exhaust_options){ .length = 3, .groups = LFB_EXHAUST_LOCKED });
	assert_null(result.scenario);
	assert_non_null(strstr(result.kernel, "--profile rfc-v6"));
}

/* Going on once from equal states covers what going on from each of them does. */
static void equal_states_lead_to_equal_ends(void **state)
{
	struct lfb_exhaust_result merged = search((struct lfb_exhaust_options){ .length = 3 });
	struct lfb_exhaust_result all =
		search((struct lfb_exhaust_options){ .length = 3, .all = true });

	assert_int_equal(merged.sequences, all.sequences);
	assert_true(merged.states < all.states);
	assert_null(all.scenario);
}

static void the_result_does_not_depend_on_the_number_of_threads(void **state)
{
	struct lfb_exhaust_options options = { .length = 3,
					       .quirks_on = "FLB_UNREGISTER_WHILE_PRESERVED" };
	struct lfb_exhaust_result results[3];
	char texts[3][2048];

	for (unsigned int i = 0; i < 3; i++) {
		options.jobs = 2 * i + 1;
		results[i] = search(options);
		assert_non_null(results[i].scenario);
		texts[i][0] = '\0';
		lfb_scenario_write(results[i].scenario, true, append, texts[i]);
		lfb_scenario_free(results[i].scenario);
		assert_string_equal(texts[i], texts[0]);
		assert_string_equal(results[i].got, results[0].got);
		assert_int_equal(results[i].sequences, results[0].sequences);
		assert_int_equal(results[i].states, results[0].states);
		assert_int_equal(results[i].steps, results[0].steps);
		assert_int_equal(results[i].runs, results[0].runs);
	}
	assert_string_equal(texts[0], "handler 0\nflb 0 0\nopen\nsession a\npreserve a 0 0 0\n"
				      "unhandler 0 = -16\n");
	assert_string_equal(results[0].what, "result");
	assert_string_equal(results[0].expected, "-16");
	assert_string_equal(results[0].got, "0");
	assert_int_equal(results[0].found_length, 3);
}

/* The rest takes sequences of 4 to 7. */
static const char *const found_in_three[] = {
	"FLB_GET_UNCOUNTED", "FLB_GET_OUTGOING_NULL", "FLB_UNREGISTER_WHILE_PRESERVED",
	"FLB_TRUST_SERIALIZED", "FLB_REGISTER_UNCHECKED_HANDLER", "FLB_LAZY_INIT_RACE",
	"FILE_FLB_LEAK_ON_ENOMEM", "FILE_INCOMING_OPS_ON_OUTGOING", "SESSION_NAME_UNCHECKED",
	"SESSION_DESERIALIZE_IGNORES_FILES", "SESSION_DESERIALIZE_NOT_LATCHED",
	"SESSION_MUTATE_WHILE_REBOOTING", "SESSION_DUPLICATE_LEAVES_EMPTY_BLOCK",
	"REGISTRY_UNLOCKED", "MODULE_PINNED_FROM_REGISTRATION", "LATE_INIT_LEAKS_FLB_PAGE",
	"FLB_PAGE_NEVER_RESTORED",
};

static void a_defect_is_found_and_what_was_found_replays(void **state)
{
	for (size_t i = 0; i < sizeof(found_in_three) / sizeof(found_in_three[0]); i++) {
		struct lfb_exhaust_options options = { .sz = sizeof(options), .length = 3,
						       .quirks_on = found_in_three[i] };
		struct lfb_exhaust_result result = search(options);
		struct lfb_exhaust_result again = { .sz = sizeof(again) };
		struct lfb_exhaust_options mended = { .sz = sizeof(mended) };

		if (!result.scenario)
			fail_msg("%s was not found", found_in_three[i]);
		assert_int_equal(lfb_exhaust_case(&options, result.scenario, &again), 0);
		assert_string_equal(again.what, result.what);
		assert_string_equal(again.got, result.got);
		assert_int_equal(lfb_exhaust_case(&mended, result.scenario, &again), 0);
		assert_string_equal(again.what, "");
		lfb_scenario_free(result.scenario);
	}
}

static void a_scenario_is_compared_up_to_what_the_model_knows(void **state)
{
	struct lfb_exhaust_options options = { .sz = sizeof(options) };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };
	static const char *const beyond[] = {
		"panic\n", "cold\n", "handler 3\n", "flb 0 3\n", "reboot into rfc-v6\n",
		"reboot without image\n", "fault fdt 2\n", "fault fdt 1 forever\n",
		"finish a\n", "putin 0\n", "fault kho 1\n", "rmmod\n", "when flb 0 retrieve bug\n",
		"open\nsession a\nopen\nfinish b\n", "do panic-now\n", "do unlock-outgoing 0 0\n",
	};
	struct lfb_scenario *scenario = parsed("handler 0\nopen\nsession a\nreboot\nopen\n"
					       "reboot without kho\nopen = -2\nreboot\nopen\n");

	assert_int_equal(lfb_exhaust_case(&options, scenario, &result), 0);
	assert_int_equal(result.steps, 9);
	assert_string_equal(result.what, "");
	lfb_scenario_free(scenario);
	for (size_t i = 0; i < sizeof(beyond) / sizeof(beyond[0]); i++) {
		scenario = parsed(beyond[i]);
		if (lfb_exhaust_case(&options, scenario, &result) != -EINVAL)
			fail_msg("%s was compared", beyond[i]);
		lfb_scenario_free(scenario);
	}
}

static void nonsense_is_refused(void **state)
{
	struct lfb_exhaust_options options = { .sz = sizeof(options), .length = 1 };
	struct lfb_exhaust_result result = { .sz = sizeof(result) };

	assert_int_equal(lfb_exhaust(&options, NULL), -EINVAL);
	result.sz--;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	result.sz++;
	options.sz = 1;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.sz = sizeof(options);
	options.length = LFB_EXHAUST_LENGTH_MAX + 1;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.length = 1;
	options.profile = "linux-1.0";
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.profile = NULL;
	options.quirks_on = "NONE_SUCH";
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.quirks_on = NULL;
	options.groups = 1u << 31;
	assert_int_equal(lfb_exhaust(&options, &result), -EINVAL);
	options.groups = 0;
	assert_int_equal(lfb_exhaust_case(&options, NULL, &result), -EINVAL);
	assert_int_equal(lfb_exhaust(&options, &result), 0);
}

static void groups_have_names(void **state)
{
	unsigned int bit = 0;

	while (lfb_exhaust_group_name(bit))
		bit++;
	assert_int_equal((1u << bit) - 1, LFB_EXHAUST_ALL_GROUPS | LFB_EXHAUST_LOCKED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_reference_kernel_does_what_the_model_says),
		cmocka_unit_test(so_it_does_with_every_group_of_operations),
		cmocka_unit_test(equal_states_lead_to_equal_ends),
		cmocka_unit_test(the_result_does_not_depend_on_the_number_of_threads),
		cmocka_unit_test(a_defect_is_found_and_what_was_found_replays),
		cmocka_unit_test(a_scenario_is_compared_up_to_what_the_model_knows),
		cmocka_unit_test(nonsense_is_refused),
		cmocka_unit_test(groups_have_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
