// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Arenas of machines that are gone, for those that come: made anew each costs the host a dozen
 * system calls, and a fault for every page that is touched. They are given away as they are made:
 * all zero.
 */
#include <stdatomic.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/page.h"
#include "sim/kernel/memory/spare.h"

#define SPARES 4
/* Larger ones the host gets back. */
#define BYTES_MAX (32ul << 20)
/* As long as all of it is cleared in no time. */
#define BYTES_FEW (1ul << 20)

enum { EMPTY, IN_HAND, FULL };

struct spare {
	atomic_int state;
	struct lfb_memory memory;
};

struct spares {
	atomic_uint process;		/* whose they are, no ancestor's number; 0: not known yet */
	struct spare each[SPARES];
};

/*
 * A forked process shares what its parent has mapped. It finds this zeroed by the host: no arena is
 * left over, and those of machines that it got from its parent are another process's.
 */
static struct spares *spares(void)
{
	static struct spares *_Atomic all;
	static atomic_uint processes;
	struct spares *made, *known = atomic_load(&all);
	unsigned int nobody = 0;

	if (!known) {
		made = lfb__map_own(sizeof(*made));
		if (made && atomic_compare_exchange_strong(&all, &known, made))
			known = made;
		else if (made)
			lfb__map_drop(made, sizeof(*made));
	}
	if (known && !atomic_load(&known->process))
		atomic_compare_exchange_strong(&known->process, &nobody,
					       atomic_fetch_add(&processes, 1) + 1);
	return known;
}

static bool take_in_hand(struct spare *spare, int state)
{
	return atomic_compare_exchange_strong(&spare->state, &state, IN_HAND);
}

static u64 bytes_of_host(const struct lfb_memory *memory)
{
	return lfb__store_used(memory->store, memory->size - memory->start);
}

/* What one machine needed need not be cleared for each one after it. */
static bool is_too_much(const struct lfb_memory *memory, u64 bytes)
{
	u64 used = 0;

	if (bytes <= BYTES_FEW)
		return false;
	for_each_used(memory, pfn)
		used += PAGE_SIZE;
	return used < bytes / 4;
}

static bool clear_bytes(struct lfb_memory *memory)
{
	const size_t size = memory->size - memory->start;
	u8 *bytes = memory->base + memory->start;

	if (is_too_much(memory, bytes_of_host(memory)))
		return !lfb__store_empty(memory->store, bytes, size);
	return lfb__store_clear(memory->store, bytes, size);
}

static void clear_tables(struct lfb_memory *memory)
{
	const unsigned long words = LFB_CHUNK_PAGES / LFB_BITS;

	for_each_used(memory, pfn)
		memory->map[pfn] = (struct page){ 0 };
	for (unsigned long chunk = 0; chunk < memory->nr_chunks; chunk++) {
		if (!memory->chunk_touched[chunk] && !memory->chunk_emptied[chunk])
			continue;
		memset(memory->touched + chunk * words, 0, words * sizeof(*memory->touched));
		memset(memory->emptied + chunk * words, 0, words * sizeof(*memory->emptied));
		memory->chunk_touched[chunk] = 0;
		memory->chunk_emptied[chunk] = 0;
	}
}

static void unpoison_used(const struct lfb_memory *memory)
{
	for_each_used(memory, pfn)
		lfb__unpoison(lfb__pfn_address(memory, pfn), PAGE_SIZE);
}

void lfb__spare_refuse(const struct lfb_memory *memory)
{
	if (memory->reservation)
		lfb__map_drop(memory->reservation, memory->reservation_size);
	if (memory->copied)
		lfb__store_again_drop(memory->copied, memory->size - memory->start);
	if (memory->store >= 0)
		lfb__store_drop(memory->store);
	if (memory->map)
		lfb__map_drop(memory->map, memory->host_size);
}

static bool give_up(struct spare *spare)
{
	if (!take_in_hand(spare, FULL))
		return false;
	unpoison_used(&spare->memory);
	lfb__spare_refuse(&spare->memory);
	return true;
}

bool lfb__spare_give_up_all(void)
{
	struct spares *all = spares();
	bool any = false;

	for (unsigned int i = 0; all && i < SPARES; i++) {
		if (!give_up(&all->each[i]))
			continue;
		atomic_store(&all->each[i].state, EMPTY);
		any = true;
	}
	return any;
}

/* An empty place, if need be that of the oldest: what is no longer asked for makes way. */
static struct spare *make_room(struct spares *all)
{
	static atomic_uint oldest;
	struct spare *spare = all->each;

	for (; spare < all->each + SPARES; spare++) {
		if (take_in_hand(spare, EMPTY))
			return spare;
	}
	spare = &all->each[atomic_fetch_add(&oldest, 1) % SPARES];
	return give_up(spare) ? spare : NULL;
}

void lfb__spare_keep(struct lfb_memory *memory)
{
	struct spares *all = spares();
	struct spare *spare = NULL;

	if (all && memory->process == all->process && bytes_of_host(memory) <= BYTES_MAX)
		spare = make_room(all);
	if (!spare) {
		lfb__spare_refuse(memory);
		return;
	}
	/* The machine's memory is gone: in sanitizer builds whoever looks there yet is told. */
	for_each_used(memory, pfn)
		lfb__poison(lfb__pfn_address(memory, pfn), PAGE_SIZE);
	spare->memory = *memory;
	atomic_store(&spare->state, FULL);
}

/* Of these members everything the host has of an arena follows. */
static bool is_alike(const struct lfb_memory *one, const struct lfb_memory *other)
{
	return one->size - one->start == other->size - other->start &&
	       one->nr_windows == other->nr_windows && one->vmalloc_size == other->vmalloc_size;
}

static struct spare *find(struct spares *all, const struct lfb_memory *like)
{
	for (struct spare *spare = all->each; spare < all->each + SPARES; spare++) {
		if (!take_in_hand(spare, FULL))
			continue;
		if (is_alike(&spare->memory, like))
			return spare;
		atomic_store(&spare->state, FULL);
	}
	return NULL;
}

static bool clear(struct lfb_memory *memory)
{
	unpoison_used(memory);
	if (!clear_bytes(memory))
		return false;
	clear_tables(memory);
	return true;
}

bool lfb__spare_take(struct lfb_memory *memory)
{
	struct spares *all = spares();
	struct spare *found = all ? find(all, memory) : NULL;
	struct lfb_memory *spare = found ? &found->memory : NULL;
	const bool is_clear = found && clear(spare);

	memory->process = all ? all->process : 0;
	if (is_clear) {
		memory->store = spare->store;
		memory->reservation = spare->reservation;
		memory->reservation_size = spare->reservation_size;
		memory->windows = spare->windows;
		memory->window_stride = spare->window_stride;
		memory->window = spare->window;
		memory->copied = spare->copied;
		memory->vmalloc_table = spare->vmalloc_table;
		memory->map = spare->map;
		memory->touched = spare->touched;
		memory->chunk_touched = spare->chunk_touched;
		memory->emptied = spare->emptied;
		memory->chunk_emptied = spare->chunk_emptied;
		memory->host_size = spare->host_size;
	} else if (found) {
		lfb__spare_refuse(spare);
	}
	if (found)
		atomic_store(&found->state, EMPTY);
	return is_clear;
}
