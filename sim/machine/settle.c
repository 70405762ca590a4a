// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What should be over by now: looked for at every jump, and when the user says so. */
#include "lib/orchestrator.h"
#include "sim/machine/machine.h"

/* References that callbacks took, when nothing is left that they could have taken them for. */
static void check_modules(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel = &machine->kernel;
	const struct luo *luo = luo_seen(kernel);
	const struct lfb_image_module *image;

	if (luo_any_session(luo) || kernel->files_open > luo->device_open)
		return;
	list_for_each_entry(image, &machine->modules, list) {
		const struct module *module = image->module->module;

		if (likely(!image->loaded || module->lfb_taken <= 0))
			continue;
		lfb__find(kernel, LFB_FINDING_MODULE_REFERENCE_LEAKED,
			  luo_name("module", module->name).text, "callbacks took %d references "
			  "that nobody has dropped", module->lfb_taken);
	}
}

/* All of it was frozen and written down for a kernel that does not look. */
static void check_image(const struct lfb_machine *machine)
{
	const struct luo *luo = luo_seen(&machine->kernel);

	if (machine->image == LFB_IMAGE_PLAIN && luo && luo->serialized && luo->outgoing.count)
		lfb__find(luo->kernel, LFB_FINDING_SESSION_NOT_HANDED_OVER, "luo sessions",
			  "%llu were serialized, and the next kernel was loaded without KHO: it is "
			  "given nothing", luo->outgoing.count);
}

static void check_locks(struct lfb_machine *machine, enum lfb_finding_id id)
{
	struct lfb_kernel *kernel = &machine->kernel;
	const struct task_struct *task;

	lfb__locks_held(kernel, &kernel->boot_task, id);
	lfb__locks_held(kernel, &kernel->point_task, id);
	list_for_each_entry(task, &kernel->tasks, list)
		lfb__locks_held(kernel, task, id);
}

static long check_all(void *argument)
{
	struct lfb_machine *machine = argument;
	struct lfb_kernel *kernel = &machine->kernel;

	struct luo *luo = luo_seen(kernel);

	if (!luo || !lfb__checking(kernel))
		return 0;
	if (luo_check_settled(luo))
		kho__check_left(kernel);
	check_modules(machine);
	return 0;
}

int lfb_machine_settle(struct lfb_machine *machine)
{
	struct lfb_kernel *served;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	served = lfb__serve(&machine->kernel);
	lfb__machine_doing(machine, "settle", false);
	err = (int)lfb__machine_run(machine, &machine->kernel.boot_task, check_all, machine);
	if (!err)
		check_locks(machine, LFB_FINDING_LOCK_HELD_AT_RETURN);
	lfb__served = served;
	return err;
}

void lfb__machine_at_end(struct lfb_machine *machine)
{
	const struct luo *luo = luo_seen(&machine->kernel);

	if (lfb_machine_state(machine) == LFB_RUNNING && luo && luo_all_finished(luo))
		lfb_machine_settle(machine);
}

void lfb__machine_before_jump(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel = &machine->kernel;
	bool set = kernel->operation_is_set;

	if (!lfb__checking(kernel))
		return;
	/* A part of the operation that is at work already. */
	kernel->operation_is_set = true;
	check_image(machine);
	check_locks(machine, LFB_FINDING_LOCK_HELD_ACROSS_KEXEC);
	lfb__machine_run(machine, &kernel->boot_task, check_all, machine);
	kernel->operation_is_set = set;
}

void lfb__machine_locks_kept(struct lfb_machine *machine, struct task_struct *task,
			     unsigned int before, const char *call)
{
	struct lfb_kernel *kernel = &machine->kernel;
	struct task_struct *now = kernel->task;

	if (kernel->dead)
		return;
	kernel->task = task;
	lfb__locks_kept(kernel, before, call);
	kernel->task = now;
}
