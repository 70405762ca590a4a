// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb check: what is wrong with a handover, a line each. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

struct check {
	struct cli_look look;
	bool json;
	bool list;
	bool markdown;
	bool strict;
	bool only;			/* some are chosen … */
	bool chosen[LFB_CHECKS_NR];	/* … which are these */
	bool without[LFB_CHECKS_NR];
	struct cli_json out;
	const char *path;		/* of the file */
	u64 errors;
	u64 warnings;
	bool no_blob;			/* it does not even begin as one */
};

static bool is_wanted(const struct check *check, enum lfb_check_id id)
{
	return (!check->only || check->chosen[id]) && !check->without[id];
}

static bool is_error(enum lfb_check_id id)
{
	return lfb_check_severity(id) >= LFB_SEVERITY_ERROR;
}

static void json_number(struct cli_json *json, const char *key, u64 number)
{
	if (number == LFB_CHECK_NOWHERE)
		cli_json_string(json, key, NULL);
	else
		cli_json_number(json, key, number);
}

static void json_rule(struct cli_json *json, enum lfb_check_id id)
{
	cli_json_string(json, "id", lfb_check_name(id));
	cli_json_string(json, "severity", lfb_severity_name(lfb_check_severity(id)));
	cli_json_string(json, "meaning", lfb_check_sentence(id));
}

/* Where there is nothing to report, because it cannot be read, nothing is printed. */
static struct cli_json *json_begun(struct check *check)
{
	if (!check->out.depth) {
		cli_json_begin(&check->out, "lfb-check-1");
		cli_json_string(&check->out, "file", check->path);
		cli_json_open(&check->out, "problems", '[');
	}
	return &check->out;
}

static void json_problem(struct cli_json *json, const struct lfb_check_problem *problem)
{
	cli_json_open(json, NULL, '{');
	json_rule(json, problem->id);
	cli_json_string(json, "path", problem->path);
	cli_json_string(json, "text", problem->text);
	json_number(json, "address", problem->address);
	json_number(json, "offset", problem->offset);
	cli_json_close(json, '}');
}

static void text_problem(const struct lfb_check_problem *problem)
{
	cli_print_plain(stdout, problem->path);
	printf(": [%s] %s", lfb_check_name(problem->id),
	       is_error(problem->id) ? "" : "warning: ");
	cli_print_plain(stdout, problem->text);
	if (problem->address != LFB_CHECK_NOWHERE)
		printf(" (at 0x%llx)", problem->address);
	else if (problem->offset != LFB_CHECK_NOWHERE)
		printf(" (at offset 0x%llx)", problem->offset);
	printf("\n");
}

static int tell(void *context, const struct lfb_check_problem *problem)
{
	struct check *check = context;

	if (problem->id == LFB_CHECK_BLOB_MAGIC) {
		check->no_blob = true;
		return 0;
	}
	if (!is_wanted(check, problem->id))
		return 0;
	if (is_error(problem->id))
		check->errors++;
	else
		check->warnings++;
	if (check->json)
		json_problem(json_begun(check), problem);
	else
		text_problem(problem);
	return 0;
}

static void list_all(struct check *check)
{
	const char *format = check->markdown ? "| `%s` | %s | %s |\n" : "%-28s %-8s %s\n";

	if (check->json) {
		cli_json_begin(&check->out, "lfb-check-1");
		cli_json_open(&check->out, "checks", '[');
	} else if (check->markdown) {
		printf("| id | severity | meaning |\n|---|---|---|\n");
	}
	for (int id = 0; id < LFB_CHECKS_NR; id++) {
		if (!is_wanted(check, id))
			continue;
		if (!check->json) {
			printf(format, lfb_check_name(id),
			       lfb_severity_name(lfb_check_severity(id)), lfb_check_sentence(id));
			continue;
		}
		cli_json_open(&check->out, NULL, '{');
		json_rule(&check->out, id);
		cli_json_close(&check->out, '}');
	}
	if (check->json) {
		cli_json_close(&check->out, ']');
		cli_json_end(&check->out);
	}
}

/* Returns what the library did, or CLI_USAGE where the bytes cannot be had and that was said. */
static int check_file(const struct cli_line *line, struct check *check)
{
	const char *path = check->path;
	enum cli_look_kind kind;
	int answer = 0;
	char *bytes;
	size_t size;
	u64 luo = 0;

	if (cli_look(line, &check->look, path, &kind, &bytes, &size, &luo))
		return CLI_USAGE;
	if (kind == CLI_LOOK_BLOB && cli_read_file(path, &bytes, &size))
		return CLI_USAGE;
	switch (kind) {
	case CLI_LOOK_BLOB:
		answer = lfb_check_bytes(bytes, size, tell, check);
		break;
	case CLI_LOOK_BARE:
		answer = lfb_check_memory(bytes, size, luo, check->look.profile, tell, check);
		break;
	case CLI_LOOK_MEMORY:
		answer = lfb_check_image(path, &line->machine.image.options, tell, check);
		break;
	case CLI_LOOK_DEBUGFS:
		answer = lfb_check_debugfs(path, tell, check);
		break;
	}
	free(bytes);
	if (check->no_blob)
		cli_failed("%s: %s; lfb check --base ADDRESS reads it as memory", path,
			   lfb_error_text(NULL));
	else if (answer < 0)
		cli_failed("%s", lfb_error_text(NULL));
	return answer < 0 || check->no_blob ? CLI_USAGE : CLI_OK;
}

static void sum_up(struct check *check)
{
	if (check->json) {
		cli_json_close(json_begun(check), ']');
		cli_json_number(&check->out, "errors", check->errors);
		cli_json_number(&check->out, "warnings", check->warnings);
		cli_json_end(&check->out);
		return;
	}
	printf("%s: %llu error%s, %llu warning%s\n", check->path, check->errors,
	       cli_plural(check->errors), check->warnings, cli_plural(check->warnings));
}

static int run(struct cli_line *line)
{
	struct check *check = line->state;

	if (check->markdown && (check->json || !check->list))
		return cli_usage(line->command, "--markdown goes with --list, and without --json");
	if (check->list) {
		if (line->argc || check->look.image)
			return cli_usage(line->command, "--list takes no file");
		list_all(check);
		return CLI_OK;
	}
	if (line->argc != !check->look.image)
		return cli_usage(line->command, check->look.image ?
				 "--raw takes the place of the file" : "expected one file");
	check->path = check->look.image ? check->look.image : line->argv[0];
	if (check_file(line, check))
		return CLI_USAGE;
	sum_up(check);
	return check->errors || (check->strict && check->warnings) ? CLI_FAILED : CLI_OK;
}

static int set_rule(const struct cli_given *given)
{
	bool *rules = given->into;
	int id = lfb_check_by_name(given->value);

	if (id < 0)
		return cli_usage(given->line->command, "--%s %s: there is no such check; --list "
				 "lists them", given->option->name, given->value);
	rules[id] = true;
	return CLI_OK;
}

static int set_only(const struct cli_given *given)
{
	((struct check *)given->line->state)->only = true;
	return set_rule(given);
}

static const struct cli_option options[] = {
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct check, json) },
	{ "strict", NULL, "warnings count, too", .at = offsetof(struct check, strict) },
	{ "only", "ID", "this check, and no other that is not named so",
	  .at = offsetof(struct check, chosen), .set = set_only },
	{ "without", "ID", "not this check", .at = offsetof(struct check, without),
	  .set = set_rule },
	{ "list", NULL, "say which checks there are, and what each means",
	  .at = offsetof(struct check, list) },
	{ "markdown", NULL, "list as a table", .at = offsetof(struct check, markdown) },
	CLI_LOOK_ROWS(check),
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_check = {
	"check", "say what is wrong with a handover",
	"usage: lfb check [OPTION]... FILE\n"
	"       lfb check [OPTION]... --raw IMAGE --luo ADDRESS --profile P\n"
	"       lfb check --list\n"
	"\n"
	"Checks what a blob or the memory of a machine hands over, any file that lfb dump\n"
	"reads: a line for each thing that is wrong, with its path (lfb get), the id of the\n"
	"check and where it is. docs/check.md says more.\n"
	"Exit status: 0 nothing is wrong but for warnings, 1 something is, 2 the command line\n"
	"makes no sense or the file cannot be read as anything.\n",
	options, sizeof(struct check), run, .column = 17, .max = INT_MAX,
};
