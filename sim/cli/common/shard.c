// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: shards, which are parts of a command's work, and what they must have in common. */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "common.h"
#include "sim/cli/report/report.h"

/* FNV-1a: that two sets of inputs share a number by accident is nothing to wait for. */
#define HASH_BASIS 0xcbf29ce484222325ull
#define HASH_PRIME 0x100000001b3ull

int cli_set_shard(const struct cli_given *given)
{
	struct cli_shard *shard = given->into;
	const char *slash = strchr(given->value, '/');
	char number[24] = "";
	u64 which, of;

	if (slash && slash - given->value < (ptrdiff_t)sizeof(number))
		memcpy(number, given->value, (size_t)(slash - given->value));
	if (!cli_number(number, &which) || !cli_number(slash + 1, &of) || !which || which > of ||
	    of > CLI_SHARDS_MAX)
		return cli_usage(given->line->command, "--%s %s: expected I/N, the I-th of N parts "
				 "(at most %u)", given->option->name, given->value, CLI_SHARDS_MAX);
	*shard = (struct cli_shard){ (unsigned int)which, (unsigned int)of };
	return CLI_OK;
}

static void mix(u64 *hash, const void *bytes, size_t size)
{
	for (const unsigned char *at = bytes; size--; at++)
		*hash = (*hash ^ *at) * HASH_PRIME;
}

static void mix_file(u64 *hash, const char *path)
{
	FILE *file = fopen(path, "rbe");
	char part[8192];
	size_t length;

	while (file && (length = fread(part, 1, sizeof(part), file)))
		mix(hash, part, length);
	if (file)
		fclose(file);
}

/* If a word names a file, what is in it; if it names a folder, what is in its files. */
static void mix_word(u64 *hash, const char *word)
{
	struct dirent **entries;
	struct stat about;
	char path[4096];
	int count;

	if (stat(word, &about))
		return;
	if (S_ISREG(about.st_mode))
		mix_file(hash, word);
	count = S_ISDIR(about.st_mode) ? scandir(word, &entries, NULL, alphasort) : -1;
	for (int i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s", word, entries[i]->d_name);
		if (!stat(path, &about) && S_ISREG(about.st_mode)) {
			mix(hash, entries[i]->d_name, strlen(entries[i]->d_name));
			mix_file(hash, path);
		}
		free(entries[i]);
	}
	if (count >= 0)
		free(entries);
}

/* Of all files that options and arguments name: shards on other machines may have others. */
static u64 hash_inputs(const struct cli_line *line)
{
	char *options = strdup(line->given ? line->given : ""), *rest = options, *word;
	u64 hash = HASH_BASIS;

	while (options && (word = strsep(&rest, " ")))
		mix_word(&hash, word);
	free(options);
	for (int i = 0; i < line->argc; i++)
		mix_word(&hash, line->argv[i]);
	return hash;
}

void cli_shard_open(struct cli_json *json, const struct cli_line *line,
		    const struct cli_shard *shard, bool is_whole)
{
	char *command = NULL, inputs[20];
	int failed = cli_append(&command, "lfb ", line->command->name);

	if (!failed && line->given)
		failed = cli_append(&command, "", line->given);
	for (int i = 0; !failed && i < line->argc; i++)
		failed = cli_append(&command, " ", line->argv[i]);
	snprintf(inputs, sizeof(inputs), "%016llx", hash_inputs(line));
	cli_json_open(json, "shard", '{');
	cli_json_number(json, "number", shard->number);
	cli_json_number(json, "of", shard->of);
	cli_json_bool(json, "whole", is_whole);
	cli_json_string(json, "version", lfb_version());
	cli_json_string(json, "command", command);
	cli_json_string(json, "inputs", inputs);
	free(command);
}
