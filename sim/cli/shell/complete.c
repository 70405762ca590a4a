// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What a word that was begun can become. */
#define _GNU_SOURCE /* strndup() */
#include <stdlib.h>
#include <string.h>

#include "shell.h"

/* Whether a word of several, "|one|two|", is the line's first. */
static bool first_is(const struct shell_completion *completion, const char *words)
{
	const char *first = completion->line + strspn(completion->line, " \t");
	const size_t length = strcspn(first, " \t");

	for (const char *word = words + 1; *word; word += strcspn(word, "|") + 1) {
		if (length == strcspn(word, "|") && !memcmp(word, first, length))
			return true;
	}
	return false;
}

/* How many words stand in front of the one that is completed. */
static unsigned int words_before(const struct shell_completion *completion)
{
	unsigned int count = 0;

	for (size_t i = 0; i < completion->start; i++)
		count += completion->line[i] != ' ' && (!i || completion->line[i - 1] == ' ');
	return count;
}

static char *listed(const char *words, unsigned int index)
{
	for (words++; index && *words; index--)
		words += strcspn(words, "|") + 1;
	return *words ? strndup(words, strcspn(words, "|")) : NULL;
}

static char *first_word(unsigned int index)
{
	const struct shell_word *const lists[] = { shell_commands, shell_operations };

	for (size_t i = 0; i < 2; i++) {
		for (const struct shell_word *word = lists[i]; word->name; word++) {
			if (!index--)
				return strdup(word->name);
		}
	}
	return NULL;
}

/* The name in a line that makes a session; its length, 0: it does not. */
static size_t session_in(const char *line, const char **name)
{
	const size_t verb = strlen("session");

	line += strspn(line, " \t");
	if (strncmp(line, "session", verb) || !strchr(" \t", line[verb]))
		return 0;
	*name = line + verb + strspn(line + verb, " \t");
	return strcspn(*name, " \t\r\n");
}

/* Each once. */
static bool was_before(const char *text, const char *line, const char *name, size_t length)
{
	const char *other;

	for (; text < line; text = strchr(text, '\n') + 1) {
		if (session_in(text, &other) == length && !memcmp(other, name, length))
			return true;
	}
	return false;
}

static char *session(const struct shell *shell, unsigned int index)
{
	const char *name;

	for (const char *line = shell->text; *line; line = strchr(line, '\n') + 1) {
		const size_t length = session_in(line, &name);

		if (length && !was_before(shell->text, line, name, length) && !index--)
			return strndup(name, length);
	}
	return NULL;
}

static char *copy(const char *text)
{
	return text ? strdup(text) : NULL;
}

static char *candidate(const struct shell_completion *completion, unsigned int index)
{
	const unsigned int before = words_before(completion);
	const char *into = "into ";
	const size_t length = strlen(into);

	if (!before || (before == 1 && first_is(completion, "|help|")))
		return first_word(index);
	if (first_is(completion, "|reboot|jump|") && completion->start > length &&
	    !strncmp(completion->line + completion->start - length, into, length))
		return copy(lfb_profile_name(index));
	if (first_is(completion, "|reboot|jump|"))
		return listed("|into|with|for|without|liveupdate|kho|handover|image|", index);
	if (before != 1)
		return NULL;
	if (first_is(completion, "|preserve|again|retrieve|finish|close|session|rsession|"))
		return session(completion->shell, index);
	if (first_is(completion, "|why|"))
		return index < LFB_FINDINGS_NR ? copy(lfb_finding_name((int)index)) : NULL;
	if (first_is(completion, "|fault|"))
		return listed("|alloc|kho|fdt|module|flb-preserve|flb-retrieve|file-preserve|"
			      "file-freeze|file-retrieve|file-can-finish|user-read|user-write|any|"
			      "off|", index);
	if (first_is(completion, "|argument|"))
		return listed("|unreadable|read-only|short|long|tail|", index);
	if (first_is(completion, "|fail|when|forget|compatible|"))
		return listed("|flb|h|", index);
	return NULL;
}

char *shell_complete(struct shell_completion *completion)
{
	const char *begun = completion->line + completion->start;
	char *word;

	while ((word = candidate(completion, completion->next)) != NULL) {
		completion->next++;
		if (!strncmp(word, begun, strlen(begun)))
			return word;
		free(word);
	}
	return NULL;
}
