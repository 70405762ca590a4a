// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb diff: what differs between two handovers, by path. Sessions, files and all else that has a
 * name or a number of its own are held against their like, wherever they are in their lists.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define IGNORED_MAX 32
#define PATH_MAX_SIZE 512

struct diff {
	bool json;
	const char *ignored[IGNORED_MAX];	/* members */
	size_t nr_ignored;
	struct cli_json out;
	u64 differences;
	bool no_memory;
	char path[PATH_MAX_SIZE];
};

/* Telling */

static void json_side(struct diff *diff, const char *key, const struct cli_value *value)
{
	if (value)
		cli_json_value(&diff->out, key, value);
	else
		cli_json_string(&diff->out, key, NULL);
}

static bool is_part(const struct cli_value *value)
{
	return value->kind == '{' || value->kind == '[';
}

static void text_side(const struct cli_value *value)
{
	if (is_part(value))
		printf("%zu part%s", cli_value_count(value), cli_plural(cli_value_count(value)));
	else
		cli_print_value(stdout, value);
}

/* One of them may be NULL: it is not there. */
static void tell(struct diff *diff, const struct cli_value *a, const struct cli_value *b)
{
	diff->differences++;
	if (diff->json) {
		cli_json_open(&diff->out, NULL, '{');
		cli_json_string(&diff->out, "change", !a ? "added" : !b ? "removed" : "changed");
		cli_json_string(&diff->out, "path", diff->path);
		json_side(diff, "from", a);
		json_side(diff, "to", b);
		cli_json_close(&diff->out, '}');
		return;
	}
	printf("%c ", !a ? '+' : !b ? '-' : '~');
	cli_print_plain(stdout, diff->path);
	if (a && b) {
		printf(": ");
		text_side(a);
		printf(" -> ");
		text_side(b);
	} else if (!is_part(a ? a : b)) {
		printf(": ");
		cli_print_value(stdout, a ? a : b);
	}
	printf("\n");
}

/* Going down */

static void compare(struct diff *diff, const struct cli_value *a, const struct cli_value *b);

/* With a step more in the path. */
static void compare_below(struct diff *diff, const char *step, const struct cli_value *a,
			  const struct cli_value *b)
{
	const size_t length = strlen(diff->path);

	snprintf(diff->path + length, sizeof(diff->path) - length, "%s%s",
		 length && *step != '[' ? "/" : "", step);
	if (a && b)
		compare(diff, a, b);
	else
		tell(diff, a, b);
	diff->path[length] = '\0';
}

static bool is_ignored(const struct diff *diff, const char *member)
{
	for (size_t i = 0; i < diff->nr_ignored; i++) {
		if (!strcmp(diff->ignored[i], member))
			return true;
	}
	return false;
}

/* Members of both in the order of the first, then those that the other has besides. */
static void compare_members(struct diff *diff, const struct cli_value *a, const struct cli_value *b)
{
	const struct cli_value *other;

	for (const struct cli_value *member = a->first; member; member = member->next) {
		other = cli_value_of(b, member->key);
		if (!is_ignored(diff, member->key))
			compare_below(diff, member->key, member,
				      other->kind == 'n' ? NULL : other);
	}
	for (const struct cli_value *member = b->first; member; member = member->next) {
		if (!is_ignored(diff, member->key) && cli_value_of(a, member->key)->kind == 'n')
			compare_below(diff, member->key, NULL, member);
	}
}

struct item {
	const struct cli_value *value;
	const struct cli_value *key;
	size_t place;
};

static int by_key(const void *one, const void *other)
{
	const struct item *a = one, *b = other;

	if (a->key->kind != b->key->kind)
		return a->key->kind < b->key->kind ? -1 : 1;
	if (a->key->kind == '"')
		return strcmp(a->key->text, b->key->text);
	if (a->key->kind == '0')
		return (a->key->number > b->key->number) - (a->key->number < b->key->number);
	return (a->place > b->place) - (a->place < b->place);
}

/* Of two with the same key the first is held against the first. */
static int in_order(const void *one, const void *other)
{
	const struct item *a = one, *b = other;
	const int order = by_key(one, other);

	return order ? order : (a->place > b->place) - (a->place < b->place);
}

static struct item *sorted(const struct cli_value *list, size_t count)
{
	struct item *items = calloc(count + 1, sizeof(*items));
	size_t i = 0;

	if (!items)
		return NULL;
	for (const struct cli_value *value = list->first; value; value = value->next, i++)
		items[i] = (struct item){ value, cli_path_key(value), i };
	qsort(items, count, sizeof(*items), in_order);
	return items;
}

static void compare_item(struct diff *diff, const struct item *a, const struct item *b)
{
	const struct item *item = a ? a : b;
	char step[128];
	u64 number;

	/* A name that is a number would be taken for a place. */
	if (item->key->kind == '"' && cli_number(item->key->text, &number))
		snprintf(step, sizeof(step), "[%s=%s]", item->key->key, item->key->text);
	else if (item->key->kind == '"')
		snprintf(step, sizeof(step), "[%s]", item->key->text);
	else if (item->key->kind == '0')
		snprintf(step, sizeof(step), "[%s=%llu]", item->key->key, item->key->number);
	else
		snprintf(step, sizeof(step), "[%zu]", item->place);
	compare_below(diff, step, a ? a->value : NULL, b ? b->value : NULL);
}

static void merge(struct diff *diff, const struct item *a, size_t nr_a, const struct item *b,
		  size_t nr_b)
{
	const struct item *end_a = a + nr_a, *end_b = b + nr_b;

	while (a < end_a || b < end_b) {
		const int order = a == end_a ? 1 : b == end_b ? -1 : by_key(a, b);

		compare_item(diff, order <= 0 ? a : NULL, order >= 0 ? b : NULL);
		a += order <= 0;
		b += order >= 0;
	}
}

static void compare_lists(struct diff *diff, const struct cli_value *a, const struct cli_value *b)
{
	const size_t nr_a = cli_value_count(a), nr_b = cli_value_count(b);
	struct item *items_a = sorted(a, nr_a), *items_b = sorted(b, nr_b);
	const size_t length = strlen(diff->path), name = a->key ? strlen(a->key) : 0;

	/* "luo/session[vm-1]": one of the sessions. */
	if (name && name <= length)
		cli_path_singular(a->key, diff->path + length - name, name + 1);
	if (items_a && items_b)
		merge(diff, items_a, nr_a, items_b, nr_b);
	else
		diff->no_memory = true;
	free(items_a);
	free(items_b);
}

static void compare(struct diff *diff, const struct cli_value *a, const struct cli_value *b)
{
	if (a->kind != b->kind)
		tell(diff, a, b);
	else if (a->kind == '{')
		compare_members(diff, a, b);
	else if (a->kind == '[')
		compare_lists(diff, a, b);
	else if (!cli_value_same(a, b))
		tell(diff, a, b);
}

static int report(struct diff *diff, char **names, const struct cli_value *a,
		  const struct cli_value *b)
{
	if (diff->json) {
		cli_json_begin(&diff->out, "lfb-diff-1");
		cli_json_string(&diff->out, "a", names[0]);
		cli_json_string(&diff->out, "b", names[1]);
		cli_json_open(&diff->out, "differences", '[');
	}
	compare(diff, a, b);
	if (diff->json) {
		cli_json_close(&diff->out, ']');
		cli_json_bool(&diff->out, "equal", !diff->differences);
		cli_json_end(&diff->out);
	}
	if (diff->no_memory) {
		cli_failed("no memory to compare %s and %s", names[0], names[1]);
		return CLI_USAGE;
	}
	return diff->differences ? CLI_FAILED : CLI_OK;
}

static int run(struct cli_line *line)
{
	const struct cli_look none = { 0 };
	struct cli_value *a, *b;
	int result;

	if (cli_look_document(line, &none, line->argv[0], &a))
		return CLI_USAGE;
	result = cli_look_document(line, &none, line->argv[1], &b);
	if (!result)
		result = report(line->state, line->argv, a, b);
	cli_value_free(a);
	cli_value_free(b);
	return result;
}

static int set_ignored(const struct cli_given *given)
{
	struct diff *diff = given->line->state;

	if (diff->nr_ignored == IGNORED_MAX)
		return cli_usage(given->line->command, "at most %d --ignore", IGNORED_MAX);
	diff->ignored[diff->nr_ignored++] = given->value;
	return CLI_OK;
}

static const struct cli_option options[] = {
	{ "json", NULL, "for programs: docs/json.md", .at = offsetof(struct diff, json) },
	{ "ignore", "NAME", "members of this name, as address or sha256",
	  .set = set_ignored },
	{ .more = cli_image_rows },
	{ 0 },
};

const struct cli_command cli_diff = {
	"diff", "say what differs between two handovers",
	"usage: lfb diff [OPTION]... A B\n"
	"\n"
	"Says what differs in what lfb dump --json says of two files: \"+ PATH\" is in B alone,\n"
	"\"- PATH\" in A alone, \"~ PATH: OLD -> NEW\" in both. Sessions are held against those\n"
	"of their name, files against those of their token, wherever they are.\n"
	"Exit status: 0 nothing differs, 1 something does, 2 one of them cannot be read.\n",
	options, sizeof(struct diff), run, .column = 17,
	.min = 2, .max = 2, .expected = "expected two files",
};
