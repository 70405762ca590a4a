// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Where two transcripts part: in which operation, and how each goes on; numbers do not count. */
#include <stdio.h>
#include <string.h>

#include "sim/explore/compare/compare.h"

/* Of an operation what it answers, of a callback all but the numbers; how a process was lost. */
static void add_shape(char *key, const char *line)
{
	const bool operation = *line == '>', numbers = operation || *line == '=';
	size_t length = strlen(key);

	if (operation)
		line += strcspn(line, "=\n");
	for (; *line && *line != '\n' && length < LFB_DIFFERENCE_KEY - 4; line++) {
		if (!numbers && *line >= '0' && *line <= '9')
			continue;
		if (!strncmp(line, "obj=", 4))
			break;
		key[length++] = *line;
	}
	key[length++] = '|';
	key[length] = '\0';
}

/* The operation that a line of @text is part of, by its verb; an end is the one's before it. */
static void add_verb(char *key, const char *text, const char *line, bool before)
{
	char verb[32] = "end";

	if (before) {
		while (line > text && (*line != '>' || line[-1] != '\n'))
			line--;
	} else {
		while (line && *line && *line != '>')
			line = strchr(line, '\n') ? strchr(line, '\n') + 1 : NULL;
	}
	if (line && *line)
		sscanf(line, "> %31s", verb);
	snprintf(key, LFB_DIFFERENCE_KEY, "%s|", verb);
}

/* Of a kernel, or of the process that performed it. */
static bool is_death(const char *line)
{
	return !strncmp(line, "== ", 3) && strncmp(line, "== end", 6) &&
	       strncmp(line, "== boot", 7);
}

static bool transcripts_part(const char *ours, const char *theirs, char *key)
{
	const char *line = ours, *other;
	bool ours_dies, theirs_dies;
	size_t i = 0;

	for (; ours[i] && ours[i] == theirs[i]; i++) {
		if (ours[i] == '\n')
			line = ours + i + 1;
	}
	if (ours[i] == theirs[i])
		return false;
	other = theirs + (line - ours);
	ours_dies = is_death(line);
	theirs_dies = is_death(other);
	/* What the other does next after one's death says nothing. */
	if (line > ours && (ours_dies || theirs_dies))
		add_verb(key, ours, line - 1, true);
	else
		add_verb(key, ours, line, *line == '=');
	if (ours_dies || !theirs_dies)
		add_shape(key, line);
	strcat(key, "/");
	if (theirs_dies || !ours_dies)
		add_shape(key, other);
	return true;
}

static bool findings_differ(const bool *ours, const bool *theirs, char *key)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (ours[id] != theirs[id]) {
			snprintf(key, LFB_DIFFERENCE_KEY, "finds|%s|%s", lfb_finding_name(id),
				 ours[id] ? "ours" : "theirs");
			return true;
		}
	}
	return false;
}

bool lfb__compare_parts(const struct lfb_compare_run *ours, const struct lfb_compare_run *theirs,
			bool findings, char *key)
{
	return transcripts_part(ours->text, theirs->text, key) ||
	       (findings && findings_differ(ours->told->found, theirs->told->found, key));
}
