// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* lfb merge: the shards of a search that compares with the model, or of those for each defect. */
#include <stdlib.h>

#include "merge.h"

/* The part with the first sequence that differs, NULL for none. */
static const struct cli_part *first_found(const struct cli_parts *parts)
{
	const struct cli_part *first = NULL;

	for (unsigned int i = 0; i < parts->count; i++) {
		const struct cli_part *part = &parts->list[i];
		const u64 length = cli_value_number(part->root, "length");
		u64 shortest;

		if (cli_value_of(part->root, "difference")->kind != '{')
			continue;
		shortest = first ? cli_value_number(first->root, "length") : length;
		if (!first || length < shortest ||
		    (length == shortest && cli_value_number(part->shard, "found_at") <
						   cli_value_number(first->shard, "found_at")))
			first = part;
	}
	return first;
}

/* What shorter sequences took once, and what each part's took: @key and its part "shorter_…". */
static u64 add_up(const struct cli_parts *parts, const char *key, const char *shorter)
{
	u64 sum = cli_value_number(parts->list[0].shard, shorter);

	for (unsigned int i = 0; i < parts->count; i++)
		sum += cli_value_number(parts->list[i].root, key) -
		       cli_value_number(parts->list[i].shard, shorter);
	return sum;
}

/* All shards have done the shorter sequences. */
static int check_search(const struct cli_parts *parts)
{
	static const char *const keys[] = { "shorter_runs", "shorter_steps" };
	int result = cli_merge_same(parts, "letters");

	if (!result)
		result = cli_merge_same(parts, "states");
	for (unsigned int i = 1; i < parts->count && !result; i++) {
		for (size_t k = 0; k < sizeof(keys) / sizeof(keys[0]) && !result; k++) {
			if (cli_value_number(parts->list[i].shard, keys[k]) !=
			    cli_value_number(parts->list[0].shard, keys[k]))
				result = cli_misfit(&parts->list[i], keys[k]);
		}
	}
	return result;
}

static int merge_search(struct cli_parts *parts)
{
	const struct cli_part *found = first_found(parts);
	const struct cli_value *whole = found ? found->root : parts->list[0].root;
	struct cli_json *json = &parts->out;
	u64 sequences = found ? cli_value_number(whole, "sequences") : 0;
	int result = check_search(parts);

	if (!found && !result)
		result = cli_merge_same(parts, "length");
	if (result)
		return result;
	for (unsigned int i = 0; i < parts->count && !found; i++)
		sequences += cli_value_number(parts->list[i].root, "sequences");
	cli_json_value(json, "letters", cli_value_of(whole, "letters"));
	cli_json_value(json, "length", cli_value_of(whole, "length"));
	cli_json_number(json, "sequences", sequences);
	cli_json_value(json, "states", cli_value_of(whole, "states"));
	cli_json_number(json, "runs", add_up(parts, "runs", "shorter_runs"));
	cli_json_number(json, "steps", add_up(parts, "steps", "shorter_steps"));
	cli_json_value(json, "difference", cli_value_of(whole, "difference"));
	parts->status = found ? CLI_FAILED : CLI_OK;
	return CLI_OK;
}

/* Each shard has every N-th defect. */
static int merge_defects(struct cli_parts *parts)
{
	const struct cli_value **next = calloc(parts->count, sizeof(*next));
	int result = CLI_OK;
	unsigned int at = 0;

	if (!next)
		return cli_failed("no memory");
	for (unsigned int i = 0; i < parts->count; i++)
		next[i] = cli_value_of(parts->list[i].root, "defects")->first;
	cli_json_open(&parts->out, "defects", '[');
	for (; next[at]; at = (at + 1) % parts->count) {
		if (cli_value_of(next[at], "difference")->kind != '{')
			parts->status = CLI_FAILED;
		cli_json_value(&parts->out, NULL, next[at]);
		next[at] = next[at]->next;
	}
	cli_json_close(&parts->out, ']');
	for (unsigned int i = 0; i < parts->count; i++) {
		if (next[i])
			result = cli_misfit(&parts->list[i], "it has more defects");
	}
	free(next);
	return result;
}

int cli_merge_exhaust(struct cli_parts *parts)
{
	if (cli_value_of(parts->list[0].root, "defects")->kind == '[')
		return merge_defects(parts);
	if (cli_value_of(parts->list[0].root, "module")->kind == '"')
		return cli_merge_module(parts);
	if (cli_value_of(parts->list[0].root, "modules")->kind == '[')
		return cli_merge_modules(parts);
	return merge_search(parts);
}
