// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: the one place where options are read and explained. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common.h"

#define OPTIONS_MAX 40
#define COLUMN 22
#define FIRST_CODE 512		/* what getopt_long() returns for the first row */

/* Values */

int cli_expected(const struct cli_given *given)
{
	const struct cli_option *option = given->option;

	if (option->max)
		return cli_usage(given->line->command, "--%s %s: expected %s1 to %u", option->name,
				 given->value, option->wanted, option->max);
	return cli_usage(given->line->command, "--%s %s: expected %s", option->name, given->value,
			 option->wanted);
}

static int set_number(const struct cli_given *given)
{
	u64 number;

	if (!cli_number(given->value, &number) || !number || number > given->option->max)
		return cli_expected(given);
	*(unsigned int *)given->into = (unsigned int)number;
	return CLI_OK;
}

static int set_word(const struct cli_given *given)
{
	const char *word = given->option->wanted;
	size_t size = strlen(given->value);

	for (unsigned int value = 0; *word; value++) {
		size_t length = strcspn(word, ", ");

		if (size == length && !strncmp(word, given->value, length)) {
			*(unsigned int *)given->into = value;
			return CLI_OK;
		}
		word += length;
		word += strspn(word, ", ");
		if (!strncmp(word, "or ", 3))
			word += 3;
	}
	return cli_expected(given);
}

int cli_add_finding(const struct cli_given *given)
{
	struct cli_findings *findings = given->into;
	int id = lfb_finding_by_name(given->value);

	if (id < 0)
		return cli_usage(given->line->command, "--%s %s: there is no such finding",
				 given->option->name, given->value);
	for (size_t i = 0; i < findings->count; i++) {
		if (findings->ids[i] == (enum lfb_finding_id)id)
			return CLI_OK;
	}
	findings->ids[findings->count++] = (enum lfb_finding_id)id;
	return CLI_OK;
}

static int set_value(const struct cli_given *given)
{
	const struct cli_option *option = given->option;

	if (option->set)
		return option->set(given);
	if (option->max)
		return set_number(given);
	if (option->wanted)
		return set_word(given);
	if (option->value)
		*(const char **)given->into = given->value;
	else
		*(bool *)given->into = true;
	return CLI_OK;
}

/* Reading */

struct rows {
	struct option names[OPTIONS_MAX + 1];
	const struct cli_option *options[OPTIONS_MAX];
	void *states[OPTIONS_MAX];
	int count;
	char letters[2 * OPTIONS_MAX + 2];	/* as getopt_long() wants them; all take a value */
};

static void add_rows(struct rows *rows, const struct cli_option *option, struct cli_line *line,
		     void *state)
{
	for (; option->name || option->more; option++) {
		int at = rows->count;

		if (option->more) {
			add_rows(rows, option->more, line, &line->machine);
			continue;
		}
		rows->names[at] = (struct option){
			option->name, option->value ? required_argument : no_argument, NULL,
			FIRST_CODE + at,
		};
		rows->options[at] = option;
		rows->states[at] = state;
		if (option->letter)
			strcat(rows->letters, (char[]){ option->letter, ':', '\0' });
		rows->count++;
	}
}

/* What getopt_long() returned: a row, or one below 0. */
static int row_of(const struct rows *rows, int code)
{
	for (int at = 0; at < rows->count; at++) {
		if (rows->options[at]->letter == code)
			return at;
	}
	return code - FIRST_CODE;
}

static int bad_option(const struct cli_line *line, int what, const char *option)
{
	if (what == ':')
		return cli_usage(line->command, "option %s needs a value", option);
	return cli_usage(line->command, "there is no option %s, or it takes no value", option);
}

static int remember(char **options, const struct cli_given *given)
{
	int result = cli_append(options, " --", given->option->name);

	return result || !given->value ? result : cli_append(options, " ", given->value);
}

int cli_line_read(struct cli_line *line, const struct cli_option *options, int argc, char **argv)
{
	struct rows rows = { .letters = ":" };
	int code, result = CLI_OK;

	add_rows(&rows, options, line, line->state);
	optind = 0;
	while (!result && (code = getopt_long(argc, argv, rows.letters, rows.names, NULL)) != -1) {
		int at = row_of(&rows, code);
		struct cli_given given = { .line = line, .value = optarg };

		if (at < 0)
			return bad_option(line, code, argv[optind - 1]);
		given.option = rows.options[at];
		given.into = (char *)rows.states[at] + given.option->at;
		line->last[given.option->group] = given.option->name;
		result = set_value(&given);
		if (!result && !given.option->aside)
			result = remember(&line->given, &given);
		if (!result && rows.states[at] == &line->machine)
			result = remember(&line->machine.given, &given);
	}
	line->argc = argc - optind;
	line->argv = argv + optind;
	return result;
}

void cli_line_end(struct cli_line *line)
{
	free(line->machine.quirks_on);
	free(line->machine.quirks_off);
	free(line->machine.given);
	free(line->given);
}

static int read_line(struct cli_line *line, int argc, char **argv)
{
	const struct cli_command *command = line->command;
	int result = CLI_OK;

	line->argc = argc - 1;
	line->argv = argv + 1;
	if (command->options)
		result = cli_line_read(line, command->options, argc, argv);
	if (!result && command->check)
		result = command->check(line);
	if (result || (line->argc >= command->min && line->argc <= command->max))
		return result;
	if (!command->expected)
		return cli_usage(command, "%s takes no arguments", command->name);
	return cli_usage(command, "%s", command->expected);
}

int cli_do(const struct cli_command *command, int argc, char **argv)
{
	struct cli_line line = {
		.command = command,
		.state = calloc(1, command->size + 1),
		.machine = {
			.options = { .mode = command->mode },
			.image = { .options = { .sz = sizeof(struct lfb_image_options) } },
		},
	};
	int result = line.state ? read_line(&line, argc, argv) : cli_failed("no memory");

	if (!result)
		result = command->run(&line);
	cli_progress_clear();
	cli_line_end(&line);
	free(line.state);
	return result;
}

/* Help */

static void print_rows(const struct cli_option *option, int column)
{
	int used = 0;

	for (; option->name || option->more; option++) {
		const char *line = option->help;

		if (option->more) {
			fputs(line ? line : "", stdout);
			print_rows(option->more, column);
			continue;
		}
		used += printf("%s", used ? ", " : "  ");
		if (option->letter)
			used += printf("-%c, ", option->letter);
		used += printf("--%s%s%s", option->name,
			       option->value ? " " : "", option->value ? option->value : "");
		while (line) {
			printf("%*s%.*s\n", column - used, "", (int)strcspn(line, "\n"), line);
			used = 0;
			line = strchr(line, '\n');
			if (line)
				line++;
		}
	}
}

void cli_print_help(const struct cli_command *command)
{
	fputs(command->help, stdout);
	if (!command->options)
		return;
	printf("\n");
	print_rows(command->options, command->column ? command->column : COLUMN);
}
