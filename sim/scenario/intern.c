// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Numbers for strings. */
#include "sim/scenario/intern.h"

/* FNV-1a: short strings, no adversary worth more. */
static u64 hash_bytes(const void *bytes, size_t size)
{
	const u8 *byte = bytes;
	u64 hash = 0xcbf29ce484222325ull;

	while (size--)
		hash = (hash ^ *byte++) * 0x100000001b3ull;
	return hash;
}

static bool same(const void *entries, u32 number, const void *key)
{
	const struct lfb_intern_entry *entry = (const struct lfb_intern_entry *)entries + number;
	const struct lfb_intern_entry *wanted = key;

	return entry->size == wanted->size && !memcmp(entry->bytes, wanted->bytes, wanted->size);
}

int lfb__intern(struct lfb_intern *strings, const void *bytes, size_t size, unsigned int *number)
{
	const struct lfb_intern_entry wanted = { bytes, size };
	const u64 hash = hash_bytes(bytes, size);
	struct lfb_intern_entry *entry;

	*number = lfb__table_find(&strings->table, hash, same, strings->entries.items, &wanted);
	if (*number != LFB_TABLE_NONE)
		return 0;
	LFB_ASSERT(strings->entries.count == strings->table.count);
	*number = (u32)strings->entries.count;
	entry = lfb__list_add(&strings->entries, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	*entry = wanted;
	return lfb__table_add(&strings->table, hash, *number);
}

void lfb__intern_destroy(struct lfb_intern *strings)
{
	lfb__list_free(&strings->entries);
	lfb__table_free(&strings->table);
}
