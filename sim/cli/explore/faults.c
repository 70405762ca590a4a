// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb sweep --schedules: each fault point of parallel blocks in each of their schedules. */
#include <stdio.h>

#include <luo/progress.h>
#include <luo/scenario.h>
#include <luo/sweep.h>

#include "explore.h"

struct faults {
	const struct cli_line *line;
	const char *path;
};

static void print_failure(void *context, const struct lfb_sweep_schedules_failure *failure)
{
	const struct faults *faults = context;
	const char *given = faults->line->machine.given;

	printf("%s: %s\n", failure->finding, failure->text);
	printf("    %llu run%s, the first with %u preemption%s:\n", failure->times,
	       cli_plural(failure->times), failure->preemptions,
	       cli_plural(failure->preemptions));
	printf("    lfb sweep%s --case %s --schedule %s %s\n", given ? given : "", failure->name,
	       failure->schedule, faults->path);
}

static bool progress(void *context, const struct lfb_progress *how_far)
{
	(void)context;
	return cli_progress(NULL, how_far);
}

static int sweep(const struct cli_line *line, struct lfb_machine *machine,
		 const struct lfb_scenario *scenario, const char *path,
		 const struct cli_sweep_schedules *given)
{
	struct faults faults = { line, path };
	struct lfb_sweep_schedules_result result = { .sz = sizeof(result) };
	const struct lfb_sweep_schedules_options options = {
		.sz = sizeof(options),
		.kinds = given->kinds,
		.bound = (unsigned int)(given->bound ? given->bound - 1 : 1),
		.failed = print_failure,
		.progress = progress,
		.context = &faults,
	};
	unsigned long points = 0;
	int err;

	cli_long_begin();
	err = lfb_scenario_sweep_schedules(scenario, machine, &options, &result);
	cli_progress_clear();
	if (err && err != -EINTR)
		return cli_failed("%s", lfb_error_text(machine));
	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++)
		points += result.points[kind];
	printf("%s: %llu schedule%s of at most %u preemption%s, %lu fault point%s, %llu runs: "
	       "%llu failure%s that need%s both\n", path, result.schedules,
	       cli_plural(result.schedules), options.bound, cli_plural(options.bound), points,
	       cli_plural(points), result.runs, result.failures, cli_plural(result.failures),
	       result.failures == 1 ? "s" : "");
	if (err)
		return cli_stop("%llu runs made", result.runs);
	return result.failures ? CLI_FAILED : CLI_OK;
}

static int again(struct lfb_machine *machine, const struct lfb_scenario *scenario,
		 const struct cli_sweep_schedules *given)
{
	const struct lfb_finding *finding;
	int status = CLI_OK;

	if (lfb_scenario_sweep_schedule(scenario, machine, given->name, given->schedule, cli_write,
					NULL))
		return cli_failed("%s", lfb_error_text(machine));
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++) {
		if (lfb_finding_severity(finding->id) < LFB_SEVERITY_WARNING)
			continue;
		printf("%s: %s: %s\n", lfb_finding_name(finding->id), finding->object,
		       finding->text);
		status = CLI_FAILED;
	}
	lfb_findings_clear(machine);
	return status;
}

int cli_sweep_in_schedules(const struct cli_line *line, struct lfb_machine *machine,
			   const struct cli_sweep_schedules *given)
{
	int worst = CLI_OK;

	for (int i = 0; i < line->argc && cli_part("%s", line->argv[i]); i++) {
		struct lfb_scenario *scenario;
		int status;

		if (cli_load_scenario(line->argv[i], &scenario))
			return CLI_FAILED;
		status = given->schedule ? again(machine, scenario, given) :
					   sweep(line, machine, scenario, line->argv[i], given);
		lfb_scenario_free(scenario);
		worst = status > worst ? status : worst;
	}
	return worst;
}
