// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb exhaust: all sequences of calls with modules that are loaded. */
#include <stdio.h>
#include <string.h>

#include "exhaust.h"

#define MEMORY (8ull << 20)

static void print_result(const char *name, const struct lfb_exhaust_modules_result *result)
{
	printf("# %s: %llu sequences of up to %u operations: ", name, result->sequences,
	       result->length);
	if (result->violations)
		printf("%u finding%s; the first one again: --only %s\n", result->violations,
		       cli_plural(result->violations), result->first_case);
	else
		printf("nothing found\n");
}

int exhaust_loadable(struct cli_line *line, struct lfb_exhaust_modules *what,
			unsigned int *violations)
{
	struct lfb_exhaust_modules_result result = { .sz = sizeof(result) };
	struct lfb_machine_options *options = &line->machine.options;
	const char *slash = strrchr(line->machine.modules[0], '/');
	int err;

	what->sz = sizeof(*what);
	what->name = slash ? slash + 1 : line->machine.modules[0];
	what->loadable = line->machine.modules;
	what->write = cli_write;
	what->progress = what->only ? NULL : cli_progress;
	options->sz = sizeof(*options);
	options->quirks_on = line->machine.quirks_on;
	options->quirks_off = line->machine.quirks_off;
	if (!options->memory)
		options->memory = MEMORY;
	cli_long_begin();
	err = lfb_exhaust_modules(options, what, NULL, &result);
	if (err && err != -EINTR)
		return err == -EINVAL ? cli_error(line, err) :
					cli_failed("%s", lfb_error_text(NULL));
	cli_progress_clear();
	if (!what->only)
		print_result(what->name, &result);
	*violations = result.violations;
	return result.violations ? CLI_FAILED : CLI_OK;
}
