// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is in preserved memory and what is expected of memory that was not: bytes nobody wrote,
 * pointers that are handed over, writes that come too late, addresses of what is gone.
 */
#include <stdio.h>
#include <string.h>

#include "sim/kernel/memory/check.h"
#include "sim/kernel/memory/lone.h"
#include "sim/kernel/memory/page.h"

#define PAGE_WORDS (PAGE_SIZE / sizeof(u64))
#define SCANNED_SIZE (PAGE_SIZE << 4)	/* larger blocks are not looked through by default */
#define NEVER_WRITTEN 0xa3c5b1e7u	/* twice it is no address either */
#define POINTER_REACH 65536		/* a field is not further from the pointer to its object */

bool lfb__is_kernel_address(const struct lfb_kernel *kernel, u64 value)
{
	const struct lfb_memory *memory = &kernel->memory;
	u64 lones, lones_size;

	lfb__lones_range(memory, &lones, &lones_size);
	return (value == (uintptr_t)value &&
		lfb__is_memory(memory, lfb__linear(memory, (uintptr_t)value))) ||
	       value - lones < lones_size ||
	       value - (uintptr_t)memory->vmalloc_base < memory->vmalloc_used;
}

void lfb__check_converted(struct lfb_kernel *kernel, phys_addr_t phys)
{
	const enum lfb_lost lost = lfb__lost(kernel, PHYS_PFN(phys));
	const struct lfb_frame *frame = lfb__frame(kernel);
	struct lfb_pages *pages = &kernel->pages;
	const bool told = frame && pages->lost_call == frame->call &&
			  pages->lost_next == PHYS_PFN(phys);

	if (lost == LFB_LOST || lost == LFB_LOST_SLAB) {
		pages->lost_call = frame ? frame->call : 0;
		pages->lost_next = PHYS_PFN(phys) + 1;
	}
	/* The first page of a run tells for all that one call goes through. */
	if (told)
		return;
	if (lost == LFB_LOST)
		lfb__find(kernel, LFB_FINDING_MEM_NOT_PRESERVED, lfb__phys_object(phys).text,
			  "the page of 0x%llx was in use in the kernel before and not preserved: "
			  "what it held is gone", phys);
	else if (lost == LFB_LOST_SLAB)
		lfb__find(kernel, LFB_FINDING_MEM_SLAB_HANDED_OVER, lfb__phys_object(phys).text,
			  "0x%llx was slab memory in the kernel before, which cannot be preserved: "
			  "what it held is gone", phys);
}

/* Servers have no memory in these places: what is there above 4 GiB is what was meant. */
void lfb__check_nowhere(struct lfb_kernel *kernel, phys_addr_t phys)
{
	const phys_addr_t meant = kernel->memory.start + phys;
	const struct lfb_ledger_entry *entry;

	if (phys >= kernel->memory.start)
		return;
	entry = lfb__ledger_covering(kernel, LFB_LEDGER_PRESERVED, meant);
	if (!entry)
		entry = lfb__ledger_covering(kernel, LFB_LEDGER_INCOMING, meant);
	if (entry && !entry->internal)
		lfb__find(kernel, LFB_FINDING_MEM_HANDLE_CUT, lfb__phys_object(meant).text,
			  "0x%llx was asked for, where no memory is; it is the lower half of "
			  "0x%llx: %s", phys, meant, lfb__preserved(kernel, entry).text);
}

void lfb__check_freed(struct lfb_kernel *kernel, unsigned long pfn, unsigned long nr_pages)
{
	const phys_addr_t phys = PFN_PHYS(pfn);

	if (!lfb__checking(kernel) || kernel->task->internal)
		return;
	lfb__find(kernel, LFB_FINDING_KHO_FREED_WHILE_PRESERVED, lfb__phys_object(phys).text,
		  "%lu pages at 0x%llx were freed and are handed over all the same%s", nr_pages,
		  phys, lfb__preserved_at(kernel, LFB_LEDGER_PRESERVED, phys, ": ").text);
}

/*
 * Is all of it still there to be looked at? What was freed too early is a finding already, and what
 * userspace writes, whatever it looks like and whenever it does, is none.
 */
static u64 *contents(const struct lfb_kernel *kernel, const struct lfb_ledger_entry *entry)
{
	const struct page *page = lfb__page(kernel, PHYS_PFN(entry->key));
	unsigned long i, nr_pages = PHYS_PFN(lfb__ledger_span(entry));

	for (i = 0; page && i < nr_pages; i++) {
		if (!(page[i].flags & (PG_ALLOCATED | PG_TAIL)) ||
		    page[i].flags & (PG_SLAB | PG_OF_FILE))
			return NULL;
	}
	return page ? lfb__pfn_address(&kernel->memory, PHYS_PFN(entry->key)) : NULL;
}

/* "offset 8 of the block of 4096 bytes at 0x12000, preserved by flb x preserve in operation 3" */
static void place(const struct lfb_ledger_entry *entry, phys_addr_t phys, char *text,
		  size_t size)
{
	snprintf(text, size, "offset %llu of the block of %llu bytes at 0x%llx, preserved %s",
		 (phys - entry->key), lfb__ledger_span(entry), entry->key,
		 lfb__ledger_who(entry).text);
}

/* What was found in blocks that were preserved together is one finding. */
struct run {
	const struct lfb_ledger_entry *last; /* NULL: nothing was found yet */
	const struct lfb_site *site;
	enum lfb_finding_id id;
	phys_addr_t phys;
	unsigned long more;		     /* blocks behind the first one */
	char text[400];			     /* of the first one */
	struct lfb_list host;		     /* of is_pointer() */
};

/* Pages of one area, or side by side. */
static bool is_of_run(const struct run *run, const struct lfb_ledger_entry *entry)
{
	const struct lfb_ledger_entry *last = run->last;

	return last && entry->as == last->as && entry->call == last->call &&
	       (entry->call || entry->site == last->site) && entry->operation == last->operation &&
	       (entry->as == LFB_AS_VMALLOC_PAGE ||
		entry->key == last->key + lfb__ledger_span(last));
}

static void tell_run(struct lfb_kernel *kernel, struct run *run)
{
	char more[64] = "";

	if (!run->last)
		return;
	if (run->more)
		snprintf(more, sizeof(more), "; and %lu more block%s preserved with it", run->more,
			 run->more > 1 ? "s" : "");
	lfb__find_place(kernel, "preserved at", run->site);
	lfb__find(kernel, run->id, lfb__phys_object(run->phys).text, "%s%s", run->text, more);
	run->last = NULL;
}

/* @id was found at @phys, in @entry. True: the run has it. False: it is to be described. */
static bool add_to_run(struct lfb_kernel *kernel, struct run *run, enum lfb_finding_id id,
		       const struct lfb_ledger_entry *entry, phys_addr_t phys)
{
	const bool is_more = is_of_run(run, entry);

	if (!is_more) {
		tell_run(kernel, run);
		run->id = id;
		run->phys = phys;
		run->site = entry->site;
		run->more = 0;
	}
	run->more += is_more;
	run->last = entry;
	return is_more;
}

static bool may_be_address(u64 word)
{
	return word - LFB_ADDRESSES_START < LFB_ADDRESSES_END - LFB_ADDRESSES_START;
}

/* The first of @count words from @i on that may be an address; @count: none. */
static size_t next_address(const u64 *words, size_t i, size_t count)
{
	for (; i < count && i % 8; i++) {
		if (may_be_address(words[i]))
			return i;
	}
	for (; i < count; i += 8) {
		unsigned int found = 0;

		for (unsigned int j = 0; j < 8; j++)
			found |= (unsigned int)may_be_address(words[i + j]) << j;
		if (found)
			return i + (unsigned int)__builtin_ctz(found);
	}
	return count;
}

/* Says in @text what @value points to, which is no number then. The host is asked once, if ever. */
static bool is_pointer(struct lfb_kernel *kernel, struct lfb_list *host, u64 value, char *text,
		       size_t size)
{
	const struct lfb_memory *memory = &kernel->memory;
	enum lfb_behind what;

	if (lfb__is_kernel_address(kernel, value)) {
		snprintf(text, size, "an address of this kernel");
		return true;
	}
	if (value - (uintptr_t)memory->map < memory->nr_pages * sizeof(*memory->map)) {
		snprintf(text, size, "a pointer to a struct page");
		return true;
	}
	if (!host->count)
		lfb__behind_read(host);
	what = lfb__behind(host, value);
	if (what == LFB_BEHIND_NOTHING)
		return false;
	strcpy(text, "a pointer to ");
	lfb__behind_name(what, value, text + strlen(text), size - strlen(text));
	return true;
}

static void find_pointers(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
			  void *context)
{
	struct run *run = context;
	const size_t count = lfb__ledger_span(entry) / sizeof(u64);
	char first_text[128], text[128], where[200];
	size_t first = count, found = 0;
	const u64 *words;

	if (entry->internal || (lfb__ledger_span(entry) > SCANNED_SIZE &&
				kernel->checks != LFB_CHECKS_GUARD))
		return;
	words = contents(kernel, entry);
	for (size_t i = 0; words && i < count; i++) {
		i = next_address(words, i, count);
		if (i == count ||
		    !is_pointer(kernel, &run->host, words[i], found ? text : first_text,
				sizeof(text)))
			continue;
		if (!found++)
			first = i;
	}
	if (!found || add_to_run(kernel, run, LFB_FINDING_MEM_POINTER_HANDED_OVER, entry,
				 entry->key + first * sizeof(u64)))
		return;
	place(entry, run->phys, where, sizeof(where));
	snprintf(run->text, sizeof(run->text), "%s is at 0x%llx, %s%s", first_text, run->phys,
		 where, found > 1 ? "; and more in the same block" : "");
}

void lfb__fill_never_written(struct lfb_kernel *kernel, void *memory, size_t size)
{
	u32 *words = memory;

	if (!lfb__checking(kernel) || !lfb__frame(kernel) || kernel->task->internal ||
	    size > SCANNED_SIZE)
		return;
	kernel->pages.never_written = true;
	for (size_t i = 0; i < size / sizeof(*words); i++)
		words[i] = NEVER_WRITTEN;
}

/*
 * What nobody wrote is a hole when something behind it was written, else it is what is left of a
 * block. Both are zeros from here on: no kernel is handed the pattern.
 */
static void find_never_written(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
			       void *context)
{
	const size_t count = lfb__ledger_span(entry) / sizeof(u32);
	size_t hole = 0, first = 0, size = 0, holes = 0;
	struct run *run = context;
	char where[200];
	u32 *words;

	if (entry->internal || lfb__ledger_span(entry) > SCANNED_SIZE)
		return;
	words = (u32 *)contents(kernel, entry);
	for (size_t i = 0; words && i < count; i++) {
		if (unlikely(words[i] == NEVER_WRITTEN)) {
			words[i] = 0;
			hole++;
		} else if (unlikely(hole)) {
			if (!holes++) {
				first = i - hole;
				size = hole;
			}
			hole = 0;
		}
	}
	if (!holes || add_to_run(kernel, run, LFB_FINDING_MEM_NEVER_WRITTEN, entry,
				 entry->key + first * sizeof(*words)))
		return;
	place(entry, run->phys, where, sizeof(where));
	snprintf(run->text, sizeof(run->text), "%zu bytes at 0x%llx were never written, and what "
		 "is behind them was: %s%s", size * sizeof(*words), run->phys, where,
		 holes > 1 ? "; and more in the same block" : "");
}

/* For where @address may have come from: the nearest value at or below it. */
struct search {
	u64 address;
	u64 distance;	/* of the nearest pointer so far */
	phys_addr_t phys;
	const struct lfb_ledger_entry *entry;
};

static void search_block(struct lfb_kernel *kernel, struct search *search, phys_addr_t phys,
			 u64 size, const struct lfb_ledger_entry *entry)
{
	u64 words[PAGE_WORDS];

	for (; size; phys += PAGE_SIZE, size -= PAGE_SIZE) {
		if (lfb__memory_copy(&kernel->memory, phys, words, sizeof(words)))
			return;
		for (size_t i = 0; i < PAGE_WORDS; i++) {
			if (search->address - words[i] >= search->distance)
				continue;
			search->distance = search->address - words[i];
			search->phys = phys + i * sizeof(*words);
			search->entry = entry;
		}
	}
}

static void search_entry(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry, void *context)
{
	if (!entry->internal)
		search_block(kernel, context, entry->key, lfb__ledger_span(entry), entry);
}

bool lfb__find_handed_over(struct lfb_kernel *kernel, u64 address, char *text, size_t size)
{
	struct search search = { .address = address, .distance = POINTER_REACH };
	unsigned long pfn = 0;
	unsigned int order;
	char where[200];

	lfb__ledger_each(kernel, LFB_LEDGER_INCOMING, search_entry, &search);
	/* Of what came from elsewhere nobody knows more than that it is there. */
	for (; !search.entry && lfb__pages_next_incoming(kernel, &pfn, &order); pfn += 1ul << order)
		search_block(kernel, &search, PFN_PHYS(pfn), PAGE_SIZE << order, NULL);
	if (search.distance == POINTER_REACH)
		return false;
	snprintf(where, sizeof(where), "in memory that was handed over");
	if (search.entry) {
		lfb__find_place(kernel, "preserved at", search.entry->site);
		place(search.entry, search.phys, where, sizeof(where));
	}
	snprintf(text, size, "0x%llx, %s", search.phys, where);
	return true;
}

static u64 digest_of(const u64 *words, size_t count)
{
	u64 lanes[4] = { 1, 2, 3, 4 };

	for (size_t i = 0; i < count; i++) {
		u64 mixed = (lanes[i % 4] ^ words[i]) * 0x9e3779b97f4a7c15ull;

		lanes[i % 4] = mixed ^ mixed >> 29;
	}
	return ((lanes[0] * 3 + lanes[1]) * 5 + lanes[2]) * 7 + lanes[3];
}

static void check_unchanged(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
			    void *context)
{
	struct run *run = context;
	const u64 *words;
	u64 digest;

	words = entry->internal ? NULL : contents(kernel, entry);
	if (!words)
		return;
	digest = digest_of(words, lfb__ledger_span(entry) / sizeof(u64));
	if (entry->watched && entry->digest != digest &&
	    !add_to_run(kernel, run, LFB_FINDING_KHO_WRITTEN_AFTER_SERIALIZE, entry, entry->key))
		snprintf(run->text, sizeof(run->text), "%llu bytes at 0x%llx, preserved %s, "
			 "changed after the reboot had serialized the state",
			 lfb__ledger_span(entry), entry->key, lfb__ledger_who(entry).text);
	entry->watched = true;
	entry->digest = digest;
}

/* Looks at all that is preserved. */
static void look(struct lfb_kernel *kernel,
		 void (*find)(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry,
			      void *context))
{
	struct run run = { .last = NULL };

	lfb__ledger_each(kernel, LFB_LEDGER_PRESERVED, find, &run);
	tell_run(kernel, &run);
	lfb__list_free(&run.host);
}

void lfb__check_unchanged(struct lfb_kernel *kernel)
{
	if (!kernel->serialized || kernel->dead)
		return;
	kernel->watching = true;
	look(kernel, check_unchanged);
}

struct payload {
	void (*fn)(void *context, void *bytes, u64 size, const struct lfb_ledger_entry *entry);
	void *context;
};

static void tell_payload(struct lfb_kernel *kernel, struct lfb_ledger_entry *entry, void *context)
{
	const struct payload *payload = context;
	void *bytes = entry->internal ? NULL : contents(kernel, entry);

	if (bytes)
		payload->fn(payload->context, bytes, lfb__ledger_span(entry), entry);
}

void lfb__payload_each(struct lfb_kernel *kernel,
		       void (*fn)(void *context, void *bytes, u64 size,
				  const struct lfb_ledger_entry *entry),
		       void *context)
{
	struct payload payload = { fn, context };

	lfb__ledger_each(kernel, LFB_LEDGER_PRESERVED, tell_payload, &payload);
}

void lfb__check_serialized(struct lfb_kernel *kernel)
{
	if (!lfb__checking(kernel))
		return;
	if (kernel->pages.never_written)
		look(kernel, find_never_written);
	look(kernel, find_pointers);
	kernel->serialized = true;
	if (kernel->checks == LFB_CHECKS_GUARD)
		lfb__check_unchanged(kernel);
}
