// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Memory as a picture: for each kexec, by address, what was before it and what became of that. */
#include <stdlib.h>
#include <string.h>

#include <luo/mm.h>

#include "svg.h"

enum {
	MEMORY_BAR = 44,	/* where the kexec is */
	MEMORY_GAP = 16,
	MEMORY_MOST_LETTERS = 120,
	MEMORY_WIDTH_MIN = 560,
};

/* A line of the picture. */
struct memory_row {
	u64 pfn, pages;
	enum svg_meaning before, after;
	bool crosses;				/* it was handed over */
	char *words[4];				/* address, owner, before, after */
};

struct memory {
	const struct show *show;
	struct show_maps maps;
	struct memory_row *rows;		/* of one map */
	size_t nr_rows;
	struct cli_text back, front;
	int x[5], y, width;
	bool no_memory;
};

/* Words */

static bool is_callbacks(const struct show_span *span)
{
	return span->saved_in && !span->saved_in->is_operation &&
	       span->saved_in->event.kind == LFB_EVENT_CALLBACK;
}

static void say_owner(const struct show_span *span, struct cli_text *to)
{
	const struct lfb_event *event = span->saved_in ? &span->saved_in->event : NULL;

	if (is_callbacks(span) && event->flb)
		svg_print(to, "FLB %.200s", event->flb);
	else if (is_callbacks(span) && event->session)
		svg_print(to, "file %llu of \"%.200s\"", event->token, event->session);
	else if (!span->owner || !strcmp(span->owner, "somebody"))
		svg_print(to, "not known");
	else if (!strcmp(span->owner, "luo") || !strcmp(span->owner, "kho"))
		svg_print(to, strcmp(span->owner, "luo") ? "KHO" : "LUO");
	else
		svg_print(to, "%.200s", span->owner);
}

/* The callback or operation that a step happened in. */
static void say_cause(const struct show *show, const struct show_step *step, struct cli_text *to)
{
	const struct show_step *in = show_in(show, step);

	while (in && !in->is_operation && in->event.kind != LFB_EVENT_CALLBACK &&
	       in->event.happening != LFB_DID_BOOTED)
		in = show_in(show, in);
	if (!in)
		return;
	if (in->is_operation)
		svg_print(to, ": %.100s", in->text);
	else if (in->event.happening == LFB_DID_BOOTED)
		svg_print(to, " at boot");
	else
		svg_print(to, ": %s %s", show_who(in), lfb_event_action(&in->event));
}

static enum svg_meaning say_before(const struct show_span *span, struct cli_text *to)
{
	svg_print(to, span->is_saved ? "preserved" : span->was_let_go ? "let go" : "not preserved");
	return span->is_saved ? SVG_SAVED : span->was_let_go ? SVG_GONE : SVG_PLAIN;
}

static enum svg_meaning say_after(const struct show *show, const struct show_map *map,
				  const struct show_span *span, struct cli_text *to)
{
	const bool is_over = map->had_sessions && !map->sessions;

	if (!map->jump) {
		svg_print(to, "no kexec");
		return SVG_PLAIN;
	}
	if (!span->is_handed_over) {
		svg_print(to, span->is_saved ? "lost, and was preserved" : "lost");
		return span->is_saved ? SVG_FAILED : SVG_LOST;
	}
	if (span->taken) {
		const bool is_free = span->taken->call &&
				     !strcmp(span->taken->call, "restore-free");

		svg_print(to, is_free ? "freed" : "restored");
		say_cause(show, span->taken, to);
		return is_free ? SVG_GONE : SVG_TAKEN;
	}
	if (is_over && is_callbacks(span)) {
		svg_print(to, "leaked: all is finished");
		return SVG_FAILED;
	}
	svg_print(to, is_callbacks(span) ? "waits: not restored" : "stays reserved");
	return SVG_WAITS;
}

/* Rows */

static char *taken_text(struct memory *memory, struct cli_text *text)
{
	char *copy = strdup(cli_text_end(text));

	memory->no_memory |= !copy;
	cli_text_free(text);
	return copy;
}

static struct memory_row *add_row(struct memory *memory, u64 pfn, u64 pages)
{
	struct memory_row *rows = cli_grown(memory->rows, memory->nr_rows, sizeof(*rows));

	memory->no_memory |= !rows;
	if (!rows)
		return NULL;
	memory->rows = rows;
	rows[memory->nr_rows] = (struct memory_row){ .pfn = pfn, .pages = pages };
	return &rows[memory->nr_rows++];
}

static void set_words(struct memory *memory, struct memory_row *row, struct cli_text *owner,
		      struct cli_text *before, struct cli_text *after)
{
	row->words[1] = taken_text(memory, owner);
	row->words[2] = taken_text(memory, before);
	row->words[3] = taken_text(memory, after);
}

static bool is_same(const struct memory_row *one, const struct memory_row *other)
{
	if (one->pfn + one->pages != other->pfn || one->crosses != other->crosses)
		return false;
	for (int i = 1; i < 4; i++) {
		if (strcmp(one->words[i], other->words[i]) != 0)
			return false;
	}
	return true;
}

static void free_row(struct memory_row *row)
{
	for (int i = 0; i < 4; i++)
		free(row->words[i]);
}

/* Pages beside each other of which there is the same to say are one row. */
static void add_spans(struct memory *memory, const struct show_map *map)
{
	for (size_t i = 0; i < map->nr_spans && !memory->no_memory; i++) {
		const struct show_span *span = &map->spans[i];
		struct cli_text owner = { 0 }, before = { 0 }, after = { 0 };
		struct memory_row *row;

		if (!span->is_saved && !span->was_let_go && !span->is_handed_over)
			continue;
		row = add_row(memory, span->pfn, span->pages);
		if (!row)
			return;
		say_owner(span, &owner);
		row->crosses = span->is_handed_over;
		row->before = say_before(span, &before);
		row->after = say_after(memory->show, map, span, &after);
		set_words(memory, row, &owner, &before, &after);
		if (memory->nr_rows > 1 && !memory->no_memory && is_same(row - 1, row)) {
			row[-1].pages += row->pages;
			free_row(row);
			memory->nr_rows--;
		}
	}
}

static void add_scratch(struct memory *memory, const struct show_map *map)
{
	const struct show *show = memory->show;

	for (size_t i = 0; map->jump && i < show->nr_scratch && !memory->no_memory; i++) {
		struct cli_text owner = { 0 }, before = { 0 }, after = { 0 };
		struct memory_row *row = add_row(memory, show->scratch[i].phys / PAGE_SIZE,
						 show->scratch[i].size / PAGE_SIZE);

		if (!row)
			return;
		svg_print(&owner, "KHO");
		svg_print(&before, "scratch");
		svg_print(&after, "where kernel %u boots", map->jump->event.boot + 1);
		row->before = row->after = SVG_SCRATCH;
		set_words(memory, row, &owner, &before, &after);
	}
}

static int by_address(const void *one, const void *other)
{
	const struct memory_row *a = one, *b = other;

	return a->pfn < b->pfn ? -1 : a->pfn > b->pfn;
}

/* All that is not in another row. */
static void add_rest(struct memory *memory, const struct show_map *map)
{
	u64 pages = memory->show->memory / PAGE_SIZE;
	struct cli_text owner = { 0 }, before = { 0 }, after = { 0 }, address = { 0 };
	struct memory_row *row;

	if (!map->jump || !pages)
		return;
	for (size_t i = 0; i < memory->nr_rows; i++)
		pages -= memory->rows[i].pages < pages ? memory->rows[i].pages : pages;
	row = add_row(memory, 0, pages);
	if (!row)
		return;
	svg_print(&address, "the rest, %llu page%s", pages, cli_plural(pages));
	svg_print(&owner, "the old kernel");
	svg_print(&before, "not preserved");
	svg_print(&after, "lost");
	row->before = SVG_PLAIN;
	row->after = SVG_LOST;
	row->words[0] = taken_text(memory, &address);
	set_words(memory, row, &owner, &before, &after);
}

static void make_rows(struct memory *memory, const struct show_map *map)
{
	for (size_t i = 0; i < memory->nr_rows; i++)
		free_row(&memory->rows[i]);
	memory->nr_rows = 0;
	add_spans(memory, map);
	add_scratch(memory, map);
	if (memory->nr_rows)
		qsort(memory->rows, memory->nr_rows, sizeof(*memory->rows), by_address);
	for (size_t i = 0; i < memory->nr_rows && !memory->no_memory; i++) {
		const struct memory_row *row = &memory->rows[i];
		struct cli_text address = { 0 };

		svg_print(&address, "0x%llx", row->pfn * PAGE_SIZE);
		if (row->pages > 1)
			svg_print(&address, ", %llu pages", row->pages);
		memory->rows[i].words[0] = taken_text(memory, &address);
	}
	add_rest(memory, map);
}

/* A map that no kexec came for is drawn where it is the only one, or a callback's are in it. */
static bool is_drawn(const struct memory *memory, size_t index)
{
	const struct show_map *map = &memory->maps.list[index];
	bool any = map->jump || memory->maps.count <= 2;

	for (size_t i = 0; i < map->nr_spans && !any; i++)
		any = map->spans[i].is_saved && is_callbacks(&map->spans[i]);
	return any && (map->jump || map->nr_spans);
}

/* Drawing */

static const char *const heads[] = { "address", "whose", "before", "at the end of the next" };

static void draw_row(struct memory *memory, const struct memory_row *row)
{
	const int y = memory->y;

	for (int i = 0; i < 2; i++)
		svg_text(&memory->front, memory->x[i], y + 16, i ? "agent" : "quiet", row->words[i],
			 MEMORY_MOST_LETTERS);
	svg_pill(&memory->front, memory->x[2], y, row->before, row->words[2], MEMORY_MOST_LETTERS);
	svg_pill(&memory->front, memory->x[3], y, row->after, row->words[3], MEMORY_MOST_LETTERS);
	memory->y += SVG_ROW;
}

/* What was handed over crosses the bar. */
static void draw_crossing(struct memory *memory, const struct memory_row *row, int y)
{
	const int bar = memory->x[3] - MEMORY_BAR;

	if (row->crosses)
		svg_print(&memory->front, "<rect class=\"waits\" x=\"%d\" y=\"%d\" width=\"%d\" "
			  "height=\"4\"/>\n", bar - 4, y + SVG_ROW / 2 - 2, MEMORY_BAR - 8);
}

static void draw_map(struct memory *memory, size_t index)
{
	const struct show_map *map = &memory->maps.list[index];
	const int bar = memory->x[3] - MEMORY_BAR, from = memory->y + 2 * SVG_ROW;
	const int height = (int)memory->nr_rows * SVG_ROW;
	struct cli_text title = { 0 };

	if (map->jump)
		svg_print(&title, "kexec from kernel %u, %.60s, into kernel %u, %.60s",
			  map->jump->event.boot, map->jump->event.profile ?: "",
			  map->jump->event.boot + 1, map->jump->event.next_profile ?: "");
	else
		svg_print(&title, "no kexec: what was preserved for one");
	svg_text(&memory->front, 12, memory->y + 16, "head", cli_text_end(&title),
		 MEMORY_MOST_LETTERS);
	cli_text_free(&title);
	for (int i = 0; i < 4; i++)
		svg_text(&memory->front, memory->x[i], from - 8, "quiet", heads[i],
			 MEMORY_MOST_LETTERS);
	if (map->jump)
		svg_print(&memory->back, "<rect class=\"new\" x=\"%d\" y=\"%d\" width=\"%d\" "
			  "height=\"%d\"/>\n<rect class=\"bar\" x=\"%d\" y=\"%d\" width=\"%d\" "
			  "height=\"%d\"/>\n", bar, from, memory->width - bar, height, bar, from,
			  MEMORY_BAR - MEMORY_GAP, height);
	memory->y = from;
	for (size_t i = 0; i < memory->nr_rows; i++) {
		if (map->jump)
			draw_crossing(memory, &memory->rows[i], memory->y);
		draw_row(memory, &memory->rows[i]);
	}
	memory->y += SVG_ROW / 2;
}

/* As wide as the longest words in any of them. */
static void place(struct memory *memory)
{
	size_t letters[4] = { 0 };
	const size_t title = svg_letters(memory->show->scenario);

	for (size_t map = 0; map < memory->maps.count && !memory->no_memory; map++) {
		if (!is_drawn(memory, map))
			continue;
		make_rows(memory, &memory->maps.list[map]);
		for (size_t i = 0; i < 4 * memory->nr_rows && !memory->no_memory; i++) {
			const size_t here = svg_letters(memory->rows[i / 4].words[i % 4]) +
					    (i % 4 > 1 ? 2 : 0);

			letters[i % 4] = here > letters[i % 4] ? here : letters[i % 4];
		}
	}
	memory->x[0] = 12;
	for (int i = 0; i < 4; i++) {
		const size_t head = svg_letters(heads[i]);

		letters[i] = letters[i] > head ? letters[i] : head;
		letters[i] = letters[i] < MEMORY_MOST_LETTERS ? letters[i] : MEMORY_MOST_LETTERS;
		memory->x[i + 1] = memory->x[i] + (int)letters[i] * SVG_LETTER + MEMORY_GAP +
				   (i > 1 ? SVG_PILL : 0) + (i == 2 ? MEMORY_BAR : 0);
	}
	memory->width = memory->x[4] > MEMORY_WIDTH_MIN ? memory->x[4] : MEMORY_WIDTH_MIN;
	if (memory->width < 24 + (int)title * SVG_LETTER && title < MEMORY_MOST_LETTERS)
		memory->width = 24 + (int)title * SVG_LETTER;
}

static void free_memory(struct memory *memory)
{
	for (size_t i = 0; i < memory->nr_rows; i++)
		free_row(&memory->rows[i]);
	free(memory->rows);
	show_maps_free(&memory->maps);
}

int show_svg_memory(const struct show *show, FILE *to)
{
	static const enum svg_meaning meanings[] = {
		SVG_SAVED, SVG_WAITS, SVG_TAKEN, SVG_GONE, SVG_FAILED, SVG_SCRATCH, SVG_LOST,
	};
	struct memory memory = { .show = show, .y = 28 };
	int result = CLI_OK;

	memory.no_memory = !show_maps_make(show, &memory.maps);
	place(&memory);
	svg_text(&memory.front, 12, 20, "quiet", show->scenario, MEMORY_MOST_LETTERS);
	for (size_t map = 0; map < memory.maps.count && !memory.no_memory; map++) {
		if (!is_drawn(&memory, map))
			continue;
		make_rows(&memory, &memory.maps.list[map]);
		if (!memory.no_memory)
			draw_map(&memory, map);
	}
	memory.y += svg_legend(&memory.front, memory.y, memory.width, meanings,
			       sizeof(meanings) / sizeof(*meanings)) + 12;
	if (memory.no_memory)
		result = cli_failed("no memory for what happened");
	else
		svg_begin(to, "Physical memory before a kexec and after it", memory.width,
			  memory.y);
	if (!memory.no_memory) {
		svg_layer(&memory.back, to);
		svg_layer(&memory.front, to);
		svg_end(to);
	}
	cli_text_free(&memory.back);
	cli_text_free(&memory.front);
	free_memory(&memory);
	return result;
}
