// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lines, from a terminal with history and completion, or from anywhere without. */
#include <stdlib.h>
#include <string.h>
#ifdef LFB_LIBEDIT
#include <editline/readline.h>
#endif

#include "shell.h"

/* In blocks it says in which. */
static const char *prompt(const struct shell *shell)
{
	static char text[32];

	if (!shell->block.nr)
		return "lfb> ";
	snprintf(text, sizeof(text), "lfb {%u}> ", shell->block.nr);
	return text;
}

void shell_print(const char *text)
{
	for (; *text; text++)
		putchar(((unsigned char)*text < ' ' && *text != '\n') || *text == 0x7f ? '?' :
											  *text);
}

static char *read_plain(size_t *size)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t length = getline(&line, &room, stdin);

	if (length < 0) {
		free(line);
		return NULL;
	}
	if (length && line[length - 1] == '\n')
		line[--length] = '\0';
	*size = (size_t)length;
	return line;
}

#ifdef LFB_LIBEDIT

/* The library asks without saying for whom. */
static struct shell_completion completion;

static char *next_completion(const char *begun, int state)
{
	(void)begun;
	if (!state)
		completion.next = 0;
	return shell_complete(&completion);
}

static char **complete(const char *begun, int start, int end)
{
	const char *first = rl_line_buffer + strspn(rl_line_buffer, " ");

	(void)end;
	completion.line = rl_line_buffer;
	completion.start = (size_t)start;
	/* Files are what the library completes by itself. */
	rl_attempted_completion_over = strncmp(first, "save ", 5) != 0;
	return rl_attempted_completion_over ? rl_completion_matches(begun, next_completion) : NULL;
}

static char *read_edited(struct shell *shell, size_t *size)
{
	static char name[] = "lfb", blanks[] = " \t";
	char *line;

	if (!completion.shell) {
		rl_readline_name = name;
		rl_basic_word_break_characters = blanks;
		rl_completer_word_break_characters = blanks;
		rl_attempted_completion_function = complete;
		shell_history_begin(shell);
	}
	completion.shell = shell;
	fflush(stdout);
	line = readline(prompt(shell));
	if (!line) {
		putchar('\n');
		return NULL;
	}
	if (line[strspn(line, " \t")])
		shell_history_add(shell, line);
	*size = strlen(line);
	return line;
}

#else

static char *read_edited(struct shell *shell, size_t *size)
{
	char *line;

	fputs(prompt(shell), stdout);
	fflush(stdout);
	line = read_plain(size);
	if (!line)
		putchar('\n');
	return line;
}

#endif

char *shell_read(struct shell *shell, size_t *size)
{
	return shell->is_terminal ? read_edited(shell, size) : read_plain(size);
}
