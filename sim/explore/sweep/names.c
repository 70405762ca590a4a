// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Violations by name: a finding of the run where there is one, else what a sweep alone can see. */
#include <stdio.h>
#include <string.h>

#include "sim/explore/sweep/sweep.h"

/* What may follow from a fault that was reported: what could not be registered is missing. */
static bool may_follow(enum lfb_finding_id id)
{
	switch (id) {
	case LFB_FINDING_FLB_NOBODY_REGISTERED:
	case LFB_FINDING_FLB_FINISH_NEVER_REACHED:
	case LFB_FINDING_FLB_OTHER_UNDER_COMPATIBLE:
	case LFB_FINDING_FLB_GET_NOT_PUT:
	case LFB_FINDING_FLB_LINKED_WHILE_PRESERVED:
	case LFB_FINDING_SESSION_NEVER_FINISHED:
	case LFB_FINDING_KHO_NEVER_RESTORED:
		return true;
	default:
		return id >= LFB_FINDING_KERNEL_WARN && id <= LFB_FINDING_KERNEL_PANIC;
	}
}

bool lfb__sweep_is_news(const struct lfb_sweep *sweep, enum lfb_finding_id id)
{
	if (id == LFB_FINDING_MODULE_BAD_REGISTRATION && sweep->subject->goes_on)
		return false;
	return !sweep->known[id] && !may_follow(id) &&
	       lfb_finding_severity(id) >= LFB_SEVERITY_ERROR;
}

static void add_name(char *text, size_t size, enum lfb_finding_id id)
{
	const char *name = lfb_finding_name(id);
	const size_t length = strlen(text);

	if (!strstr(text, name))
		snprintf(text + length, size - length, " (%s)", name);
}

const char *lfb__sweep_names(const struct lfb_machine *machine, char *text, size_t size)
{
	const struct lfb_findings *findings = &machine->kernel.findings;

	text[0] = '\0';
	for (size_t i = 0; i < findings->count; i++) {
		if (lfb_finding_severity(findings->all[i]->id) >= LFB_SEVERITY_ERROR)
			add_name(text, size, findings->all[i]->id);
	}
	return text;
}

static void name(struct lfb_sweep *sweep, enum lfb_finding_id id)
{
	sweep->result.findings[id / 64] |= 1ull << (id % 64);
	sweep->findings[id / 64] |= 1ull << (id % 64);
	add_name(sweep->what, sizeof(sweep->what), id);
}

/*
 * Findings that the run without faults does not have: a violation as well, or the name of the one
 * that ended the run.
 */
static bool name_news(struct lfb_sweep *sweep)
{
	const struct lfb_findings *findings = &sweep->machine->kernel.findings;
	bool named = false;

	for (size_t i = 0; i < findings->count; i++) {
		const struct lfb_finding *finding = findings->all[i];

		if (!lfb__sweep_is_news(sweep, finding->id))
			continue;
		named = true;
		lfb__sweep_fail(sweep, sweep->subject->steps, LFB_FINDINGS_NR, "%s: %s%s%s: %s",
				lfb_finding_name(finding->id), finding->callback,
				*finding->callback ? ", " : "", finding->object, finding->text);
		name(sweep, finding->id);
	}
	return named;
}

/* Those of severity warning and above among numbers @first to @end. */
static bool name_those(struct lfb_sweep *sweep, size_t first, size_t end)
{
	const struct lfb_findings *findings = &sweep->machine->kernel.findings;
	bool named = false;

	for (size_t i = first; i < end && i < findings->count; i++) {
		if (lfb_finding_severity(findings->all[i]->id) < LFB_SEVERITY_WARNING)
			continue;
		name(sweep, findings->all[i]->id);
		named = true;
	}
	return named;
}

/* What a callback that failed has kept is seen only where somebody asks whether all is over. */
static bool name_kept(struct lfb_sweep *sweep)
{
	const struct lfb_findings *findings = &sweep->machine->kernel.findings;
	size_t i = findings->count;
	bool named = false;

	if (sweep->as != LFB_FINDING_STEP_NOT_UNDONE || lfb_machine_settle(sweep->machine))
		return false;
	for (; i < findings->count; i++) {
		enum lfb_finding_id id = findings->all[i]->id;

		if (id != LFB_FINDING_FLB_GET_NOT_PUT && id != LFB_FINDING_MODULE_REFERENCE_LEAKED)
			continue;
		name(sweep, id);
		named = true;
	}
	return named;
}

/* In the end the name may be one that is no news: of the step that went wrong, or of the run. */
void lfb__sweep_name(struct lfb_sweep *sweep)
{
	struct lfb_kernel *kernel = &sweep->machine->kernel;

	if (name_news(sweep) || sweep->outcome != LFB_OUTCOME_VIOLATION || !lfb__checking(kernel) ||
	    !sweep->explains || name_those(sweep, sweep->found_before, sweep->found_then) ||
	    name_kept(sweep))
		return;
	if (sweep->as == LFB_FINDINGS_NR) {
		name_those(sweep, 0, sweep->found_then);
		return;
	}
	lfb__find(kernel, sweep->as, lfb__object("sweep %.140s", sweep->subject->name).text, "%s",
		  sweep->what);
	name(sweep, sweep->as);
}
