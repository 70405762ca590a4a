// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The table: open addressing, one slot after the other. Slots keep the hash, so that most of what
 * is not the same is passed over without a look at it, and growing asks nobody.
 */
#include <stdlib.h>

#include "sim/kernel/host/host.h"

#define FIRST_SLOTS 64u
#define MOST_SLOTS (1u << 31)

/* There is an empty slot. */
static void put(struct lfb_table *table, struct lfb_table_slot slot)
{
	u32 at = slot.hash & (table->nr_slots - 1);

	LFB_ASSERT(table->count < table->nr_slots);
	while (table->slots[at].number)
		at = (at + 1) & (table->nr_slots - 1);
	table->slots[at] = slot;
}

static int grow(struct lfb_table *table)
{
	struct lfb_table larger = { .count = table->count };

	if (table->nr_slots == MOST_SLOTS)
		return -ENOMEM;
	larger.nr_slots = table->nr_slots ? 2 * table->nr_slots : FIRST_SLOTS;
	larger.slots = calloc(larger.nr_slots, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (u32 i = 0; i < table->nr_slots; i++) {
		if (table->slots[i].number)
			put(&larger, table->slots[i]);
	}
	free(table->slots);
	*table = larger;
	return 0;
}

int lfb__table_add(struct lfb_table *table, u64 hash, u32 number)
{
	/* Two thirds full at most. */
	if (table->count >= table->nr_slots / 3 * 2) {
		int err = grow(table);

		if (err)
			return err;
	}
	put(table, (struct lfb_table_slot){ lfb__table_hash(hash), number + 1 });
	table->count++;
	return 0;
}

/* Those behind the gap move up where they may: not in front of where they belong. */
void lfb__table_remove(struct lfb_table *table, u64 hash, u32 number)
{
	const u32 mask = table->nr_slots - 1;
	struct lfb_table_slot *slots = table->slots;
	u32 gap = lfb__table_hash(hash) & mask;

	if (!LFB_ASSERT(table->count > 0))
		return;
	while (slots[gap].number != number + 1) {
		if (!LFB_ASSERT(slots[gap].number != 0))
			return;
		gap = (gap + 1) & mask;
	}
	for (u32 at = (gap + 1) & mask; slots[at].number; at = (at + 1) & mask) {
		if (((at - slots[at].hash) & mask) < ((at - gap) & mask))
			continue;
		slots[gap] = slots[at];
		gap = at;
	}
	slots[gap] = (struct lfb_table_slot){ 0 };
	table->count--;
}

void lfb__table_clear(struct lfb_table *table)
{
	if (table->count)
		memset(table->slots, 0, table->nr_slots * sizeof(*table->slots));
	table->count = 0;
}

void lfb__table_free(struct lfb_table *table)
{
	free(table->slots);
	*table = (struct lfb_table){ 0 };
}
