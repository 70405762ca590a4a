// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Paths into what lfb dump --json writes: members by name, items of a list by their place, by their
 * name or by what they have ("luo/session[vm-1]/file[token=7]/data").
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

/* What is listed of what there is instead. */
#define LISTED_MAX 12

void cli_path_singular(const char *list, char *one, size_t size)
{
	const size_t length = strlen(list);

	snprintf(one, size, "%s", list);
	if (length >= size)
		return;
	if (length > 3 && !strcmp(list + length - 3, "ies"))
		strcpy(one + length - 3, "y");
	else if (length && list[length - 1] == 's')
		one[length - 1] = '\0';
}

const struct cli_value *cli_path_key(const struct cli_value *item)
{
	static const char *const keys[] = { "name", "token", "index", "address", "order" };
	const struct cli_value *key = cli_value_of(item, keys[0]);

	for (size_t i = 1; i < sizeof(keys) / sizeof(keys[0]) && key->kind == 'n'; i++)
		key = cli_value_of(item, keys[i]);
	return key;
}

static bool is_called(const struct cli_value *value, const char *text, size_t length)
{
	return value->kind == '"' && strlen(value->text) == length &&
	       !memcmp(value->text, text, length);
}

/* Members */

/* Names that are shorter than what is written, or older. */
static const struct {
	const char *in;		/* the member it is in, "": the document */
	const char *name;
	const char *member;
} others[] = {
	{ "", "map", "memory_map" },
	{ "kho", "version", "compatible" },
};

static const struct cli_value *member_of(const struct cli_value *object, const char *name,
					 size_t length)
{
	const char *in = object->key ? object->key : "";
	char one[64];

	for (const struct cli_value *member = object->first; member; member = member->next) {
		if (strlen(member->key) == length && !memcmp(member->key, name, length))
			return member;
	}
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		if (!strcmp(others[i].in, in) && strlen(others[i].name) == length &&
		    !memcmp(others[i].name, name, length))
			return cli_value_of(object, others[i].member);
	}
	for (const struct cli_value *member = object->first; member; member = member->next) {
		cli_path_singular(member->key, one, sizeof(one));
		if (member->kind == '[' && strlen(one) == length && !memcmp(one, name, length))
			return member;
	}
	return NULL;
}

/* Items */

/* The @length characters in brackets: a place, KEY=VALUE, or what an item is called. */
static bool is_meant(const struct cli_value *item, const char *text, size_t length)
{
	const char *equals = memchr(text, '=', length);
	const struct cli_value *member;
	char key[64], number[32];
	u64 value;

	if (!equals || (size_t)(equals - text) >= sizeof(key))
		return is_called(cli_value_of(item, "name"), text, length) ||
		       is_called(cli_value_of(item, "compatible"), text, length);
	snprintf(key, sizeof(key), "%.*s", (int)(equals - text), text);
	member = cli_value_of(item, key);
	length -= (size_t)(equals + 1 - text);
	if (member->kind != '0')
		return is_called(member, equals + 1, length);
	snprintf(number, sizeof(number), "%.*s", (int)length, equals + 1);
	return length < sizeof(number) && cli_number(number, &value) && value == member->number;
}

static const struct cli_value *item_of(const struct cli_value *list, const char *text,
				       size_t length, unsigned int *meant)
{
	const struct cli_value *found = NULL;
	char number[32];
	u64 place;

	*meant = 0;
	snprintf(number, sizeof(number), "%.*s", (int)length, text);
	if (length < sizeof(number) && cli_number(number, &place)) {
		for (found = list->first; found && place; found = found->next)
			place--;
		*meant = found != NULL;
		return found;
	}
	for (const struct cli_value *item = list->first; item; item = item->next) {
		if (is_meant(item, text, length) && !(*meant)++)
			found = item;
	}
	return found;
}

/* What is there instead */

static void list_members(FILE *to, const struct cli_value *object)
{
	unsigned int count = 0;

	for (const struct cli_value *member = object->first; member; member = member->next)
		fprintf(to, "%s%s", count++ ? ", " : "", member->key);
	if (!count)
		fputs("nothing", to);
}

static void list_items(FILE *to, const struct cli_value *list)
{
	const size_t count = cli_value_count(list);
	unsigned int told = 0;

	for (const struct cli_value *item = list->first; item && told < LISTED_MAX;
	     item = item->next, told++) {
		const struct cli_value *key = cli_path_key(item);

		fprintf(to, "%s[%u]", told ? ", " : "", told);
		if (key->kind == '0')
			fprintf(to, " %s", key->key);
		if (key->kind != 'n') {
			fputs(" ", to);
			cli_print_value(to, key);
		}
	}
	if (count > told)
		fprintf(to, " and %zu more", count - told);
	if (!count)
		fputs("none", to);
}

/* @before: the path that is there. */
static void say_missing(char **why, const struct cli_value *at, const char *path, size_t before,
			size_t end, unsigned int meant)
{
	size_t size, from = before;
	FILE *to = open_memstream(why, &size);

	if (!to)
		return;
	while (path[from] == '/')
		from++;
	if (before)
		fprintf(to, "%.*s: ", (int)before, path);
	if (meant > 1)
		fprintf(to, "%u are %.*s, say which: ", meant, (int)(end - from), path + from);
	else
		fprintf(to, "there is no %.*s: ", (int)(end - from), path + from);
	if (at->kind == '{') {
		fputs("there is ", to);
		list_members(to, at);
	} else if (at->kind == '[') {
		fputs("there are ", to);
		list_items(to, at);
	} else {
		fputs("it is a value", to);
	}
	fclose(to);
}

/* One step more in an exact path. */
static void add_step(char *exact, const struct cli_value *at, const struct cli_value *next)
{
	const size_t length = strlen(exact);
	char one[CLI_PATH_SIZE];
	unsigned int place = 0;

	if (at->kind == '{') {
		snprintf(exact + length, CLI_PATH_SIZE - length, "%s%s", length ? "/" : "",
			 next->key);
		return;
	}
	for (const struct cli_value *item = at->first; item != next; item = item->next)
		place++;
	cli_path_singular(exact, one, sizeof(one));
	snprintf(exact, CLI_PATH_SIZE, "%.200s[%u]", one, place);
}

const struct cli_value *cli_path_find(const struct cli_value *document, const char *path,
				      char *exact, char **why)
{
	const struct cli_value *at = document, *next;
	size_t from = strspn(path, "/"), end, before = 0;
	unsigned int meant = 0;

	*why = NULL;
	*exact = '\0';
	if (!strcmp(path, "."))
		return document;
	while (path[from]) {
		if (path[from] == '[') {
			end = from + strcspn(path + from, "]");
			next = at->kind == '[' && path[end] ?
				       item_of(at, path + from + 1, end - from - 1, &meant) : NULL;
			end += path[end] == ']';
		} else {
			end = from + strcspn(path + from, "/[");
			next = at->kind == '{' ? member_of(at, path + from, end - from) : NULL;
			if (next && next->kind == 'n')
				next = NULL;
		}
		if (!next || meant > 1) {
			say_missing(why, at, path, before, end, meant);
			return NULL;
		}
		add_step(exact, at, next);
		at = next;
		before = end;
		from = end + strspn(path + end, "/");
	}
	return at;
}
