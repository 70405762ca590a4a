// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Lines of a script, and the words in them. */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "sim/script/script.h"

const struct lfb_script_verb lfb__script_verbs[] = {
	{ "open", 1, 1, false, lfb__script_open },
	{ "create", 2, 3, true, lfb__script_create },
	{ "createn", 4, 4, false, lfb__script_create_many },
	{ "rsession", 2, 3, true, lfb__script_take },
	{ "preserve", 3, 3, true, lfb__script_preserve },
	{ "get", 2, 3, true, lfb__script_get },
	{ "finish", 1, 2, true, lfb__script_finish },
	{ "getname", 1, 2, true, lfb__script_get_name },
	{ "close", 1, 1, false, lfb__script_close },
	{ "file", 2, 5, false, lfb__script_file },
	{ "check", 2, 4, false, lfb__script_check },
	{ "reopen", 2, 2, false, lfb__script_reopen },
	{ "dup", 2, 2, false, lfb__script_reopen },
	{ "raw", 4, LFB_SCRIPT_WORDS - 1, false, lfb__script_raw },
	{ "null", 2, 2, false, lfb__script_null },
	{ "misc", 1, 3, false, lfb__script_misc },
	{ "reboot!", 0, 0, false, lfb__script_kexec },
	{ "reboot", 0, 0, false, lfb__script_reboot },
	{ "say", 0, LFB_SCRIPT_WORDS - 1, false, lfb__script_say },
	{ 0 },
};

bool lfb__script_number(const char *word, u64 *number)
{
	const bool hex = word[0] == '0' && (word[1] == 'x' || word[1] == 'X');
	char *end;

	if (!isxdigit((unsigned char)word[hex ? 2 : 0]))
		return false;
	errno = 0;
	*number = strtoull(word, &end, hex ? 16 : 10);
	return !errno && !*end;
}

/* Cuts @text into the line's words; more than there is room for are the last one's. */
static void cut(struct lfb_script_line *line, char *text)
{
	while (*text) {
		while (*text == ' ' || *text == '\t')
			*text++ = '\0';
		if (!*text || line->count == LFB_SCRIPT_WORDS)
			return;
		line->words[line->count++] = text;
		while (*text && *text != ' ' && *text != '\t')
			text++;
	}
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
	unsigned int arguments;

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
	arguments = line->count - 1;
	if (arguments < verb->min)
		return bad(script, line, "arguments are missing");
	if (arguments > verb->max && verb->perform != lfb__script_say)
		return bad(script, line, "too many arguments");
	line->verb = verb;
	return 0;
}

/* Variables and sessions have names that fit where they are kept. */
static int check_words(const struct lfb_script *script, const struct lfb_script_line *line)
{
	if (line->verb->perform == lfb__script_say)
		return 0;
	for (unsigned int i = 1; i < line->count; i++) {
		if (strlen(line->words[i]) > LFB_SCRIPT_NAME)
			return bad(script, line, "a word of more than 64 characters");
	}
	return 0;
}

static int add(struct lfb_script *script, unsigned int number, char *text, char *words)
{
	struct lfb_script_line line = { .number = number, .text = text };
	struct lfb_script_line *added;
	int err;

	cut(&line, words);
	if (!line.count || line.words[0][0] == '#')
		return 0;
	err = find_verb(script, &line);
	if (!err)
		err = check_words(script, &line);
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
	if (memchr(text, '\0', size))
		return lfb__error(script->machine, -EINVAL, "%.160s: it is no text",
				  script->name);
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
