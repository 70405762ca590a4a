// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * All sequences up to a length, layer by layer. A layer holds the states that are reached after so
 * many letters and not before, each with the first sequence that leads there; from each, every
 * letter is tried. Threads share the work of a layer; what they found is put together in the order
 * of the layer, so that the result does not depend on them.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/exhaust/exhaust.h"
#include "sim/explore/exhaust/search.h"

#define JOBS_MAX 64u
#define LENGTH 5u	/* of sequences, when nobody says */
#define CHUNK 16u	/* nodes a thread takes at a time */

struct job {
	struct search *search;
	struct lfb_walker *walker;
	pthread_t thread;
	bool started;
	u64 runs;
	int error;
};

/*
 * One node
 */

static size_t word_of(const struct search *search, u32 id, u8 *word)
{
	size_t length = 0;

	for (u32 at = id; at; at = search->nodes[at].parent)
		length++;
	for (size_t i = length; i--; id = search->nodes[id].parent)
		word[i] = search->nodes[id].letter;
	return length;
}

static int replay(struct job *job, const u8 *word, size_t length)
{
	int err = lfb__walker_boot(job->walker);
	bool same = !err && lfb__walker_word(job->walker, &job->search->world, word, length);

	job->runs++;
	/* What differs is not gone on from, so it can only be that a run was not like another. */
	return err || same ? err : -EILSEQ;
}

static bool freezes(const struct lfb_model *model, unsigned int handler)
{
	for (unsigned int i = 0; i < model->outgoing.count; i++)
		for (unsigned int j = 0; j < model->outgoing.list[i].nr_files; j++)
			if (model->outgoing.list[i].files[j].handler == handler)
				return true;
	return false;
}

/* What the model has no rule for: in rfc-v6, preserving into a session that was handed over. */
static bool beyond_model(const struct lfb_model *model, const struct lfb_operation *operation)
{
	return model->locked && model->handles[operation->session] == LFB_MODEL_INCOMING &&
	       (operation->verb == LFB_VERB_PRESERVE || operation->verb == LFB_VERB_AGAIN);
}

/* Does the letter make sense here, and is no other that is just like it to be tried instead? */
static bool tries(const struct search *search, const struct lfb_walker *walker, u8 used,
		  unsigned int number)
{
	const struct lfb_letter *letter = &search->world.letters[number];
	const struct lfb_operation *operation =
		&search->world.scenario->operations[letter->first];

	if (letter->needs & ~used)
		return false;
	for (unsigned int i = 0; i < letter->count; i++) {
		/* What gives back comes after what takes. */
		if (i && operation[i].verb == LFB_VERB_DO)
			continue;
		if (!lfb__model_possible(&walker->model, &operation[i]) ||
		    beyond_model(&walker->model, &operation[i]))
			return false;
	}
	return !letter->aborts || freezes(&walker->model, letter->aborts - 1u);
}

static int add_step(struct found *found, const struct step *step)
{
	struct step *steps;

	if (found->count == found->capacity) {
		unsigned int capacity = found->capacity ? found->capacity * 2 : 32;

		steps = reallocarray(found->steps, capacity, sizeof(*steps));
		if (!steps)
			return -ENOMEM;
		found->steps = steps;
		found->capacity = capacity;
	}
	found->steps[found->count++] = *step;
	return 0;
}

/* Tries every letter after @node's sequence. A letter that changes nothing needs no way back. */
static int expand(struct job *job, u32 id, struct found *found)
{
	struct search *search = job->search;
	const struct node *node = &search->nodes[id];
	struct lfb_walker *walker = job->walker;
	u8 word[LFB_EXHAUST_LENGTH_MAX];
	size_t length = word_of(search, id, word);
	struct lfb_state_key before, after;
	struct step step;
	bool there = false;
	int err = 0;

	for (unsigned int letter = 0; !err && letter < search->world.nr_letters; letter++) {
		if (!there) {
			err = replay(job, word, length);
			if (err)
				break;
			lfb__walker_key(walker, &before);
			there = true;
		}
		if (!tries(search, walker, node->used, letter))
			continue;
		step = (struct step){ .letter = (u8)letter,
				      .used = node->used | search->world.letters[letter].uses };
		step.differs = !lfb__walker_letter(walker, &search->world, letter);
		step.ends = walker->lost || walker->model.dead || search->world.letters[letter].ends;
		if (!step.differs && !step.ends) {
			lfb__walker_key(walker, &after);
			there = !memcmp(&before, &after, sizeof(after));
			step.key = after;
		} else {
			there = false;
		}
		err = add_step(found, &step);
	}
	return err;
}

/*
 * One layer
 */

static void *work(void *argument)
{
	struct job *job = argument;
	struct search *search = job->search;
	u32 end = search->layer_end;

	while (!job->error) {
		u32 at = __atomic_fetch_add(&search->next, CHUNK, __ATOMIC_RELAXED);
		u32 stop = at + CHUNK < end ? at + CHUNK : end;

		if (at >= end)
			break;
		for (; at < stop && !job->error; at++)
			job->error = expand(job, at, &search->found[at - search->layer]);
	}
	return NULL;
}

static int run_jobs(struct search *search, struct job *jobs, unsigned int nr_jobs)
{
	int err = 0;

	search->next = search->layer;
	for (unsigned int i = 1; i < nr_jobs; i++)
		jobs[i].started = !pthread_create(&jobs[i].thread, NULL, work, &jobs[i]);
	work(&jobs[0]);
	for (unsigned int i = 0; i < nr_jobs; i++) {
		if (jobs[i].started)
			pthread_join(jobs[i].thread, NULL);
		jobs[i].started = false;
		err = err ? err : jobs[i].error;
	}
	return err;
}

static int run_layer(struct search *search, struct job *jobs, unsigned int nr_jobs)
{
	u32 count = search->layer_end - search->layer;
	int err;

	search->found = calloc(count ? count : 1, sizeof(*search->found));
	if (!search->found)
		return -ENOMEM;
	err = run_jobs(search, jobs, nr_jobs);
	if (!err)
		err = lfb__search_merge(search);
	for (u32 i = 0; i < count; i++)
		free(search->found[i].steps);
	free(search->found);
	search->found = NULL;
	return err;
}

/*
 * The search
 */

static int make_jobs(struct search *search, const struct lfb_exhaust_options *options,
		     struct job *jobs, unsigned int nr_jobs)
{
	int err = 0;

	for (unsigned int i = 0; !err && i < nr_jobs; i++) {
		jobs[i].search = search;
		err = lfb__walker_create(options, search->world.scenario, &jobs[i].walker);
	}
	return err;
}

static int run_search(struct search *search, struct job *jobs, unsigned int nr_jobs)
{
	int err = lfb__search_begin(search);

	if (!err)
		err = lfb__walker_boot(jobs[0].walker);
	if (!err)
		search->differs = !lfb__walker_set_up(jobs[0].walker, &search->world, true);
	while (!err && search->depth < search->length && !search->differs) {
		err = run_layer(search, jobs, nr_jobs);
		search->depth++;
	}
	return err;
}

static void report(struct search *search, const struct job *jobs, unsigned int nr_jobs,
		   struct lfb_exhaust_result *result)
{
	result->letters = search->world.nr_letters;
	result->length = search->differs && search->depth ? search->depth - 1 : search->depth;
	result->states = search->layer_end;
	result->sequences = lfb__search_count(search, result->length);
	for (unsigned int i = 0; i < nr_jobs; i++) {
		result->runs += jobs[i].runs;
		result->steps += jobs[i].walker->steps;
	}
}

static int search_world(const struct lfb_exhaust_options *options, struct search *search,
			struct lfb_exhaust_result *result)
{
	unsigned int nr_jobs = options->jobs;
	struct job *jobs = calloc(nr_jobs, sizeof(*jobs));
	int err;

	if (!jobs)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	err = make_jobs(search, options, jobs, nr_jobs);
	if (!err) {
		err = run_search(search, jobs, nr_jobs);
		if (err)
			lfb__error(NULL, err, "the search could not go on (%d)", err);
	}
	if (!err)
		report(search, jobs, nr_jobs, result);
	if (!err && search->differs)
		err = lfb__exhaust_shrink(options, search, result);
	for (unsigned int i = 0; i < nr_jobs; i++)
		lfb__walker_destroy(jobs[i].walker);
	free(jobs);
	return err;
}

int lfb_exhaust(const struct lfb_exhaust_options *given, struct lfb_exhaust_result *result)
{
	struct exhaust_plan plan;
	struct lfb_exhaust_options *options = &plan.options;
	struct search search = { 0 };
	int err = lfb__exhaust_take(given, &plan, result);

	if (err)
		return err;
	if (!options->jobs) {
		long online = sysconf(_SC_NPROCESSORS_ONLN);

		options->jobs = online > 0 ? (unsigned int)online : 1;
	}
	if (options->jobs > JOBS_MAX)
		options->jobs = JOBS_MAX;
	search.length = options->length ? options->length : LENGTH;
	search.all = options->all;
	err = lfb__world_create(options->groups, &search.world);
	if (!err)
		err = search_world(options, &search, result);
	lfb__search_end(&search);
	lfb__world_destroy(&search.world);
	return err;
}
