/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * An interactive machine: a scenario that is typed, an operation after the other, with what each of
 * them did. The lines so far are all that is kept: with each one more, or one less, all of them
 * run again in a new machine, so what is shown is always what lfb run would do with them. May
 * use: show/, report/ and common/, and public headers.
 */
#ifndef SIM_CLI_SHELL_SHELL_H
#define SIM_CLI_SHELL_SHELL_H

#include "sim/cli/common/common.h"
#include "sim/cli/report/report.h"
#include "sim/cli/show/show.h"

extern const struct cli_command cli_shell;

/* play.c: the lines so far, run */

/* What lines did, when they ran last. Begins with all members zero. */
struct shell_run {
	const struct shell *shell;
	size_t done;			/* operations, up to the one that was answered last */
	struct lfb_machine *machine;	/* switched off, but it knows what was found */
	struct show show;		/* up to the last line, without the end of the machine */
	bool ended;			/* all lines were done, or passed over */
	bool over;			/* what happens from now on happens to no line */
	const char *death;		/* "panic", "oops" or "hung"; NULL: the kernel runs */
	int err;			/* of the run as a whole */
	char *error;			/* its sentence, or NULL */
};

/* Blocks that are open, with lines of their own. */
struct shell_block {
	unsigned int nr;		/* the one that is typed, from 1; 0: none is open */
	bool has_lines;
	char *text;
};

struct shell {
	struct cli_line *line;		/* the machine's options */
	bool strict;
	bool is_terminal;
	char *text;			/* the lines, each with its end */
	size_t size;
	size_t *operations;		/* where in it each operation's line begins */
	size_t *begins;			/* where what it is undone with does */
	size_t count;
	struct shell_block block;
	unsigned int nr_lines;		/* with comments */
	struct shell_run run;
	char *why;			/* of a line that was not taken; NULL */
	bool quits;
	char *history;			/* the file of it; NULL: none */
};

/* Runs all lines. CLI_FAILED: there is no machine, or no memory; it was said. */
int shell_play(struct shell *shell);
/* The same in another kernel, for shell_run_free(). */
int shell_play_in(struct shell *shell, const char *profile, struct shell_run *run);
void shell_run_free(struct shell_run *run);
/* The step that an operation is, from 1; NULL: it was not done, or not yet. */
const struct show_step *shell_step(const struct shell_run *run, size_t operation);

/* One more line, or blocks, without the end; @size bytes. CLI_FAILED: not taken. */
int shell_add(struct shell *shell, const char *line, size_t size);
/* Without the last operation or the last blocks, and what comments stand behind it. */
int shell_undo(struct shell *shell);
void shell_free(struct shell *shell);

/* block.c: lines of blocks, which are kept until the last block is closed */

/* "parallel …", "} {" or "}". */
bool shell_is_mark(const char *line);
/* Is it one, or in one? */
bool shell_block_takes(const struct shell *shell, const char *line);
/* CLI_FAILED: not taken. With the last "}" all is done. */
int shell_block_add(struct shell *shell, const char *line);
/* None is open any more. */
void shell_block_end(struct shell *shell);

/* state.c: how the machine is behind the last line */

/* In a line; in a few. */
void shell_state_short(const struct shell *shell);
void shell_state(const struct shell *shell);

/* why.c */

/* What is to be said of the last operation that failed. */
void shell_why(struct shell *shell, struct cli_text *to);
void shell_findings(const struct shell *shell);
/* How many findings there are that happened in operations up to this one. */
size_t shell_nr_findings(const struct shell_run *run, size_t operations);

/* words.c: what can be typed */

struct shell_word {
	const char *name;
	const char *arguments;
	const char *about;
};

extern const struct shell_word shell_operations[];	/* up to one without a name */
extern const struct shell_word shell_commands[];
/* CLI_FAILED: it is none. */
int shell_help(const char *word);

/*
 * complete.c: words that the last of a line can become, @start bytes behind its beginning. Each
 * call gives the next, for free(); NULL: no more.
 */
struct shell_completion {
	const struct shell *shell;
	const char *line;
	size_t start;
	unsigned int next;
};

char *shell_complete(struct shell_completion *completion);

/* history.c, where there is libedit */

/* Reads the lines of earlier shells, from the file that the environment says. */
void shell_history_begin(struct shell *shell);
void shell_history_add(struct shell *shell, const char *line);

/* read.c */

/* The next line, without its end, for free(); NULL: no more. */
char *shell_read(struct shell *shell, size_t *size);

/* Prints text in which what a terminal would do something for becomes '?'. */
void shell_print(const char *text);

#endif
