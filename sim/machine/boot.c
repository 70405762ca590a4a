// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Power on, boot, jump, power off: the life of kernels in a machine.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/kernel/kernel.h"
#include "sim/machine/machine.h"

/*
 * Modules
 */

static long init_module(void *argument)
{
	struct lfb_image_module *image = argument;
	struct lfb_module *module = image->module;
	int err = 0;

	if (module->data_size)
		memcpy(module->data, image->pristine, module->data_size);
	module->module->refcnt = 0;
	module->module->lfb_pins = 0;
	module->module->lfb_taken = 0;
	module->module->state = MODULE_STATE_COMING;
	if (module->init)
		err = module->init();
	module->module->state = err < 0 ? MODULE_STATE_GOING : MODULE_STATE_LIVE;
	image->loaded = err >= 0;
	lfb__trace_result(lfb__current, LFB_EVENT_MODULE, err, module->module->name, "init", "%s",
			  "");
	if (err < 0 && lfb__current->luo)
		luo_module_is_gone(lfb__current->luo, module, false);
	return err < 0 ? err : 0;
}

static struct lfb_image_module *find_module(struct lfb_machine *machine, const char *name)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (!strcmp(image->module->module->name, name))
			return image;
	}
	return NULL;
}

/*
 * The static data of a module is there once in a process, however many images it is part of: it
 * belongs to the one machine that is switched on, and to who sets it back.
 */
static int claim_data(struct lfb_machine *machine, const struct lfb_module *module)
{
	int err = lfb__handle_register(module->module, LFB_HANDLE_MODULE);

	if (err == -EEXIST)
		return lfb__error(machine, -EBUSY, "module %s is in use by another machine "
				  "that is switched on",
				  module->module->name);
	return err ? lfb__error(machine, err, "no memory for module %s", module->module->name) : 0;
}

static void release_data(const struct lfb_module *module)
{
	lfb__handle_unregister(module->module);
}

/* Of all modules up to @end, which may be the list's head. */
static void release_until(struct lfb_machine *machine, const struct list_head *end)
{
	struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		if (&image->list == end)
			break;
		release_data(image->module);
	}
}

static int claim_all(struct lfb_machine *machine)
{
	struct lfb_image_module *image;
	int err;

	list_for_each_entry(image, &machine->modules, list) {
		err = claim_data(machine, image->module);
		if (err) {
			release_until(machine, &image->list);
			return err;
		}
	}
	return 0;
}

static bool runs(const struct lfb_machine *machine)
{
	return machine->state != LFB_OFF && !machine->kernel.dead;
}

void lfb__module_set_back(struct lfb_machine *machine, const struct lfb_image_module *image)
{
	const struct lfb_module *module = image->module;
	bool on = machine->state != LFB_OFF;

	if (!module->data_size || (!on && lfb__handle_register(module->module, LFB_HANDLE_MODULE)))
		return;
	memcpy(module->data, image->pristine, module->data_size);
	if (!on)
		release_data(module);
}

/*
 * A module that is added again starts from its data as it is then. Where no kernel runs that must
 * not be what a dead one left; where one runs it is what exit left.
 */
static void forget_module(struct lfb_machine *machine, struct lfb_image_module *image)
{
	if (!runs(machine))
		lfb__module_set_back(machine, image);
	if (machine->state != LFB_OFF)
		release_data(image->module);
	list_del(&image->list);
	free(image->pristine);
	free(image);
}

int lfb_machine_add_module(struct lfb_machine *machine, struct lfb_module *module)
{
	struct lfb_image_module *image;
	long err = 0;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb__machine_check_outside(machine))
		return -EBUSY;
	if (!module || !module->module || !module->module->name ||
	    (module->data_size && !module->data))
		return lfb__error(machine, -EINVAL, "the module is incomplete");
	if (find_module(machine, module->module->name))
		return lfb__error(machine, -EEXIST, "there is a module %s already",
				  module->module->name);
	/* What another machine's kernel has made of the data is nothing to start with. */
	err = claim_data(machine, module);
	if (err)
		return (int)err;
	image = calloc(1, sizeof(*image));
	if (image && module->data_size)
		image->pristine = malloc(module->data_size);
	if (!image || (module->data_size && !image->pristine)) {
		free(image);
		release_data(module);
		return lfb__error(machine, -ENOMEM, "no memory for module %s",
				  module->module->name);
	}
	image->module = module;
	if (module->data_size)
		memcpy(image->pristine, module->data, module->data_size);
	list_add_tail(&image->list, &machine->modules);
	if (machine->state == LFB_OFF)
		release_data(module);
	if (runs(machine))
		err = lfb__machine_run(machine, &machine->kernel.boot_task, init_module, image);
	if (err) {
		if (!*machine->kernel.error)
			lfb__error(machine, (int)err, "the init function of module %s returned %ld",
				   module->module->name, err);
		forget_module(machine, image);
		return (int)err;
	}
	return 0;
}

static long exit_module(void *argument)
{
	struct lfb_image_module *image = argument;
	struct lfb_module *module = image->module;

	module->module->state = MODULE_STATE_GOING;
	if (module->exit)
		module->exit();
	lfb__trace(lfb__current, LFB_EVENT_MODULE, module->module->name, "exit", "%s", "");
	if (lfb__current->luo)
		luo_module_is_gone(lfb__current->luo, module, true);
	return 0;
}

/* Do the references come from nothing but being registered? */
static void find_pinned_idle(struct lfb_machine *machine, const struct module *module)
{
	const struct luo *luo = machine->kernel.luo;
	int pins = luo ? luo_registration_pins(luo, module) : 0;
	char object[80];

	if (!pins || pins < module->refcnt)
		return;
	snprintf(object, sizeof(object), "module %.64s", module->name);
	lfb__machine_doing(machine, "rmmod");
	lfb__find(&machine->kernel, LFB_FINDING_MODULE_PINNED_IDLE, object, "it is refused for %d "
		  "references that come from what it registered; none of it is in use",
		  module->refcnt);
}

int lfb_machine_remove_module(struct lfb_machine *machine, const char *name)
{
	struct lfb_image_module *image;
	long err = 0;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb__machine_check_outside(machine))
		return -EBUSY;
	image = name ? find_module(machine, name) : NULL;
	if (!image)
		return lfb__error(machine, name ? -ENOENT : -EINVAL, "there is no module %s",
				  name ? name : "without a name");
	if (runs(machine) && image->loaded) {
		if (module_refcount(image->module->module) > 0) {
			find_pinned_idle(machine, image->module->module);
			return lfb__error(machine, -EBUSY, "module %s is in use (%d references)",
					  name, module_refcount(image->module->module));
		}
		err = lfb__machine_run(machine, &machine->kernel.boot_task, exit_module, image);
	}
	forget_module(machine, image);
	return (int)err;
}

/*
 * Boot
 */

struct boot {
	struct lfb_machine *machine;
	phys_addr_t root;
};

static int boot_memory(struct lfb_machine *machine, phys_addr_t root)
{
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_problem problem = { 0 };
	int err;

	err = kho__boot(kernel, machine->profile->kho, machine->kho_on, root, &problem);
	if (err) {
		panic("KHO: the memory map cannot be read: at 0x%llx: %s",
		      problem.where, problem.what);
		return err;
	}
	if (root && machine->kho_on && !kernel->kho.incoming) {
		pr_warn("KHO: no handover: at 0x%llx: %s", problem.where,
			problem.what);
		lfb__fail(kernel, 0, "no KHO boot: at 0x%llx: %s",
			  problem.where, problem.what);
	}
	lfb__pages_ready(kernel);
	lfb__slabs_begin(kernel);
	lfb__vmallocs_begin(kernel);
	return kho__init(kernel);
}

static long boot_kernel(void *argument)
{
	struct boot *boot = argument;
	struct lfb_machine *machine = boot->machine;
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_image_module *image;
	u64 quirks;
	int err;

	err = boot_memory(machine, boot->root);
	if (err)
		return lfb__fail(kernel, err, "the kernel could not boot: no memory for KHO");
	quirks = (machine->profile->quirks | machine->quirks_on) & ~machine->quirks_off;
	err = luo_early_init(kernel, machine->profile, quirks, machine->liveupdate_on);
	if (err)
		return err;
	list_for_each_entry(image, &machine->modules, list)
		init_module(image);
	/* A kernel that cannot prepare its outgoing state runs, without live update. */
	luo_late_init(kernel);
	return 0;
}

int lfb__machine_start(struct lfb_machine *machine, phys_addr_t root)
{
	struct boot boot = { machine, root };
	struct lfb_kernel *kernel = &machine->kernel;
	struct lfb_image_module *image;
	char error[sizeof(kernel->error)];
	long err;

	lfb__agents_forget(machine);
	list_for_each_entry(image, &machine->modules, list)
		image->loaded = false;
	lfb__kernel_reset(kernel);
	kernel->boot_number = machine->boots++;
	kernel->profile_name = machine->profile->name;
	machine->handover_root = 0;
	if (kernel->catch_faults)
		lfb__guard_install();
	lfb__machine_state_changed(machine, LFB_RUNNING);
	lfb__trace(kernel, LFB_EVENT_BOOT, "kernel", root ? "boot handover" : "boot cold",
		   "profile=%s", machine->profile->name);
	lfb__pages_begin(kernel);
	err = lfb__machine_run(machine, &kernel->boot_task, boot_kernel, &boot);
	if (err && !kernel->dead) {
		memcpy(error, kernel->error, sizeof(error));
		lfb_machine_shutdown(machine);
		return lfb__error(machine, (int)err, "%s", error);
	}
	return (int)err;
}

static int check_off(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (machine->state != LFB_OFF)
		return lfb__error(machine, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

/* Nothing is older than this: counting begins anew. */
static void switched_on(struct lfb_machine *machine)
{
	machine->boots = 0;
	lfb__ledger_jump(&machine->kernel, false);
	lfb__machine_doing(machine, "boot");
	machine->kernel.operations = 0;
	if (!machine->kernel.operation_is_set)
		machine->kernel.operation = 0;
}

int lfb_machine_boot(struct lfb_machine *machine)
{
	int err = check_off(machine);

	if (!err)
		err = claim_all(machine);
	if (err)
		return err;
	switched_on(machine);
	return lfb__machine_start(machine, 0);
}

int lfb_machine_boot_blob(struct lfb_machine *machine, const struct lfb_blob *blob)
{
	phys_addr_t root;
	int err = check_off(machine);

	if (err)
		return err;
	if (!lfb__handle_valid(blob, LFB_HANDLE_BLOB))
		return lfb__error(machine, -EINVAL, "the pointer is no live blob");
	err = claim_all(machine);
	if (err)
		return err;
	err = lfb__blob_place(blob, machine, &root);
	if (err) {
		release_until(machine, &machine->modules);
		return err;
	}
	switched_on(machine);
	return lfb__machine_start(machine, root);
}

int lfb_machine_shutdown(struct lfb_machine *machine)
{
	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb__machine_check_outside(machine))
		return -EBUSY;
	if (machine->state == LFB_OFF)
		return 0;
	lfb__trace(&machine->kernel, LFB_EVENT_BOOT, "kernel", "off", "%s", "");
	lfb__machine_state_changed(machine, LFB_OFF);
	release_until(machine, &machine->modules);
	lfb__agents_forget(machine);
	machine->handover_root = 0;
	machine->kernel.luo = NULL;
	return 0;
}

/*
 * Kexec
 */

static long prepare(void *argument)
{
	(void)argument;
	return liveupdate_reboot();
}

int lfb_machine_prepare(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel;
	long err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb__machine_check_outside(machine))
		return -EBUSY;
	if (lfb_machine_state(machine) != LFB_RUNNING)
		return lfb__error(machine, -EBUSY, "the machine is %s and cannot prepare a kexec",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	kernel = &machine->kernel;
	lfb__machine_doing(machine, "reboot");
	err = lfb__machine_run(machine, &kernel->boot_task, prepare, NULL);
	if (err)
		return (int)err;
	lfb__machine_state_changed(machine, LFB_REBOOTING);
	machine->handover_root = kho__has_handover(kernel) ? kho__root_phys(kernel) : 0;
	lfb__check_serialized(kernel);
	return 0;
}

int lfb_machine_jump(struct lfb_machine *machine, const char *profile)
{
	const struct luo_profile *next;
	int err;

	if (!lfb__machine_valid(machine))
		return -EINVAL;
	if (lfb__machine_check_outside(machine))
		return -EBUSY;
	next = profile ? luo_profile_find(profile) : machine->profile;
	if (!next)
		return lfb__error(machine, -EINVAL, "there is no profile \"%.40s\"", profile);
	if (machine->state != LFB_REBOOTING || machine->kernel.dead)
		return lfb__error(machine, -EBUSY, "the machine is %s; prepare the kexec first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	lfb__machine_before_jump(machine);
	lfb__check_jump(&machine->kernel);
	err = lfb__memory_remap(&machine->kernel);
	if (err)
		return lfb__error(machine, err, "the arena could not be moved");
	lfb__trace(&machine->kernel, LFB_EVENT_JUMP, "kernel", "kexec", "from=%s to=%s",
		   machine->profile->name, next->name);
	machine->profile = next;
	lfb__ledger_jump(&machine->kernel, machine->handover_root != 0);
	lfb__machine_doing(machine, "boot");
	return lfb__machine_start(machine, machine->handover_root);
}

int lfb_machine_kexec(struct lfb_machine *machine)
{
	int err = lfb_machine_prepare(machine);

	return err ? err : lfb_machine_jump(machine, NULL);
}
