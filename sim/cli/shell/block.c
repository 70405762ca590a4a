// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * "parallel {": its lines are kept until the last block is closed, and are then one operation, as
 * it were, which is done and undone as a whole.
 */
#include <stdlib.h>
#include <string.h>

#include <luo/scenario.h>

#include "shell.h"

#define BLANKS " \t\r\v\f\n"

/* Whether a line's first word is this one. */
static bool first_is(const char *line, const char *word)
{
	const char *first = line + strspn(line, BLANKS);
	const size_t length = strlen(word);

	return !strncmp(first, word, length) && (!first[length] || strchr(BLANKS, first[length]));
}

bool shell_is_mark(const char *line)
{
	return first_is(line, "parallel") || first_is(line, "}");
}

/* What is needed behind the lines so far, if blocks are to be whole. */
static const char *ending(const struct shell_block *block)
{
	if (block->nr > 1)
		return block->has_lines ? "}\n" : "do sleep\n}\n";
	return block->has_lines ? "} {\ndo sleep\n}\n" : "do sleep\n} {\ndo sleep\n}\n";
}

/* Would the lines so far be taken with this ending? Else the error text says what is wrong. */
static int check(struct shell *shell, const char *end)
{
	struct lfb_scenario *scenario;
	char *text = NULL;
	int err;

	if (cli_append(&text, "", shell->text) || cli_append(&text, "", shell->block.text) ||
	    cli_append(&text, "", end)) {
		free(text);
		return CLI_FAILED;
	}
	err = lfb_scenario_parse("shell", text, strlen(text), &scenario);
	free(text);
	if (err)
		return cli_failed("%s", lfb_error_text(NULL));
	lfb_scenario_free(scenario);
	return CLI_OK;
}

static int add(struct shell *shell, const char *line)
{
	struct shell_block *block = &shell->block, before = *block;
	const size_t length = block->text ? strlen(block->text) : 0;
	const char *first = line + strspn(line, BLANKS);

	if (cli_append(&block->text, line, "\n")) {
		shell_block_end(shell);
		return CLI_FAILED;
	}
	if (shell_is_mark(line)) {
		block->nr++;
		block->has_lines = false;
	} else if (*first && *first != '#') {
		block->has_lines = true;
	}
	if (!check(shell, ending(block)))
		return CLI_OK;
	block->nr = before.nr;
	block->has_lines = before.has_lines;
	block->text[length] = '\0';
	if (!block->nr)
		shell_block_end(shell);
	return CLI_FAILED;
}

/* The last one: all of it is done. */
static int close_it(struct shell *shell, const char *line)
{
	char *text = NULL;
	int result = check(shell, "}\n");

	if (result)
		return result;
	if (cli_append(&text, "", shell->block.text) || cli_append(&text, "", line)) {
		free(text);
		return CLI_FAILED;
	}
	shell_block_end(shell);
	result = shell_add(shell, text, strlen(text));
	free(text);
	return result;
}

bool shell_block_takes(const struct shell *shell, const char *line)
{
	return shell->block.nr || first_is(line, "parallel");
}

int shell_block_add(struct shell *shell, const char *line)
{
	const char *first = line + strspn(line, BLANKS);

	if (!shell->block.nr || *first != '}' || strchr(first, '{'))
		return add(shell, line);
	return close_it(shell, line);
}

void shell_block_end(struct shell *shell)
{
	free(shell->block.text);
	shell->block = (struct shell_block){ 0 };
}
