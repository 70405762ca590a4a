// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* FLBs alone as a picture: a column for each, a row where its count or state changes. */
#include <stdlib.h>
#include <string.h>

#include "svg.h"

enum {
	FLB_TOP = 84,
	FLB_BRACKET = 46,
	FLB_PITCH = 6,		/* of its lines */
	FLB_GAP = 12,
	FLB_WIDTH_MIN = 560,
	FLB_MOST_LETTERS = 96,
};

struct flbs {
	struct svg svg;
	int rows;
	const struct show_step *cause;		/* the operation that was drawn last */
	const struct show_step *last;		/* what the last row is about, … */
	bool is_counted;			/* … and it has a count */
	const struct show_step *refused;	/* the reboot that will be */
	size_t cause_letters, count_letters, word_letters;	/* the most there were */
	int width, height;
	int column, x;				/* each FLB's width, and where the first begins */
};

static int new_row(struct flbs *flbs, const struct show_step *step)
{
	flbs->last = step;
	flbs->is_counted = false;
	return FLB_TOP + flbs->rows++ * SVG_ROW;
}

static void most(size_t *letters, size_t here)
{
	if (here > FLB_MOST_LETTERS)
		here = FLB_MOST_LETTERS;
	if (here > *letters)
		*letters = here;
}

static void put_cause(struct flbs *flbs, int y, const char *class, const char *text)
{
	most(&flbs->cause_letters, svg_letters(text));
	svg_text(&flbs->svg.front, 12, y + 16, class, text, FLB_MOST_LETTERS);
}

static const struct show_step *cause_of(const struct flbs *flbs, const struct show_step *step)
{
	while (step && !step->is_operation)
		step = show_in(flbs->svg.show, step);
	return step;
}

/* The operation that a step happened in, where that is another one than before. */
static void draw_cause(struct flbs *flbs, const struct show_step *step, int y)
{
	const struct show_step *cause = cause_of(flbs, step);
	struct cli_text text = { 0 };

	if (!cause || cause == flbs->cause)
		return;
	flbs->cause = cause;
	svg_operation(cause, &text);
	put_cause(flbs, y, cause->event.result < 0 ? "wrong" : "agent", cli_text_end(&text));
	cli_text_free(&text);
}

/* The same in a row of its own, in front of what is written where operations are. */
static void draw_cause_before(struct flbs *flbs, const struct show_step *step)
{
	const struct show_step *cause = cause_of(flbs, step);

	if (cause && cause != flbs->cause)
		draw_cause(flbs, cause, new_row(flbs, cause));
}

/* What became of it, in a word or two. */
static enum svg_meaning say(const struct show_step *step, char *text, size_t size)
{
	static const struct {
		enum svg_meaning meaning;
		const char *word;
	} of[LFB_HAPPENINGS_NR] = {
		[LFB_DID_FLB_REGISTERED] = { SVG_PLAIN, "linked to " },
		[LFB_DID_FLB_UNREGISTERED] = { SVG_PLAIN, "unlinked from " },
		[LFB_DID_FLB_PRESERVE] = { SVG_SAVED, "preserved" },
		[LFB_DID_FLB_UNPRESERVE] = { SVG_GONE, "unpreserved" },
		[LFB_DID_FLB_SERIALIZED] = { SVG_FROZEN, "serialized" },
		[LFB_DID_FLB_HANDED_OVER] = { SVG_WAITS, "handed over" },
		[LFB_DID_FLB_RETRIEVE] = { SVG_TAKEN, "retrieved" },
		[LFB_DID_FLB_FINISH] = { SVG_GONE, "finished" },
	};
	const struct lfb_event *event = &step->event;
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	if (event->kind == LFB_EVENT_CALLBACK && step->is_open)
		snprintf(text, size, "%s: no end", lfb_event_action(event));
	else if (event->kind == LFB_EVENT_CALLBACK && event->has_result && event->result < 0)
		snprintf(text, size, "%s: %s", lfb_event_action(event), answer);
	else if (event->happening == LFB_DID_FLB_SERIALIZED ||
		 event->happening == LFB_DID_FLB_HANDED_OVER)
		snprintf(text, size, "%s, files: %llu", of[event->happening].word, event->count);
	else if (event->handle && (event->happening == LFB_DID_FLB_PRESERVE ||
				   event->happening == LFB_DID_FLB_RETRIEVE))
		snprintf(text, size, "%s, 0x%llx", of[event->happening].word, event->handle);
	else
		snprintf(text, size, "%s%s", of[event->happening].word ?: "",
			 of[event->happening].meaning == SVG_PLAIN ? event->handler ?: "" : "");
	if (event->kind == LFB_EVENT_CALLBACK &&
	    (step->is_open || (event->has_result && event->result < 0)))
		return SVG_FAILED;
	return of[event->happening].meaning;
}

static int column_of(const struct flbs *flbs, const struct show_step *step)
{
	return flbs->x + (int)show_flb(flbs->svg.show, step->event.flb) * flbs->column;
}

static void draw_count(struct flbs *flbs, const struct show_step *step, int y)
{
	const struct lfb_event *event = &step->event;
	char text[64];

	snprintf(text, sizeof(text), "%llu→%llu%s", event->count_before, event->count,
		 event->incoming ? " left" : "");
	most(&flbs->count_letters, svg_letters(text));
	svg_text(&flbs->svg.front, column_of(flbs, step) + 2 * FLB_BRACKET, y + 16, "head", text,
		 sizeof(text));
	flbs->is_counted = true;
}

static void draw_word(struct flbs *flbs, const struct show_step *step, int y)
{
	const bool is_counted = step->event.happening == LFB_DID_FLB_COUNTED;
	const int x = column_of(flbs, step) + 2 * FLB_BRACKET + FLB_GAP +
		      (int)flbs->count_letters * SVG_LETTER;
	enum svg_meaning meaning = SVG_PLAIN;
	char text[160];

	if (is_counted)
		snprintf(text, sizeof(text), "%s", svg_why_counted(&step->event));
	else
		meaning = say(step, text, sizeof(text));
	most(&flbs->word_letters, svg_letters(text) + svg_letters(svg_sign(meaning)));
	if (meaning)
		svg_pill(&flbs->svg.front, x, y, meaning, text, FLB_MOST_LETTERS);
	else
		svg_text(&flbs->svg.front, x + SVG_PILL / 2, y + 16, "quiet", text,
			 FLB_MOST_LETTERS);
}

static bool is_about_flb(const struct show_step *step)
{
	static const bool are[LFB_HAPPENINGS_NR] = {
		[LFB_DID_FLB_REGISTERED] = true, [LFB_DID_FLB_UNREGISTERED] = true,
		[LFB_DID_FLB_PRESERVE] = true,   [LFB_DID_FLB_UNPRESERVE] = true,
		[LFB_DID_FLB_SERIALIZED] = true, [LFB_DID_FLB_HANDED_OVER] = true,
		[LFB_DID_FLB_RETRIEVE] = true,   [LFB_DID_FLB_FINISH] = true,
		[LFB_DID_FLB_COUNTED] = true,
	};

	return !step->is_operation && are[step->event.happening] && step->event.flb;
}

/* A count that changes because the last row's FLB was preserved stands beside that. */
static bool goes_with_last(const struct flbs *flbs, const struct show_step *step)
{
	const struct show_step *last = flbs->last;

	return step->event.happening == LFB_DID_FLB_COUNTED && last && !flbs->is_counted &&
	       last->in == step->in && last->event.happening == LFB_DID_FLB_PRESERVE &&
	       !strcmp(last->event.flb, step->event.flb);
}

static void draw_flb(struct flbs *flbs, const struct show_step *step)
{
	struct cli_text text = { 0 };
	int y;

	if (goes_with_last(flbs, step)) {
		draw_count(flbs, step, FLB_TOP + (flbs->rows - 1) * SVG_ROW);
		return;
	}
	y = new_row(flbs, step);
	show_sentence(step, &text);
	svg_print(&flbs->svg.front, "<g class=\"row\" id=\"row-%zu\"><title>", step->number);
	svg_escape(&flbs->svg.front, cli_text_end(&text), svg_letters(cli_text_end(&text)));
	svg_print(&flbs->svg.front, "</title>\n");
	cli_text_free(&text);
	draw_cause(flbs, step, y);
	draw_word(flbs, step, y);
	if (step->event.happening == LFB_DID_FLB_COUNTED)
		draw_count(flbs, step, y);
	svg_print(&flbs->svg.front, "</g>\n");
}

/* Files that were frozen in a reboot: FLBs have no such callback, and are not asked. */
static void draw_frozen(struct flbs *flbs, const struct show_step *reboot)
{
	const struct show *show = flbs->svg.show;
	size_t frozen = 0;
	char text[64];
	int y;

	for (size_t i = reboot->number; i < reboot->last; i++)
		frozen += !show->steps[i].is_operation && show->steps[i].event.result >= 0 &&
			  show->steps[i].event.happening == LFB_DID_FILE_FREEZE;
	if (!frozen)
		return;
	draw_cause_before(flbs, reboot);
	y = new_row(flbs, reboot);
	snprintf(text, sizeof(text), "◆ %zu file%s frozen, FLBs are not asked", frozen,
		 cli_plural(frozen));
	put_cause(flbs, y, "quiet", text);
}

static void draw_refusal(struct flbs *flbs)
{
	const int y = new_row(flbs, flbs->refused);
	char answer[32], text[64];

	show_answer(flbs->refused, answer, sizeof(answer));
	snprintf(text, sizeof(text), "no kexec: refused = %s", answer);
	put_cause(flbs, y, "wrong", text);
	svg_print(&flbs->svg.back, "<rect class=\"refused\" x=\"6\" y=\"%d\" width=\"%zu\" "
		  "height=\"%d\"/>\n", y + 2, 12 + svg_letters(text) * SVG_LETTER, SVG_ROW - 4);
	flbs->refused = NULL;
}

/* What is about a whole kernel. */
static void draw_kernel(struct flbs *flbs, const struct show_step *step)
{
	struct cli_text text = { 0 };
	const int y = new_row(flbs, step);

	show_sentence(step, &text);
	put_cause(flbs, y, "head", cli_text_end(&text));
	cli_text_free(&text);
}

static void draw_jump(struct flbs *flbs, const struct show_step *step)
{
	const int y = new_row(flbs, step);

	svg_jump(&flbs->svg.back, y, flbs->width, flbs->height);
	put_cause(flbs, y, "onbar", "kexec: the old kernel ends here");
}

static void draw_finding(struct flbs *flbs, const struct show_step *step)
{
	char text[96];
	int y;

	draw_cause_before(flbs, step);
	y = new_row(flbs, step);

	snprintf(text, sizeof(text), "✗ %s", lfb_finding_name(step->event.finding));
	put_cause(flbs, y, "wrong", text);
}

static void draw_step(struct flbs *flbs, const struct show_step *step)
{
	if (flbs->refused && step->number > flbs->refused->last)
		draw_refusal(flbs);
	if (step->is_operation)
		return;
	switch (step->event.happening) {
	case LFB_DID_JUMPED:
		draw_jump(flbs, step);
		break;
	case LFB_DID_BOOTED:
		draw_kernel(flbs, step);
		break;
	case LFB_DID_FOUND:
		draw_finding(flbs, step);
		break;
	case LFB_DID_REBOOT:
		draw_frozen(flbs, step);
		if (!step->is_open && step->event.result < 0)
			flbs->refused = step;
		break;
	default:
		if (is_about_flb(step))
			draw_flb(flbs, step);
	}
}

static void draw_rows(struct flbs *flbs)
{
	const struct show *show = flbs->svg.show;

	for (size_t i = 0; i < show->count; i++) {
		draw_step(flbs, &show->steps[i]);
		svg_brackets_step(&flbs->svg, &show->steps[i],
				  FLB_TOP + flbs->rows * SVG_ROW - SVG_ROW / 2);
	}
	if (flbs->refused)
		draw_refusal(flbs);
	svg_brackets_end(&flbs->svg, FLB_TOP + flbs->rows * SVG_ROW);
}

static void draw_heads(struct flbs *flbs)
{
	const struct show *show = flbs->svg.show;

	svg_text(&flbs->svg.front, 12, 20, "quiet", show->scenario, FLB_MOST_LETTERS);
	svg_text(&flbs->svg.front, 12, 40, "quiet", "As many lines as files need it: at the left "
		 "to hand it over, at the right", FLB_MOST_LETTERS);
	svg_text(&flbs->svg.front, 12, 56, "quiet", "of what was handed over.", FLB_MOST_LETTERS);
	for (size_t i = 0; i < show->nr_flbs; i++)
		svg_text(&flbs->svg.front, flbs->x + (int)i * flbs->column, FLB_TOP - 4, "head",
			 show->flbs[i], FLB_MOST_LETTERS);
	if (!show->nr_flbs)
		svg_text(&flbs->svg.front, 12, FLB_TOP - 4, "head", "There is no FLB in this run.",
			 FLB_MOST_LETTERS);
}

/* Everything has its place when it is known how long all texts are. */
static void place(struct flbs *flbs, const struct flbs *measured)
{
	const struct show *show = flbs->svg.show;
	size_t names = 0, title = svg_letters(show->scenario);
	int width;

	for (size_t i = 0; i < show->nr_flbs; i++)
		most(&names, svg_letters(show->flbs[i]));
	most(&names, 0);
	flbs->count_letters = measured->count_letters;
	flbs->x = 12 + (int)measured->cause_letters * SVG_LETTER + 2 * FLB_GAP;
	flbs->column = 2 * FLB_BRACKET + 3 * FLB_GAP + SVG_PILL +
		       (int)(measured->count_letters + measured->word_letters) * SVG_LETTER;
	if (flbs->column < (int)names * SVG_LETTER + FLB_GAP)
		flbs->column = (int)names * SVG_LETTER + FLB_GAP;
	width = flbs->x + (int)show->nr_flbs * flbs->column + FLB_GAP;
	if (width < 24 + (int)(title < FLB_MOST_LETTERS ? title : FLB_MOST_LETTERS) * SVG_LETTER)
		width = 24 + (int)title * SVG_LETTER;
	flbs->width = width > FLB_WIDTH_MIN ? width : FLB_WIDTH_MIN;
	flbs->height = FLB_TOP + measured->rows * SVG_ROW;
	flbs->svg.bracket_x = flbs->x;
	flbs->svg.bracket_width = FLB_BRACKET - 2;
	flbs->svg.bracket_pitch = FLB_PITCH;
	flbs->svg.bracket_step = flbs->column;
}

void show_svg_flbs(const struct show *show, FILE *to)
{
	static const enum svg_meaning meanings[] = {
		SVG_SAVED, SVG_FROZEN, SVG_WAITS, SVG_TAKEN, SVG_GONE, SVG_FAILED,
	};
	const size_t nr_meanings = sizeof(meanings) / sizeof(*meanings);
	struct flbs measured = { .svg.show = show }, flbs = { .svg.show = show };
	int end;

	draw_rows(&measured);
	cli_text_free(&measured.svg.back);
	cli_text_free(&measured.svg.front);
	flbs.svg.brackets = calloc(show->nr_flbs + 1, sizeof(*flbs.svg.brackets));
	flbs.svg.nr_brackets = flbs.svg.brackets ? show->nr_flbs : 0;
	place(&flbs, &measured);
	end = flbs.height;
	draw_heads(&flbs);
	draw_rows(&flbs);
	flbs.height += svg_legend(&flbs.svg.front, end + 8, flbs.width, meanings, nr_meanings) + 16;
	svg_begin(to, "FLBs, from their first file to their last", flbs.width, flbs.height);
	svg_layer(&flbs.svg.back, to);
	svg_layer(&flbs.svg.bars, to);
	svg_layer(&flbs.svg.front, to);
	svg_end(to);
	free(flbs.svg.brackets);
}
