// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The search that compares with the model: what is asked for, which letters make sense, and what
 * comes of them.
 */
#include <stdlib.h>
#include <string.h>

#include "lib/orchestrator.h"
#include "sim/explore/exhaust/beside.h"
#include "sim/explore/exhaust/report.h"

/* Every quirk the profile has, but those asked for. */
static void list_others(const struct luo_profile *profile, u64 wanted, char *list, size_t size)
{
	size_t length = 0;

	for (unsigned int i = 0; i < LUO_QUIRKS_NR; i++) {
		if (profile->quirks & ~wanted & (1ull << i))
			length += (size_t)snprintf(list + length, size - length, "%s%s",
						   length ? "," : "", lfb_quirk_name(i));
	}
}

/* As options of the tool, with the quirks that are @off. */
static void describe_kernel(const struct lfb_exhaust_options *options, const char *off, char *text,
			    size_t size)
{
	size_t length = 0;

	if (options->kernel)
		length += (size_t)snprintf(text, size, " --kernel %.300s", options->kernel);
	if (options->profile)
		length += (size_t)snprintf(text + length, size - length, " --profile %.40s",
					   options->profile);
	if (options->quirks_on && *options->quirks_on)
		length += (size_t)snprintf(text + length, size - length, " --quirk +%.300s",
					   options->quirks_on);
	if (off && *off)
		snprintf(text + length, size - length, " --quirk -%.800s", off);
}

/*
 * With those that the quirks that are @on need. An image allocates otherwise than its profile: that
 * the same allocation fails in both means nothing.
 */
static int take_groups(struct lfb_exhaust_options *options, u64 on)
{
	const unsigned int all = LFB_EXHAUST_ALL_GROUPS, asked = options->groups;

	if (asked & ~(all | LFB_EXHAUST_LOCKED))
		return lfb__error(NULL, -EINVAL, "there are no such groups of operations: 0x%x",
				  asked);
	options->groups |= lfb__world_groups_for(on);
	/* Two that are beside each other do by themselves what is done in the middle of one. */
	if (options->beside)
		options->groups &= asked | ~(unsigned int)(LFB_EXHAUST_RACES | LFB_EXHAUST_HALVES);
	if (!options->kernel)
		return 0;
	if (options->groups & LFB_EXHAUST_LOCKED)
		return lfb__error(NULL, -EINVAL, "no kernel image lends objects under a lock");
	if (asked & LFB_EXHAUST_FAULTS && (asked & all) != all)
		return lfb__error(NULL, -EINVAL, "a kernel image allocates otherwise than its "
				  "profile: lfb sweep makes its allocations fail");
	options->groups &= ~(unsigned int)LFB_EXHAUST_FAULTS;
	return 0;
}

static int check_beside(const struct lfb_exhaust_options *options)
{
	if (!options->beside)
		return 0;
	if (options->kernel)
		return lfb__error(NULL, -EINVAL, "a kernel image's machine cannot be put back, as "
				  "operations beside each other need it");
	if (options->shards)
		return lfb__error(NULL, -EINVAL, "operations beside each other have no shards");
	if (options->length < 2)
		return lfb__error(NULL, -EINVAL, "two operations beside each other are no sequence "
				  "of %u", options->length);
	return 0;
}

/* Checks and completes options, clears the result. */
static int take(const struct lfb_exhaust_options *given, struct lfb_exhaust_options *options,
		struct lfb_exhaust_result *result)
{
	static const struct lfb_exhaust_result nothing;
	char bad[64], others[1024] = "";
	const char *off;
	u64 on = 0;
	int err = lfb__options_take(NULL, "the options", options, sizeof(*options), given,
				    sizeof(given->sz));

	if (!err)
		err = lfb__result_check(NULL, "the result", result, sizeof(*result));
	if (!err)
		err = lfb__search_length(options->length, &options->length);
	if (!err)
		err = lfb__shard_check(NULL, options->shard, options->shards);
	if (!err)
		err = check_beside(options);
	if (err)
		return err;
	if (luo_quirks_parse(options->quirks_on, &on, bad, sizeof(bad)))
		return lfb__error(NULL, -EINVAL, "there is no quirk \"%s\"", bad);
	err = take_groups(options, on);
	if (err)
		return err;
	off = options->quirks_off;
	if ((options->groups & LFB_EXHAUST_LOCKED) && !options->profile && !off) {
		options->profile = "rfc-v6";
		options->quirks_off = "all";
		list_others(luo_profile_find("rfc-v6"), on, others, sizeof(others));
		off = others;
	}
	lfb__result_give(result, &nothing, sizeof(nothing));
	describe_kernel(options, off, result->kernel, sizeof(result->kernel));
	return 0;
}

/* Lines are known by where they are, so who does pairs has copies. */
static const struct lfb_world *world_of(const struct lfb_job *job)
{
	const struct lfb_walker *walker = job->judge;

	return walker->pairs ? &walker->pairs->world : &job->search->world;
}

static int replay(struct lfb_job *job, const u8 *word, unsigned int length)
{
	int err = lfb__walker_boot(job->judge);
	bool same = !err && lfb__walker_word(job->judge, world_of(job), word, length);

	job->runs++;
	/* What differs is not gone on from, so it can only be that a run was not like another. */
	return err || same ? err : -EILSEQ;
}

/* Does the letter make sense here, and is no other that is just like it to be tried instead? */
static bool tries(const struct lfb_world *world, const struct lfb_walker *walker, u8 used,
		  unsigned int number)
{
	const struct lfb_letter *letter = &world->letters[number];
	const struct lfb_operation *operation = &world->scenario->operations[letter->first];

	if (letter->needs & ~used)
		return false;
	for (unsigned int i = 0; i < letter->count; i++) {
		/* What gives back comes after what takes. */
		if (i && operation[i].verb == LFB_VERB_DO)
			continue;
		if (!lfb__walker_possible(walker, &operation[i]) ||
		    !lfb__model_knows(&walker->model, &operation[i]))
			return false;
	}
	return !letter->aborts || lfb__walker_freezes(walker, letter->aborts - 1u);
}

/* A letter after the word the walker did; the names a node has used are its mark. */
static void try_letter(const struct lfb_world *world, struct lfb_walker *walker,
		       struct lfb_tried *tried)
{
	const struct lfb_letter *letter = &world->letters[tried->letter];

	tried->mark |= letter->uses;
	tried->differs = !lfb__walker_letter(walker, world, tried->letter);
	tried->ends = walker->lost || lfb__walker_is_dead(walker) || letter->ends;
	if (!tried->differs && !tried->ends)
		lfb__walker_key(walker, &tried->key);
}

/* From the state of that word. */
static int expand_beside(struct lfb_job *job, u8 used, const u8 *word, unsigned int length,
			 struct lfb_list *found)
{
	struct lfb_walker *walker = job->judge;
	const size_t before = found->count;
	int err;

	if (!walker->pairs)
		return 0;
	err = replay(job, word, length);
	if (!err)
		err = lfb__pairs_try(walker->pairs, walker, used, found);
	if (found->count > before)
		__atomic_fetch_add(&job->search->hits, 1, __ATOMIC_RELAXED);
	return err;
}

/* A letter that changes nothing needs no way back. */
static int expand(struct lfb_job *job, u32 id, struct lfb_list *found)
{
	const struct lfb_world *world = world_of(job);
	const u8 used = lfb__search_node(job->search, id)->mark;
	struct lfb_walker *walker = job->judge;
	u8 word[LFB_EXHAUST_LENGTH_MAX];
	unsigned int length = lfb__search_word(job->search, id, word);
	struct lfb_state_key before;
	bool there = false;
	int err = 0;

	for (unsigned int letter = 0; !err && letter < world->nr_letters; letter++) {
		struct lfb_tried tried = { .letter = (u8)letter, .mark = used };

		if (!there) {
			err = replay(job, word, length);
			if (err)
				break;
			lfb__walker_key(walker, &before);
			there = true;
		}
		if (!tries(world, walker, used, letter))
			continue;
		try_letter(world, walker, &tried);
		there = !tried.differs && !tried.ends &&
			!memcmp(&before, &tried.key, sizeof(before));
		err = lfb__search_add(found, &tried);
		if (tried.differs)
			__atomic_fetch_add(&job->search->hits, 1, __ATOMIC_RELAXED);
	}
	__atomic_fetch_add(&job->search->tried, found->count, __ATOMIC_RELAXED);
	return err ? err : expand_beside(job, used, word, length, found);
}

static int set_up(struct lfb_job *job)
{
	struct lfb_search *search = job->search;
	int err = lfb__walker_boot(job->judge);

	if (!err)
		search->differs = !lfb__walker_set_up(job->judge, world_of(job), true);
	search->over = search->differs;
	return err;
}

static void add_up(const struct lfb_job *jobs, unsigned int nr_jobs, u64 *runs, u64 *steps)
{
	*runs = *steps = 0;
	for (unsigned int i = 0; i < nr_jobs; i++) {
		const struct lfb_walker *walker = jobs[i].judge;

		*runs += jobs[i].runs;
		*steps += walker->steps;
	}
}

static void last_begins(struct lfb_search *search, const struct lfb_job *jobs,
			unsigned int nr_jobs)
{
	add_up(jobs, nr_jobs, &search->shorter_runs, &search->shorter_steps);
}

static void report(struct lfb_search *search, const struct lfb_job *jobs,
		   unsigned int nr_jobs, struct lfb_exhaust_result *result)
{
	result->letters = search->world.nr_letters;
	result->length = search->differs && search->depth ? search->depth - 1 : search->depth;
	result->states = search->layer_end;
	result->sequences = lfb__search_count(search, result->length);
	result->found_at = search->word_order;
	add_up(jobs, nr_jobs, &result->runs, &result->steps);
	/* All are, where something differs before there are longer ones. */
	if (search->depth < search->length)
		last_begins(search, jobs, nr_jobs);
	result->shorter_runs = search->shorter_runs;
	result->shorter_steps = search->shorter_steps;
	for (unsigned int i = 0; i < nr_jobs; i++) {
		const struct lfb_walker *walker = jobs[i].judge;

		if (!walker->pairs)
			continue;
		result->beside_states += walker->pairs->states;
		result->pairs += walker->pairs->pairs;
		result->schedules += walker->pairs->schedules;
		result->choices += walker->pairs->choices;
	}
}

static int make_walker(const struct lfb_exhaust_options *options, const struct lfb_world *world,
		       struct lfb_pairs *pairs, struct lfb_walker *walker)
{
	int err = 0;

	walker->options = options;
	walker->run.scenario = world->scenario;
	if (options->beside) {
		err = lfb__pairs_make(pairs, world, options->bound);
		walker->pairs = pairs;
		walker->run.scenario = &pairs->scenario;
	}
	return err ? err : lfb__walker_boot(walker);
}

static int search_world(const struct lfb_exhaust_options *options, struct lfb_search *search,
			struct lfb_exhaust_result *result)
{
	struct lfb_job *jobs = calloc(options->jobs, sizeof(*jobs));
	struct lfb_walker *walkers = calloc(options->jobs, sizeof(*walkers));
	struct lfb_pairs *pairs = calloc(options->jobs, sizeof(*pairs));
	int err = 0;

	if (!jobs || !walkers || !pairs)
		err = lfb__error(NULL, -ENOMEM, "no memory for a search");
	for (unsigned int i = 0; !err && i < options->jobs; i++) {
		jobs[i] = (struct lfb_job){ .search = search, .judge = &walkers[i] };
		err = make_walker(options, &search->world, &pairs[i], &walkers[i]);
	}
	if (!err)
		err = lfb__search_run(search, jobs, options->jobs);
	if (!err || err == -EINTR)
		report(search, jobs, options->jobs, result);
	if (search->differs && (!err || err == -EINTR)) {
		int shrunk = lfb__exhaust_shrink(options, search, result);

		err = shrunk ? shrunk : err;
	}
	for (unsigned int i = 0; walkers && pairs && i < options->jobs; i++) {
		lfb__walker_end(&walkers[i]);
		lfb__pairs_free(&pairs[i]);
	}
	free(pairs);
	free(walkers);
	free(jobs);
	return err;
}

int lfb_exhaust(const struct lfb_exhaust_options *given, struct lfb_exhaust_result *result)
{
	struct lfb_search search = { .root = set_up, .expand = expand,
				     .last_begins = last_begins };
	struct lfb_exhaust_options options;
	int err = take(given, &options, result);

	if (err)
		return err;
	options.jobs = lfb__search_jobs(options.jobs);
	search.length = options.length - options.beside;
	search.all = options.all;
	search.shard = options.shard;
	search.shards = options.shards;
	search.progress = options.progress;
	search.context = options.context;
	err = lfb__world_create(options.groups, options.beside, &search.world);
	if (!err)
		err = search_world(&options, &search, result);
	lfb__search_end(&search);
	return err;
}

int lfb_exhaust_case(const struct lfb_exhaust_options *given, const struct lfb_scenario *scenario,
		     struct lfb_exhaust_result *result)
{
	struct lfb_exhaust_options options;
	int err = take(given, &options, result);

	if (!err && !lfb__handle_valid(scenario, LFB_HANDLE_SCENARIO))
		err = lfb__error(NULL, -EINVAL, "the pointer is no live scenario");
	return err ? err : lfb__exhaust_compare(&options, scenario, result);
}
