// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The model's rules, one by one, in words of its own: what is expected here was written down from
 * the rules, not from what the library does.
 */
#include <luo/machine.h>

#include "sim/explore/exhaust/model.h"
#include "tests/support/test.h"

#define SETUP "handler 0\nhandler 1\nflb 0 0\nflb 1 0\nflb 1 1\nopen\n"
#define TWO_FILES SETUP "session a\npreserve a 1 0 1\npreserve a 3 1 3\n"

/* Runs @setup, then @then, and compares what the operations of the latter answer. */
static void assert_answers(const char *setup, const char *then, const char *expected)
{
	struct lfb_model_answer answer;
	struct lfb_scenario *scenario;
	struct lfb_model model = { 0 };
	char text[2048], got[4096] = "";
	size_t lines = 0;

	snprintf(text, sizeof(text), "%s%s", setup, then);
	for (const char *at = setup; *at; at++)
		lines += *at == '\n';
	if (lfb_scenario_parse("model", text, strlen(text), &scenario))
		fail_msg("%s", lfb_error_text(NULL));
	for (size_t i = 0; i < scenario->count; i++) {
		const struct lfb_operation *operation = &scenario->operations[i];

		if (!lfb__model_possible(&model, operation)) {
			strcat(got, "impossible\n");
			continue;
		}
		lfb__model_step(&model, operation, &answer);
		if (i >= lines)
			sprintf(got + strlen(got), "%s%s = %ld\n", answer.callbacks,
				operation->text, answer.result);
	}
	assert_string_equal(got, expected);
	lfb_scenario_free(scenario);
}

static void an_flb_lives_from_the_first_file_to_the_last(void **state)
{
	assert_answers(SETUP "session a\n", "preserve a 1 0 1\npreserve a 3 1 3\nclose a\n",
		       "flb0.preserve -> 0\nfile h0.preserve ino=1 -> 0\npreserve a 1 0 1 = 0\n"
		       "flb1.preserve -> 0\nfile h1.preserve ino=3 -> 0\npreserve a 3 1 3 = 0\n"
		       "file h1.unpreserve ino=3 data=d003\nflb1.unpreserve data=f001 obj=1001\n"
		       "file h0.unpreserve ino=1 data=d001\nflb0.unpreserve data=f000 obj=1000\n"
		       "close a = 0\n");
}

static void nothing_is_left_of_a_preserve_that_fails(void **state)
{
	assert_answers(SETUP "session a\nfail flb 1 preserve -12 1\nfail h 1 preserve -5 1\n",
		       "preserve a 3 1 3\nagain a 3 3\nclose a\n",
		       "flb0.preserve -> 0\nflb1.preserve -> -12\n"
		       "flb0.unpreserve data=f000 obj=1000\npreserve a 3 1 3 = -12\n"
		       "flb0.preserve -> 0\nflb1.preserve -> 0\nfile h1.preserve ino=3 -> -5\n"
		       "flb1.unpreserve data=f001 obj=1001\nflb0.unpreserve data=f000 obj=1000\n"
		       "again a 3 3 = -5\nclose a = 0\n");
}

static void tokens_files_and_sessions_are_preserved_once(void **state)
{
	assert_answers(TWO_FILES "session b\n",
		       "session a\npreserve a 1 0 2\nagain b 9 1\nfinish a\nretrieve a 1\n",
		       "session a = -17\npreserve a 1 0 2 = -17\nagain b 9 1 = -16\n"
		       "finish a = -22\nretrieve a 1 = -22\n");
}

static void a_freeze_that_fails_is_rolled_back(void **state)
{
	assert_answers(TWO_FILES "session b\npreserve b 2 0 2\nfail h 1 freeze -16 1\n",
		       "reboot\nreboot\n",
		       "file h0.freeze data=d001 -> 0\nfile h1.freeze data=d003 -> -16\n"
		       "file h0.unfreeze data=10d001\nreboot = -16\n"
		       "file h0.freeze data=10d001 -> 0\nfile h1.freeze data=d003 -> 0\n"
		       "file h0.freeze data=d002 -> 0\nreboot = 0\n");
	/* Sessions before are unfrozen newest first. */
	assert_answers(SETUP "session a\npreserve a 1 0 1\nsession b\npreserve b 3 1 3\n"
			     "fail h 1 freeze -16 1\n",
		       "reboot\n",
		       "file h0.freeze data=d001 -> 0\nfile h1.freeze data=d003 -> -16\n"
		       "file h0.unfreeze data=10d001\nreboot = -16\n");
}

static void an_flb_is_retrieved_once_and_finished_after_the_last_file(void **state)
{
	assert_answers(TWO_FILES "reboot\n" SETUP "rsession a\n",
		       "getin 0\ngetin 0\nretrieve a 1\nfinish a\ngetin 0\nclose a\nrsession a\n",
		       "flb0.retrieve data=f000 -> 0\ngetin 0 = 0\ngetin 0 = 0\n"
		       "file h0.retrieve data=10d001 -> 0\nretrieve a 1 = 0\n"
		       "file h0.can_finish data=10d001 -> 1\nfile h1.can_finish data=10d003 -> 1\n"
		       "file h1.finish data=10d003 file=0\nflb1.retrieve data=f001 -> 0\n"
		       "flb1.finish obj=2001\nfile h0.finish data=10d001 file=1\n"
		       "flb0.finish obj=2000\nfinish a = 0\ngetin 0 = -61\nclose a = 0\n"
		       "rsession a = -2\n");
}

static void failed_retrieves_are_remembered_and_finished_all_the_same(void **state)
{
	assert_answers(SETUP "session a\npreserve a 1 0 1\nreboot\n" SETUP
			     "rsession a\nfail flb 0 retrieve -5 1\nfail h 0 retrieve -6 1\n",
		       "getin 0\ngetin 0\nretrieve a 1\nretrieve a 1\nclose a\n",
		       "flb0.retrieve data=f000 -> -5\ngetin 0 = -5\ngetin 0 = -5\n"
		       "file h0.retrieve data=10d001 -> -6\nretrieve a 1 = -6\nretrieve a 1 = -6\n"
		       "file h0.can_finish data=10d001 -> 1\nfile h0.finish data=10d001 file=0\n"
		       "flb0.finish obj=0\nclose a = 0\n");
}

static void references_keep_an_object(void **state)
{
	assert_answers(SETUP "session a\npreserve a 1 0 1\nholdout 0\n",
		       "close a\ngetout 0\nputout 0\ngetout 0\n",
		       "file h0.unpreserve ino=1 data=d001\nclose a = 0\ngetout 0 = 0\n"
		       "flb0.unpreserve data=f000 obj=1000\nputout 0 = 0\ngetout 0 = -2\n");
	assert_answers(SETUP "session a\npreserve a 1 0 1\nreboot\n" SETUP "rsession a\nholdin 0\n",
		       "close a\nputin 0\ngetin 0\n",
		       "file h0.can_finish data=10d001 -> 1\nfile h0.finish data=10d001 file=0\n"
		       "close a = 0\nflb0.finish obj=2000\nputin 0 = 0\ngetin 0 = -61\n");
	/* References alone hand nothing over. */
	assert_answers(SETUP "session a\npreserve a 1 0 1\nholdout 0\nclose a\nreboot\n",
		       "getin 0\n", "getin 0 = -2\n");
}

static void a_session_that_cannot_be_finished_can_be_retrieved_again(void **state)
{
	assert_answers(SETUP "session a\npreserve a 1 0 1\nreboot\n" SETUP
			     "rsession a\nfail h 0 can_finish -1 1\n",
		       "close a\nrsession a\nrsession a\n",
		       "file h0.can_finish data=10d001 -> 0\nclose a = 0\nrsession a = 0\n"
		       "rsession a = -22\n");
}

static void what_is_preserved_stays_registered(void **state)
{
	assert_answers(TWO_FILES, "unflb 0 0\nunhandler 1\nclose a\nunflb 1 0\nunflb 1 0\nflb 1 1\n"
				  "unhandler 1\nunhandler 1\nflb 1 1\nhandler 0\n",
		       "unflb 0 0 = -16\nunhandler 1 = -16\n"
		       "file h1.unpreserve ino=3 data=d003\nflb1.unpreserve data=f001 obj=1001\n"
		       "file h0.unpreserve ino=1 data=d001\nflb0.unpreserve data=f000 obj=1000\n"
		       "close a = 0\nunflb 1 0 = 0\nunflb 1 0 = -2\nflb 1 1 = -17\n"
		       "unhandler 1 = 0\nunhandler 1 = -22\nflb 1 1 = -22\nhandler 0 = -17\n");
}

static void what_cannot_be_restored_makes_the_device_useless_for_ever(void **state)
{
	assert_answers(TWO_FILES "reboot\nhandler 0\n", "open\nhandler 1\nopen\nsession a\n",
		       "open = -5\nhandler 1 = 0\nopen = -5\nimpossible\n");
}

static void between_the_halves_of_a_reboot_the_agent_waits(void **state)
{
	assert_answers(TWO_FILES, "prepare\nsession b\nclose a\njump\n" SETUP "rsession a\n",
		       "file h0.freeze data=d001 -> 0\nfile h1.freeze data=d003 -> 0\nprepare = 0\n"
		       "session b = -11\nclose a = -11\njump = 0\nhandler 0 = 0\nhandler 1 = 0\n"
		       "flb 0 0 = 0\nflb 1 0 = 0\nflb 1 1 = 0\nopen = 0\nrsession a = 0\n");
	assert_answers(SETUP "prepare\ndamage flb 8 1000\n", "jump\nopen\n", "jump = -14\n"
									    "impossible\n");
}

static void a_failed_allocation_leaves_nothing(void **state)
{
	struct lfb_operation operation = { .verb = LFB_VERB_PRESERVE, .token = 1, .ino = 1 };
	struct lfb_model before = { .opened = true }, model = before;

	model.open_files = 7;
	assert_false(lfb__model_take_fault(&model, &before, &operation, -EBUSY, true));
	assert_int_equal(model.open_files, 7);
	assert_true(lfb__model_take_fault(&model, &before, &operation, -ENOMEM, true));
	assert_int_equal(model.open_files, 1);
	assert_int_equal(model.made[0], 1);
	operation.verb = LFB_VERB_OPEN;
	assert_true(lfb__model_take_fault(&model, &before, &operation, -EIO, false));
	assert_true(model.useless);
}

static void what_can_be_counted_is_counted(void **state)
{
	struct lfb_machine_stats counts;
	struct lfb_model model = { 0 };

	lfb__model_count(&model, &counts);
	assert_int_equal(counts.preserved_blocks, 4);
	model.outgoing.count = 51;
	model.outgoing.list[4].nr_files = 2;
	lfb__model_count(&model, &counts);
	assert_int_equal(counts.preserved_blocks, 6);
	assert_int_equal(counts.files_preserved, 2);
	model.outgoing.count = 52;
	lfb__model_count(&model, &counts);
	assert_int_equal(counts.preserved_blocks, 7);
	assert_int_equal(counts.sessions_outgoing, 52);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_flb_lives_from_the_first_file_to_the_last),
		cmocka_unit_test(nothing_is_left_of_a_preserve_that_fails),
		cmocka_unit_test(tokens_files_and_sessions_are_preserved_once),
		cmocka_unit_test(a_freeze_that_fails_is_rolled_back),
		cmocka_unit_test(an_flb_is_retrieved_once_and_finished_after_the_last_file),
		cmocka_unit_test(failed_retrieves_are_remembered_and_finished_all_the_same),
		cmocka_unit_test(references_keep_an_object),
		cmocka_unit_test(a_session_that_cannot_be_finished_can_be_retrieved_again),
		cmocka_unit_test(what_is_preserved_stays_registered),
		cmocka_unit_test(what_cannot_be_restored_makes_the_device_useless_for_ever),
		cmocka_unit_test(between_the_halves_of_a_reboot_the_agent_waits),
		cmocka_unit_test(a_failed_allocation_leaves_nothing),
		cmocka_unit_test(what_can_be_counted_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
