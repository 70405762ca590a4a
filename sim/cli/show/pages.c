// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Pages: blocks, each with whose it is, and maps of what became of them in a run. */
#include <stdlib.h>
#include <string.h>

#include <luo/mm.h>

#include "show.h"

/* Pages are marked as the largest blocks that are aligned to their size. */
static unsigned int order_of(u64 pfn, u64 pages)
{
	unsigned int order = 0;

	while (order < 63 && !(pfn & (1ull << order)) && 2ull << order <= pages)
		order++;
	return order;
}

/* Where it is, or would be. */
static size_t place_of(const struct show_blocks *blocks, u64 pfn, unsigned int order, bool *found)
{
	size_t low = 0, high = blocks->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct show_block *block = &blocks->list[middle];

		if (block->pfn < pfn || (block->pfn == pfn && block->order < order))
			low = middle + 1;
		else
			high = middle;
	}
	*found = low < blocks->count && blocks->list[low].pfn == pfn &&
		 blocks->list[low].order == order;
	return low;
}

static bool add_block(struct show_blocks *blocks, u64 pfn, unsigned int order, const char *owner)
{
	struct show_block *grown;
	bool found;
	size_t at = place_of(blocks, pfn, order, &found);

	if (found)
		return true;
	grown = cli_grown(blocks->list, blocks->count, sizeof(*grown));
	if (!grown)
		return false;
	blocks->list = grown;
	memmove(blocks->list + at + 1, blocks->list + at,
		(blocks->count++ - at) * sizeof(*blocks->list));
	blocks->list[at] = (struct show_block){ pfn, order, owner };
	blocks->pages += 1ull << order;
	return true;
}

bool show_blocks_add(struct show_blocks *blocks, u64 phys, u64 pages, const char *owner)
{
	const u64 end = phys / PAGE_SIZE + pages;
	unsigned int order;

	for (u64 pfn = phys / PAGE_SIZE; pfn < end; pfn += 1ull << order) {
		order = order_of(pfn, end - pfn);
		if (!add_block(blocks, pfn, order, owner))
			return false;
	}
	return true;
}

/* Some may not be there: that is the mistake of whoever gives them up. */
void show_blocks_drop(struct show_blocks *blocks, u64 phys, u64 pages, const char **owner)
{
	const u64 end = phys / PAGE_SIZE + pages;
	unsigned int order;
	bool found;

	for (u64 pfn = phys / PAGE_SIZE; pfn < end; pfn += 1ull << order) {
		size_t at;

		order = order_of(pfn, end - pfn);
		at = place_of(blocks, pfn, order, &found);
		if (!found)
			continue;
		if (pfn == phys / PAGE_SIZE)
			*owner = blocks->list[at].owner;
		memmove(blocks->list + at, blocks->list + at + 1,
			(--blocks->count - at) * sizeof(*blocks->list));
		blocks->pages -= 1ull << order;
	}
}

void show_blocks_clear(struct show_blocks *blocks)
{
	free(blocks->list);
	*blocks = (struct show_blocks){ 0 };
}

/* Maps */

static struct show_span *insert(struct show_maps *maps, struct show_map *map, size_t at,
				const struct show_span *span)
{
	struct show_span *spans = cli_grown(map->spans, map->nr_spans, sizeof(*spans));

	maps->no_memory |= !spans;
	if (!spans)
		return NULL;
	map->spans = spans;
	memmove(spans + at + 1, spans + at, (map->nr_spans++ - at) * sizeof(*spans));
	spans[at] = *span;
	return spans + at;
}

/* The first span that ends behind a page; it begins there or later, too: it is parted if not. */
static size_t span_from(struct show_maps *maps, struct show_map *map, u64 pfn)
{
	size_t low = 0, high = map->nr_spans;
	struct show_span rest;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (map->spans[middle].pfn + map->spans[middle].pages <= pfn)
			low = middle + 1;
		else
			high = middle;
	}
	if (low == map->nr_spans || map->spans[low].pfn >= pfn)
		return low;
	rest = map->spans[low];
	rest.pages -= pfn - rest.pfn;
	rest.pfn = pfn;
	if (insert(maps, map, low + 1, &rest))
		map->spans[low].pages = pfn - map->spans[low].pfn;
	return low + 1;
}

/* Spans for all of an event's pages. Returns the first, and how many there are. */
static size_t spans_of(struct show_maps *maps, struct show_map *map, const struct lfb_event *event,
		       size_t *count)
{
	const u64 end = event->phys / PAGE_SIZE + event->pages;
	u64 pfn = event->phys / PAGE_SIZE;
	size_t first, at;

	span_from(maps, map, end);
	first = at = span_from(maps, map, pfn);
	for (; pfn < end && !maps->no_memory; at++) {
		if (at == map->nr_spans || map->spans[at].pfn > pfn) {
			const u64 next = at < map->nr_spans ? map->spans[at].pfn : end;
			const struct show_span gap = {
				.pfn = pfn, .pages = (next < end ? next : end) - pfn,
			};

			if (!insert(maps, map, at, &gap))
				break;
		}
		pfn = map->spans[at].pfn + map->spans[at].pages;
	}
	*count = maps->no_memory ? 0 : at - first;
	return first;
}

static void happen(const struct show *show, struct show_span *span, const struct show_step *step)
{
	switch (step->event.happening) {
	case LFB_DID_PAGES_MARKED:
		*span = (struct show_span){
			.pfn = span->pfn, .pages = span->pages, .owner = step->event.owner,
			.is_saved = true, .saved_in = show_in(show, step),
		};
		break;
	case LFB_DID_PAGES_UNMARKED:
		span->was_let_go |= span->is_saved;
		span->is_saved = false;
		break;
	case LFB_DID_PAGES_HANDED_OVER:
		span->is_handed_over = true;
		span->owner = span->owner ?: step->event.owner;
		break;
	default:
		span->taken = step;
	}
}

/* The last two maps: what was handed over, if anything was, and what will be. */
static void change(const struct show *show, struct show_maps *maps, const struct show_step *step,
		   bool of_last)
{
	struct show_map *map = &maps->list[maps->count - 1];
	size_t first, count;

	if (of_last && (maps->count < 2 || !map[-1].jump))
		return;
	map -= of_last;
	first = spans_of(maps, map, &step->event, &count);
	for (size_t i = first; i < first + count; i++)
		happen(show, &map->spans[i], step);
}

static void count_session(struct show_maps *maps, const struct show_step *step)
{
	struct show_map *map = &maps->list[maps->count - 1];

	if (!step->event.incoming || maps->count < 2)
		return;
	map--;
	map->had_sessions = true;
	if (step->event.happening == LFB_DID_SESSION_ADDED)
		map->sessions++;
	else if (map->sessions)
		map->sessions--;
}

static void next_map(struct show_maps *maps, const struct show_step *jump)
{
	struct show_map *list = cli_grown(maps->list, maps->count, sizeof(*list));

	maps->no_memory |= !list;
	if (!list)
		return;
	maps->list = list;
	if (maps->count)
		list[maps->count - 1].jump = jump;
	list[maps->count++] = (struct show_map){ 0 };
}

bool show_maps_make(const struct show *show, struct show_maps *maps)
{
	*maps = (struct show_maps){ 0 };
	next_map(maps, NULL);
	for (size_t i = 0; i < show->count && !maps->no_memory; i++) {
		const struct show_step *step = &show->steps[i];

		if (step->is_operation)
			continue;
		switch (step->event.happening) {
		case LFB_DID_PAGES_MARKED:
		case LFB_DID_PAGES_UNMARKED:
			change(show, maps, step, false);
			break;
		case LFB_DID_PAGES_HANDED_OVER:
		case LFB_DID_PAGES_CLAIMED:
			change(show, maps, step, true);
			break;
		case LFB_DID_SESSION_ADDED:
		case LFB_DID_SESSION_REMOVED:
			count_session(maps, step);
			break;
		case LFB_DID_JUMPED:
			next_map(maps, step);
			break;
		case LFB_DID_SWITCHED_OFF:
			next_map(maps, NULL);
			break;
		default:
			break;
		}
	}
	return !maps->no_memory;
}

void show_maps_free(struct show_maps *maps)
{
	for (size_t i = 0; i < maps->count; i++)
		free(maps->list[i].spans);
	free(maps->list);
}
