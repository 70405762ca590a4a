// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The search for findings in a module. Each sequence is a scenario, run from the first boot to the
 * end; what was answered on the way decides which operations make sense next. States are not
 * merged: a node is what the agent knows after its word.
 */
#define _GNU_SOURCE /* memrchr(), reallocarray() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/module.h"
#include "sim/explore/exhaust/search.h"
#include "sim/explore/shrink/shrink.h"

#define LINES_MAX 10u	/* that a letter can become: its own, and the set-up of a kernel */
#define LENGTH 6u	/* enough to preserve, reboot, retrieve and finish */
#define NOWHERE UINT32_MAX

/* A letter that was done. */
struct done {
	u8 letter;
	bool booted;	/* into another kernel, which is set up next; a node's mark */
};

/* A finding, and where it was raised: in the sequence of this number after this node. */
struct raised {
	u32 node;
	u32 order;
	u32 id;
	struct done last;
};

struct module_search {
	struct lfb_search search;
	struct lfb_exhaust_module_result *result;
	bool wanted[LFB_FINDINGS_NR];		/* still to be found */
	u32 first[LFB_FINDINGS_NR];		/* node of this layer that raises it, until now */
};

/* What a thread has for itself: a machine, and the world, whose scenario becomes each sequence. */
struct module_job {
	struct module_search *all;
	struct lfb_machine *machine;
	struct lfb_world world;
	struct lfb_operation *letters;		/* the operations of the world … */
	struct lfb_operation *operations;	/* … and of the sequence */
	size_t lines;
	struct lfb_list raised;			/* struct raised, in this layer */
	bool dead;				/* the kernel, in the last run */
	long answer;				/* to the last operation in it */
	int error;
};

_Static_assert(sizeof(struct lfb_agent_state) <= sizeof(struct lfb_state_key),
	       "what the agent knows is a node's key");

static struct lfb_module_act act_of(const struct module_job *job, unsigned int number)
{
	return lfb__module_act(job->letters, &job->world.letters[number]);
}

/* The transcript's "> operation = result", and what it says of the end. */
static int listen(void *context, const char *bytes, size_t size)
{
	struct module_job *job = context;
	const char *equals = memrchr(bytes, '=', size);

	job->dead |= !strncmp(bytes, "== panic", 8) || !strncmp(bytes, "== hung", 7) ||
		     !strncmp(bytes, "== oops", 7);
	if (size < 2 || bytes[0] != '>')
		return 0;
	/* A number ends at the end of the line, if not before. */
	job->answer = equals ? strtol(equals + 1, NULL, 10) : 0;
	return 0;
}

static void add_lines(struct module_job *job, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		job->operations[job->lines++] = job->letters[first + i];
}

/* Makes the scenario of a sequence. Returns the number of the last letter's last line. */
static size_t write_word(struct module_job *job, const struct done *word, unsigned int length)
{
	const struct lfb_world *world = &job->world;
	size_t last = 0;

	job->lines = 0;
	add_lines(job, 0, world->once + world->setup);
	for (unsigned int i = 0; i < length; i++) {
		const struct lfb_letter *letter = &world->letters[word[i].letter];

		add_lines(job, letter->first, letter->sets_up ? 1 : letter->count);
		last = job->lines - 1;
		if (word[i].booted && letter->sets_up)
			add_lines(job, letter->first + 1, letter->count - 1);
		else if (word[i].booted)
			add_lines(job, world->once, world->setup);
	}
	LFB_ASSERT(last < job->lines);
	world->scenario->count = job->lines;
	return last;
}

static int run(struct module_job *job)
{
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .golden = true, .write = listen, .context = job,
	};
	int result;

	job->dead = false;
	job->answer = 0;
	lfb__machine_forget_seen(job->machine);
	result = lfb_scenario_run(job->world.scenario, job->machine, &options);
	if (result == -ENOMEM || result == -EINVAL)
		job->error = result;
	return result;
}

/*
 * A reboot that succeeds is followed by the new kernel's set-up, one that fails by nothing: it is
 * run once more then. Sets the answer of the last letter.
 */
static void run_word(struct module_job *job, struct done *word, unsigned int length)
{
	struct done *end = length ? &word[length - 1] : NULL;
	struct lfb_module_act act;
	size_t last;

	if (end) {
		act = act_of(job, end->letter);
		end->booted = act.operation->verb == LFB_VERB_REBOOT && !act.fail;
	}
	last = write_word(job, word, length);
	if (!end || !end->booted) {
		run(job);
		return;
	}
	job->operations[last].expected = (struct lfb_expectation){ .given = true };
	if (run(job) != -EILSEQ) {
		job->answer = 0;
		return;
	}
	end->booted = false;
	write_word(job, word, length);
	run(job);
}

/* Of each finding that is looked for, the layer's first node that raises it. */
static void note_first(struct module_search *all, u32 id, u32 node)
{
	u32 first = __atomic_load_n(&all->first[id], __ATOMIC_RELAXED);

	if (first == NOWHERE)
		__atomic_fetch_add(&all->search.hits, 1, __ATOMIC_RELAXED);
	while (node < first &&
	       !__atomic_compare_exchange_n(&all->first[id], &first, node, false,
					    __ATOMIC_RELAXED, __ATOMIC_RELAXED))
		;
}

/* Was all that is looked for found before this node? */
static bool is_beyond(const struct module_search *all, u32 node)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (all->wanted[id] && __atomic_load_n(&all->first[id], __ATOMIC_RELAXED) >= node)
			return false;
	}
	return true;
}

/* Which of the findings that are looked for did the last run raise? */
static void collect(struct module_job *job, const struct lfb_agent_state *state, u32 node,
		    u32 order, struct done last)
{
	bool is_raised[LFB_FINDINGS_NR] = { false };
	const struct lfb_finding *finding;
	struct raised *raised;

	for (size_t i = 0; (finding = lfb_finding_at(job->machine, i)) != NULL; i++)
		is_raised[finding->id] = true;
	for (u32 id = 0; id < LFB_FINDINGS_NR && !job->error; id++) {
		if (!is_raised[id] || !job->all->wanted[id] || lfb__agent_excuses(state, id) ||
		    __atomic_load_n(&job->all->first[id], __ATOMIC_RELAXED) <= node)
			continue;
		note_first(job->all, id, node);
		raised = lfb__list_add(&job->raised, sizeof(*raised));
		if (raised)
			*raised = (struct raised){ node, order, id, last };
		else
			job->error = -ENOMEM;
	}
}

/* One sequence; what the agent knows before it becomes what it knows after it. */
static void try_word(struct module_job *job, struct done *word, unsigned int length, u32 node,
		     u32 order, struct lfb_agent_state *state)
{
	struct done last = { 0 };
	struct lfb_module_act act;

	run_word(job, word, length);
	if (length) {
		last = word[length - 1];
		act = act_of(job, last.letter);
		lfb__module_learns(state, &act, job->answer);
	}
	__atomic_fetch_add(&job->all->search.tried, 1, __ATOMIC_RELAXED);
	if (!job->error)
		collect(job, state, node, order, last);
}

/* What leads to a node. Returns its length. */
static unsigned int word_of(const struct lfb_search *search, u32 id, struct done *word)
{
	unsigned int length = 0;

	for (u32 at = id; at; at = lfb__search_node(search, at)->parent)
		length++;
	for (unsigned int i = length; i--; id = lfb__search_node(search, id)->parent)
		word[i] = (struct done){ lfb__search_node(search, id)->letter,
					 lfb__search_node(search, id)->mark };
	return length;
}

static int expand(struct lfb_job *thread, u32 id, struct lfb_list *found)
{
	struct module_job *job = thread->judge;
	const struct lfb_search *search = thread->search;
	struct lfb_node *node = (struct lfb_node *)search->nodes.items + id;
	bool last = search->depth + 1 == search->length;
	struct done word[LFB_EXHAUST_LENGTH_MAX];
	unsigned int length = word_of(search, id, word) + 1;
	struct lfb_agent_state before;
	int err = 0;

	if (is_beyond(job->all, id))
		return 0;
	memcpy(&before, &node->key, sizeof(before));
	for (unsigned int letter = 0; !err && letter < job->world.nr_letters; letter++) {
		struct lfb_module_act act = act_of(job, letter);
		struct lfb_tried tried = { .letter = (u8)letter };
		struct lfb_agent_state state = before;

		if (!lfb__module_does(&state, &act))
			continue;
		word[length - 1] = (struct done){ .letter = (u8)letter };
		try_word(job, word, length, id, ++node->nr_next, &state);
		err = job->error;
		if (err || job->dead || last)
			continue;
		memcpy(&tried.key, &state, sizeof(state));
		tried.mark = word[length - 1].booted;
		err = lfb__search_add(found, &tried);
	}
	return err;
}

/* What is tried in another shard counts as tried. */
static void pass(struct lfb_job *thread, u32 id)
{
	struct module_job *job = thread->judge;
	struct lfb_node *node = (struct lfb_node *)thread->search->nodes.items + id;
	struct lfb_agent_state state;

	memcpy(&state, &node->key, sizeof(state));
	for (unsigned int letter = 0; letter < job->world.nr_letters; letter++) {
		const struct lfb_module_act act = act_of(job, letter);

		node->nr_next += lfb__module_does(&state, &act);
	}
}

static int keep(struct module_job *job, const struct raised *raised, u64 tried)
{
	struct lfb_exhaust_module_result *result = job->all->result;
	struct done word[LFB_EXHAUST_LENGTH_MAX];
	struct lfb_exhaust_found *found;
	unsigned int length;
	int err;

	found = reallocarray(result->found, result->nr_found + 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	result->found = found;
	found += result->nr_found;
	length = word_of(&job->all->search, raised->node, word);
	if (raised->order)
		word[length++] = raised->last;
	write_word(job, word, length);
	*found = (struct lfb_exhaust_found){ .id = (enum lfb_finding_id)raised->id,
					     .length = length, .tried = tried };
	err = lfb_scenario_shrink_finding(job->world.scenario, job->machine, found->id, true, NULL,
					  &found->scenario);
	result->nr_found += !err;
	return err;
}

static int by_order(const void *one, const void *other)
{
	const struct raised *a = one, *b = other;

	if (a->node != b->node)
		return a->node < b->node ? -1 : 1;
	return a->order != b->order ? (a->order < b->order ? -1 : 1) :
				      (a->id > b->id) - (a->id < b->id);
}

/* Sequences tried after the nodes from *@node to @end, which becomes *@node. */
static u64 count_tried(const struct lfb_search *search, u32 *node, u32 end)
{
	u64 count = 0;

	for (; *node < end; ++*node)
		count += lfb__search_node(search, *node)->nr_next;
	return count;
}

/*
 * Of what the layer raised, keeps the first of each id, in order. What was tried after the last
 * that was looked for does not count, as how much that is depends on the threads.
 */
static int report(struct module_job *job, const struct lfb_list *list)
{
	struct module_search *all = job->all;
	const struct lfb_search *search = &all->search;
	const struct raised *raised = list->items;
	u64 tried = all->result->sequences;
	u32 node = search->layer;
	int err = 0;

	for (size_t i = 0; !err && i < list->count; i++, raised++) {
		if (!all->wanted[raised->id])
			continue;
		tried += count_tried(search, &node, raised->node);
		all->wanted[raised->id] = false;
		all->result->sequences = tried + raised->order;
		err = keep(job, raised, tried + raised->order);
	}
	all->search.over = is_beyond(all, NOWHERE);
	if (!all->search.over)
		all->result->sequences = tried + count_tried(search, &node, search->layer_end);
	return err;
}

static void begin_layer(struct module_search *all)
{
	for (int id = 0; id < LFB_FINDINGS_NR; id++)
		all->first[id] = NOWHERE;
}

static int layer_tried(struct lfb_job *threads, unsigned int nr_threads)
{
	struct module_job *first = threads[0].judge;
	struct lfb_list raised = { 0 };
	int err = 0;

	for (unsigned int i = 0; i < nr_threads; i++) {
		struct module_job *job = threads[i].judge;

		for (size_t j = 0; j < job->raised.count && !err; j++) {
			struct raised *added = lfb__list_add(&raised, sizeof(*added));

			if (added)
				*added = ((const struct raised *)job->raised.items)[j];
			else
				err = -ENOMEM;
		}
		job->raised.count = 0;
	}
	if (raised.count)
		qsort(raised.items, raised.count, sizeof(struct raised), by_order);
	if (!err)
		err = report(first, &raised);
	begin_layer(first->all);
	lfb__list_free(&raised);
	return err;
}

/* With a kernel that does not live there is nothing to go on from. */
static int try_nothing(struct lfb_job *thread)
{
	struct module_job *job = thread->judge;
	struct module_search *all = job->all;
	struct lfb_agent_state state = { 0 };
	bool dead;
	int err;

	begin_layer(all);
	try_word(job, NULL, 0, 0, 0, &state);
	dead = job->dead;
	all->result->sequences = 1;
	err = job->error ? job->error : layer_tried(thread, 1);
	if (dead)
		all->search.nodes.count = all->search.layer_end = 0;
	return err;
}

static int take_ids(struct module_search *search, const struct lfb_exhaust_module_options *options)
{
	bool named = options->finds, any = false;

	for (size_t i = 0; named && i < options->nr_finds; i++) {
		if ((unsigned int)options->finds[i] >= LFB_FINDINGS_NR)
			return lfb__error(NULL, -EINVAL, "there is no finding %d",
					  (int)options->finds[i]);
		search->wanted[options->finds[i]] = true;
	}
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (!named)
			search->wanted[id] = lfb_finding_severity(id) >= LFB_SEVERITY_ERROR;
		any |= search->wanted[id];
	}
	return any ? 0 : lfb__error(NULL, -EINVAL, "no finding to look for");
}

static int check(const struct lfb_scenario *module, struct lfb_machine *machine,
		 const struct lfb_exhaust_module_options *given,
		 const struct lfb_exhaust_module_result *result,
		 struct lfb_exhaust_module_options *options)
{
	int err = lfb__options_take(NULL, "the options", options, sizeof(*options), given,
				    sizeof(*options));

	if (!err)
		err = lfb__result_check(NULL, "the result", result, sizeof(*result));
	if (!err)
		err = lfb__shard_check(NULL, options->shard, options->shards);
	if (err)
		return err;
	if (!lfb__machine_valid(machine) || !lfb__handle_valid(module, LFB_HANDLE_SCENARIO))
		return lfb__error(NULL, -EINVAL, "lfb_exhaust_module(): no live scenario or "
				  "machine");
	if (lfb__search_length(options->length ? options->length : LENGTH, &options->length))
		return -EINVAL;
	if (options->without & ~(unsigned int)LFB_EXHAUST_ALL_CHOICES)
		return lfb__error(NULL, -EINVAL, "there are no such choices: 0x%x",
				  options->without);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(NULL, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

/* The world's scenario is lent to the sequences, and whole again afterwards. */
static int make_job(struct module_job *job, const struct lfb_scenario *module,
		    unsigned int without)
{
	struct lfb_world *world = &job->world;
	int err = lfb__module_world_create(module, without, world);
	size_t most;

	if (err)
		return err;
	most = world->once + world->setup + LINES_MAX * (size_t)job->all->search.length;
	job->operations = calloc(most, sizeof(*job->operations));
	if (!job->operations)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	job->letters = world->scenario->operations;
	world->scenario->operations = job->operations;
	return 0;
}

static void end_job(struct module_job *job, bool made_machine)
{
	if (job->operations)
		job->world.scenario->operations = job->letters;
	lfb_scenario_free(job->world.scenario);
	free(job->operations);
	lfb__list_free(&job->raised);
	if (made_machine)
		lfb_machine_destroy(job->machine);
}

/* The first job has the machine that was given, the others have one like it. */
static int run_jobs(struct module_search *search, struct lfb_machine *machine,
		    const struct lfb_scenario *module, unsigned int nr_jobs, unsigned int without)
{
	struct module_job *jobs = calloc(nr_jobs, sizeof(*jobs));
	struct lfb_job *threads = calloc(nr_jobs, sizeof(*threads));
	int err = 0;

	if (!jobs || !threads)
		err = lfb__error(NULL, -ENOMEM, "no memory for a search");
	for (unsigned int i = 0; !err && i < nr_jobs; i++) {
		threads[i] = (struct lfb_job){ .search = &search->search, .judge = &jobs[i] };
		jobs[i].all = search;
		jobs[i].machine = machine;
		if (i)
			err = lfb__machine_create_like(machine, &jobs[i].machine);
		if (!err)
			err = make_job(&jobs[i], module, without);
	}
	if (!err)
		err = lfb__search_run(&search->search, threads, nr_jobs);
	for (unsigned int i = 0; jobs && i < nr_jobs; i++)
		end_job(&jobs[i], i > 0);
	free(threads);
	free(jobs);
	search->result->length = search->search.depth + search->search.ended;
	lfb__machine_forget_seen(machine);
	return err;
}

int lfb_exhaust_module(const struct lfb_scenario *module, struct lfb_machine *machine,
		       const struct lfb_exhaust_module_options *given,
		       struct lfb_exhaust_module_result *result)
{
	static const struct lfb_exhaust_module_result nothing;
	struct lfb_exhaust_module_options options;
	struct module_search search = {
		.search = { .all = true, .root = try_nothing, .expand = expand, .pass = pass,
			    .layer_tried = layer_tried },
		.result = result,
	};
	int err = check(module, machine, given, result, &options);

	if (err)
		return err;
	lfb__result_give(result, &nothing, sizeof(nothing));
	/* Two of a kind are no mistake of the module's where the kernel lets them pass. */
	if ((machine->profile->quirks | machine->quirks_on) & ~machine->quirks_off &
	    1ull << LUO_QUIRK_FILE_PRESERVED_TWICE)
		options.without |= LFB_EXHAUST_TWICE;
	search.search.length = options.length;
	search.search.shard = options.shard;
	search.search.shards = options.shards;
	search.search.progress = options.progress;
	search.search.context = options.context;
	err = take_ids(&search, &options);
	/* Of a module in C there is one in the process, for one machine. */
	if (!err)
		err = run_jobs(&search, machine, module, list_empty(&machine->modules) ?
			       lfb__search_jobs(options.jobs) : 1, options.without);
	lfb__search_end(&search.search);
	if (err && err != -EINTR)
		lfb_exhaust_module_end(result);
	return err;
}

void lfb_exhaust_module_end(struct lfb_exhaust_module_result *result)
{
	if (!result)
		return;
	for (size_t i = 0; i < result->nr_found; i++)
		lfb_scenario_free(result->found[i].scenario);
	free(result->found);
	result->found = NULL;
	result->nr_found = 0;
}
