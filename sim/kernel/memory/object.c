// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What memory is called in messages. */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"

struct lfb_object lfb__phys_object(phys_addr_t phys)
{
	return lfb__object("phys 0x%llx", phys);
}

void lfb__find_page_places(struct lfb_kernel *kernel, unsigned long pfn)
{
	const struct lfb_memory *memory = &kernel->memory;
	const struct lfb_closed *closed = lfb__closed_at(memory, pfn);

	if (lfb__fence_knows(memory)) {
		const struct lfb_fence_page *page = memory->fence->pages;

		page += page[pfn].head;
		lfb__find_place(kernel, "allocated at", page->made);
		lfb__find_place(kernel, "freed at", page->freed);
	} else if (closed) {
		lfb__find_place(kernel, "allocated at", closed->made);
		lfb__find_place(kernel, "freed at", closed->site);
	}
}

struct lfb_preserved lfb__preserved(struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry)
{
	static const char *const how[] = {
		[LFB_AS_FOLIO] = "preserved as a folio",
		[LFB_AS_PAGES] = "preserved as pages",
		[LFB_AS_ALLOC] = "from kho_alloc_preserve()",
		[LFB_AS_VMALLOC] = "the description of a preserved vmalloc area",
		[LFB_AS_VMALLOC_PAGE] = "a page of a preserved vmalloc area",
	};
	struct lfb_preserved what;

	lfb__find_place(kernel, "preserved at", entry->site);
	snprintf(what.text, sizeof(what.text), "%llu bytes at 0x%llx, %s %s",
		 lfb__ledger_span(entry), entry->key, how[entry->as], lfb__ledger_who(entry).text);
	return what;
}

struct lfb_preserved lfb__preserved_at(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
				       phys_addr_t phys, const char *before)
{
	const struct lfb_ledger_entry *entry = lfb__ledger_covering(kernel, kind, phys);
	struct lfb_preserved what = { "" };

	if (entry)
		snprintf(what.text, sizeof(what.text), "%s%.*s", before,
			 (int)(sizeof(what.text) - 1 - strlen(before)),
			 lfb__preserved(kernel, entry).text);
	return what;
}
