// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A run as a picture: time goes down, lanes are side by side, only memory crosses the jump. */
#include <string.h>

#include "svg.h"

enum { MOST_LETTERS = 96 };

static enum svg_meaning meaning_of(const struct lfb_event *event)
{
	static const unsigned char of[LFB_HAPPENINGS_NR] = {
		[LFB_DID_FLB_PRESERVE] = SVG_SAVED,    [LFB_DID_FILE_PRESERVE] = SVG_SAVED,
		[LFB_DID_FILE_UNFREEZE] = SVG_SAVED,   [LFB_DID_FILE_FREEZE] = SVG_FROZEN,
		[LFB_DID_FLB_SERIALIZED] = SVG_FROZEN, [LFB_DID_SESSION_SERIALIZED] = SVG_FROZEN,
		[LFB_DID_SESSION_ADDED] = SVG_WAITS,   [LFB_DID_FILE_ADDED] = SVG_WAITS,
		[LFB_DID_FLB_HANDED_OVER] = SVG_WAITS, [LFB_DID_FLB_RETRIEVE] = SVG_TAKEN,
		[LFB_DID_FILE_RETRIEVE] = SVG_TAKEN,   [LFB_DID_FLB_UNPRESERVE] = SVG_GONE,
		[LFB_DID_FLB_FINISH] = SVG_GONE,       [LFB_DID_FILE_UNPRESERVE] = SVG_GONE,
		[LFB_DID_FILE_FINISH] = SVG_GONE,
	};

	return event->has_result && event->result < 0 ? SVG_FAILED : of[event->happening];
}

/*
 * How many letters there is room for from so far behind a column's beginning, where so many are
 * wanted: what is noted here makes the column as wide the next time.
 */
static size_t room(struct svg *svg, enum svg_column column, int from, size_t wanted)
{
	const int need = from + SVG_LETTER * (int)(wanted < MOST_LETTERS ? wanted : MOST_LETTERS);
	const int is = svg->x[column + 1] - svg->x[column] - from;

	if (need > svg->need[column])
		svg->need[column] = need;
	return is > 0 ? (size_t)is / SVG_LETTER : 0;
}

/* From LUO, which calls. */
static void draw_call(struct svg *svg, int x, int y)
{
	svg_print(&svg->back, "<path class=\"call\" d=\"M%d %dH%d\"/><path class=\"tip\" "
		  "d=\"M%d %dl-7 -4v8z\"/>\n", svg->x[SVG_SESSION] + 8, y + 12, x - 6, x, y + 12);
}

static void label_of_callback(const struct show_step *step, struct cli_text *to)
{
	const struct lfb_event *event = &step->event;
	const bool is_over = event->happening == LFB_DID_FILE_FINISH ||
			     event->happening == LFB_DID_FILE_UNPRESERVE;
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	svg_print(to, "%s", lfb_event_action(event));
	if (event->happening >= LFB_DID_FILE_PRESERVE)
		svg_print(to, " %llu", event->token);
	if (event->result < 0)
		svg_print(to, " %s", answer);
	else if (event->happening == LFB_DID_FILE_CAN_FINISH)
		svg_print(to, "%s", event->result ? "" : ": no");
	else if (event->handle && !is_over)
		svg_print(to, " 0x%llx", event->handle);
}

/* A few words: the lane says the rest. */
static void label_of(const struct show_step *step, struct cli_text *to)
{
	const struct lfb_event *event = &step->event;

	if (event->kind == LFB_EVENT_CALLBACK)
		label_of_callback(step, to);
	else if (event->happening == LFB_DID_SESSION_SERIALIZED)
		svg_print(to, "%.100s, files: %llu", event->session, event->count);
	else if (event->happening == LFB_DID_SESSION_ADDED)
		svg_print(to, "%.100s", event->session);
	else if (event->happening == LFB_DID_FILE_ADDED)
		svg_print(to, "%.100s, token %llu", event->session, event->token);
	else if (event->happening == LFB_DID_FLB_SERIALIZED ||
		 event->happening == LFB_DID_FLB_HANDED_OVER)
		svg_print(to, "files: %llu, 0x%llx", event->count, event->handle);
	else
		show_sentence(step, to);
}

/* In a lane; @margin: what stays free in front of the next one. */
static void draw_words(struct svg *svg, const struct show_step *step, enum svg_column lane, int y,
		       int margin)
{
	const enum svg_meaning meaning = meaning_of(&step->event);
	const bool is_call = step->event.kind == LFB_EVENT_CALLBACK;
	const int x = svg->x[lane] + 18;
	struct cli_text text = { 0 };
	size_t letters;

	label_of(step, &text);
	letters = room(svg, lane, 18 + SVG_PILL + margin,
		       svg_letters(svg_sign(meaning)) + svg_letters(cli_text_end(&text)));
	if (meaning || is_call)
		svg_pill(&svg->front, x, y, meaning, cli_text_end(&text), letters);
	else
		svg_text(&svg->front, x, y + 16, "quiet", cli_text_end(&text), letters);
	if (is_call)
		draw_call(svg, x, y);
	cli_text_free(&text);
}

static size_t letters_in(int from, int to)
{
	return (size_t)((to - from) / SVG_LETTER);
}

/* A text that may have several lines, which make its row higher. */
static void draw_lines(struct svg *svg, int x, int y, const char *class, const char *text,
		       size_t letters)
{
	const size_t lines = svg_wrap(&svg->front, x, y + 16, class, text, letters);

	svg->more = lines > 1 ? (int)(lines - 1) * SVG_LINE : 0;
}

void svg_operation(const struct show_step *step, struct cli_text *to)
{
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	if (step->block)
		svg_print(to, "%s: ", step->event.task);
	cli_text_write(to, step->text, strlen(step->text));
	svg_print(to, "%s%s", answer[0] ? " = " : "", answer);
}

static void draw_operation(struct svg *svg, const struct show_step *step, int y)
{
	const int indent = step->in ? 14 : 0;
	struct cli_text text = { 0 };

	svg_operation(step, &text);
	draw_lines(svg, 12 + indent, y, step->event.result < 0 ? "wrong" : "agent",
		   cli_text_end(&text), room(svg, SVG_AGENT, indent + 8,
					     svg_letters(cli_text_end(&text))));
	cli_text_free(&text);
}

/* Who goes on, where operations stand: tasks are beside each other. */
static void draw_task(struct svg *svg, const char *task, int y)
{
	svg_text(&svg->front, 12, y + 16, "quiet", task, room(svg, SVG_AGENT, 8,
							      svg_letters(task)));
}

/* What is about the whole kernel goes over all lanes, but for what lasts. */
static void draw_message(struct svg *svg, const struct show_step *step, int y)
{
	struct cli_text text = { 0 };
	const bool is_wrong = step->event.kind >= LFB_EVENT_WARN;

	svg_print(&text, is_wrong ? "✗ " : "");
	if (step->block)
		svg_print(&text, "%s: ", step->event.task);
	show_sentence(step, &text);
	draw_lines(svg, 12, y, is_wrong ? "wrong" : "quiet", cli_text_end(&text),
		   letters_in(12, svg->x[SVG_BRACKET] - 8));
	cli_text_free(&text);
}

static void draw_pages(struct svg *svg, const struct show_step *step, int y)
{
	const struct lfb_event *event = &step->event;
	char text[64];

	if (event->happening == LFB_DID_KHO_BOOTED)
		snprintf(text, sizeof(text), "%llu pages", event->pages);
	else if (event->happening == LFB_DID_PAGES_MARKED)
		snprintf(text, sizeof(text), "+ 0x%llx", event->phys);
	else if (event->happening == LFB_DID_PAGES_UNMARKED ||
		 event->happening == LFB_DID_PAGES_CLAIMED)
		snprintf(text, sizeof(text), "- 0x%llx", event->phys);
	else
		snprintf(text, sizeof(text), "%s", lfb_event_action(event));
	svg_text(&svg->front, svg->x[SVG_LABEL], y + 16, "quiet", text,
		 room(svg, SVG_LABEL, 12, svg_letters(text)));
}

static void draw_step(struct svg *svg, const struct show_step *step, int y)
{
	if (step->is_operation) {
		draw_operation(svg, step, y);
		return;
	}
	switch (show_lane(step)) {
	case SHOW_SESSION:
		draw_words(svg, step, SVG_SESSION, y, 0);
		break;
	case SHOW_HANDLER:
		draw_words(svg, step, SVG_HANDLER, y, 0);
		break;
	case SHOW_FLB:
		if (step->event.happening == LFB_DID_FLB_COUNTED)
			svg_text(&svg->front, svg->x[SVG_FLB] + 24, y + 16, "quiet",
				 svg_why_counted(&step->event),
				 letters_in(svg->x[SVG_FLB], svg->x[SVG_COUNT]));
		else
			draw_words(svg, step, SVG_FLB, y, 4);
		break;
	case SHOW_MEMORY:
		draw_pages(svg, step, y);
		break;
	default:
		draw_message(svg, step, y);
	}
}

/* Rows of all lanes */

static void draw_lives(struct svg *svg, int from, int to)
{
	static const enum svg_column lanes[] = { SVG_SESSION, SVG_HANDLER, SVG_FLB };

	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]) && to > from; i++)
		svg_print(&svg->back, "<path class=\"life\" d=\"M%d %dV%d\"/><path class=\"stub\" "
			  "d=\"M%d %dh16\"/>\n", svg->x[lanes[i]] + 8, from, to, svg->x[lanes[i]],
			  to);
}

static void draw_kernel(struct svg *svg, const struct show_step *step, int y)
{
	struct cli_text text = { 0 };

	show_sentence(step, &text);
	svg_text(&svg->front, 12, y + 16, "head", cli_text_end(&text),
		 room(svg, SVG_AGENT, 0, svg_letters(cli_text_end(&text))));
	cli_text_free(&text);
}

static void draw_jump(struct svg *svg, int y, int height)
{
	svg_jump(&svg->back, y, svg->x[SVG_END], height);
	svg_text(&svg->front, 12, y + 16, "onbar", "kexec: the old kernel ends here; only memory "
		 "crosses, where its pages were", letters_in(12, svg->x[SVG_SLOT]));
}

static void draw_refusal(struct svg *svg, const struct show_step *step, int y)
{
	char answer[32], text[96];

	show_answer(step, answer, sizeof(answer));
	snprintf(text, sizeof(text), "no kexec: the reboot is refused = %s; FLBs notice nothing",
		 answer);
	svg_print(&svg->back, "<rect class=\"refused\" x=\"6\" y=\"%d\" width=\"%d\" "
		  "height=\"%d\"/>\n", y + 2, svg->x[SVG_COUNT] - 12, SVG_ROW - 4);
	svg_text(&svg->front, 12, y + 16, "wrong", text,
		 letters_in(12, svg->x[SVG_COUNT] - 12));
}

static void draw_row(struct svg *svg, const struct show_row *row, int y)
{
	char count[48];

	svg_print(&svg->front, "<g class=\"row\" id=\"row-%zu\"><title>", row->step->number);
	if (row->step->is_operation || !row->is_refusal) {
		struct cli_text text = { 0 };

		show_sentence(row->step, &text);
		svg_escape(&svg->front, cli_text_end(&text), svg_letters(cli_text_end(&text)));
		cli_text_free(&text);
	}
	svg_print(&svg->front, "</title>\n");
	if (row->is_refusal)
		draw_refusal(svg, row->step, y);
	else if (!row->step->is_operation && row->step->event.happening == LFB_DID_BOOTED)
		draw_kernel(svg, row->step, y);
	else if (row->step->is_operation || row->step->event.happening != LFB_DID_JUMPED)
		draw_step(svg, row->step, y);
	if (row->task && !row->step->is_operation && show_lane(row->step) != SHOW_KERNEL)
		draw_task(svg, row->task, y);
	if (row->count) {
		show_count_text(svg->show, row->count, count, sizeof(count));
		count[strcspn(count, "l")] = '\0';
		svg_text(&svg->front, svg->x[SVG_COUNT], y + 16, "head", count,
			 room(svg, SVG_COUNT, 4, svg_letters(count)));
	}
	svg_print(&svg->front, "</g>\n");
}

/* Names are over the columns, and those of FLBs over all. */
static void draw_heads(struct svg *svg)
{
	static const char *const names[SVG_COLUMNS] = {
		[SVG_AGENT] = "Agent, modules", [SVG_SESSION] = "Sessions (LUO)",
		[SVG_HANDLER] = "File handlers", [SVG_FLB] = "FLBs",
		[SVG_COUNT] = "needed by", [SVG_SLOT] = "Memory",
	};
	const int own = svg->x[SVG_SLOT] + 8 * SVG_LETTER;
	struct cli_text flbs = { 0 };
	size_t lines;

	svg_text(&svg->front, 12, 20, "quiet", svg->show->scenario,
		 letters_in(12, svg->x[SVG_FLB] - 8));
	for (size_t i = 0; svg->show->nr_flbs > 1 && i < svg->show->nr_flbs && i < 26; i++)
		svg_print(&flbs, "%s%c %.60s", i ? ", " : "", (char)('a' + i), svg->show->flbs[i]);
	lines = svg_wrap(&svg->front, svg->x[SVG_FLB], 20, "quiet", cli_text_end(&flbs),
			 letters_in(svg->x[SVG_FLB], svg->x[SVG_END]));
	cli_text_free(&flbs);
	svg->top = SVG_TOP + (lines > 1 ? (int)(lines - 1) * SVG_LINE : 0);
	for (size_t i = 0; i < SVG_COLUMNS; i++)
		svg_text(&svg->front, svg->x[i], svg->top - 12, "head", names[i] ?: "", 30);
	svg_text(&svg->front, own, svg->top - 12, "quiet", "1st bar: LUO's, KHO's own",
		 letters_in(own, svg->x[SVG_END]));
}

static bool is_jump(const struct show_row *row)
{
	return !row->step->is_operation && row->step->event.happening == LFB_DID_JUMPED;
}

static void draw_rows(struct svg *svg, const struct show_rows *rows)
{
	int since = svg->top, y = svg->top;
	size_t step = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct show_row *next = i + 1 < rows->count ? &rows->list[i + 1] : NULL;

		if (is_jump(&rows->list[i])) {
			draw_lives(svg, since, y - 2);
			since = y + SVG_ROW;
			draw_jump(svg, y, svg->bottom);
		}
		svg->more = 0;
		draw_row(svg, &rows->list[i], y);
		/* Steps without a row are drawn with the row before. */
		for (; step < svg->show->count &&
		       (!next || svg->show->steps[step].number < next->step->number); step++)
			svg_bars_step(svg, &svg->show->steps[step], y + SVG_ROW / 2);
		y += SVG_ROW + svg->more;
	}
	draw_lives(svg, since, y);
	svg_bars_end(svg, y);
	svg->bottom = y;
}

static void draw_legend(struct svg *svg, int y)
{
	static const enum svg_meaning meanings[] = {
		SVG_SAVED, SVG_FROZEN, SVG_WAITS, SVG_TAKEN, SVG_GONE, SVG_FAILED,
	};
	char text[128];

	y += svg_legend(&svg->front, y, svg->x[SVG_END], meanings,
			sizeof(meanings) / sizeof(*meanings));
	snprintf(text, sizeof(text), "%llu blocks of pages more are not drawn", svg->undrawn);
	if (svg->undrawn)
		svg_text(&svg->front, 12, y + 16, "quiet", text, sizeof(text));
}

/* As wide as it was found that they must be, and as always where that is enough. */
static void place_columns(struct svg *svg)
{
	static const int widths[SVG_COLUMNS] = {
		[SVG_AGENT] = 288, [SVG_SESSION] = 200, [SVG_HANDLER] = 230, [SVG_FLB] = 200,
		[SVG_COUNT] = 68, [SVG_BRACKET] = 98, [SVG_SLOT] = 136, [SVG_LABEL] = 112,
	};

	svg->x[SVG_AGENT] = 12;
	for (int i = 0; i + 1 < SVG_COLUMNS; i++)
		svg->x[i + 1] = svg->x[i] + (svg->need[i] > widths[i] ? svg->need[i] : widths[i]);
	svg->bracket_x = svg->x[SVG_BRACKET];
	svg->bracket_width = 48 / (int)(svg->nr_brackets ?: 1);
	svg->bracket_step = 2 * svg->bracket_width;
	svg->bracket_pitch = 3;
}

/* How wide columns must be, and with those of @svg how high all is. */
static void measure(struct svg *svg, const struct show_rows *rows)
{
	struct svg measured = { .show = svg->show };

	memcpy(measured.need, svg->need, sizeof(svg->need));
	place_columns(&measured);
	draw_heads(&measured);
	draw_rows(&measured, rows);
	cli_text_free(&measured.back);
	cli_text_free(&measured.bars);
	cli_text_free(&measured.front);
	memcpy(svg->need, measured.need, sizeof(svg->need));
	svg->bottom = measured.bottom;
}

void show_svg(const struct show *show, const struct show_rows *rows, FILE *to)
{
	struct svg_bracket brackets[SVG_BRACKETS][2] = { 0 };
	const size_t nr_brackets = show->nr_flbs < SVG_BRACKETS ? show->nr_flbs : SVG_BRACKETS;
	struct svg svg = { .show = show, .brackets = brackets, .nr_brackets = nr_brackets };

	measure(&svg, rows);
	measure(&svg, rows);
	place_columns(&svg);
	draw_heads(&svg);
	draw_rows(&svg, rows);
	draw_legend(&svg, svg.bottom + 6);
	svg_begin(to, "A live update, step by step", svg.x[SVG_END],
		  svg.bottom + SVG_ROW + 16 + (svg.undrawn ? SVG_ROW : 0));
	svg_layer(&svg.back, to);
	svg_layer(&svg.bars, to);
	svg_layer(&svg.front, to);
	svg_end(to);
}
