// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * lfb merge: the shards of a comparison. What each kernel made of each scenario is gone through in
 * the order of the whole: which way to differ is new, and which known defect it belongs to.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "merge.h"

/* What was seen once; of a scenario that was left out the key is NULL. */
struct seen {
	u64 scenario, kernel;
	const char *key;
	const struct cli_part *part;
};

struct difference {
	const struct cli_value *smallest;	/* what its shard says of it */
	u64 times, ways, last;
	bool *kernels;
};

struct way {
	const char *key;
	size_t difference;
};

struct comparison {
	struct seen *seen;
	size_t count;
	struct difference *differences;
	size_t nr_differences;
	struct way *ways;
	size_t nr_ways, max;
	u64 nr_kernels;
	u64 differ, untold, left_out;
};

/* Reading */

static int read_seen(const struct cli_parts *parts, struct comparison *that, unsigned int number)
{
	const struct cli_part *part = &parts->list[number];
	const struct cli_value *one = cli_value_of(part->root, "seen")->first;

	for (; one; one = one->next) {
		const struct seen seen = {
			.scenario = cli_value_number(one, "scenario"),
			.kernel = cli_value_number(one, "kernel"),
			.key = cli_value_of(one, "key")->text,
			.part = part,
		};

		if ((!seen.key && !cli_value_of(one, "left_out")->text) ||
		    seen.kernel >= that->nr_kernels || seen.scenario % parts->count != number)
			return cli_misfit(part, "what was seen");
		that->seen[that->count++] = seen;
	}
	return CLI_OK;
}

static int in_order(const void *one, const void *other)
{
	const struct seen *a = one, *b = other;

	if (a->scenario != b->scenario)
		return a->scenario < b->scenario ? -1 : 1;
	return a->kernel < b->kernel ? -1 : a->kernel > b->kernel;
}

/* Going through it */

static const struct cli_value *told_by(const struct cli_part *part, const char *key)
{
	const struct cli_value *told = cli_value_of(part->root, "differences")->first;

	while (told && strcmp(cli_value_text(told, "key"), key))
		told = told->next;
	return told;
}

static const char *first_kernel(const struct cli_parts *parts)
{
	const struct cli_value *name = cli_value_of(parts->list[0].root, "kernels")->first;

	return name && name->kind == '"' ? name->text : "";
}

/* Are both made by the same defect of the same side? */
static bool same_defect(const struct cli_parts *parts, const struct cli_value *one,
			const struct cli_value *other)
{
	const char *ours = first_kernel(parts), *quirk = cli_value_text(one, "quirk");

	return *quirk && !strcmp(quirk, cli_value_text(other, "quirk")) &&
	       !strcmp(cli_value_text(one, "quirk_of"), ours) ==
		       !strcmp(cli_value_text(other, "quirk_of"), ours);
}

static size_t size_of(const struct cli_value *told)
{
	return strlen(cli_value_text(told, "scenario"));
}

/* A way that is new: of a difference that is known, or of another one. SIZE_MAX: no memory. */
static size_t join(const struct cli_parts *parts, struct comparison *that,
		   const struct cli_value *told)
{
	struct difference *known = that->differences;
	size_t i = 0;

	for (; i < that->nr_differences; i++, known++) {
		if (!same_defect(parts, told, known->smallest))
			continue;
		known->ways++;
		if (size_of(told) < size_of(known->smallest))
			known->smallest = told;
		return i;
	}
	*known = (struct difference){
		.smallest = told, .ways = 1, .kernels = calloc(that->nr_kernels, sizeof(bool)),
	};
	that->nr_differences++;
	return known->kernels ? i : SIZE_MAX;
}

static int note(const struct cli_parts *parts, struct comparison *that, const struct seen *seen,
		bool *untold)
{
	const struct cli_value *told;
	struct difference *difference;
	size_t i = 0;

	while (i < that->nr_ways && strcmp(that->ways[i].key, seen->key))
		i++;
	if (i == that->max) {
		*untold = true;
		return CLI_OK;
	}
	if (i == that->nr_ways) {
		told = told_by(seen->part, seen->key);
		if (!told)
			return cli_misfit(seen->part, "a difference is not told");
		that->ways[i] = (struct way){ seen->key, join(parts, that, told) };
		that->nr_ways++;
	}
	if (that->ways[i].difference == SIZE_MAX)
		return cli_failed("no memory");
	difference = &that->differences[that->ways[i].difference];
	difference->times += difference->last != seen->scenario + 1;
	difference->last = seen->scenario + 1;
	difference->kernels[seen->kernel] = true;
	return CLI_OK;
}

static int go_through(const struct cli_parts *parts, struct comparison *that)
{
	int result = CLI_OK;

	for (size_t i = 0; i < that->count && !result;) {
		const u64 scenario = that->seen[i].scenario;
		bool untold = false;

		if (!that->seen[i].key) {
			that->left_out++;
			i++;
			continue;
		}
		for (; i < that->count && that->seen[i].scenario == scenario && !result; i++)
			result = that->seen[i].key ? note(parts, that, &that->seen[i], &untold) :
				 cli_misfit(that->seen[i].part, "a scenario is left out twice");
		that->differ++;
		that->untold += untold;
	}
	return result;
}

/* Writing, as lfb compare does */

static void json_difference(struct cli_parts *parts, const struct comparison *that,
			    const struct difference *difference)
{
	const struct cli_value *told = difference->smallest;
	const struct cli_value *name = cli_value_of(parts->list[0].root, "kernels")->first;
	struct cli_json *json = &parts->out;

	cli_json_open(json, NULL, '{');
	cli_json_number(json, "scenarios", difference->times);
	cli_json_number(json, "ways", difference->ways);
	cli_json_value(json, "what", cli_value_of(told, "what"));
	cli_json_value(json, "quirk", cli_value_of(told, "quirk"));
	cli_json_value(json, "quirk_of", cli_value_of(told, "quirk_of"));
	cli_json_open(json, "kernels", '[');
	for (u64 k = 0; k < that->nr_kernels; k++, name = name->next) {
		if (difference->kernels[k])
			cli_json_value(json, NULL, name);
	}
	cli_json_close(json, ']');
	cli_json_value(json, "scenario", cli_value_of(told, "scenario"));
	cli_json_value(json, "sides", cli_value_of(told, "sides"));
	cli_json_close(json, '}');
}

static void json_all(struct cli_parts *parts, const struct comparison *that)
{
	struct cli_json *json = &parts->out;
	const char *why = NULL;
	u64 scenarios = 0;

	cli_json_value(json, "kernels", cli_value_of(parts->list[0].root, "kernels"));
	cli_json_open(json, "differences", '[');
	for (size_t i = 0; i < that->nr_differences; i++)
		json_difference(parts, that, &that->differences[i]);
	cli_json_close(json, ']');
	for (unsigned int i = 0; i < parts->count; i++)
		scenarios += cli_value_number(parts->list[i].root, "scenarios");
	for (size_t i = 0; i < that->count && !why; i++) {
		if (!that->seen[i].key)
			why = cli_value_text(that->seen[i].part->root, "why");
	}
	cli_json_number(json, "scenarios", scenarios);
	cli_json_number(json, "differ", that->differ);
	cli_json_number(json, "untold", that->untold);
	cli_json_number(json, "left_out", that->left_out);
	cli_json_string(json, "why", why);
	if (!scenarios)
		cli_failed("no scenario could be performed by all: %s", why ? why : "");
	parts->status = !scenarios ? CLI_USAGE : that->differ ? CLI_FAILED : CLI_OK;
}

int cli_merge_compare(struct cli_parts *parts)
{
	struct comparison that = {
		.max = cli_value_number(parts->list[0].shard, "max"),
		.nr_kernels = cli_value_count(cli_value_of(parts->list[0].root, "kernels")),
	};
	int result = cli_merge_same(parts, "kernels");
	size_t count = 0;

	for (unsigned int i = 0; i < parts->count; i++)
		count += cli_value_count(cli_value_of(parts->list[i].root, "seen"));
	that.seen = calloc(count + 1, sizeof(*that.seen));
	that.ways = calloc(count + 1, sizeof(*that.ways));
	that.differences = calloc(count + 1, sizeof(*that.differences));
	if (!that.seen || !that.ways || !that.differences)
		result = cli_failed("no memory");
	for (unsigned int i = 0; i < parts->count && !result; i++)
		result = read_seen(parts, &that, i);
	if (!result) {
		qsort(that.seen, that.count, sizeof(*that.seen), in_order);
		result = go_through(parts, &that);
	}
	if (!result)
		json_all(parts, &that);
	for (size_t i = 0; i < that.nr_differences; i++)
		free(that.differences[i].kernels);
	free(that.differences);
	free(that.ways);
	free(that.seen);
	return result;
}
