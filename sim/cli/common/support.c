// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: messages, files and numbers. */
#define _GNU_SOURCE /* asprintf() */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "common.h"
#include "sim/cli/report/report.h"

LFB_PRINTF(1, 0) static void complain(const char *format, va_list args)
{
	cli_progress_clear();
	fputs("lfb: ", stderr);
	vfprintf(stderr, format, args);
}

int cli_failed(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	fputs("\n", stderr);
	return CLI_FAILED;
}

int cli_usage(const struct cli_command *command, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	complain(format, args);
	va_end(args);
	fprintf(stderr, " (lfb %s%s says more)\n", command ? command->name : "",
		command ? " --help" : "help");
	return CLI_USAGE;
}

int cli_error(const struct cli_line *line, int err)
{
	if (err == -EINVAL)
		return cli_usage(line->command, "%s", lfb_error_text(NULL));
	return err ? cli_failed("%s", lfb_error_text(NULL)) : CLI_OK;
}

int cli_write(void *context, const char *bytes, size_t size)
{
	(void)context;
	cli_progress_clear();
	if (fwrite(bytes, 1, size, stdout) != size)
		return errno ? -errno : -EIO;
	return 0;
}

static int read_stream(FILE *file, const char *path, char **bytes, size_t *size)
{
	char part[8192];
	size_t length;
	FILE *copy;

	*bytes = NULL;
	copy = open_memstream(bytes, size);
	while (copy && (length = fread(part, 1, sizeof(part), file)))
		fwrite(part, 1, length, copy);
	if (copy && !fclose(copy) && !ferror(file))
		return CLI_OK;
	free(*bytes);
	return ferror(file) ? cli_failed("%s: cannot be read: %s", path, strerror(errno)) :
			      cli_failed("%s: no memory to read it", path);
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

int cli_junit_begin(struct cli_junit *junit, const struct cli_command *command)
{
	snprintf(junit->suite, sizeof(junit->suite), "lfb %s", command->name);
	return junit->path ? cli_write_file(junit->path, "", 0) : CLI_OK;
}

int cli_junit_end(struct cli_junit *junit, int result)
{
	if (junit->path && cli_junit_write(junit))
		result = cli_failed("%s: cannot be written: %s", junit->path, strerror(errno));
	cli_text_free(&junit->cases);
	return result;
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

int cli_append(char **text, const char *joint, const char *more)
{
	char *longer;

	if (asprintf(&longer, "%s%s%s", *text ? *text : "", joint, more) < 0)
		return cli_failed("no memory");
	free(*text);
	*text = longer;
	return CLI_OK;
}

void *cli_grown(void *list, size_t count, size_t size)
{
	/* There is room up to the next power of two. */
	return count & (count - 1) ? list : realloc(list, (count ? 2 * count : 1) * size);
}

const char *cli_plural(u64 number)
{
	return number == 1 ? "" : "s";
}

double cli_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

bool cli_is_loadable(const char *path)
{
	FILE *file = fopen(path, "rbe");
	char begins[4] = "";
	const bool is = file && fread(begins, 1, 4, file) == 4 && !memcmp(begins, "\177ELF", 4);

	if (file)
		fclose(file);
	return is;
}
