// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb, the tool: messages, files and numbers.
 */
#define _GNU_SOURCE /* asprintf() */
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/machine.h>
#include <luo/scenario.h>

#include "cli.h"

#define FIRST_CAPACITY (64ul << 10)

int cli_failed(const char *format, ...)
{
	va_list args;

	fputs("lfb: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputs("\n", stderr);
	return CLI_FAILED;
}

int cli_usage(const struct cli_command *command, const char *format, ...)
{
	va_list args;

	fputs("lfb: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, " (lfb %s%s says more)\n", command ? command->name : "",
		command ? " --help" : "help");
	return CLI_USAGE;
}

int cli_bad_option(const struct cli_command *command, int what, char **argv)
{
	const char *option = argv[optind - 1];

	if (what == ':')
		return cli_usage(command, "option %s needs a value", option);
	return cli_usage(command, "there is no option %s, or it takes no value", option);
}

int cli_write(void *context, const char *bytes, size_t size)
{
	(void)context;
	if (fwrite(bytes, 1, size, stdout) != size)
		return errno ? -errno : -EIO;
	return 0;
}

static int read_stream(FILE *file, const char *path, char **bytes, size_t *size)
{
	size_t capacity = 0, used = 0;
	char *buffer = NULL;

	for (;;) {
		if (used == capacity) {
			size_t larger = capacity ? capacity * 2 : FIRST_CAPACITY;
			char *moved = realloc(buffer, larger);

			if (!moved) {
				free(buffer);
				return cli_failed("%s: no memory to read it", path);
			}
			buffer = moved;
			capacity = larger;
		}
		used += fread(buffer + used, 1, capacity - used, file);
		if (ferror(file)) {
			free(buffer);
			return cli_failed("%s: cannot be read: %s", path, strerror(errno));
		}
		if (feof(file))
			break;
	}
	*bytes = buffer;
	*size = used;
	return CLI_OK;
}

int cli_read_file(const char *path, char **bytes, size_t *size)
{
	FILE *file;
	int result;

	if (!strcmp(path, "-"))
		return read_stream(stdin, "standard input", bytes, size);
	file = fopen(path, "rb");
	if (!file)
		return cli_failed("%s: cannot be opened: %s", path, strerror(errno));
	result = read_stream(file, path, bytes, size);
	fclose(file);
	return result;
}

int cli_write_file(const char *path, const void *bytes, size_t size)
{
	FILE *file = fopen(path, "wb");
	bool written;

	if (!file)
		return cli_failed("%s: cannot be opened for writing: %s", path, strerror(errno));
	written = fwrite(bytes, 1, size, file) == size;
	if (fclose(file) || !written)
		return cli_failed("%s: cannot be written: %s", path, strerror(errno));
	return CLI_OK;
}

bool cli_number(const char *text, u64 *number)
{
	char *end;

	if (text[0] < '0' || text[0] > '9')
		return false;
	errno = 0;
	*number = strtoull(text, &end, text[0] == '0' && (text[1] | 0x20) == 'x' ? 16 : 10);
	return !errno && !*end;
}

int cli_load_scenario(const char *path, struct lfb_scenario **scenario)
{
	bool from_stdin = !strcmp(path, "-");
	char *text;
	size_t size;
	int err;

	*scenario = NULL;
	if (from_stdin) {
		if (cli_read_file(path, &text, &size))
			return CLI_FAILED;
		err = lfb_scenario_parse("-", text, size, scenario);
		free(text);
	} else {
		err = lfb_scenario_load(path, scenario);
	}
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

int cli_add_quirk(const struct cli_command *command, const char *value, char **on, char **off)
{
	char **list = value[0] == '+' ? on : off;
	char *longer;

	if ((value[0] != '+' && value[0] != '-') || !value[1])
		return cli_usage(command, "--quirk %s: expected +NAME or -NAME", value);
	if (asprintf(&longer, "%s%s%s", *list ? *list : "", *list ? "," : "", value + 1) < 0)
		return cli_failed("no memory");
	free(*list);
	*list = longer;
	return CLI_OK;
}
