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
#include "sim/kernel/memory/closed.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"

#define TEXT_SIZE 400

/* Whose access it was: an address says nothing that is the same in every run. */
static struct lfb_object culprit(const struct lfb_kernel *kernel)
{
	const struct lfb_frame *frame = lfb__frame(kernel);
	char name[41];

	if (frame)
		return lfb__object("%s %.40s", frame->type, frame->name);
	lfb__who_works(kernel, name, sizeof(name));
	return lfb__object("task %s", name);
}

static void report(struct lfb_kernel *kernel, enum lfb_finding_id id, const char *object,
		   const char *text, const char *more)
{
	lfb__say(kernel, LFB_DID_STOPPED, "kernel", "%s", text);
	lfb__find(kernel, id, object, "%s%s", text, more);
}

static void report_stale(struct lfb_kernel *kernel, const void *address, phys_addr_t phys)
{
	const bool known = phys < kernel->memory.size;
	struct lfb_object object = known ? lfb__phys_object(phys) : culprit(kernel);
	char text[128], found[280], more[TEXT_SIZE] = "";

	strcpy(text, "stale pointer: an address of an earlier kernel was followed");
	if (known)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), " (physical 0x%llx)",
			 phys);
	if (lfb__find_handed_over(kernel, (uintptr_t)address, found, sizeof(found)))
		snprintf(more, sizeof(more), "; it was found at %s", found);
	report(kernel, LFB_FINDING_MEM_STALE_POINTER, object.text, text, more);
}

/* An address of a module, where an earlier kernel had it. */
static void report_unloaded(struct lfb_kernel *kernel, const void *address,
			    const struct lfb_shared *shared)
{
	const bool code = (uintptr_t)address - (uintptr_t)shared->code < shared->code_size;
	char text[200], found[280], more[TEXT_SIZE] = "";

	strcpy(text, "stale pointer: an address of ");
	lfb__behind_name(code ? LFB_BEHIND_CODE : LFB_BEHIND_DATA, (uintptr_t)address,
			 text + strlen(text), 100);
	strcat(text, " of an earlier kernel was followed");
	if (lfb__find_handed_over(kernel, (uintptr_t)address, found, sizeof(found)))
		snprintf(more, sizeof(more), "; it was found at %s", found);
	report(kernel, LFB_FINDING_MEM_STALE_POINTER, culprit(kernel).text, text, more);
}

/* An address in the vmalloc range where nothing is mapped. */
static void report_vmalloc(struct lfb_kernel *kernel, const void *address)
{
	static const char text[] = "access to an address that is not mapped";
	const struct lfb_memory *memory = &kernel->memory;
	const size_t page = ((uintptr_t)address - (uintptr_t)memory->vmalloc_base) >> PAGE_SHIFT;
	const size_t offset = (uintptr_t)address & ~PAGE_MASK;
	struct lfb_object object = culprit(kernel);
	const struct lfb_gone_area *gone;
	char found[280], more[TEXT_SIZE];

	if (lfb__find_handed_over(kernel, (uintptr_t)address, found, sizeof(found))) {
		snprintf(more, sizeof(more), ": a vmalloc address of an earlier kernel, found at "
			 "%s", found);
		report(kernel, LFB_FINDING_MEM_STALE_POINTER, object.text, text, more);
	} else if (page && page << PAGE_SHIFT <= memory->vmalloc_used &&
		   memory->vmalloc_table[page - 1]) {
		snprintf(more, sizeof(more), ": offset %zu behind a vmalloc area", offset);
		report(kernel, LFB_FINDING_MEM_OVERRUN, object.text, text, more);
	} else if (page << PAGE_SHIFT < memory->vmalloc_used) {
		gone = lfb__vmalloc_gone(kernel, address);
		strcpy(more, ": a vmalloc area was there that is freed");
		if (gone)
			snprintf(more + strlen(more), sizeof(more) - strlen(more), ": %zu bytes, "
				 "freed %s, were used at offset %zu", gone->size,
				 lfb__site_who(gone->freed, gone->operation).text,
				 (page << PAGE_SHIFT) + offset - gone->start);
		report(kernel, LFB_FINDING_MEM_USE_AFTER_FREE, object.text, text, more);
	} else {
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, object.text, text, "");
	}
}

/* What the memory is or was, where each object has its own */

struct fault {
	enum lfb_finding_id id;
	struct lfb_object object;
	const struct lfb_site *made, *freed;
	const char *done;	/* to the memory: "used" */
	char text[360];
};

static struct fault begin_fault(enum lfb_finding_id id, enum lfb_stray stray)
{
	struct fault fault = { .id = id, .done = "used" };

	if (stray == LFB_STRAY_READ)
		fault.done = "read";
	else if (stray == LFB_STRAY_WRITE)
		fault.done = "written";
	return fault;
}

LFB_PRINTF(2, 3)
static void add(struct fault *fault, const char *format, ...)
{
	size_t length = strlen(fault->text);
	va_list args;

	va_start(args, format);
	vsnprintf(fault->text + length, sizeof(fault->text) - length, format, args);
	va_end(args);
}

static void report_fault(struct lfb_kernel *kernel, const struct fault *fault)
{
	lfb__find_place(kernel, "allocated at", fault->made);
	lfb__find_place(kernel, "freed at", fault->freed);
	report(kernel, fault->id, fault->object.text, fault->text, "");
}

/* "an object of 128 bytes, allocated by flb x preserve in operation 3" */
static void describe(const struct lfb_fence_page *page, struct fault *fault)
{
	struct lfb_who who = lfb__site_who(page->made, page->made_operation);

	fault->made = page->made;
	if (page->size) {
		fault->object = lfb__slab_name(page->size);
		add(fault, "an object of %u bytes, allocated %s", page->size, who.text);
	} else {
		fault->object = lfb__phys_object(PFN_PHYS(page->head));
		add(fault, "a block of order %u at 0x%llx", page->order, PFN_PHYS(page->head));
		/* Of a closed block only its end is known. */
		if (page->use != LFB_FENCE_NEVER_USED)
			add(fault, ", allocated %s", who.text);
	}
}

/* What an FLB frees in the callback that ends it is what its object was. */
static bool ended_an_flb(const struct lfb_fence_page *page)
{
	return page->freed && !strcmp(page->freed->type, "flb") &&
	       (!strcmp(page->freed->op, "unpreserve") || !strcmp(page->freed->op, "finish"));
}

static void describe_freed(const struct lfb_kernel *kernel, const struct lfb_fence_page *page,
			   long long offset, struct fault *fault)
{
	const struct lfb_frame *frame = lfb__frame(kernel);

	fault->id = LFB_FINDING_MEM_USE_AFTER_FREE;
	fault->freed = page->freed;
	describe(page, fault);
	add(fault, ", freed %s, was %s at offset %lld",
	    lfb__site_who(page->freed, page->freed_operation).text, fault->done, offset);
	/* Within one call it is no question of references. */
	if (!ended_an_flb(page) || (frame && frame->site == page->freed->callback &&
				    page->freed_operation == kernel->operation))
		return;
	fault->id = LFB_FINDING_FLB_USED_AFTER_PUT;
	fault->object = lfb__object("flb %.40s", page->freed->name);
}

static void describe_lost(phys_addr_t phys, enum lfb_lost lost, struct fault *fault)
{
	fault->id = lost == LFB_LOST_SLAB ? LFB_FINDING_MEM_SLAB_HANDED_OVER :
					    LFB_FINDING_MEM_NOT_PRESERVED;
	add(fault, "memory at 0x%llx was %s, which was in use in the kernel before and not "
	    "preserved", phys, fault->done);
}

/* Memory that was not allocated in this kernel. */
static void describe_unused(struct lfb_kernel *kernel, phys_addr_t phys, struct fault *fault)
{
	const struct lfb_fence_page *before = kernel->memory.fence->pages;
	const unsigned long pfn = PHYS_PFN(phys);
	enum lfb_lost lost = lfb__lost(kernel, pfn);

	fault->object = lfb__phys_object(phys);
	before += pfn ? before[pfn - 1].head : 0;
	if (lost != LFB_NOT_LOST) {
		describe_lost(phys, lost, fault);
	} else if (before->use == LFB_FENCE_IN_USE) {
		fault->id = LFB_FINDING_MEM_OVERRUN;
		describe(before, fault);
		add(fault, ", was %s %llu bytes behind its end", fault->done, phys & ~PAGE_MASK);
	} else {
		fault->id = LFB_FINDING_MEM_WILD_POINTER;
		add(fault, "memory at 0x%llx was %s, which nobody allocated", phys, fault->done);
	}
}

static void report_fenced(struct lfb_kernel *kernel, phys_addr_t phys, enum lfb_stray stray)
{
	const struct lfb_fence_page *page = kernel->memory.fence->pages;
	struct fault fault = begin_fault(LFB_FINDING_MEM_OVERRUN, stray);
	long long offset;
	size_t size;

	page += page[PHYS_PFN(phys)].head;
	offset = (long long)(phys - PFN_PHYS(page->head));
	if (page->size && lfb__fenced(&kernel->memory))
		offset -= (long long)lfb__fence_start(kernel, page->head, &size);
	if (page->use == LFB_FENCE_FREED) {
		describe_freed(kernel, page, offset, &fault);
	} else if (page->use == LFB_FENCE_IN_USE && page->size) {
		describe(page, &fault);
		add(&fault, ", was %s at offset %lld", fault.done, offset);
	} else {
		describe_unused(kernel, phys, &fault);
	}
	report_fault(kernel, &fault);
}

static void report_closed(struct lfb_kernel *kernel, const struct lfb_closed *closed,
			  phys_addr_t phys, enum lfb_stray stray)
{
	const struct lfb_fence_page page = {
		.made = closed->made,
		.freed = closed->site,
		.freed_operation = closed->operation,
		.head = closed->pfn,
		.order = closed->order,
	};
	struct fault fault = begin_fault(LFB_FINDING_MEM_USE_AFTER_FREE, stray);

	describe_freed(kernel, &page, (long long)(phys - PFN_PHYS(closed->pfn)), &fault);
	report_fault(kernel, &fault);
}

static void report_lone(struct lfb_kernel *kernel, const struct lfb_lone *lone, long long offset,
			enum lfb_stray stray)
{
	const struct lfb_fence_page page = {
		.made = lone->made,
		.freed = lone->freed,
		.made_operation = lone->made_operation,
		.freed_operation = lone->freed_operation,
		.size = lone->size,
	};
	struct fault fault = begin_fault(LFB_FINDING_MEM_OVERRUN, stray);

	if (lone->live) {
		describe(&page, &fault);
		add(&fault, ", was %s at offset %lld", fault.done, offset);
	} else {
		describe_freed(kernel, &page, offset, &fault);
	}
	report_fault(kernel, &fault);
}

/* Of the slab allocator's pages, where objects have none of their own. */
static void report_object(struct lfb_kernel *kernel, phys_addr_t phys, enum lfb_stray stray)
{
	const struct lfb_memory *memory = &kernel->memory;
	struct fault fault = begin_fault(LFB_FINDING_MEM_OVERRUN, stray);
	const struct lfb_ledger_entry *entry;
	struct lfb_fence_page object = { 0 };
	const u8 *at, *end;
	phys_addr_t start;
	size_t room;

	if (lfb__slab_around(kernel, phys, &start, &room)) {
		at = memory->base + start;
		end = lfb__shadow_first(memory->shadow, at, room);
		entry = lfb__ledger_find(kernel, LFB_LEDGER_SLAB, (uintptr_t)at);
		object.size = (u32)(end ? (size_t)(end - at) : room);
		object.made = entry ? entry->site : NULL;
		object.made_operation = entry ? entry->operation : 0;
		describe(&object, &fault);
		add(&fault, ", was %s at offset %llu", fault.done, phys - start);
	} else {
		fault.id = LFB_FINDING_MEM_USE_AFTER_FREE;
		fault.object = lfb__slab_name(room);
		add(&fault, "an object of up to %zu bytes, which is freed, was %s at offset %llu",
		    room, fault.done, phys - start);
	}
	report_fault(kernel, &fault);
}

/* The last page of a vmalloc area, not all of which is the area's. */
static void report_area(struct lfb_kernel *kernel, const u8 *address, enum lfb_stray stray)
{
	const struct lfb_memory *memory = &kernel->memory;
	const struct lfb_area area = lfb__vmalloc_area(kernel, address);
	const unsigned long first = lfb__pfn(memory, area.pages[0]);
	const struct lfb_fence_page *page = &memory->fence->pages[first];
	const u8 *end = lfb__shadow_first(memory->shadow, area.addr, area.nr_pages << PAGE_SHIFT);
	struct fault fault = begin_fault(LFB_FINDING_MEM_OVERRUN, stray);

	fault.object = culprit(kernel);
	fault.made = page->made;
	add(&fault, "a vmalloc area of %zu bytes, allocated %s, was %s at offset %zu",
	    (size_t)(end - area.addr), lfb__site_who(page->made, page->made_operation).text,
	    fault.done, (size_t)(address - area.addr));
	report_fault(kernel, &fault);
}

/* An address of the linear map, of which it is known who had it. */
static void report_linear(struct lfb_kernel *kernel, phys_addr_t phys, enum lfb_stray stray)
{
	const struct lfb_memory *memory = &kernel->memory;
	const struct lfb_fence_page *pages = memory->fence->pages;
	const unsigned long pfn = PHYS_PFN(phys);

	if (memory->shadow && memory->map[pfn].flags & PG_SLAB && !pages[pages[pfn].head].size)
		report_object(kernel, phys, stray);
	else
		report_fenced(kernel, phys, stray);
}

/* An address of the running kernel, or of nobody. */
static void report_address(struct lfb_kernel *kernel, const void *address, phys_addr_t phys,
			   enum lfb_stray stray)
{
	const struct lfb_memory *memory = &kernel->memory;
	const u64 linear = lfb__linear(memory, (uintptr_t)address);
	const size_t vmalloc = (uintptr_t)address - (uintptr_t)memory->vmalloc_base;
	const struct lfb_closed *closed = lfb__closed_at(memory, PHYS_PFN(phys));
	char text[80] = "access to an address that is not mapped";

	if (lfb__is_memory(memory, linear) && lfb__fence_knows(memory)) {
		report_linear(kernel, linear, stray);
	} else if (closed) {
		report_closed(kernel, closed, phys, stray);
	} else if (vmalloc < memory->vmalloc_size && phys < memory->size && memory->shadow &&
		   lfb__fence_knows(memory)) {
		report_area(kernel, address, stray);
	} else if (vmalloc < memory->vmalloc_size) {
		report_vmalloc(kernel, address);
	} else {
		if ((uintptr_t)address < PAGE_SIZE)
			snprintf(text, sizeof(text), "NULL pointer dereference at offset %lu",
				 (unsigned long)(uintptr_t)address);
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, culprit(kernel).text, text, "");
	}
}

void lfb__report_stray(struct lfb_kernel *kernel, const void *address, enum lfb_stray stray)
{
	const struct lfb_memory *memory = &kernel->memory;
	phys_addr_t phys;
	const enum lfb_address_kind kind = lfb__address_kind(memory, address, &phys);
	const struct lfb_shared *shared = lfb__shared_at(address);
	long long offset = 0;
	const struct lfb_lone *lone = lfb__lone_of(memory, address, &offset);

	if (stray == LFB_STRAY_STACK)
		report(kernel, LFB_FINDING_KERNEL_STACK_EXHAUSTED, culprit(kernel).text,
		       "the stack is exhausted: calls nest without end", "");
	else if (stray == LFB_STRAY_NO_ADDRESS)
		report(kernel, LFB_FINDING_MEM_WILD_POINTER, culprit(kernel).text,
		       "a pointer that is no address was followed", "");
	else if (shared && shared->closed)
		report_unloaded(kernel, address, shared);
	else if (kind == LFB_ADDRESS_STALE)
		report_stale(kernel, address, phys);
	else if (lone)
		report_lone(kernel, lone, offset, stray);
	else
		report_address(kernel, address, phys, stray);
}
