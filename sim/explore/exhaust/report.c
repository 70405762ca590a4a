// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What is done with a sequence that differs: it becomes a scenario, and as short as it can be. And
 * one scenario, compared.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <luo/scenario.h>

#include "sim/explore/exhaust/beside.h"
#include "sim/explore/exhaust/report.h"
#include "sim/explore/shrink/shrink.h"

/*
 * A scenario, operation by operation. Leaving the model's world ends it.
 */

static bool in_world(const struct lfb_operation *operation)
{
	switch (operation->verb) {
	case LFB_VERB_PANIC:
	case LFB_VERB_COLD:
	case LFB_VERB_FORGET:
	case LFB_VERB_COMPATIBLE:
	case LFB_VERB_INSMOD:
		return false;
	case LFB_VERB_FAULT:
		if (operation->plan.kinds == 1u << LFB_FAULT_FDT)
			return operation->plan.nth == 1 && !operation->plan.forever;
		return operation->plan.kinds == 0 || operation->plan.kinds == 1u << LFB_FAULT_ALLOC;
	case LFB_VERB_REBOOT:
	case LFB_VERB_JUMP:
		return !operation->name && operation->lacks != LFB_LACKS_IMAGE;
	case LFB_VERB_IDENTITY:
		return operation->handler < LFB_MODEL_HANDLERS;
	case LFB_VERB_WHEN:
		if (operation->of_flb)
			return operation->flb < LFB_MODEL_FLBS &&
			       operation->callback == LFB_CALLBACK_PRESERVE &&
			       operation->step.code == LFB_STEP_no_obj;
		return operation->handler < LFB_MODEL_HANDLERS &&
		       operation->callback == LFB_CALLBACK_RETRIEVE &&
		       operation->step.code == LFB_STEP_no_file;
	case LFB_VERB_DO:
		return operation->step.flb < LFB_MODEL_FLBS &&
		       operation->step.code >= LFB_STEP_lock_incoming &&
		       operation->step.code <= LFB_STEP_unlock_outgoing;
	default:
		return operation->handler < LFB_MODEL_HANDLERS && operation->flb < LFB_MODEL_FLBS &&
		       operation->session < LFB_MODEL_NAMES && operation->inode < LFB_MODEL_FILES;
	}
}

static bool can_follow(const struct lfb_walker *walker, const struct lfb_operation *operation)
{
	return !walker->lost && in_world(operation) && lfb__walker_possible(walker, operation);
}

/* Are the lines there two blocks of one line each? */
static bool is_pair(const struct lfb_scenario *scenario, size_t at)
{
	const struct lfb_operation *operation = &scenario->operations[at];

	return at + 1 < scenario->count && operation->parallel && operation->block == 1 &&
	       operation[1].parallel == operation->parallel && operation[1].block == 2 &&
	       (at + 2 == scenario->count || operation[2].parallel != operation->parallel) &&
	       (!at || operation[-1].parallel != operation->parallel);
}

/* Such blocks, in a machine that can be put back. */
static bool can_follow_pair(const struct lfb_walker *walker, size_t at)
{
	const struct lfb_scenario *scenario = walker->run.scenario;

	return !walker->judge.machine && is_pair(scenario, at) &&
	       can_follow(walker, &scenario->operations[at + 1]);
}

/* Two lines beside each other, in the schedule that they say. */
static int follow_pair(struct lfb_walker *walker, size_t at)
{
	struct lfb_pair *pair = calloc(1, sizeof(*pair));
	int err = pair ? lfb__pair_begin(pair, walker) : -ENOMEM;

	if (!err)
		err = lfb__pair_expect(pair, at);
	if (!err)
		err = lfb__pair_do(pair, NULL, NULL);
	if (pair)
		lfb__pair_end(pair);
	free(pair);
	return err;
}

/* The line, or the blocks that begin there; *@at is set to the last of them. */
static int follow_one(struct lfb_walker *walker, size_t *at)
{
	const struct lfb_scenario *scenario = walker->run.scenario;
	const struct lfb_operation *operation = &scenario->operations[*at];
	const bool pair = operation->parallel;
	int err = 0;

	if (!can_follow(walker, operation) || (pair && !can_follow_pair(walker, *at)))
		err = -ENODATA;
	else if (pair)
		err = follow_pair(walker, (*at)++);
	else
		lfb__walker_do(walker, operation);
	if (err != -ENODATA)
		return err;
	return lfb__error(NULL, -EINVAL, "%.160s:%u: %.200s: the model does not know this, or "
			  "there is nothing to do it with", scenario->name, operation->line,
			  operation->text);
}

/* Sets *difference to the first one, and to none where the model cannot follow: -EINVAL. */
static int follow(const struct lfb_exhaust_options *options, const struct lfb_scenario *scenario,
		  struct lfb_difference *difference)
{
	struct lfb_walker walker = { .options = options, .run.scenario = scenario };
	int err = lfb__walker_boot(&walker);

	*difference = (struct lfb_difference){ 0 };
	for (size_t i = 0; !err && !difference->what && i < scenario->count; i++) {
		err = follow_one(&walker, &i);
		if (walker.difference.what)
			*difference = walker.difference;
	}
	difference->steps = walker.steps;
	lfb__walker_end(&walker);
	return err;
}

struct question {
	struct lfb_exhaust_options options;
	struct lfb_difference wanted;
};

/* The kernel differs from the model, and without the quirks in question it does not. */
static bool differs_the_same(void *context, const struct lfb_scenario *candidate)
{
	const struct question *question = context;
	struct lfb_exhaust_options mended = question->options;
	struct lfb_difference shown;
	char off[1600];

	if (follow(&question->options, candidate, &shown) ||
	    shown.what != question->wanted.what || shown.verb != question->wanted.verb)
		return false;
	/* An image's own are no quirks. */
	if (mended.kernel || !mended.quirks_on || !*mended.quirks_on)
		return true;
	snprintf(off, sizeof(off), "%s,%s", mended.quirks_off ? mended.quirks_off : "",
		 mended.quirks_on);
	mended.quirks_off = off;
	mended.quirks_on = NULL;
	return !follow(&mended, candidate, &shown) && !shown.what;
}

/* Writes the sequence that differs to walker->done, up to the operation that does. */
static int write_sequence(const struct lfb_exhaust_options *options,
			  const struct lfb_search *search, struct lfb_walker *walker)
{
	const struct lfb_world *world = &search->world;
	struct lfb_pairs pairs = { 0 };
	int err = 0;

	if (*search->pair) {
		err = lfb__pairs_make(&pairs, world, options->bound);
		world = &pairs.world;
		walker->run.scenario = world->scenario;
	}
	if (!err)
		err = lfb__walker_boot(walker);
	if (!err && lfb__walker_word(walker, world, search->word, search->word_length) &&
	    *search->pair)
		err = lfb__pairs_write(&pairs, walker, search->pair);
	lfb__walker_end(walker);
	lfb__pairs_free(&pairs);
	return err;
}

static struct lfb_scenario *as_scenario(const struct lfb_exhaust_options *options,
					const struct lfb_search *search)
{
	struct lfb_walker walker = { .options = options, .run.scenario = search->world.scenario };
	struct lfb_scenario *scenario = NULL;
	char *text = NULL;
	size_t size;
	int err;

	walker.done = open_memstream(&text, &size);
	if (!walker.done)
		return NULL;
	err = write_sequence(options, search, &walker);
	if (!fclose(walker.done) && !err)
		lfb_scenario_parse("exhaust", text, size, &scenario);
	free(text);
	return scenario;
}

static void describe(const struct lfb_difference *difference, struct lfb_exhaust_result *result)
{
	snprintf(result->what, sizeof(result->what), "%s", difference->what);
	snprintf(result->expected, sizeof(result->expected), "%s", difference->expected);
	snprintf(result->got, sizeof(result->got), "%s", difference->got);
}

/* Of two beside each other, what they answer when the first one comes first. */
static void expect(struct lfb_scenario *scenario, const struct lfb_difference *difference)
{
	struct lfb_operation *last = &scenario->operations[scenario->count - 1];

	last->expected = difference->expected_answer;
	if (last->parallel)
		last[-1].expected = difference->expected_beside;
}

int lfb__exhaust_shrink(const struct lfb_exhaust_options *options, const struct lfb_search *search,
			struct lfb_exhaust_result *result)
{
	struct question question = { .options = *options };
	struct lfb_difference *difference = &question.wanted;
	struct lfb_scenario *scenario = as_scenario(options, search), *shortest;
	int err;

	if (!scenario)
		return lfb__error(NULL, -ENOMEM, "no memory for the sequence that differs");
	result->found_length = search->word_length + (*search->pair ? 2 : 0);
	follow(options, scenario, difference);
	if (difference->what)
		err = lfb_scenario_shrink(scenario, differs_the_same, &question, NULL, &shortest);
	else
		err = lfb__error(NULL, -EILSEQ, "a sequence that differed does not differ again");
	lfb_scenario_free(scenario);
	if (err)
		return err;
	follow(options, shortest, difference);
	describe(difference, result);
	/* With the answer that was expected, so that whoever runs it sees it fail. */
	if (!strcmp(difference->what, "result"))
		expect(shortest, difference);
	result->scenario = shortest;
	return 0;
}

int lfb__exhaust_compare(const struct lfb_exhaust_options *options,
			 const struct lfb_scenario *scenario, struct lfb_exhaust_result *result)
{
	struct lfb_difference difference;
	int err = follow(options, scenario, &difference);

	if (difference.what)
		describe(&difference, result);
	result->steps = difference.steps;
	return err;
}
