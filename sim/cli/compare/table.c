// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare: two transcripts side by side. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compare.h"

#define COLUMN_MAX 56		/* a longer line stands alone */
#define COLUMN_MIN 24
#define ALIGNED_MAX 1500	/* lines; longer transcripts are compared line by line */
#define SAME_MAX 12		/* rows that follow each other and are alike, of which … */
#define SAME_SHOWN 4		/* … so many are shown before and behind what is left out */
#define SHOWN_MAX 300

/* A row of the table: a line of each, or of one. */
struct row {
	const char *ours, *theirs;	/* up to the end of the line; NULL: it has none */
};

struct table {
	struct row *rows;
	size_t count;
};

static size_t count_lines(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == '\n';
	return count;
}

static const char **cut(const char *text, size_t count)
{
	const char **lines = calloc(count + 1, sizeof(*lines));

	for (size_t i = 0; lines && i < count; i++) {
		lines[i] = text;
		text = strchr(text, '\n') + 1;
	}
	return lines;
}

static bool same_line(const char *one, const char *other)
{
	const size_t length = strcspn(one, "\n");

	return length == strcspn(other, "\n") && !memcmp(one, other, length);
}

/* Of an operation, without what it answers. */
static size_t length_of(const char *line)
{
	size_t length = 0;

	while (line[length] != '\n' && strncmp(line + length, " = ", 3))
		length++;
	return length;
}

/* The same operation, whatever it answers. */
static bool same_operation(const char *one, const char *other)
{
	const size_t length = length_of(one);

	return *one == '>' && length == length_of(other) && !memcmp(one, other, length);
}

/* How much two lines that stand beside each other have in common. */
static u16 worth(const char *one, const char *other)
{
	return same_line(one, other) ? 2 : same_operation(one, other) ? 1 : 0;
}

static void add_row(struct table *table, const char *ours, const char *theirs)
{
	table->rows[table->count++] = (struct row){ ours, theirs };
}

/*
 * What belongs together stands in one row: as much as can in the order there is. @best has of each
 * two rests of the transcripts how much they have in common.
 */
static void align(struct table *table, const char **ours, size_t our_count, const char **theirs,
		  size_t their_count, u16 *best)
{
	const size_t width = their_count + 1;
	size_t i = our_count, j;

	for (; i-- > 0;) {
		for (j = their_count; j-- > 0;) {
			const u16 pair = worth(ours[i], theirs[j]);
			const u16 down = best[(i + 1) * width + j], right = best[i * width + j + 1];
			u16 most = down > right ? down : right;

			if (pair && best[(i + 1) * width + j + 1] + pair > most)
				most = (u16)(best[(i + 1) * width + j + 1] + pair);
			best[i * width + j] = most;
		}
	}
	for (i = j = 0; i < our_count && j < their_count;) {
		const u16 pair = worth(ours[i], theirs[j]), here = best[i * width + j];

		if (pair && best[(i + 1) * width + j + 1] + pair == here)
			add_row(table, ours[i++], theirs[j++]);
		else if (best[(i + 1) * width + j] == here)
			add_row(table, ours[i++], NULL);
		else
			add_row(table, NULL, theirs[j++]);
	}
	while (i < our_count)
		add_row(table, ours[i++], NULL);
	while (j < their_count)
		add_row(table, NULL, theirs[j++]);
}

static void by_line(struct table *table, const char **ours, size_t our_count, const char **theirs,
		    size_t their_count)
{
	for (size_t i = 0; i < our_count || i < their_count; i++)
		add_row(table, i < our_count ? ours[i] : NULL, i < their_count ? theirs[i] : NULL);
}

/* Its rows are for free(), and point into the transcripts; none without memory. */
static struct table lay(const char *our_text, const char *their_text)
{
	const size_t our_count = count_lines(our_text), their_count = count_lines(their_text);
	const bool small = our_count <= ALIGNED_MAX && their_count <= ALIGNED_MAX;
	const char **ours = cut(our_text, our_count), **theirs = cut(their_text, their_count);
	u16 *best = small ? calloc((our_count + 1) * (their_count + 1), sizeof(*best)) : NULL;
	struct table table = { calloc(our_count + their_count + 1, sizeof(*table.rows)), 0 };

	if (ours && theirs && table.rows && best)
		align(&table, ours, our_count, theirs, their_count, best);
	else if (ours && theirs && table.rows)
		by_line(&table, ours, our_count, theirs, their_count);
	free(ours);
	free(theirs);
	free(best);
	return table;
}

static bool row_differs(const struct row *row)
{
	return !row->ours || !row->theirs || !same_line(row->ours, row->theirs);
}

/* A line with the names of the errnos that it answers: "> close a = -EBADF". */
static const char *with_names(const char *line, char *text)
{
	static const char *const before[] = { " = -", " -> -" };
	size_t length = 0, all = line ? strcspn(line, "\n") : 0;

	while (all && length < SHOWN_MAX - 40) {
		size_t skipped = 0, digits = 0;

		for (size_t i = 0; i < 2 && !skipped; i++) {
			if (!strncmp(line, before[i], strlen(before[i])))
				skipped = strlen(before[i]);
		}
		if (skipped)
			digits = strspn(line + skipped, "0123456789");
		if (digits && digits < 5 && lfb_errno_name(-atol(line + skipped))) {
			length += (size_t)sprintf(text + length, "%.*s%s", (int)skipped, line,
						  lfb_errno_name(-atol(line + skipped)));
			line += skipped + digits;
			all -= skipped + digits;
		} else {
			text[length++] = *line++;
			all--;
		}
	}
	text[length] = '\0';
	return text;
}

static const char *mark_of(const struct row *row)
{
	return !row->ours ? "+" : !row->theirs ? "-" : row_differs(row) ? "|" : " ";
}

/* Rows with the same mark, from here on. */
static size_t count_alike(const struct table *table, size_t from)
{
	size_t count = 1;

	while (from + count < table->count &&
	       mark_of(&table->rows[from]) == mark_of(&table->rows[from + count]))
		count++;
	return count;
}

static int width_of(const struct table *table)
{
	char text[SHOWN_MAX];
	int width = COLUMN_MIN;

	for (size_t i = 0; i < table->count; i++) {
		const int length = (int)strlen(with_names(table->rows[i].ours, text));

		if (length > width && length <= COLUMN_MAX)
			width = length;
	}
	return width;
}

static void print_row(const struct row *row, int width)
{
	char ours[SHOWN_MAX], theirs[SHOWN_MAX];

	with_names(row->ours, ours);
	with_names(row->theirs, theirs);
	if ((int)strlen(ours) > width) {
		printf("    %s\n", ours);
		ours[0] = '\0';
	}
	printf("    %-*s %s%s%s\n", width, ours, mark_of(row), *theirs ? " " : "", theirs);
}

void cli_table_print(const char *our_name, const char *ours, const char *their_name,
		     const char *theirs)
{
	struct table table = lay(ours, theirs);
	int width = width_of(&table);

	if ((int)strlen(our_name) > width && strlen(our_name) <= COLUMN_MAX)
		width = (int)strlen(our_name);
	printf("    %-*s   %s\n", width, our_name, their_name);
	for (size_t i = 0, alike; i < table.count; i += alike) {
		alike = count_alike(&table, i);
		for (size_t row = 0; row < alike; row++) {
			if (alike > SAME_MAX && row == SAME_SHOWN) {
				printf("    … %zu lines more\n", alike - 2 * SAME_SHOWN);
				row = alike - SAME_SHOWN;
			}
			print_row(&table.rows[i + row], width);
		}
	}
	free(table.rows);
}

/* What one of them does in the first row that differs. */
static void say(const char *name, const char *line, bool operation, char *text, size_t size)
{
	const size_t length = strlen(text);
	const char *answer = operation ? line + length_of(line) : NULL;
	char shown[SHOWN_MAX];

	if (answer && *answer == '\n')
		snprintf(text + length, size - length, "%s does it", name);
	else if (answer)
		snprintf(text + length, size - length, "%s answers%s", name,
			 with_names(answer, shown) + 2);
	else if (line)
		snprintf(text + length, size - length, "%s has \"%s\"", name,
			 with_names(line, shown));
	else
		snprintf(text + length, size - length, "%s does not", name);
}

void cli_table_first(const struct lfb_compare_kernel *ours_by,
		     const struct lfb_compare_kernel *theirs_by,
		     const struct lfb_difference *difference, char *text, size_t size)
{
	struct table table = lay(difference->ours, difference->theirs);
	const struct row *row = NULL;
	bool operation;

	text[0] = '\0';
	for (size_t i = 0; i < table.count && !row; i++) {
		if (row_differs(&table.rows[i]))
			row = &table.rows[i];
	}
	if (row) {
		operation = row->ours && row->theirs && same_operation(row->ours, row->theirs);
		if (operation)
			snprintf(text, size, "%.*s: ", (int)length_of(row->ours) - 2,
				 row->ours + 2);
		say(row->ours ? ours_by->name : theirs_by->name,
		    row->ours ? row->ours : row->theirs, operation, text, size);
		snprintf(text + strlen(text), size - strlen(text), ", ");
		say(row->ours ? theirs_by->name : ours_by->name, row->ours ? row->theirs : NULL,
		    operation, text, size);
	}
	free(table.rows);
}
