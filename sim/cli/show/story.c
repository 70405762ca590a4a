// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A run as a story for people: a line for each thing that matters, counts beside it. */
#include <string.h>

#include "show.h"

enum {
	STORY_WIDTH = 80,	/* of the text; the counts stand behind it */
	STORY_COUNT = 12,
	STORY_PAGES = 7,
	STORY_INDENT = 10,
};

struct story {
	const struct show *show;
	FILE *to;
	u64 saved, waiting;	/* that were written last */
};

size_t show_text_width(const char *text)
{
	size_t width = 0;

	for (; *text; text++)
		width += (*text & 0xc0) != 0x80;
	return width;
}

/* Pads what was written, of which the last line is so wide. */
static void pad(FILE *to, size_t width, size_t wanted)
{
	fprintf(to, "%*s", width < wanted ? (int)(wanted - width) : 0, "");
}

size_t show_word(FILE *to, const char *word, size_t length)
{
	size_t width = 0;

	for (size_t i = 0; i < length; width++) {
		const unsigned char c = (unsigned char)word[i];
		const size_t bytes = cli_utf8_length(word + i);

		if (c < ' ' || c == 0x7f)
			putc('?', to);
		else if (bytes)
			fwrite(word + i, 1, bytes, to);
		else
			fprintf(to, "%c%c", 0xc0 | c >> 6, 0x80 | (c & 0x3f));
		i += bytes ? bytes : 1;
	}
	return width;
}

/* Text from a column on, on as many lines as it needs. Returns the width of the last. */
static size_t put_wrapped(FILE *to, const char *text, size_t column)
{
	size_t at = column;

	while (*text) {
		const size_t length = strcspn(text, " ");

		if (at > column && at + 1 + length > STORY_WIDTH) {
			fprintf(to, "\n%*s", (int)column, "");
			at = column;
		} else if (at > column) {
			putc(' ', to);
			at++;
		}
		at += show_word(to, text, length);
		text += length + (text[length] == ' ');
	}
	return at;
}

void show_count_text(const struct show *show, const struct show_step *count, char *text,
		     size_t size)
{
	const struct lfb_event *event = &count->event;
	const size_t flb = show_flb(show, event->flb);
	char name[8] = "";

	if (show->nr_flbs > 1 && flb < 26)
		snprintf(name, sizeof(name), "%c ", (char)('a' + flb));
	else if (show->nr_flbs > 1)
		snprintf(name, sizeof(name), "%zu ", flb + 1);
	snprintf(text, size, "%s%llu→%llu%s", name, event->count_before, event->count,
		 event->incoming ? " left" : "");
}

/* The columns behind a line that is so wide. */
static void put_counts(struct story *story, const struct show_row *row, size_t width)
{
	char count[48] = "", saved[24] = "", waiting[24] = "";

	if (row->count)
		show_count_text(story->show, row->count, count, sizeof(count));
	if (row->saved != story->saved)
		snprintf(saved, sizeof(saved), "%llu", row->saved);
	if (row->waiting != story->waiting)
		snprintf(waiting, sizeof(waiting), "%llu", row->waiting);
	story->saved = row->saved;
	story->waiting = row->waiting;
	if (count[0] || saved[0] || waiting[0]) {
		pad(story->to, width, STORY_WIDTH + 1);
		fprintf(story->to, " %s", count);
	}
	if (saved[0] || waiting[0]) {
		pad(story->to, show_text_width(count), STORY_COUNT);
		fprintf(story->to, "%s", saved);
	}
	if (waiting[0]) {
		pad(story->to, show_text_width(saved), STORY_PAGES);
		fprintf(story->to, "%s", waiting);
	}
	putc('\n', story->to);
}

static const char *kernel_name(const struct show *show, unsigned int kernel, char *text,
			       size_t size)
{
	if (show->kernels == 2)
		return kernel ? "NEW KERNEL" : "OLD KERNEL";
	snprintf(text, size, "KERNEL %u", kernel);
	return text;
}

static void put_kernel(struct story *story, const struct show_step *step)
{
	char name[32], head[96];

	snprintf(head, sizeof(head), "%s: %s%s",
		 kernel_name(story->show, step->event.boot, name, sizeof(name)),
		 step->event.profile ? step->event.profile : "",
		 step->event.result < 0 ? ", which does not boot" : "");
	fprintf(story->to, "%s", head);
	pad(story->to, show_text_width(head), STORY_WIDTH + 2);
	fprintf(story->to, "%-*s%-*swaiting\n", STORY_COUNT, "needed by", STORY_PAGES, "saved");
}

/* A line across. */
static void put_bar(FILE *to, char bar, const char *text, const char *more)
{
	size_t width = 13 + show_text_width(text) + show_text_width(more) + 1;

	for (int i = 0; i < 12; i++)
		putc(bar, to);
	fprintf(to, " %s%s ", text, more);
	for (; width < STORY_WIDTH + STORY_COUNT + 2 * STORY_PAGES; width++)
		putc(bar, to);
	putc('\n', to);
}

static void put_jump(struct story *story, const struct show_row *row)
{
	char text[96];

	snprintf(text, sizeof(text), "kexec: the old kernel is gone, %llu page%s stay%s",
		 row->step->number > 1 ? row->step[-1].saved : 0,
		 row->step->number > 1 && row->step[-1].saved == 1 ? "" : "s",
		 row->step->number > 1 && row->step[-1].saved == 1 ? "s" : "");
	put_bar(story->to, '=', text, "");
	story->saved = 0;
	story->waiting = 0;
}

static void put_refusal(struct story *story, const struct show_step *step)
{
	char answer[32];

	show_answer(step, answer, sizeof(answer));
	put_bar(story->to, '-', "the reboot is refused, the kernel goes on: ", answer);
}

const char *show_who(const struct show_step *step)
{
	static const char *const names[SHOW_LANES] = {
		[SHOW_KERNEL] = "!",   [SHOW_AGENT] = "agent",   [SHOW_MODULE] = "module",
		[SHOW_TEST] = "test",  [SHOW_SESSION] = "LUO",   [SHOW_HANDLER] = "file",
		[SHOW_FLB] = "FLB",    [SHOW_MEMORY] = "memory",
	};

	return step->is_operation && step->block ? step->event.task : names[show_lane(step)];
}

/* Whose line it is, and of a callback which. In front, of tasks beside each other, who goes on. */
static size_t put_head(struct story *story, const struct show_row *row)
{
	const struct show_step *step = row->step;
	const struct show_step *in = show_in(story->show, step);
	const bool is_loud = !step->is_operation && step->event.kind >= LFB_EVENT_PRINTK;

	if (in ? !in->is_operation && in->event.happening == LFB_DID_BOOTED :
		 step->is_operation || !step->block)
		return (size_t)fprintf(story->to, "  %-*s", STORY_INDENT - 2,
				       in && !is_loud ? "boot" : show_who(step));
	return (size_t)fprintf(story->to, "  %-*s%-7s%-12s", STORY_INDENT - 2,
			       row->task && !step->is_operation ? row->task : "", show_who(step),
			       !step->is_operation && step->event.kind == LFB_EVENT_CALLBACK ?
			       lfb_event_action(&step->event) : "");
}

void show_said(const struct show_step *step, struct cli_text *to)
{
	char answer[32];

	show_sentence(step, to);
	show_answer(step, answer, sizeof(answer));
	if (answer[0] && step->event.result < 0) {
		cli_text_write(to, " = ", 3);
		cli_text_write(to, answer, strlen(answer));
	}
	if (step->why) {
		cli_text_write(to, " (", 2);
		cli_text_write(to, step->why, strlen(step->why));
		cli_text_write(to, ")", 1);
	}
}

static void put_step(struct story *story, const struct show_row *row)
{
	const struct show_step *step = row->step;
	struct cli_text text = { 0 };
	size_t width = put_head(story, row);

	show_said(step, &text);
	width = put_wrapped(story->to, cli_text_end(&text), width);
	cli_text_free(&text);
	put_counts(story, row, width);
}

static void put_row(struct story *story, const struct show_row *row)
{
	const struct show_step *step = row->step;

	if (row->is_refusal)
		put_refusal(story, step);
	else if (!step->is_operation && step->event.happening == LFB_DID_JUMPED)
		put_jump(story, row);
	else if (!step->is_operation && step->event.happening == LFB_DID_BOOTED)
		put_kernel(story, step);
	else
		put_step(story, row);
}

/* What there is to try next with this run. */
static void put_next(const struct show *show, FILE *to)
{
	const struct show_step *asks = NULL;

	for (size_t i = 0; i < show->count; i++) {
		const struct show_step *step = &show->steps[i];

		if (!step->is_operation && step->event.happening == LFB_DID_FOUND) {
			fprintf(to, "Try: lfb explain %s\n", lfb_finding_name(step->event.finding));
			return;
		}
		if (step->is_operation && !strncmp(step->text, "getin ", 6))
			asks = step;
	}
	if (asks)
		fprintf(to, "Try: leave out the line \"%s\", and look when the FLB is retrieved "
			"then\n", asks->text);
	else if (show->is_script)
		fprintf(to, "Try: lfb run --agent %s, which prints what each line answers\n",
			show->scenario);
	else
		fprintf(to, "Try: lfb sweep %s, which has each step fail\n", show->scenario);
}

static void put_end(const struct show *show, FILE *to)
{
	putc('\n', to);
	if (show->findings)
		fprintf(to, "%zu finding%s in %zu operation%s\n", show->findings,
			cli_plural(show->findings), show->operations, cli_plural(show->operations));
	else
		fprintf(to, "no findings in %zu operation%s\n", show->operations,
			cli_plural(show->operations));
	if (show->error)
		fprintf(to, "not as expected: %s\n", show->error);
	put_next(show, to);
}

/* What the recorded module is told is one line; else its lines would be most of the story. */
static void put_setup(const struct show *show, FILE *to)
{
	size_t lines = 0;

	for (size_t i = 0; i < show->count; i++)
		lines += show->steps[i].is_operation && show_is_setup(&show->steps[i]);
	if (lines)
		fprintf(to, "(%zu line%s of it %s what the recorded module's callbacks do)\n",
			lines, cli_plural(lines), lines == 1 ? "says" : "say");
}

void show_story(const struct show *show, const struct show_rows *rows, FILE *to)
{
	struct story story = { .show = show, .to = to };

	fprintf(to, "%s\nneeded by: so many files need the FLB; saved: pages for the next kernel; "
		"waiting: those of\nthe last one that nobody has taken over\n", show->scenario);
	put_setup(show, to);
	for (size_t i = 0; show->nr_flbs > 1 && i < show->nr_flbs && i < 26; i++)
		fprintf(to, "%s%c %s", i ? ", " : "FLBs: ", (char)('a' + i), show->flbs[i]);
	fputs(show->nr_flbs > 1 ? "\n\n" : "\n", to);
	for (size_t i = 0; i < rows->count; i++)
		put_row(&story, &rows->list[i]);
	put_end(show, to);
}

void show_story_from(const struct show *show, const struct show_rows *rows, size_t step, FILE *to)
{
	struct story story = { .show = show, .to = to };

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->list[i].step->number >= step) {
			put_row(&story, &rows->list[i]);
		} else {
			story.saved = rows->list[i].saved;
			story.waiting = rows->list[i].waiting;
		}
	}
}
