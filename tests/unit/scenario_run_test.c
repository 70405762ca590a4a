// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Running scenarios: what they answer, print and leave behind.
 */
#include <luo/blob.h>
#include <luo/fault.h>
#include <luo/machine.h>
#include <luo/profile.h>
#include <luo/scenario.h>
#include <luo/trace.h>

#include "tests/support/staging.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void senseless_arguments_are_refused(void **state)
{
	const struct lfb_scenario_options golden_trace = {
		.sz = sizeof(golden_trace), .golden = true, .trace_all = true,
	};
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	assert_int_equal(lfb_scenario_parse("test", "", 0, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_parse("test", NULL, 1, &scenario), -EINVAL);
	assert_int_equal(lfb_scenario_parse(NULL, NULL, 0, &scenario), 0);
	assert_int_equal(lfb_scenario_run(scenario, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_scenario_run(NULL, machine, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_run((void *)machine, machine, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_run(scenario, machine, &golden_trace), -EINVAL);
	assert_non_null(strstr(lfb_error_text(machine), "golden"));
	lfb_scenario_free((void *)machine);
	lfb_scenario_free(NULL);

	assert_int_equal(lfb_machine_boot(machine), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), -EBUSY);
	assert_non_null(strstr(lfb_error_text(machine), "running"));
	assert_int_equal(lfb_machine_shutdown(machine), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	lfb_scenario_free(scenario);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), -EINVAL);
	lfb_machine_destroy(machine);
}

static struct lfb_machine *moving_machine(const char *profile)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = 4 << 20,
		.profile = profile,
	};
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&options, &machine), 0);
	return machine;
}

/* Runs @text and asserts result, sentence and transcript; NULL: whatever. */
static void assert_run(const char *profile, const char *text, int result, const char *why,
		       const char *transcript)
{
	struct output output = { .writes_left = -1, .answer = 1 };
	struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.golden = true,
		.write = output_collect,
		.context = &output,
	};
	struct lfb_machine *machine = moving_machine(profile);
	struct lfb_scenario *scenario = parsed(text);

	assert_int_equal(lfb_scenario_run(scenario, machine, &options), result);
	if (why)
		assert_string_equal(lfb_error_text(machine), why);
	if (transcript)
		assert_string_equal(output.text, transcript);
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	free(output.text);
}

static void sessions_not_open_are_ebadfd(void **state)
{
	assert_run(NULL,
		   "preserve a 1 0 1 = -77\nretrieve a 1 = -77\nfinish a = -77\nclose a = -77\n"
		   "again a 1 1 = -77\nopen\nsession a\nclose a = 0\nclose a = -77\n",
		   0, NULL,
		   "== boot cold\n> preserve a 1 0 1 = -77\n> retrieve a 1 = -77\n"
		   "> finish a = -77\n> close a = -77\n> again a 1 1 = -77\n> open = 0\n"
		   "> session a = 0\n> close a\n> close a = -77\n== end\n");
}

static void sessions_without_a_device_are_ebadf(void **state)
{
	assert_run(NULL, "session a = -9\nrsession a = -9\n", 0, NULL, NULL);
}

static void a_name_means_the_session_opened_last(void **state)
{
	assert_run(NULL,
		   "handler 0\nopen\nsession a\npreserve a 1 0 1\nreboot\nhandler 0\nopen\n"
		   "session a = 0\nrsession a = 0\nretrieve a 1 = 0\nfinish a = 0\n",
		   0, NULL, NULL);
}

static void again_preserves_a_file_of_this_kernel(void **state)
{
	/* One file under two tokens: known defect FILE_PRESERVED_TWICE. */
	assert_run("linux-7.0",
		   "handler 0\nopen\nsession a\nsession b\npreserve a 1 0 7 = 0\n"
		   "again b 1 7 = 0\nagain b 2 8 = -9\nclose a\nclose b\n"
		   "session a\nagain a 1 0x7 = 0\nreboot\nhandler 0\nopen\nsession a\n"
		   "again a 1 7 = -9\n",
		   0, NULL, NULL);
}

static void what_is_registered_can_be_taken_back(void **state)
{
	assert_run("linux-7.0",
		   "handler 0\nflb 0 0 = 0\nunhandler 0 = -16\nunflb 0 0 = 0\nunflb 0 0 = -2\n"
		   "unhandler 0 = 0\nhandler 0 = 0\n",
		   0, NULL, NULL);
	assert_run("rfc-v6", "handler 0\nflb 0 0\nunflb 0 0 = -95\nunhandler 0 = -95\n", 0,
		   NULL, NULL);
}

static void references_are_counted_since_linux_7_3(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++) {
		if (lfb_profile_has_quirk(profile, "FLB_GET_UNCOUNTED"))
			assert_run(profile,
				   "handler 0\nflb 0 0\nholdin 0 = -95\nholdout 0 = -95\n"
				   "putin 0 = -77\nputout 0 = -77\n",
				   0, NULL, NULL);
		else
			assert_run(profile,
				   "handler 0\nflb 0 0\nputin 0 = -77\nholdin 0 = -61 obj=0\n"
				   "holdout 0 = -2 obj=0\nopen\nsession a\npreserve a 1 0 1\n"
				   "holdout 0 = 0 obj=1000\nclose a\ngetout 0 = 0 obj=1000\n"
				   "putout 0\nputout 0 = -77\ngetout 0 = -2 obj=0\n"
				   "session a\npreserve a 1 0 1\nreboot\n"
				   "handler 0\nflb 0 0\nopen\nholdin 0 = 0 obj=2000\n"
				   "holdin 0 = 0 obj=2000\nrsession a\nfinish a\n"
				   "putin 0\ngetin 0 = 0 obj=2000\nputin 0\n"
				   "putin 0 = -77\ngetin 0 = -61 obj=0\nholdin 0 = -61 obj=0\n",
				   0, NULL, NULL);
	}
}

static void callbacks_fail_as_often_as_told(void **state)
{
	assert_run("linux-7.0",
		   "handler 0\nflb 0 0\nopen\nsession a\n"
		   "fail flb 0 preserve -12 2\n"
		   "preserve a 1 0 1 = -12\npreserve a 1 0 1 = -12\n"
		   "fail h 0 preserve -5 1\npreserve a 1 0 1 = -5\npreserve a 1 0 1 = 0\n"
		   "fail h 0 freeze -16 9\nreboot = -16\nfail h 0 freeze 0 0\nreboot = 0\n"
		   "handler 0\nflb 0 0\nfail flb 0 retrieve -22 1\ngetin 0 = -22 obj=0\n"
		   "getin 0 = 0 obj=2000\nopen\nrsession a\n"
		   "fail h 0 can_finish -1 1\nfinish a = -16\n"
		   "fail h 0 retrieve -7 1\nretrieve a 1 = -7\nretrieve a 1 = -7\n"
		   "finish a = 0\n",
		   0, NULL, NULL);
}

static void a_wrong_expectation_ends_the_run(void **state)
{
	assert_run(NULL, "handler 0\n\nopen = -2 # hm\nopen\n", -EILSEQ,
		   "test:3: open: expected = -2, got = 0",
		   "== boot cold\n> handler 0 = 0\n> open = 0\n");
	assert_run("linux-7.0", "handler 0\nflb 0 0\ngetout 0 = 0 obj=5\n", -EILSEQ,
		   "test:3: getout 0: expected = 0 obj=5, got = 0 obj=0", NULL);
	assert_run("reference", "handler 0\nflb 0 0\ngetout 0 = 0 obj=5\n", -EILSEQ,
		   "test:3: getout 0: expected = 0 obj=5, got = -2 obj=0", NULL);
	assert_run(NULL, "close a = 0\n", -EILSEQ,
		   "test:1: close a: expected = 0, got = -77", NULL);
}

static void an_unexpected_death_is_the_run_s_error(void **state)
{
	/* No handover any kernel of these profiles could understand after a change of format. */
	assert_run("rfc-v6", "open\nsession a\nreboot into linux-7.0\nopen\n", -EFAULT, NULL,
		   "== boot cold\n> open = 0\n> session a = 0\n> reboot into linux-7.0 = -14\n"
		   "== boot handover\n== panic\n== end\n");
}

static void the_next_kernel_lacks_what_the_reboot_says_and_no_other(void **state)
{
	assert_run(NULL,
		   "open\nsession a\nreboot without kho\nhandler 0\nopen\n"
		   "reboot\nopen\nrsession a\n"
		   "reboot without liveupdate\nopen\n", 0, NULL,
		   "== boot cold\n> open = 0\n> session a = 0\n> reboot without kho = 0\n"
		   "== boot handover\n> handler 0 = -95\n> open = -2\n> reboot = 0\n"
		   "== boot handover\n> open = 0\n> rsession a = -2\n"
		   "> reboot without liveupdate = 0\n== boot handover\n> open = -2\n== end\n");
}

static void an_expected_death_is_not(void **state)
{
	assert_run("rfc-v6",
		   "open\nsession a\nreboot into linux-7.0 = -14\nopen\ncold\nopen = 0\n", 0, NULL,
		   "== boot cold\n> open = 0\n> session a = 0\n> reboot into linux-7.0 = -14\n"
		   "== boot handover\n== panic\n> cold\n== boot cold\n> open = 0\n== end\n");
	assert_run(NULL, "panic\n", 0, NULL, "== boot cold\n> panic\n== panic\n== end\n");
	assert_run(NULL, "panic\nopen = 0\n", -EILSEQ,
		   "test:2: open: expected = 0, got nothing: the kernel is dead",
		   "== boot cold\n> panic\n== panic\n");
}

static void every_failing_write_ends_the_run(void **state)
{
	struct lfb_scenario *scenario = parsed("handler 0\nflb 0 0\nopen\nsession a\n"
					       "preserve a 1 0 1\nreboot\ncold\n");
	int err;

	for (unsigned int golden = 0; golden < 2; golden++) {
		long n = 0;

		do {
			struct lfb_machine *machine = moving_machine(NULL);
			struct output output = { .writes_left = n++, .answer = 1 };
			struct lfb_scenario_options options = {
				.sz = sizeof(options),
				.golden = golden,
				.write = output_collect,
				.context = &output,
			};

			err = lfb_scenario_run(scenario, machine, &options);
			assert_true(err == 0 || err == -EPIPE);
			assert_int_equal(lfb_machine_state(machine), LFB_OFF);
			if (err)
				assert_string_equal(lfb_error_text(machine),
						    "the output could not be written");
			lfb_machine_destroy(machine);
			free(output.text);
		} while (err);
		assert_true(n > 10);
	}
	lfb_scenario_free(scenario);
}

static unsigned int events;

static void count_event(void *context, const struct lfb_event *event)
{
	events++;
}

static void the_machine_s_own_trace_stays(void **state)
{
	struct output output = { .writes_left = -1, .answer = 1 };
	struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.write = output_collect,
		.context = &output,
	};
	struct lfb_machine *machine = moving_machine(NULL);
	struct lfb_scenario *scenario = parsed("open\n");

	events = 0;
	assert_int_equal(lfb_trace_to(machine, count_event, NULL), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	assert_non_null(strstr(output.text, "\n  "));
	assert_non_null(strstr(output.text, "> open = 0\n"));
	options.golden = true;
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	assert_true(events > 0);
	free(output.text);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void every_fault_is_survived(void **state)
{
	static const char story[] =
		"handler 0\nhandler 1\nflb 0 0\nflb 0 1\nflb 1 1\nopen\nopen\nsession a\n"
		"session b\n"
		"preserve a 1 0 1\npreserve a 2 1 2\npreserve b 1 1 3\nclose b\nreboot\nreboot\n"
		"handler 0\nhandler 1\nflb 0 0\nflb 1 1\ngetin 0\nopen\nopen\nrsession a\n"
		"retrieve a 1\nretrieve a 2\nfinish a\nfinish a\nclose a\n";
	char text[sizeof(story) + 32];

	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		for (unsigned int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
			unsigned long n = 0, hits;

			do {
				struct lfb_machine *machine = moving_machine(lfb_profile_name(i));
				struct lfb_scenario *scenario;

				snprintf(text, sizeof(text), "fault %s %lu\n%s",
					 lfb_fault_kind_name(kind), ++n, story);
				scenario = parsed(text);
				lfb_scenario_run(scenario, machine, NULL);
				hits = lfb_fault_hits(machine);
				lfb_scenario_free(scenario);
				lfb_machine_destroy(machine);
			} while (hits);
		}
	}
}

static void the_last_handover_is_kept(void **state)
{
	static const char *const texts[] = { "open\n", "open\nreboot\n",
					     "open\nreboot\nopen\nsession a\nreboot\n" };
	struct lfb_blob *blob = (void *)1;
	void *memory = (void *)1;
	size_t size = 1, sizes[3];
	struct lfb_machine_options how = {
		.sz = sizeof(how),
		.memory = 4 << 20,
		.policy = LFB_PAGES_ASCENDING,
	};
	struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.last_blob = &blob,
		.last_memory = &memory,
		.last_memory_size = &size,
	};

	for (size_t i = 0; i < ARRAY_LENGTH(texts); i++) {
		struct lfb_scenario *scenario = parsed(texts[i]);
		struct lfb_machine *machine;

		assert_int_equal(lfb_machine_create(&how, &machine), 0);
		assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
		assert_int_equal(blob != NULL, i > 0);
		assert_int_equal(memory != NULL, i > 0);
		assert_int_equal(size % PAGE_SIZE, 0);
		sizes[i] = size;
		lfb_blob_free(blob);
		free(memory);
		lfb_scenario_free(scenario);
		lfb_machine_destroy(machine);
	}
	assert_int_equal(sizes[0], 0);
	assert_true(sizes[1] > 16 * PAGE_SIZE);
}

static void a_run_may_start_from_a_blob(void **state)
{
	struct lfb_blob *blob, *next;
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = &blob };
	struct lfb_machine *machine = moving_machine(NULL);
	struct lfb_scenario *scenario =
		parsed("handler 0\nopen\nsession a\npreserve a 1 0 1\nreboot\n");

	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	lfb_scenario_free(scenario);

	scenario = parsed("handler 0\nopen\nrsession a = 0\nretrieve a 1 = 0\nreboot\n");
	options.boot_from = blob;
	options.last_blob = &next;
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	lfb_blob_free(next);
	/* What is no blob, or no longer, is no boot. */
	lfb_blob_free(blob);
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), -EINVAL);
	assert_string_not_equal(lfb_error_text(machine), "");
	assert_int_equal(lfb_machine_state(machine), LFB_OFF);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void run_options_must_make_sense(void **state)
{
	size_t size;
	void *memory;
	struct lfb_scenario_options options = { .sz = sizeof(options) };
	struct lfb_machine *machine = moving_machine(NULL);
	struct lfb_scenario *scenario = parsed("open\n");

	for (size_t sz = 0; sz < offsetof(struct lfb_scenario_options, last_memory); sz++) {
		options.sz = sz;
		assert_int_equal(lfb_scenario_run(scenario, machine, &options), -EINVAL);
	}
	options.sz = sizeof(options) + 1;
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), -EINVAL);
	options.sz = offsetof(struct lfb_scenario_options, last_memory);
	options.last_memory = &memory;
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), 0);
	options.sz = sizeof(options);
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), -EINVAL);
	assert_string_equal(lfb_error_text(machine), "no place for the size of the memory");
	options.last_memory_size = &size;
	assert_int_equal(lfb_scenario_run(scenario, machine, &options), -EINVAL);
	assert_non_null(strstr(lfb_error_text(machine), "ascending"));
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

static void live_update_may_be_off(void **state)
{
	struct lfb_blob *blob = (void *)1;
	struct lfb_machine_options how = {
		.sz = sizeof(how),
		.memory = 4 << 20,
		.profile = "rfc-v6",
		.kho_off = true,
	};
	struct lfb_scenario_options options = { .sz = sizeof(options), .last_blob = &blob };
	struct lfb_scenario *scenario = parsed("handler 0 = -95\nflb 0 0 = -95\ngetin 0 = -95\n"
					       "open = -2\nreboot = 0\nopen = -2\n");
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(&how, &machine), 0);
	if (lfb_scenario_run(scenario, machine, &options))
		fail_msg("%s", lfb_error_text(machine));
	assert_null(blob);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(senseless_arguments_are_refused),
		cmocka_unit_test(sessions_not_open_are_ebadfd),
		cmocka_unit_test(sessions_without_a_device_are_ebadf),
		cmocka_unit_test(a_name_means_the_session_opened_last),
		cmocka_unit_test(again_preserves_a_file_of_this_kernel),
		cmocka_unit_test(what_is_registered_can_be_taken_back),
		cmocka_unit_test(references_are_counted_since_linux_7_3),
		cmocka_unit_test(callbacks_fail_as_often_as_told),
		cmocka_unit_test(a_wrong_expectation_ends_the_run),
		cmocka_unit_test(an_unexpected_death_is_the_run_s_error),
		cmocka_unit_test(the_next_kernel_lacks_what_the_reboot_says_and_no_other),
		cmocka_unit_test(an_expected_death_is_not),
		cmocka_unit_test(every_failing_write_ends_the_run),
		cmocka_unit_test(the_machine_s_own_trace_stays),
		cmocka_unit_test(every_fault_is_survived),
		cmocka_unit_test(the_last_handover_is_kept),
		cmocka_unit_test(a_run_may_start_from_a_blob),
		cmocka_unit_test(run_options_must_make_sense),
		cmocka_unit_test(live_update_may_be_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
