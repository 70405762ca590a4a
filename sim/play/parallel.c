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

struct answer {
	bool given;
	long result;
	u64 object;
};

struct lfb_run_parallel {
	struct lfb_beside beside;
	struct block blocks[LFB_BESIDE_MAX];
	struct answer *answers;		/* of all lines of the scenario */
	unsigned int current;		/* the block that runs */
	struct lfb_schedule own;	/* that the blocks say */
	struct lfb_schedule *schedule;
	struct lfb_list made;		/* unsigned int: what was chosen, where that is told */
};

/* The threads but the first, which is the agent. */
static int make_threads(struct lfb_run *run)
{
	for (unsigned int i = 0; i < run->scenario->nr_blocks; i++) {
		struct block *block = &run->parallel->blocks[i];
		int err = 0;

		snprintf(block->name, sizeof(block->name), "task-%u", i + 1);
		block->run = run;
		if (i)
			err = lfb__agent_thread(run->agent, block->name, &block->agent);
		else
			block->agent = run->agent;
		if (err)
			return err;
	}
	return 0;
}

/* What lines say must be a schedule, before anything runs. */
static int check_schedules(struct lfb_run *run)
{
	const struct lfb_scenario *scenario = run->scenario;
	int err = 0;

	for (size_t i = 0; i < scenario->count && !err; i++) {
		struct lfb_schedule schedule = { 0 };

		err = lfb__schedule_read(run->machine, scenario->operations[i].schedule, &schedule);
		lfb__schedule_free(&schedule);
	}
	return err;
}

int lfb__run_parallel_prepare(struct lfb_run *run)
{
	int err;

	if (!run->scenario->nr_parallels)
		return 0;
	err = check_schedules(run);
	if (err)
		return err;
	run->parallel = calloc(1, sizeof(*run->parallel));
	if (!run->parallel)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	run->parallel->answers = calloc(run->scenario->count, sizeof(struct answer));
	if (!run->parallel->answers)
		return lfb__error(run->machine, -ENOMEM, "no memory to run a scenario");
	return make_threads(run);
}

void lfb__run_parallel_release(struct lfb_run *run)
{
	struct lfb_run_parallel *parallel = run->parallel;

	if (!parallel)
		return;
	for (unsigned int i = 1; i < LFB_BESIDE_MAX; i++)
		lfb_agent_destroy(parallel->blocks[i].agent);
	lfb__beside_free(&parallel->beside);
	lfb__schedule_free(&parallel->own);
	lfb__list_free(&parallel->made);
	free(parallel->answers);
	free(parallel);
	run->parallel = NULL;
}

/* The first block's agent is the one that there was before; what a module does, its thread does. */
static const char *task_of(const struct block *block, const struct lfb_operation *operation)
{
	const bool is_first = block == block->run->parallel->blocks;

	return is_first && lfb__run_is_agents(operation->verb) ? "agent" : block->name;
}

static long do_block(void *argument)
{
	struct block *block = argument;
	struct lfb_run *run = block->run;

	for (const struct lfb_operation *at = block->first; at < block->end; at++) {
		struct answer *answer = &run->parallel->answers[at - run->scenario->operations];

		if (run->machine->kernel.dead)
			break;
		lfb__run_at(run, at);
		lfb__event(&run->machine->kernel, TASK_DOES, .task = task_of(block, at),
			   .message = at->text);
		answer->result = lfb__run_perform(run, at, &answer->object);
		answer->given = true;
	}
	return 0;
}

static void switched(void *context, unsigned int strand)
{
	struct lfb_run *run = context;
	struct lfb_run_parallel *parallel = run->parallel;

	/* Work is nobody's, nor are threads. */
	if (strand < parallel->beside.blocks)
		run->agent = parallel->blocks[strand].agent;
	if (strand == parallel->current)
		return;
	parallel->current = strand;
	if (run->options.write && !run->options.golden)
		lfb__transcript_line(&run->transcript, "-- %s",
				     parallel->beside.strands[strand]->task.name);
}

static unsigned int choose(void *context, const unsigned int *ready, unsigned int nr, bool stays)
{
	struct lfb_run *run = context;
	unsigned int *made, choice;

	if (run->pick)
		choice = run->pick(run->picker, nr, stays);
	else
		choice = lfb__schedule_pick(run->parallel->schedule, ready, nr);
	if (!run->options.write)
		return choice;
	made = lfb__list_add(&run->parallel->made, sizeof(*made));
	if (made)
		*made = choice;
	else
		lfb__run_surprise(run, -ENOMEM, "no memory for a schedule");
	return choice;
}

/* Returns the first line behind them. */
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

/* What was chosen is said, so that the transcript does the same again. */
static void tell_schedule(struct lfb_run *run)
{
	const struct lfb_list *made = &run->parallel->made;
	char *text;

	if (!run->options.write)
		return;
	text = lfb__schedule_text(made->items, made->count);
	if (text)
		lfb__transcript_line(&run->transcript, "> parallel %s {", text);
	else
		lfb__run_surprise(run, -ENOMEM, "no memory for a schedule");
	free(text);
}

static bool tell_answer(struct lfb_run *run, const struct lfb_operation *operation,
			const struct answer *answer)
{
	const bool expects = lfb__run_expects(run, operation);

	if (!answer->given) {
		lfb__transcript_line(&run->transcript, "> %s", operation->text);
		if (expects)
			lfb__run_mismatch(run, operation, "nothing: the kernel is dead");
		return !expects;
	}
	lfb__run_show_operation(run, operation->verb, operation->text, answer->result,
				answer->object);
	return !expects || lfb__run_check(run, operation, answer->result, answer->object);
}

static bool tell_answers(struct lfb_run *run, size_t from, size_t to)
{
	const struct lfb_operation *operations = run->scenario->operations;
	bool goes_on = true;

	tell_schedule(run);
	for (size_t i = from; i < to; i++) {
		if (i > from && operations[i].block != operations[i - 1].block)
			lfb__transcript_line(&run->transcript, "> } {");
		goes_on &= tell_answer(run, &operations[i], &run->parallel->answers[i]);
	}
	lfb__transcript_line(&run->transcript, "> }");
	return goes_on;
}

/* A kernel that dies is as expected where a line expects the answer that it dies with. */
static void notice_death(struct lfb_run *run, size_t from, size_t to)
{
	const struct lfb_operation *operations = run->scenario->operations;
	struct lfb_kernel *kernel = &run->machine->kernel;
	long result = -EFAULT;
	bool expected = false;

	for (size_t i = from; i < to; i++) {
		const struct lfb_expectation *wanted = &operations[i].expected;
		const struct answer *answer = &run->parallel->answers[i];

		if (!answer->given || (answer->result != -EFAULT && answer->result != -EDEADLK))
			continue;
		result = answer->result;
		expected |= (wanted->given && wanted->result == result) ||
			    operations[i].verb == LFB_VERB_PANIC;
	}
	/* The sentence was that task's. */
	if (kernel->dead)
		lfb__fail(kernel, (int)result, "the kernel died: %s", kernel->trace.complaint);
	lfb__run_notice_death(run, operations[from].line, result, expected);
}

static int prepare(struct lfb_run *run, size_t from, unsigned int nr)
{
	struct lfb_run_parallel *parallel = run->parallel;
	const char *own = run->options.schedule ? NULL : run->scenario->operations[from].schedule;
	int err;

	parallel->beside.choose = choose;
	parallel->beside.switched = switched;
	parallel->beside.context = run;
	parallel->beside.still = run->still;
	parallel->current = LFB_STRANDS_MAX; /* nobody */
	parallel->made.count = 0;
	memset(parallel->answers, 0, run->scenario->count * sizeof(struct answer));
	lfb__schedule_free(&parallel->own);
	parallel->own = (struct lfb_schedule){ 0 };
	parallel->schedule = own ? &parallel->own : &run->schedule;
	err = lfb__schedule_read(run->machine, own, &parallel->own);
	lfb__beside_empty(&parallel->beside);
	for (unsigned int i = 0; i < nr && !err; i++)
		err = lfb__beside_add(&parallel->beside, parallel->blocks[i].name, do_block,
				      &parallel->blocks[i]);
	return err;
}

bool lfb__run_blocks_mix(const struct lfb_run *run, struct lfb_mix *mix)
{
	const struct lfb_run_parallel *parallel = run->parallel;

	lfb__mix(mix, parallel->answers, run->scenario->count * sizeof(struct answer));
	return lfb__beside_mix(&parallel->beside, mix);
}

void lfb__run_abandon_blocks(struct lfb_run *run)
{
	lfb__beside_abandon(&run->parallel->beside);
}

bool lfb__run_answered(const struct lfb_run *run, size_t line, long *result, u64 *object)
{
	const struct answer *answer = &run->parallel->answers[line];

	*result = answer->result;
	*object = answer->object;
	return answer->given;
}

bool lfb__run_blocks(struct lfb_run *run, size_t *at)
{
	struct lfb_machine *before;
	const size_t from = *at;
	unsigned int nr;
	bool goes_on;
	int err;

	*at = find_blocks(run, from, &nr);
	err = prepare(run, from, nr);
	if (err) {
		lfb__run_surprise(run, err, err == -EOPNOTSUPP ?
				  "this host has no stacks for tasks beside each other" :
				  "no memory for tasks beside each other");
		return false;
	}
	before = lfb_machine_enter(run->machine);
	run->booting = true;	/* points that are passed do not count */
	lfb__tasks_run(&run->machine->kernel, &run->parallel->beside);
	run->booting = false;
	run->agent = run->parallel->blocks[0].agent;
	lfb_machine_enter(before);
	goes_on = tell_answers(run, from, *at);
	notice_death(run, from, *at);
	return goes_on;
}
