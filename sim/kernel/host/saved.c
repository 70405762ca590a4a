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
