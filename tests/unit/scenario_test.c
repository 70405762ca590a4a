// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The scenario language: what is understood, and what is refused where.
 */
#include <luo/machine.h>
#include <luo/scenario.h>

#include "sim/scenario/intern.h"
#include "sim/scenario/scenario.h"
#include "tests/support/staging.h"

#define ARRAY_LENGTH(a) (sizeof(a) / sizeof((a)[0]))

static void assert_refused(const char *text, size_t size, const char *expected)
{
	struct lfb_scenario *scenario = (void *)1;

	assert_int_equal(lfb_scenario_parse("test", text, size, &scenario), -EINVAL);
	assert_null(scenario);
	if (strncmp(lfb_error_text(NULL), expected, strlen(expected)))
		fail_msg("\"%s\": \"%s\", not \"%s\"", text, lfb_error_text(NULL), expected);
}

/* Every operation in each of its forms. */
static const char *const operations[] = {
	"handler 0",
	"unhandler 9999",
	"flb 0 1",
	"unflb 1 0",
	"open",
	"session a",
	"rsession a",
	"preserve a 18446744073709551615 2 0xffffffffffffffff",
	"retrieve a 0x10",
	"finish a",
	"close a",
	"getin 0",
	"getout 0",
	"holdin 0",
	"holdout 0",
	"putin 0",
	"putout 0",
	"again a 2 3",
	"fail flb 0 preserve -12 1",
	"fail flb 0 retrieve 0 0",
	"fail h 0 preserve -4095 1000000000",
	"fail h 0 freeze -1 1",
	"fail h 0 retrieve -1 1",
	"fail h 0 can_finish -1 1",
	"reboot into rfc-v6",
	"reboot into rfc-v6 without kho",
	"jump without liveupdate",
	"fault alloc 1 forever",
	"fault file-can-finish 12 forever",
	"fault any 3 forever",
	"fault off",
	"panic",
	"cold",
};

/* These words may be left out, with all that follow. */
static bool may_end_before(const char *word)
{
	return !strcmp(word, "into") || !strcmp(word, "without") ||
	       !strcmp(word, "forever");
}

static void every_operation_is_understood(void **state)
{
	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		struct lfb_scenario *scenario = parsed(operations[i]);

		assert_int_equal(scenario->count, 1);
		assert_string_equal(scenario->operations[0].text, operations[i]);
		assert_false(scenario->operations[0].expected.given);
		lfb_scenario_free(scenario);
	}
}

static void every_missing_argument_is_found_at_the_end_of_the_line(void **state)
{
	char text[128], expected[64];

	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		for (const char *at = operations[i]; (at = strchr(at, ' ')); at++) {
			size_t length = (size_t)(at - operations[i]);
			char word[64];

			sscanf(at, "%63s", word);
			if (may_end_before(word))
				continue;
			snprintf(text, sizeof(text), "%.*s", (int)length, operations[i]);
			snprintf(expected, sizeof(expected), "test:1:%zu: expected ", length + 1);
			assert_refused(text, length, expected);
			assert_non_null(strstr(lfb_error_text(NULL), "found the end of the line"));
		}
	}
}

static void every_wrong_argument_is_named(void **state)
{
	char text[160], expected[64];

	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		const char *name = strstr(operations[i], " a");

		for (const char *at = operations[i]; at; at = strchr(at, ' ')) {
			size_t start;

			at += *at == ' ';
			start = (size_t)(at - operations[i]);
			if (name && at == name + 1)
				continue; /* any word is a session's name */
			snprintf(text, sizeof(text), "%.*s%s%s", (int)start, operations[i], "?!",
				 strchr(at, ' ') ? strchr(at, ' ') : "");
			snprintf(expected, sizeof(expected), "test:1:%zu: expected ", start + 1);
			assert_refused(text, strlen(text), expected);
			assert_non_null(strstr(lfb_error_text(NULL), "found \"?!\""));
		}
	}
}

static void every_extra_argument_is_refused(void **state)
{
	char text[128], expected[96];

	for (size_t i = 0; i < ARRAY_LENGTH(operations); i++) {
		snprintf(text, sizeof(text), "\n\t%s  extra", operations[i]);
		snprintf(expected, sizeof(expected),
			 "test:2:%zu: expected \"= RESULT\" or the end of the line, "
			 "found \"extra\"",
			 strlen(operations[i]) + 4);
		assert_refused(text, strlen(text), expected);
	}
}

static void refused_lines_say_what_is_wrong(void **state)
{
	static const struct {
		const char *text;
		const char *expected;
	} cases[] = {
		{ "fly", "test:1:1: expected an operation" },
		{ "open\n\n open2", "test:3:2: expected an operation" },
		{ "handler 10000", "test:1:9: expected the number of a handler (0 to 9999)" },
		{ "handler -1", "test:1:9: expected the number of a handler" },
		{ "handler 1x", "test:1:9: expected the number of a handler" },
		{ "flb 0 99999999999999999999999", "test:1:7: expected the number of an FLB" },
		{ "session # no name", "test:1:9: expected the name of a session" },
		{ "retrieve a 18446744073709551616", "test:1:12: expected a token" },
		{ "retrieve a 0x10000000000000000", "test:1:12: expected a token" },
		{ "retrieve a 0x", "test:1:12: expected a token" },
		{ "retrieve a 0xg", "test:1:12: expected a token" },
		{ "again a 1 x", "test:1:11: expected an inode number" },
		{ "fail x 0 preserve -1 1", "test:1:6: expected flb or h" },
		{ "fail flb 0 freeze -1 1", "test:1:12: expected preserve or retrieve" },
		{ "fail h 0 finish -1 1", "test:1:10: expected preserve, freeze, retrieve or" },
		{ "fail h 0 freeze 5 1", "test:1:17: expected a negative errno, or 0" },
		{ "fail h 0 freeze -4096 1", "test:1:17: expected a negative errno, or 0" },
		{ "fail h 0 freeze -1 -1", "test:1:20: expected how many times" },
		{ "fail h 0 freeze -1 1000000001", "test:1:20: expected how many times" },
		{ "reboot to", "test:1:8: expected \"= RESULT\" or the end" },
		{ "reboot into linux-1.0", "test:1:13: expected a profile" },
		{ "reboot without checks",
		  "test:1:16: expected liveupdate, kho, handover or image" },
		{ "reboot without kho into rfc-v6", "test:1:20: expected \"= RESULT\" or" },
		{ "fault disk 1", "test:1:7: expected a kind of fault (alloc," },
		{ "fault alloc 0", "test:1:13: expected which one is to fail" },
		{ "fault alloc 1 always", "test:1:15: expected \"= RESULT\" or the end" },
		{ "open = 1", "test:1:8: expected a result" },
		{ "open =0", "test:1:6: expected \"= RESULT\" or the end" },
		{ "open = -", "test:1:8: expected a result" },
		{ "open = -4096", "test:1:8: expected a result" },
		{ "open = 0 obj=", "test:1:10: expected the end of the line" },
		{ "getin 0 = 0 obj=x", "test:1:13: expected obj= and a hexadecimal number" },
		{ "getin 0 = 0 obj=1 2", "test:1:19: expected the end of the line" },
		{ "== end", "test:1:4: expected boot" },
		{ "open\n== boot cold", "test:2:1: expected an operation" },
		{ "== boot cold\n> ", "test:2:3: expected an operation" },
		{ "== boot cold\n> open = x", "test:2:10: expected a result" },
		{ "o\x01\x7f", "test:1:1: expected an operation (docs/scenarios.md lists them), "
			       "found \"o??\"" },
	};

	for (size_t i = 0; i < ARRAY_LENGTH(cases); i++)
		assert_refused(cases[i].text, strlen(cases[i].text), cases[i].expected);
	assert_refused("open\nsession \0x\n", 16, "test:2:9: expected text, found a NUL byte");
}

static void long_words_are_cut_in_messages(void **state)
{
	char text[100];

	memset(text, 'x', sizeof(text));
	assert_refused(text, sizeof(text), "test:1:1: expected an operation");
	assert_non_null(strstr(lfb_error_text(NULL),
			       "found \"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...\""));
}

static void lines_have_a_longest_length(void **state)
{
	char text[LFB_SCENARIO_LINE_MAX + 1];
	struct lfb_scenario *scenario;

	memset(text, 'n', sizeof(text));
	memcpy(text, "session ", 8);
	assert_int_equal(lfb_scenario_parse("test", text, LFB_SCENARIO_LINE_MAX, &scenario), 0);
	assert_int_equal(strlen(scenario->operations[0].name), LFB_SCENARIO_LINE_MAX - 8);
	lfb_scenario_free(scenario);
	assert_refused(text, sizeof(text), "test:1:1025: expected the end of the line after");
}

static void white_space_is_one_space(void **state)
{
	struct lfb_scenario *scenario =
		parsed("# first\r\n\r\n \t \r\n\tpreserve \t a  0x1\t2 3 \t= -17 # why\r\n"
		       "open\t#\n");
	const struct lfb_operation *operation = scenario->operations;

	assert_int_equal(scenario->count, 2);
	assert_string_equal(operation->text, "preserve a 0x1 2 3");
	assert_int_equal(operation->line, 4);
	assert_string_equal(operation->name, "a");
	assert_int_equal(operation->token, 1);
	assert_int_equal(operation->handler, 2);
	assert_int_equal(operation->ino, 3);
	assert_true(operation->expected.given);
	assert_int_equal(operation->expected.result, -17);
	assert_string_equal(operation[1].text, "open");
	lfb_scenario_free(scenario);
}

static void equal_names_and_numbers_are_one_thing(void **state)
{
	struct lfb_scenario *scenario =
		parsed("preserve a 1 0 16\npreserve b 1 0 0x10\nagain a 2 15\nclose b\n");

	assert_int_equal(scenario->nr_sessions, 2);
	assert_int_equal(scenario->nr_inodes, 2);
	assert_int_equal(scenario->operations[0].inode, scenario->operations[1].inode);
	assert_int_not_equal(scenario->operations[0].inode, scenario->operations[2].inode);
	assert_int_equal(scenario->operations[0].session, scenario->operations[2].session);
	assert_int_equal(scenario->operations[1].session, scenario->operations[3].session);
	lfb_scenario_free(scenario);
}

static void interned_strings_are_found_however_many_there_are(void **state)
{
	static char names[5000][8];
	struct lfb_intern table = { 0 };
	unsigned int number;

	for (unsigned int i = 0; i < 5000; i++) {
		int length = snprintf(names[i], sizeof(names[i]), "n%u", i);

		assert_int_equal(lfb__intern(&table, names[i], (size_t)length, &number), 0);
		assert_int_equal(number, i);
	}
	for (unsigned int i = 0; i < 5000; i++) {
		assert_int_equal(lfb__intern(&table, names[i], strlen(names[i]), &number), 0);
		assert_int_equal(number, i);
	}
	assert_int_equal(table.entries.count, 5000);
	lfb__intern_destroy(&table);
}

static void transcript_is_a_scenario(void **state)
{
	struct lfb_scenario *scenario =
		parsed("# comment\n== boot cold\nflb0.preserve -> 0\n> open = 0\n  17 trace\n"
		       "== boot handover\n> getin 3 = 0 obj=20ff # comment\n>\n > close x\n"
		       "== end\n");

	assert_int_equal(scenario->count, 2);
	assert_int_equal(scenario->operations[1].line, 7);
	assert_true(scenario->operations[1].expected.object_given);
	assert_int_equal(scenario->operations[1].expected.object, 0x20ff);
	lfb_scenario_free(scenario);
}

static void files_are_loaded(void **state)
{
	struct lfb_scenario *scenario;

	assert_int_equal(lfb_scenario_load(LFB_TEST_DATA "/golden/rfc-v6/0001.ops", &scenario), 0);
	lfb_scenario_free(scenario);
	assert_int_equal(lfb_scenario_load("/nonexistent/x", &scenario), -ENOENT);
	assert_string_equal(lfb_error_text(NULL),
			    "/nonexistent/x: cannot be opened: No such file or directory");
	assert_int_equal(lfb_scenario_load("/", &scenario), -EISDIR);
	assert_int_equal(lfb_scenario_load("/dev/zero", &scenario), -EFBIG);
	assert_int_equal(lfb_scenario_load(NULL, &scenario), -EINVAL);
	assert_int_equal(lfb_scenario_load("/", NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_operation_is_understood),
		cmocka_unit_test(every_missing_argument_is_found_at_the_end_of_the_line),
		cmocka_unit_test(every_wrong_argument_is_named),
		cmocka_unit_test(every_extra_argument_is_refused),
		cmocka_unit_test(refused_lines_say_what_is_wrong),
		cmocka_unit_test(long_words_are_cut_in_messages),
		cmocka_unit_test(lines_have_a_longest_length),
		cmocka_unit_test(white_space_is_one_space),
		cmocka_unit_test(equal_names_and_numbers_are_one_thing),
		cmocka_unit_test(interned_strings_are_found_however_many_there_are),
		cmocka_unit_test(transcript_is_a_scenario),
		cmocka_unit_test(files_are_loaded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
