// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb, the tool: finds the command, and makes sure that what was printed arrived.
 */
#include <stdio.h>
#include <string.h>

#include <luo/machine.h>

#include "cli.h"

static int help(const struct cli_command *command, int argc, char **argv);
static int version(const struct cli_command *command, int argc, char **argv);

static const char help_help[] = "usage: lfb help [COMMAND]\n";
static const char version_help[] = "usage: lfb version\n";

static const struct cli_command commands[] = {
	{ "run", "run a scenario in a machine that is switched on cold", cli_run_help, cli_run },
	{ "boot", "run a scenario in a kernel that boots from a blob", cli_boot_help, cli_run },
	{ "sweep", "fail every step of scenarios that can fail, and check what is left",
	  cli_sweep_help, cli_sweep },
	{ "dump", "say what a blob or a memory image hands over", cli_dump_help, cli_dump },
	{ "explain", "say what a finding means", cli_explain_help, cli_explain },
	{ "zoo", "show that known mistakes are found", cli_zoo_help, cli_zoo },
	{ "matrix", "say which kernel can take over from which", cli_matrix_help, cli_matrix },
	{ "convert", "rewrite a handover for another kernel", cli_convert_help, cli_convert },
	{ "exhaust", "compare all sequences of operations with a model", cli_exhaust_help,
	  cli_exhaust },
	{ "shrink", "shorten a scenario that fails", cli_shrink_help, cli_shrink },
	{ "profiles", "list the kernels that are modelled", cli_profiles_help, cli_profiles },
	{ "help", "explain a command", help_help, help },
	{ "version", "print the version", version_help, version },
};
#define NR_COMMANDS (sizeof(commands) / sizeof(commands[0]))

static const struct cli_command *find_command(const char *name)
{
	size_t i;

	for (i = 0; i < NR_COMMANDS; i++)
		if (!strcmp(commands[i].name, name))
			return &commands[i];
	return NULL;
}

static void print_overview(FILE *to)
{
	size_t i;

	fputs("usage: lfb COMMAND [OPTION]... [FILE]...\n"
	      "\n"
	      "Linux live update, simulated in one process.\n"
	      "\n", to);
	for (i = 0; i < NR_COMMANDS; i++)
		fprintf(to, "  %-10s %s\n", commands[i].name, commands[i].about);
	fputs("\n"
	      "lfb COMMAND --help explains each. Exit status: 0 it went well, 1 the run or the\n"
	      "check failed, 2 the command line was wrong.\n", to);
}

static int help(const struct cli_command *command, int argc, char **argv)
{
	const struct cli_command *about;

	if (argc > 2)
		return cli_usage(command, "help explains one command at a time");
	if (argc < 2) {
		print_overview(stdout);
		return CLI_OK;
	}
	about = find_command(argv[1]);
	if (!about)
		return cli_usage(NULL, "there is no command \"%s\"", argv[1]);
	fputs(about->help, stdout);
	return CLI_OK;
}

static int version(const struct cli_command *command, int argc, char **argv)
{
	(void)argv;
	if (argc > 1)
		return cli_usage(command, "version takes no arguments");
	printf("lfb %s\n", lfb_version());
	return CLI_OK;
}

static bool wants_help(int argc, char **argv)
{
	int i;

	for (i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return true;
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
		return cli_usage(NULL, "there is no command \"%s\"", argv[1]);
	if (wants_help(argc - 1, argv + 1)) {
		fputs(command->help, stdout);
		return CLI_OK;
	}
	return command->run(command, argc - 1, argv + 1);
}

int main(int argc, char **argv)
{
	int result = run_command(argc, argv);

	/* A full disk shows only here. */
	if (fflush(stdout) || ferror(stdout))
		return cli_failed("standard output cannot be written: %s", strerror(errno));
	return result;
}
