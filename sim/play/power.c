// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What the operations of a scenario do: kernels come and go, and what befalls them. */
#include <stdlib.h>
#include <string.h>

#include <luo/abi.h>

#include "lib/luo/luo.h"
#include "sim/play/play.h"

/* Everything that belonged to a kernel went with it. */
static void forget(struct lfb_run *run)
{
	run->device = -1;
	for (unsigned int i = 0; i < run->scenario->nr_sessions; i++)
		run->sessions[i] = -1;
	for (unsigned int i = 0; i < run->scenario->nr_inodes; i++)
		run->files[i] = -1;
	lfb__recorder_reset(run->recorder);
}

long lfb__run_start(struct lfb_run *run, const struct lfb_blob *blob)
{
	int err;

	forget(run);
	run->dead = false;
	lfb__run_show_boot(run, blob ? "handover" : "cold");
	run->booting = true;
	err = blob ? lfb_machine_boot_blob(run->machine, blob) : lfb_machine_boot(run->machine);
	run->booting = false;
	return err;
}

long lfb__run_power_cycle(struct lfb_run *run, const struct lfb_operation *operation)
{
	int err = lfb_machine_shutdown(run->machine);

	(void)operation;
	return err ? err : lfb__run_start(run, NULL);
}

static int save_blob(struct lfb_run *run)
{
	struct lfb_blob *blob = NULL;
	int err = lfb_blob_capture(run->machine, &blob);

	if (err && err != -ENODATA)
		return err;
	lfb_blob_free(*run->options.last_blob);
	*run->options.last_blob = blob;
	return 0;
}

static int save_memory(struct lfb_run *run)
{
	size_t size = PFN_PHYS(run->machine->kernel.pages.bottom);
	void *image = malloc(size);
	int err;

	if (!image)
		return lfb__error(run->machine, -ENOMEM, "no memory for a copy of memory");
	err = lfb_machine_read(run->machine, 0, image, size);
	if (err) {
		free(image);
		return err;
	}
	free(*run->options.last_memory);
	*run->options.last_memory = image;
	*run->options.last_memory_size = size;
	return 0;
}

static void load(struct lfb_run *run, const struct lfb_operation *operation)
{
	lfb_machine_load(run->machine,
			 operation->lacks == LFB_LACKS_HANDOVER ? LFB_IMAGE_PLAIN :
			 operation->lacks == LFB_LACKS_IMAGE ? LFB_IMAGE_NONE : LFB_IMAGE_HANDOVER);
}

/* Wherever else a damaged tree may point, nothing is damaged. */
static u8 *page_at(const struct lfb_kernel *kernel, phys_addr_t phys)
{
	const struct lfb_memory *memory = &kernel->memory;

	if (!phys || !IS_ALIGNED(phys, PAGE_SIZE) || !lfb__is_memory(memory, phys) ||
	    (memory->map[PHYS_PFN(phys)].flags & (PG_ALLOCATED | PG_SLAB)) != PG_ALLOCATED)
		return NULL;
	return lfb__memory_at(memory, phys, PAGE_SIZE);
}

/* Of an orchestrator that is not lib/'s, whose records are those of the newest kernels. */
static struct luo_ser_v5 *tree_elsewhere(struct lfb_kernel *kernel)
{
	return (void *)page_at(kernel, kho__outgoing_subtree(kernel, LUO_FDT_KHO_ENTRY_NAME));
}

long lfb__run_prepare(struct lfb_run *run, const struct lfb_operation *operation)
{
	struct lfb_kernel *kernel = &run->machine->kernel;
	const struct luo_ser_v5 *tree;
	int err;

	load(run, operation);
	err = lfb_machine_prepare(run->machine);
	/* Where they are must be known when the way there is damaged, too. */
	if (!err && kernel->elsewhere) {
		tree = tree_elsewhere(kernel);
		run->flbs = tree ? page_at(kernel, tree->flbs_pa) : NULL;
	}
	return err;
}

static long jump(struct lfb_run *run, const struct lfb_operation *operation)
{
	const char *profile = operation->name;
	int err = 0;

	load(run, operation);
	/* Not prepared or loaded: nothing to save, and no boot to show. */
	if (lfb_machine_state(run->machine) != LFB_REBOOTING ||
	    run->machine->image == LFB_IMAGE_NONE)
		return lfb_machine_jump(run->machine, profile);
	err = lfb__machine_check_outside(run->machine);
	if (!err && run->options.last_blob)
		err = save_blob(run);
	if (!err && run->options.last_memory)
		err = save_memory(run);
	if (err)
		return err;
	lfb__run_show_boot(run, run->machine->image == LFB_IMAGE_PLAIN ? "cold" : "handover");
	run->booting = true;
	run->machine->lacks = operation->lacks;
	err = lfb_machine_jump(run->machine, profile);
	run->machine->lacks = LFB_LACKS_NOTHING;
	run->booting = false;
	/* Unless the jump itself was impossible: then the old kernel still has it all. */
	if (lfb_machine_state(run->machine) != LFB_REBOOTING)
		forget(run);
	return err;
}

/* The next kernel and its version of a module are found before anything else is done. */
static long find_next(struct lfb_run *run, const struct lfb_operation *operation)
{
	const struct luo_profile *profile;
	struct lfb_loadable *image;
	long err = lfb__machine_find_kernel(run->machine, operation->name, &profile, &image);

	if (!err && operation->version)
		err = lfb__module_swap(run->machine, operation->replaces, operation->version);
	if (err && !lfb__run_expects(run, operation))
		lfb__run_surprise(run, (int)err, "%.160s:%u: %.300s", run->scenario->name,
				  operation->line, lfb_error_text(run->machine));
	return err;
}

long lfb__run_jump(struct lfb_run *run, const struct lfb_operation *operation)
{
	long err = find_next(run, operation);

	if (!err)
		err = jump(run, operation);
	if (err)
		lfb__modules_stay(run->machine);
	return err;
}

long lfb__run_reboot(struct lfb_run *run, const struct lfb_operation *operation)
{
	long err = find_next(run, operation);

	if (!err)
		err = lfb__run_prepare(run, operation);
	if (!err)
		err = jump(run, operation);
	if (err)
		lfb__modules_stay(run->machine);
	return err;
}

/* Hostile images */

static u8 *damaged_page(const struct luo *luo, enum lfb_damaged what)
{
	const struct luo_ser_v5 *tree = luo->tree;

	switch (what) {
	case LFB_DAMAGED_FLB:
		return luo->flb_mem;
	case LFB_DAMAGED_SESSION:
		/* In the generations with blocks, the first one. */
		return luo->session_mem ? luo->session_mem :
		       tree ? page_at(luo->kernel, tree->sessions_pa) : NULL;
	case LFB_DAMAGED_TREE:
		return luo->tree;
	case LFB_DAMAGED:
		break;
	}
	return NULL;
}

static u8 *damaged_elsewhere(const struct lfb_run *run, enum lfb_damaged what)
{
	struct lfb_kernel *kernel = &run->machine->kernel;
	struct luo_ser_v5 *tree = tree_elsewhere(kernel);

	if (!tree || what == LFB_DAMAGED_TREE)
		return (u8 *)tree;
	return what == LFB_DAMAGED_FLB ? run->flbs : page_at(kernel, tree->sessions_pa);
}

long lfb__run_damage(struct lfb_run *run, const struct lfb_operation *operation)
{
	struct lfb_kernel *kernel = &run->machine->kernel;
	const struct luo *luo = kernel->luo;
	u8 *page;

	if (lfb_machine_state(run->machine) != LFB_REBOOTING || (!luo && !kernel->elsewhere))
		return -EBUSY;
	if (kernel->elsewhere)
		page = damaged_elsewhere(run, operation->damaged);
	else
		page = luo->enabled ? damaged_page(luo, operation->damaged) : NULL;
	if (!page)
		return -ENODATA;
	if (operation->offset > PAGE_SIZE - sizeof(operation->value))
		return -EINVAL;
	memcpy(page + operation->offset, &operation->value, sizeof(operation->value));
	return 0;
}

long lfb__run_arm_fault(struct lfb_run *run, const struct lfb_operation *operation)
{
	return lfb_fault_arm(run->machine, &operation->plan);
}

static long call_panic(void *argument)
{
	(void)argument;
	panic("the scenario says so");
	return 0;
}

long lfb__run_die(struct lfb_run *run, const struct lfb_operation *operation)
{
	long result = lfb_machine_call(run->machine, call_panic, NULL);

	(void)operation;
	return result == -EFAULT ? 0 : result;
}
