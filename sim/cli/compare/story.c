// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare --story: a scenario in each kernel, and their stories beside each other. */
#include <luo/scenario.h>

#include "compare.h"

enum { WIDTH = 100, WIDTH_MIN = 60 };

/* One kernel's run; the machine stays for what the show has of it. CLI_OK or CLI_USAGE. */
static int record(struct cli_line *line, const struct cli_kernel *kernel, const char *name,
		  const struct lfb_scenario *scenario, struct show *show)
{
	struct lfb_machine_options options = kernel->machine;
	const struct lfb_scenario_options plain = { .sz = sizeof(plain) };
	struct lfb_machine *machine;
	int err = 0;

	options.memory = line->machine.options.memory;
	if (lfb_machine_create(&options, &machine)) {
		cli_failed("%s: %s", name, lfb_error_text(NULL));
		return CLI_USAGE;
	}
	for (int i = 0; !err && line->machine.modules[i]; i++)
		err = lfb_machine_load_module(machine, line->machine.modules[i]);
	if (err)
		cli_failed("%s: %s", name, lfb_error_text(machine));
	else
		show_run(show, machine, scenario, &plain);
	/* Its texts go with the machine, and what lines must answer is not looked at here. */
	show->machine = NULL;
	show->profile = show->error = NULL;
	lfb_machine_destroy(machine);
	return err ? CLI_USAGE : CLI_OK;
}

static int tell(struct cli_line *line, const struct cli_kernel *kernels,
		const struct lfb_compare_kernel *made, unsigned int count,
		const struct lfb_scenario *scenario, const char *path, unsigned int width)
{
	struct show shows[CLI_BESIDE_MAX] = { 0 };
	const struct show *all[CLI_BESIDE_MAX];
	const char *names[CLI_BESIDE_MAX];
	int result = CLI_OK;

	for (unsigned int k = 0; k < count && !result; k++) {
		shows[k].scenario = path;
		all[k] = &shows[k];
		names[k] = made[k].name;
		result = record(line, &kernels[k], made[k].name, scenario, &shows[k]);
	}
	if (!result)
		result = cli_beside(all, names, count, width, stdout);
	for (unsigned int k = 0; k < count; k++)
		show_free(&shows[k]);
	return result;
}

int cli_stories(struct cli_line *line, const struct cli_kernel *kernels,
		const struct lfb_compare_kernel *made, unsigned int count,
		struct lfb_scenario *const *scenarios, char *const *names,
		size_t nr_scenarios, unsigned int width)
{
	int result = CLI_OK, one;

	width = width ?: WIDTH;
	if (count > CLI_BESIDE_MAX)
		return cli_usage(line->command, "--story: more than %d kernels",
				 CLI_BESIDE_MAX);
	if (width < WIDTH_MIN)
		return cli_usage(line->command, "--width: at least %d", WIDTH_MIN);
	for (unsigned int k = 0; k < count; k++) {
		if (!made[k].machine)
			return cli_usage(line->command, "--story: %s plays scenarios by itself, "
					 "and tells no more than its transcript", made[k].name);
	}
	for (size_t i = 0; i < nr_scenarios && result != CLI_USAGE; i++) {
		one = tell(line, kernels, made, count, scenarios[i], names[i], width);
		result = one > result ? one : result;
	}
	return result;
}
