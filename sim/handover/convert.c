// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Rewriting a handover for another kernel: what was found in the old one is transcribed by a
 * kernel of the other generation that boots just for this, around the memory that must stay.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "lib/orchestrator.h"
#include "sim/handover/convert.h"

struct conversion {
	struct lfb_inspection found;
	struct lfb_own own;
	struct lfb_machine *machine;
	size_t first_file;	/* of the session being transcribed */
};

/* What stays: every preserved block that is not the old format's own */

typedef int (*block_fn)(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order);

static int for_block(struct conversion *conversion, phys_addr_t address, unsigned int order,
		     block_fn fn)
{
	struct lfb_kernel *kernel = &conversion->machine->kernel;

	switch (lfb__own_block(&conversion->own, address, PAGE_SIZE << order)) {
	case LFB_OWNER_SELF:
		return 0;
	case LFB_OWNER_BOTH:
		return lfb__fail(kernel, -EINVAL, "the block of order %u at 0x%llx holds the old "
				 "state and something else", order, address);
	default:
		return fn(kernel, PHYS_PFN(address), order);
	}
}

static int for_each_kept(struct conversion *conversion, block_fn fn)
{
	const struct lfb_found_run *runs = conversion->found.runs.items;
	int err = 0;

	for (size_t i = 0; i < conversion->found.runs.count && !err; i++) {
		phys_addr_t address = runs[i].address;

		for (u64 n = 0; n < runs[i].blocks && !err; n++) {
			err = for_block(conversion, address, runs[i].order, fn);
			address += PAGE_SIZE << runs[i].order;
		}
	}
	return err;
}

static int reserve(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	int err = lfb__pages_reserve(kernel, pfn, order);

	return err ? lfb__fail(kernel, -EINVAL, "the block of order %u at 0x%llx %s", order,
			       PFN_PHYS(pfn),
			       err == -EEXIST ? "overlaps another one" :
					       "lies where none may be") : 0;
}

/* What waits to be restored in one kernel is handed on to the next as it is. */
static int hand_on(struct lfb_kernel *kernel, unsigned long pfn, unsigned int order)
{
	int err = kho__track_prepare(kernel, pfn, 1ul << order);

	if (!err)
		kho__track_set(kernel, pfn, 1ul << order);
	return err ? lfb__fail(kernel, err, "no memory left for the map") : 0;
}

/* The kernel that writes */

static int boot_writer(struct conversion *conversion)
{
	struct lfb_machine *machine = conversion->machine;
	struct lfb_kernel *kernel = &machine->kernel;
	struct kho_config config = lfb__kho_config(machine, true);
	const struct kho_kexec_metadata *told = &conversion->found.metadata;
	const struct luo_profile *before = luo_profile_find(conversion->found.blob->profile);
	int err;

	/* A name that was given stays; else it is that of the kernel that writes. */
	if (config.release && *told->previous_release &&
	    (!before || !before->release || strcmp(told->previous_release, before->release)))
		config.release = told->previous_release;
	config.kexec_count = (conversion->found.has_metadata ?
			      told->kexec_count :
			      conversion->found.blob->boots) - 1;
	kho__boot(kernel, &config, 0, NULL);
	err = for_each_kept(conversion, reserve);
	if (err)
		return err;
	lfb__pages_ready(kernel);
	lfb__slabs_begin(kernel);
	lfb__vmallocs_begin(kernel);
	err = kho__init(kernel);
	if (err)
		return lfb__fail(kernel, err, "no memory left for the root tree");
	err = luo_early_init(kernel, machine->profile, machine->profile->quirks,
			     &luo_contract, true);
	return err ? err : for_each_kept(conversion, hand_on);
}

static const struct luo_file_record *file_at(void *context, u64 index)
{
	struct conversion *conversion = context;
	const struct lfb_found_file *files = conversion->found.files.items;

	LFB_ASSERT(conversion->first_file + index < conversion->found.files.count);
	return &files[conversion->first_file + index].record;
}

static const struct luo_flb_record *flb_at(void *context, u64 index)
{
	struct conversion *conversion = context;

	LFB_ASSERT(index < conversion->found.flbs.count);
	return &((struct lfb_found_flb *)conversion->found.flbs.items)[index].record;
}

static int transcribe_luo(struct conversion *conversion)
{
	struct lfb_inspection *found = &conversion->found;
	struct lfb_found_session *sessions = found->sessions.items;
	struct luo *luo = conversion->machine->kernel.luo;
	int err = 0;

	for (size_t i = 0; i < found->sessions.count && !err; i++) {
		conversion->first_file = sessions[i].first_file;
		err = luo_transcribe_session(luo, &sessions[i].record, file_at, conversion);
	}
	if (!err)
		luo_transcribe_end(luo, flb_at, conversion, found->flbs.count);
	return err;
}

/* libfdt puts a new node before the others: from the last to the first keeps their order. */
static int transcribe_entries(struct conversion *conversion)
{
	const struct lfb_found_entry *entries = conversion->found.entries.items;
	struct luo *luo = conversion->machine->kernel.luo;
	int err = 0;

	for (size_t i = conversion->found.entries.count; i-- && !err;) {
		const struct lfb_found_entry *entry = &entries[i];

		/* Who jumps is told already, where the other kernel knows how. */
		if (entry->kind == LFB_ENTRY_METADATA)
			continue;
		if (entry->kind != LFB_ENTRY_LUO) {
			err = kho_add_subtree(entry->name, phys_to_virt(entry->address),
					      entry->size);
		} else {
			/* Preparing the outgoing state counts one further. */
			luo->number = conversion->found.head.number - 1;
			err = luo_late_init(luo->kernel);
		}
		if (err)
			return lfb__fail(luo->kernel, err, "no room for entry %.64s (%d)",
					 entry->name, err);
	}
	return 0;
}

static long write_all(void *argument)
{
	struct conversion *conversion = argument;
	struct lfb_machine *machine = conversion->machine;
	int err = boot_writer(conversion);

	if (!err)
		err = transcribe_entries(conversion);
	if (!err && conversion->found.has_luo)
		err = transcribe_luo(conversion);
	if (err || !machine->profile->finalizes_kho)
		return err;
	err = kho_finalize();
	return err ? lfb__fail(&machine->kernel, err, "no memory left for the map") : 0;
}

/* As many areas of scratch as the other machine had, where they lie as they would here. */
static void take_areas(struct lfb_memory *memory, const struct lfb_blob *blob)
{
	memory->scratch_areas = blob->more_scratch + 1;
	for (u32 i = 0; i <= blob->more_scratch; i++) {
		if (PFN_PHYS(lfb__scratch_area(memory, i)) != blob->scratch[i].phys ||
		    memory->scratch_size != blob->scratch[i].size)
			memory->scratch_areas = 1;
	}
}

static int write_blob(struct conversion *conversion, struct lfb_blob **to)
{
	struct lfb_machine *machine = conversion->machine;
	struct lfb_kernel *kernel = &machine->kernel;
	phys_addr_t root;
	int err = lfb__blob_place(conversion->found.blob, machine, &root);

	if (err)
		return err;
	take_areas(&kernel->memory, conversion->found.blob);
	lfb__kernel_reset(kernel);
	lfb__pages_begin(kernel);
	lfb__machine_state_changed(machine, LFB_RUNNING);
	err = (int)lfb__machine_run(machine, &kernel->boot_task, write_all, conversion);
	if (err)
		return err;
	machine->boots = conversion->found.blob->boots;
	machine->handover_root = kho__root_phys(kernel);
	lfb__machine_state_changed(machine, LFB_REBOOTING);
	return lfb_blob_capture(machine, to);
}

/* The machine goes away; its sentence stays. */
static int write_with(struct conversion *conversion, const struct lfb_machine_options *options,
		      struct lfb_blob **to)
{
	int err = lfb__machine_create_own(options, &conversion->machine);

	if (err)
		return err;
	err = write_blob(conversion, to);
	if (err)
		lfb__error(NULL, err, "%s", lfb_error_text(conversion->machine));
	lfb_machine_destroy(conversion->machine);
	return err;
}

static int convert(struct conversion *conversion, const struct lfb_machine_options *options,
		   struct lfb_blob **to)
{
	struct lfb_list *runs = &conversion->found.runs;
	int err = lfb__convert_readable(&conversion->found);

	if (!err)
		err = lfb__own_find(&conversion->own, &conversion->found);
	/* Generations list blocks in different orders; what is written must not depend on it. */
	if (!err && runs->count)
		qsort(runs->items, runs->count, sizeof(struct lfb_found_run), lfb__by_address);
	if (!err)
		err = lfb__convert_fits(&conversion->found, &conversion->own,
					luo_profile_find(options->profile));
	return err ? err : write_with(conversion, options, to);
}

int lfb__convert(const struct lfb_blob *from, const char *profile, enum lfb_page_policy policy,
		 struct lfb_blob **to)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.memory = from->memory,
		.mode = LFB_MEMORY_FIXED,
		.policy = policy,
		.profile = profile,
	};
	struct conversion conversion = { 0 };
	int err;

	lfb__inspection_read(&conversion.found, from);
	err = convert(&conversion, &options, to);
	free(conversion.own.areas);
	lfb__inspection_release(&conversion.found);
	return err;
}

int lfb_blob_convert(const struct lfb_blob *from, const char *profile, struct lfb_blob **to)
{
	if (!to)
		return lfb__error(NULL, -EINVAL, "no place for the converted blob");
	*to = NULL;
	if (!lfb__blob_valid(from))
		return -EINVAL;
	if (!luo_profile_find(profile))
		return lfb__error(NULL, -EINVAL, "there is no profile \"%.40s\" to convert to",
				  profile ? profile : "");
	return lfb__convert(from, profile, LFB_PAGES_BUDDY, to);
}

static int count(const struct lfb_inspection *found, struct lfb_own *own,
		 struct lfb_handover *handover)
{
	int err = lfb__convert_readable(found);

	if (!err)
		err = lfb__own_find(own, found);
	if (err)
		return err;
	*handover = (struct lfb_handover){
		.update = found->head.number,
		.sessions = found->sessions.count,
		.files = found->files.count,
		.flbs = found->flbs.count,
		.entries = found->entries.count - found->has_metadata,
		.blocks = found->total_blocks,
		.bytes = found->total_bytes,
	};
	for (size_t i = 0; i < own->count; i++)
		handover->own_bytes += own->areas[i].size;
	return 0;
}

int lfb_blob_count(const struct lfb_blob *blob, struct lfb_handover *result)
{
	struct lfb_inspection found = { 0 };
	struct lfb_handover handover;
	struct lfb_own own = { 0 };
	int err;

	if (!lfb__blob_valid(blob))
		return -EINVAL;
	err = lfb__result_check(NULL, "lfb_blob_count: the result", result, sizeof(*result));
	if (err)
		return err;
	lfb__inspection_read(&found, blob);
	err = count(&found, &own, &handover);
	if (!err)
		lfb__result_give(result, &handover, sizeof(handover));
	free(own.areas);
	lfb__inspection_release(&found);
	return err;
}
