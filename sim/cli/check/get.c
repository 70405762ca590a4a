// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb get: the value at a path of a handover. */
#include <stdio.h>
#include <stdlib.h>

#include "check.h"

struct get {
	struct cli_look look;
	bool json;
	bool where;
};

static void print(const struct get *get, const struct cli_value *value)
{
	struct cli_json json = { 0 };

	if (get->json || value->kind == '{' || value->kind == '[')
		cli_json_value(&json, NULL, value);
	else
		cli_print_value(stdout, value);
	printf("\n");
}

static int run(struct cli_line *line)
{
	const struct get *get = line->state;
	const int files = get->look.image ? 0 : 1;
	const struct cli_value *value;
	struct cli_value *document;
	const char *file;
	char exact[CLI_PATH_SIZE], *why;
	int result;

	if (line->argc != files + 1)
		return cli_usage(line->command, files ? "expected a file and a path" :
							"expected a path");
	file = files ? line->argv[0] : get->look.image;
	if (cli_look_document(line, &get->look, file, &document))
		return CLI_USAGE;
	if (get->where) {
		result = cli_edit_where(line, &get->look, document, get->json);
		cli_value_free(document);
		return result;
	}
	value = cli_path_find(document, line->argv[files], exact, &why);
	if (value)
		print(get, value);
	else
		cli_failed("%s: %s", file, why ? why : "no memory");
	free(why);
	cli_value_free(document);
	return value ? CLI_OK : CLI_FAILED;
}

static const struct cli_option options[] = {
	{ "json", NULL, "a single value as JSON, too", .at = offsetof(struct get, json) },
	{ "where", NULL, "where the bytes of a value are", .at = offsetof(struct get, where) },
	CLI_LOOK_ROWS(get),
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_get = {
	"get", "print what is at a path of a handover",
	"usage: lfb get [OPTION]... FILE PATH\n"
	"       lfb get [--json] [--where] --raw IMAGE --luo ADDRESS --profile P PATH\n"
	"\n"
	"Prints a value of what lfb dump --json says of FILE: a name or a number as it is, a\n"
	"part as JSON. A path is luo/session[0]/name, luo/session[vm-1]/file[token=7]/data,\n"
	"kho/version, map/blocks; \".\" is all of it. Exit status 1, with what there is\n"
	"instead, where there is no such thing; 2 where the file cannot be read.\n",
	options, sizeof(struct get), run, .column = 17, .max = INT_MAX,
};
