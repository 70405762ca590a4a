// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What is ordered: the clocks of tasks, and of what they take and let go. */
#include <string.h>

#include "sim/kernel/race/race.h"

/* A lock, a counter, something that is done later: any address. */
struct object {
	const void *address;
	struct lfb_race_clock shown;	/* by those who had it for themselves … */
	struct lfb_race_clock shared;	/* … and by those who shared it */
};

static void join(struct lfb_race_clock *clock, const struct lfb_race_clock *other)
{
	for (unsigned int i = 0; i < LFB_RACE_TASKS; i++) {
		if (clock->seen[i] < other->seen[i])
			clock->seen[i] = other->seen[i];
	}
}

static bool is_at(const void *objects, u32 number, const void *address)
{
	return ((const struct object *)objects)[number].address == address;
}

static struct object *find(struct lfb_race *race, const void *address)
{
	const u32 number = lfb__table_find(&race->object_table, (uintptr_t)address, is_at,
					   race->objects.items, address);

	return number == LFB_TABLE_NONE ? NULL : (struct object *)race->objects.items + number;
}

/* NULL without memory, of which a race may be told that is none: so none is told any more. */
static struct object *find_or_add(struct lfb_race *race, const void *address)
{
	struct object *object = find(race, address);

	if (object)
		return object;
	object = lfb__list_add(&race->objects, sizeof(*object));
	if (!object || lfb__table_add(&race->object_table, (uintptr_t)address,
				      (u32)race->objects.count - 1)) {
		race->blind = true;
		return NULL;
	}
	object->address = address;
	return object;
}

/* Before the first access there is nothing to be ordered. */
static bool is_idle(const struct lfb_race *race)
{
	return !race->watched || race->now >= race->count;
}

void lfb__race_see(struct lfb_race *race, const void *address, bool shared)
{
	const struct object *object = is_idle(race) ? NULL : find(race, address);

	if (!object)
		return;
	join(&race->clocks[race->now], &object->shown);
	if (!shared)
		join(&race->clocks[race->now], &object->shared);
}

void lfb__race_show(struct lfb_race *race, const void *address, bool shared)
{
	struct object *object = is_idle(race) ? NULL : find_or_add(race, address);

	if (!object)
		return;
	join(shared ? &object->shared : &object->shown, &race->clocks[race->now]);
	/* What it does from here on is not shown. */
	race->clocks[race->now].seen[race->now]++;
}

void lfb__race_hide(struct lfb_race *race, const void *address, size_t size)
{
	struct object *objects = race->objects.items;

	for (size_t i = 0; i < race->objects.count; i++) {
		if ((uintptr_t)objects[i].address - (uintptr_t)address >= size)
			continue;
		memset(&objects[i].shown, 0, sizeof(objects[i].shown));
		memset(&objects[i].shared, 0, sizeof(objects[i].shared));
	}
}

void lfb__race_begin(struct lfb_kernel *kernel, struct lfb_race *race, unsigned int count)
{
	race->kernel = kernel;
	race->now = race->count = count;
	race->watched = race->blind = false;
	memset(race->tasks, 0, sizeof(race->tasks));
	memset(race->clocks, 0, sizeof(race->clocks));
	for (unsigned int i = 0; i < count; i++)
		race->clocks[i].seen[i] = 1;
	race->objects.count = race->words.count = race->accesses.count = 0;
	lfb__table_clear(&race->object_table);
	lfb__table_clear(&race->word_table);
}

void lfb__race_free(struct lfb_race *race)
{
	lfb__list_free(&race->objects);
	lfb__list_free(&race->words);
	lfb__list_free(&race->accesses);
	lfb__table_free(&race->object_table);
	lfb__table_free(&race->word_table);
}
