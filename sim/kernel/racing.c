// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A race was found: what it is called, and what the memory is, never at which address. */
#include <stdio.h>

#include "sim/kernel/kernel.h"

/* Of kmalloc() and the like, where it has an address of its own, too. */
static bool name_object(struct lfb_kernel *kernel, const void *address, phys_addr_t phys,
			struct lfb_object *name)
{
	const void *start = lfb__slab_object(kernel, kernel->memory.base + phys);
	const size_t offset = (size_t)((const char *)address - (const char *)start);
	const struct lfb_ledger_entry *entry;

	if (!start)
		return false;
	entry = lfb__ledger_find(kernel, LFB_LEDGER_SLAB, (uintptr_t)start);
	if (entry) {
		*name = lfb__object("object kmalloc-%llu+0x%zx", entry->size, offset);
		lfb__find_place(kernel, "allocated at", entry->site);
	} else {
		*name = lfb__object("object kmalloc+0x%zx", offset);
	}
	return true;
}

static struct lfb_object name_memory(struct lfb_kernel *kernel, const void *address)
{
	const struct lfb_shared *shared = lfb__shared_at(address);
	struct lfb_object name;
	phys_addr_t phys;
	char variable[64];

	if (shared && lfb__shared_variable(shared, address, variable, sizeof(variable)))
		return lfb__object("variable %s", variable);
	if (shared)
		return lfb__object("data +0x%zx", (size_t)((const char *)address - shared->start));
	if (lfb__address_kind(&kernel->memory, address, &phys) != LFB_ADDRESS_CURRENT)
		return lfb__object("memory of task %s", kernel->task->name);
	return name_object(kernel, address, phys, &name) ? name : lfb__phys_object(phys);
}

static const char *done(unsigned int how, bool before)
{
	static const char *const words[] = {
		"reads", "writes", "reads (marked)", "writes (marked)",
		"has read", "has written", "has read (marked)", "has written (marked)",
	};

	return words[how + (before ? 4 : 0)];
}

void lfb__report_race(struct lfb_kernel *kernel, const struct lfb_race_pair *pair)
{
	const struct lfb_beside *beside = kernel->sched.beside;
	struct lfb_object object;

	lfb__find_place(kernel, "other at",
			lfb__site_at(kernel, pair->at_before.frames, LFB_RACE_FRAMES));
	object = name_memory(kernel, pair->address);
	lfb__find(kernel, LFB_FINDING_RACE, object.text,
		  "%s %s %zu byte%s that %s %s in operation %lu, and nothing orders the two",
		  beside->strands[beside->now]->task.name, done(pair->how, false), pair->size,
		  pair->size == 1 ? "" : "s", beside->strands[pair->before]->task.name,
		  done(pair->how_before, true), pair->operation_before);
}
