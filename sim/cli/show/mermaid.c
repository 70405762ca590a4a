// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A run as a Mermaid sequence diagram: who calls whom. */
#include <string.h>

#include "show.h"

/*
 * Text of a message. What Mermaid or the page around it would read as its own is written as its
 * number.
 */
static void put_text(FILE *to, const char *text)
{
	while (*text) {
		const size_t length = cli_utf8_length(text);
		const unsigned char c = (unsigned char)*text;

		if (c < ' ' || c == 0x7f)
			putc('?', to);
		else if (strchr("#;<>&{}%\\`", c))
			fprintf(to, "#%u;", c);
		else if (length)
			fwrite(text, 1, length, to);
		else
			fprintf(to, "#%u;", c);
		text += length ? length : 1;
	}
}

static const char *participant(enum show_lane lane)
{
	switch (lane) {
	case SHOW_HANDLER:
		return "H";
	case SHOW_FLB:
		return "F";
	case SHOW_MEMORY:
		return "M";
	case SHOW_MODULE:
		return "K";
	default:
		return lane == SHOW_SESSION ? "L" : "A";
	}
}

static void put_words(const struct show *show, const struct show_row *row, FILE *to)
{
	const struct show_step *step = row->step;
	struct cli_text text = { 0 };
	char answer[32] = "", count[48];

	if (row->task)
		fprintf(to, "%s: ", row->task);
	if (!step->is_operation && step->event.kind == LFB_EVENT_CALLBACK)
		fprintf(to, "%s, ", lfb_event_action(&step->event));
	show_sentence(step, &text);
	put_text(to, cli_text_end(&text));
	cli_text_free(&text);
	if (step->event.result < 0)
		show_answer(step, answer, sizeof(answer));
	if (answer[0])
		fprintf(to, " = %s", answer);
	if (row->count) {
		show_count_text(show, row->count, count, sizeof(count));
		fprintf(to, " (%s)", count);
	}
}

static void put_note(const struct show *show, const struct show_row *row, const char *over,
		     const char *before, FILE *to)
{
	fprintf(to, "    Note over %s: %s", over, before);
	if (!row->is_refusal)
		put_words(show, row, to);
	putc('\n', to);
}

static void put_refusal(const struct show_step *step, FILE *to)
{
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	fprintf(to, "    L--xA: the reboot is refused = %s\n", answer);
}

static void put_event(const struct show *show, const struct show_row *row, FILE *to)
{
	const struct lfb_event *event = &row->step->event;
	const enum show_lane lane = show_lane(row->step);

	if (event->happening == LFB_DID_JUMPED) {
		put_note(show, row, "A,M", "", to);
	} else if (event->kind == LFB_EVENT_CALLBACK) {
		fprintf(to, "    L->>%s: ", participant(lane));
		put_words(show, row, to);
		putc('\n', to);
	} else if (lane == SHOW_KERNEL) {
		put_note(show, row, "A,M", event->kind >= LFB_EVENT_WARN ? "✗ " : "", to);
	} else {
		put_note(show, row, participant(lane), "", to);
	}
}

void show_mermaid(const struct show *show, const struct show_rows *rows, FILE *to)
{
	fputs("sequenceDiagram\n"
	      "    participant A as Agent\n"
	      "    participant K as Module\n"
	      "    participant L as Sessions (LUO)\n"
	      "    participant H as File handlers\n"
	      "    participant F as FLBs\n"
	      "    participant M as Memory\n", to);
	for (size_t i = 0; i < rows->count; i++) {
		const struct show_row *row = &rows->list[i];

		if (row->is_refusal) {
			put_refusal(row->step, to);
		} else if (row->step->is_operation) {
			fprintf(to, "    %s->>L: ", participant(show_lane(row->step)));
			put_words(show, row, to);
			putc('\n', to);
		} else {
			put_event(show, row, to);
		}
	}
}
