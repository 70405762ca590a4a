// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb merge: reads the results of shards, and sees whether they are those of one whole. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "merge.h"

/* Who puts together what, by how its output calls itself. */
static const struct {
	const char *format;
	int (*merge)(struct cli_parts *parts);	/* adds the members of the whole */
} formats[] = {
	{ "lfb-sweep-1", cli_merge_sweep },
	{ "lfb-exhaust-1", cli_merge_exhaust },
	{ "lfb-compare-1", cli_merge_compare },
};

int cli_misfit(const struct cli_part *part, const char *what)
{
	cli_failed("%s: it does not fit the other shards: %s", part->path, what);
	return CLI_USAGE;
}

int cli_merge_same(const struct cli_parts *parts, const char *key)
{
	const struct cli_value *first = cli_value_of(parts->list[0].root, key);

	for (unsigned int i = 1; i < parts->count; i++) {
		if (!cli_value_same(first, cli_value_of(parts->list[i].root, key)))
			return cli_misfit(&parts->list[i], key);
	}
	return CLI_OK;
}

/* Says what is wrong with a file. Returns CLI_USAGE. */
static int refuse(const char *path, const char *what)
{
	cli_failed("%s: %s", path, what);
	return CLI_USAGE;
}

static int read_part(struct cli_part *part, const char *path)
{
	unsigned long line;
	char *text;
	size_t size;

	part->path = path;
	if (cli_read_file(path, &text, &size))
		return CLI_USAGE;
	part->root = cli_value_read(text, size, &line);
	free(text);
	if (!part->root) {
		cli_failed("%s:%lu: no JSON as lfb writes it", path, line);
		return CLI_USAGE;
	}
	part->shard = cli_value_of(part->root, "shard");
	if (part->shard->kind != '{')
		return refuse(path, "not the result of a shard (--shard I/N --json)");
	if (!cli_value_number(part->shard, "whole"))
		return refuse(path, "this shard was stopped before its end");
	if (!cli_value_number(part->shard, "number"))
		return refuse(path, "its shard has no number");
	return CLI_OK;
}

/* "…: its command is "A", that of FILE "B"". */
static int check_text(const struct cli_part *part, const char *what, const char *key,
		      const char *whose, const char *wanted)
{
	const char *text = cli_value_text(part->shard, key);

	if (!strcmp(text, wanted))
		return CLI_OK;
	cli_failed("%s: a shard of something else: its %s \"%.300s\", that of %s \"%.300s\"",
		   part->path, what, text, whose, wanted);
	return CLI_USAGE;
}

/* Is it of the same whole as the first one, and of this lfb? */
static int check_part(const struct cli_part *part, const struct cli_part *first)
{
	const char *format = cli_value_text(first->root, "format");
	int result;

	if (strcmp(format, cli_value_text(part->root, "format")))
		return refuse(part->path, "a shard of another command than the first");
	result = check_text(part, "version is", "version", "this lfb", lfb_version());
	if (!result)
		result = check_text(part, "command is", "command", first->path,
				    cli_value_text(first->shard, "command"));
	if (!result)
		result = check_text(part, "inputs are", "inputs", first->path,
				    cli_value_text(first->shard, "inputs"));
	if (!result && cli_value_number(part->shard, "of") != cli_value_number(first->shard, "of"))
		return refuse(part->path, "a shard of another number of shards than the first");
	return result;
}

static int by_number(const void *one, const void *other)
{
	const struct cli_part *a = one, *b = other;
	const u64 left = cli_value_number(a->shard, "number");
	const u64 right = cli_value_number(b->shard, "number");

	return left < right ? -1 : left > right;
}

/* Each shard once? They are in their order. */
static int check_numbers(const struct cli_parts *parts)
{
	const u64 of = cli_value_number(parts->list[0].shard, "of");
	u64 wanted = 1;

	for (unsigned int i = 0; i < parts->count; i++, wanted++) {
		const u64 number = cli_value_number(parts->list[i].shard, "number");

		if (number > wanted)
			break;
		if (number < wanted) {
			cli_failed("%s: shard %llu is there already: %s", parts->list[i].path,
				   number, parts->list[i - 1].path);
			return CLI_USAGE;
		}
	}
	if (wanted == of + 1)
		return CLI_OK;
	if (wanted > of)
		cli_failed("there are more shards than %llu", of);
	else
		cli_failed("shard %llu of %llu is missing", wanted, of);
	return CLI_USAGE;
}

/* Nothing is printed until it is known that all fits together. */
static int merge_as(struct cli_parts *parts, const char *format,
		    int (*add)(struct cli_parts *parts))
{
	char *text = NULL;
	size_t size = 0;
	int result;

	parts->out.stream = open_memstream(&text, &size);
	if (!parts->out.stream)
		return cli_failed("no memory");
	cli_json_begin(&parts->out, format);
	result = add(parts);
	cli_json_end(&parts->out);
	if (fclose(parts->out.stream))
		result = cli_failed("no memory");
	else if (!result)
		cli_write(NULL, text, size);
	free(text);
	return result ? CLI_USAGE : parts->status;
}

static int merge(struct cli_parts *parts)
{
	const char *format = cli_value_text(parts->list[0].root, "format");
	int result = CLI_OK;

	for (unsigned int i = 0; i < parts->count && !result; i++)
		result = check_part(&parts->list[i], &parts->list[0]);
	if (result)
		return result;
	qsort(parts->list, parts->count, sizeof(*parts->list), by_number);
	result = check_numbers(parts);
	if (result)
		return result;
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++) {
		if (!strcmp(formats[i].format, format))
			return merge_as(parts, format, formats[i].merge);
	}
	return refuse(parts->list[0].path, "no command has shards that look so");
}

static int run(struct cli_line *line)
{
	struct cli_parts parts = { .list = calloc((size_t)line->argc, sizeof(*parts.list)) };
	int result = parts.list ? CLI_OK : cli_failed("no memory");

	for (; !result && parts.count < (unsigned int)line->argc; parts.count++)
		result = read_part(&parts.list[parts.count], line->argv[parts.count]);
	if (!result)
		result = merge(&parts);
	for (unsigned int i = 0; i < parts.count; i++)
		cli_value_free(parts.list[i].root);
	free(parts.list);
	return result;
}

static const struct cli_option options[] = { { 0 } };

const struct cli_command cli_merge = {
	"merge", "put together what the shards of a command found",
	"usage: lfb merge FILE...\n"
	"\n"
	"Puts together what lfb sweep, lfb exhaust and lfb compare print with --shard I/N --json,\n"
	"of all I from 1 to N, and prints what the command prints with --json alone. Exit status:\n"
	"the command's own, and 2 when files are missing or do not belong together.\n"
	"docs/shard.md\n",
	options, 0, run, .min = 1, .max = INT_MAX, .expected = "expected the results of shards",
};
