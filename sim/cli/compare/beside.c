// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * One scenario in several kernels: operation by operation, what all do is told once, and where they
 * part, each has a column. Addresses make no difference, nor do pages that kernels keep for
 * themselves.
 */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

enum {
	BESIDE_INDENT = 2,
	BESIDE_GAP = 3,
	BESIDE_WINDOW = 512,	/* rows that are looked at to find where two lists meet again */
};

/* What one of them does there; NULL: nothing. */
struct beside_line {
	const struct show_row *of[CLI_BESIDE_MAX];
};

struct beside {
	const struct show *const *shows;
	const char *const *names;
	unsigned int count;
	size_t width, column;
	FILE *to;
	struct show_rows rows[CLI_BESIDE_MAX];
	size_t at[CLI_BESIDE_MAX];		/* rows that are told */
	struct beside_line *lines;		/* of the operation that is told */
	size_t nr_lines;
	bool no_memory, parted;			/* columns have their heads */
	size_t operations, differ;
};

static void put_text(struct cli_text *to, const char *text)
{
	cli_text_write(to, text, strlen(text));
}

static bool is_booted(const struct show_step *step)
{
	return !step->is_operation && step->event.happening == LFB_DID_BOOTED;
}

/* What a row says, without who says it. */
static void tell(const struct beside *beside, unsigned int kernel, const struct show_row *row,
		 struct cli_text *to)
{
	const struct show_step *step = row->step;
	char text[64];

	if (row->is_refusal) {
		put_text(to, "the reboot is refused, the kernel goes on: ");
		show_answer(step, text, sizeof(text));
		put_text(to, text);
	} else if (is_booted(step)) {
		snprintf(text, sizeof(text), "KERNEL %u%s", step->event.boot,
			 step->event.result < 0 ? " does not boot" : "");
		put_text(to, text);
	} else {
		show_said(step, to);
	}
	if (row->count) {
		show_count_text(beside->shows[kernel], row->count, text, sizeof(text));
		put_text(to, ", ");
		put_text(to, text);
	}
}

/* Over the whole width and in a column: "FLB preserve: ". A finding begins with its own name. */
static void tell_head(const struct show_row *row, struct cli_text *to)
{
	const struct show_step *step = row->step;
	const bool is_finding = !step->is_operation && step->event.happening == LFB_DID_FOUND;

	if (row->is_refusal || is_booted(step) || is_finding)
		return;
	put_text(to, show_lane(step) == SHOW_KERNEL ? "kernel" : show_who(step));
	if (!step->is_operation && step->event.kind == LFB_EVENT_CALLBACK) {
		put_text(to, " ");
		put_text(to, lfb_event_action(&step->event));
	}
	put_text(to, ": ");
}

/* The end of an address that may be another one in each kernel; @text itself: here is none. */
static const char *behind_address(const char *text)
{
	return strncmp(text, "0x", 2) ? text : text + 2 + strspn(text + 2, "0123456789abcdef");
}

static bool is_same_text(const char *one, const char *other)
{
	while (*one && *other) {
		const char *one_end = behind_address(one), *other_end = behind_address(other);

		if ((one_end == one) != (other_end == other) || (one_end == one && *one != *other))
			return false;
		one = one_end == one ? one + 1 : one_end;
		other = other_end == other ? other + 1 : other_end;
	}
	return !*one && !*other;
}

static bool is_same_name(const char *one, const char *other)
{
	return one == other || (one && other && !strcmp(one, other));
}

/* May two rows stand beside each other? */
static bool is_alike(const struct show_row *one, const struct show_row *other)
{
	const struct lfb_event *a = &one->step->event, *b = &other->step->event;

	return one->is_refusal == other->is_refusal &&
	       one->step->is_operation == other->step->is_operation &&
	       is_same_name(one->step->text, other->step->text) &&
	       a->happening == b->happening && a->token == b->token && a->boot == b->boot &&
	       a->finding == b->finding && is_same_name(a->flb, b->flb) &&
	       is_same_name(a->session, b->session) && is_same_name(a->handler, b->handler);
}

static bool is_same_row(const struct beside *beside, unsigned int kernel,
			const struct show_row *row, unsigned int other,
			const struct show_row *others)
{
	struct cli_text one = { 0 }, two = { 0 };
	bool same;

	if (!row || !others || !is_alike(row, others))
		return !row && !others;
	tell(beside, kernel, row, &one);
	tell(beside, other, others, &two);
	same = is_same_text(cli_text_end(&one), cli_text_end(&two));
	cli_text_free(&one);
	cli_text_free(&two);
	return same;
}

static bool is_same_line(const struct beside *beside, const struct beside_line *line)
{
	for (unsigned int k = 1; k < beside->count; k++) {
		if (!is_same_row(beside, 0, line->of[0], k, line->of[k]))
			return false;
	}
	return true;
}

/* Drawing */

static void put_spaces(FILE *to, size_t count)
{
	fprintf(to, "%*s", (int)count, "");
}

/*
 * As many words as there is room for, of one that is longer than that the parts of its name, or as
 * many letters. Returns what is left.
 */
static const char *put_part(FILE *to, const char *text, size_t room, size_t *written)
{
	const char *end = text, *joint = text, *word = text;
	size_t width = 0;

	for (; *word; word++) {
		width += (*word & 0xc0) != 0x80;
		if (width > room)
			break;
		if (word[1] == ' ' || !word[1])
			end = word + 1;
		if (strchr("-_,/:", *word) && width > 1)
			joint = word + 1;
	}
	if (end == text)
		end = joint > text ? joint : word;
	*written = show_word(to, text, (size_t)(end - text));
	return end + strspn(end, " ");
}

/* Each kernel's text in its column, on as many lines as the longest needs. */
static void put_columns(const struct beside *beside, const char *const *texts, const char *mark)
{
	const char *left[CLI_BESIDE_MAX];
	bool more = true;

	memcpy(left, texts, beside->count * sizeof(*left));
	for (; more; mark = " ") {
		size_t written = 0;

		more = false;
		fprintf(beside->to, "%s ", mark);
		for (unsigned int k = 0; k < beside->count; k++) {
			if (k)
				put_spaces(beside->to, beside->column - written + 1);
			fputs(!k ? "" : *left[k] ? "| " : "|", beside->to);
			left[k] = put_part(beside->to, left[k], beside->column, &written);
			more |= *left[k] != '\0';
		}
		putc('\n', beside->to);
	}
}

static void put_parted(struct beside *beside, const struct beside_line *line)
{
	struct cli_text texts[CLI_BESIDE_MAX] = { 0 };
	const char *all[CLI_BESIDE_MAX];

	for (unsigned int k = 0; k < beside->count; k++) {
		if (line->of[k]) {
			tell_head(line->of[k], &texts[k]);
			tell(beside, k, line->of[k], &texts[k]);
		} else {
			put_text(&texts[k], "-");
		}
		all[k] = cli_text_end(&texts[k]);
	}
	if (!beside->parted)
		put_columns(beside, beside->names, " ");
	put_columns(beside, all, "≠");
	beside->parted = true;
	for (unsigned int k = 0; k < beside->count; k++)
		cli_text_free(&texts[k]);
}

static void put_common(struct beside *beside, const struct show_row *row)
{
	const bool inside = row->step->in && !row->is_refusal && !is_booted(row->step);
	const size_t indent = BESIDE_INDENT + (inside ? 4 : 0);
	struct cli_text text = { 0 };
	size_t written;
	const char *left;

	tell_head(row, &text);
	tell(beside, 0, row, &text);
	left = cli_text_end(&text);
	do {
		put_spaces(beside->to, indent);
		left = put_part(beside->to, left, beside->width - indent, &written);
		putc('\n', beside->to);
	} while (*left);
	cli_text_free(&text);
	beside->parted = false;
}

/* Operations */

/* Where the next operation begins: the row of the first that lies in none, from @from on. */
static size_t next_operation(const struct show_rows *rows, size_t from)
{
	while (from < rows->count && (!rows->list[from].step->is_operation ||
				      rows->list[from].step->in || rows->list[from].is_refusal))
		from++;
	return from;
}

/* A row that stands for a line, whichever kernel has one there. */
static const struct show_row *any_of(const struct beside_line *line)
{
	unsigned int k = 0;

	while (!line->of[k])
		k++;
	return line->of[k];
}

static bool is_place(const struct beside_line *line, const struct show_row *row)
{
	return is_alike(any_of(line), row);
}

/* Lines and rows from here on; of each two rests so many stand beside each other. */
struct beside_window {
	const struct beside_line *lines;
	const struct show_row *rows;
	size_t nr_lines, nr_rows;
	u16 best[BESIDE_WINDOW + 1][BESIDE_WINDOW + 1];
};

static void look_ahead(struct beside_window *window, const struct beside_line *lines,
		       size_t nr_lines, const struct show_row *rows, size_t nr_rows)
{
	const size_t height = nr_lines < BESIDE_WINDOW ? nr_lines : BESIDE_WINDOW;
	const size_t width = nr_rows < BESIDE_WINDOW ? nr_rows : BESIDE_WINDOW;

	window->lines = lines;
	window->rows = rows;
	window->nr_lines = height;
	window->nr_rows = width;
	memset(window->best[height], 0, sizeof(window->best[height]));
	for (size_t i = height; i-- > 0;) {
		const u16 *below = window->best[i + 1];
		u16 *here = window->best[i];

		here[width] = 0;
		for (size_t j = width; j-- > 0;)
			here[j] = is_place(&lines[i], &rows[j]) ? (u16)(below[j + 1] + 1) :
				  below[j] > here[j + 1] ? below[j] : here[j + 1];
	}
}

/*
 * Is the line one that this kernel has none beside? Else the row is one that only it has. Of more
 * than a window the rest is not looked at: in time for the longest stories.
 */
static bool is_line_first(struct beside_window *window, const struct beside_line *line,
			  size_t nr_lines, const struct show_row *row, size_t nr_rows)
{
	size_t at, place;

	if (!window->lines || line >= window->lines + window->nr_lines ||
	    row >= window->rows + window->nr_rows)
		look_ahead(window, line, nr_lines, row, nr_rows);
	at = (size_t)(line - window->lines);
	place = (size_t)(row - window->rows);
	return window->best[at + 1][place] >= window->best[at][place + 1];
}

/* Kernel @k's rows find their places among the lines, or are lines of their own. */
static void add_rows(struct beside *beside, unsigned int k, size_t from, size_t to)
{
	const struct beside_line *before = beside->lines;
	const struct show_row *rows = beside->rows[k].list;
	const size_t count = beside->nr_lines;
	struct beside_line *lines = calloc(count + to - from + 1, sizeof(*lines));
	struct beside_window *window = malloc(sizeof(*window));
	size_t at = 0, made = 0;

	beside->no_memory |= !lines || !window;
	if (window)
		window->lines = NULL;
	while (!beside->no_memory && (at < count || from < to)) {
		if (at < count && from < to && is_place(&before[at], &rows[from])) {
			lines[made] = before[at++];
			lines[made++].of[k] = &rows[from++];
		} else if (from == to || (at < count && is_line_first(window, &before[at],
								     count - at, &rows[from],
								     to - from))) {
			lines[made++] = before[at++];
		} else {
			lines[made++].of[k] = &rows[from++];
		}
	}
	free(window);
	free(beside->lines);
	beside->lines = lines;
	beside->nr_lines = made;
}

static void tell_lines(struct beside *beside)
{
	bool differs = false;

	for (size_t i = 0; i < beside->nr_lines && !beside->no_memory; i++) {
		const struct beside_line *line = &beside->lines[i];
		const bool same = is_same_line(beside, line);

		if (same)
			put_common(beside, line->of[0]);
		else
			put_parted(beside, line);
		differs |= !same;
	}
	free(beside->lines);
	beside->lines = NULL;
	beside->nr_lines = 0;
	beside->differ += differs;
	beside->operations++;
}

/* The next operation of each kernel, or what comes before the first. False: all is told. */
static bool tell_operation(struct beside *beside)
{
	const bool is_first = !beside->operations;
	bool any = is_first;

	for (unsigned int k = 0; k < beside->count; k++) {
		const struct show_rows *rows = &beside->rows[k];
		const size_t from = beside->at[k];
		const size_t first = !is_first && from < rows->count ? from + 1 : from;
		const size_t end = next_operation(rows, first);

		add_rows(beside, k, from, end);
		beside->at[k] = end;
		any |= end > from;
	}
	if (any)
		tell_lines(beside);
	return any;
}

/* Each version has pages of its own for its lists; callbacks tell of theirs themselves. */
static void leave_pages_out(struct show_rows *rows)
{
	size_t kept = 0;

	for (size_t i = 0; i < rows->count; i++) {
		if (rows->list[i].is_refusal || show_lane(rows->list[i].step) != SHOW_MEMORY)
			rows->list[kept++] = rows->list[i];
	}
	rows->count = kept;
}

int cli_beside(const struct show *const *shows, const char *const *names, unsigned int count,
		unsigned int width, FILE *to)
{
	struct beside beside = { .shows = shows, .names = names, .count = count, .to = to,
				 .width = width };
	int result = CLI_OK;

	beside.column = (width - BESIDE_INDENT - BESIDE_GAP * (count - 1)) / count;
	for (unsigned int k = 0; k < count; k++) {
		beside.no_memory |= shows[k]->no_memory;
		beside.no_memory |= !show_rows_make(shows[k], &beside.rows[k]);
		leave_pages_out(&beside.rows[k]);
	}
	fprintf(to, "%s\n", shows[0]->scenario);
	for (unsigned int k = 0; k < count; k++)
		fprintf(to, "%s%s", k ? " | " : "  ", names[k]);
	fputs("\n\n", to);
	while (!beside.no_memory && tell_operation(&beside))
		;
	if (beside.no_memory)
		result = CLI_USAGE;
	else if (beside.differ)
		result = CLI_FAILED;
	if (beside.no_memory)
		cli_failed("no memory for stories");
	else
		fprintf(to, "\n%zu of %zu operations differ\n", beside.differ,
			beside.operations - 1);
	free(beside.lines);
	for (unsigned int k = 0; k < count; k++)
		show_rows_free(&beside.rows[k]);
	return result;
}
