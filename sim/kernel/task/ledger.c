// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The ledger: entries that never move, found by a table. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/task/task.h"

static u64 hash_of(unsigned int kind, u64 key)
{
	return key + ((u64)kind << 56);
}

static struct lfb_ledger_entry *entry_at(const void *entries, u32 number)
{
	return ((struct lfb_ledger_entry *const *)entries)[number];
}

static bool same(const void *entries, u32 number, const void *key)
{
	const struct lfb_ledger_entry *entry = entry_at(entries, number), *wanted = key;

	return entry->kind == wanted->kind && entry->key == wanted->key;
}

static int link_entry(struct lfb_ledger *ledger, const struct lfb_ledger_entry *entry)
{
	return lfb__table_add(&ledger->table, hash_of(entry->kind, entry->key), entry->number);
}

static void unlink_entry(struct lfb_ledger *ledger, const struct lfb_ledger_entry *entry)
{
	lfb__table_remove(&ledger->table, hash_of(entry->kind, entry->key), entry->number);
}

static void init_lists(struct lfb_ledger *ledger)
{
	INIT_LIST_HEAD(&ledger->free);
	for (int kind = 0; kind < LFB_LEDGER_KINDS; kind++)
		INIT_LIST_HEAD(&ledger->all[kind]);
}

/* One that is not in use; NULL without memory. */
static struct lfb_ledger_entry *spare_entry(struct lfb_ledger *ledger)
{
	struct lfb_ledger_entry **slot, *entry;

	if (!ledger->entries.count)
		init_lists(ledger);
	if (!list_empty(&ledger->free))
		return list_first_entry(&ledger->free, struct lfb_ledger_entry, all);
	entry = calloc(1, sizeof(*entry));
	slot = entry ? lfb__list_add(&ledger->entries, sizeof(*slot)) : NULL;
	if (!slot) {
		free(entry);
		return NULL;
	}
	*slot = entry;
	entry->number = (u32)ledger->entries.count - 1;
	list_add(&entry->all, &ledger->free);
	return entry;
}

struct lfb_who lfb__ledger_who(const struct lfb_ledger_entry *entry)
{
	return entry->internal ? (struct lfb_who){ "by the kernel itself" } :
				 lfb__site_who(entry->site, entry->operation);
}

static void hold(struct lfb_holder *holder, struct lfb_ledger_entry *entry)
{
	if (holder)
		list_add(&entry->owned, &holder->entries);
}

struct lfb_ledger_entry *lfb__ledger_add(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					 u64 key, u64 size)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	bool internal = kernel->task && kernel->task->internal;
	const struct lfb_frame *frame = internal ? NULL : lfb__frame(kernel);
	struct lfb_ledger_entry *entry;

	if (!lfb__checking(kernel) || (!frame && kind != LFB_LEDGER_PRESERVED))
		return NULL;
	entry = spare_entry(ledger);
	if (!entry)
		return NULL;
	LFB_ASSERT(entry_at(ledger->entries.items, entry->number) == entry);
	list_del(&entry->all);
	*entry = (struct lfb_ledger_entry){
		.key = key,
		.size = size,
		.site = internal ? NULL : lfb__site_here(kernel),
		.call = frame ? frame->call : 0,
		.operation = kernel->operation,
		.number = entry->number,
		.kind = (u8)kind,
		.internal = internal,
	};
	if (link_entry(ledger, entry)) {
		list_add(&entry->all, &ledger->free);
		return NULL;
	}
	list_add_tail(&entry->all, &ledger->all[kind]);
	INIT_LIST_HEAD(&entry->owned);
	if (frame)
		hold(frame->borrows ? frame->lender : frame->holder, entry);
	return entry;
}

struct lfb_ledger_entry *lfb__ledger_find(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					  u64 key)
{
	const struct lfb_ledger *ledger = &kernel->ledger;

	const struct lfb_ledger_entry wanted = { .kind = (u8)kind, .key = key };
	u32 number = lfb__table_find(&ledger->table, hash_of(kind, key), same,
				     ledger->entries.items, &wanted);

	return number == LFB_TABLE_NONE ? NULL : entry_at(ledger->entries.items, number);
}

void lfb__ledger_given_back(struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry)
{
	struct lfb_frame *frame = lfb__frame(kernel);

	/* Calls of the kernel before have the same numbers. */
	if (frame && !entry->internal &&
	    (entry->kind == LFB_LEDGER_INCOMING || entry->call != frame->call))
		frame->gave_back++;
}

void lfb__ledger_drop(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry)
{
	struct lfb_ledger *ledger = &kernel->ledger;

	lfb__ledger_given_back(kernel, entry);
	LFB_ASSERT(entry_at(ledger->entries.items, entry->number) == entry);
	unlink_entry(ledger, entry);
	list_del_init(&entry->owned);
	list_del(&entry->all);
	list_add(&entry->all, &ledger->free);
}

void lfb__ledger_remove(struct lfb_kernel *kernel, enum lfb_ledger_kind kind, u64 key)
{
	struct lfb_ledger_entry *entry = lfb__ledger_find(kernel, kind, key);

	if (entry)
		lfb__ledger_drop(kernel, entry);
}

void lfb__ledger_each(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
		      void (*fn)(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
				 void *context),
		      void *context)
{
	struct lfb_ledger_entry *entry, *next;

	if (!kernel->ledger.table.count)
		return;
	list_for_each_entry_safe(entry, next, &kernel->ledger.all[kind], all)
		fn(kernel, entry, context);
}

struct lfb_ledger_entry *lfb__ledger_covering(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					      phys_addr_t phys)
{
	struct lfb_ledger_entry *entry = lfb__ledger_find(kernel, kind, phys);

	if (entry || !kernel->ledger.table.count)
		return entry;
	list_for_each_entry(entry, &kernel->ledger.all[kind], all) {
		if (phys - entry->key < lfb__ledger_span(entry))
			return entry;
	}
	return NULL;
}

void lfb__holder_init(struct lfb_holder *holder)
{
	INIT_LIST_HEAD(&holder->entries);
}

void lfb__holder_forget(struct lfb_holder *holder)
{
	while (!list_empty(&holder->entries))
		list_del_init(holder->entries.next);
}

/* Holders lay in memory that is gone: their lists are not taken apart, but forgotten. */
static void drop_all(struct lfb_kernel *kernel, enum lfb_ledger_kind kind)
{
	struct lfb_ledger_entry *entry, *next;

	list_for_each_entry_safe(entry, next, &kernel->ledger.all[kind], all) {
		INIT_LIST_HEAD(&entry->owned);
		lfb__ledger_drop(kernel, entry);
	}
}

void lfb__ledger_jump(struct lfb_kernel *kernel, bool handover)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	struct list_head *preserved = &ledger->all[LFB_LEDGER_PRESERVED];
	struct list_head *incoming = &ledger->all[LFB_LEDGER_INCOMING];
	int err;

	if (!ledger->table.count)
		return;
	for (int kind = 0; kind < LFB_LEDGER_KINDS; kind++) {
		if (kind != LFB_LEDGER_PRESERVED || !handover)
			drop_all(kernel, kind);
	}
	while (!list_empty(preserved)) {
		struct lfb_ledger_entry *entry =
			list_first_entry(preserved, struct lfb_ledger_entry, all);

		unlink_entry(ledger, entry);
		entry->kind = LFB_LEDGER_INCOMING;
		INIT_LIST_HEAD(&entry->owned);
		list_del(&entry->all);
		list_add_tail(&entry->all, incoming);
		/* As many as before: there is room. */
		err = link_entry(ledger, entry);
		LFB_ASSERT(!err);
	}
	LFB_ASSERT(list_empty(incoming) == !ledger->table.count);
}

static size_t count_entries(void *self)
{
	return ((struct lfb_ledger *)self)->entries.count;
}

/* Entries that there were not yet are not in use. */
static void spare_newer(void *self, size_t before)
{
	struct lfb_ledger *ledger = self;

	if (!before)
		return;
	if (!ledger->entries.count)
		init_lists(ledger);
	for (; ledger->entries.count < before; ledger->entries.count++)
		list_add_tail(&entry_at(ledger->entries.items, (u32)ledger->entries.count)->all,
			      &ledger->free);
	if (ledger->entries.capacity < before)
		ledger->entries.capacity = before;
}

void lfb__ledger_save(struct lfb_ledger *ledger, struct lfb_saved *saved)
{
	lfb__save_hook(saved, ledger, count_entries, spare_newer);
	lfb__save_list(saved, &ledger->entries, sizeof(struct lfb_ledger_entry *));
	for (size_t i = 0; i < ledger->entries.count; i++) {
		lfb__save(saved, entry_at(ledger->entries.items, (u32)i),
			  sizeof(struct lfb_ledger_entry));
		lfb__saved_call(saved, offsetof(struct lfb_ledger_entry, call));
	}
	lfb__save_table(saved, &ledger->table);
	lfb__save(saved, &ledger->free, sizeof(ledger->free));
	lfb__save(saved, ledger->all, sizeof(ledger->all));
}

void lfb__ledger_destroy(struct lfb_ledger *ledger)
{
	struct lfb_ledger_entry **entries = ledger->entries.items;

	for (size_t i = 0; i < ledger->entries.count; i++)
		free(entries[i]);
	lfb__sites_destroy(ledger);
	lfb__list_free(&ledger->entries);
	lfb__table_free(&ledger->table);
	memset(ledger, 0, sizeof(*ledger));
}
