// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Damage to what modules hand over, and what they may not do whatever they are handed. */
#include <stdio.h>
#include <string.h>

#include "sim/explore/fuzz/fuzz.h"

/* The blocks of modules, counted; then the one that is wanted. */
struct search {
	unsigned int count;
	unsigned int wanted;
	u8 *bytes;
	u64 size;
	const struct lfb_ledger_entry *entry;
};

static void look(void *context, void *bytes, u64 size, const struct lfb_ledger_entry *entry)
{
	struct search *search = context;

	if (search->count++ != search->wanted)
		return;
	search->bytes = bytes;
	search->size = size;
	search->entry = entry;
}

/* What lies behind the last byte that is not zero is mostly room that nobody uses. */
static u64 used(const struct search *search)
{
	u64 end = search->size;

	while (end && !search->bytes[end - 1])
		end--;
	end = ALIGN(end + 8, 8);
	return end < search->size ? end : search->size;
}

static u64 changed(const struct lfb_fuzz_record *record, u64 before, u64 size, u64 offset)
{
	const u64 interesting[] = {
		0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff,
		INT64_MAX, (u64)INT64_MAX + 1, UINT64_MAX, PAGE_SIZE, size, offset, before << 1,
	};
	const u16 value = (u16)(record->value >> 16);

	switch (record->how >> 2 & 3) {
	case 0:
		return interesting[value % (sizeof(interesting) / sizeof(interesting[0]))];
	case 1:
		return before + (u64)(s64)(int16_t)value;
	case 2:
		return before ^ 1ull << value % 64;
	default:
		return value;
	}
}

/* No kernel can ask whether an address it is handed is one: it must trust them. */
static bool is_in_address(struct lfb_kernel *kernel, const u8 *bytes, u64 offset)
{
	u64 word;

	memcpy(&word, bytes + (offset & ~7ull), sizeof(word));
	return lfb__ledger_covering(kernel, LFB_LEDGER_PRESERVED, word);
}

static void damage_one(struct lfb_fuzzer *fuzzer, struct lfb_damage *damage,
		       const struct search *found)
{
	const struct lfb_fuzz_record *record = &damage->record;
	u8 *at;

	damage->size = 1u << (record->how & 3);
	damage->offset = (u64)(u16)record->value * damage->size % used(found);
	damage->call = fuzzer->length + 1;
	if (is_in_address(&fuzzer->life.machine->kernel, found->bytes, damage->offset))
		return;
	at = found->bytes + damage->offset;
	memcpy(&damage->before, at, damage->size);
	damage->after = changed(record, damage->before, found->size, damage->offset);
	memcpy(at, &damage->after, damage->size);
	damage->after = 0;
	memcpy(&damage->after, at, damage->size);
	snprintf(damage->who, sizeof(damage->who), "%s", lfb__ledger_who(found->entry).text);
	if (damage->before == damage->after)
		return;
	fuzzer->nr_done++;
	fuzzer->life.machine->kernel.damaged = true;
}

void lfb__fuzz_damage(struct lfb_life *life)
{
	struct lfb_fuzzer *fuzzer = container_of(life, struct lfb_fuzzer, life);
	struct lfb_kernel *kernel = &life->machine->kernel;
	struct search count = { .wanted = UINT_MAX };

	lfb__payload_each(kernel, look, &count);
	for (unsigned int i = 0; i < fuzzer->nr_damages && count.count; i++) {
		struct lfb_damage *damage = &fuzzer->damages[i];
		struct search found = { .wanted = damage->record.which % count.count };

		if (damage->call)
			continue;
		lfb__payload_each(kernel, look, &found);
		damage_one(fuzzer, damage, &found);
	}
}

bool lfb__fuzz_counts(unsigned int id)
{
	switch (id) {
	case LFB_FINDING_MEM_STALE_POINTER:
	case LFB_FINDING_MEM_USE_AFTER_FREE:
	case LFB_FINDING_MEM_OVERRUN:
	case LFB_FINDING_MEM_BAD_FREE:
	case LFB_FINDING_MEM_WILD_POINTER:
	case LFB_FINDING_MEM_NOT_PRESERVED:
	case LFB_FINDING_FILE_NULL_FOLLOWED:
	case LFB_FINDING_LOCK_INVERSION:
	case LFB_FINDING_LOCK_HELD_AT_RETURN:
	case LFB_FINDING_LOCK_HELD_ACROSS_KEXEC:
	case LFB_FINDING_LOCK_SLEEP_UNDER_SPINLOCK:
	case LFB_FINDING_LOCK_DEADLOCK:
	case LFB_FINDING_LOCK_NOT_HELD:
	case LFB_FINDING_MODULE_GONE:
	case LFB_FINDING_KERNEL_BUG:
	case LFB_FINDING_KERNEL_BAD_ANSWER:
	case LFB_FINDING_KERNEL_STACK_EXHAUSTED:
	case LFB_FINDING_SIMULATOR_BUG:
		return true;
	default:
		return false;
	}
}
