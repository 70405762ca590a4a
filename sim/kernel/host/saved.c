// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Host memory as it was: bytes that stay where they are, and blocks whose owner may meanwhile have
 * replaced them by larger ones. A block keeps its place and its room, whatever was saved of both.
 */
#include <stdlib.h>

#include "sim/kernel/host/host.h"

struct part {
	void *at;		/* the bytes, the pointer to a block, the argument of a hook */
	size_t used;		/* bytes that were saved … */
	size_t from;		/* … from here on in all of them */
	size_t room;		/* of a block */
	size_t skip;		/* from here on … */
	size_t skip_size;	/* … so many bytes decide nothing, … */
	bool skip_is_call;	/* … or are the number of a call */
	bool is_block;
	void *block;		/* of a block, while all is put back */
	size_t (*before)(void *self);	/* of a hook … */
	void (*after)(void *self, size_t before);
	size_t answer;		/* … what was answered before */
};

static struct part *add_part(struct lfb_saved *saved, void *at, const void *bytes, size_t size)
{
	struct part *part = lfb__list_add(&saved->parts, sizeof(*part));
	void *room;

	saved->failed |= !part;
	if (!part)
		return NULL;
	part->at = at;
	part->from = saved->bytes.count;
	if (!size)
		return part;
	room = lfb__room(saved->bytes.items, saved->bytes.count, size, &saved->bytes.capacity, 1);
	saved->failed |= !room;
	if (!room)
		return part;
	saved->bytes.items = room;
	memcpy((char *)room + part->from, bytes, size);
	saved->bytes.count += size;
	part->used = size;
	return part;
}

void lfb__save(struct lfb_saved *saved, void *at, size_t size)
{
	add_part(saved, at, at, size);
}

static void *block_of(const struct part *part)
{
	void *block;

	memcpy(&block, part->at, sizeof(block));
	return block;
}

void lfb__save_block(struct lfb_saved *saved, void *at, size_t used, size_t room)
{
	struct part *part;
	void *block;

	memcpy(&block, at, sizeof(block));
	LFB_ASSERT(used <= room && (block || !used));
	part = add_part(saved, at, block, used);
	if (!part)
		return;
	part->is_block = true;
	part->room = room;
}

void lfb__save_list(struct lfb_saved *saved, struct lfb_list *list, size_t size)
{
	lfb__save(saved, list, sizeof(*list));
	lfb__saved_skip(saved, 0, sizeof(*list));
	lfb__save_block(saved, &list->items, list->count * size, list->capacity * size);
}

void lfb__save_table(struct lfb_saved *saved, struct lfb_table *table)
{
	const size_t size = table->nr_slots * sizeof(*table->slots);

	lfb__save(saved, table, sizeof(*table));
	lfb__save_block(saved, &table->slots, size, size);
}

void lfb__save_hook(struct lfb_saved *saved, void *self, size_t (*before)(void *self),
		    void (*after)(void *self, size_t before))
{
	struct part *part = add_part(saved, self, NULL, 0);

	if (!part)
		return;
	part->before = before;
	part->after = after;
}

void lfb__saved_skip(struct lfb_saved *saved, size_t from, size_t size)
{
	struct part *part = (struct part *)saved->parts.items + saved->parts.count - 1;

	if (saved->failed)
		return;
	LFB_ASSERT(from <= part->used && size <= part->used - from);
	part->skip = from;
	part->skip_size = size;
}

void lfb__saved_call(struct lfb_saved *saved, size_t from)
{
	lfb__saved_skip(saved, from, sizeof(u64));
	if (!saved->failed)
		((struct part *)saved->parts.items)[saved->parts.count - 1].skip_is_call = true;
}

static bool calls_alike(const char *a, const char *b, u64 last, u64 later)
{
	u64 call_a, call_b;

	memcpy(&call_a, a, sizeof(call_a));
	memcpy(&call_b, b, sizeof(call_b));
	return call_b == (call_a > last ? call_a + later : call_a);
}

bool lfb__saved_alike(const struct lfb_saved *a, const struct lfb_saved *b, u64 last, u64 later)
{
	const struct part *part = a->parts.items, *other = b->parts.items;

	if (a->parts.count != b->parts.count)
		return false;
	for (size_t i = 0; i < a->parts.count; i++, part++, other++) {
		const char *here = (const char *)a->bytes.items + part->from;
		const char *there = (const char *)b->bytes.items + other->from;
		const size_t behind = part->skip + part->skip_size;

		if (part->at != other->at || part->used != other->used ||
		    memcmp(here, there, part->skip) ||
		    memcmp(here + behind, there + behind, part->used - behind) ||
		    (part->skip_is_call &&
		     !calls_alike(here + part->skip, there + part->skip, last, later)))
			return false;
	}
	return true;
}

void lfb__saved_mix(const struct lfb_saved *saved, struct lfb_mix *mix)
{
	const struct part *part = saved->parts.items;

	for (size_t i = 0; i < saved->parts.count; i++, part++) {
		const char *bytes = (const char *)saved->bytes.items + part->from;
		const size_t skipped = part->skip_is_call ? 0 : part->skip_size;
		const size_t behind = part->skip + skipped;

		lfb__mix(mix, &part->at, sizeof(part->at));
		lfb__mix(mix, bytes, part->skip);
		lfb__mix(mix, bytes + behind, part->used - behind);
	}
}

void lfb__saved_empty(struct lfb_saved *saved)
{
	saved->parts.count = saved->bytes.count = 0;
	saved->failed = false;
}

/* The block that is there, or one in the place of one that is gone. */
static bool find_block(struct part *part)
{
	if (!part->is_block)
		return true;
	part->block = block_of(part);
	if (!part->block && part->room)
		part->block = malloc(part->room);
	return part->block || !part->room;
}

bool lfb__saved_prepare(struct lfb_saved *saved)
{
	struct part *parts = saved->parts.items;

	for (size_t i = 0; i < saved->parts.count; i++) {
		if (find_block(&parts[i]))
			continue;
		while (i-- > 0) {
			if (parts[i].is_block && parts[i].block != block_of(&parts[i]))
				free(parts[i].block);
		}
		return false;
	}
	return true;
}

void lfb__saved_put_back(struct lfb_saved *saved)
{
	struct part *parts = saved->parts.items;
	const char *bytes = saved->bytes.items;
	const size_t count = saved->parts.count;

	for (size_t i = 0; i < count; i++) {
		if (parts[i].before)
			parts[i].answer = parts[i].before(parts[i].at);
	}
	for (size_t i = 0; i < count; i++) {
		if (!parts[i].is_block && parts[i].used)
			memcpy(parts[i].at, bytes + parts[i].from, parts[i].used);
	}
	for (size_t i = 0; i < count; i++) {
		if (!parts[i].is_block)
			continue;
		memcpy(parts[i].at, &parts[i].block, sizeof(parts[i].block));
		if (parts[i].used)
			memcpy(parts[i].block, bytes + parts[i].from, parts[i].used);
	}
	for (size_t i = 0; i < count; i++) {
		if (parts[i].after)
			parts[i].after(parts[i].at, parts[i].answer);
	}
}

void lfb__saved_free(struct lfb_saved *saved)
{
	lfb__list_free(&saved->parts);
	lfb__list_free(&saved->bytes);
	saved->failed = false;
}
