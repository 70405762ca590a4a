// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb shell: reads a line, does it, says what happened. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "shell.h"

/* Operations */

/* The first step of what operations from @first on did; of blocks it may be any of theirs. */
static const struct show_step *first_step(const struct shell *shell, size_t first)
{
	const struct show_step *found = NULL;

	for (size_t i = first; i <= shell->count; i++) {
		const struct show_step *step = shell_step(&shell->run, i);

		if (step && (!found || step->number < found->number))
			found = step;
	}
	return found;
}

/* The rows of what operations from @first on did; of the boot before the first. */
static int tell(const struct shell *shell, size_t first, size_t findings)
{
	const struct shell_run *run = &shell->run;
	const struct show_step *step = shell->count ? first_step(shell, first) : NULL;
	struct show_rows rows = { 0 };
	int result = CLI_OK;

	if (!shell->count || step) {
		if (show_rows_make(&run->show, &rows))
			show_story_from(&run->show, &rows, step ? step->number : 1, stdout);
		else
			result = cli_failed("no memory for what happened");
		show_rows_free(&rows);
	}
	if (findings)
		printf("  found: %zu; findings says what\n", findings);
	shell_state_short(shell);
	return result;
}

/* It was taken, and did nothing: why? */
static void say_nothing(const struct shell *shell)
{
	const char *line = shell->text + shell->operations[shell->count - 1];

	line += strspn(line, " \t");
	if (!strncmp(line, "at ", 3) && !shell->run.death)
		puts("  waits until its point is passed");
	else
		puts("  nothing is done: the kernel is dead; cold switches the machine off and on, "
		     "undo takes a line back");
}

static int operate(struct shell *shell, const char *line, size_t size)
{
	const size_t count = shell->count;
	const size_t findings = shell_nr_findings(&shell->run, count);

	if (shell_block_takes(shell, line) ? shell_block_add(shell, line) :
					     shell_add(shell, line, size))
		return CLI_FAILED;
	if (shell->count == count)
		return CLI_OK;
	if (!first_step(shell, count + 1))
		say_nothing(shell);
	return tell(shell, count + 1, shell_nr_findings(&shell->run, shell->count) - findings);
}

/* Words of the shell */

static int why(struct shell *shell, const char *finding)
{
	struct cli_text text = { 0 };
	const int id = finding ? lfb_finding_by_name(finding) : -1;

	if (finding && id < 0)
		return cli_failed("why: there is no finding \"%s\"", finding);
	if (finding) {
		cli_finding_text((enum lfb_finding_id)id, cli_write, NULL);
		return CLI_OK;
	}
	shell_why(shell, &text);
	shell_print(cli_text_end(&text));
	cli_text_free(&text);
	return CLI_OK;
}

static int state(struct shell *shell, const char *word)
{
	(void)word;
	shell_state(shell);
	return CLI_OK;
}

static int findings(struct shell *shell, const char *word)
{
	(void)word;
	shell_findings(shell);
	return CLI_OK;
}

static int undo(struct shell *shell, const char *word)
{
	int result;

	(void)word;
	if (shell->block.nr) {
		shell_block_end(shell);
		puts("undone: the blocks that are open");
		return CLI_OK;
	}
	result = shell_undo(shell);
	if (!result)
		shell_state_short(shell);
	return result;
}

static int save(struct shell *shell, const char *path)
{
	if (!path)
		return cli_failed("save: expected the name of a file");
	if (!strcmp(path, "-")) {
		fputs(shell->text, stdout);
		return CLI_OK;
	}
	return cli_write_file(path, shell->text, shell->size);
}

static int help(struct shell *shell, const char *word)
{
	(void)shell;
	return shell_help(word);
}

static int quit(struct shell *shell, const char *word)
{
	(void)word;
	shell->quits = true;
	return CLI_OK;
}

static const struct {
	const char *name;
	int (*act)(struct shell *shell, const char *word);
	bool takes_word;
} commands[] = {
	{ "state", state, false }, { "why", why, true },   { "findings", findings, false },
	{ "undo", undo, false },   { "save", save, true }, { "help", help, true },
	{ "quit", quit, false },
};

/* The shell's own words are read here, all others are a scenario's. */
static int do_line(struct shell *shell, char *line, size_t size)
{
	static const char blanks[] = " \t\r\v\f";
	const char *first = line + strspn(line, blanks);
	const size_t length = strcspn(first, blanks);
	char *word = line + (first - line) + length, *end;

	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++) {
		if (strlen(commands[i].name) != length || memcmp(commands[i].name, first, length))
			continue;
		word += strspn(word, blanks);
		end = word + strcspn(word, blanks);
		if (end[strspn(end, blanks)] || (*word && !commands[i].takes_word))
			return cli_failed("%s: there is a word too many", commands[i].name);
		*end = '\0';
		return commands[i].act(shell, *word ? word : NULL);
	}
	return operate(shell, line, size);
}

/* In a pipe nobody is there to mend what is wrong, so it ends there. */
static int read_lines(struct shell *shell)
{
	int result = CLI_OK;
	size_t size;
	char *line;

	while (!shell->quits && (!result || shell->is_terminal) &&
	       (line = shell_read(shell, &size)) != NULL) {
		result = do_line(shell, line, size);
		free(line);
		/* Who is at the other end may wait for it. */
		fflush(stdout);
	}
	if (!result && shell->block.nr)
		return cli_failed("\"parallel\": its last block is open");
	if (shell->is_terminal || !result)
		result = shell->run.err ? CLI_FAILED : CLI_OK;
	return result;
}

static int run(struct cli_line *line)
{
	struct shell *shell = line->state;
	int result;

	shell->line = line;
	shell->is_terminal = isatty(STDIN_FILENO) && isatty(STDOUT_FILENO);
	shell->text = strdup("");
	result = shell->text ? shell_play(shell) : cli_failed("no memory");
	if (!result && shell->is_terminal)
		puts("Operations of docs/scenarios.md, or help, why, undo, quit; Tab completes.");
	if (!result)
		result = tell(shell, 1, 0);
	if (!result)
		result = read_lines(shell);
	/* It may wait for a point that never came: that shows when all is over. */
	if (result && shell->run.ended && shell->run.error && !shell->run.death)
		cli_failed("%s", shell->run.error);
	shell_free(shell);
	return result;
}

static const struct cli_option options[] = {
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ "strict", NULL, "what a line without \"=\" answers must be 0",
	  .at = offsetof(struct shell, strict) },
	{ 0 },
};

const struct cli_command cli_shell = {
	"shell", "an interactive machine: type operations, see what they do",
	"usage: lfb shell [OPTION]...\n"
	"\n"
	"Reads operations of a scenario from a terminal or a pipe, and says of each what happened\n"
	"and how the machine is then. undo takes one back, why says why it failed, save writes\n"
	"all as a scenario: docs/shell.md.\n"
	"\n"
	"What is typed in a terminal is kept in ~/.lfb_history or $XDG_STATE_HOME/lfb/history.\n"
	"$LFB_HISTORY names another file, or none if it is empty.\n",
	options, sizeof(struct shell), run,
	.max = 0,
};
