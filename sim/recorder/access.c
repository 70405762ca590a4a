// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory as steps touch it. */
#include <stdio.h>
#include <string.h>

#include "sim/recorder/inside.h"

/*
 * The bytes of a word, one by one, wherever it lies. Without the sanitizer: it ends the process at
 * the first byte of freed memory, while using freed memory is what a script may have been written
 * for. What the processor refuses still reaches the fault handler, and ends the kernel.
 */
__attribute__((noinline, no_sanitize("address", "undefined"))) static void
touch_bytes(volatile u8 *at, u8 *bytes, bool write)
{
	for (unsigned int i = 0; i < sizeof(u64); i++) {
		if (write)
			at[i] = bytes[i];
		else
			bytes[i] = at[i];
	}
}

static void stop(struct lfb_kernel *kernel, const char *what)
{
	lfb__say(kernel, LFB_DID_STOPPED, "kernel", "%s", what);
	lfb__die(kernel, LFB_DEATH_OOPS);
}

/* In numbers: the pointer may be anything. */
static void *last_byte(const void *address)
{
	return (void *)((uintptr_t)address + sizeof(u64) - 1);
}

/*
 * A number taken for a pointer may hit something of this process by accident. The simulated machine
 * has nothing there: false, and the kernel is dead.
 */
static bool check_mapped(struct lfb_kernel *kernel, const void *address)
{
	phys_addr_t phys;

	if ((uintptr_t)address < PAGE_SIZE ||
	    (lfb__address_kind(&kernel->memory, address, &phys) != LFB_ADDRESS_FOREIGN &&
	     lfb__address_kind(&kernel->memory, last_byte(address), &phys) != LFB_ADDRESS_FOREIGN))
		return true;
	stop(kernel, "access to an address that is not mapped");
	return false;
}

u64 lfb__access_read(struct lfb_kernel *kernel, const void *address)
{
	u8 bytes[sizeof(u64)] = { 0 };
	u64 value;

	if (!check_mapped(kernel, address))
		return 0;
	touch_bytes((volatile u8 *)(uintptr_t)address, bytes, false);
	memcpy(&value, bytes, sizeof(value));
	return value;
}

static bool is_own(const struct lfb_slots *slots, const void *address)
{
	const struct lfb_scope scope = { .of = LFB_SCOPE_OWNED, .file = (uintptr_t)address };

	return lfb__slot_get(slots, &scope, 0).kind != LFB_SLOT_EMPTY;
}

/* Is there memory that somebody but the module has allocated? */
static bool is_anothers(const struct lfb_kernel *kernel, const struct lfb_slots *slots,
			const void *address)
{
	const struct page *map = kernel->memory.map;
	const struct page *page;
	unsigned long pfn;
	phys_addr_t phys;

	if (lfb__address_kind(&kernel->memory, address, &phys) != LFB_ADDRESS_CURRENT ||
	    !lfb__is_memory(&kernel->memory, phys))
		return false;
	pfn = PHYS_PFN(phys);
	page = &map[pfn];
	if ((page->flags & PG_INTERNAL) || lfb__in_scratch(&kernel->memory, pfn, 1))
		return true;
	/* Only modules have areas. */
	if (page->flags & PG_VMALLOC)
		return false;
	if (page->flags & PG_SLAB) {
		address = lfb__slab_object(kernel, kernel->memory.base + phys);
		return address && !is_own(slots, address);
	}
	if (page->flags & PG_TAIL)
		pfn = page->next;
	if (!(map[pfn].flags & PG_ALLOCATED))
		return false;
	return !is_own(slots, lfb__pfn_address(&kernel->memory, pfn));
}

void lfb__access_check_own(struct lfb_kernel *kernel, const struct lfb_slots *slots,
			   const void *address, const char *action)
{
	char text[96];

	if (!is_anothers(kernel, slots, address))
		return;
	snprintf(text, sizeof(text), "%s memory that belongs to another part of the kernel",
		 action);
	stop(kernel, text);
}

u64 *lfb__access_page(const struct lfb_kernel *kernel, const void *address)
{
	const struct lfb_memory *memory = &kernel->memory;
	phys_addr_t phys;

	if (lfb__address_kind(memory, address, &phys) != LFB_ADDRESS_CURRENT ||
	    !IS_ALIGNED(phys, PAGE_SIZE) || !lfb__is_memory(memory, phys) ||
	    !(memory->map[PHYS_PFN(phys)].flags & (PG_ALLOCATED | PG_PRESERVED_IN)) ||
	    (memory->map[PHYS_PFN(phys)].flags & (PG_SLAB | PG_INTERNAL)))
		return NULL;
	return lfb__memory_at(memory, phys, PAGE_SIZE);
}

/* Memory nobody has allocated is swept at the next boot only where somebody wrote to it. */
static void mark_written(struct lfb_kernel *kernel, const void *address)
{
	phys_addr_t phys;

	if (lfb__address_kind(&kernel->memory, address, &phys) == LFB_ADDRESS_CURRENT &&
	    lfb__is_memory(&kernel->memory, phys))
		lfb__pages_mark_dirty(kernel, PHYS_PFN(phys), 1);
}

void lfb__access_write(struct lfb_kernel *kernel, const struct lfb_slots *slots, void *address,
		       u64 value)
{
	void *last = last_byte(address);
	u8 bytes[sizeof(u64)];

	if (!check_mapped(kernel, address))
		return;
	lfb__access_check_own(kernel, slots, address, "write to");
	lfb__access_check_own(kernel, slots, last, "write to");
	memcpy(bytes, &value, sizeof(value));
	touch_bytes(address, bytes, true);
	mark_written(kernel, address);
	mark_written(kernel, last);
}
