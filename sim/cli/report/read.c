// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb, the tool: JSON as the tool writes it, read again. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "report.h"

#define DEPTH_MAX 64u

struct reading {
	const char *at;		/* the text ends with a zero */
	unsigned int depth;
};

static struct cli_value *read_value(struct reading *reading);

static void skip_space(struct reading *reading)
{
	reading->at += strspn(reading->at, " \t\r\n");
}

static bool take(struct reading *reading, const char *word)
{
	const size_t length = strlen(word);

	skip_space(reading);
	if (strncmp(reading->at, word, length))
		return false;
	reading->at += length;
	return true;
}

/* A character's number, as UTF-8. */
static char *put_utf8(char *to, unsigned int code)
{
	if (code < 0x80) {
		*to++ = (char)code;
	} else if (code < 0x800) {
		*to++ = (char)(0xc0 | code >> 6);
		*to++ = (char)(0x80 | (code & 0x3f));
	} else {
		*to++ = (char)(0xe0 | code >> 12);
		*to++ = (char)(0x80 | (code >> 6 & 0x3f));
		*to++ = (char)(0x80 | (code & 0x3f));
	}
	return to;
}

/* A backslash and what follows. Returns where to go on, NULL if it is nothing the tool writes. */
static char *read_escape(struct reading *reading, char *to)
{
	static const char letters[] = "\"\\/bfnrt", meant[] = "\"\\/\b\f\n\r\t";
	const char *escaped = reading->at + 1;
	const char *letter = *escaped ? strchr(letters, *escaped) : NULL;
	char digits[5] = "";
	unsigned long code;

	if (letter) {
		reading->at += 2;
		*to = meant[letter - letters];
		return to + 1;
	}
	if (*escaped != 'u' || strspn(escaped + 1, "0123456789abcdefABCDEF") < 4)
		return NULL;
	memcpy(digits, escaped + 1, 4);
	code = strtoul(digits, NULL, 16);
	/* Neither a zero, which would end the string, nor half of a character. */
	if (!code || (code >= 0xd800 && code <= 0xdfff))
		return NULL;
	reading->at += 6;
	return put_utf8(to, (unsigned int)code);
}

/* What is written up to the closing quote: a string is never longer than that. */
static size_t written_length(const char *from)
{
	const char *at = from;

	while (*at && *at != '"')
		at += *at == '\\' && at[1] ? 2 : 1;
	return (size_t)(at - from);
}

/* A character as it is, which is no control character. Returns where to go on, or NULL. */
static char *read_plain(struct reading *reading, char *to)
{
	const size_t length = cli_utf8_length(reading->at);

	if (!length || (unsigned char)*reading->at < ' ')
		return NULL;
	memcpy(to, reading->at, length);
	reading->at += length;
	return to + length;
}

static char *read_string(struct reading *reading)
{
	char *text, *to;

	if (!take(reading, "\""))
		return NULL;
	to = text = malloc(written_length(reading->at) + 1);
	while (to && *reading->at != '"')
		to = *reading->at == '\\' ? read_escape(reading, to) : read_plain(reading, to);
	if (!to) {
		free(text);
		return NULL;
	}
	reading->at++;
	*to = '\0';
	return text;
}

/* All up to a closing bracket, in a chain; members have keys. */
static bool read_members(struct reading *reading, struct cli_value *all, const char *close)
{
	struct cli_value **next = &all->first;

	if (take(reading, close))
		return true;
	do {
		char *key = all->kind == '{' ? read_string(reading) : NULL;

		if (all->kind == '{' && (!key || !take(reading, ":"))) {
			free(key);
			return false;
		}
		*next = read_value(reading);
		if (!*next) {
			free(key);
			return false;
		}
		(*next)->key = key;
		next = &(*next)->next;
	} while (take(reading, ","));
	return take(reading, close);
}

static bool read_number(struct reading *reading, struct cli_value *value)
{
	char *end;

	if (*reading->at < '0' || *reading->at > '9')
		return false;
	errno = 0;
	value->number = strtoull(reading->at, &end, 10);
	reading->at = end;
	return !errno;
}

static bool read_into(struct reading *reading, struct cli_value *value)
{
	skip_space(reading);
	value->kind = *reading->at;
	switch (value->kind) {
	case '{':
	case '[':
		reading->at++;
		return read_members(reading, value, value->kind == '{' ? "}" : "]");
	case '"':
		value->text = read_string(reading);
		return value->text;
	case 'n':
		return take(reading, "null");
	case 't':
	case 'f':
		value->kind = 'b';
		value->number = take(reading, "true");
		return value->number || take(reading, "false");
	default:
		value->kind = '0';
		return read_number(reading, value);
	}
}

static struct cli_value *read_value(struct reading *reading)
{
	struct cli_value *value;
	bool is_read;

	if (reading->depth == DEPTH_MAX)
		return NULL;
	value = calloc(1, sizeof(*value));
	if (!value)
		return NULL;
	reading->depth++;
	is_read = read_into(reading, value);
	reading->depth--;
	if (is_read)
		return value;
	cli_value_free(value);
	return NULL;
}

struct cli_value *cli_value_read(const char *text, size_t size, unsigned long *line)
{
	struct reading reading = { .at = text };
	struct cli_value *value = read_value(&reading);

	skip_space(&reading);
	if (value && reading.at == text + size)
		return value;
	*line = 1;
	for (; text < reading.at; text++)
		*line += *text == '\n';
	cli_value_free(value);
	return NULL;
}

void cli_value_free(struct cli_value *value)
{
	while (value) {
		struct cli_value *next = value->next;

		cli_value_free(value->first);
		free(value->key);
		free(value->text);
		free(value);
		value = next;
	}
}

static const struct cli_value nothing = { .kind = 'n' };

const struct cli_value *cli_value_of(const struct cli_value *object, const char *key)
{
	const struct cli_value *member = object->kind == '{' ? object->first : NULL;

	while (member && strcmp(member->key, key))
		member = member->next;
	return member ? member : &nothing;
}

u64 cli_value_number(const struct cli_value *object, const char *key)
{
	return cli_value_of(object, key)->number;
}

const char *cli_value_text(const struct cli_value *object, const char *key)
{
	const struct cli_value *member = cli_value_of(object, key);

	return member->kind == '"' ? member->text : "";
}

size_t cli_value_count(const struct cli_value *list)
{
	size_t count = 0;

	for (const struct cli_value *item = list->first; item; item = item->next)
		count++;
	return count;
}

bool cli_value_same(const struct cli_value *one, const struct cli_value *other)
{
	const struct cli_value *a = one->first, *b = other->first;

	if (one->kind != other->kind || one->number != other->number ||
	    strcmp(one->text ? one->text : "", other->text ? other->text : ""))
		return false;
	for (; a && b; a = a->next, b = b->next) {
		if (strcmp(a->key ? a->key : "", b->key ? b->key : "") || !cli_value_same(a, b))
			return false;
	}
	return !a && !b;
}

void cli_json_value(struct cli_json *json, const char *key, const struct cli_value *value)
{
	switch (value->kind) {
	case '{':
	case '[':
		cli_json_open(json, key, value->kind);
		for (const struct cli_value *member = value->first; member; member = member->next)
			cli_json_value(json, member->key, member);
		cli_json_close(json, value->kind == '{' ? '}' : ']');
		break;
	case '0':
		cli_json_number(json, key, value->number);
		break;
	case 'b':
		cli_json_bool(json, key, value->number);
		break;
	default:
		cli_json_string(json, key, value->text);
	}
}
