// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb trace: a scenario, or a script, is run, and what happened is drawn. */
#include <stdlib.h>
#include <string.h>

#include <luo/agent_script.h>
#include <luo/blob.h>
#include <luo/inspect.h>
#include <luo/scenario.h>

#include "show.h"

struct trace {
	enum show_format format;
	enum show_view view;
	bool strict;
	bool agent;		/* it is an agent's script */
	const char *against;
	const char *schedule;
	const char *path;	/* of the scenario … */
	FILE *to;		/* … that is drawn there */
};

/* Where kernels boot is in no event, but in what is handed over: the same in all jumps. */
static void take_scratch(struct show *show, const struct lfb_blob *blob)
{
	struct cli_text text = { 0 };
	struct cli_value *all;
	const struct cli_value *head, *more;
	unsigned long line;

	lfb_inspect_blob(blob, LFB_INSPECT_JSON, cli_text_write, &text);
	cli_text_end(&text);
	all = cli_value_read(text.text, text.size, &line);
	cli_text_free(&text);
	show->no_memory |= !all;
	if (!all)
		return;
	head = cli_value_of(all, "blob");
	more = cli_value_of(head, "more_scratch");
	show->memory = lfb_blob_memory(blob);
	show->scratch = calloc(1 + cli_value_count(more), sizeof(*show->scratch));
	show->no_memory |= !show->scratch;
	if (!show->no_memory)
		show->scratch[show->nr_scratch++] = (struct show_area){
			cli_value_number(head, "scratch"), cli_value_number(head, "scratch_size"),
		};
	for (more = more->first; more && !show->no_memory; more = more->next)
		show->scratch[show->nr_scratch++] = (struct show_area){
			cli_value_number(more, "address"), cli_value_number(more, "size"),
		};
	cli_value_free(all);
}

int show_run(struct show *show, struct lfb_machine *machine, const struct lfb_scenario *scenario,
	     const struct lfb_scenario_options *given)
{
	struct lfb_scenario_options options = *given;
	struct lfb_blob *blob = NULL;
	int err;

	show->machine = machine;
	show->profile = lfb_machine_profile(machine);
	options.golden = true;
	options.write = show_transcript;
	options.context = show;
	options.last_blob = show->wants_scratch ? &blob : NULL;
	lfb_trace_all_to(machine, show_event, show);
	err = lfb_scenario_run(scenario, machine, &options);
	lfb_trace_to(machine, NULL, NULL);
	if (err)
		show->error = lfb_error_text(machine);
	if (blob)
		take_scratch(show, blob);
	lfb_blob_free(blob);
	return show->no_memory ? -ENOMEM : err;
}

/* An agent's script: its lines are operations, what it prints has their answers. */

#define TEXT_WIDTH 52	/* a line of the script has at least that, with blanks behind it */

/* "ok", "-ENOENT" or a number. */
static long answer_of(const char *word)
{
	const size_t length = strcspn(word, " \n");
	const char *name;

	if (length == 2 && !strncmp(word, "ok", 2))
		return 0;
	for (int number = 1; number <= MAX_ERRNO; number++) {
		name = lfb_errno_name(-number);
		if (name && strlen(name) + 1 == length && !strncmp(word + 1, name, length - 1))
			return -number;
	}
	return strtol(word, NULL, 10);
}

/* "TEXT   = ANSWER SAID"; a remark is "--REMARK", and has no answer. */
static int take_line(struct show *show, unsigned long number, char *text)
{
	char *answer = NULL, *said;
	struct show_step *step;

	text[strcspn(text, "\n")] = '\0';
	if (!strncmp(text, "--", 2))
		answer = text + strlen(text);
	else if (strlen(text) > TEXT_WIDTH)
		answer = strstr(text + TEXT_WIDTH, " = ");
	if (!answer)
		return 0;
	step = show_line(show, number, text, (size_t)(answer - text));
	if (!step)
		return -ENOMEM;
	if (!*answer) {
		show_line_ends(show, step, 0, NULL);
		return 0;
	}
	answer += strlen(" = ");
	said = answer + strcspn(answer, " ");
	show_line_ends(show, step, answer_of(answer), *said ? said + 1 : NULL);
	return 0;
}

/* An lfb_write_fn for what the script prints. */
static int take_output(void *context, const char *line, size_t size)
{
	struct show *show = context;
	char *text, *end;
	unsigned long number;
	int err = 0;

	if (show->no_memory)
		return -ENOMEM;
	text = strndup(line, size);
	if (!text)
		return -ENOMEM;
	number = strtoul(text + 2, &end, 10);
	/* Who called reboot in the kernel before has no answer. */
	if (!strncmp(text, "@@STAGE ", 8))
		show_lines_end(show);
	else if (!strncmp(text, "@@", 2) && !strncmp(end, ": ", 2))
		err = take_line(show, number, end + 2);
	free(text);
	return err;
}

int show_run_script(struct show *show, struct lfb_machine *machine, const char *text, size_t size,
		    const struct lfb_agent_script_options *given)
{
	struct lfb_agent_script_options options = *given;
	struct lfb_blob *blob = NULL;
	int err;

	show->machine = machine;
	show->profile = lfb_machine_profile(machine);
	show->is_script = true;
	options.write = take_output;
	options.context = show;
	if (show->wants_scratch)
		options.last_blob = &blob;
	lfb_trace_all_to(machine, show_event, show);
	err = lfb_agent_script_run(show->scenario, text, size, machine, &options);
	lfb_trace_to(machine, NULL, NULL);
	if (blob)
		take_scratch(show, blob);
	lfb_blob_free(blob);
	if (show->no_memory)
		return -ENOMEM;
	if (err)
		show->error = lfb_error_text(machine);
	return err;
}

/* A picture. CLI_OK or CLI_FAILED. */
static int draw_view(const struct show *show, const struct show_rows *rows, enum show_view view,
		     FILE *to)
{
	if (view == SHOW_MAP)
		return show_svg_memory(show, to);
	if (view == SHOW_FLBS)
		show_svg_flbs(show, to);
	else
		show_svg(show, rows, to);
	return CLI_OK;
}

int show_draw(const struct show *show, enum show_format format, enum show_view view, FILE *to)
{
	struct show_rows rows = { 0 };
	int result = CLI_OK;

	if (show->no_memory || !show_rows_make(show, &rows))
		result = cli_failed("no memory for what happened");
	else if (format == SHOW_STORY)
		show_story(show, &rows, to);
	else if (format == SHOW_SVG)
		result = draw_view(show, &rows, view, to);
	else if (format == SHOW_MERMAID)
		show_mermaid(show, &rows, to);
	else if (format == SHOW_PERFETTO)
		show_perfetto(show, to);
	else
		show_json(show, to);
	show_rows_free(&rows);
	return result;
}

/* It was run, and answered @err. */
static int draw(const struct trace *trace, struct show *show, int err)
{
	int result;

	if (err && !show->no_memory)
		cli_failed("%s", show->error);
	result = show_draw(show, trace->format, trace->view, trace->to);
	show_free(show);
	return err ? CLI_FAILED : result;
}

static int trace_scenario(struct cli_line *line, struct lfb_machine *machine,
			  const struct lfb_scenario *scenario)
{
	struct trace *trace = line->state;
	struct lfb_scenario_options options = {
		.sz = sizeof(options),
		.strict = trace->strict,
		.schedule = trace->schedule,
	};
	struct show show = { .scenario = trace->path,
			     .wants_scratch = trace->view == SHOW_MAP };
	int err;

	if (trace->format == SHOW_TEXT) {
		options.write = cli_write;
		err = lfb_scenario_run(scenario, machine, &options);
		return err ? cli_failed("%s", lfb_error_text(machine)) : CLI_OK;
	}
	return draw(trace, &show, show_run(&show, machine, scenario, &options));
}

static int trace_script(struct cli_line *line, struct lfb_machine *machine,
			const struct lfb_scenario *scenario)
{
	struct trace *trace = line->state;
	const struct lfb_agent_script_options options = { .sz = sizeof(options) };
	struct show show = { .scenario = trace->path,
			     .wants_scratch = trace->view == SHOW_MAP };
	char *text;
	size_t size;
	int result;

	(void)scenario;
	if (cli_read_file(trace->path, &text, &size))
		return CLI_FAILED;
	result = draw(trace, &show, show_run_script(&show, machine, text, size, &options));
	free(text);
	return result;
}

static int trace_to(struct cli_line *line, const char *path, FILE *to)
{
	struct trace *trace = line->state;

	trace->path = path;
	trace->to = to;
	return trace->agent ? cli_in_machine(line, NULL, trace_script) :
			      cli_with_scenario(line, path, trace_scenario);
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
	if (trace->view && trace->format != SHOW_SVG)
		return cli_usage(line->command, "--view is that of --format svg");
	if (trace->agent && (trace->format == SHOW_TEXT || trace->strict))
		return cli_usage(line->command, "--agent goes with another --format than text, "
				 "and not with --strict: lfb run --agent prints answers");
	if (trace->agent && trace->schedule)
		return cli_usage(line->command, "--schedule is of tasks beside each other, of "
				 "which an agent's script has none");
	if (trace->against && trace->schedule)
		return cli_usage(line->command, "--against and --schedule: which of them?");
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
	{ "view", "VIEW", "svg: lifecycle: all that matters, step by step (default); flb: each\n"
	  "FLB, from its first file to its last; memory: each page before a\n"
	  "kexec, and what became of it", .at = offsetof(struct trace, view),
	  .wanted = "lifecycle, flb or memory" },
	{ "against", "KERNEL", "html: and beside it a second run, in this kernel: a profile,\n"
	  "or an IMAGE as for --kernel; without the quirks of the first",
	  .at = offsetof(struct trace, against) },
	{ "agent", NULL, "the scenario is an agent's script: docs/agent.md",
	  .at = offsetof(struct trace, agent) },
	{ "schedule", "HOW", "who goes on where tasks run beside each other, as for lfb run:\n"
	  "docs/schedules.md", .at = offsetof(struct trace, schedule) },
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
