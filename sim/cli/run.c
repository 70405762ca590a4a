// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb run, lfb boot: scenarios. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/agent_script.h>
#include <luo/blob.h>
#include <luo/scenario.h>

#include "cli.h"
#include "sim/cli/report/report.h"

struct run {
	struct lfb_scenario_options scenario;
	bool agent;			/* the scenario is an agent's script */
	bool only_findings;
	bool story;
	bool json;
	struct cli_junit junit;
	bool ran;			/* it could be read, and there was a machine */
	const char *against;		/* a kernel that is to do the same as the kernel image */
	const char *blob_path;		/* to write to */
	const char *memory_path;
	const char *core_path;
	struct lfb_blob *last_blob;
	void *last_memory;
	size_t last_memory_size;
};

static int save(const struct run *run)
{
	const char *blobs = run->blob_path ? run->blob_path : run->core_path;

	if ((blobs && !run->last_blob) || (run->memory_path && !run->last_memory))
		return cli_failed("%s: not written: the scenario handed nothing over",
				  run->last_memory || !run->memory_path ? blobs : run->memory_path);
	if ((run->blob_path && lfb_blob_save(run->last_blob, run->blob_path)) ||
	    (run->core_path && lfb_blob_save_core(run->last_blob, run->core_path)))
		return cli_failed("%s", lfb_error_text(NULL));
	if (run->memory_path)
		return cli_write_file(run->memory_path, run->last_memory, run->last_memory_size);
	return CLI_OK;
}

/* In full. Whether there is none. */
static bool print_findings(struct lfb_machine *machine)
{
	const struct lfb_finding *finding;
	char text[4096];

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		lfb_finding_format(finding, text, sizeof(text));
		printf("%s%s", i ? "\n" : "", text);
	}
	if (lfb_findings_lost(machine))
		printf("\n%lu more were found and not written down\n", lfb_findings_lost(machine));
	return !lfb_finding_at(machine, 0);
}

static void json_finding(struct cli_json *json, const struct lfb_finding *finding)
{
	cli_json_open(json, NULL, '{');
	cli_json_finding_id(json, finding->id);
	cli_json_number(json, "times", finding->times);
	cli_json_number(json, "operation", finding->operation);
	cli_json_string(json, "doing", finding->doing);
	cli_json_number(json, "kernel", finding->boot);
	cli_json_string(json, "profile", finding->profile);
	cli_json_string(json, "task", finding->task);
	cli_json_string(json, "callback", finding->callback);
	cli_json_string(json, "object", finding->object);
	cli_json_string(json, "text", finding->text);
	cli_json_string(json, "history", finding->history);
	cli_json_close(json, '}');
}

/* The same for programs; @error is what ended the run, NULL when nothing did. */
static bool json_findings(struct lfb_machine *machine, const char *path, const char *error)
{
	const struct lfb_finding *finding;
	struct cli_json json = { 0 };

	cli_json_begin(&json, "lfb-run-1");
	cli_json_string(&json, "scenario", path);
	cli_json_string(&json, "error", error);
	cli_json_open(&json, "findings", '[');
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++)
		json_finding(&json, finding);
	cli_json_close(&json, ']');
	cli_json_number(&json, "lost", lfb_findings_lost(machine));
	cli_json_end(&json);
	return !lfb_finding_at(machine, 0);
}

/* What was found counts only where it is asked for, as in the exit status. */
static void junit_run(struct run *run, struct lfb_machine *machine, const char *path,
		      const char *error, bool clean)
{
	const struct lfb_finding *finding;
	struct cli_text details = { 0 };
	char text[4096];

	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		lfb_finding_format(finding, text, sizeof(text));
		cli_text_write(&details, text, strlen(text));
	}
	finding = lfb_finding_at(machine, 0);
	if (!clean)
		snprintf(text, sizeof(text), "%s: %s", lfb_finding_name(finding->id),
			 lfb_finding_sentence(finding->id));
	cli_junit_case(&run->junit, path, error || !clean ? CLI_JUNIT_FAILED : CLI_JUNIT_PASSED,
		       error ? error : text, cli_text_end(&details));
	cli_text_free(&details);
}

/* It was run, and answered @err: says what is to be said about it. */
static int report(struct cli_line *line, struct lfb_machine *machine, int err)
{
	struct run *run = line->state;
	const char *error = err ? lfb_error_text(machine) : NULL;
	const char *path = line->argv[line->argc - 1];
	bool clean = true;

	run->ran = true;
	if (error)
		cli_failed("%s", error);
	if (run->json)
		clean = json_findings(machine, path, error);
	else if (run->only_findings)
		clean = print_findings(machine);
	if (run->junit.path)
		junit_run(run, machine, path, error, clean);
	if (!clean && !err)
		err = -EILSEQ;
	return err ? CLI_FAILED : save(run);
}

static int run_scenario(struct cli_line *line, struct lfb_machine *machine,
			const struct lfb_scenario *scenario)
{
	struct run *run = line->state;
	struct show show = { .scenario = line->argv[line->argc - 1] };
	int err;

	if (!run->story)
		return report(line, machine, lfb_scenario_run(scenario, machine, &run->scenario));
	err = show_run(&show, machine, scenario, &run->scenario);
	show_draw(&show, SHOW_STORY, SHOW_LIFECYCLE, stdout);
	show_free(&show);
	return report(line, machine, err);
}

/* An agent's script: the file is read when there is a machine. */
static int run_script(struct cli_line *line, struct lfb_machine *machine,
		      const struct lfb_scenario *scenario)
{
	struct run *run = line->state;
	const struct lfb_agent_script_options options = {
		.sz = sizeof(options),
		.write = run->scenario.write,
		.boot_from = run->scenario.boot_from,
		.last_blob = run->scenario.last_blob,
	};
	const char *path = line->argv[line->argc - 1];
	struct show show = { .scenario = path };
	char *text;
	size_t size;
	int err;

	(void)scenario;
	if (cli_read_file(path, &text, &size))
		return CLI_FAILED;
	if (run->story) {
		err = show_run_script(&show, machine, text, size, &options);
		show_draw(&show, SHOW_STORY, SHOW_LIFECYCLE, stdout);
		show_free(&show);
	} else {
		err = lfb_agent_script_run(path, text, size, machine, &options);
	}
	free(text);
	return report(line, machine, err);
}

static int run_from(struct cli_line *line, struct lfb_blob *blob, const char *path)
{
	struct run *run = line->state;
	struct lfb_scenario_options *options = &run->scenario;
	int result;

	options->sz = sizeof(*options);
	options->write = run->only_findings ? NULL : cli_write;
	options->boot_from = blob;
	options->last_blob = run->blob_path || run->core_path ? &run->last_blob : NULL;
	options->last_memory = run->memory_path ? &run->last_memory : NULL;
	options->last_memory_size = &run->last_memory_size;
	result = run->agent ? cli_in_machine(line, NULL, run_script) :
			      cli_with_scenario(line, path, run_scenario);
	if (result == CLI_FAILED && run->junit.path && !run->ran)
		cli_junit_case(&run->junit, path, CLI_JUNIT_FAILED, lfb_error_text(NULL), NULL);
	lfb_blob_free(blob);
	lfb_blob_free(run->last_blob);
	free(run->last_memory);
	return cli_junit_end(&run->junit, result);
}

/* The modules are the same on both sides; all else about machines is as lfb compare has it. */
static int run_against(const struct cli_line *line)
{
	const struct run *run = line->state;
	const char *words[2 * CLI_MODULES_MAX + 7] = { "compare" };
	int count = 1;

	if (!line->machine.options.kernel || line->machine.image.is_raw)
		return cli_usage(line->command, "--against goes with --kernel, and with no raw "
				 "image: see lfb compare --boot-from");
	if (line->argc > 1) {
		words[count++] = "--boot-from";
		words[count++] = line->argv[0];
	}
	for (int i = 0; line->machine.modules[i]; i++) {
		words[count++] = "--module";
		words[count++] = line->machine.modules[i];
	}
	words[count++] = run->against;
	words[count++] = line->machine.options.kernel;
	words[count++] = line->argv[line->argc - 1];
	return cli_do(&cli_compare, count, (char **)words);
}

static int run(struct cli_line *line)
{
	struct run *given = line->state;
	const char *path = line->argv[line->argc - 1];
	struct lfb_blob *blob = NULL;

	if (given->scenario.golden && given->scenario.trace_all)
		return cli_usage(line->command, "--golden and --trace-all: which of them?");
	if (given->story && (given->scenario.golden || given->scenario.trace_all ||
			     given->only_findings))
		return cli_usage(line->command, "--story goes with none of --golden, --trace-all "
				 "and --findings");
	if (given->agent && (given->scenario.golden || given->scenario.trace_all ||
			     given->scenario.strict || given->scenario.schedule ||
			     given->memory_path))
		return cli_usage(line->command, "--agent prints answers, and goes with none of "
				 "--golden, --trace-all, --strict, --schedule and --save-memory");
	if (given->json && !given->only_findings)
		return cli_usage(line->command, "--json goes with --findings");
	if (given->memory_path && line->machine.options.policy != LFB_PAGES_ASCENDING)
		return cli_usage(line->command, "--save-memory needs --pages ascending");
	if (given->against && given->scenario.schedule)
		return cli_usage(line->command, "--against and --schedule: which of them?");
	if (given->against)
		return run_against(line);
	if (cli_junit_begin(&given->junit, line->command))
		return CLI_FAILED;
	if (line->argc > 1 && cli_load_handover(line, line->argv[0], &blob))
		return CLI_FAILED;
	return run_from(line, blob, path);
}

/* The first row is for lfb boot alone. */
static const struct cli_option options[] = {
	{ .more = cli_image_rows },
	{ .more = cli_module_rows },
	{ .more = cli_machine_options },
	{ "against", "KERNEL", "with --kernel: print nothing but what the image does differently\n"
	  "from KERNEL, a profile or another image, as lfb compare does",
	  .at = offsetof(struct run, against) },
	{ "story", NULL, "print what matters, in sentences: docs/trace.md",
	  .at = offsetof(struct run, story) },
	{ "golden", NULL, "print the transcript of callbacks and results only, in the\n"
	  "format of the recorded kernels", .at = offsetof(struct run, scenario.golden) },
	{ "trace-all", NULL, "print what happens in more detail: counts, locks, marked pages, and\n"
	  "where calls begin; each further in than what it happened in",
	  .at = offsetof(struct run, scenario.trace_all) },
	{ "strict", NULL, "what a line without \"=\" answers must be 0",
	  .at = offsetof(struct run, scenario.strict) },
	{ "schedule", "HOW", "who goes on where tasks run beside each other: in-order (default),\n"
	  "a list as 12x0,1, random:SEED or pct:DEPTH:SEED: docs/schedules.md",
	  .at = offsetof(struct run, scenario.schedule) },
	{ "agent", NULL, "the scenario is an agent's script (docs/agent.md): print what each of\n"
	  "its system calls answers", .at = offsetof(struct run, agent) },
	{ "findings", NULL, "print what was found instead, in full; status 1 if anything was",
	  .at = offsetof(struct run, only_findings) },
	{ "json", NULL, "the findings for programs: docs/json.md",
	  .at = offsetof(struct run, json) },
	{ "junit", "FILE", "write what became of it to FILE, as JUnit's XML",
	  .at = offsetof(struct run, junit.path) },
	{ "save-blob", "FILE", "write the handover of the last reboot to FILE",
	  .at = offsetof(struct run, blob_path) },
	{ "save-core", "FILE", "the same as an ELF core of physical memory, which lfb dump reads",
	  .at = offsetof(struct run, core_path) },
	{ "save-memory", "FILE", "write physical memory at the last reboot to FILE, from 0 to the\n"
	  "highest page given out; needs --pages ascending",
	  .at = offsetof(struct run, memory_path) },
	{ 0 },
};

const struct cli_command cli_run = {
	"run", "run a scenario in a machine that is switched on cold",
	"usage: lfb run [OPTION]... SCENARIO\n"
	"\n"
	"Runs a scenario (- for standard input) in a machine that is switched on cold and prints\n"
	"what happens. A transcript is a scenario too: its operations run again and must answer\n"
	"what it says. docs/scenarios.md is the language.\n",
	options + 1, sizeof(struct run), run,
	.min = 1, .max = 1, .expected = "expected one scenario",
};

const struct cli_command cli_boot = {
	"boot", "run a scenario in a kernel that boots from a blob",
	"usage: lfb boot [OPTION]... BLOB SCENARIO\n"
	"       lfb boot [OPTION]... CORE SCENARIO\n"
	"       lfb boot [OPTION]... --base ADDRESS IMAGE SCENARIO\n"
	"\n"
	"Like lfb run, but the first kernel boots from what another machine handed over, saved\n"
	"by --save-blob, or from the memory of a real one: docs/dump.md. Without --memory, it\n"
	"has as much as that takes then.\n",
	options, sizeof(struct run), run,
	.min = 2, .max = 2, .expected = "expected a blob and a scenario",
};
