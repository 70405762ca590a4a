// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A run as a picture: time goes down, lanes are side by side, only memory crosses the jump. */
#include <string.h>

#include "svg.h"

static const char head[] =
	"<style>\n"
	"text { font: 11.6px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2328 }\n"
	".page { fill: #ffffff } .new { fill: #e9f7ec } .bar { fill: #1f2328 }\n"
	".onbar { fill: #ffffff; font-weight: bold } .head { font-weight: bold }\n"
	".quiet { fill: #59636e } .life { stroke: #c3c9d0; stroke-dasharray: 3 4 }\n"
	".stub { stroke: #59636e; stroke-width: 2 } .call { stroke: #59636e; fill: none }\n"
	".tip { fill: #59636e } .refused { fill: none; stroke: #cf222e; stroke-dasharray: 8 5 }\n"
	".saved { fill: #1f6feb } .frozen { fill: #8250df } .waits { fill: #d4a72c }\n"
	".taken { fill: #11807a } .gone { fill: none; stroke: #818b98; stroke-width: 1.5 }\n"
	".failed { fill: #cf222e } .asked { fill: none; stroke: #c3c9d0 }\n"
	".onsaved, .onfrozen, .ontaken, .onfailed { fill: #ffffff } .onwaits { fill: #1f2328 }\n"
	".wrong { fill: #cf222e; font-weight: bold }\n"
	"@media (prefers-color-scheme: dark) {\n"
	"text { fill: #e6edf3 } .page { fill: #0d1117 } .new { fill: #10231a }\n"
	".bar { fill: #e6edf3 } .onbar { fill: #0d1117 } .quiet { fill: #9198a1 }\n"
	".life, .asked { stroke: #3d444d } .stub, .call { stroke: #9198a1 }\n"
	".tip { fill: #9198a1 } .onwaits { fill: #0d1117 } .wrong { fill: #ff7b72 }\n"
	".refused { stroke: #ff7b72 }\n"
	"}\n"
	"</style>\n";

/* What a colour means, and the sign that says the same. */
static const struct meaning {
	const char *class;
	const char *sign;
	const char *means;
} meanings[] = {
	{ "saved", "■", "saved for the next kernel" },
	{ "frozen", "◆", "frozen, written down" },
	{ "waits", "▲", "handed over, waits" },
	{ "taken", "●", "taken over" },
	{ "gone", "○", "let go" },
	{ "failed", "✗", "failed" },
};

enum { NR_MEANINGS = sizeof(meanings) / sizeof(meanings[0]) };

static const struct meaning *meaning_of(const struct lfb_event *event)
{
	static const unsigned char of[LFB_HAPPENINGS_NR] = {
		[LFB_DID_FLB_PRESERVE] = 1,   [LFB_DID_FILE_PRESERVE] = 1,
		[LFB_DID_FILE_UNFREEZE] = 1,  [LFB_DID_FILE_FREEZE] = 2,
		[LFB_DID_FLB_SERIALIZED] = 2, [LFB_DID_SESSION_SERIALIZED] = 2,
		[LFB_DID_SESSION_ADDED] = 3,  [LFB_DID_FILE_ADDED] = 3,
		[LFB_DID_FLB_HANDED_OVER] = 3, [LFB_DID_FLB_RETRIEVE] = 4,
		[LFB_DID_FILE_RETRIEVE] = 4,  [LFB_DID_FLB_UNPRESERVE] = 5,
		[LFB_DID_FLB_FINISH] = 5,     [LFB_DID_FILE_UNPRESERVE] = 5,
		[LFB_DID_FILE_FINISH] = 5,
	};

	if (event->has_result && event->result < 0)
		return &meanings[NR_MEANINGS - 1];
	return of[event->happening] ? &meanings[of[event->happening] - 1] : NULL;
}

static void draw_pill(struct svg *svg, int x, int y, const char *class, const char *sign,
		      const char *text, size_t letters)
{
	char all[160], on[32];
	size_t width;

	snprintf(all, sizeof(all), "%s%s%.120s", sign, *sign ? " " : "", text);
	width = show_text_width(all);
	width = width < letters ? width : letters;
	svg_print(&svg->front, "<rect class=\"%s\" x=\"%d\" y=\"%d\" width=\"%zu\" height=\"18\" "
		  "rx=\"%d\"/>\n", class, x, y + 3, width * SVG_LETTER + 12,
		  strcmp(class, "gone") ? 9 : 3);
	snprintf(on, sizeof(on), "on%s", class);
	svg_text(&svg->front, x + 6, y + 16, on, all, letters);
}

/* From LUO, which calls. */
static void draw_call(struct svg *svg, int x, int y)
{
	svg_print(&svg->back, "<path class=\"call\" d=\"M%d %dH%d\"/><path class=\"tip\" "
		  "d=\"M%d %dl-7 -4v8z\"/>\n", SVG_SESSION + 8, y + 12, x - 6, x, y + 12);
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

static void draw_words(struct svg *svg, const struct show_step *step, int x, int y, size_t letters)
{
	const struct meaning *meaning = meaning_of(&step->event);
	struct cli_text text = { 0 };

	label_of(step, &text);
	if (meaning)
		draw_pill(svg, x, y, meaning->class, meaning->sign, cli_text_end(&text), letters);
	else if (step->event.kind == LFB_EVENT_CALLBACK)
		draw_pill(svg, x, y, "asked", "", cli_text_end(&text), letters);
	else
		svg_text(&svg->front, x, y + 16, "quiet", cli_text_end(&text), letters);
	if (step->event.kind == LFB_EVENT_CALLBACK)
		draw_call(svg, x, y);
	cli_text_free(&text);
}

static size_t letters_in(int from, int to)
{
	return (size_t)((to - from) / SVG_LETTER);
}

static void draw_operation(struct svg *svg, const struct show_step *step, int y)
{
	const size_t letters = letters_in(12, SVG_SESSION - 8);
	const int indent = step->in ? 14 : 0;
	struct cli_text text = { 0 };
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	svg_print(&text, "%.200s%s%s", step->text, answer[0] ? " = " : "", answer);
	svg_text(&svg->front, 12 + indent, y + 16, step->event.result < 0 ? "wrong" : "agent",
		 cli_text_end(&text), letters - (size_t)indent / SVG_LETTER);
	cli_text_free(&text);
}

/* What is about the whole kernel goes over all lanes, but for what lasts. */
static void draw_message(struct svg *svg, const struct show_step *step, int y)
{
	struct cli_text text = { 0 };
	const bool is_wrong = step->event.kind >= LFB_EVENT_WARN;

	svg_print(&text, is_wrong ? "✗ " : "");
	show_sentence(step, &text);
	svg_text(&svg->front, 12, y + 16, is_wrong ? "wrong" : "quiet", cli_text_end(&text),
		 letters_in(12, SVG_BRACKET - 8));
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
	svg_text(&svg->front, SVG_LABEL, y + 16, "quiet", text, letters_in(SVG_LABEL, SVG_WIDTH));
}

/* A count that changes calls nobody but where it leaves 0, or comes back to it. */
static void draw_no_call(struct svg *svg, const struct lfb_event *event, int y)
{
	const char *why = event->incoming && event->count > event->count_before ? "counted" :
			  event->count > event->count_before ? "saved already" :
			  event->count ? "still needed" : "";

	svg_text(&svg->front, SVG_FLB + 24, y + 16, "quiet", why, letters_in(SVG_FLB, SVG_COUNT));
}

static void draw_step(struct svg *svg, const struct show_step *step, int y)
{
	if (step->is_operation) {
		draw_operation(svg, step, y);
		return;
	}
	switch (show_lane(step)) {
	case SHOW_SESSION:
		draw_words(svg, step, SVG_SESSION + 18, y,
			   letters_in(SVG_SESSION + 30, SVG_HANDLER));
		break;
	case SHOW_HANDLER:
		draw_words(svg, step, SVG_HANDLER + 18, y, letters_in(SVG_HANDLER + 30, SVG_FLB));
		break;
	case SHOW_FLB:
		if (step->event.happening == LFB_DID_FLB_COUNTED)
			draw_no_call(svg, &step->event, y);
		else
			draw_words(svg, step, SVG_FLB + 18, y,
				   letters_in(SVG_FLB + 30, SVG_COUNT - 4));
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
	static const int lanes[] = { SVG_SESSION, SVG_HANDLER, SVG_FLB };

	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]) && to > from; i++)
		svg_print(&svg->back, "<path class=\"life\" d=\"M%d %dV%d\"/><path class=\"stub\" "
			  "d=\"M%d %dh16\"/>\n", lanes[i] + 8, from, to, lanes[i], to);
}

static void draw_kernel(struct svg *svg, const struct show_step *step, int y)
{
	struct cli_text text = { 0 };

	show_sentence(step, &text);
	svg_text(&svg->front, 12, y + 16, "head", cli_text_end(&text), letters_in(12, SVG_SESSION));
	cli_text_free(&text);
}

static void draw_jump(struct svg *svg, int y, int height)
{
	svg_print(&svg->back, "<rect class=\"new\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n"
		  "<rect class=\"bar\" x=\"0\" y=\"%d\" width=\"%d\" height=\"%d\"/>\n", y,
		  SVG_WIDTH, height - y, y, SVG_WIDTH, SVG_ROW);
	svg_text(&svg->front, 12, y + 16, "onbar", "kexec: the old kernel ends here; only memory "
		 "crosses, where its pages were", letters_in(12, SVG_SLOT));
}

static void draw_refusal(struct svg *svg, const struct show_step *step, int y)
{
	char answer[32], text[96];

	show_answer(step, answer, sizeof(answer));
	snprintf(text, sizeof(text), "no kexec: the reboot is refused = %s; FLBs notice nothing",
		 answer);
	svg_print(&svg->back, "<rect class=\"refused\" x=\"6\" y=\"%d\" width=\"%d\" "
		  "height=\"%d\"/>\n", y + 2, SVG_COUNT - 12, SVG_ROW - 4);
	svg_text(&svg->front, 12, y + 16, "wrong", text, letters_in(12, SVG_COUNT - 12));
}

static void draw_row(struct svg *svg, const struct show_row *row, int y)
{
	char count[48];

	svg_print(&svg->front, "<g class=\"row\" id=\"row-%zu\"><title>", row->step->number);
	if (row->step->is_operation || !row->is_refusal) {
		struct cli_text text = { 0 };

		show_sentence(row->step, &text);
		svg_escape(&svg->front, cli_text_end(&text), 400);
		cli_text_free(&text);
	}
	svg_print(&svg->front, "</title>\n");
	if (row->is_refusal)
		draw_refusal(svg, row->step, y);
	else if (!row->step->is_operation && row->step->event.happening == LFB_DID_BOOTED)
		draw_kernel(svg, row->step, y);
	else if (row->step->is_operation || row->step->event.happening != LFB_DID_JUMPED)
		draw_step(svg, row->step, y);
	if (row->count) {
		show_count_text(svg->show, row->count, count, sizeof(count));
		count[strcspn(count, "l")] = '\0';
		svg_text(&svg->front, SVG_COUNT, y + 16, "head", count,
			 letters_in(SVG_COUNT, SVG_BRACKET));
	}
	svg_print(&svg->front, "</g>\n");
}

static int row_y(size_t row)
{
	return SVG_TOP + (int)row * SVG_ROW;
}

static bool is_jump(const struct show_row *row)
{
	return !row->step->is_operation && row->step->event.happening == LFB_DID_JUMPED;
}

static void draw_rows(struct svg *svg, const struct show_rows *rows)
{
	int since = SVG_TOP;
	size_t step = 0;

	for (size_t i = 0; i < rows->count; i++) {
		const struct show_row *next = i + 1 < rows->count ? &rows->list[i + 1] : NULL;
		const int y = row_y(i), middle = y + SVG_ROW / 2;

		if (is_jump(&rows->list[i])) {
			draw_lives(svg, since, y - 2);
			since = y + SVG_ROW;
			draw_jump(svg, y, row_y(rows->count));
		}
		draw_row(svg, &rows->list[i], y);
		/* Steps without a row are drawn with the row before. */
		for (; step < svg->show->count &&
		       (!next || svg->show->steps[step].number < next->step->number); step++)
			svg_bars_step(svg, &svg->show->steps[step], middle);
	}
	draw_lives(svg, since, row_y(rows->count));
	svg_bars_end(svg, row_y(rows->count));
}

static void draw_legend(struct svg *svg, int y)
{
	int x = 12;
	char text[128] = "";

	for (size_t i = 0; i < NR_MEANINGS; i++) {
		draw_pill(svg, x, y, meanings[i].class, meanings[i].sign, meanings[i].means, 60);
		x += (int)(show_text_width(meanings[i].means) + 2) * SVG_LETTER + 28;
	}
	if (svg->undrawn)
		snprintf(text, sizeof(text), "%llu blocks of pages more are not drawn",
			 svg->undrawn);
	svg_text(&svg->front, x, y + 16, "quiet", text, letters_in(x, SVG_WIDTH));
}

static void draw_heads(struct svg *svg)
{
	static const struct {
		int x;
		const char *name;
	} lanes[] = { { 12, "Agent, modules" }, { SVG_SESSION, "Sessions (LUO)" },
		      { SVG_HANDLER, "File handlers" }, { SVG_FLB, "FLBs" },
		      { SVG_COUNT, "needed by" }, { SVG_SLOT, "Memory" } };
	struct cli_text flbs = { 0 };

	svg_text(&svg->front, 12, 20, "quiet", svg->show->scenario, letters_in(12, SVG_FLB - 8));
	for (size_t i = 0; svg->show->nr_flbs > 1 && i < svg->show->nr_flbs && i < 26; i++)
		svg_print(&flbs, "%s%c %.60s", i ? ", " : "", (char)('a' + i), svg->show->flbs[i]);
	svg_text(&svg->front, SVG_FLB, 20, "quiet", cli_text_end(&flbs),
		 letters_in(SVG_FLB, SVG_WIDTH));
	cli_text_free(&flbs);
	for (size_t i = 0; i < sizeof(lanes) / sizeof(lanes[0]); i++)
		svg_text(&svg->front, lanes[i].x, 44, "head", lanes[i].name, 30);
	svg_text(&svg->front, SVG_SLOT + 8 * SVG_LETTER, 44, "quiet", "1st bar: LUO's, KHO's own",
		 letters_in(SVG_SLOT + 8 * SVG_LETTER, SVG_WIDTH));
}

static void write_layer(struct cli_text *layer, FILE *to)
{
	fputs(cli_text_end(layer), to);
	cli_text_free(layer);
}

void show_svg(const struct show *show, const struct show_rows *rows, FILE *to)
{
	struct svg svg = { .show = show };
	const int height = row_y(rows->count) + SVG_ROW + 16;

	draw_heads(&svg);
	draw_rows(&svg, rows);
	draw_legend(&svg, row_y(rows->count) + 6);
	fprintf(to, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" "
		"height=\"%d\">\n", SVG_WIDTH, height, SVG_WIDTH, height);
	fprintf(to, "<title>A live update, step by step</title>\n%s<rect class=\"page\" "
		"width=\"%d\" height=\"%d\"/>\n", head, SVG_WIDTH, height);
	write_layer(&svg.back, to);
	write_layer(&svg.bars, to);
	write_layer(&svg.front, to);
	fputs("</svg>\n", to);
}
