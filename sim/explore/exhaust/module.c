// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * All sequences of operations with a module, by length, until it raises what is looked for. Each
 * is a scenario, run from the first boot to the end; what was answered on the way decides which
 * operations make sense next.
 */
#define _GNU_SOURCE /* memrchr(), reallocarray() */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/shrink.h>

#include "sim/explore/exhaust/module.h"

#define LENGTH 5u	/* of sequences, when nobody says */
#define LINES_MAX 10u	/* that a letter can become: its own, and the set-up of a kernel */

/* A letter that was done. */
struct done {
	u8 letter;
	bool booted;	/* into another kernel, which is set up next */
};

/* A sequence that can be gone on from. */
struct node {
	struct done word[LFB_EXHAUST_LENGTH_MAX];
	struct lfb_agent_state state;
};

struct layer {
	struct node *nodes;
	size_t count, capacity;
};

struct search {
	struct lfb_machine *machine;
	struct lfb_exhaust_module_result *result;
	struct lfb_agent_world world;
	struct lfb_scenario *scenario;		/* the world's; holds the sequence that runs … */
	struct lfb_operation *operations;	/* … instead of these, which are the letters' */
	size_t lines;
	unsigned int length;			/* of the sequences that are tried now */
	bool wanted[LFB_FINDINGS_NR];
	size_t nr_wanted;			/* still to be found */
	bool dead;				/* the kernel, in the last run */
	long answer;				/* to the last operation in it */
	int error;
};

/*
 * One run
 */

/* The transcript's "> operation = result", and what it says of the end. */
static int listen(void *context, const char *bytes, size_t size)
{
	struct search *search = context;
	char text[64] = "";
	const char *equals = memrchr(bytes, '=', size);

	search->dead |= !strncmp(bytes, "== panic", 8) || !strncmp(bytes, "== hung", 7);
	if (size < 2 || bytes[0] != '>')
		return 0;
	search->answer = 0;
	if (equals && (size_t)(bytes + size - equals) < sizeof(text)) {
		memcpy(text, equals + 1, (size_t)(bytes + size - equals - 1));
		search->answer = strtol(text, NULL, 10);
	}
	return 0;
}

static void add_lines(struct search *search, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		search->scenario->operations[search->lines++] = search->operations[first + i];
}

/* Makes the scenario of a sequence. Returns the number of the last letter's last line. */
static size_t write_word(struct search *search, const struct done *word, unsigned int length)
{
	const struct lfb_agent_world *world = &search->world;
	size_t last = 0;

	search->lines = 0;
	add_lines(search, 0, world->module + world->setup);
	for (unsigned int i = 0; i < length; i++) {
		const struct lfb_agent_letter *letter = &world->letters[word[i].letter];

		add_lines(search, letter->first, letter->count);
		last = search->lines - 1;
		if (word[i].booted)
			add_lines(search, world->module, world->setup);
	}
	search->scenario->count = search->lines;
	return last;
}

static int run(struct search *search)
{
	const struct lfb_scenario_options options = {
		.sz = sizeof(options), .golden = true, .write = listen, .context = search,
	};
	int result;

	search->dead = false;
	search->answer = 0;
	lfb__machine_forget_seen(search->machine);
	result = lfb_scenario_run(search->scenario, search->machine, &options);
	if (result == -ENOMEM || result == -EINVAL)
		search->error = result;
	return result;
}

/*
 * A reboot that succeeds is followed by the new kernel's set-up, one that fails by nothing: it is
 * run once more then. Sets the answer of the last letter.
 */
static void run_word(struct search *search, struct done *word, unsigned int length)
{
	struct done *end = length ? &word[length - 1] : NULL;
	bool reboots = end && search->world.letters[end->letter].verb == LFB_AGENT_REBOOT;
	size_t last;

	if (end)
		end->booted = reboots && !search->world.letters[end->letter].fails_handler;
	last = write_word(search, word, length);
	if (!end || !end->booted) {
		run(search);
		return;
	}
	search->scenario->operations[last].expected = (struct lfb_expectation){ .given = true };
	if (run(search) != -EILSEQ) {
		search->answer = 0;
		return;
	}
	end->booted = false;
	write_word(search, word, length);
	run(search);
}

/*
 * Findings
 */

static int append(void *context, const char *bytes, size_t size)
{
	return fwrite(bytes, 1, size, context) == size ? 0 : -ENOMEM;
}

/* The sequence as a scenario of its own. */
static struct lfb_scenario *copy(const struct search *search)
{
	struct lfb_scenario *scenario = NULL;
	char *text = NULL;
	size_t size;
	FILE *stream = open_memstream(&text, &size);
	int err;

	if (!stream)
		return NULL;
	err = lfb_scenario_write(search->scenario, false, append, stream);
	if (!fclose(stream) && !err)
		lfb_scenario_parse("exhaust", text, size, &scenario);
	free(text);
	return scenario;
}

static int keep(struct search *search, enum lfb_finding_id id)
{
	struct lfb_exhaust_module_result *result = search->result;
	struct lfb_exhaust_found *found;
	struct lfb_scenario *scenario = copy(search);
	int err = -ENOMEM;

	found = reallocarray(result->found, result->nr_found + 1, sizeof(*found));
	if (found)
		result->found = found;
	if (found && scenario) {
		found += result->nr_found;
		*found = (struct lfb_exhaust_found){ .id = id, .length = search->length,
						     .tried = result->sequences };
		err = lfb_scenario_shrink_finding(scenario, search->machine, id, true,
						  &found->scenario);
		result->nr_found += !err;
	}
	lfb_scenario_free(scenario);
	return err;
}

/*
 * Which of the findings that are looked for did the last run raise? That a session without files
 * waits for its agent looks as if it had been forgotten: here the agent had no time for it yet.
 */
static void collect(struct search *search, const struct lfb_agent_state *state)
{
	bool over = lfb__agent_is_done(state);
	bool raised[LFB_FINDINGS_NR] = { false };
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(search->machine, i)) != NULL; i++)
		raised[finding->id] = true;
	for (int id = 0; id < LFB_FINDINGS_NR && !search->error; id++) {
		if (!raised[id] || !search->wanted[id] ||
		    (id == LFB_FINDING_SESSION_NEVER_FINISHED && !over))
			continue;
		search->wanted[id] = false;
		search->nr_wanted--;
		search->error = keep(search, (enum lfb_finding_id)id);
	}
}

/*
 * All sequences
 */

static int add_node(struct layer *layer, const struct node *node)
{
	if (layer->count == layer->capacity) {
		size_t capacity = layer->capacity ? layer->capacity * 2 : 64;
		struct node *nodes = reallocarray(layer->nodes, capacity, sizeof(*nodes));

		if (!nodes)
			return -ENOMEM;
		layer->nodes = nodes;
		layer->capacity = capacity;
	}
	layer->nodes[layer->count++] = *node;
	return 0;
}

static bool goes_on(const struct search *search)
{
	return !search->error && search->nr_wanted;
}

/* One sequence; if its kernel lives, it goes to @next. */
static void try_word(struct search *search, struct node *node, struct layer *next)
{
	unsigned int length = search->length;

	run_word(search, node->word, length);
	search->result->sequences++;
	if (length)
		lfb__agent_learns(&node->state,
				  &search->world.letters[node->word[length - 1].letter],
				  search->answer);
	if (!search->error && !search->dead && next)
		search->error = add_node(next, node);
	if (!search->error)
		collect(search, &node->state);
}

/* Each sequence of @layer with one letter more. */
static void try_layer(struct search *search, const struct layer *layer, struct layer *next)
{
	for (size_t i = 0; i < layer->count; i++) {
		for (unsigned int letter = 0; letter < search->world.nr_letters; letter++) {
			struct node node = layer->nodes[i];

			if (!goes_on(search))
				return;
			if (!lfb__agent_does(&node.state, &search->world.letters[letter]))
				continue;
			node.word[search->length - 1] = (struct done){ .letter = (u8)letter };
			try_word(search, &node, next);
		}
	}
}

static void run_search(struct search *search, unsigned int length)
{
	struct layer layer = { 0 }, next = { 0 };
	struct node empty = { 0 };

	try_word(search, &empty, &layer);
	while (search->length < length && goes_on(search)) {
		search->length++;
		try_layer(search, &layer, search->length < length ? &next : NULL);
		free(layer.nodes);
		layer = next;
		next = (struct layer){ 0 };
	}
	free(layer.nodes);
	search->result->length = search->length;
}

/*
 * Options
 */

static int take_ids(struct search *search, const struct lfb_exhaust_module_options *options)
{
	bool named = options->finds;

	for (size_t i = 0; named && i < options->nr_finds; i++) {
		if ((unsigned int)options->finds[i] >= LFB_FINDINGS_NR)
			return lfb__error(NULL, -EINVAL, "there is no finding %d",
					  (int)options->finds[i]);
		search->wanted[options->finds[i]] = true;
	}
	for (int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (!named)
			search->wanted[id] = lfb_finding_severity(id) >= LFB_SEVERITY_ERROR;
		search->nr_wanted += search->wanted[id];
	}
	return search->nr_wanted ? 0 : lfb__error(NULL, -EINVAL, "no finding to look for");
}

static int check(const struct lfb_scenario *module, struct lfb_machine *machine,
		 const struct lfb_exhaust_module_options *options,
		 const struct lfb_exhaust_module_result *result)
{
	if (!result || result->sz != sizeof(*result) ||
	    (options && options->sz != sizeof(*options)))
		return lfb__error(NULL, -EINVAL, "lfb_exhaust_module(): wrong sz");
	if (!lfb__machine_valid(machine) || !lfb__handle_valid(module, LFB_HANDLE_SCENARIO))
		return lfb__error(NULL, -EINVAL, "lfb_exhaust_module(): no live scenario or "
				  "machine");
	if (options && options->length > LFB_EXHAUST_LENGTH_MAX)
		return lfb__error(NULL, -EINVAL, "sequences are at most %u long, not %u",
				  LFB_EXHAUST_LENGTH_MAX, options->length);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(NULL, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

/* The world's scenario is lent to the sequences, and whole again afterwards. */
static int search_world(struct search *search, unsigned int length)
{
	size_t count = search->world.scenario->count, most;

	search->scenario = search->world.scenario;
	search->operations = search->scenario->operations;
	most = search->world.module + search->world.setup + LINES_MAX * (size_t)length;
	search->scenario->operations = calloc(most, sizeof(*search->operations));
	if (search->scenario->operations)
		run_search(search, length);
	else
		search->error = -ENOMEM;
	free(search->scenario->operations);
	search->scenario->operations = search->operations;
	search->scenario->count = count;
	lfb__machine_forget_seen(search->machine);
	return search->error ? lfb__error(NULL, search->error, "the search could not go on (%d)",
					  search->error) : 0;
}

int lfb_exhaust_module(const struct lfb_scenario *module, struct lfb_machine *machine,
		       const struct lfb_exhaust_module_options *options,
		       struct lfb_exhaust_module_result *result)
{
	static const struct lfb_exhaust_module_options defaults = { .sz = sizeof(defaults) };
	struct search search = { .machine = machine, .result = result };
	int err = check(module, machine, options, result);

	if (err)
		return err;
	if (!options)
		options = &defaults;
	*result = (struct lfb_exhaust_module_result){ .sz = sizeof(*result) };
	err = take_ids(&search, options);
	if (!err)
		err = lfb__agent_world_create(module, &search.world);
	if (!err)
		err = search_world(&search, options->length ? options->length : LENGTH);
	lfb__agent_world_destroy(&search.world);
	if (err)
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
