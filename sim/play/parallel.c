// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * "parallel": each block is a thread of the agent, with the agent's descriptors, and what the
 * module does in it is done by the same thread. Who goes on is asked of the run's schedule.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/play/play.h"

struct block {
	struct lfb_run *run;
	const struct lfb_operation *first, *end;	/* of its lines */
	struct lfb_agent *agent;
	char name[16];
};

struct lfb_run_parallel {
	struct lfb_beside beside;
	struct block blocks[LFB_BESIDE_MAX];
	unsigned int current;
};

/* The threads but the first, which is the agent. */
static int make_threads(struct lfb_run *run)
{
	struct lfb_run_parallel *parallel = run->parallel;

	for (unsigned int i = 0; i < run->scenario->nr_blocks; i++) {
		struct block *block = &parallel->blocks[i];
		int err = 0;

		snprintf(block->name, sizeof(block->name), "task-%u", i + 1);
		block->run = run;
		if (i)
			err = lfb_agent_create(run->machine, block->name, &block->agent);
		else
			block->agent = run->agent;
		if (err)
			return err;
		block->agent->task.fds = &run->agent->fds;
	}
	return 0;
}

int lfb__run_parallel_prepare(struct lfb_run *run)
{
	if (!run->scenario->nr_parallels)
		return 0;
	run->parallel = calloc(1, sizeof(*run->parallel));
	run->answers = calloc(run->scenario->count, sizeof(*run->answers));
	if (!run->parallel || !run->answers)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	return make_threads(run);
}

void lfb__run_parallel_release(struct lfb_run *run)
{
	if (!run->parallel)
		return;
	for (unsigned int i = 1; i < LFB_BESIDE_MAX; i++)
		lfb_agent_destroy(run->parallel->blocks[i].agent);
	lfb__beside_free(&run->parallel->beside);
	free(run->answers);
	run->parallel = NULL;
}

static long do_block(void *argument)
{
	struct block *block = argument;
	struct lfb_run *run = block->run;

	for (const struct lfb_operation *at = block->first; at < block->end; at++) {
		struct lfb_run_answer *answer = &run->answers[at - run->scenario->operations];

		if (run->machine->kernel.dead)
			break;
		lfb__run_at(run, at);
		answer->object = 0;
		answer->result = lfb__run_perform(run, at, &answer->object);
		answer->given = true;
	}
	return 0;
}

static void switched(void *context, unsigned int strand)
{
	struct lfb_run *run = context;

	run->agent = run->parallel->blocks[strand].agent;
	if (strand == run->parallel->current)
		return;
	run->parallel->current = strand;
	if (run->options.write && !run->options.golden)
		lfb__transcript_line(&run->transcript, "-- %s", run->parallel->blocks[strand].name);
}

static unsigned int choose(void *context, const unsigned int *ready, unsigned int nr)
{
	struct lfb_run *run = context;

	if (run->pick)
		return run->pick(run->picker, ready, nr);
	return ready[lfb__schedule_pick(&run->schedule, ready, nr)];
}

/* They are its lines; returns the first behind them. */
static size_t find_blocks(struct lfb_run *run, size_t at, unsigned int *nr)
{
	const struct lfb_operation *operations = run->scenario->operations;
	const unsigned int parallel = operations[at].parallel;

	*nr = 0;
	while (at < run->scenario->count && operations[at].parallel == parallel) {
		struct block *block = &run->parallel->blocks[operations[at].block - 1];

		if (*nr < operations[at].block) {
			*nr = operations[at].block;
			block->first = &operations[at];
		}
		block->end = &operations[++at];
	}
	return at;
}

static bool tell_answers(struct lfb_run *run, size_t from, size_t to)
{
	bool goes_on = true;

	lfb__transcript_line(&run->transcript, "> parallel {");
	for (size_t i = from; i < to; i++) {
		const struct lfb_operation *operation = &run->scenario->operations[i];
		const struct lfb_run_answer *answer = &run->answers[i];

		if (i > from && operation->block != operation[-1].block)
			lfb__transcript_line(&run->transcript, "> } {");
		if (answer->given)
			lfb__run_show_operation(run, operation->verb, operation->text,
						answer->result, answer->object);
		if (answer->given && lfb__run_expects(run, operation))
			goes_on &= lfb__run_check(run, operation, answer->result, answer->object);
		else if (!answer->given && lfb__run_expects(run, operation))
			lfb__run_mismatch(run, operation, "nothing: the kernel is dead");
	}
	lfb__transcript_line(&run->transcript, "> }");
	return goes_on;
}

/* A kernel that dies is as expected where a line expects to be what it dies of. */
static void notice_death(struct lfb_run *run, size_t from, size_t to)
{
	const struct lfb_operation *operations = run->scenario->operations;
	long result = -EFAULT;
	bool expected = false;

	for (size_t i = from; i < to; i++) {
		const struct lfb_run_answer *answer = &run->answers[i];

		if (answer->given && (answer->result == -EFAULT || answer->result == -EDEADLK)) {
			result = answer->result;
			expected |= operations[i].expected.given ||
				    operations[i].verb == LFB_VERB_PANIC;
		}
	}
	lfb__run_notice_death(run, operations[from].line, result, expected);
}

bool lfb__run_blocks(struct lfb_run *run, size_t *at)
{
	struct lfb_run_parallel *parallel = run->parallel;
	struct lfb_machine *before = lfb_machine_enter(run->machine);
	const size_t from = *at;
	unsigned int nr;
	bool good = true;

	*at = find_blocks(run, from, &nr);
	lfb__beside_empty(&parallel->beside);
	parallel->beside.choose = choose;
	parallel->beside.switched = switched;
	parallel->beside.context = run;
	parallel->current = nr;
	memset(&run->answers[from], 0, (*at - from) * sizeof(*run->answers));
	for (unsigned int i = 0; i < nr && good; i++)
		good = !lfb__beside_add(&parallel->beside, parallel->blocks[i].name, do_block,
					&parallel->blocks[i]);
	run->booting = true;	/* points that are passed do not count */
	if (good)
		lfb__beside_run(&run->machine->kernel, &parallel->beside);
	else
		lfb__run_surprise(run, -ENOMEM, "no memory for the stacks of tasks");
	run->booting = false;
	run->agent = parallel->blocks[0].agent;
	lfb_machine_enter(before);
	if (!good || parallel->beside.cut)
		return false;
	good = tell_answers(run, from, *at);
	notice_death(run, from, *at);
	return good;
}

const struct lfb_beside *lfb__run_beside(const struct lfb_run *run)
{
	return &run->parallel->beside;
}
