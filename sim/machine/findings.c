// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings from outside. */
#include "sim/machine/machine.h"

const char *lfb_simulator_bug(void)
{
	static _Thread_local char text[320];
	const struct lfb_assertion *broken = lfb__assert_first();

	if (!broken)
		return NULL;
	lfb__assert_text(broken, text, sizeof(text));
	return text;
}

size_t lfb_finding_count(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return 0;
	lfb__outside_ask(&machine->kernel);
	return machine->kernel.findings.count;
}

unsigned long lfb_findings_lost(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) ? machine->kernel.findings.lost : 0;
}

const struct lfb_finding *lfb_finding_at(struct lfb_machine *machine, size_t index)
{
	if (index >= lfb_finding_count(machine))
		return NULL;
	return machine->kernel.findings.all[index];
}

size_t lfb_findings_of(struct lfb_machine *machine, enum lfb_finding_id id)
{
	size_t count = 0;

	for (size_t i = 0; i < lfb_finding_count(machine); i++)
		count += machine->kernel.findings.all[i]->id == id;
	return count;
}

void lfb_findings_clear(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return;
	lfb__outside_ask(&machine->kernel);
	lfb__findings_forget(&machine->kernel.findings);
}

int lfb_finding_silence(struct lfb_machine *machine, enum lfb_finding_id id, bool silent)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if ((unsigned int)id >= LFB_FINDINGS_NR)
		return lfb__error(machine, -EINVAL, "there is no finding %d", (int)id);
	machine->kernel.findings.silent[id] = silent;
	return 0;
}

void lfb__machine_forget_seen(struct lfb_machine *machine)
{
	lfb_findings_clear(machine);
	lfb__lockdep_destroy(&machine->kernel);
}
