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

/* A letter that was done. */
struct done {
	u8 letter;
	bool booted;	/* into another kernel, which is set up next; a node's mark */
};

struct module_search {
	struct lfb_search search;
	struct lfb_machine *machine;
	struct lfb_exhaust_module_result *result;
	struct lfb_scenario *scenario;		/* the world's; holds the sequence that runs … */
	struct lfb_operation *operations;	/* … instead of these, which are the letters' */
	size_t lines;
	bool wanted[LFB_FINDINGS_NR];
	size_t nr_wanted;			/* still to be found */
	bool dead;				/* the kernel, in the last run */
	long answer;				/* to the last operation in it */
	int error;
};

_Static_assert(sizeof(struct lfb_agent_state) <= sizeof(struct lfb_state_key),
	       "what the agent knows is a node's key");

static struct lfb_agent_act act_of(const struct module_search *search, unsigned int number)
{
	const struct lfb_letter *letter = &search->search.world.letters[number];
	const struct lfb_operation *first = &search->operations[letter->first];

	if (letter->sets_up)
		return (struct lfb_agent_act){ .operation = first, .rewires = true };
	return (struct lfb_agent_act){
		.operation = first + letter->count - 1,
		.fail = letter->count > 1 ? first : NULL,
	};
}

/* The transcript's "> operation = result", and what it says of the end. */
static int listen(void *context, const char *bytes, size_t size)
{
	struct module_search *search = context;
	const char *equals = memrchr(bytes, '=', size);

	search->dead |= !strncmp(bytes, "== panic", 8) || !strncmp(bytes, "== hung", 7) ||
			!strncmp(bytes, "== oops", 7);
	if (size < 2 || bytes[0] != '>')
		return 0;
	/* A number ends at the end of the line, if not before. */
	search->answer = equals ? strtol(equals + 1, NULL, 10) : 0;
	return 0;
}

static void add_lines(struct module_search *search, size_t first, size_t count)
{
	for (size_t i = 0; i < count; i++)
		search->scenario->operations[search->lines++] = search->operations[first + i];
}

/* Makes the scenario of a sequence. Returns the number of the last letter's last line. */
static size_t write_word(struct module_search *search, const struct done *word, unsigned int length)
{
	const struct lfb_world *world = &search->search.world;
	size_t last = 0;

	search->lines = 0;
	add_lines(search, 0, world->once + world->setup);
	for (unsigned int i = 0; i < length; i++) {
		const struct lfb_letter *letter = &world->letters[word[i].letter];

		add_lines(search, letter->first, letter->sets_up ? 1 : letter->count);
		last = search->lines - 1;
		if (word[i].booted && letter->sets_up)
			add_lines(search, letter->first + 1, letter->count - 1);
		else if (word[i].booted)
			add_lines(search, world->once, world->setup);
	}
	LFB_ASSERT(last < search->lines);
	search->scenario->count = search->lines;
	return last;
}

static int run(struct module_search *search)
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
static void run_word(struct module_search *search, struct done *word, unsigned int length)
{
	struct done *end = length ? &word[length - 1] : NULL;
	struct lfb_agent_act act;
	size_t last;

	if (end) {
		act = act_of(search, end->letter);
		end->booted = act.operation->verb == LFB_VERB_REBOOT && !act.fail;
	}
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

static int keep(struct module_search *search, enum lfb_finding_id id, unsigned int length)
{
	struct lfb_exhaust_module_result *result = search->result;
	struct lfb_exhaust_found *found;
	int err;

	found = reallocarray(result->found, result->nr_found + 1, sizeof(*found));
	if (!found)
		return -ENOMEM;
	result->found = found;
	found += result->nr_found;
	*found = (struct lfb_exhaust_found){ .id = id, .length = length,
					     .tried = result->sequences };
	err = lfb_scenario_shrink_finding(search->scenario, search->machine, id, true,
					  &found->scenario);
	result->nr_found += !err;
	search->search.hits = result->nr_found;
	return err;
}

/* Which of the findings that are looked for did the last run raise? */
static void collect(struct module_search *search, const struct lfb_agent_state *state,
		    unsigned int length)
{
	bool waits = !lfb__agent_is_done(state);
	bool raised[LFB_FINDINGS_NR] = { false };
	const struct lfb_finding *finding;

	for (size_t i = 0; (finding = lfb_finding_at(search->machine, i)) != NULL; i++)
		raised[finding->id] = true;
	for (int id = 0; id < LFB_FINDINGS_NR && !search->error; id++) {
		if (!raised[id] || !search->wanted[id] ||
		    lfb__agent_excuses(waits, state->lost, state->unlinked, (unsigned int)id))
			continue;
		search->wanted[id] = false;
		search->nr_wanted--;
		search->error = keep(search, (enum lfb_finding_id)id, length);
	}
}

/* One sequence; what the agent knows before it becomes what it knows after it. */
static void try_word(struct module_search *search, struct done *word, unsigned int length,
		     struct lfb_agent_state *state)
{
	struct lfb_agent_act act;

	run_word(search, word, length);
	search->search.tried = ++search->result->sequences;
	if (length) {
		act = act_of(search, word[length - 1].letter);
		lfb__agent_learns(state, &act, search->answer);
	}
	if (!search->error)
		collect(search, state, length);
	search->search.over = search->error || !search->nr_wanted;
}

static int try_nothing(struct lfb_job *job)
{
	struct module_search *search = job->judge;
	struct lfb_agent_state state = { 0 };

	try_word(search, NULL, 0, &state);
	/* With a kernel that does not live there is nothing to go on from. */
	if (search->dead)
		search->search.nodes.count = search->search.layer_end = 0;
	return search->error;
}

static int expand(struct lfb_job *job, u32 id, struct lfb_list *found)
{
	struct module_search *search = job->judge;
	const struct lfb_search *all = job->search;
	bool last = all->depth + 1 == all->length;
	struct done word[LFB_EXHAUST_LENGTH_MAX];
	struct lfb_agent_state before;
	unsigned int length = all->depth + 1;
	int err = 0;

	memcpy(&before, &lfb__search_node(all, id)->key, sizeof(before));
	for (unsigned int i = length - 1; i--; id = lfb__search_node(all, id)->parent)
		word[i] = (struct done){ lfb__search_node(all, id)->letter,
					 lfb__search_node(all, id)->mark };
	for (unsigned int letter = 0; !err && letter < all->world.nr_letters; letter++) {
		struct lfb_agent_act act = act_of(search, letter);
		struct lfb_tried tried = { .letter = (u8)letter };
		struct lfb_agent_state state = before;

		if (all->over)
			return search->error;
		if (!lfb__agent_does(&state, &act))
			continue;
		word[length - 1] = (struct done){ .letter = (u8)letter };
		try_word(search, word, length, &state);
		if (search->dead || last)
			continue;
		memcpy(&tried.key, &state, sizeof(state));
		tried.mark = word[length - 1].booted;
		err = lfb__search_add(found, &tried);
	}
	return err ? err : search->error;
}

static int take_ids(struct module_search *search, const struct lfb_exhaust_module_options *options)
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
		 const struct lfb_exhaust_module_options *given,
		 const struct lfb_exhaust_module_result *result,
		 struct lfb_exhaust_module_options *options)
{
	int err = lfb__options_take(NULL, "the options", options, sizeof(*options), given,
				    sizeof(*options));

	if (!err)
		err = lfb__result_check(NULL, "the result", result, sizeof(*result));
	if (err)
		return err;
	if (!lfb__machine_valid(machine) || !lfb__handle_valid(module, LFB_HANDLE_SCENARIO))
		return lfb__error(NULL, -EINVAL, "lfb_exhaust_module(): no live scenario or "
				  "machine");
	if (lfb__search_length(options->length, &options->length))
		return -EINVAL;
	if (options->choices & ~(unsigned int)(LFB_EXHAUST_OFF | LFB_EXHAUST_LINKS))
		return lfb__error(NULL, -EINVAL, "there are no such choices: 0x%x",
				  options->choices);
	if (lfb_machine_state(machine) != LFB_OFF)
		return lfb__error(NULL, -EBUSY, "the machine is %s; shut it down first",
				  lfb_machine_state_name(lfb_machine_state(machine)));
	return 0;
}

/* The world's scenario is lent to the sequences, and whole again afterwards. */
static int search_world(struct module_search *search)
{
	struct lfb_job job = { .search = &search->search, .judge = search };
	struct lfb_world *world = &search->search.world;
	size_t most = world->once + world->setup + LINES_MAX * (size_t)search->search.length;
	struct lfb_operation *operations = calloc(most, sizeof(*operations));
	size_t count = world->scenario->count;
	int err;

	if (!operations)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	search->scenario = world->scenario;
	search->operations = search->scenario->operations;
	search->scenario->operations = operations;
	err = lfb__search_run(&search->search, &job, 1);
	search->scenario->operations = search->operations;
	search->scenario->count = count;
	free(operations);
	search->result->length = search->search.depth + search->search.ended;
	lfb__machine_forget_seen(search->machine);
	return err;
}

int lfb_exhaust_module(const struct lfb_scenario *module, struct lfb_machine *machine,
		       const struct lfb_exhaust_module_options *given,
		       struct lfb_exhaust_module_result *result)
{
	static const struct lfb_exhaust_module_result nothing;
	struct lfb_exhaust_module_options options;
	struct module_search search = {
		.search = { .all = true, .root = try_nothing, .expand = expand },
		.machine = machine,
		.result = result,
	};
	int err = check(module, machine, given, result, &options);

	if (err)
		return err;
	lfb__result_give(result, &nothing, sizeof(nothing));
	search.search.length = options.length;
	search.search.progress = options.progress;
	search.search.context = options.context;
	err = take_ids(&search, &options);
	if (!err)
		err = lfb__agent_world_create(module, options.choices, &search.search.world);
	if (!err)
		err = search_world(&search);
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
