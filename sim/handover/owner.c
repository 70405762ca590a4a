// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Whose the preserved memory is, as far as those that are known name it. */
#include <stdlib.h>

#include "sim/handover/inspect.h"

/* What of a run no area names; areas are ascending, and those before *@next end before it. */
static void find_unnamed(struct lfb_inspection *found, const struct lfb_found_run *run,
			 size_t *next)
{
	const struct lfb_found_area *areas = found->named.items;
	const u64 end = run->address + lfb__run_size(run);
	u64 at = run->address;

	while (at < end && !found->error) {
		const size_t count = found->unnamed.count;
		struct lfb_found_area *last = count ? found->unnamed.items : NULL;
		u64 until = end;

		while (*next < found->named.count &&
		       areas[*next].address + areas[*next].size <= at)
			++*next;
		if (*next < found->named.count && areas[*next].address <= at) {
			at = areas[*next].address + areas[*next].size;
			continue;
		}
		if (*next < found->named.count && areas[*next].address < until)
			until = areas[*next].address;
		if (last && last[count - 1].address + last[count - 1].size == at)
			last[count - 1].size += until - at;
		else
			lfb__found_add(found, &found->unnamed,
				       &(struct lfb_found_area){ at, until - at }, sizeof(*last));
		at = until;
	}
}

static void check_scratch(struct lfb_inspection *found, const struct lfb_found_area *scratch)
{
	for (size_t i = 0; i < found->runs.count && !found->error; i++) {
		const struct lfb_found_run *run = found->sorted[i];

		if (run->address < scratch->address + scratch->size &&
		    scratch->address < run->address + lfb__run_size(run))
			lfb__found_problem(found, run->address, "%llu blocks of order %u from here "
					   "on reach into scratch, where the next kernel boots",
					   run->blocks, run->order);
	}
}

void lfb__found_owners(struct lfb_inspection *found)
{
	const struct lfb_found_area *areas = found->areas.items, *scratch = found->scratch.items;
	const struct lfb_found_entry *entries = found->entries.items;
	const struct lfb_found_file *files = found->files.items;
	const struct lfb_found_flb *flbs = found->flbs.items;
	phys_addr_t start;
	unsigned int order;
	size_t next = 0;

	lfb__found_name(found, found->root.phys, PAGE_SIZE);
	for (size_t i = 0; i < found->entries.count; i++)
		lfb__found_name(found, entries[i].address, entries[i].size);
	for (size_t i = 0; i < found->areas.count; i++)
		lfb__found_name(found, areas[i].address, areas[i].size);
	/* What a handler or an FLB left is its own business; often it is where its memory is. */
	for (size_t i = 0; i < found->files.count; i++) {
		if (lfb__found_block(found, files[i].record.data, &start, &order))
			lfb__found_name(found, files[i].record.data, 1);
	}
	for (size_t i = 0; i < found->flbs.count; i++) {
		if (lfb__found_block(found, flbs[i].record.data, &start, &order))
			lfb__found_name(found, flbs[i].record.data, 1);
	}
	if (found->error)
		return;
	if (found->named.count)
		qsort(found->named.items, found->named.count, sizeof(*areas), lfb__by_address);
	/* Both ascend, so each area is passed once. */
	for (size_t i = 0; i < found->runs.count && !found->error; i++)
		find_unnamed(found, found->sorted[i], &next);
	for (size_t i = 0; i < found->scratch.count; i++)
		check_scratch(found, &scratch[i]);
}
