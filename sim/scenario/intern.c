// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Numbers for strings.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/scenario/intern.h"

#define FIRST_SLOTS 64u

/* FNV-1a: short strings, no adversary worth more. */
static u64 hash_bytes(const void *bytes, size_t size)
{
	const u8 *byte = bytes;
	u64 hash = 0xcbf29ce484222325ull;

	while (size--)
		hash = (hash ^ *byte++) * 0x100000001b3ull;
	return hash;
}

static void put_slot(struct lfb_intern *table, unsigned int index)
{
	unsigned int mask = table->nr_slots - 1;
	unsigned int slot = (unsigned int)table->entries[index].hash & mask;

	while (table->slots[slot])
		slot = (slot + 1) & mask;
	table->slots[slot] = index + 1;
}

/* Twice the slots, and room for half as many entries. */
static int grow(struct lfb_intern *table)
{
	unsigned int nr_slots = table->nr_slots ? table->nr_slots * 2 : FIRST_SLOTS;
	struct lfb_intern_entry *entries;
	unsigned int i;
	u32 *slots;

	entries = reallocarray(table->entries, nr_slots / 2, sizeof(*entries));
	if (!entries)
		return -ENOMEM;
	table->entries = entries;
	slots = calloc(nr_slots, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(table->slots);
	table->slots = slots;
	table->nr_slots = nr_slots;
	for (i = 0; i < table->count; i++)
		put_slot(table, i);
	return 0;
}

static bool find(const struct lfb_intern *table, const struct lfb_intern_entry *wanted,
		 unsigned int *number)
{
	unsigned int mask = table->nr_slots - 1;
	unsigned int slot;

	if (!table->nr_slots)
		return false;
	for (slot = (unsigned int)wanted->hash & mask; table->slots[slot];
	     slot = (slot + 1) & mask) {
		const struct lfb_intern_entry *entry = &table->entries[table->slots[slot] - 1];

		if (entry->hash == wanted->hash && entry->size == wanted->size &&
		    !memcmp(entry->bytes, wanted->bytes, wanted->size)) {
			*number = table->slots[slot] - 1;
			return true;
		}
	}
	return false;
}

int lfb__intern(struct lfb_intern *table, const void *bytes, size_t size, unsigned int *number)
{
	struct lfb_intern_entry entry = { bytes, size, hash_bytes(bytes, size) };
	int err;

	if (find(table, &entry, number))
		return 0;
	if (table->count == table->nr_slots / 2) {
		err = grow(table);
		if (err)
			return err;
	}
	table->entries[table->count] = entry;
	put_slot(table, table->count);
	*number = table->count++;
	return 0;
}

void lfb__intern_destroy(struct lfb_intern *table)
{
	free(table->entries);
	free(table->slots);
	memset(table, 0, sizeof(*table));
}
