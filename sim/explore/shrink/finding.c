// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Shrinking with a question that is often asked: does it still raise this finding? */
#include <string.h>

#include "sim/explore/shrink/shrink.h"

struct raising {
	struct lfb_machine *machine;
	const struct lfb_scenario *whole;
	enum lfb_finding_id id;
	bool keep_module;
	bool allowed[LFB_FINDINGS_NR];	/* what the whole raises */
};

static const struct lfb_operation *next_definition(const struct lfb_scenario *scenario, size_t *at)
{
	while (*at < scenario->count) {
		const struct lfb_operation *operation = &scenario->operations[(*at)++];

		if (lfb__defines_module(operation))
			return operation;
	}
	return NULL;
}

static bool same_module(const struct lfb_scenario *one, const struct lfb_scenario *other)
{
	const struct lfb_operation *first, *second;
	size_t i = 0, j = 0;

	do {
		first = next_definition(one, &i);
		second = next_definition(other, &j);
	} while (first && second && !strcmp(first->text, second->text));
	return !first && !second;
}

static void run(struct lfb_machine *machine, const struct lfb_scenario *scenario)
{
	lfb__machine_forget_seen(machine);
	lfb_scenario_run(scenario, machine, NULL);
}

static bool raises_the_same(void *context, const struct lfb_scenario *candidate)
{
	struct raising *raising = context;
	const struct lfb_finding *finding;
	bool raised = false;

	if (raising->keep_module && !same_module(raising->whole, candidate))
		return false;
	run(raising->machine, candidate);
	for (size_t i = 0; (finding = lfb_finding_at(raising->machine, i)) != NULL; i++) {
		raised |= finding->id == raising->id;
		if (lfb_finding_severity(finding->id) >= LFB_SEVERITY_WARNING &&
		    !raising->allowed[finding->id])
			return false;
	}
	return raised;
}

int lfb_scenario_shrink_finding(const struct lfb_scenario *scenario, struct lfb_machine *machine,
				enum lfb_finding_id id, bool keep_module,
				const struct lfb_shrink_options *options,
				struct lfb_scenario **shortest)
{
	struct raising raising = { .machine = machine, .whole = scenario, .id = id,
				   .keep_module = keep_module };
	const struct lfb_finding *finding;
	int err;

	if (!shortest)
		return lfb__error(NULL, -EINVAL, "lfb_scenario_shrink_finding(): no place for the "
				  "result");
	*shortest = NULL;
	if (!lfb__machine_valid(machine) || !lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		return lfb__error(NULL, -EINVAL, "lfb_scenario_shrink_finding(): no live scenario "
				  "or machine");
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	run(machine, scenario);
	for (size_t i = 0; (finding = lfb_finding_at(machine, i)) != NULL; i++)
		raising.allowed[finding->id] = true;
	err = lfb_scenario_shrink(scenario, raises_the_same, &raising, options, shortest);
	lfb__machine_forget_seen(machine);
	return err;
}
