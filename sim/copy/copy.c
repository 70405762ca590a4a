// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Copies of machines: what is in one, and when it cannot be made or put back. */
#include <stdlib.h>
#include <string.h>

#include "sim/copy/copy.h"

struct lfb_machine_copy {
	struct lfb_machine_copied copied;
	enum lfb_machine_state state;
	unsigned long agent_changes;
	unsigned long calls;		/* of callbacks */
	struct lfb_saved saved;
	struct lfb_modules_copy modules;
	struct lfb_findings_copy findings;
	struct lfb_memory_copy *memory;
};

static int check_can_copy(struct lfb_machine *machine)
{
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (machine->kernel.checks == LFB_CHECKS_GUARD)
		return lfb__error(machine, -EOPNOTSUPP, "a machine in guard mode cannot be copied");
	if (machine->tree)
		return lfb__error(machine, -EOPNOTSUPP, "a machine with a kernel image cannot be "
				  "copied");
	if (lfb__threads_alive(&machine->kernel))
		return lfb__error(machine, -EOPNOTSUPP, "a machine whose kernel has threads cannot "
				  "be copied");
	return 0;
}

/* All but memory and findings. */
static bool save_host(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	struct lfb_saved *saved = &copy->saved;
	struct lfb_agent *agent;

	copy->state = machine->state;
	copy->agent_changes = machine->agent_changes;
	copy->calls = machine->kernel.calls;
	lfb__save_members(saved, machine, profile, profile);
	lfb__save_members(saved, machine, boots, calls);
	lfb__saved_told(saved, machine, &machine->boots, calls, calls);
	lfb__save_members(saved, machine, lacks, image);
	lfb__save_members(saved, machine, handover_root, handover_root);
	list_for_each_entry(agent, &machine->agents, list) {
		lfb__save(saved, &agent->task, sizeof(agent->task));
		lfb__fds_save(&agent->fds, saved);
		lfb__save(saved, &agent->argument, sizeof(agent->argument));
	}
	return lfb__kernel_save(&machine->kernel, saved) &&
	       lfb__modules_save(machine, &copy->modules, saved) && !saved->failed;
}

static void forget_host(struct lfb_machine_copy *copy)
{
	lfb__modules_copy_free(&copy->modules);
	lfb__saved_free(&copy->saved);
}

static bool save(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	copy->memory = lfb__memory_save(&machine->kernel);
	return copy->memory && save_host(machine, copy) &&
	       lfb__findings_save(&machine->kernel.findings, &copy->findings);
}

static void destroy(struct lfb_machine_copy *copy)
{
	list_del(&copy->copied.list);
	lfb__memory_copy_free(copy->memory);
	lfb__findings_copy_free(&copy->findings);
	forget_host(copy);
	free(copy);
}

int lfb_machine_copy(struct lfb_machine *machine, struct lfb_machine_copy **copyp)
{
	struct lfb_machine_copy *copy;
	int err;

	if (!copyp)
		return lfb__error(NULL, -EINVAL, "no place for the copy");
	*copyp = NULL;
	err = check_can_copy(machine);
	if (err)
		return err;
	copy = calloc(1, sizeof(*copy));
	if (!copy)
		return lfb__error(machine, -ENOMEM, "no memory for a copy");
	copy->copied.machine = machine;
	list_add_tail(&copy->copied.list, &machine->copies);
	err = save(machine, copy) ? lfb__handle_register(copy, LFB_HANDLE_COPY) : -ENOMEM;
	if (err) {
		destroy(copy);
		return lfb__error(machine, err, "no memory for a copy");
	}
	*copyp = copy;
	return 0;
}

void lfb_machine_copy_free(struct lfb_machine_copy *copy)
{
	if (!copy || !lfb__handle_valid(copy, LFB_HANDLE_COPY))
		return;
	lfb__handle_unregister(copy);
	destroy(copy);
}

static bool same_but_host(struct lfb_machine *machine, const struct lfb_machine_copy *copy,
			  const struct lfb_modules_copy *modules)
{
	return machine->state == copy->state &&
	       lfb__modules_copies_equal(&copy->modules, modules) &&
	       lfb__memory_is_as(&machine->kernel, copy->memory);
}

bool lfb__machine_is_as(struct lfb_machine *machine, const struct lfb_machine_copy *copy)
{
	struct lfb_machine_copy now = { .state = machine->state };
	bool same = save_host(machine, &now) && same_but_host(machine, copy, &now.modules);

	forget_host(&now);
	return same;
}

bool lfb__machine_goes_on_as(struct lfb_machine *machine, const struct lfb_machine_copy *before,
			     const struct lfb_machine_copy *copy)
{
	struct lfb_machine_copy now = { .state = machine->state };
	const u64 later = machine->kernel.calls - copy->calls;
	bool same = save_host(machine, &now) && now.agent_changes == copy->agent_changes &&
		    lfb__saved_alike(&copy->saved, &now.saved, before->calls, later) &&
		    same_but_host(machine, copy, &now.modules);

	forget_host(&now);
	return same;
}

bool lfb__machine_mix(struct lfb_machine *machine, struct lfb_saved *room, struct lfb_mix *mix)
{
	struct lfb_machine_copy now = { .saved = *room };
	bool known;

	lfb__saved_empty(&now.saved);
	known = !machine->tree && !machine->kernel.wrong &&
		!lfb__threads_alive(&machine->kernel) && save_host(machine, &now) &&
		lfb__memory_mix(&machine->kernel, mix);
	lfb__mix(mix, &machine->state, sizeof(machine->state));
	lfb__saved_mix(&now.saved, mix);
	lfb__modules_copy_mix(&now.modules, mix);
	*room = now.saved;
	lfb__modules_copy_free(&now.modules);
	return known;
}

static int check_can_rewind(struct lfb_machine *machine, const struct lfb_machine_copy *copy)
{
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (!lfb__handle_valid(copy, LFB_HANDLE_COPY) || copy->copied.machine != machine)
		return lfb__error(machine, -EINVAL, "the pointer is no copy of this machine");
	if (machine->tree)
		return lfb__error(machine, -ESTALE, "a kernel image was booted since the copy was "
				  "made");
	if (copy->agent_changes != machine->agent_changes)
		return lfb__error(machine, -ESTALE, "an agent was created or destroyed since the "
				  "copy was made");
	if (!lfb__memory_can_rewind(&machine->kernel, copy->memory))
		return lfb__error(machine, -ESTALE, "since the copy was made a handover was booted "
				  "whose memory begins elsewhere, or modules came that ask before "
				  "each access");
	return 0;
}

/* All that cannot fail any more. */
static void put_back(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	struct lfb_kernel *kernel = &machine->kernel;
	const bool was_on = machine->state != LFB_OFF;

	lfb__findings_put_back(&kernel->findings, &copy->findings);
	lfb__saved_put_back(&copy->saved);
	lfb__modules_put_back(machine, &copy->modules, was_on);
	lfb__machine_state_changed(machine, copy->state);
	/* The simulator stays as wrong as it was. */
	if (unlikely(kernel->wrong))
		kernel->dead = LFB_DEATH_PANIC;
}

int lfb_machine_rewind(struct lfb_machine *machine, struct lfb_machine_copy *copy)
{
	int err = check_can_rewind(machine, copy);

	if (err)
		return err;
	lfb__threads_end(&machine->kernel);
	err = lfb__modules_prepare_rewind(machine, &copy->modules);
	if (err)
		return err;
	if (!lfb__saved_prepare(&copy->saved)) {
		lfb__modules_cancel_rewind(&copy->modules);
		return lfb__error(machine, -ENOMEM, "no memory to put a machine back");
	}
	err = lfb__memory_rewind(&machine->kernel, copy->memory);
	put_back(machine, copy);
	if (!err)
		return 0;
	lfb_machine_shutdown(machine);
	return lfb__error(machine, err, "the host cannot map the memory as it was");
}
