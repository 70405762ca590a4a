// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: finds the command, and makes sure that what was printed arrived. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct cli_command help, version;

static const struct cli_command *const commands[] = {
	&cli_run, &cli_boot, &cli_trace, &cli_shell, &cli_sweep, &cli_dump, &cli_check, &cli_get,
	&cli_edit, &cli_diff, &cli_explain, &cli_zoo, &cli_matrix, &cli_convert, &cli_exhaust,
	&cli_explore, &cli_shrink, &cli_compare, &cli_profiles, &cli_build, &cli_kunit, &cli_tree,
	&cli_merge, &help, &version,
};
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct cli_command *find_command(const char *name)
{
	for (size_t i = 0; i < NR_COMMANDS; i++) {
		if (!strcmp(commands[i]->name, name))
			return commands[i];
	}
	cli_usage(NULL, "there is no command \"%s\"", name);
	return NULL;
}

static void print_overview(FILE *to)
{
	fputs("usage: lfb COMMAND [OPTION]... [FILE]...\n"
	      "\n"
	      "Linux live update, simulated in one process.\n"
	      "\n", to);
	for (size_t i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i]->name, commands[i]->about);
	fputs("\n"
	      "lfb COMMAND --help explains each. Exit status: 0 it went well, 1 the run or the\n"
	      "check failed, 2 the command line was wrong, 99 lfb itself is wrong, 130 it\n"
	      "was stopped by Ctrl-C.\n", to);
}

static int print_help(struct cli_line *line)
{
	const struct cli_command *about;

	if (!line->argc) {
		print_overview(stdout);
		return CLI_OK;
	}
	about = find_command(line->argv[0]);
	if (!about)
		return CLI_USAGE;
	cli_print_help(about);
	return CLI_OK;
}

static const struct cli_command help = {
	"help", "explain a command",
	"usage: lfb help [COMMAND]\n",
	NULL, 0, print_help, .max = 1, .expected = "help explains one command at a time",
};

static int print_version(struct cli_line *line)
{
	(void)line;
	printf("lfb %s\n", lfb_version());
	return CLI_OK;
}

static const struct cli_command version = {
	"version", "print the version", "usage: lfb version\n", NULL, 0, print_version, .max = 0,
};

static bool wants_help(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
	}
	return false;
}

static int run_command(int argc, char **argv)
{
	const struct cli_command *command;

	if (argc < 2) {
		print_overview(stderr);
		return CLI_USAGE;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h"))
		argv[1] = "help";
	if (!strcmp(argv[1], "--version"))
		argv[1] = "version";
	command = find_command(argv[1]);
	if (!command)
		return CLI_USAGE;
	if (wants_help(argc - 1, argv + 1)) {
		cli_print_help(command);
		return CLI_OK;
	}
	return cli_do(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int result = run_command(argc, argv);
	const char *bug = lfb_simulator_bug();

	if (bug) {
		cli_failed("LFB-SIMULATOR-BUG: %s: this is a bug of lfb, and nothing else that it "
			   "says here counts; please report it", bug);
		return CLI_SIMULATOR_BUG;
	}

	/* A full disk shows only here. */
	if (fflush(stdout) || ferror(stdout))
		return cli_failed("standard output cannot be written: %s", strerror(errno));
	return result;
}
