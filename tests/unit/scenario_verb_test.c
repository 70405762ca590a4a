// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What scenarios can do to the module and the machine: points, names, modules, halves of a reboot.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/choose.h>
#include <luo/module.h>
#include <luo/trace.h>

#include "sim/machine/machine.h"
#include "sim/scenario/scenario.h"
#include "tests/support/scripted.h"

#define START "handler 0\nflb 0 0\nopen\nsession a\n"

static void assert_refused(const char *text, const char *why)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), -EINVAL);
	if (!strstr(lfb_error_text(NULL), why))
		fail_msg("%s: %s", text, lfb_error_text(NULL));
}

static void nonsense_is_named(void **state)
{
	char text[128];

	assert_refused("at", "test:1:3: expected the name of a scheduling point");
	assert_refused("at frezee open", "test:1:4: expected a scheduling point (docs/scenarios.md "
					 "lists them), found \"frezee\"");
	assert_refused("at freeze", "expected an operation");
	assert_refused("at freeze 0 open", "expected how many times (1 to 1000000000)");
	assert_refused("at freeze 2 3 open", "expected an operation");
	assert_refused("at freeze at freeze open", "expected an operation");
	assert_refused("damage", "flb, session or tree");
	assert_refused("damage flb x", "an offset");
	assert_refused("damage tree 0 x", "a value");
	assert_refused("damage session 0 1 2", "expected \"= RESULT\"");
	assert_refused("compatible flb 0", "a string of at most 64 bytes");
	snprintf(text, sizeof(text), "compatible h 0 %065d", 0);
	assert_refused(text, "a string of at most 64 bytes");
	assert_refused("jump into nowhere", "a profile");
	assert_refused("module 1", "expected \"= RESULT\"");
}

static void text_of_operations_is_kept(void **state)
{
	static const char text[] = "at  mutex_lock   3 do\tkmalloc  s 8 = -12 # comment\n"
				   "at freeze close a\nwhen  h 0 freeze data :s\n"
				   "compatible flb 0 x\n";
	static const char *const kept[] = { "at mutex_lock 3 do kmalloc s 8", "at freeze close a",
					    "when h 0 freeze data :s", "compatible flb 0 x" };
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	for (unsigned int i = 0; i < 4; i++)
		assert_string_equal(scenario->operations[i].text, kept[i]);
	assert_string_equal(scenario->operations[0].point_text, "do kmalloc s 8");
	assert_string_equal(scenario->operations[0].point, "mutex_lock");
	assert_int_equal(scenario->operations[0].nth, 3);
	assert_int_equal(scenario->operations[0].expected.result, -ENOMEM);
	assert_int_equal(scenario->nr_points, 2);
	lfb_scenario_free(scenario);
}

/*
 * Points
 */

static void races_are_scenarios(void **state)
{
	assert_transcript("linux-7.0",
			  "open\nsession a\nreboot\nopen\nrsession a\n"
			  "at session-found close a = 0\nrsession a = -2\n",
			  "== boot cold\n> open = 0\n> session a = 0\n> reboot = 0\n"
			  "== boot handover\n> open = 0\n> rsession a = 0\n"
			  "> at session-found close a\n> rsession a = -2\n== end\n");
	assert_ends("linux-7.0",
		    START "at preserve 3 do kmalloc s 8 = 0\nat preserve session b = 0\n"
		    "preserve a 1 0 1 = 0\npreserve b 1 0 2 = 0\n",
		    0, "");
}

static void points_are_counted_from_the_operation_they_are_in(void **state)
{
	static const char first[] = START "at preserve 5 getout 0\npreserve a 1 0 1\n"
				    "preserve a 2 0 2\n";
	struct scripted run, again;

	run = scripted_run("linux-7.3", first, true);
	assert_int_equal(run.result, 0);
	assert_non_null(strstr(run.output, "\n> at preserve getout 0 = 0 obj=1000\n"
			       "file h0.preserve ino=2 -> 0\n> preserve a 2 0 2 = 0\n"));
	again = scripted_run("linux-7.3", run.output, true);
	assert_int_equal(again.result, 0);
	assert_string_equal(again.output, run.output);
	scripted_free(&run);
	scripted_free(&again);
}

/* Which operations the callbacks of a file said they were in. */
struct named {
	unsigned long operations[8];
	char doing[8][64];
	unsigned int count;
};

static void name(void *context, const struct lfb_event *event)
{
	struct named *named = context;

	if (event->happening != LFB_DID_FILE_PRESERVE && event->happening != LFB_DID_FILE_FREEZE &&
	    event->happening != LFB_DID_PANICKED)
		return;
	assert_true(named->count < 8);
	named->operations[named->count] = event->operation;
	snprintf(named->doing[named->count++], 64, "%s", event->doing);
}

static int run_named(const char *text, struct named *named)
{
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	int err;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	assert_int_equal(lfb_trace_to(machine, name, named), 0);
	err = lfb_scenario_run(scenario, machine, NULL);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
	return err;
}

static void what_comes_behind_a_point_is_in_the_operation_around_it(void **state)
{
	static const char text[] = "handler 0\nopen\nsession a\nsession b\n"
				   "at preserve preserve b 1 0 2\nat freeze session c\n"
				   "preserve a 1 0 1\nreboot\n";
	static const char dies[] = "handler 0\nopen\nsession a\nat preserve close a\n"
				   "when h 0 preserve panic-now\npreserve a 1 0 1\n";
	struct named named = { 0 };

	assert_int_equal(run_named(text, &named), 0);
	assert_int_equal(named.count, 4);
	/* The file at the point, the one it came between, and both of them frozen. */
	assert_int_equal(named.operations[0], 5);
	assert_string_equal(named.doing[0], "at preserve preserve b 1 0 2");
	assert_int_equal(named.operations[1], 7);
	assert_string_equal(named.doing[1], "preserve a 1 0 1");
	assert_int_equal(named.operations[2], 8);
	assert_int_equal(named.operations[3], 8);
	assert_string_equal(named.doing[3], "reboot");

	named.count = 0;
	assert_int_not_equal(run_named(dies, &named), 0);
	assert_int_equal(named.operations[named.count - 1], 6);
	assert_string_equal(named.doing[named.count - 1], "preserve a 1 0 1");
}

static void deaths_at_points_are_told(void **state)
{
	assert_transcript("linux-7.3",
			  "handler 0\nopen\nsession a\nat preserve panic\npreserve a 1 0 1\n",
			  "== boot cold\n> handler 0 = 0\n> open = 0\n> session a = 0\n"
			  "> at preserve panic\n> preserve a 1 0 1 = -14\n== panic\n== end\n");
	assert_ends("linux-7.3",
		    START "at preserve 2 do null = -14\npreserve a 1 0 1\ncold\nopen = 0\n", 0,
		    NULL);
	assert_ends("linux-7.3", START "at preserve 2 do null\npreserve a 1 0 1\n", -EFAULT,
		    "NULL pointer");
	assert_ends("linux-7.3", START "at preserve 2 preserve a 2 0 2\npreserve a 1 0 1\n",
		    -EDEADLK, "held by agent");
}

static void wrong_answers_at_points_end_the_run(void **state)
{
	assert_ends(NULL, START "at preserve open = 0\npreserve a 1 0 1\nclose a\n", -EILSEQ,
		    "test:5: at preserve open: expected = 0, got = -16");
	assert_ends(NULL, START "at freeze close a = 0\n", -EILSEQ,
		    "test:5: at freeze close a: expected = 0, got nothing: it was never passed");
	assert_ends(NULL, START "at freeze close a\n", 0, "");
}

static void what_ends_a_kernel_is_refused_at_points(void **state)
{
	assert_ends("linux-7.3",
		    START "at preserve reboot = -16\nat preserve prepare = -16\n"
		    "at preserve jump = -16\nat preserve cold = -16\nat preserve module = -16\n"
		    "at preserve damage flb 0 0 = -16\nat preserve fault alloc 100 = 0\n"
		    "preserve a 1 0 1 = 0\n",
		    0, "");
	/* What a boot passes does not count. */
	assert_ends("linux-7.3", "at mutex_lock 2 getin 0 = 0\nreboot\nreboot\n", -EILSEQ, NULL);
}

static void count(void *context, const char *point, const char *object)
{
	++*(unsigned int *)context;
}

static void another_hook_is_called_and_comes_back(void **state)
{
	static const char text[] = "at mutex_lock getin 0\nopen\nsession a\n";
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;
	unsigned int passed = 0, before;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_scenario_parse("test", text, strlen(text), &scenario), 0);
	assert_int_equal(lfb_sched_to(machine, count, &passed), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	assert_int_not_equal(passed, 0);
	before = passed;
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	assert_int_equal(passed, 2 * before);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

/*
 * Names
 */

static void compatible_strings_can_be_any(void **state)
{
	char text[512];

	snprintf(text, sizeof(text), "compatible h 0 %047d\nhandler 0 = 0\n", 0);
	assert_ends(NULL, text, 0, "");
	snprintf(text, sizeof(text), "compatible h 0 %048d\nhandler 0 = -22\n", 0);
	assert_ends(NULL, text, 0, NULL);
	snprintf(text, sizeof(text),
		 "handler 0\ncompatible flb 0 %064d\nflb 0 0 = -22\ncompatible flb 0 x\n"
		 "flb 0 0 = 0\ncompatible flb 0 y = -16\ncompatible h 0 y = -16\n", 0);
	assert_ends(NULL, text, 0, NULL);
	/* In every kernel, as it is the module's code. */
	assert_ends("linux-7.3",
		    "compatible flb 0 one\n" START "preserve a 1 0 1\nreboot\nhandler 0\n"
		    "flb 0 0\ngetin 0 = 0 obj=2000\n",
		    0, "");
	assert_ends("linux-7.3",
		    START "preserve a 1 0 1\nreboot\nhandler 0\ncompatible flb 0 other\n"
		    "flb 0 0 = 0\ngetin 0 = -2 obj=0\n",
		    0, NULL);
}

/*
 * The module
 */

static void the_module_can_be_a_module(void **state)
{
	assert_shows("linux-7.3",
		     "module = 0\nmodule = -17\ninsmod = -17\n" START "preserve a 1 0 1\n"
		     "rmmod = -16\nclose a\nrmmod = 0\nrmmod = -2\nhandler 0 = -77\n"
		     "do warn = -77\ninsmod = 0\nhandler 0 = 0\nreboot\nhandler 0 = 0\nrmmod = 0\n"
		     "reboot\nhandler 0 = -77\n",
		     "unregister-handler");
	assert_shows("linux-7.0",
		     "module\nhandler 0\nflb 0 0\nrmmod = -16\nunflb 0 0\nunhandler 0\nrmmod = 0\n",
		     "recorded                     exit");
	assert_shows("linux-7.3", "module\ndo module-get\nrmmod = -16\ndo module-put\nrmmod = 0\n",
		     "refcnt 1");
	assert_shows("linux-7.3", "module\ndo module-put\n", "no reference left to put");
	assert_ends(NULL, "insmod = -2\nrmmod = -2\nhandler 0\nmodule = -16\n", 0, NULL);
	assert_shows("linux-7.3", "module\nhandler 0\nflb 0 0\nhandler 1\nrmmod = 0\ninsmod = 0\n"
		     "handler 0 = 0\nflb 0 0 = 0\n", "unregister-flb");
}

static void two_modules_of_one_name_do_not_mix(void **state)
{
	struct module module = { .name = "recorded" };
	struct lfb_module mine = { .module = &module };
	struct lfb_scenario *scenario;
	struct lfb_machine *machine;

	assert_int_equal(lfb_machine_create(NULL, &machine), 0);
	assert_int_equal(lfb_machine_add_module(machine, &mine), 0);
	assert_int_equal(lfb_scenario_parse("test", "module = -17\nrmmod = -2\n", 24, &scenario),
			 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	assert_int_equal(lfb_machine_remove_module(machine, "recorded"), 0);
	lfb_scenario_free(scenario);
	assert_int_equal(lfb_scenario_parse("test", "module = 0\n", 11, &scenario), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	assert_int_equal(lfb_scenario_run(scenario, machine, NULL), 0);
	assert_int_equal(lfb_machine_add_module(machine, &mine), 0);
	lfb_scenario_free(scenario);
	lfb_machine_destroy(machine);
}

/*
 * Halves of a reboot
 */

static void a_reboot_has_two_halves(void **state)
{
	assert_transcript("linux-7.3",
			  "jump = -16\nhandler 0\nopen\nsession a\npreserve a 1 0 1\n"
			  "prepare = 0\nprepare = -16\nreboot = -16\nclose a = -11\n"
			  "jump into linux-7.3 = 0\n",
			  "== boot cold\n> jump = -16\n> handler 0 = 0\n> open = 0\n"
			  "> session a = 0\nfile h0.preserve ino=1 -> 0\n> preserve a 1 0 1 = 0\n"
			  "file h0.freeze data=d001 -> 0\n> prepare = 0\n> prepare = -16\n"
			  "> reboot = -16\n> close a = -11\n> jump into linux-7.3 = 0\n"
			  "== boot handover\n== end\n");
}

static void images_can_be_damaged(void **state)
{
	const char *profile;

	for (unsigned int i = 0; (profile = lfb_profile_name(i)) != NULL; i++)
		assert_ends(profile,
			    "damage flb 0 0 = -16\n" START "preserve a 1 0 1\nprepare\n"
			    "damage flb 4089 0 = -22\ndamage flb 4088 0 = 0\n"
			    "damage session 4088 0 = 0\ndamage tree 4088 0 = 0\njump = 0\n"
			    "handler 0\nflb 0 0\ngetin 0 = 0 obj=2000\nopen\nrsession a = 0\n",
			    0, NULL);
	assert_shows("linux-7.3",
		     START "preserve a 1 0 1\nprepare\ndamage flb 8 1000\njump\nhandler 0\n"
		     "flb 0 0\ngetin 0\n",
		     "serialized state is trusted");
	assert_ends("linux-7.3",
		    "open\nsession a\nprepare\ndamage tree 16 0x1000\ndamage session 0 1 = -61\n",
		    0, NULL);
}

/* A word at the start of an example: "`word" and no more letters of it. */
static bool is_documented(const char *document, const char *word)
{
	char start[40];
	int length = snprintf(start, sizeof(start), "`%s", word);

	while ((document = strstr(document, start)) != NULL) {
		document += length;
		if (*document == '`' || *document == ' ')
			return true;
	}
	return false;
}

static void every_word_is_documented(void **state)
{
	char *document;
	size_t size;

	(void)state;
	assert_int_equal(lfb__read_whole_file(LFB_TEST_DATA "/../../docs/scenarios.md", &document,
					      &size), 0);
	for (int verb = 0; verb < LFB_VERBS; verb++) {
		if (!is_documented(document, lfb__verbs[verb].name))
			fail_msg("docs/scenarios.md has no verb %s", lfb__verbs[verb].name);
	}
	for (int step = 0; step < LFB_STEP_CODES; step++) {
		if (!is_documented(document, lfb__steps[step].name))
			fail_msg("docs/scenarios.md has no step %s", lfb__steps[step].name);
	}
	free(document);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nonsense_is_named),
		cmocka_unit_test(text_of_operations_is_kept),
		cmocka_unit_test(races_are_scenarios),
		cmocka_unit_test(points_are_counted_from_the_operation_they_are_in),
		cmocka_unit_test(what_comes_behind_a_point_is_in_the_operation_around_it),
		cmocka_unit_test(deaths_at_points_are_told),
		cmocka_unit_test(wrong_answers_at_points_end_the_run),
		cmocka_unit_test(what_ends_a_kernel_is_refused_at_points),
		cmocka_unit_test(another_hook_is_called_and_comes_back),
		cmocka_unit_test(compatible_strings_can_be_any),
		cmocka_unit_test(the_module_can_be_a_module),
		cmocka_unit_test(two_modules_of_one_name_do_not_mix),
		cmocka_unit_test(a_reboot_has_two_halves),
		cmocka_unit_test(images_can_be_damaged),
		cmocka_unit_test(every_word_is_documented),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
