// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Pages that were handed over and stay in use when all files are gone, as a module keeps them: a
 * pool's, say. Its static data says where they are; of others nobody knows any more.
 */
#include "sim/explore/sweep/sweep.h"
#include "sim/machine/machine.h"

static bool points_to(const struct lfb_memory *memory, u64 word, unsigned long pfn,
		      unsigned int order)
{
	const u64 address = (uintptr_t)lfb__pfn_address(memory, pfn);

	return word == (uintptr_t)&memory->map[pfn] || word - address < PAGE_SIZE << order;
}

/* Sanitizers know of gaps between variables. */
__attribute__((no_sanitize("address"))) static bool
is_known(const struct lfb_machine *machine, unsigned long pfn, unsigned int order)
{
	const struct lfb_image_module *image;

	list_for_each_entry(image, &machine->modules, list) {
		const volatile u64 *words =
			(const volatile u64 *)ALIGN((uintptr_t)image->module->data, sizeof(u64));

		for (size_t left = image->module->data_size / sizeof(u64); left; left--) {
			if (points_to(&machine->kernel.memory, *words++, pfn, order))
				return true;
		}
	}
	return false;
}

unsigned long lfb__sweep_kept(const struct lfb_machine *machine)
{
	const struct lfb_memory *memory = &machine->kernel.memory;
	unsigned long kept = 0;

	for (unsigned long pfn = memory->first_page; pfn < memory->nr_pages; pfn++) {
		const struct page *page = &memory->map[pfn];

		if (!memory->chunk_touched[pfn / LFB_CHUNK_PAGES]) {
			pfn |= LFB_CHUNK_PAGES - 1;
			continue;
		}
		if ((page->flags & PG_ALLOCATED) && (page->flags & PG_HANDED) &&
		    is_known(machine, pfn, page->order))
			kept += 1ul << page->order;
	}
	return kept;
}
