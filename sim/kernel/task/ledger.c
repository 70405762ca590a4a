// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
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

static void link_entry(struct lfb_ledger *ledger, u32 index)
{
	struct lfb_ledger_entry *entry = entry_at(ledger, index);
	u32 *bucket = bucket_of(ledger, entry->kind, entry->key);

	entry->next = *bucket;
	*bucket = index;
}

static bool grow_buckets(struct lfb_ledger *ledger)
{
	u32 *old = ledger->buckets;
	u32 nr_old = ledger->nr_buckets;
	u32 nr = nr_old ? 2 * nr_old : CHUNK;
	u32 *buckets = malloc(nr * sizeof(*buckets));

	if (!buckets)
		return false;
	memset(buckets, 0xff, nr * sizeof(*buckets));
	if (!old) {
		for (int kind = 0; kind < LFB_LEDGER_KINDS; kind++)
			INIT_LIST_HEAD(&ledger->all[kind]);
	}
	ledger->buckets = buckets;
	ledger->nr_buckets = nr;
	for (u32 i = 0; i < nr_old; i++) {
		for (u32 index = old[i], next; index != NONE; index = next) {
			next = entry_at(ledger, index)->next;
			link_entry(ledger, index);
		}
	}
	free(old);
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
	struct lfb_site *site;

	for (size_t i = ledger->nr_sites; i-- > 0;) {
		site = ledger->sites[i];
		if (!strcmp(site->op, frame->op) && !strcmp(site->type, frame->type) &&
		    !strncmp(site->name, frame->name, sizeof(site->name) - 1))
			return site;
	}
	if (ledger->nr_sites == ledger->sites_capacity) {
		size_t capacity = ledger->sites_capacity ? 2 * ledger->sites_capacity : 16;
		struct lfb_site **sites = realloc(ledger->sites, capacity * sizeof(*sites));

		if (!sites)
			return NULL;
		ledger->sites = sites;
		ledger->sites_capacity = capacity;
	}
	site = calloc(1, sizeof(*site));
	if (!site)
		return NULL;
	snprintf(site->type, sizeof(site->type), "%s", frame->type);
	snprintf(site->name, sizeof(site->name), "%.47s", frame->name);
	snprintf(site->op, sizeof(site->op), "%s", frame->op);
	ledger->sites[ledger->nr_sites++] = site;
	return site;
}

/* Looked up once a call at most: callbacks are called much more often than they allocate. */
const struct lfb_site *lfb__site_here(struct lfb_kernel *kernel)
{
	struct lfb_frame *frame = kernel->frame;

	if (frame && !frame->site && lfb__checking(kernel))
		frame->site = find_site(&kernel->ledger, frame);
	return frame ? frame->site : NULL;
}

void lfb__site_who(const struct lfb_site *site, unsigned long operation, char *text, size_t size)
{
	if (site)
		snprintf(text, size, "by %s %s %s in operation %lu", site->type, site->name,
			 site->op, operation);
	else
		snprintf(text, size, "outside of callbacks in operation %lu", operation);
}

void lfb__ledger_who(const struct lfb_ledger_entry *entry, char *text, size_t size)
{
	if (entry->internal)
		snprintf(text, size, "by the kernel itself");
	else
		lfb__site_who(entry->site, entry->operation, text, size);
}

void lfb__internal_begin(struct lfb_kernel *kernel)
{
	kernel->ledger.internal++;
}

void lfb__internal_end(struct lfb_kernel *kernel)
{
	kernel->ledger.internal--;
}

/*
 * Entries
 */

struct lfb_ledger_entry *lfb__ledger_add(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					 u64 key, u64 size)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	const struct lfb_frame *frame = ledger->internal ? NULL : kernel->frame;
	struct lfb_ledger_entry *entry;
	u32 index;

	if (!lfb__checking(kernel) || (!frame && kind != LFB_LEDGER_PRESERVED) ||
	    !make_room(ledger))
		return NULL;
	index = ledger->free;
	entry = entry_at(ledger, index);
	ledger->free = entry->next;
	ledger->count++;
	*entry = (struct lfb_ledger_entry){
		.key = key,
		.size = size,
		.site = frame ? lfb__site_here(kernel) : NULL,
		.call = frame ? frame->call : 0,
		.operation = kernel->operation,
		.kind = (u8)kind,
		.internal = ledger->internal != 0,
	};
	link_entry(ledger, index);
	list_add_tail(&entry->all, &ledger->all[kind]);
	INIT_LIST_HEAD(&entry->owned);
	if (frame && frame->holder)
		list_add(&entry->owned, &frame->holder->entries);
	return entry;
}

struct lfb_ledger_entry *lfb__ledger_find(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
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

/* Takes an entry out of its bucket; returns its index. */
static u32 unlink_entry(struct lfb_ledger *ledger, struct lfb_ledger_entry *entry)
{
	u32 *link = bucket_of(ledger, entry->kind, entry->key);
	u32 index = *link;

	while (entry_at(ledger, index) != entry) {
		link = &entry_at(ledger, index)->next;
		index = *link;
	}
	*link = entry->next;
	return index;
}

void lfb__ledger_drop(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry)
{
	struct lfb_ledger *ledger = &kernel->ledger;
	u32 index = unlink_entry(ledger, entry);

	list_del_init(&entry->owned);
	list_del(&entry->all);
	entry->next = ledger->free;
	ledger->free = index;
	entry->kind = LFB_LEDGER_KINDS;
	ledger->count--;
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

	if (!kernel->ledger.count)
		return;
	list_for_each_entry_safe(entry, next, &kernel->ledger.all[kind], all)
		fn(kernel, entry, context);
}

struct lfb_ledger_entry *lfb__ledger_covering(struct lfb_kernel *kernel, enum lfb_ledger_kind kind,
					      phys_addr_t phys)
{
	struct lfb_ledger_entry *entry = lfb__ledger_find(kernel, kind, phys);

	if (entry || !kernel->ledger.count)
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

/*
 * The jump
 */

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

	ledger->internal = 0;
	if (!ledger->count)
		return;
	for (int kind = 0; kind < LFB_LEDGER_KINDS; kind++) {
		if (kind != LFB_LEDGER_PRESERVED || !handover)
			drop_all(kernel, kind);
	}
	while (!list_empty(preserved)) {
		struct lfb_ledger_entry *entry =
			list_first_entry(preserved, struct lfb_ledger_entry, all);
		u32 index = unlink_entry(ledger, entry);

		entry->kind = LFB_LEDGER_INCOMING;
		INIT_LIST_HEAD(&entry->owned);
		list_del(&entry->all);
		list_add_tail(&entry->all, incoming);
		link_entry(ledger, index);
	}
}

void lfb__ledger_destroy(struct lfb_ledger *ledger)
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
