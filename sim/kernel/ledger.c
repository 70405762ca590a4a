/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The ledger: a hash table of entries that never move, in chunks.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/kernel.h"

#define CHUNK 256
#define NONE UINT32_MAX

static struct lfb_ledger_entry *entry_at(const struct lfb_ledger *ledger, u32 index)
{
	return &ledger->chunks[index / CHUNK][index % CHUNK];
}

static u32 *bucket_of(const struct lfb_ledger *ledger, unsigned int kind, u64 key)
{
	u64 hash = ((key >> 4) + ((u64)kind << 58)) * 0x9e3779b97f4a7c15ull;

	return &ledger->buckets[hash >> 32 & (ledger->nr_buckets - 1)];
}

/*
 * Room
 */

static bool grow_buckets(struct lfb_ledger *ledger)
{
	u32 nr = ledger->nr_buckets ? 2 * ledger->nr_buckets : CHUNK;
	struct lfb_ledger grown = *ledger;
	u32 *old = ledger->buckets;

	grown.nr_buckets = nr;
	grown.buckets = malloc(nr * sizeof(*grown.buckets));
	if (!grown.buckets)
		return false;
	memset(grown.buckets, 0xff, nr * sizeof(*grown.buckets));
	for (u32 i = 0; i < ledger->nr_buckets; i++) {
		for (u32 index = old[i]; index != NONE;) {
			struct lfb_ledger_entry *entry = entry_at(ledger, index);
			u32 *bucket = bucket_of(&grown, entry->kind, entry->key);
			u32 next = entry->next;

			entry->next = *bucket;
			*bucket = index;
			index = next;
		}
	}
	free(old);
	*ledger = grown;
	return true;
}

static bool grow_entries(struct lfb_ledger *ledger)
{
	struct lfb_ledger_entry *chunk = calloc(CHUNK, sizeof(*chunk));
	struct lfb_ledger_entry **chunks;

	chunks = realloc(ledger->chunks, (ledger->nr_chunks + 1) * sizeof(*chunks));
	if (chunks)
		ledger->chunks = chunks;
	if (!chunk || !chunks) {
		free(chunk);
		return false;
	}
	for (u32 i = 0; i < CHUNK; i++) {
		chunk[i].kind = LFB_LEDGER_KINDS;
		chunk[i].next = i + 1 < CHUNK ? ledger->nr_chunks * CHUNK + i + 1 : NONE;
	}
	ledger->free = ledger->nr_chunks * CHUNK;
	chunks[ledger->nr_chunks++] = chunk;
	return true;
}

static bool make_room(struct lfb_ledger *ledger)
{
	if (ledger->count >= ledger->nr_buckets && !grow_buckets(ledger))
		return false;
	return (ledger->nr_chunks && ledger->free != NONE) || grow_entries(ledger);
}

/*
 * Who it was
 */

static const struct lfb_site *find_site(struct lfb_ledger *ledger, const struct lfb_frame *frame)
{
	struct lfb_site wanted;

	memset(&wanted, 0, sizeof(wanted));
	snprintf(wanted.type, sizeof(wanted.type), "%s", frame->type);
	snprintf(wanted.name, sizeof(wanted.name), "%.47s", frame->name);
	snprintf(wanted.op, sizeof(wanted.op), "%s", frame->op);
	for (size_t i = ledger->nr_sites; i-- > 0;) {
		if (!memcmp(ledger->sites[i], &wanted, sizeof(wanted)))
			return ledger->sites[i];
	}
	if (ledger->nr_sites == ledger->sites_capacity) {
		size_t capacity = ledger->sites_capacity ? 2 * ledger->sites_capacity : 16;
		struct lfb_site **sites = realloc(ledger->sites, capacity * sizeof(*sites));

		if (!sites)
			return NULL;
		ledger->sites = sites;
		ledger->sites_capacity = capacity;
	}
	ledger->sites[ledger->nr_sites] = malloc(sizeof(wanted));
	if (!ledger->sites[ledger->nr_sites])
		return NULL;
	*ledger->sites[ledger->nr_sites] = wanted;
	return ledger->sites[ledger->nr_sites++];
}

/* Looked up once a call at most: callbacks are called much more often than they allocate. */
static const struct lfb_site *site_of(struct lfb_kernel *kernel)
{
	struct lfb_frame *frame = kernel->frame;

	if (frame && !frame->site)
		frame->site = find_site(&kernel->ledger, frame);
	return frame ? frame->site : NULL;
}

void lfb_ledger_who(const struct lfb_ledger_entry *entry, char *text, size_t size)
{
	if (entry->site)
		snprintf(text, size, "by %s %s %s in operation %lu", entry->site->type,
			 entry->site->name, entry->site->op, entry->operation);
	else if (entry->internal)
		snprintf(text, size, "by the kernel itself");
	else
		snprintf(text, size, "outside of callbacks in operation %lu", entry->operation);
}

/*
 * Entries
 */

struct lfb_ledger_entry *lfb_ledger_add(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					u64 key, u64 size)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	const struct lfb_frame *frame = kernel->frame;
	struct lfb_ledger_entry *entry;
	u32 *bucket;
	u32 index;

	if (!lfb_checking(kernel) || (!frame && kind != LFB_LEDGER_PRESERVED) ||
	    !make_room(ledger))
		return NULL;
	index = ledger->free;
	entry = entry_at(ledger, index);
	ledger->free = entry->next;
	ledger->count++;
	bucket = bucket_of(ledger, kind, key);
	*entry = (struct lfb_ledger_entry){
		.key = key,
		.size = size,
		.site = site_of(kernel),
		.call = frame ? frame->call : 0,
		.operation = kernel->operation,
		.next = *bucket,
		.kind = (u8)kind,
	};
	*bucket = index;
	INIT_LIST_HEAD(&entry->owned);
	if (frame && frame->holder)
		list_add(&entry->owned, &frame->holder->entries);
	return entry;
}

struct lfb_ledger_entry *lfb_ledger_find(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					 u64 key)
{
	const struct lfb_ledger *ledger = &kernel->ledger;

	if (!ledger->count)
		return NULL;
	for (u32 index = *bucket_of(ledger, kind, key); index != NONE;) {
		struct lfb_ledger_entry *entry = entry_at(ledger, index);

		if (entry->kind == kind && entry->key == key)
			return entry;
		index = entry->next;
	}
	return NULL;
}

void lfb_ledger_drop(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	u32 *link = bucket_of(ledger, entry->kind, entry->key);
	u32 index = *link;

	while (entry_at(ledger, index) != entry) {
		link = &entry_at(ledger, index)->next;
		index = *link;
	}
	list_del_init(&entry->owned);
	*link = entry->next;
	entry->next = ledger->free;
	ledger->free = index;
	entry->kind = LFB_LEDGER_KINDS;
	ledger->count--;
}

void lfb_ledger_remove(struct lfb_kernel *kernel, enum lfb_ledger_kind kind, u64 key)
{
	struct lfb_ledger_entry *entry = lfb_ledger_find(kernel, kind, key);

	if (entry)
		lfb_ledger_drop(kernel, entry);
}

void lfb_ledger_each(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
		     void (*fn)(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
				void *context),
		     void *context)
{
	struct lfb_ledger *ledger = &kernel->ledger;

	for (u32 i = 0; i < ledger->nr_buckets && ledger->count; i++) {
		for (u32 index = ledger->buckets[i]; index != NONE;) {
			struct lfb_ledger_entry *entry = entry_at(ledger, index);

			index = entry->next;
			if (entry->kind == kind)
				fn(kernel, entry, context);
		}
	}
}

void lfb_holder_init(struct lfb_holder *holder)
{
	INIT_LIST_HEAD(&holder->entries);
}

void lfb_holder_forget(struct lfb_holder *holder)
{
	while (!list_empty(&holder->entries))
		list_del_init(holder->entries.next);
}

/*
 * The jump
 */

void lfb_ledger_jump(struct lfb_kernel *kernel, bool handover)
{
	struct lfb_ledger *ledger = &kernel->ledger;

	if (ledger->nr_buckets)
		memset(ledger->buckets, 0xff, ledger->nr_buckets * sizeof(*ledger->buckets));
	ledger->free = NONE;
	ledger->count = 0;
	for (u32 index = ledger->nr_chunks * CHUNK; index-- > 0;) {
		struct lfb_ledger_entry *entry = entry_at(ledger, index);
		bool goes_over = handover && entry->kind == LFB_LEDGER_PRESERVED;
		u32 *list = &ledger->free;

		entry->kind = goes_over ? LFB_LEDGER_INCOMING : LFB_LEDGER_KINDS;
		if (goes_over) {
			/* The lists of holders lay in memory that is gone. */
			INIT_LIST_HEAD(&entry->owned);
			list = bucket_of(ledger, LFB_LEDGER_INCOMING, entry->key);
			ledger->count++;
		}
		entry->next = *list;
		*list = index;
	}
}

void lfb_ledger_destroy(struct lfb_ledger *ledger)
{
	for (u32 i = 0; i < ledger->nr_chunks; i++)
		free(ledger->chunks[i]);
	for (size_t i = 0; i < ledger->nr_sites; i++)
		free(ledger->sites[i]);
	free(ledger->chunks);
	free(ledger->buckets);
	free(ledger->sites);
	memset(ledger, 0, sizeof(*ledger));
}
