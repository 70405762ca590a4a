// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The search for findings in a module: what it finds, after how much, and what it leaves alone.
 */
#include <luo/exhaust.h>
#include <luo/machine.h>
#include <luo/scenario.h>
#include <luo/shrink.h>

#include "sim/explore/exhaust/module.h"
#include "tests/support/staging.h"

/* A page of an FLB and one of a file, handed over, restored and freed. */
#define RIGHT \
	"when flb 0 preserve kho a 4096\n" \
	"when flb 0 preserve data a\n" \
	"when flb 0 unpreserve kho-unpreserve-free a\n" \
	"when flb 0 retrieve take a\n" \
	"when flb 0 retrieve obj a\n" \
	"when flb 0 finish take-obj a\n" \
	"when flb 0 finish kho-restore-free a\n" \
	"when h 0 preserve kho b 4096\n" \
	"when h 0 freeze data b\n" \
	"when h 0 unpreserve kho-unpreserve-free b\n" \
	"when h 0 finish take b\n"

#define FREED "when h 0 finish kho-restore-free b\n"

static struct lfb_machine *machine(enum lfb_checks checks)
{
	const struct lfb_machine_options options = { .sz = sizeof(options), .memory = 4 << 20,
						     .checks = checks };
	struct lfb_machine *made;

	assert_int_equal(lfb_machine_create(&options, &made), 0);
	return made;
}

/* enum lfb_exhaust_choice, and threads */
static unsigned int without, jobs;

/* One id, or all errors for LFB_FINDINGS_NR. */
static struct lfb_exhaust_module_result search(const char *text, unsigned int length,
					       enum lfb_finding_id id)
{
	const struct lfb_exhaust_module_options options = {
		.sz = sizeof(options), .length = length,
		.finds = id < LFB_FINDINGS_NR ? &id : NULL, .nr_finds = id < LFB_FINDINGS_NR,
		.without = without, .jobs = jobs,
	};
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	struct lfb_scenario *module = parsed(text);
	struct lfb_machine *made = machine(LFB_CHECKS_ON);

	if (lfb_exhaust_module(module, made, &options, &result))
		fail_msg("%s", lfb_error_text(NULL));
	assert_int_equal(lfb_finding_count(made), 0);
	assert_int_equal(lfb_machine_state(made), LFB_OFF);
	lfb_machine_destroy(made);
	lfb_scenario_free(module);
	return result;
}

static int append(void *context, const char *bytes, size_t size)
{
	strncat(context, bytes, size);
	return 0;
}

static void assert_lines(const struct lfb_scenario *scenario, const char *lines)
{
	char text[2048] = "";

	assert_int_equal(lfb_scenario_write(scenario, true, append, text), 0);
	assert_string_equal(text, lines);
}

static void a_module_that_does_nothing_is_clean(void **state)
{
	struct lfb_exhaust_module_result result = search("", 4, LFB_FINDINGS_NR);

	assert_int_equal(result.nr_found, 0);
	assert_null(result.found);
	assert_int_equal(result.length, 4);
	assert_int_equal(result.sequences, 1527);
	lfb_exhaust_module_end(&result);
}

static void a_leak_is_found_by_the_shortest_sequence(void **state)
{
	struct lfb_exhaust_module_result result = search(RIGHT, 5, LFB_FINDING_FILE_LEFT_BEHIND);

	assert_int_equal(result.nr_found, 1);
	assert_int_equal(result.found[0].id, LFB_FINDING_FILE_LEFT_BEHIND);
	assert_int_equal(result.found[0].length, 5);
	assert_int_equal(result.found[0].tried, 2711);
	assert_int_equal(result.sequences, 2711);
	assert_lines(result.found[0].scenario,
		     RIGHT "handler 0\nopen\nsession a\npreserve a 0 0 0\nreboot\n"
		     "handler 0\nopen\nrsession a\nfinish a\n");
	lfb_exhaust_module_end(&result);
}

static void its_twin_is_clean_in_all_sequences_of_that_length(void **state)
{
	struct lfb_exhaust_module_result result = search(RIGHT FREED, 4, LFB_FINDINGS_NR);

	assert_int_equal(result.nr_found, 0);
	assert_int_equal(result.sequences, 1527);
	lfb_exhaust_module_end(&result);
	result = search(RIGHT FREED, 5, LFB_FINDINGS_NR);
	assert_int_equal(result.nr_found, 0);
	assert_int_equal(result.sequences, 18553);
	lfb_exhaust_module_end(&result);
}

static void nor_is_it_accused_of_what_the_next_kernel_lacks(void **state)
{
	/* docs/exhaust.md says how many they are. */
	static const struct {
		unsigned int without;
		u64 sequences;
	} searches[] = {
		{ LFB_EXHAUST_ALL_CHOICES, 1265 },
		{ LFB_EXHAUST_LINKS, 1371 },
		{ LFB_EXHAUST_OFF, 1455 },
		{ LFB_EXHAUST_PLAIN, 1493 },
		{ LFB_EXHAUST_TWICE, 1527 },
		{ 0, 1527 },
	};

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct lfb_exhaust_module_result result;

		without = searches[i].without;
		result = search(RIGHT FREED, 4, LFB_FINDINGS_NR);
		without = 0;
		assert_int_equal(result.nr_found, 0);
		assert_int_equal(result.sequences, searches[i].sequences);
		lfb_exhaust_module_end(&result);
	}
}

/* A file under a second token: who says what it is must say so each time. */
static void what_a_changing_identity_does_is_found_by_preserving_twice(void **state)
{
	static const struct {
		const char *identity;
		unsigned int without;
		bool found;
	} searches[] = {
		{ "identity 0 changing\n", 0, true },
		{ "identity 0 changing\n", LFB_EXHAUST_TWICE, false },
		{ "identity 0 inode\n", 0, false },
		/* All files of the handler are one. */
		{ "identity 0 5\n", 0, false },
		{ "identity 0 none\n", 0, false },
	};
	char text[1024];

	for (size_t i = 0; i < sizeof(searches) / sizeof(searches[0]); i++) {
		struct lfb_exhaust_module_result result;

		snprintf(text, sizeof(text), "%s" RIGHT FREED, searches[i].identity);
		without = searches[i].without;
		result = search(text, 4, LFB_FINDING_FILE_LEFT_BEHIND);
		without = 0;
		assert_int_equal(result.nr_found, searches[i].found);
		if (result.nr_found)
			assert_int_equal(result.found->length, 4);
		lfb_exhaust_module_end(&result);
	}
	/* But for that it is right. */
	for (int changes = 0; changes <= 1; changes++) {
		struct lfb_exhaust_module_result result;

		snprintf(text, sizeof(text), "identity 0 %s\n" RIGHT FREED,
			 changes ? "changing" : "inode");
		result = search(text, 4, LFB_FINDINGS_NR);
		assert_int_equal(result.nr_found, changes ? 3 : 0);
		lfb_exhaust_module_end(&result);
	}
}

/* What differs with the threads is only who does what. */
static void assert_same_with(unsigned int threads, const char *text, enum lfb_finding_id id)
{
	struct lfb_exhaust_module_result one, many;

	jobs = 1;
	one = search(text, 4, id);
	jobs = threads;
	many = search(text, 4, id);
	jobs = 0;
	assert_int_equal(one.length, many.length);
	assert_int_equal(one.sequences, many.sequences);
	assert_int_equal(one.nr_found, many.nr_found);
	assert_true(one.nr_found > 0);
	for (size_t i = 0; i < one.nr_found; i++) {
		char lines[2048] = "";

		assert_int_equal(one.found[i].id, many.found[i].id);
		assert_int_equal(one.found[i].length, many.found[i].length);
		assert_int_equal(one.found[i].tried, many.found[i].tried);
		assert_int_equal(lfb_scenario_write(one.found[i].scenario, true, append, lines), 0);
		assert_lines(many.found[i].scenario, lines);
	}
	lfb_exhaust_module_end(&one);
	lfb_exhaust_module_end(&many);
}

static void the_result_does_not_depend_on_the_threads(void **state)
{
	static const char text[] = "when h 0 preserve kho a 4096\n"
				   "when h 1 unpreserve warn\n"
				   "when flb 1 unpreserve kmalloc x 8\n"
				   "when flb 0 retrieve panic-now\n";

	for (unsigned int threads = 2; threads <= 5; threads++) {
		assert_same_with(threads, text, LFB_FINDINGS_NR);
		assert_same_with(threads, text, LFB_FINDING_KERNEL_WARN);
		assert_same_with(threads, text, LFB_FINDING_KHO_NEVER_RESTORED);
	}
}

static bool look_once(void *context, const struct lfb_progress *progress)
{
	*(unsigned int *)context = progress->longest;
	return false;
}

static void it_goes_as_far_as_to_finish_when_nobody_says_how_far(void **state)
{
	unsigned int longest = 0;
	const struct lfb_exhaust_module_options options = {
		.sz = sizeof(options), .progress = look_once, .context = &longest,
	};
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	struct lfb_scenario *module = parsed(RIGHT FREED);
	struct lfb_machine *made = machine(LFB_CHECKS_ON);

	assert_int_equal(lfb_exhaust_module(module, made, &options, &result), -EINTR);
	assert_int_equal(longest, 6);
	lfb_exhaust_module_end(&result);
	lfb_machine_destroy(made);
	lfb_scenario_free(module);
}

/* The letter of the world whose last line this is. */
static const struct lfb_letter *letter_of(const struct lfb_world *world, const char *line)
{
	for (unsigned int i = 0; i < world->nr_letters; i++) {
		const struct lfb_letter *letter = &world->letters[i];

		if (letter->count == 1 &&
		    !strcmp(world->scenario->operations[letter->first].text, line))
			return letter;
	}
	fail_msg("there is no %s", line);
	return NULL;
}

/* Sequences that long are too many for a test. */
static void a_retrieved_file_is_preserved_again(void **state)
{
	static const struct {
		const char *line;
		bool does_it;		/* afterwards */
	} steps[] = {
		{ "session a", false }, { "preserve a 1 0 1", false }, { "reboot", false },
		{ "rsession a", false }, { "session b", false }, { "retrieve a 1 as 11", true },
		{ "finish a", true }, { "again b 1 11", false }, { "close b", false },
	};
	struct lfb_scenario *module = parsed("");
	struct lfb_agent_state known = { 0 };
	struct lfb_module_act again, act;
	struct lfb_world world;

	assert_int_equal(lfb__module_world_create(module, 0, &world), 0);
	again = lfb__module_act(world.scenario->operations, letter_of(&world, "again b 1 11"));
	for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
		act = lfb__module_act(world.scenario->operations,
				      letter_of(&world, steps[i].line));
		assert_true(lfb__module_does(&known, &act));
		lfb__module_learns(&known, &act, 0);
		assert_int_equal(lfb__module_does(&known, &again), steps[i].does_it);
	}
	lfb_scenario_free(world.scenario);
	assert_int_equal(lfb__module_world_create(module, LFB_EXHAUST_AGAIN, &world), 0);
	for (size_t i = 0; i < world.scenario->count; i++)
		assert_int_not_equal(world.scenario->operations[i].verb, LFB_VERB_AGAIN);
	lfb_scenario_free(world.scenario);
	lfb_scenario_free(module);
}

/* Each by its own shortest sequence; the lines that are no definitions do not matter. */
static void all_errors_are_found_when_none_is_named(void **state)
{
	struct lfb_exhaust_module_result result =
		search("when h 0 preserve kho a 4096\nopen\nsession z\npanic\n", 4,
		       LFB_FINDINGS_NR);

	assert_int_equal(result.nr_found, 2);
	assert_int_equal(result.found[0].id, LFB_FINDING_FILE_LEFT_BEHIND);
	assert_int_equal(result.found[0].length, 3);
	assert_int_equal(result.found[1].id, LFB_FINDING_KHO_NEVER_RESTORED);
	assert_int_equal(result.found[1].length, 4);
	assert_int_equal(result.length, 4);
	lfb_exhaust_module_end(&result);
}

static void a_warning_is_found_when_it_is_named(void **state)
{
	static const char text[] = "when h 0 freeze set-arg private_data 4096\n";
	struct lfb_exhaust_module_result result = search(text, 3, LFB_FINDINGS_NR);

	assert_int_equal(result.nr_found, 0);
	lfb_exhaust_module_end(&result);
	result = search(text, 3, LFB_FINDING_FILE_DISCARDED_WRITE);
	assert_int_equal(result.nr_found, 1);
	lfb_exhaust_module_end(&result);
}

static void registering_can_be_enough(void **state)
{
	struct lfb_exhaust_module_result result =
		search("compatible h 0 fh0-with-a-name-that-fills-the-field-entirely-v1\n", 1,
		       LFB_FINDING_FILE_COMPATIBLE);

	assert_int_equal(result.nr_found, 1);
	assert_int_equal(result.found[0].length, 0);
	assert_int_equal(result.sequences, 1);
	lfb_exhaust_module_end(&result);
}

/* The order of one sequence and that of another would be an inversion nobody can see again. */
static void no_sequence_is_accused_of_what_another_one_did(void **state)
{
	static const char text[] =
		"when h 0 preserve lock 0\nwhen h 0 preserve lock 1\n"
		"when h 0 preserve unlock 1\nwhen h 0 preserve unlock 0\n"
		"when h 0 unpreserve lock 1\nwhen h 0 unpreserve lock 0\n"
		"when h 0 unpreserve unlock 0\nwhen h 0 unpreserve unlock 1\n";
	struct lfb_exhaust_module_result result = search(text, 3, LFB_FINDING_LOCK_INVERSION);

	assert_int_equal(result.nr_found, 1);
	assert_int_equal(result.found[0].length, 3);
	lfb_exhaust_module_end(&result);
}

/* A dead kernel is gone on with in no sequence: fewer are left. */
static void nothing_comes_after_a_death(void **state)
{
	struct lfb_exhaust_module_result alive = search("", 3, LFB_FINDINGS_NR);
	struct lfb_exhaust_module_result dead =
		search("when h 0 preserve panic-now\n", 3, LFB_FINDINGS_NR);

	assert_int_equal(dead.nr_found, 1);
	assert_int_equal(dead.found[0].id, LFB_FINDING_KERNEL_PANIC);
	assert_true(dead.sequences < alive.sequences);
	lfb_exhaust_module_end(&alive);
	lfb_exhaust_module_end(&dead);
}

static void what_makes_no_sense_is_refused(void **state)
{
	struct lfb_exhaust_module_options options = { .sz = sizeof(options), .length = 13 };
	struct lfb_exhaust_module_result result = { .sz = sizeof(result) };
	struct lfb_scenario *module = parsed("when h 2 preserve warn\n"), *shortest;
	struct lfb_machine *made = machine(LFB_CHECKS_ON);
	const enum lfb_finding_id none = LFB_FINDINGS_NR;

	assert_int_equal(lfb_exhaust_module(module, made, &options, &result), -EINVAL);
	options.length = 1;
	assert_int_equal(lfb_exhaust_module(module, made, &options, &result), -EINVAL);
	assert_non_null(strstr(lfb_error_text(NULL), "test:1: when h 2 preserve warn"));
	options.finds = &none;
	options.nr_finds = 1;
	assert_int_equal(lfb_exhaust_module(module, made, &options, &result), -EINVAL);
	options.sz = 1;
	assert_int_equal(lfb_exhaust_module(module, made, &options, &result), -EINVAL);
	assert_int_equal(lfb_exhaust_module(module, NULL, NULL, &result), -EINVAL);
	assert_int_equal(lfb_exhaust_module(NULL, made, NULL, &result), -EINVAL);
	assert_int_equal(lfb_exhaust_module(module, made, NULL, NULL), -EINVAL);
	assert_int_equal(lfb_scenario_shrink_finding(module, made, LFB_FINDING_KERNEL_WARN, false,
						     NULL, &shortest), -EINVAL);
	assert_null(shortest);
	assert_int_equal(lfb_scenario_shrink_finding(module, made, LFB_FINDING_KERNEL_WARN, false,
						     NULL, NULL), -EINVAL);
	assert_int_equal(lfb_machine_boot(made), 0);
	assert_int_equal(lfb_exhaust_module(module, made, NULL, &result), -EBUSY);
	assert_int_equal(lfb_scenario_shrink_finding(module, made, LFB_FINDING_KERNEL_WARN, false,
						     NULL, &shortest), -EBUSY);
	lfb_exhaust_module_end(NULL);
	lfb_machine_destroy(made);
	lfb_scenario_free(module);
}

/* With the module as it is, or also that as short as can be. */
static void a_scenario_is_shrunk_to_what_raises_a_finding(void **state)
{
	static const char text[] =
		"when h 3 preserve kmalloc p 64\nwhen h 3 preserve private p\n"
		"when h 3 unpreserve warn\nhandler 3\nhandler 4\nopen\nsession s\nsession t\n"
		"preserve s 7 3 100\nclose s\nclose t\n";
	struct lfb_scenario *scenario = parsed(text), *shortest;
	struct lfb_machine *made = machine(LFB_CHECKS_ON);

	assert_int_equal(lfb_scenario_shrink_finding(scenario, made,
						     LFB_FINDING_FILE_PRIVATE_NOT_FREED, false,
						     NULL, &shortest), 0);
	assert_lines(shortest, "when h 0 preserve kmalloc p 1\nwhen h 0 preserve private p\n"
		     "handler 0\nopen\nsession s\npreserve s 0 0 0\nclose s\n");
	lfb_scenario_free(shortest);
	assert_int_equal(lfb_scenario_shrink_finding(scenario, made,
						     LFB_FINDING_FILE_PRIVATE_NOT_FREED, true,
						     NULL, &shortest), 0);
	assert_lines(shortest, "when h 3 preserve kmalloc p 64\nwhen h 3 preserve private p\n"
		     "when h 3 unpreserve warn\n"
		     "handler 3\nopen\nsession s\npreserve s 0 3 0\nclose s\n");
	lfb_scenario_free(shortest);
	lfb_machine_destroy(made);
	lfb_scenario_free(scenario);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_module_that_does_nothing_is_clean),
		cmocka_unit_test(a_leak_is_found_by_the_shortest_sequence),
		cmocka_unit_test(its_twin_is_clean_in_all_sequences_of_that_length),
		cmocka_unit_test(nor_is_it_accused_of_what_the_next_kernel_lacks),
		cmocka_unit_test(what_a_changing_identity_does_is_found_by_preserving_twice),
		cmocka_unit_test(the_result_does_not_depend_on_the_threads),
		cmocka_unit_test(it_goes_as_far_as_to_finish_when_nobody_says_how_far),
		cmocka_unit_test(a_retrieved_file_is_preserved_again),
		cmocka_unit_test(all_errors_are_found_when_none_is_named),
		cmocka_unit_test(a_warning_is_found_when_it_is_named),
		cmocka_unit_test(registering_can_be_enough),
		cmocka_unit_test(no_sequence_is_accused_of_what_another_one_did),
		cmocka_unit_test(nothing_comes_after_a_death),
		cmocka_unit_test(what_makes_no_sense_is_refused),
		cmocka_unit_test(a_scenario_is_shrunk_to_what_raises_a_finding),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
