// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb explain: what a finding means. The texts are those of docs/findings. */
#include <stdio.h>
#include <string.h>

#include <luo/inspect.h>

#include "cli.h"
#include "sim/cli/report/report.h"

struct explain {
	bool scenario;
	bool markdown;
	bool json;
};

/* The first block between ``` lines; 0: there is none. */
static size_t scenario_of(const char *text, const char **start)
{
	const char *block = strstr(text, "```");
	const char *end = block ? strstr(block + 3, "\n```") : NULL;

	if (!end)
		return 0;
	*start = strchr(block, '\n') + 1;
	return (size_t)(end + 1 - *start);
}

static int print_scenario(enum lfb_finding_id id, const char *text)
{
	const char *start;
	size_t length = scenario_of(text, &start);

	if (!length)
		return cli_failed("there is no scenario for %s", lfb_finding_name(id));
	printf("%.*s", (int)length, start);
	return CLI_OK;
}

/* All of them, or one with what is there about it. */
static void json_all(enum lfb_finding_id first, enum lfb_finding_id end, const char *about)
{
	struct cli_text text = { 0 }, scenario = { 0 };
	struct cli_json json = { 0 };
	const char *start = "";
	size_t length;

	cli_json_begin(&json, "lfb-explain-1");
	cli_json_open(&json, "findings", '[');
	for (enum lfb_finding_id id = first; id < end; id++) {
		cli_json_open(&json, NULL, '{');
		cli_json_finding_id(&json, id);
		if (about) {
			cli_finding_text(id, cli_text_write, &text);
			length = scenario_of(about, &start);
			cli_text_write(&scenario, start, length);
			cli_json_string(&json, "text", cli_text_end(&text));
			cli_json_string(&json, "scenario", cli_text_end(&scenario));
		}
		cli_json_close(&json, '}');
	}
	cli_json_close(&json, ']');
	cli_json_end(&json);
	cli_text_free(&text);
	cli_text_free(&scenario);
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

static int explain(const struct cli_line *line, const char *name)
{
	const struct explain *given = line->state;
	int id = lfb_finding_by_name(name);
	const char *text;

	if (id < 0)
		return cli_usage(line->command, "there is no finding \"%s\"", name);
	text = cli_finding_markdown(id);
	if (!text)
		return cli_failed("there is no text about %s", lfb_finding_name(id));
	if (given->scenario)
		return print_scenario(id, text);
	if (given->json)
		json_all(id, id + 1, text);
	else
		cli_finding_text(id, cli_write, NULL);
	return CLI_OK;
}

static int run(struct cli_line *line)
{
	const struct explain *given = line->state;

	if (given->json && (given->scenario || given->markdown))
		return cli_usage(line->command, "--json and --%s: which of them?",
				 given->scenario ? "scenario" : "markdown");
	if (line->argc)
		return explain(line, line->argv[0]);
	if (given->scenario)
		return cli_usage(line->command, "--scenario needs a finding");
	if (given->json)
		json_all(0, LFB_FINDINGS_NR, NULL);
	else
		list_all(given->markdown);
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "scenario", NULL, "print the scenario only, for lfb run",
	  .at = offsetof(struct explain, scenario) },
	{ "markdown", NULL, "list as a table", .at = offsetof(struct explain, markdown) },
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct explain, json) },
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
