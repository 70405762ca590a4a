// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lines of a script, and the words in them. */
#include <stdlib.h>
#include <string.h>

#include "sim/script/script.h"

/* Cuts @text into the line's words. Returns false when there are more than there is room for. */
static bool cut(struct lfb_script_line *line, char *text)
{
	while (*text) {
		while (*text == ' ' || *text == '\t')
			*text++ = '\0';
		if (!*text || line->count == LFB_SCRIPT_WORDS)
			break;
		line->words[line->count++] = text;
		while (*text && *text != ' ' && *text != '\t')
			text++;
	}
	return !*text;
}

static int bad(const struct lfb_script *script, const struct lfb_script_line *line,
	       const char *what)
{
	return lfb__error(script->machine, -EINVAL, "%.160s:%u: %.200s: %s", script->name,
			  line->number, line->text, what);
}

/* "ro" is a word before a verb. */
static int find_verb(const struct lfb_script *script, struct lfb_script_line *line)
{
	const struct lfb_script_verb *verb = lfb__script_verbs;

	if (!strcmp(line->words[0], "ro")) {
		line->read_only = true;
		line->count--;
		memmove(line->words, line->words + 1, sizeof(line->words) - sizeof(char *));
	}
	if (!line->count)
		return bad(script, line, "what is to be read-only?");
	while (verb->name && strcmp(verb->name, line->words[0]))
		verb++;
	if (!verb->name)
		return bad(script, line, "no such operation");
	if (line->read_only && !verb->ro)
		return bad(script, line, "\"ro\" goes with requests only");
	line->verb = verb;
	return 0;
}

/* "fd=V" or "N=B". */
static bool is_setting(const char *word)
{
	const char *value = strchr(word, '=');
	char offset[LFB_SCRIPT_NAME + 1] = { 0 };
	u64 number, byte;

	if (!value || value - word > LFB_SCRIPT_NAME)
		return false;
	memcpy(offset, word, (size_t)(value - word));
	return !strcmp(offset, "fd") ||
	       (lfb__script_number(offset, &number) && lfb__script_number(value + 1, &byte) &&
		byte <= 0xff);
}

static int check_settings(const struct lfb_script *script, const struct lfb_script_line *line,
			  unsigned int first)
{
	for (unsigned int i = first; line->verb->perform && i < line->count; i++) {
		if (!is_setting(line->words[i]))
			return bad(script, line, "fd=V or N=B is expected");
	}
	return 0;
}

static int check_words(const struct lfb_script *script, const struct lfb_script_line *line)
{
	const char *kind = line->verb->arguments;
	bool optional = false;
	unsigned int i = 0;
	u64 number;

	for (; *kind != '*'; kind++) {
		i++;
		if (*kind == '?') {
			optional = true;
			kind++;
		}
		if (i == line->count)
			return !*kind || optional ? 0 : bad(script, line, "arguments are missing");
		if (!*kind)
			return bad(script, line, "too many arguments");
		if (strlen(line->words[i]) > LFB_SCRIPT_NAME)
			return bad(script, line, "a word of more than 64 characters");
		if (*kind == 'n' && !lfb__script_number(line->words[i], &number))
			return bad(script, line, "a number is expected");
		if (*kind == 'p' && !lfb__pages_are_listed(line->words[i]))
			return bad(script, line, "pages are expected, as 0,3 or -");
	}
	return check_settings(script, line, i + 1);
}

static int add(struct lfb_script *script, unsigned int number, char *text, char *words)
{
	struct lfb_script_line line = { .number = number, .text = text };
	struct lfb_script_line *added;
	bool fits;
	int err;

	fits = cut(&line, words);
	if (!line.count || line.words[0][0] == '#')
		return 0;
	err = find_verb(script, &line);
	if (!err)
		err = check_words(script, &line);
	if (!err && line.verb->perform && !fits)
		err = bad(script, &line, "too many arguments");
	if (err)
		return err;
	added = lfb__list_add(&script->lines, sizeof(line));
	if (!added)
		return lfb__error(script->machine, -ENOMEM, "no memory for the script");
	*added = line;
	return 0;
}

int lfb__script_parse(struct lfb_script *script, const char *text, size_t size)
{
	unsigned int number = 1;
	size_t end;
	int err = 0;

	script->text = malloc(size + 1);
	script->words = malloc(size + 1);
	if (!script->text || !script->words)
		return lfb__error(script->machine, -ENOMEM, "no memory for the script");
	if (size && memchr(text, '\0', size))
		return lfb__error(script->machine, -EINVAL, "%.160s: it is no text",
				  script->name);
	if (size)
		memcpy(script->text, text, size);
	script->text[size] = '\0';
	memcpy(script->words, script->text, size + 1);
	for (size_t at = 0; at < size && !err; at = end + 1, number++) {
		end = at + strcspn(script->text + at, "\n");
		script->text[end] = '\0';
		script->words[end] = '\0';
		if (end > at && script->text[end - 1] == '\r') {
			script->text[end - 1] = '\0';
			script->words[end - 1] = '\0';
		}
		err = add(script, number, script->text + at, script->words + at);
	}
	return err;
}
