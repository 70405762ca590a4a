// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The states that were seen, what leads from one to the other, and how many ways there are.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/search.h"

#define FIRST_SLOTS 1024u

int lfb__search_begin(struct search *search)
{
	search->node_capacity = 64;
	search->nodes = calloc(search->node_capacity, sizeof(*search->nodes));
	search->nr_slots = FIRST_SLOTS;
	search->slots = calloc(search->nr_slots, sizeof(*search->slots));
	if (!search->nodes || !search->slots)
		return -ENOMEM;
	search->nr_nodes = search->layer_end = 1;
	return 0;
}

void lfb__search_end(struct search *search)
{
	free(search->nodes);
	free(search->edges);
	free(search->slots);
}

static int add_edge(struct search *search, u32 to)
{
	if (search->nr_edges == search->edge_capacity) {
		u64 capacity = search->edge_capacity ? search->edge_capacity * 2 : 1024;
		u32 *edges = reallocarray(search->edges, capacity, sizeof(*edges));

		if (!edges)
			return -ENOMEM;
		search->edges = edges;
		search->edge_capacity = capacity;
	}
	search->edges[search->nr_edges++] = to;
	return 0;
}

/*
 * Nodes by their keys. Which names were used is part of what a state is.
 */

static u32 *slot_of(const struct search *search, const struct lfb_state_key *key, u8 used)
{
	u32 at = (u32)(key->half[0] + used) & (search->nr_slots - 1);

	while (search->slots[at]) {
		const struct node *node = &search->nodes[search->slots[at] - 1];

		if (node->used == used && !memcmp(&node->key, key, sizeof(*key)))
			break;
		at = (at + 1) & (search->nr_slots - 1);
	}
	return &search->slots[at];
}

static int grow_slots(struct search *search)
{
	u32 *old = search->slots, count = search->nr_slots;

	search->slots = calloc((size_t)count * 2, sizeof(*old));
	if (!search->slots) {
		search->slots = old;
		return -ENOMEM;
	}
	search->nr_slots = count * 2;
	for (u32 i = 0; i < count; i++) {
		const struct node *node = &search->nodes[old[i] - 1];

		if (old[i])
			*slot_of(search, &node->key, node->used) = old[i];
	}
	free(old);
	return 0;
}

static int new_node(struct search *search, u32 parent, const struct step *step, u32 *slot)
{
	struct node *nodes;

	if (search->nr_nodes == UINT32_MAX - 1)
		return -ENOMEM;
	if (search->nr_nodes == search->node_capacity) {
		u32 capacity = search->node_capacity > UINT32_MAX / 2 ? UINT32_MAX :
									search->node_capacity * 2;

		nodes = reallocarray(search->nodes, capacity, sizeof(*nodes));
		if (!nodes)
			return -ENOMEM;
		search->nodes = nodes;
		search->node_capacity = capacity;
	}
	search->nodes[search->nr_nodes++] = (struct node){
		.key = step->key,
		.parent = parent,
		.letter = step->letter,
		.used = step->used,
	};
	*slot = search->nr_nodes;
	return 0;
}

/* Where a step leads: a state seen before, or a new one. */
static int resolve(struct search *search, u32 parent, const struct step *step, u32 *to)
{
	u32 ignored, *slot = search->all ? &ignored : slot_of(search, &step->key, step->used);
	int err;

	if (search->all)
		ignored = 0;
	if (!*slot) {
		err = new_node(search, parent, step, slot);
		if (err)
			return err;
	}
	*to = *slot - 1;
	if (!search->all && search->nr_nodes > search->nr_slots / 2)
		return grow_slots(search);
	return 0;
}

/* The first sequence of the layer that differs is the one. */
static void note_difference(struct search *search, u32 id, const struct step *step)
{
	unsigned int at = search->depth;

	if (search->differs)
		return;
	search->differs = true;
	search->word_length = search->depth + 1;
	search->word[at] = step->letter;
	for (; at--; id = search->nodes[id].parent)
		search->word[at] = search->nodes[id].letter;
}

int lfb__search_merge(struct search *search)
{
	bool last = search->depth + 1 == search->length;
	u32 layer_end = search->layer_end;

	for (u32 id = search->layer; id < layer_end; id++) {
		const struct found *found = &search->found[id - search->layer];

		search->nodes[id].next = search->nr_edges;
		search->nodes[id].nr_next = (u16)found->count;
		for (unsigned int i = 0; i < found->count; i++) {
			const struct step *step = &found->steps[i];
			int err = 0;
			u32 to = NOWHERE;

			if (step->differs)
				note_difference(search, id, step);
			else if (!last && !step->ends)
				err = resolve(search, id, step, &to);
			if (!err && !last)
				err = add_edge(search, to);
			if (err)
				return err;
		}
	}
	if (!last && !search->differs) {
		search->layer = layer_end;
		search->layer_end = search->nr_nodes;
	}
	return 0;
}

/*
 * Counting: the sequences of n letters from a state are those of n - 1 from where its letters
 * lead. A state first reached after d letters is asked for at most length - d more.
 */
u64 lfb__search_count(struct search *search, unsigned int length)
{
	u64 *now = calloc(search->nr_nodes, sizeof(*now));
	u64 *before = calloc(search->nr_nodes, sizeof(*before));
	u64 count = 0, *swap;

	for (u32 id = 0; before && id < search->nr_nodes; id++)
		before[id] = 1;
	for (unsigned int n = 1; now && before && n <= length; n++) {
		for (u32 id = 0; id < search->layer_end; id++) {
			const struct node *node = &search->nodes[id];

			now[id] = n == 1 ? node->nr_next : 0;
			for (unsigned int i = 0; n > 1 && i < node->nr_next; i++) {
				u64 edge = node->next + i;

				if (edge < search->nr_edges && search->edges[edge] != NOWHERE)
					now[id] += before[search->edges[edge]];
			}
		}
		swap = now;
		now = before;
		before = swap;
	}
	if (now && before)
		count = before[0];
	free(now);
	free(before);
	return count;
}
