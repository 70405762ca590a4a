// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Slots, in host memory: they are the module's, but cost its kernel nothing. */
#include "sim/recorder/inside.h"

static u64 hash_of(const struct lfb_slot_entry *entry)
{
	const struct lfb_scope *scope = &entry->scope;
	u64 hash = lfb__hash_mix(entry->name, scope->of * 2u + scope->incoming);

	return lfb__hash_mix(lfb__hash_mix(hash, scope->number), scope->file);
}

static bool same(const void *entries, u32 number, const void *key)
{
	const struct lfb_slot_entry *entry = (const struct lfb_slot_entry *)entries + number;
	const struct lfb_slot_entry *wanted = key;

	return entry->name == wanted->name && entry->scope.of == wanted->scope.of &&
	       entry->scope.incoming == wanted->scope.incoming &&
	       entry->scope.number == wanted->scope.number &&
	       entry->scope.file == wanted->scope.file;
}

/* NULL: there is none. */
static struct lfb_slot_entry *find(const struct lfb_slots *slots,
				   const struct lfb_slot_entry *wanted)
{
	u32 number = lfb__table_find(&slots->table, hash_of(wanted), same, slots->entries.items,
				     wanted);

	return number == LFB_TABLE_NONE ? NULL :
					  (struct lfb_slot_entry *)slots->entries.items + number;
}

struct lfb_slot lfb__slot_get(const struct lfb_slots *slots, const struct lfb_scope *scope,
			      u32 name)
{
	const struct lfb_slot_entry *entry =
		find(slots, &(struct lfb_slot_entry){ .name = name, .scope = *scope });

	return entry ? entry->slot : (struct lfb_slot){ 0 };
}

int lfb__slot_set(struct lfb_slots *slots, const struct lfb_scope *scope, u32 name,
		  struct lfb_slot slot)
{
	const struct lfb_slot_entry wanted = { name, *scope, slot };
	struct lfb_slot_entry *entry = find(slots, &wanted);

	if (entry) {
		entry->slot = slot;
		return 0;
	}
	entry = lfb__list_add(&slots->entries, sizeof(*entry));
	if (!entry)
		return -ENOMEM;
	*entry = wanted;
	LFB_ASSERT(slots->entries.count > slots->table.count);
	return lfb__table_add(&slots->table, hash_of(entry), (u32)slots->entries.count - 1);
}

void lfb__slots_forget(struct lfb_slots *slots)
{
	slots->entries.count = 0;
	lfb__table_clear(&slots->table);
}

void lfb__slots_destroy(struct lfb_slots *slots)
{
	lfb__list_free(&slots->entries);
	lfb__table_free(&slots->table);
}

int lfb__memory_own(struct lfb_slots *slots, const void *address, bool own)
{
	const struct lfb_scope scope = { .of = LFB_SCOPE_OWNED, .file = (uintptr_t)address };
	const struct lfb_slot slot = { .kind = own ? LFB_SLOT_OBJECT : LFB_SLOT_EMPTY };

	if (!own && lfb__slot_get(slots, &scope, 0).kind == LFB_SLOT_EMPTY)
		return 0;
	return lfb__slot_set(slots, &scope, 0, slot);
}

/* Those that a step names */

static const struct lfb_scope module_scope;

static const struct lfb_scope *scope_of(const struct lfb_step_call *call,
					const struct lfb_step *step, unsigned int index)
{
	LFB_ASSERT(index < step->nr_slots && step->nr_slots <= LFB_STEP_SLOTS);
	return step->slots[index].of_module ? &module_scope : &call->scope;
}

struct lfb_slot lfb__step_slot(const struct lfb_step_call *call, const struct lfb_step *step,
			       unsigned int index)
{
	return lfb__slot_get(&call->recorder->slots, scope_of(call, step, index),
			     step->slots[index].name);
}

int lfb__step_fill(struct lfb_step_call *call, const struct lfb_step *step, unsigned int index,
		   struct lfb_slot slot)
{
	return lfb__slot_set(&call->recorder->slots, scope_of(call, step, index),
			     step->slots[index].name, slot);
}

u64 lfb__step_value(const struct lfb_step_call *call, const struct lfb_step *step)
{
	return step->nr_slots ? (uintptr_t)lfb__step_slot(call, step, 0).address : step->numbers[0];
}
