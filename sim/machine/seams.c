// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The four seams from outside: trace sink, fault plan, choice stream, scheduling hook. */
#include "sim/machine/machine.h"

static int trace_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context, bool fine)
{
	struct lfb_trace *trace;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	trace = &machine->kernel.trace;
	trace->sink = sink;
	trace->context = context;
	trace->fine = sink && fine;
	return 0;
}

int lfb_trace_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context)
{
	return trace_to(machine, sink, context, false);
}

int lfb_trace_all_to(struct lfb_machine *machine, lfb_trace_fn sink, void *context)
{
	return trace_to(machine, sink, context, true);
}

unsigned long lfb_event_count(struct lfb_machine *machine, enum lfb_event_kind kind)
{
	if (!lfb__machine_valid(machine) || (unsigned int)kind >= LFB_EVENT_KINDS)
		return 0;
	return machine->kernel.trace.count[kind];
}

const char *lfb_last_complaint(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) ? machine->kernel.trace.complaint : "";
}

int lfb_fault_arm(struct lfb_machine *machine, const struct lfb_fault_plan *given)
{
	struct lfb_fault_plan plan;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	err = lfb__options_take(machine, "lfb_fault_arm: the plan", &plan, sizeof(plan), given,
				offsetof(struct lfb_fault_plan, then));
	if (!err && lfb__faults_arm(&machine->kernel, &plan))
		err = lfb__error(machine, -EINVAL, "lfb_fault_arm: the plan's kinds, or nth and "
				 "chance make no sense");
	return err;
}

unsigned long lfb_fault_count(struct lfb_machine *machine, enum lfb_fault_kind kind)
{
	if (!lfb__machine_valid(machine) || (unsigned int)kind >= LFB_FAULT_KINDS)
		return 0;
	return machine->kernel.faults.count[kind];
}

unsigned long lfb_fault_hits(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) ? machine->kernel.faults.hits : 0;
}

const char *lfb_fault_where(struct lfb_machine *machine, enum lfb_fault_kind *kind)
{
	if (!lfb__machine_valid(machine) || !machine->kernel.faults.hits)
		return "";
	if (kind)
		*kind = machine->kernel.faults.kind;
	return machine->kernel.faults.where;
}

unsigned int lfb_choose(struct lfb_machine *machine, unsigned int bound, const char *why)
{
	(void)why;
	return lfb__machine_valid(machine) ? lfb__choices_choose(&machine->kernel.choices, bound) :
					     0;
}

int lfb_choose_seeded(struct lfb_machine *machine, u64 seed)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	lfb__choices_seed(&machine->kernel.choices, seed);
	return 0;
}

static int no_room(struct lfb_machine *machine, int err)
{
	return err ? lfb__error(machine, err, "no memory for a list of choices") : 0;
}

int lfb_choose_listed(struct lfb_machine *machine, const unsigned int *list, size_t count)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (count && !list)
		return lfb__error(machine, -EINVAL, "lfb_choose_listed: no list");
	return no_room(machine, lfb__choices_list(&machine->kernel.choices, list, count));
}

int lfb_choose_bytes(struct lfb_machine *machine, const void *bytes, size_t size)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (size && !bytes)
		return lfb__error(machine, -EINVAL, "lfb_choose_bytes: no bytes");
	return no_room(machine, lfb__choices_bytes(&machine->kernel.choices, bytes, size));
}

int lfb_choose_all(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	lfb__choices_all(&machine->kernel.choices);
	return 0;
}

bool lfb_choose_next(struct lfb_machine *machine)
{
	return lfb__machine_valid(machine) && lfb__choices_next(&machine->kernel.choices);
}

const unsigned int *lfb_choose_record(struct lfb_machine *machine, size_t *count)
{
	if (!lfb__machine_valid(machine) || !count)
		return NULL;
	*count = machine->kernel.choices.record_count;
	return *count ? machine->kernel.choices.record : NULL;
}

int lfb_sched_to(struct lfb_machine *machine, lfb_sched_fn hook, void *context)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	machine->kernel.sched.hook = hook;
	machine->kernel.sched.context = context;
	return 0;
}
