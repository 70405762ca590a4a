// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Kernels perform the same scenarios; what differs is kept once, with the smallest showing it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <luo/shrink.h>

#include "sim/explore/compare/compare.h"

#define SECONDS 5
#define DIFFERENCES 64
#define JOBS_MAX 64
#define AT_ONCE 8		/* scenarios for each job between two looks at them */

struct difference {
	struct lfb_difference told;
	struct lfb_scenario *smallest;
	char key[LFB_DIFFERENCE_KEY];	/* of the first way */
	size_t size;			/* of its text, */
	unsigned long last;		/* the newest scenario that shows it, from 1 */
};

/* How differences are told apart: several ways may be of one difference. */
struct way {
	char key[LFB_DIFFERENCE_KEY];
	size_t difference;
};

struct comparison {
	const struct lfb_compare_kernel *kernels;
	unsigned int count;
	struct lfb_compare_options options;
	struct lfb_compare_limits limits;
	struct lfb_compare_result result;
	struct lfb_list differences;	/* struct difference */
	struct lfb_list ways;		/* struct way */
	unsigned long done;		/* scenarios, also those that are left out */
	bool ended;			/* by who is told how far it is */
};

static struct difference *difference_at(const struct comparison *that, size_t index)
{
	return (struct difference *)that->differences.items + index;
}

static int no_memory(void)
{
	return lfb__error(NULL, -ENOMEM, "no memory to compare kernels");
}

/* How many scenarios there are for this shard, or in all. */
static unsigned long total_of(const struct comparison *that)
{
	const struct lfb_compare_options *options = &that->options;
	const unsigned long all = options->nr_scenarios + options->generate;

	if (!options->shards)
		return all;
	return all / options->shards + (all % options->shards >= options->shard);
}

/* The number among all of the shard's @number-th. */
static unsigned long among_all(const struct comparison *that, unsigned long number)
{
	const struct lfb_compare_options *options = &that->options;

	return options->shards ? number * options->shards + options->shard - 1 : number;
}

static void tell_seen(const struct comparison *that, unsigned int other, const char *key,
		      const char *why)
{
	const struct lfb_compare_seen seen = {
		.sz = sizeof(seen),
		.scenario = among_all(that, that->done),
		.other = other,
		.key = key,
		.why = why,
	};

	if (that->options.seen)
		that->options.seen(that->options.context, &seen);
}

static bool goes_on(struct comparison *that)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress),
		.done = that->done,
		.total = total_of(that),
		.found = that->differences.count,
	};

	if (!that->ended && that->options.progress)
		that->ended = !that->options.progress(that->options.context, &progress);
	return !that->ended;
}

/* Machines look for fewer mistakes around an image than around the library's orchestrator. */
static bool find_alike(const struct comparison *that, unsigned int other)
{
	const struct lfb_compare_kernel *ours = &that->kernels[0], *theirs = &that->kernels[other];

	return !ours->play && !theirs->play &&
	       !ours->machine->kernel == !theirs->machine->kernel;
}

static bool parts(const struct comparison *that, const struct lfb_compare_run *ours,
		  const struct lfb_compare_run *theirs, unsigned int other, char *key)
{
	return lfb__compare_parts(ours, theirs, that->options.findings && find_alike(that, other),
				  key);
}

/* Two kernels, one scenario */

static int run_both(struct comparison *that, const struct lfb_scenario *scenario,
		    unsigned int other, struct lfb_compare_run runs[2])
{
	memset(runs, 0, 2 * sizeof(runs[0]));
	runs[0].kernel = &that->kernels[0];
	runs[1].kernel = &that->kernels[other];
	runs[0].scenario = runs[1].scenario = scenario;
	return lfb__compare_run(&that->limits, runs, 2);
}

struct shrinking {
	struct comparison *that;
	unsigned int other;
	const char *key;
	bool asked;			/* once: of the scenario as it is */
	int error;
};

static bool still(void *context, const struct lfb_scenario *candidate)
{
	struct shrinking *shrinking = context;
	struct comparison *that = shrinking->that;
	struct lfb_compare_run runs[2];
	char key[LFB_DIFFERENCE_KEY];
	bool same = false;
	int err = shrinking->error;

	if (!err && (!shrinking->asked || goes_on(that))) {
		shrinking->asked = true;
		err = run_both(that, candidate, shrinking->other, runs);
		same = !err && !runs[0].told->error && !runs[1].told->error &&
		       parts(that, &runs[0], &runs[1], shrinking->other, key) &&
		       !strcmp(key, shrinking->key);
		lfb__compare_free(runs, 2);
	}
	shrinking->error = err;
	return same;
}

static int add_size(void *context, const char *bytes, size_t size)
{
	(void)bytes;
	*(size_t *)context += size;
	return 0;
}

/* Makes the smallest scenario, and finds the defect. */
static int look_closer(struct comparison *that, const struct lfb_scenario *scenario,
		       struct difference *found, const char *key)
{
	struct shrinking shrinking = { .that = that, .other = found->told.other, .key = key };
	struct lfb_compare_run runs[2];
	bool in_ours = false;
	int err = lfb_scenario_shrink(scenario, still, &shrinking, NULL, &found->smallest);

	if (shrinking.error)
		return shrinking.error;
	if (err == -EINVAL)
		return lfb__error(NULL, -EILSEQ, "%s: what %s and %s do with it is not the same "
				  "twice", scenario->name, that->kernels[0].name,
				  that->kernels[found->told.other].name);
	if (err)
		return err;
	lfb_scenario_write(found->smallest, false, add_size, &found->size);
	err = run_both(that, found->smallest, found->told.other, runs);
	if (!err && strcmp(runs[0].text, runs[1].text))
		err = lfb__compare_explain(&that->limits, &runs[0], &runs[1], &found->told.quirk,
					   &in_ours);
	else if (!err)
		found->told.only_findings = true;
	lfb__compare_free(runs, 2);
	found->told.has_quirk = in_ours ? 0 : found->told.other;
	return err;
}

/* What is there by the same defect, and to which smaller scenarios are given. */
static size_t join(struct comparison *that, struct difference *found)
{
	struct difference *known = that->differences.items;
	const bool in_ours = !found->told.has_quirk;

	for (size_t i = 0; i < that->differences.count; i++, known++) {
		/* A shard leaves that to who knows all of them. */
		if (that->options.shards || !found->told.quirk ||
		    known->told.quirk != found->told.quirk || !known->told.has_quirk != in_ours)
			continue;
		known->told.ways++;
		if (found->size < known->size) {
			lfb_scenario_free(known->smallest);
			known->smallest = found->smallest;
			known->size = found->size;
			known->told.other = found->told.other;
			known->told.has_quirk = found->told.has_quirk;
		} else {
			lfb_scenario_free(found->smallest);
		}
		return i;
	}
	known = lfb__list_add(&that->differences, sizeof(*known));
	if (!known)
		return SIZE_MAX;
	*known = *found;
	return that->differences.count - 1;
}

/* Seen for the first time. Sets *@index to which difference it is. */
static int learn(struct comparison *that, const struct lfb_scenario *scenario, unsigned int other,
		 const char *key, size_t *index)
{
	struct difference found = { .told = { .sz = sizeof(found.told), .ways = 1,
					      .other = other } };
	struct way *way;
	int err = look_closer(that, scenario, &found, key);

	memcpy(found.key, key, sizeof(found.key));
	if (err) {
		lfb_scenario_free(found.smallest);
		return err;
	}
	*index = join(that, &found);
	way = *index == SIZE_MAX ? NULL : lfb__list_add(&that->ways, sizeof(*way));
	if (!way)
		return no_memory();
	memcpy(way->key, key, sizeof(way->key));
	way->difference = *index;
	return 0;
}

static int note(struct comparison *that, const struct lfb_scenario *scenario, unsigned int other,
		const char *key, bool *untold)
{
	const struct way *way = that->ways.items;
	struct difference *difference;
	size_t index = SIZE_MAX;
	int err = 0;

	for (size_t i = 0; i < that->ways.count && index == SIZE_MAX; i++, way++) {
		if (!strcmp(way->key, key))
			index = way->difference;
	}
	if (index == SIZE_MAX && that->ways.count == that->options.differences_max) {
		*untold = true;
		return 0;
	}
	if (index == SIZE_MAX)
		err = learn(that, scenario, other, key, &index);
	if (err)
		return err;
	difference = difference_at(that, index);
	difference->told.times += difference->last != that->done + 1;
	difference->last = that->done + 1;
	difference->told.kernels |= 1u << other;
	return 0;
}

/* Many scenarios, all kernels */

static int to_stream(void *stream, const char *bytes, size_t size)
{
	return fwrite(bytes, 1, size, stream) == size ? 0 : -ENOMEM;
}

/* The next scenario, without what its lines say they must answer: who differs shows that. */
static int next_scenario(const struct comparison *that, unsigned long number,
			 struct lfb_scenario **scenario)
{
	const struct lfb_compare_options *options = &that->options;
	const struct lfb_scenario *given;
	char *text = NULL;
	size_t size = 0;
	FILE *out;
	int err;

	if (number >= options->nr_scenarios)
		return lfb_scenario_generate(options->seed, number - options->nr_scenarios,
					     scenario);
	given = options->scenarios[number];
	out = open_memstream(&text, &size);
	if (!out)
		return no_memory();
	err = lfb_scenario_write(given, false, to_stream, out);
	if (fclose(out) && !err)
		err = no_memory();
	if (!err)
		err = lfb_scenario_parse(given->name, text, size, scenario);
	free(text);
	return err;
}

/* All of them have performed it. */
static int look(struct comparison *that, const struct lfb_compare_run *runs)
{
	char key[LFB_DIFFERENCE_KEY];
	bool differs = false, untold = false;
	int err = 0;

	for (unsigned int k = 0; k < that->count; k++) {
		if (!runs[k].told->error)
			continue;
		tell_seen(that, k, NULL, runs[k].told->why);
		if (!that->result.left_out++)
			snprintf(that->result.why, sizeof(that->result.why), "%s: %s",
				 that->kernels[k].name, runs[k].told->why);
		that->done++;
		return 0;
	}
	for (unsigned int k = 1; k < that->count && !err; k++) {
		if (!parts(that, &runs[0], &runs[k], k, key))
			continue;
		differs = true;
		tell_seen(that, k, key, NULL);
		err = note(that, runs[0].scenario, k, key, &untold);
	}
	that->result.scenarios++;
	that->result.differ += differs;
	that->result.untold += untold;
	that->done++;
	return err;
}

/* @runs and @scenarios have room for @many scenarios. */
static int compare_some(struct comparison *that, struct lfb_scenario **scenarios,
			struct lfb_compare_run *runs, unsigned long many)
{
	const size_t count = many * that->count;
	int err = 0;

	memset(scenarios, 0, many * sizeof(*scenarios));
	memset(runs, 0, count * sizeof(*runs));
	for (unsigned long i = 0; i < many && !err; i++)
		err = next_scenario(that, among_all(that, that->done + i), &scenarios[i]);
	for (size_t i = 0; i < count; i++) {
		runs[i].fd = -1;
		runs[i].kernel = &that->kernels[i % that->count];
		runs[i].scenario = scenarios[i / that->count];
	}
	if (!err)
		err = lfb__compare_run(&that->limits, runs, count);
	for (unsigned long i = 0; i < many && !err && goes_on(that); i++)
		err = look(that, runs + i * that->count);
	lfb__compare_free(runs, count);
	for (unsigned long i = 0; i < many; i++)
		lfb_scenario_free(scenarios[i]);
	return err;
}

static int compare_all(struct comparison *that)
{
	const unsigned long total = total_of(that);
	const unsigned long most = (unsigned long)that->limits.jobs * AT_ONCE;
	struct lfb_scenario **scenarios = calloc(most, sizeof(*scenarios));
	struct lfb_compare_run *runs = calloc(most * that->count, sizeof(*runs));
	int err = scenarios && runs ? 0 : no_memory();

	while (!err && that->done < total && goes_on(that)) {
		const unsigned long left = total - that->done;

		err = compare_some(that, scenarios, runs, left < most ? left : most);
	}
	free(scenarios);
	free(runs);
	return err;
}

static int report(struct comparison *that, struct difference *difference, unsigned int number)
{
	struct lfb_difference *told = &difference->told;
	struct lfb_compare_run runs[2];
	int err = run_both(that, difference->smallest, told->other, runs);

	if (!err) {
		told->number = number;
		told->key = difference->key;
		told->scenario = difference->smallest;
		told->ours = runs[0].text;
		told->theirs = runs[1].text;
		if (find_alike(that, told->other)) {
			told->our_findings = runs[0].told->found;
			told->their_findings = runs[1].told->found;
		}
		err = that->options.report(that->options.context, told);
	}
	lfb__compare_free(runs, 2);
	return err;
}

static int check(struct comparison *that, unsigned int count,
		 const struct lfb_compare_options *options)
{
	if (count < 2 || count > LFB_COMPARE_KERNELS || !that->kernels)
		return lfb__error(NULL, -EINVAL, "2 to %d kernels can be compared",
				  LFB_COMPARE_KERNELS);
	for (unsigned int k = 0; k < count; k++) {
		const struct lfb_compare_kernel *kernel = &that->kernels[k];

		if (kernel->sz != sizeof(*kernel) || !kernel->name ||
		    (!kernel->machine && !kernel->play))
			return lfb__error(NULL, -EINVAL, "kernel %u has no name, nothing that "
					  "performs scenarios, or another size", k);
		if (that->options.boot_from && kernel->play)
			return lfb__error(NULL, -EINVAL, "%s performs scenarios by itself: it "
					  "boots from no handover", kernel->name);
	}
	for (size_t i = 0; options && i < that->options.nr_scenarios; i++) {
		if (!that->options.scenarios ||
		    !lfb__handle_valid(that->options.scenarios[i], LFB_HANDLE_SCENARIO))
			return lfb__error(NULL, -EINVAL, "scenario %zu is no live one", i);
	}
	return 0;
}

static void complete(struct comparison *that)
{
	const long online = sysconf(_SC_NPROCESSORS_ONLN);
	unsigned int jobs = that->options.jobs ?: online > 0 ? (unsigned int)online : 1;

	that->limits.jobs = jobs < JOBS_MAX ? jobs : JOBS_MAX;
	that->limits.seconds = that->options.seconds ?: SECONDS;
	that->limits.boot_from = that->options.boot_from;
	that->options.differences_max = that->options.differences_max ?: DIFFERENCES;
	that->result.sz = sizeof(that->result);
}

int lfb_compare(const struct lfb_compare_kernel *kernels, unsigned int count,
		const struct lfb_compare_options *options, struct lfb_compare_result *result)
{
	struct comparison that = { .kernels = kernels, .count = count };
	int err = lfb__options_take(NULL, "the options", &that.options, sizeof(that.options),
				    options, sizeof(that.options.sz));

	if (!err && result)
		err = lfb__result_check(NULL, "the result", result, sizeof(result->sz));
	if (!err)
		err = lfb__shard_check(NULL, that.options.shard, that.options.shards);
	if (!err)
		err = check(&that, count, options);
	if (err)
		return err;
	complete(&that);
	err = compare_all(&that);
	that.result.differences = (unsigned int)that.differences.count;
	for (size_t i = 0; i < that.differences.count && !err && that.options.report; i++)
		err = report(&that, difference_at(&that, i), (unsigned int)i + 1);
	for (size_t i = 0; i < that.differences.count; i++)
		lfb_scenario_free(difference_at(&that, i)->smallest);
	lfb__list_free(&that.differences);
	lfb__list_free(&that.ways);
	if (result)
		lfb__result_give(result, &that.result, sizeof(that.result));
	if (!err && that.ended)
		err = lfb__error(NULL, -EINTR, "comparing was ended after %lu scenarios",
				 that.done);
	return err;
}
