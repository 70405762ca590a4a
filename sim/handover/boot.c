// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Blobs into a machine: it is switched on with what another handed over. */
#include <string.h>

#include <luo/check.h>

#include "sim/handover/handover.h"

static int check_place(const struct lfb_blob_range *range, struct lfb_machine *machine)
{
	const struct lfb_memory *memory = &machine->kernel.memory;
	u64 end = range->phys + ((u64)range->nr_pages << PAGE_SHIFT);

	if (end > memory->size)
		return lfb__error(machine, -EINVAL, "the blob has pages up to 0x%llx, this machine "
				  "has memory up to 0x%llx: give it more", end, memory->size);
	if (lfb__in_scratch(memory, PHYS_PFN(range->phys), range->nr_pages))
		return lfb__error(machine, -EINVAL, "the blob has pages at 0x%llx, where this "
				  "machine has %s: give it more memory%s", range->phys,
				  memory->scratch_areas > 1 ? "a scratch area" : "its scratch area",
				  memory->scratch_areas > 1 ? " or fewer areas" : "");
	return 0;
}

int lfb__blob_place(const struct lfb_blob *blob, struct lfb_machine *machine, phys_addr_t *root)
{
	struct lfb_kernel *kernel = &machine->kernel;
	int err = lfb__memory_move(kernel, blob->memory_start);

	if (err)
		return err;
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		err = check_place(&blob->ranges[i], machine);
		if (err)
			return err;
	}
	for (u32 i = 0; i < blob->nr_ranges; i++) {
		const struct lfb_blob_range *range = &blob->ranges[i];
		size_t size = (size_t)range->nr_pages << PAGE_SHIFT;
		void *to = lfb__memory_at(&kernel->memory, range->phys, size);

		if (!to)
			return lfb__error(machine, -EINVAL, "0x%llx is no memory of this machine",
					  range->phys);
		memcpy(to, range->bytes, size);
		lfb__pages_mark_dirty(kernel, PHYS_PFN(range->phys), range->nr_pages);
	}
	*root = blob->kho_root;
	return 0;
}

struct strict {
	struct lfb_machine *machine;
	int errors;
};

/* An error's text has place for one of them. */
static int refuse(void *context, const struct lfb_check_problem *problem)
{
	struct strict *strict = context;

	if (problem->severity < LFB_SEVERITY_ERROR || strict->errors++)
		return 0;
	return lfb__error(strict->machine, 0, "the blob is refused: %s: [%s] %s (at 0x%llx)",
			  problem->path, lfb_check_name(problem->id), problem->text,
			  problem->address);
}

/* By the rules: what breaks one is not let in. */
static int check_strictly(const struct lfb_blob *blob, struct lfb_machine *machine)
{
	struct strict strict = { .machine = machine };
	int errors = lfb_check_blob(blob, refuse, &strict);

	return errors > 0 ? -EBADMSG : errors;
}

int lfb_machine_boot_blob(struct lfb_machine *machine, const struct lfb_blob *blob)
{
	phys_addr_t root;
	int err = lfb__machine_claim(machine);

	if (err)
		return err;
	if (!lfb__blob_valid(blob))
		err = lfb__error(machine, -EINVAL, "the pointer is no live blob");
	else if (machine->built.reading == LFB_READING_STRICT)
		err = check_strictly(blob, machine);
	if (!err)
		err = lfb__blob_place(blob, machine, &root);
	if (!err)
		return lfb__machine_switch_on(machine, root);
	lfb__modules_release(machine);
	return err;
}
