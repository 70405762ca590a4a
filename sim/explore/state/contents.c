// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is in the memory that is handed over, as far as two runs of the same can be compared. */
#include "sim/explore/state/state.h"

#define LOOKED_AT_SIZE (PAGE_SIZE << 4)	/* what is larger is data, not state */

static void add_entry(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry, void *context)
{
	const u64 size = lfb__ledger_span(entry);
	u64 *hash = context, written = 0;
	const u64 *words;

	if (entry->internal || size > LOOKED_AT_SIZE ||
	    (entry->kind == LFB_LEDGER_INCOMING && entry->restored))
		return;
	words = lfb__memory_at(&kernel->memory, entry->key, size);
	for (u64 i = 0; words && i < size / sizeof(*words); i++) {
		written = written << 1 | !!words[i];
		if (i % 64 == 63)
			*hash = lfb__hash_mix(*hash, written);
	}
}

u64 lfb__state_contents(struct lfb_machine *machine)
{
	struct lfb_kernel *kernel = &machine->kernel;
	u64 hash = 1;

	if (machine->state == LFB_OFF || kernel->dead)
		return 0;
	lfb__ledger_each(kernel, LFB_LEDGER_PRESERVED, add_entry, &hash);
	lfb__ledger_each(kernel, LFB_LEDGER_INCOMING, add_entry, &hash);
	return hash;
}
