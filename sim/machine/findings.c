// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Findings from outside. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

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

/* Those that nobody looked at */

static bool prints;
static pid_t printer;	/* 0: no process is to print when it exits */

static void print_one(const struct lfb_finding *finding)
{
	char text[4096];

	if (lfb_finding_severity(finding->id) == LFB_SEVERITY_NOTE)
		return;
	lfb_finding_format(finding, text, sizeof(text));
	fflush(stdout);
	fputs(text, stderr);
}

void lfb__machine_print_findings(struct lfb_machine *machine)
{
	struct lfb_findings *findings = &machine->kernel.findings;

	if (!prints || machine->own)
		return;
	for (size_t i = findings->looked_at; i < findings->count; i++)
		print_one(findings->all[i]);
	findings->looked_at = findings->count;
}

static void print_of(const void *machine)
{
	lfb__machine_print_findings((struct lfb_machine *)machine);
}

/* Children of the process have the same machines. */
static void print_at_exit(void)
{
	if (printer == getpid())
		lfb__handle_each(LFB_HANDLE_MACHINE, print_of);
}

static void print_them(bool on)
{
	prints = on;
	if (on && !printer && !atexit(print_at_exit))
		printer = getpid();
}

/* Whoever runs a program may say it; "": nobody does. */
static const char *environment(void)
{
	return getenv("LFB_FINDINGS") ?: "";
}

void lfb_findings_print(bool on)
{
	if (!*environment())
		print_them(on);
}

int lfb__findings_of_environment(void)
{
	const char *wanted = environment();

	if (!*wanted)
		return 0;
	if (strcmp(wanted, "print") && strcmp(wanted, "quiet"))
		return lfb__error(NULL, -EINVAL, "LFB_FINDINGS is \"%.40s\"; it may be print or "
				  "quiet", wanted);
	print_them(!strcmp(wanted, "print"));
	return 0;
}

/* Looking at them */

size_t lfb_finding_count(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return 0;
	lfb__outside_ask(&machine->kernel);
	machine->kernel.findings.looked_at = machine->kernel.findings.count;
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
	lfb__lockdep_forget(&machine->kernel);
}
