// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lines of earlier shells, in a file of libedit's form that grows by each line that is typed. */
#ifdef LFB_LIBEDIT
#define _GNU_SOURCE /* asprintf() */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <editline/readline.h>

#include "shell.h"

#define LINES_MAX 1000

static char *joined(const char *folder, const char *name)
{
	char *path = NULL;

	return asprintf(&path, "%s/%s", folder, name) < 0 ? NULL : path;
}

/* For free(); NULL: there is to be none, or nowhere to have it. */
static char *path_of(const char *given)
{
	const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
	char *folder, *path;

	if (given)
		return *given ? strdup(given) : NULL;
	if (!state || *state != '/')
		return home && *home == '/' ? joined(home, ".lfb_history") : NULL;
	folder = joined(state, "lfb");
	if (!folder)
		return NULL;
	/* Whether it is there now shows when the file is opened. */
	mkdir(folder, 0700);
	path = joined(folder, "history");
	free(folder);
	return path;
}

/* Makes the file if there is none. Returns 0, or an errno why it will not do. */
static int look_at(const char *path)
{
	const int fd = open(path, O_RDWR | O_CREAT | O_APPEND | O_NONBLOCK | O_CLOEXEC, 0600);
	struct stat stat;
	int err = 0;

	if (fd < 0)
		return errno;
	if (fstat(fd, &stat))
		err = errno;
	else if (!S_ISREG(stat.st_mode))
		err = EINVAL;
	close(fd);
	/* What is no history of this form stays what it is. */
	if (!err && stat.st_size && read_history(path))
		err = EILSEQ;
	return err;
}

void shell_history_begin(struct shell *shell)
{
	const char *given = getenv("LFB_HISTORY");
	int err;

	using_history();
	stifle_history(LINES_MAX);
	shell->history = path_of(given);
	if (!shell->history)
		return;
	err = look_at(shell->history);
	if (!err && history_length >= LINES_MAX)
		write_history(shell->history);
	if (!err)
		return;
	/* Where nobody asked for a file, nobody misses it. */
	if (given)
		cli_failed("LFB_HISTORY: %s: %s", shell->history,
			   err == EILSEQ ? "this is no history of the shell's" :
			   err == EINVAL ? "this is no file" : strerror(err));
	free(shell->history);
	shell->history = NULL;
}

/* As write_history() would: of append_history() versions disagree how many lines it takes. */
static void append(const char *path, const char *line)
{
	FILE *file = fopen(path, "ae");

	if (!file)
		return;
	if (!fseek(file, 0, SEEK_END) && !ftell(file))
		fputs("_HiStOrY_V2_\n", file);
	for (; *line; line++)
		fprintf(file, *line > ' ' && *line < 0x7f && *line != '\\' ? "%c" : "\\%03o",
			(unsigned char)*line);
	putc('\n', file);
	fclose(file);
}

void shell_history_add(struct shell *shell, const char *line)
{
	add_history(line);
	if (shell->history)
		append(shell->history, line);
}

#endif
