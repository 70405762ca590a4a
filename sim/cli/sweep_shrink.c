// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb sweep --shrink: the shortest scenario in which the same kind of fault does the same harm.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include <luo/scenario.h>
#include <luo/shrink.h>
#include <luo/sweep.h>

#include "cli.h"

struct swept {
	struct lfb_machine *machine;
	struct lfb_sweep_options options;
	struct lfb_sweep_result result;		/* of the last candidate */
	u64 findings[LFB_SWEEP_FINDING_WORDS];	/* the violation to keep is one of these … */
	char what[sizeof(((struct lfb_sweep_result *)0)->first)]; /* … or else says this */
};

/* The message with each number, decimal or hexadecimal, as one "N". */
static void without_numbers(const char *from, char *to)
{
	while (*from) {
		bool hexadecimal = from[0] == '0' && from[1] == 'x';

		if (!isdigit((unsigned char)*from)) {
			*to++ = *from++;
			continue;
		}
		*to++ = 'N';
		from += hexadecimal ? 2 : 0;
		while (hexadecimal ? isxdigit((unsigned char)*from) : isdigit((unsigned char)*from))
			from++;
	}
	*to = '\0';
}

static bool is_finding(const u64 *findings)
{
	for (int i = 0; i < LFB_SWEEP_FINDING_WORDS; i++) {
		if (findings[i])
			return true;
	}
	return false;
}

static bool breaks_the_same(void *context, const struct lfb_scenario *candidate)
{
	struct swept *swept = context;
	char what[sizeof(swept->what)];

	swept->result.sz = sizeof(swept->result);
	if (lfb_scenario_sweep(candidate, swept->machine, &swept->options, &swept->result) ||
	    !swept->result.violations)
		return false;
	if (is_finding(swept->findings))
		return !memcmp(swept->findings, swept->result.findings, sizeof(swept->findings));
	without_numbers(swept->result.first, what);
	return !strcmp(swept->what, what);
}

/* Only faults of the kind that did it, once or for good; pairs and the run without: as before. */
static void narrow(struct lfb_sweep_options *options, const char *name)
{
	size_t length = strcspn(name, ":");

	for (int kind = 0; kind < LFB_FAULT_KINDS; kind++) {
		const char *of_kind = lfb_fault_kind_name(kind);

		if (strlen(of_kind) != length || strncmp(name, of_kind, length))
			continue;
		options->kinds = 1u << kind;
		options->mode = strstr(name, ":forever") ? LFB_SWEEP_FOREVER : LFB_SWEEP_ONCE;
		options->pairs = false;
	}
}

int cli_shrink_swept(struct lfb_machine *machine, const struct lfb_sweep_options *options,
		     const struct lfb_scenario *scenario, const struct lfb_sweep_result *found)
{
	struct swept swept = { .machine = machine, .options = *options };
	struct lfb_scenario *shortest;

	swept.options.write = NULL;
	swept.options.violations_max = 1;
	narrow(&swept.options, found->first_case);
	swept.result.sz = sizeof(swept.result);
	if (lfb_scenario_sweep(scenario, machine, &swept.options, &swept.result))
		return cli_failed("%s", lfb_error_text(machine));
	memcpy(swept.findings, swept.result.findings, sizeof(swept.findings));
	without_numbers(swept.result.first, swept.what);
	if (lfb_scenario_shrink(scenario, breaks_the_same, &swept, &shortest))
		return cli_failed("%s", lfb_error_text(NULL));
	if (!breaks_the_same(&swept, shortest)) {
		lfb_scenario_free(shortest);
		return cli_failed("the shortest scenario does not break the rule again");
	}
	printf("# %s\n", swept.result.first);
	printf("# replay: %s --case %s THIS\n", options->replay, swept.result.first_case);
	lfb_scenario_write(shortest, true, cli_write, NULL);
	lfb_scenario_free(shortest);
	return CLI_OK;
}
