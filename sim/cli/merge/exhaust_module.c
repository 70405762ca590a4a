// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb merge: the shards of a search with somebody's module, which is a scenario's or was loaded. Of
 * each finding the sequence counts that comes first in the whole search.
 */
#include <stdlib.h>
#include <string.h>

#include "merge.h"

/* A finding of a part, in its order. */
struct found {
	const struct cli_value *finding;
	u64 at;			/* where its sequence comes */
	unsigned int number;	/* among all, as the parts tell them */
};

struct all_found {
	struct found *list;
	unsigned int count;
};

static int by_sequence(const void *one, const void *other)
{
	const struct found *a = one, *b = other;

	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->number < b->number ? -1 : a->number > b->number;
}

static bool is_among(const struct all_found *all, unsigned int count,
		     const struct cli_value *finding)
{
	for (unsigned int i = 0; i < count; i++) {
		if (cli_value_same(cli_value_of(all->list[i].finding, "id"),
				   cli_value_of(finding, "id")))
			return true;
	}
	return false;
}

static void keep_first(struct all_found *all)
{
	unsigned int kept = 0;

	if (all->count)
		qsort(all->list, all->count, sizeof(*all->list), by_sequence);
	for (unsigned int i = 0; i < all->count; i++) {
		if (!is_among(all, kept, all->list[i].finding))
			all->list[kept++] = all->list[i];
	}
	all->count = kept;
}

/* Where a part says that its findings come: in them, or beside them if @beside. */
static int gather_part(struct all_found *all, const struct cli_part *part, bool beside)
{
	const struct cli_value *findings = cli_value_of(part->root, "findings");
	const struct cli_value *at = cli_value_of(part->shard, "at")->first;

	for (const struct cli_value *found = findings->first; found; found = found->next) {
		if (beside && !at)
			return cli_misfit(part, "it does not say where its findings are");
		all->list[all->count] = (struct found){
			.finding = found,
			.at = beside ? at->number : cli_value_number(found, "tried"),
			.number = all->count,
		};
		all->count++;
		at = at ? at->next : NULL;
	}
	return CLI_OK;
}

/* The whole's findings. All parts are of one length: a search ends with the first that has some. */
static int gather(const struct cli_parts *parts, bool beside, struct all_found *all)
{
	size_t count = 0;
	int result = cli_merge_same(parts, "length");

	for (unsigned int i = 0; i < parts->count; i++)
		count += cli_value_count(cli_value_of(parts->list[i].root, "findings"));
	*all = (struct all_found){ .list = calloc(count + 1, sizeof(*all->list)) };
	if (!all->list)
		return cli_failed("no memory");
	for (unsigned int i = 0; i < parts->count && !result; i++)
		result = gather_part(all, &parts->list[i], beside);
	keep_first(all);
	return result;
}

static void write_whole(struct cli_parts *parts, const char *what, u64 sequences,
			const struct all_found *all)
{
	const struct cli_value *root = parts->list[0].root;
	struct cli_json *json = &parts->out;

	cli_json_value(json, what, cli_value_of(root, what));
	cli_json_value(json, "length", cli_value_of(root, "length"));
	cli_json_number(json, "sequences", sequences);
	cli_json_open(json, "findings", '[');
	for (unsigned int i = 0; i < all->count; i++)
		cli_json_value(json, NULL, all->list[i].finding);
	cli_json_close(json, ']');
	parts->status = all->count ? CLI_FAILED : CLI_OK;
}

/* All parts count all sequences, unless they end with the last finding that was asked for. */
int cli_merge_module(struct cli_parts *parts)
{
	const u64 wanted = cli_value_number(parts->list[0].shard, "wanted");
	u64 sequences = cli_value_number(parts->list[0].root, "sequences");
	struct all_found all;
	int result = gather(parts, false, &all);

	if (!result && wanted && all.count == wanted)
		sequences = all.list[all.count - 1].at;
	else if (!result)
		result = cli_merge_same(parts, "sequences");
	if (!result)
		write_whole(parts, "module", sequences, &all);
	free(all.list);
	return result;
}

/* Each part counts its own of the last length. */
int cli_merge_modules(struct cli_parts *parts)
{
	const u64 shorter = cli_value_number(parts->list[0].shard, "shorter");
	struct all_found all;
	int result = gather(parts, true, &all);
	u64 sequences = shorter;

	for (unsigned int i = 0; i < parts->count && !result; i++) {
		const struct cli_part *part = &parts->list[i];
		const u64 own = cli_value_number(part->root, "sequences");

		if (cli_value_number(part->shard, "shorter") != shorter || own < shorter)
			result = cli_misfit(part, "shorter sequences");
		sequences += own - shorter;
	}
	if (!result)
		write_whole(parts, "modules", sequences, &all);
	free(all.list);
	return result;
}
