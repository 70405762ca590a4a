// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Slots, in host memory: they are the module's, but cost its kernel nothing.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/recorder/slot.h"

#define FIRST_SIZE 64u

static u64 mix(u64 hash, u64 value)
{
	hash = (hash ^ value) * 0x9e3779b97f4a7c15ull;
	return hash ^ hash >> 29;
}

static bool same_scope(const struct lfb_scope *a, const struct lfb_scope *b)
{
	return a->of == b->of && a->incoming == b->incoming && a->number == b->number &&
	       a->file == b->file;
}

/* The entry itself, or the unused one where it belongs. There is always an unused one. */
static struct lfb_slot_entry *find(const struct lfb_slots *slots, const struct lfb_scope *scope,
				   u32 name)
{
	u64 hash = mix(mix(mix(name, scope->of * 2u + scope->incoming), scope->number),
		       scope->file);
	size_t at = hash & (slots->size - 1);

	while (slots->entries[at].used && (slots->entries[at].name != name ||
					   !same_scope(&slots->entries[at].scope, scope)))
		at = (at + 1) & (slots->size - 1);
	return &slots->entries[at];
}

static int grow(struct lfb_slots *slots)
{
	struct lfb_slots larger = { .size = slots->size ? slots->size * 2 : FIRST_SIZE };
	size_t i;

	larger.entries = calloc(larger.size, sizeof(*larger.entries));
	if (!larger.entries)
		return -ENOMEM;
	larger.count = slots->count;
	for (i = 0; i < slots->size; i++) {
		const struct lfb_slot_entry *entry = &slots->entries[i];

		if (entry->used)
			*find(&larger, &entry->scope, entry->name) = *entry;
	}
	free(slots->entries);
	*slots = larger;
	return 0;
}

struct lfb_slot lfb__slot_get(const struct lfb_slots *slots, const struct lfb_scope *scope,
			      u32 name)
{
	return slots->count ? find(slots, scope, name)->slot : (struct lfb_slot){ 0 };
}

int lfb__slot_set(struct lfb_slots *slots, const struct lfb_scope *scope, u32 name,
		  struct lfb_slot slot)
{
	struct lfb_slot_entry *entry;
	int err;

	if (slots->count * 2 >= slots->size) {
		err = grow(slots);
		if (err)
			return err;
	}
	entry = find(slots, scope, name);
	slots->count += !entry->used;
	*entry = (struct lfb_slot_entry){ true, name, *scope, slot };
	return 0;
}

void lfb__slots_forget(struct lfb_slots *slots)
{
	if (slots->count)
		memset(slots->entries, 0, slots->size * sizeof(*slots->entries));
	slots->count = 0;
}

void lfb__slots_destroy(struct lfb_slots *slots)
{
	free(slots->entries);
	memset(slots, 0, sizeof(*slots));
}

int lfb__memory_own(struct lfb_slots *slots, const void *address, bool own)
{
	const struct lfb_scope scope = { .of = LFB_SCOPE_OWNED, .file = (uintptr_t)address };
	const struct lfb_slot slot = { .kind = own ? LFB_SLOT_OBJECT : LFB_SLOT_EMPTY };

	if (!own && lfb__slot_get(slots, &scope, 0).kind == LFB_SLOT_EMPTY)
		return 0;
	return lfb__slot_set(slots, &scope, 0, slot);
}
