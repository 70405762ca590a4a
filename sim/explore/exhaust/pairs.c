// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * From one state every pair of operations that make sense there, beside each other in every
 * schedule up to a bound of preemptions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/exhaust/beside.h"
#include "sim/explore/schedule/schedule.h"

/* One of a pair. */
struct member {
	u16 line;
	u8 needs, uses;		/* as a letter's */
};

#define MEMBERS_MAX (LFB_WORLD_LETTERS + 2)

/* Every job has lines of its own, of which the pair's are written over. */
int lfb__pairs_make(struct lfb_pairs *pairs, const struct lfb_world *world, unsigned int bound)
{
	const size_t size = world->scenario->count * sizeof(struct lfb_operation);

	*pairs = (struct lfb_pairs){ .world = *world, .scenario = *world->scenario,
				     .bound = bound };
	pairs->world.scenario = &pairs->scenario;
	pairs->scenario.operations = malloc(size);
	if (!pairs->scenario.operations)
		return lfb__error(NULL, -ENOMEM, "no memory for a search");
	memcpy(pairs->scenario.operations, world->scenario->operations, size);
	return 0;
}

void lfb__pairs_free(struct lfb_pairs *pairs)
{
	free(pairs->scenario.operations);
	pairs->scenario.operations = NULL;
}

static u16 line_of(const struct lfb_pairs *pairs, enum lfb_world_beside which)
{
	return (u16)(pairs->world.beside + which);
}

/*
 * One call of the kernel each: not what the module is told to do, nor a get with its put. Of a
 * reboot it is the first half.
 */
static bool is_call(const struct lfb_letter *letter, enum lfb_verb verb)
{
	if (letter->count != 1 || letter->ends || (lfb__verbs[verb].flags & LFB_DEFINING_VERB))
		return false;
	return verb != LFB_VERB_REBOOT && verb != LFB_VERB_FAIL && verb != LFB_VERB_RMMOD &&
	       verb != LFB_VERB_IDENTITY && verb != LFB_VERB_GETIN && verb != LFB_VERB_GETOUT;
}

static unsigned int list_members(const struct lfb_pairs *pairs, const struct lfb_walker *walker,
				 struct member *members)
{
	const struct lfb_letter *letter = pairs->world.letters;
	unsigned int nr = 0;

	for (unsigned int i = 0; i < pairs->world.nr_letters; i++, letter++) {
		const struct lfb_operation *operation =
			&pairs->scenario.operations[letter->first];

		if (is_call(letter, operation->verb) &&
		    lfb__model_knows(&walker->model, operation) &&
		    lfb__walker_possible(walker, operation))
			members[nr++] = (struct member){ (u16)letter->first, letter->needs,
							 letter->uses };
	}
	members[nr++] = (struct member){ .line = line_of(pairs, LFB_WORLD_PREPARE) };
	members[nr++] = (struct member){ .line = line_of(pairs, LFB_WORLD_NEW_FLB) };
	return nr;
}

/* Names that are just like others are used where those are, perhaps by the other one of both. */
static bool is_pair(const struct member *a, const struct member *b, u8 used)
{
	return !(a->needs & ~(used | b->uses)) && !(b->needs & ~(used | a->uses));
}

static void set_pair(struct lfb_pairs *pairs, const u16 lines[2])
{
	struct lfb_operation *operations = pairs->scenario.operations;

	for (unsigned int i = 0; i < 2; i++) {
		struct lfb_operation *slot = &operations[line_of(pairs, LFB_WORLD_PAIR) + i];
		const unsigned int parallel = slot->parallel, block = slot->block;

		*slot = operations[lines[i]];
		slot->parallel = parallel;
		slot->block = block;
	}
}

/* What was serialized is handed over, and as the model says. */
static void jump(struct lfb_pairs *pairs, struct lfb_walker *walker)
{
	const u16 line = line_of(pairs, LFB_WORLD_JUMP);

	pairs->jumps = !walker->difference.what && walker->model.prepared;
	if (pairs->jumps && lfb__walker_do(walker, &pairs->scenario.operations[line]))
		lfb__walker_set_up(walker, &pairs->world, false);
}

/* The walker's difference is that of the first schedule with one, which *@text is set to. */
static int try_schedules(struct lfb_pairs *pairs, struct lfb_pair *pair, char **text)
{
	const struct lfb_difference *difference = &pair->walker->difference;
	struct lfb_schedules schedules = { 0 };
	int err = lfb__pair_expect(pair, line_of(pairs, LFB_WORLD_PAIR));

	if (err == -ENODATA)
		return 0;
	pairs->pairs++;
	while (!err) {
		lfb__schedules_begin(&schedules, 0);
		err = lfb__pair_do(pair, lfb__schedules_pick, &schedules);
		if (err)
			break;
		pairs->schedules++;
		pairs->choices += schedules.at;
		jump(pairs, pair->walker);
		if (difference->what || !lfb__schedules_next(&schedules, pairs->bound))
			break;
	}
	if (!err && (schedules.diverged || schedules.failed))
		err = schedules.failed ? -ENOMEM : -EILSEQ;
	if (!err && difference->what && text) {
		*text = lfb__schedules_text(&schedules);
		err = *text ? 0 : -ENOMEM;
	}
	lfb__list_free(&schedules.choices);
	return err;
}

static int try_pair(struct lfb_pairs *pairs, struct lfb_pair *pair, const struct member *a,
		    const struct member *b, struct lfb_list *found)
{
	const struct lfb_tried tried = { .differs = true, .pair = { a->line, b->line } };
	int err;

	set_pair(pairs, tried.pair);
	err = try_schedules(pairs, pair, NULL);
	return err || !pair->walker->difference.what ? err : lfb__search_add(found, &tried);
}

int lfb__pairs_try(struct lfb_pairs *pairs, struct lfb_walker *walker, u8 used,
		   struct lfb_list *found)
{
	struct lfb_pair *pair = calloc(1, sizeof(*pair));
	struct member members[MEMBERS_MAX];
	const unsigned int nr = list_members(pairs, walker, members);
	int err = pair ? lfb__pair_begin(pair, walker) : -ENOMEM;

	pairs->states++;
	for (unsigned int i = 0; i < nr && !err; i++) {
		for (unsigned int j = i; j < nr && !err && !walker->difference.what; j++) {
			if (is_pair(&members[i], &members[j], used))
				err = try_pair(pairs, pair, &members[i], &members[j], found);
		}
	}
	if (!err)
		err = lfb__pair_go_back(pair);
	if (pair)
		lfb__pair_end(pair);
	free(pair);
	return err;
}

static void write_pair(const struct lfb_pairs *pairs, const u16 lines[2], const char *schedule,
		       FILE *to)
{
	const struct lfb_operation *operations = pairs->scenario.operations;
	const struct lfb_world *world = &pairs->world;

	fprintf(to, "parallel %s {\n%s\n} {\n%s\n}\n", schedule, operations[lines[0]].text,
		operations[lines[1]].text);
	if (!pairs->jumps)
		return;
	fprintf(to, "%s\n", operations[line_of(pairs, LFB_WORLD_JUMP)].text);
	for (size_t i = 0; i < world->setup; i++)
		fprintf(to, "%s\n", operations[world->once + i].text);
}

int lfb__pairs_write(struct lfb_pairs *pairs, struct lfb_walker *walker, const u16 lines[2])
{
	struct lfb_pair *pair = calloc(1, sizeof(*pair));
	FILE *to = walker->done;
	char *schedule = NULL;
	int err = pair ? lfb__pair_begin(pair, walker) : -ENOMEM;

	walker->done = NULL;
	if (!err) {
		set_pair(pairs, lines);
		err = try_schedules(pairs, pair, &schedule);
	}
	walker->done = to;
	if (schedule)
		write_pair(pairs, lines, schedule, to);
	free(schedule);
	if (pair)
		lfb__pair_end(pair);
	free(pair);
	return err;
}
