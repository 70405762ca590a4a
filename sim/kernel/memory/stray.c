// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An access went astray and the kernel died of it: what it was, never at which address.
 *
 * The fault is synchronous and in kernel code, not in the middle of the C library's formatting, so
 * formatting and the sink are safe to call here.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/page.h"

#define TEXT_SIZE 400

/* Whose access it was: an address says nothing that is the same in every run. */
static const char *culprit(const struct lfb_kernel *kernel, struct lfb_object *object)
{
	const struct lfb_frame *frame = lfb__frame(kernel);

	if (frame)
		snprintf(object->text, sizeof(object->text), "%s %.40s", frame->type, frame->name);
	else
		snprintf(object->text, sizeof(object->text), "task %.40s",
			 kernel->task ? kernel->task->name : "nobody");
	return object->text;
}

static void report(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		   const char *text, const char *more)
{
	lfb__emit(kernel, LFB_EVENT_BUG, "kernel", "stop", "%s", text);
	lfb__find(kernel, id, object, "%s%s", text, more);
}

static void report_stale(struct lfb_kernel *kernel, const void *address, phys_addr_t phys)
{
	struct lfb_object object;
	char text[128], found[280], more[TEXT_SIZE] = "";

	strcpy(text, "stale pointer: an address of an earlier kernel was followed");
	if (phys < kernel->memory.size) {
		lfb__phys_object(&object, phys);
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (physical 0x%llx)",
			 phys);
	} else {
		culprit(kernel, &object);
	}
	if (lfb__find_handed_over(kernel, (uintptr_t)address, found, sizeof(found)))
		snprintf(more, sizeof(more), "; it was found at %s", found);
	report(kernel, LFB_FINDING_MEM_STALE_POINTER, object.text, text, more);
}

/* An address in the vmalloc range where nothing is mapped. */
static void report_vmalloc(struct lfb_kernel *kernel, const void *address)
{
	static const char text[] = "access to an address that is not mapped";
	const struct lfb_memory *memory = &kernel->memory;
	const size_t page = ((uintptr_t)address - (uintptr_t)memory->vmalloc_base) >> PAGE_SHIFT;
	struct lfb_object object;
	char found[280], more[TEXT_SIZE];

	culprit(kernel, &object);
	if (lfb__find_handed_over(kernel, (uintptr_t)address, found, sizeof(found))) {
		snprintf(more, sizeof(more), ": a vmalloc address of an earlier kernel, found at "
			 "%s", found);
		report(kernel, LFB_FINDING_MEM_STALE_POINTER, object.text, text, more);
	} else if (page && page << PAGE_SHIFT <= memory->vmalloc_used &&
		   memory->vmalloc_table[page - 1]) {
		snprintf(more, sizeof(more), ": offset %lu behind a vmalloc area",
			 (unsigned long)((uintptr_t)address & ~PAGE_MASK));
		report(kernel, LFB_FINDING_MEM_OVERRUN, object.text, text, more);
	} else if (page << PAGE_SHIFT < memory->vmalloc_used) {
		report(kernel, LFB_FINDING_MEM_USE_AFTER_FREE, object.text, text,
		       ": a vmalloc area was there that is freed");
	} else {
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, object.text, text, "");
	}
}

void lfb__report_stray(struct lfb_kernel *kernel, const void *address, bool no_address)
{
	const struct lfb_memory *memory = &kernel->memory;
	const size_t vmalloc = (uintptr_t)address - (uintptr_t)memory->vmalloc_base;
	struct lfb_object object;
	enum lfb_address_kind kind;
	phys_addr_t phys;
	char text[80];

	kind = lfb__address_kind(memory, address, &phys);
	if (no_address) {
		/* No address of this form can exist. */
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, culprit(kernel, &object),
		       "a pointer that is no address was followed", "");
	} else if (kind == LFB_ADDRESS_STALE) {
		report_stale(kernel, address, phys);
	} else if (kind == LFB_ADDRESS_CURRENT && lfb__fenced(memory) &&
		   (uintptr_t)address - (uintptr_t)memory->base < memory->size) {
		lfb__fence_report(kernel, (uintptr_t)address - (uintptr_t)memory->base);
	} else if (kind == LFB_ADDRESS_CURRENT && vmalloc < memory->vmalloc_size) {
		report_vmalloc(kernel, address);
	} else {
		strcpy(text, "access to an address that is not mapped");
		if ((uintptr_t)address < PAGE_SIZE)
			snprintf(text, sizeof(text), "NULL pointer dereference at offset %lu",
				 (unsigned long)(uintptr_t)address);
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, culprit(kernel, &object), text, "");
	}
}
