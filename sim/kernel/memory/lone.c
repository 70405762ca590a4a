// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Objects with pages of their own, behind the slab allocator. */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/host/host.h"
#include "sim/kernel/memory/asan.h"
#include "sim/kernel/memory/fence.h"
#include "sim/kernel/memory/lone.h"

#define LONES_RESTING 64u	/* so many are free before the first one's turn comes again */
#define PLACE (2 * PAGE_SIZE)	/* for an object … */
#define STRIDE (2 * PLACE)	/* … and what is never mapped behind it */
#define LONES_MAX (LFB_LONES_SIZE / STRIDE)
#define WINDOW (PLACE + LFB_LONES_SIZE)
#define FRONT 32u		/* bytes in front of an object that are looked at */

/* They lie behind what is never mapped. The places of the file are in the other order. */
struct lfb_lones {
	void *mapped;
	u8 *window;		/* in it, aligned as an object may be */
	int store;
	u32 count;		/* places that are in use or were */
	u32 live;
	u32 resting;		/* in the queue of the free ones */
	u32 oldest, newest;
	unsigned int boot;
	unsigned long uses;	/* objects there ever were, whatever was put back */
	u8 *copied;		/* the file, always accessible; NULL: there were no copies */
	struct lfb_lone lones[LONES_MAX];
};

static u8 *end_of_place(const struct lfb_lones *lones, u32 number)
{
	return lones->window + 2 * PLACE + number * STRIDE;
}

static u32 number_of(const struct lfb_lones *lones, const struct lfb_lone *lone)
{
	return (u32)(lone - lones->lones);
}

size_t lfb__lone_room(const struct lfb_lone *lone)
{
	return lfb__fence_aligned(lone->size);
}

static size_t front_of(const struct lfb_lone *lone)
{
	const size_t free = -lfb__lone_room(lone) & ~PAGE_MASK;

	return free < FRONT ? free : FRONT;
}

static u8 *start_of(const struct lfb_lones *lones, const struct lfb_lone *lone)
{
	return end_of_place(lones, number_of(lones, lone)) - lfb__lone_room(lone);
}

static void cast_shadow(const struct lfb_memory *memory)
{
	if (memory->shadow)
		memory->shadow->lones = memory->lones->window + PLACE;
}

static struct lfb_lones *create(struct lfb_memory *memory)
{
	struct lfb_lones *lones;

	if (!lfb__host_can(LFB_HOST_ALIAS | LFB_HOST_PROTECT))
		return NULL;
	lones = calloc(1, sizeof(*lones));
	if (!lones)
		return NULL;
	lones->store = lfb__store_make("lfb-objects", LONES_MAX * PLACE);
	lones->mapped = lfb__map_reserve(WINDOW + PLACE);
	lones->window = (u8 *)ALIGN((uintptr_t)lones->mapped, PLACE);
	memory->lones = lones;
	cast_shadow(memory);
	if (lones->store >= 0 && lones->mapped)
		return lones;
	lfb__lones_destroy(memory);
	return NULL;
}

void lfb__lones_destroy(struct lfb_memory *memory)
{
	struct lfb_lones *lones = memory->lones;

	if (!lones)
		return;
	if (lones->mapped) {
		lfb__unpoison(lones->window, PLACE + lones->count * STRIDE);
		lfb__map_drop(lones->mapped, WINDOW + PLACE);
	}
	if (lones->copied)
		lfb__store_again_drop(lones->copied, LONES_MAX * PLACE);
	if (lones->store >= 0)
		lfb__store_drop(lones->store);
	free(lones);
	memory->lones = NULL;
}

/*
 * Neighbours are not neighbours in the file, so the host never makes one mapping of two: that, and
 * taking it apart again, is what makes protecting slow.
 */
static size_t end_in_file(u32 number)
{
	return (LONES_MAX - number) * PLACE;
}

/* The last @size bytes of a place. */
static bool map(struct lfb_lones *lones, struct lfb_lone *lone, size_t size)
{
	const u32 number = number_of(lones, lone);

	if (lfb__store_show(lones->store, end_of_place(lones, number) - size, size,
			    end_in_file(number) - size))
		return false;
	lone->mapped = (u32)size;
	return true;
}

static struct lfb_lone *take_next(struct lfb_lones *lones, size_t size)
{
	struct lfb_lone *lone = &lones->lones[lones->count];

	if (lones->count == LONES_MAX || !map(lones, lone, size))
		return NULL;
	lones->count++;
	return lone;
}

static struct lfb_lone *take_oldest(struct lfb_lones *lones, size_t size)
{
	struct lfb_lone *lone = &lones->lones[lones->oldest];

	if (!lones->resting)
		return NULL;
	if (lone->mapped < size ? !map(lones, lone, size) :
	    lfb__map_access(end_of_place(lones, lones->oldest) - size, size, LFB_MAP_OPEN))
		return NULL;
	lones->resting--;
	lones->oldest = lone->next;
	return lone;
}

static void close_place(const struct lfb_memory *memory, struct lfb_lone *lone)
{
	struct lfb_lones *lones = memory->lones;
	const u32 number = number_of(lones, lone);
	const size_t size = PAGE_ALIGN(lone->size);
	u8 *pages = end_of_place(lones, number) - size;

	lfb__forbid(memory, pages, size);
	/* A sanitizer would end the process before the fault ends the kernel. */
	lfb__unpoison(pages, size);
	lfb__map_access(pages, size, LFB_MAP_CLOSED);
	lone->live = false;
	lones->live--;
	if (lones->resting++)
		lones->lones[lones->newest].next = number;
	else
		lones->oldest = number;
	lones->newest = number;
}

/* In sanitizer builds. */
static void close_around(const struct lfb_lones *lones, const struct lfb_lone *lone)
{
	const u8 *start = start_of(lones, lone);

	lfb__poison(start - front_of(lone), front_of(lone));
	lfb__poison(start + lone->size, lfb__lone_room(lone) - lone->size);
}

void *lfb__lone_give(struct lfb_kernel *kernel, void *object, size_t size)
{
	struct lfb_lones *lones = kernel->memory.lones;
	struct lfb_lone *lone = NULL;
	u8 *start;

	if (size > PLACE)
		return NULL;
	if (unlikely(!lones))
		lones = create(&kernel->memory);
	if (!lones)
		return NULL;
	if (lones->resting < LONES_RESTING)
		lone = take_next(lones, PAGE_ALIGN(size));
	if (!lone)
		lone = take_oldest(lones, PAGE_ALIGN(size));
	if (!lone)
		return NULL;
	lones->live++;
	*lone = (struct lfb_lone){
		.made = lfb__site_here(kernel),
		.made_operation = kernel->operation,
		.phys = lfb__linear(&kernel->memory, (uintptr_t)object),
		.boot = lones->boot,
		.size = (u32)size,
		.mapped = lone->mapped,
		.live = true,
		.use = ++lones->uses,
	};
	start = start_of(lones, lone);
	lfb__allow(&kernel->memory, start, size);
	memset(start - front_of(lone), LFB_SLACK, front_of(lone));
	memset(start + size, LFB_SLACK, lfb__lone_room(lone) - size);
	close_around(lones, lone);
	return start;
}

void lfb__lone_freed(struct lfb_kernel *kernel, struct lfb_lone *lone)
{
	lone->freed = lfb__site_here(kernel);
	lone->freed_operation = kernel->operation;
	close_place(&kernel->memory, lone);
}

void lfb__lones_begin(struct lfb_kernel *kernel)
{
	struct lfb_lones *lones = kernel->memory.lones;

	if (!lones)
		return;
	cast_shadow(&kernel->memory);
	for (u32 i = 0; lones->live && i < lones->count; i++) {
		if (lones->lones[i].live)
			close_place(&kernel->memory, &lones->lones[i]);
	}
	lones->boot++;
}

void lfb__lones_range(const struct lfb_memory *memory, u64 *start, u64 *size)
{
	const struct lfb_lones *lones = memory->lones;

	*start = lones ? (uintptr_t)lones->window + PLACE : 0;
	*size = lones ? lones->count * STRIDE : 0;
}

struct lfb_lone *lfb__lone_of(const struct lfb_memory *memory, const void *address,
			      long long *offset)
{
	struct lfb_lones *lones = memory->lones;
	struct lfb_lone *lone;
	uintptr_t inside;

	if (likely(!lones))
		return NULL;
	inside = (uintptr_t)address - (uintptr_t)lones->window - PLACE;
	if (inside >= lones->count * STRIDE || !lones->lones[inside / STRIDE].size)
		return NULL;
	lone = &lones->lones[inside / STRIDE];
	*offset = (long long)((const u8 *)address - start_of(lones, lone));
	return lone;
}

unsigned int lfb__lone_age(const struct lfb_memory *memory, const struct lfb_lone *lone)
{
	return memory->lones->boot - lone->boot;
}

void *lfb__lone_at(const struct lfb_memory *memory, phys_addr_t phys)
{
	const struct lfb_lones *lones = memory->lones;

	for (u32 i = 0; lones && lones->live && i < lones->count; i++) {
		const struct lfb_lone *lone = &lones->lones[i];

		if (lone->live && phys - lone->phys < lfb__lone_room(lone))
			return start_of(lones, lone) + (phys - lone->phys);
	}
	return NULL;
}

long long lfb__lone_written(const struct lfb_memory *memory, const struct lfb_lone *lone)
{
	const u8 *start = start_of(memory->lones, lone);
	const size_t room = lfb__lone_room(lone);

	lfb__unpoison(start - front_of(lone), front_of(lone) + room);
	for (size_t i = lone->size; i < room; i++) {
		if (start[i] != LFB_SLACK)
			return (long long)i;
	}
	for (long long i = 1; i <= (long long)front_of(lone); i++) {
		if (start[-i] != LFB_SLACK)
			return -i;
	}
	return 0;
}

/* As they were */

static u8 *copied_bytes(const struct lfb_lones *lones, u32 number, size_t size)
{
	return lones->copied + end_in_file(number) - size;
}

static bool can_copy(struct lfb_lones *lones)
{
	if (!lones->copied)
		lones->copied = lfb__store_again(lones->store, NULL, LONES_MAX * PLACE);
	return lones->copied != NULL;
}

bool lfb__lones_copy(struct lfb_memory *memory, struct lfb_lones_copy *copy)
{
	struct lfb_lones *lones = memory->lones;
	size_t size = 0;
	u8 *to;

	*copy = (struct lfb_lones_copy){ 0 };
	if (!lones)
		return true;
	for (u32 i = 0; i < lones->count; i++)
		size += lones->lones[i].mapped;
	copy->places.items = calloc(lones->count + 1ul, sizeof(lones->lones[0]));
	copy->bytes = malloc(size + 1);
	if (!copy->places.items || !copy->bytes || !can_copy(lones))
		return false;
	memcpy(copy->places.items, lones->lones, lones->count * sizeof(lones->lones[0]));
	copy->places.count = lones->count;
	copy->live = lones->live;
	copy->resting = lones->resting;
	copy->oldest = lones->oldest;
	copy->newest = lones->newest;
	copy->boot = lones->boot;
	to = copy->bytes;
	for (u32 i = 0; i < lones->count; to += lones->lones[i++].mapped)
		memcpy(to, copied_bytes(lones, i, lones->lones[i].mapped), lones->lones[i].mapped);
	return true;
}

/* Nobody has had it since. */
static bool has_rested(const struct lfb_lone *now, const struct lfb_lone *then)
{
	return !now->live && !then->live && now->use == then->use;
}

/* How much of a place is mapped, and the number of its use, are no one's to notice. */
static bool same_lone(struct lfb_lone a, struct lfb_lone b)
{
	a.mapped = b.mapped;
	a.use = b.use;
	return !memcmp(&a, &b, sizeof(a));
}

bool lfb__lones_are_as(const struct lfb_memory *memory, const struct lfb_lones_copy *copy)
{
	static const struct lfb_lones none;
	const struct lfb_lones *lones = memory->lones ? memory->lones : &none;
	const struct lfb_lone *then = copy->places.items;
	const u8 *bytes = copy->bytes;

	if (lones->count != copy->places.count || lones->live != copy->live ||
	    lones->resting != copy->resting || lones->oldest != copy->oldest ||
	    lones->newest != copy->newest || lones->boot != copy->boot)
		return false;
	for (u32 i = 0; i < lones->count; i++) {
		const struct lfb_lone *now = &lones->lones[i];
		const u32 both = now->mapped < then[i].mapped ? now->mapped : then[i].mapped;

		bytes += then[i].mapped;
		if (!same_lone(*now, then[i]) ||
		    (!has_rested(now, &then[i]) &&
		     memcmp(copied_bytes(lones, i, both), bytes - both, both)))
			return false;
	}
	return true;
}

bool lfb__lones_mix(const struct lfb_memory *memory, struct lfb_mix *mix)
{
	struct lfb_lones *lones = memory->lones;

	if (!lones)
		return true;
	if (!can_copy(lones))
		return false;
	lfb__mix(mix, &lones->oldest, sizeof(lones->oldest));
	lfb__mix(mix, &lones->boot, sizeof(lones->boot));
	for (u32 i = 0; i < lones->count; i++) {
		struct lfb_lone lone = lones->lones[i];

		lone.use = 0;
		lfb__mix(mix, &lone, sizeof(lone));
		lfb__mix(mix, copied_bytes(lones, i, lone.mapped), lone.mapped);
	}
	return true;
}

/* Nobody may touch what is there but who has the object that was. */
static void protect_place(const struct lfb_memory *memory, const struct lfb_lone *now,
			  const struct lfb_lone *then)
{
	struct lfb_lones *lones = memory->lones;
	u8 *end = end_of_place(lones, number_of(lones, now));
	const size_t all = now->mapped;

	if (now->live != then->live || PAGE_ALIGN(now->size) != PAGE_ALIGN(then->size)) {
		lfb__map_access(end - all, all, LFB_MAP_CLOSED);
		if (then->live)
			lfb__map_access(end - PAGE_ALIGN(then->size), PAGE_ALIGN(then->size),
				 LFB_MAP_OPEN);
	}
	lfb__unpoison(end - all, all);
	lfb__forbid(memory, end - all, all);
}

/* One that had more of it mapped then than now, or is nobody's now. */
static bool map_more(struct lfb_lones *lones, struct lfb_lone *now, const struct lfb_lone *then)
{
	if (now->mapped >= then->mapped)
		return true;
	/* All of what is mapped is to be closed. */
	now->live = false;
	now->size = 0;
	return map(lones, now, then->mapped);
}

/* Its bytes are @bytes, unless they cannot have changed. */
static bool put_place_back(const struct lfb_memory *memory, u32 number,
			   const struct lfb_lone *then, const u8 *bytes)
{
	struct lfb_lones *lones = memory->lones;
	struct lfb_lone *now = &lones->lones[number];
	const bool rested = has_rested(now, then);
	u32 mapped;

	if (!map_more(lones, now, then))
		return false;
	mapped = now->mapped;
	if (!rested) {
		memset(copied_bytes(lones, number, mapped), 0, mapped - then->mapped);
		memcpy(copied_bytes(lones, number, then->mapped), bytes, then->mapped);
		protect_place(memory, now, then);
	}
	*now = *then;
	now->mapped = mapped;
	if (!then->live)
		return true;
	lfb__allow(memory, start_of(lones, now), then->size);
	close_around(lones, now);
	return true;
}

/* One that nobody had had. */
static void empty_place(const struct lfb_memory *memory, u32 number)
{
	static const struct lfb_lone none;
	struct lfb_lones *lones = memory->lones;
	struct lfb_lone *now = &lones->lones[number];

	memset(copied_bytes(lones, number, now->mapped), 0, now->mapped);
	protect_place(memory, now, &none);
	*now = none;
}

bool lfb__lones_put_back(struct lfb_memory *memory, const struct lfb_lones_copy *copy)
{
	const struct lfb_lone *then = copy->places.items;
	struct lfb_lones *lones = memory->lones;
	const u8 *bytes = copy->bytes;

	if (!lones)
		return true;
	if (!can_copy(lones))
		return false;
	for (u32 i = (u32)copy->places.count; i < lones->count; i++)
		empty_place(memory, i);
	lones->count = (u32)copy->places.count;
	for (u32 i = 0; i < lones->count; bytes += then[i++].mapped) {
		if (!put_place_back(memory, i, &then[i], bytes))
			return false;
	}
	lones->live = copy->live;
	lones->resting = copy->resting;
	lones->oldest = copy->oldest;
	lones->newest = copy->newest;
	lones->boot = copy->boot;
	return true;
}
