// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: sources are compiled. */
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/cli/build/build.h"

/* They lie beside the tool where it was built, and else where it was installed. */
int cli_find_headers(const char *given, char found[PATH_MAX])
{
	static const char *const places[] = { "include", "../include" };
	char tool[PATH_MAX], header[PATH_MAX + 40];
	ssize_t length = readlink("/proc/self/exe", tool, sizeof(tool) - 1);

	if (given) {
		snprintf(found, PATH_MAX, "%s", given);
		return CLI_OK;
	}
	tool[length > 0 ? length : 0] = '\0';
	if (strrchr(tool, '/'))
		*strrchr(tool, '/') = '\0';
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		snprintf(header, sizeof(header), "%s/%s/luo/lfb.h", tool, places[i]);
		if (access(header, R_OK))
			continue;
		snprintf(found, PATH_MAX, "%.*s", (int)(strlen(header) - strlen("/luo/lfb.h")),
			 header);
		return CLI_OK;
	}
	return cli_failed("the headers are not where they belong: --headers DIR says where "
			  "luo/lfb.h is");
}

/* Asked of the compiler itself: its name may say anything. */
static bool is_clang(const char *command_line)
{
	char command[PATH_MAX + 64], line[256];
	bool found = false;
	FILE *macros;

	snprintf(command, sizeof(command), "%.*s -dM -E -xc /dev/null 2>/dev/null", PATH_MAX,
		 command_line);
	macros = popen(command, "re");
	while (macros && fgets(line, sizeof(line), macros))
		found |= !strncmp(line, "#define __clang__ ", 18);
	if (macros)
		pclose(macros);
	return found;
}

int cli_compiler_begin(struct cli_compiler *compiler)
{
	const char *given = getenv("CC");
	char *rest;

	given = given && *given ? given : "cc";
	compiler->is_clang = is_clang(given);
	compiler->given = strdup(given);
	if (!compiler->given)
		return cli_failed("no memory");
	for (char *word = strtok_r(compiler->given, " ", &rest); word;
	     word = strtok_r(NULL, " ", &rest))
		cli_compiler_add(compiler, word);
	return CLI_OK;
}

void cli_compiler_add(struct cli_compiler *compiler, const char *word)
{
	if (compiler->count < CLI_COMPILER_WORDS)
		compiler->words[compiler->count] = word;
	compiler->count++;
}

void cli_compiler_add_all(struct cli_compiler *compiler, const char *const *words, size_t count)
{
	for (size_t i = 0; i < count; i++)
		cli_compiler_add(compiler, words[i]);
}

/* What it ended with, or a negative errno. @quiet: nothing it says is printed. */
static int run(const struct cli_compiler *compiler, bool quiet)
{
	const char *const *words = compiler->words;
	posix_spawn_file_actions_t actions;
	extern char **environ;
	pid_t child;
	int status;
	int err;

	posix_spawn_file_actions_init(&actions);
	if (quiet)
		posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	err = posix_spawnp(&child, words[0], &actions, NULL, (char *const *)words, environ);
	posix_spawn_file_actions_destroy(&actions);
	if (err)
		return -err;
	while (waitpid(child, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return status;
}

bool cli_compiler_try(const struct cli_compiler *compiler)
{
	return compiler->count <= CLI_COMPILER_WORDS && !run(compiler, true);
}

int cli_compiler_run(const struct cli_compiler *compiler, const char *output, bool verbose)
{
	const char *const *words = compiler->words;
	int status;

	if (compiler->count > CLI_COMPILER_WORDS)
		return cli_failed("too many arguments for the compiler");
	for (int i = 0; verbose && words[i]; i++)
		fprintf(stderr, "%s%s", words[i], words[i + 1] ? " " : "\n");
	status = run(compiler, false);
	if (status < 0)
		return cli_failed("%s: %s (the environment's CC says what compiles)", words[0],
				  strerror(-status));
	return status ? cli_failed("%s was not made", output) : CLI_OK;
}

void cli_compiler_end(struct cli_compiler *compiler)
{
	free(compiler->given);
}
