// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The states that were seen, what leads from one to the other, and how many ways there are. */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "sim/explore/exhaust/search.h"

#define LENGTH 5u	/* of words, when nobody says */
#define JOBS_MAX 64u
#define CHUNK 16u	/* nodes a thread takes at a time */
#define NOWHERE UINT32_MAX	/* where letters lead that nothing comes after */

int lfb__search_length(unsigned int asked, unsigned int *length)
{
	if (asked > LFB_EXHAUST_LENGTH_MAX)
		return lfb__error(NULL, -EINVAL, "sequences are at most %u long, not %u",
				  LFB_EXHAUST_LENGTH_MAX, asked);
	*length = asked ? asked : LENGTH;
	return 0;
}

unsigned int lfb__search_jobs(unsigned int asked)
{
	long online = asked ? (long)asked : sysconf(_SC_NPROCESSORS_ONLN);

	return online < 1 ? 1 : online > (long)JOBS_MAX ? JOBS_MAX : (unsigned int)online;
}

unsigned int lfb__search_word(const struct lfb_search *search, u32 id, u8 *word)
{
	unsigned int length = 0;

	for (u32 at = id; at; at = lfb__search_node(search, at)->parent)
		length++;
	if (!LFB_ASSERT(length <= LFB_EXHAUST_LENGTH_MAX))
		return 0;
	for (unsigned int i = length; i--; id = lfb__search_node(search, id)->parent)
		word[i] = lfb__search_node(search, id)->letter;
	return length;
}

int lfb__search_add(struct lfb_list *found, const struct lfb_tried *tried)
{
	struct lfb_tried *added = lfb__list_add(found, sizeof(*added));

	if (!added)
		return -ENOMEM;
	*added = *tried;
	return 0;
}

static bool same_state(const void *nodes, u32 id, const void *tried)
{
	const struct lfb_node *node = (const struct lfb_node *)nodes + id;
	const struct lfb_tried *wanted = tried;

	return node->mark == wanted->mark && !memcmp(&node->key, &wanted->key, sizeof(node->key));
}

/* Where a letter leads: a state seen before, or a new one. */
static int resolve(struct lfb_search *search, u32 parent, const struct lfb_tried *tried, u32 *to)
{
	const u64 hash = tried->key.half[0] + tried->mark;
	struct lfb_node *node;

	*to = LFB_TABLE_NONE;
	if (!search->all)
		*to = lfb__table_find(&search->states, hash, same_state, search->nodes.items,
				      tried);
	if (*to != LFB_TABLE_NONE)
		return 0;
	if (search->nodes.count == NOWHERE - 1)
		return -ENOMEM;
	node = lfb__list_add(&search->nodes, sizeof(*node));
	if (!node)
		return -ENOMEM;
	*node = (struct lfb_node){
		.key = tried->key,
		.parent = parent,
		.letter = tried->letter,
		.mark = tried->mark,
	};
	*to = (u32)search->nodes.count - 1;
	return search->all ? 0 : lfb__table_add(&search->states, hash, *to);
}

/* The first word of the layer that differs is the one. @order: after this node. */
static void note_difference(struct lfb_search *search, u32 id, const struct lfb_tried *tried,
			    size_t order)
{
	if (search->differs)
		return;
	search->word_order = ((u64)id << 16) + order;
	search->differs = true;
	search->over = true;
	search->word_length = lfb__search_word(search, id, search->word);
	memcpy(search->pair, tried->pair, sizeof(search->pair));
	if (*search->pair)
		return;
	search->word_length++;
	if (!LFB_ASSERT(search->word_length <= LFB_EXHAUST_LENGTH_MAX))
		return;
	search->word[search->word_length - 1] = tried->letter;
}

/* What was tried after one node. Where the last layer leads is nobody's business. */
static int merge_node(struct lfb_search *search, u32 id, const struct lfb_list *found, bool last)
{
	struct lfb_node *node = (struct lfb_node *)search->nodes.items + id;
	const struct lfb_tried *tried = found->items;
	int err = 0;

	LFB_ASSERT(id < search->nodes.count && found->count <= UINT16_MAX);
	node->next = search->edges.count;
	node->nr_next = (u16)found->count;
	for (size_t i = 0; !err && i < found->count; i++, tried++) {
		u32 to = NOWHERE, *edge;

		if (tried->differs)
			note_difference(search, id, tried, i);
		else if (!last && !tried->ends)
			err = resolve(search, id, tried, &to);
		if (err || last)
			continue;
		edge = lfb__list_add(&search->edges, sizeof(*edge));
		if (edge)
			*edge = to;
		else
			err = -ENOMEM;
	}
	return err;
}

/* The layer was not done to its end, and nothing is gone on from. */
static void find_difference(struct lfb_search *search)
{
	for (u32 id = search->layer; id < search->layer_end; id++) {
		const struct lfb_list *found = &search->found[id - search->layer];
		const struct lfb_tried *tried = found->items;

		for (size_t i = 0; i < found->count; i++) {
			if (tried[i].differs)
				note_difference(search, id, &tried[i], i);
		}
	}
}

/* Makes a layer of what was found in the one before. */
static int merge(struct lfb_search *search)
{
	bool last = search->depth + 1 == search->length;
	u32 end = search->layer_end;
	int err = 0;

	for (u32 id = search->layer; !err && id < end; id++)
		err = merge_node(search, id, &search->found[id - search->layer], last);
	if (!err && !last && !search->over) {
		search->layer = end;
		search->layer_end = (u32)search->nodes.count;
		LFB_ASSERT(search->layer <= search->layer_end);
	}
	return err;
}

/* Only the thread that asked for the search tells of it. */
static void tell(struct lfb_search *search)
{
	const struct lfb_progress progress = {
		.sz = sizeof(progress),
		.done = __atomic_load_n(&search->done, __ATOMIC_RELAXED),
		.total = search->layer_end - search->layer,
		.length = search->depth + 1,
		.longest = search->length,
		.tried = __atomic_load_n(&search->tried, __ATOMIC_RELAXED),
		.found = __atomic_load_n(&search->hits, __ATOMIC_RELAXED),
	};

	if (search->progress && !search->over &&
	    !search->progress(search->context, &progress))
		__atomic_store_n(&search->ended, true, __ATOMIC_RELAXED);
}

static bool goes_on(const struct lfb_job *job)
{
	return !job->error && !__atomic_load_n(&job->search->ended, __ATOMIC_RELAXED);
}

static bool is_last(const struct lfb_search *search)
{
	return search->depth + 1 == search->length;
}

/* Are words of full length that go on from this node the shard's? */
static bool is_ours(const struct lfb_search *search, u32 id)
{
	return !search->shards || id % search->shards + 1 == search->shard;
}

static void *work(void *argument)
{
	struct lfb_job *job = argument;
	struct lfb_search *search = job->search;
	u32 end = search->layer_end;

	while (goes_on(job)) {
		u32 at = __atomic_fetch_add(&search->next, CHUNK, __ATOMIC_RELAXED);
		u32 stop = at + CHUNK < end ? at + CHUNK : end;

		if (at >= end)
			break;
		LFB_ASSERT(at >= search->layer);
		for (; at < stop && goes_on(job); at++) {
			if (!is_last(search) || is_ours(search, at))
				job->error = search->expand(job, at,
							    &search->found[at - search->layer]);
			else if (search->pass)
				search->pass(job, at);
			__atomic_fetch_add(&search->done, 1, __ATOMIC_RELAXED);
			if (job == search->teller)
				tell(search);
		}
	}
	return NULL;
}

static int run_jobs(struct lfb_search *search, struct lfb_job *jobs, unsigned int nr_jobs)
{
	int err = 0;

	search->next = search->layer;
	search->done = 0;
	search->teller = jobs;
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

static int run_layer(struct lfb_search *search, struct lfb_job *jobs, unsigned int nr_jobs)
{
	u32 count = search->layer_end - search->layer;
	int err;

	search->found = calloc(count ? count : 1, sizeof(*search->found));
	if (!search->found)
		return -ENOMEM;
	if (is_last(search) && search->last_begins)
		search->last_begins(search, jobs, nr_jobs);
	err = run_jobs(search, jobs, nr_jobs);
	if (!err && search->layer_tried)
		err = search->layer_tried(jobs, nr_jobs);
	if (!err && search->ended)
		find_difference(search);
	else if (!err)
		err = merge(search);
	for (u32 i = 0; i < count; i++)
		lfb__list_free(&search->found[i]);
	free(search->found);
	search->found = NULL;
	/* A layer that was ended early counts only if it has shown something. */
	search->depth += !search->ended || search->differs;
	return err || !search->ended ? err : -EINTR;
}

int lfb__search_run(struct lfb_search *search, struct lfb_job *jobs, unsigned int nr_jobs)
{
	int err = lfb__list_add(&search->nodes, sizeof(struct lfb_node)) ? 0 : -ENOMEM;

	search->layer_end = 1;
	if (!err)
		err = search->root(&jobs[0]);
	while (!err && search->depth < search->length && !search->over)
		err = run_layer(search, jobs, nr_jobs);
	if (err == -EINTR)
		return lfb__error(NULL, err, "the search was ended after %llu sequences",
				  search->tried);
	return err ? lfb__error(NULL, err, "the search could not go on (%d)", err) : 0;
}

void lfb__search_end(struct lfb_search *search)
{
	lfb__list_free(&search->nodes);
	lfb__list_free(&search->edges);
	lfb__table_free(&search->states);
	lfb_scenario_free(search->world.scenario);
}

/*
 * Counting: the words of n letters from a state are those of n - 1 from where its letters lead. A
 * state first reached after d letters is asked for at most length - d more.
 */

static u64 count_from(const struct lfb_search *search, u32 id, const u64 *before)
{
	const struct lfb_node *node = lfb__search_node(search, id);
	const u32 *edges = search->edges.items;
	u64 count = 0;

	for (u64 edge = node->next; edge < node->next + node->nr_next; edge++) {
		if (edge < search->edges.count && edges[edge] != NOWHERE)
			count += before[edges[edge]];
	}
	return count;
}

/* Words of one letter that are counted from a node, when words of @length are. */
static u64 count_last(const struct lfb_search *search, u32 id, unsigned int length)
{
	return length < search->length || is_ours(search, id) ?
		       lfb__search_node(search, id)->nr_next : 0;
}

u64 lfb__search_count(const struct lfb_search *search, unsigned int length)
{
	u64 *both = calloc(2 * search->nodes.count, sizeof(*both));
	u64 *now = both, *before, *swap, count;

	if (!both)
		return 0;
	before = both + search->nodes.count;
	for (size_t id = 0; id < search->nodes.count; id++)
		before[id] = 1;
	for (unsigned int n = 1; n <= length; n++) {
		for (u32 id = 0; id < search->layer_end; id++)
			now[id] = n == 1 ? count_last(search, id, length) :
					   count_from(search, id, before);
		swap = now;
		now = before;
		before = swap;
	}
	count = before[0];
	free(both);
	return count;
}
