// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb compare --shard: all that was seen, kept until it is written. */
#define _GNU_SOURCE /* reallocarray() */
#include <stdlib.h>
#include <string.h>

#include "compare.h"

struct cli_one_seen {
	unsigned long scenario;
	unsigned int other;
	size_t key;		/* in keys */
	char *why;		/* NULL: it differs, by that key */
};

/* The number of a key, which is added if it is new. */
static size_t number_of(struct cli_seen *seen, const char *key)
{
	char **keys;

	for (size_t i = 0; i < seen->nr_keys; i++) {
		if (!strcmp(seen->keys[i], key))
			return i;
	}
	keys = reallocarray(seen->keys, seen->nr_keys + 1, sizeof(*keys));
	seen->failed |= !keys;
	if (!keys)
		return 0;
	seen->keys = keys;
	keys[seen->nr_keys] = strdup(key);
	if (keys[seen->nr_keys])
		return seen->nr_keys++;
	seen->failed = true;
	return 0;
}

void cli_seen_note(struct cli_seen *seen, const struct lfb_compare_seen *that)
{
	struct cli_one_seen *list = reallocarray(seen->list, seen->count + 1, sizeof(*list));
	struct cli_one_seen *added;

	seen->failed |= !list;
	if (!list)
		return;
	seen->list = list;
	added = &list[seen->count++];
	*added = (struct cli_one_seen){ .scenario = that->scenario, .other = that->other };
	if (that->key) {
		added->key = number_of(seen, that->key);
	} else {
		added->why = strdup(that->why);
		seen->failed |= !added->why;
	}
}

void cli_seen_json(struct cli_json *json, const struct cli_seen *seen)
{
	cli_json_open(json, "keys", '[');
	for (size_t i = 0; i < seen->nr_keys; i++)
		cli_json_string(json, NULL, seen->keys[i]);
	cli_json_close(json, ']');
	cli_json_open(json, "seen", '[');
	for (size_t i = 0; i < seen->count; i++) {
		const struct cli_one_seen *one = &seen->list[i];

		cli_json_open(json, NULL, '{');
		cli_json_number(json, "scenario", one->scenario);
		cli_json_number(json, "kernel", one->other);
		if (one->why)
			cli_json_string(json, "left_out", one->why);
		else
			cli_json_number(json, "key", one->key);
		cli_json_close(json, '}');
	}
	cli_json_close(json, ']');
}

void cli_seen_end(struct cli_seen *seen)
{
	for (size_t i = 0; i < seen->count; i++)
		free(seen->list[i].why);
	for (size_t i = 0; i < seen->nr_keys; i++)
		free(seen->keys[i]);
	free(seen->list);
	free(seen->keys);
}
