// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Power on, boot, jump, power off: the life of kernels in a machine. */
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/orchestrator.h"
#include "sim/kernel/kernel.h"
#include "sim/machine/machine.h"

struct boot {
	struct lfb_machine *machine;
	phys_addr_t root;
};

static bool has_kho(const struct lfb_machine *machine)
{
	return machine->kho_on && machine->lacks != LFB_LACKS_KHO;
}

static u64 quirks_of(const struct lfb_machine *machine)
{
	return (machine->profile->quirks | machine->quirks_on) & ~machine->quirks_off;
}

static unsigned int kho_rules_of(const struct lfb_machine *machine)
{
	const u64 quirks = quirks_of(machine);
	unsigned int rules = machine->profile->kho_rules;

	if (machine->built.kho_debug)
		rules |= KHO_REFUSES_SCRATCH;
	if (quirks & 1ull << LUO_QUIRK_KHO_RESTORE_PAGES_NUMA)
		rules |= KHO_RESTORES_OVER_NODES;
	if (quirks & 1ull << LUO_QUIRK_KHO_VMALLOC_ROLLBACK_ORDER)
		rules |= KHO_FORGETS_ORDER;
	return rules;
}

struct kho_config lfb__kho_config(const struct lfb_machine *machine, bool enabled)
{
	const struct luo_profile *profile = machine->profile;
	const char *release = *machine->release ? machine->release : profile->release;

	return (struct kho_config){
		.abi = profile->kho,
		.enabled = enabled,
		.release = profile->release ? release : NULL,
		.kexec_count = machine->kexec_count,
		.rules = kho_rules_of(machine),
	};
}

static int boot_memory(struct lfb_machine *machine, phys_addr_t root)
{
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_problem problem = { 0 };
	struct kho_config config = lfb__kho_config(machine, has_kho(machine));
	const struct lfb_loadable *image = lfb__machine_image(machine);
	int err;

	if (unlikely(image != NULL) && has_kho(machine)) {
		config.code = lfb__loadable_kernel(image)->kho;
		config.memory = &luo_tree_memory;
	}
	err = kho__boot(kernel, &config, root, &problem);
	if (err) {
		panic("KHO: the memory map cannot be read: at 0x%llx: %s",
		      problem.where, problem.what);
		return err;
	}
	if (root && has_kho(machine) && !kernel->kho.incoming) {
		pr_warn("KHO: no handover: at 0x%llx: %s", problem.where, problem.what);
		lfb__fail(kernel, 0, "no KHO boot: at 0x%llx: %s", problem.where, problem.what);
	}
	lfb__pages_ready(kernel);
	lfb__slabs_begin(kernel);
	lfb__vmallocs_begin(kernel);
	return kho__init(kernel);
}

static int early_init(struct lfb_machine *machine)
{
	const bool on = machine->liveupdate_on && machine->lacks != LFB_LACKS_LIVEUPDATE;
	struct lfb_loadable *image = lfb__machine_image(machine);

	if (likely(!image))
		return luo_early_init(&machine->kernel, machine->profile, quirks_of(machine),
				      &luo_contract, on);
	luo_tree_is_watched(machine->tree, machine->profile, quirks_of(machine), &luo_contract);
	luo_tree_early_init(machine->tree, &machine->kernel,
			    lfb__loadable_kernel(image), on);
	return 0;
}

static long boot_kernel(void *argument)
{
	struct boot *boot = argument;
	struct lfb_machine *machine = boot->machine;
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_image_module *image;
	int err;

	if (unlikely(lfb__machine_image(machine) != NULL))
		lfb__loadable_reset(lfb__machine_image(machine));
	err = boot_memory(machine, boot->root);
	if (err)
		return lfb__fail(kernel, err, "the kernel could not boot: no memory for KHO");
	err = early_init(machine);
	if (err)
		return err;
	list_for_each_entry(image, &machine->modules, list)
		lfb__module_init(image);
	/* A kernel that cannot prepare its outgoing state runs, without live update. */
	if (lfb__machine_image(machine))
		luo_tree_late_init(machine->tree);
	else
		luo_late_init(kernel);
	return 0;
}

/* That a boot begins, or with the @span that came back then, that it has ended. */
static LFB_OUT_OF_LINE struct lfb_span tell_boot(struct lfb_machine *machine,
						 const struct lfb_span *span, long result)
{
	struct lfb_event event = {
		.happening = LFB_DID_BOOTED,
		.profile = machine->profile->name,
		.result = result,
	};

	if (!span)
		return lfb__event_begins(&machine->kernel, &event);
	lfb__event_ends(&machine->kernel, *span, &event);
	return *span;
}

static int start(struct lfb_machine *machine, phys_addr_t root)
{
	struct boot boot = { machine, root };
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_image_module *image;
	char error[sizeof(kernel->error)];
	struct lfb_span span = { 0 };
	long err;

	lfb__agents_forget(machine);
	list_for_each_entry(image, &machine->modules, list)
		image->loaded = false;
	lfb__kernel_reset(kernel);
	kernel->boot_number = machine->boots++;
	kernel->profile_name = machine->profile->name;
	machine->handover_root = 0;
	machine->image = LFB_IMAGE_HANDOVER;
	if (kernel->catch_faults && !lfb__checking(kernel))
		lfb__guard_install();
	lfb__machine_state_changed(machine, LFB_RUNNING);
	if (unlikely(kernel->trace.fine))
		span = tell_boot(machine, NULL, 0);
	if (root)
		lfb__event(kernel, BOOT_HANDOVER, .profile = machine->profile->name);
	else
		lfb__event(kernel, BOOT_COLD, .profile = machine->profile->name);
	lfb__pages_begin(kernel);
	err = lfb__machine_run(machine, &kernel->boot_task, boot_kernel, &boot);
	if (unlikely(kernel->trace.fine))
		tell_boot(machine, &span, err);
	if (err && !kernel->dead) {
		memcpy(error, kernel->error, sizeof(error));
		lfb_machine_shutdown(machine);
		return lfb__error(machine, (int)err, "%s", error);
	}
	return (int)err;
}

int lfb__machine_claim(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (machine->state != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return lfb__modules_claim(machine);
}

int lfb__machine_switch_on(struct lfb_machine *machine, phys_addr_t root)
{
	struct lfb_kernel *served = lfb__serve(&machine->kernel);
	int err;

	machine->boots = 0;
	lfb__ledger_jump(&machine->kernel, false);
	lfb__machine_doing(machine, "boot", false);
	machine->kernel.operations = 0;
	if (!machine->kernel.operation_is_set)
		machine->kernel.operation = 0;
	err = start(machine, root);
	lfb__served = served;
	return err;
}

int lfb_machine_boot(struct lfb_machine *machine)
{
	int err = lfb__machine_claim(machine);

	if (err)
		return err;
	err = lfb__memory_move(&machine->kernel, machine->memory_start);
	if (!err)
		return lfb__machine_switch_on(machine, 0);
	lfb__modules_release(machine);
	return err;
}

int lfb_machine_shutdown(struct lfb_machine *machine)
{
	struct lfb_kernel *served;
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	if (machine->state == LFB_OFF)
		return 0;
	served = lfb__serve(&machine->kernel);
	lfb__event(&machine->kernel, SWITCHED_OFF);
	lfb__threads_end(&machine->kernel);
	lfb__machine_state_changed(machine, LFB_OFF);
	lfb__modules_release(machine);
	lfb__agents_forget(machine);
	machine->handover_root = 0;
	machine->kernel.luo = NULL;
	lfb__served = served;
	return 0;
}

/* Kexec */

static long prepare(void *argument)
{
	struct luo *luo = argument;
	int err = liveupdate_reboot();

	if (luo && !err && !lfb__beside_others_inside(lfb__current))
		luo_assert_idle(luo);
	return err;
}

int lfb_machine_load(struct lfb_machine *machine, enum lfb_image image)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if ((unsigned int)image > LFB_IMAGE_NONE)
		return lfb__error(machine, -EINVAL, "there is no image of kind %u",
				  (unsigned int)image);
	machine->image = image;
	return 0;
}

int lfb_machine_prepare(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel;
	const bool beside = lfb__machine_valid(machine) && lfb__beside_task(&machine->kernel);
	long err = beside ? 0 : lfb__machine_check_outside(machine);

	if (err)
		return (int)err;
	if (lfb_machine_state(machine) != LFB_RUNNING || machine->kernel.boot_task.running)
		return lfb__error(machine, -EBUSY, "the machine is %s and cannot prepare a kexec",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	if (machine->image == LFB_IMAGE_NONE)
		return lfb__error(machine, -EINVAL, "no image is loaded for the kexec");
	kernel = &machine->kernel;
	lfb__machine_doing(machine, "reboot", false);
	err = lfb__machine_run(machine, &kernel->boot_task, prepare, kernel->luo);
	if (err)
		return (int)err;
	lfb__machine_state_changed(machine, LFB_REBOOTING);
	machine->handover_root = kho__has_handover(kernel) ? kho__root_phys(kernel) : 0;
	lfb__check_serialized(kernel);
	return 0;
}

/* All calls have returned. */
static void assert_idle(const struct task_struct *task)
{
	LFB_ASSERT(!task->running && !task->internal && !task->frame);
	LFB_ASSERT(task->nr_held <= LFB_HELD_MAX && task->spinlocks_held <= task->locks_held);
}

static int jump(struct lfb_machine *machine, const struct luo_profile *next,
		struct lfb_loadable *image)
{
	const struct task_struct *task;
	int err;

	assert_idle(&machine->kernel.boot_task);
	list_for_each_entry(task, &machine->kernel.tasks, list)
		assert_idle(task);
	if (machine->image == LFB_IMAGE_PLAIN)
		machine->handover_root = 0;
	lfb__machine_before_jump(machine);
	/* When nothing ran in between there is nothing to compare with. */
	if (machine->kernel.watching)
		lfb__check_unchanged(&machine->kernel);
	err = lfb__modules_prepare(machine, image);
	if (err)
		return err;
	err = lfb__memory_remap(&machine->kernel);
	if (err)
		return lfb__error(machine, err, "the arena could not be moved");
	lfb__modules_move(machine, image);
	lfb__event(&machine->kernel, JUMPED, .profile = machine->profile->name,
		   .next_profile = next->name);
	machine->profile = next;
	machine->other_file = NULL;
	if (lfb__machine_image(machine) != image)
		machine->other_file = image;
	lfb__ledger_jump(&machine->kernel, machine->handover_root != 0);
	lfb__machine_doing(machine, "boot", false);
	return start(machine, machine->handover_root);
}

int lfb_machine_jump(struct lfb_machine *machine, const char *kernel)
{
	const struct luo_profile *next;
	struct lfb_loadable *image;
	struct lfb_kernel *served;
	int err = lfb__machine_check_outside(machine);

	if (err)
		return err;
	err = lfb__machine_find_kernel(machine, kernel, &next, &image);
	if (err)
		return err;
	if (machine->state != LFB_REBOOTING || machine->kernel.dead)
		return lfb__error(machine, -EBUSY, "the machine is %s; prepare the kexec first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	if (machine->image == LFB_IMAGE_NONE)
		return lfb__error(machine, -EINVAL, "no image is loaded for the kexec");
	served = lfb__serve(&machine->kernel);
	err = jump(machine, next, image);
	lfb__served = served;
	return err;
}

int lfb_machine_kexec(struct lfb_machine *machine)
{
	int err = lfb_machine_prepare(machine);

	return err ? err : lfb_machine_jump(machine, NULL);
}
