// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb trace: a scenario is run, and what happened is drawn. */
#include <string.h>

#include <luo/scenario.h>

#include "show.h"

struct trace {
	enum show_format format;
	bool strict;
	const char *against;
	const char *path;	/* of the scenario … */
	FILE *to;		/* … that is drawn there */
};

int show_run(struct show *show, struct lfb_machine *machine, const struct lfb_scenario *scenario,
	     const struct lfb_scenario_options *given)
{
	struct lfb_scenario_options options = *given;
	int err;

	show->machine = machine;
	show->profile = lfb_machine_profile(machine);
	options.golden = true;
	options.write = show_transcript;
	options.context = show;
	lfb_trace_all_to(machine, show_event, show);
	err = lfb_scenario_run(scenario, machine, &options);
	lfb_trace_to(machine, NULL, NULL);
	if (show->no_memory)
		return -ENOMEM;
	if (err)
		show->error = lfb_error_text(machine);
	return err;
}

int show_draw(const struct show *show, enum show_format format, FILE *to)
{
	struct show_rows rows = { 0 };
	int result = CLI_OK;

	if (show->no_memory || !show_rows_make(show, &rows))
		result = cli_failed("no memory for what happened");
	else if (format == SHOW_STORY)
		show_story(show, &rows, to);
	else if (format == SHOW_SVG)
		show_svg(show, &rows, to);
	else if (format == SHOW_MERMAID)
		show_mermaid(show, &rows, to);
	else if (format == SHOW_PERFETTO)
		show_perfetto(show, to);
	else
		show_json(show, to);
	show_rows_free(&rows);
	return result;
}

static int trace_scenario(struct cli_line *line, struct lfb_machine *machine,
			  const struct lfb_scenario *scenario)
{
	struct trace *trace = line->state;
	struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.strict = trace->strict,
	};
	struct show show = { .scenario = trace->path };
	int err, result;

	if (trace->format == SHOW_TEXT) {
		options.write = cli_write;
		err = lfb_scenario_run(scenario, machine, &options);
		return err ? cli_failed("%s", lfb_error_text(machine)) : CLI_OK;
	}
	err = show_run(&show, machine, scenario, &options);
	if (err && !show.no_memory)
		cli_failed("%s", show.error);
	result = show_draw(&show, trace->format, trace->to);
	show_free(&show);
	return err ? CLI_FAILED : result;
}

static int trace_to(struct cli_line *line, const char *path, FILE *to)
{
	struct trace *trace = line->state;

	trace->path = path;
	trace->to = to;
	return cli_with_scenario(line, path, trace_scenario);
}

static int trace(struct cli_line *line)
{
	const struct trace *trace = line->state;

	if (trace->format == SHOW_HTML)
		return show_html(line, trace->against, trace_to);
	return trace_to(line, line->argv[0], stdout);
}

static int check(const struct cli_line *line)
{
	const struct trace *trace = line->state;

	if ((line->argc == 2 || trace->against) && trace->format != SHOW_HTML)
		return cli_usage(line->command, "only --format html shows two runs");
	if ((line->argc == 2 && !strcmp(line->argv[0], "-") && !strcmp(line->argv[1], "-")) ||
	    (line->argc == 1 && !strcmp(line->argv[0], "-") && trace->against))
		return cli_usage(line->command, "standard input cannot be read twice");
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ "format", "FORMAT", "text: a line an event (default); story: what matters, in\n"
	  "sentences; json: an object a step; mermaid: a sequence diagram; svg: a\n"
	  "picture; perfetto: Chrome's trace events; html: a page that plays it",
	  .at = offsetof(struct trace, format),
	  .wanted = "text, story, json, mermaid, svg, perfetto or html" },
	{ "against", "KERNEL", "html: and beside it a second run, in this kernel: a profile,\n"
	  "or an IMAGE as for --kernel; without the quirks of the first",
	  .at = offsetof(struct trace, against) },
	{ "strict", NULL, "what a line without \"=\" answers must be 0",
	  .at = offsetof(struct trace, strict) },
	{ 0 },
};

const struct cli_command cli_trace = {
	"trace", "run a scenario, and show what happened",
	"usage: lfb trace [OPTION]... SCENARIO\n"
	"       lfb trace --format html [OPTION]... SCENARIO SCENARIO\n"
	"\n"
	"Runs a scenario (- for standard input) in a machine that is switched on cold, and prints\n"
	"what happened, in one of several forms. docs/trace.md explains them. A page can show two\n"
	"runs beside each other: of two scenarios, or with --against in two kernels.\n",
	options, sizeof(struct trace), trace,
	.min = 1, .max = 2, .expected = "expected one scenario, or two for --format html",
	.check = check,
};
