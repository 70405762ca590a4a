// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb explain: what a finding means. The texts are those of docs/findings. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct explain {
	bool scenario;
	bool markdown;
};

static const char *text_of(enum lfb_finding_id id)
{
	size_t length = strlen(lfb_finding_name(id));

	for (const struct cli_embedded *file = embedded_findings; file->name; file++) {
		if (!strncmp(file->name, lfb_finding_name(id), length) &&
		    !strcmp(file->name + length, ".md"))
			return file->text;
	}
	return NULL;
}

/* Comments of the markdown are for those who write it. */
static bool is_comment(const char *line, size_t length)
{
	return length >= 7 && !strncmp(line, "<!--", 4) && !strncmp(line + length - 3, "-->", 3);
}

static void print_text(const char *text)
{
	bool blank = true;

	while (*text) {
		size_t length = strcspn(text, "\n");
		bool was_blank = blank;

		if (!is_comment(text, length)) {
			blank = length == 0;
			/* What a comment leaves between two empty lines is one too many. */
			if (!blank || !was_blank)
				printf("%.*s\n", (int)length, text);
		}
		text += length + (text[length] == '\n');
	}
}

/* The first block between ``` lines. */
static int print_scenario(enum lfb_finding_id id, const char *text)
{
	const char *start = strstr(text, "```");
	const char *end = start ? strstr(start + 3, "\n```") : NULL;

	if (!end)
		return cli_failed("there is no scenario for %s", lfb_finding_name(id));
	start = strchr(start, '\n') + 1;
	printf("%.*s", (int)(end + 1 - start), start);
	return CLI_OK;
}

static void list_all(bool markdown)
{
	const char *format = markdown ? "| [%s](%s.md) | %s | %s |\n" : "%-38s %.0s%-8s %s\n";

	if (markdown)
		printf("| id | severity | meaning |\n|---|---|---|\n");
	for (int id = 0; id < LFB_FINDINGS_NR; id++)
		printf(format, lfb_finding_name(id), lfb_finding_name(id),
		       lfb_severity_name(lfb_finding_severity(id)), lfb_finding_sentence(id));
}

static int explain(const struct cli_line *line, const char *name, bool scenario)
{
	int id = lfb_finding_by_name(name);
	const char *text;

	if (id < 0)
		return cli_usage(line->command, "there is no finding \"%s\"", name);
	text = text_of(id);
	if (!text)
		return cli_failed("there is no text about %s", lfb_finding_name(id));
	if (scenario)
		return print_scenario(id, text);
	print_text(text);
	return CLI_OK;
}

static int run(struct cli_line *line)
{
	const struct explain *given = line->state;

	if (line->argc)
		return explain(line, line->argv[0], given->scenario);
	if (given->scenario)
		return cli_usage(line->command, "--scenario needs a finding");
	list_all(given->markdown);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "scenario", NULL, "print the scenario only, for lfb run",
	  .at = offsetof(struct explain, scenario) },
	{ "markdown", NULL, "list as a table", .at = offsetof(struct explain, markdown) },
	{ 0 },
};

const struct cli_command cli_explain = {
	"explain", "say what a finding means",
	"usage: lfb explain [OPTION]... [ID]\n"
	"\n"
	"Says of a finding, such as LFB-FLB-PUT-WITHOUT-GET, what it means on a real\n"
	"kernel, shows the shortest scenario that has it, and how to mend it. Without an ID,\n"
	"lists all there are.\n",
	options, sizeof(struct explain), run,
	.max = 1, .expected = "explain takes one finding at a time",
};
