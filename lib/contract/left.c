// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What callbacks leave behind, by the ledger. */
#include <stdio.h>
#include <string.h>

#include "lib/contract/contract.h"
#include "sim/kernel/kernel.h"

/* Memory in the linear map as its physical address, anything else as ~0. */
static u64 linear(const struct lfb_kernel *kernel, const void *address)
{
	const u64 offset = lfb__linear(&kernel->memory, (uintptr_t)address);

	return lfb__is_memory(&kernel->memory, offset) ? offset : ~0ull;
}

static bool is_object(const struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry,
		      const void *object)
{
	if (!object)
		return false;
	if (entry->kind == LFB_LEDGER_SLAB || entry->kind == LFB_LEDGER_VMALLOC)
		return entry->key == (u64)(uintptr_t)object;
	return entry->key == linear(kernel, object);
}

/* The next from *@at on that a callback is asked for, of call number @call or of all for 0. */
static struct lfb_ledger_entry *next_left(const struct lfb_holder *holder, struct list_head **at,
					  unsigned long call)
{
	while (*at != &holder->entries) {
		struct lfb_ledger_entry *entry = list_entry(*at, struct lfb_ledger_entry, owned);

		*at = (*at)->next;
		if (!entry->internal && (!call || !entry->call || entry->call == call))
			return entry;
	}
	return NULL;
}

struct luo_left luo_contract_left(struct lfb_kernel *kernel, struct lfb_holder *holder,
				  unsigned long call, const void *object)
{
	struct list_head *at = holder->entries.next;
	struct lfb_ledger_entry *entry;
	struct luo_left left = { 0 };

	while ((entry = next_left(holder, &at, call)) != NULL) {
		if (is_object(kernel, entry, object)) {
			left.object = entry;
		} else if (!entry->restored) {
			/* What came with the update may go on elsewhere: in a pool, in the file. */
			left.count++;
			left.first = entry;
		}
		list_del_init(&entry->owned);
	}
	return left;
}

void luo_contract_place(struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry)
{
	lfb__find_place(kernel, entry->kind == LFB_LEDGER_PRESERVED ? "preserved at" :
			entry->restored ? "restored at" : "allocated at", entry->site);
}

void luo_contract_pass_on(struct lfb_holder *holder, unsigned long call, struct luo_file *heir,
			  enum luo_op op)
{
	struct list_head *at = holder->entries.next;
	struct lfb_ledger_entry *entry;

	while ((entry = next_left(holder, &at, call)) != NULL) {
		/* Unless all is asked for in the end: what the heir's own call will answer for. */
		if (op != LUO_UNPRESERVE)
			entry->call = op == LUO_UNFREEZE ? heir->freeze_call : 0;
		list_del(&entry->owned);
		list_add_tail(&entry->owned, &heir->holder.entries);
	}
}

void lfb_shared(const void *ptr)
{
	struct lfb_kernel *kernel = lfb__current;
	struct lfb_ledger_entry *entry;

	for (int kind = 0; kernel && kind < LFB_LEDGER_INCOMING; kind++) {
		bool by_address = kind == LFB_LEDGER_SLAB || kind == LFB_LEDGER_VMALLOC;

		entry = lfb__ledger_find(kernel, (enum lfb_ledger_kind)kind, by_address ?
					 (u64)(uintptr_t)ptr : linear(kernel, ptr));
		if (entry)
			list_del_init(&entry->owned);
	}
}

static void describe(const struct lfb_ledger_entry *entry, char *text, size_t size)
{
	unsigned long long bytes = entry->size, key = entry->key;

	switch (entry->kind) {
	case LFB_LEDGER_SLAB:
		snprintf(text, size, "%llu bytes from kmalloc()", bytes);
		return;
	case LFB_LEDGER_VMALLOC:
		snprintf(text, size, "%llu bytes from vmalloc()", bytes);
		return;
	case LFB_LEDGER_PRESERVED:
		snprintf(text, size, "%llu bytes preserved at 0x%llx", bytes, key);
		return;
	default:
		snprintf(text, size, "%llu bytes of pages at 0x%llx", bytes, key);
	}
}

void luo_contract_find_left(struct lfb_kernel *kernel, const struct luo_left *left,
			    enum lfb_finding_id id, const char *object)
{
	char what[80], more[32] = "";

	if (likely(!left->count))
		return;
	describe(left->first, what, sizeof(what));
	if (left->count > 1)
		snprintf(more, sizeof(more), ", and %u more", left->count - 1);
	luo_contract_place(kernel, left->first);
	lfb__find(kernel, id, object, "%s, made %s%s", what, lfb__ledger_who(left->first).text,
		  more);
}

bool luo_contract_waits(struct lfb_kernel *kernel, const struct lfb_frame *frame, u64 data)
{
	const struct lfb_ledger_entry *entry;
	const struct page *page;

	/* A handle is whatever the callback likes; what it preserved itself at that address. */
	if (!data || !IS_ALIGNED(data, PAGE_SIZE))
		return false;
	entry = lfb__ledger_find(kernel, LFB_LEDGER_INCOMING, data);
	if (!entry || entry->restored || !entry->site || strcmp(entry->site->type, frame->type) ||
	    strncmp(entry->site->name, frame->name, sizeof(entry->site->name) - 1))
		return false;
	page = lfb__page(kernel, PHYS_PFN(data));
	return page && page->flags & PG_PRESERVED_IN;
}
