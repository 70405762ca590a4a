/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * lfb, the tool: what its commands share. It uses the library as any program may.
 */
#ifndef SIM_CLI_CLI_H
#define SIM_CLI_CLI_H

#include <luo/types.h>

enum cli_exit {
	CLI_OK,
	CLI_FAILED,	/* the run or the check did */
	CLI_USAGE,	/* the command line makes no sense */
};

struct cli_command {
	const char *name;
	const char *about;
	const char *help;
	/* argv[0] is the command's name. Returns an enum cli_exit. */
	int (*run)(const struct cli_command *command, int argc, char **argv);
};

int cli_run(const struct cli_command *command, int argc, char **argv);
int cli_dump(const struct cli_command *command, int argc, char **argv);
int cli_convert(const struct cli_command *command, int argc, char **argv);
int cli_matrix(const struct cli_command *command, int argc, char **argv);
int cli_profiles(const struct cli_command *command, int argc, char **argv);

extern const char cli_run_help[], cli_boot_help[], cli_dump_help[], cli_profiles_help[],
	cli_matrix_help[], cli_convert_help[];

/* "lfb: …" as one line on standard error. Returns CLI_FAILED. */
int cli_failed(const char *format, ...) LFB_PRINTF(1, 2);
/* The same, and where help is to be had. Returns CLI_USAGE. */
int cli_usage(const struct cli_command *command, const char *format, ...) LFB_PRINTF(2, 3);
/* What getopt_long() just returned '?' or ':' for. Returns CLI_USAGE. */
int cli_bad_option(const struct cli_command *command, int what, char **argv);

/* An lfb_write_fn for standard output, which is buffered; errors show at the end. */
int cli_write(void *context, const char *bytes, size_t size);

/* A whole file, "-" for standard input. Returns CLI_OK and memory for free(), or CLI_FAILED. */
int cli_read_file(const char *path, char **bytes, size_t *size);
int cli_write_file(const char *path, const void *bytes, size_t size);

/* All of @text is a number; 0x… for hexadecimal. */
bool cli_number(const char *text, u64 *number);

#endif
