// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A machine and the model, one operation after the other, compared after each. */
#include <stdio.h>
#include <string.h>

#include <luo/trace.h>

#include "lib/luo/luo.h"
#include "sim/explore/exhaust/walk.h"

static int capture(void *context, const char *bytes, size_t size)
{
	struct lfb_walker *walker = context;
	const struct lfb_beside *beside = walker->run.machine->kernel.sched.beside;

	/* What is said of blocks, behind them, is no callback. */
	if (*bytes == '>' || *bytes == '=')
		return 0;
	if (walker->length + size < sizeof(walker->callbacks) &&
	    walker->said < LFB_CALLBACKS_MAX) {
		walker->said_by[walker->said++] = beside ? (u8)beside->now : 0;
		memcpy(walker->callbacks + walker->length, bytes, size);
		walker->length += size;
	}
	walker->callbacks[walker->length] = '\0';
	return 0;
}

static int build(struct lfb_walker *walker)
{
	const struct lfb_exhaust_options *options = walker->options;
	int err = lfb__walker_make_run(walker, options->profile, options->kernel, capture,
				       &walker->run);

	return err || !options->kernel ? err : lfb__judge_make(walker);
}

static void end(struct lfb_run *run)
{
	if (!run->machine)
		return;
	lfb_machine_shutdown(run->machine);
	lfb__run_release(run);
	lfb_machine_destroy(run->machine);
}

void lfb__walker_end(struct lfb_walker *walker)
{
	end(&walker->run);
	end(&walker->judge);
}

/* What the module was taught outlives a power cycle, and so do its being one and faults. */
static void shut_down(struct lfb_run *run)
{
	lfb_machine_shutdown(run->machine);
	lfb_fault_arm(run->machine, NULL);
	lfb__recorder_unlearn(run->recorder);
	run->nr_points = 0;
}

int lfb__walker_boot(struct lfb_walker *walker)
{
	struct lfb_machine *machine = walker->run.machine;
	int err;

	if (machine) {
		shut_down(&walker->run);
		if (walker->judge.machine)
			shut_down(&walker->judge);
	} else {
		err = build(walker);
		if (err)
			return err;
		machine = walker->run.machine;
	}
	memset(&walker->model, 0, sizeof(walker->model));
	walker->model.locked = machine->profile->accessors == LUO_ACCESSORS_LOCKED;
	walker->lost = false;
	walker->difference.what = NULL;
	walker->unsafe = machine->kernel.trace.count[LFB_EVENT_UNSAFE];
	err = (int)lfb__run_start(&walker->run, NULL);
	return err || !walker->judge.machine ? err : (int)lfb__run_start(&walker->judge, NULL);
}

/*
 * Where the answer is not one that must be, but one of several that may.
 */

/* An allocation failed, and the operation with it. */
static bool failed_for_want_of_memory(struct lfb_walker *walker, const struct lfb_model *before,
				      const struct lfb_operation *operation, long result)
{
	bool about_file = operation->verb == LFB_VERB_PRESERVE;

	return walker->run.machine->kernel.faults.hits &&
	       lfb__model_take_fault(&walker->model, before, operation, result,
				     about_file && walker->run.files[operation->inode] >= 0);
}

/*
 * A second thread did something in the middle of the operation. If it waits for what the first one
 * has, that is how it should be (there is one thread of control, so here it hangs); if it went well
 * the model does not say in which order. What remains is that nothing unsafe was done.
 */
static bool raced(struct lfb_walker *walker)
{
	walker->lost = walker->run.nr_points && !walker->run.points[0].left;
	walker->run.nr_points = walker->judge.nr_points = 0;
	return walker->lost;
}

/* What is right, in walker->answer. */
static void ask(struct lfb_walker *walker, const struct lfb_operation *operation)
{
	const struct lfb_machine *judge = walker->judge.machine;

	if (!judge) {
		lfb__model_step(&walker->model, operation, &walker->answer);
		return;
	}
	walker->unsafe_judge = judge->kernel.trace.count[LFB_EVENT_UNSAFE];
	walker->unsafe = walker->run.machine->kernel.trace.count[LFB_EVENT_UNSAFE];
	lfb__judge_step(walker, operation);
}

static bool same_state(struct lfb_walker *walker)
{
	return walker->judge.machine ? lfb__judge_same_state(walker) : lfb__same_state(walker);
}

bool lfb__walker_possible(const struct lfb_walker *walker, const struct lfb_operation *operation)
{
	return walker->judge.machine ? lfb__judge_possible(walker, operation) :
				       lfb__model_possible(&walker->model, operation);
}

bool lfb__walker_freezes(const struct lfb_walker *walker, unsigned int handler)
{
	const struct lfb_model_sessions *outgoing = &walker->model.outgoing;

	if (walker->judge.machine)
		return lfb__judge_freezes(walker, handler);
	for (unsigned int i = 0; i < outgoing->count; i++) {
		for (unsigned int j = 0; j < outgoing->list[i].nr_files; j++) {
			if (outgoing->list[i].files[j].handler == handler)
				return true;
		}
	}
	return false;
}

bool lfb__walker_is_dead(const struct lfb_walker *walker)
{
	return walker->model.dead || (walker->judge.machine && walker->judge.machine->kernel.dead);
}

bool lfb__walker_do(struct lfb_walker *walker, const struct lfb_operation *operation)
{
	bool faulty = walker->model.faulty;
	struct lfb_model before;
	u64 object = 0;
	long result;

	if (walker->done)
		fprintf(walker->done, "%s\n", operation->text);
	if (operation->point) {
		lfb__walker_perform(&walker->run, operation, &object);
		if (walker->judge.machine)
			lfb__walker_perform(&walker->judge, operation, &object);
		return true;
	}
	walker->steps++;
	walker->length = walker->said = 0;
	walker->callbacks[0] = '\0';
	if (faulty)
		before = walker->model;
	ask(walker, operation);
	result = lfb__walker_perform(&walker->run, operation, &object);
	walker->difference.verb = operation->verb;
	walker->difference.expected_answer = (struct lfb_expectation){
		.given = true,
		.object_given = lfb__answers_object(operation->verb),
		.result = walker->answer.result,
		.object = walker->answer.object,
	};
	if (walker->run.nr_points && raced(walker))
		return lfb__same_safety(walker);
	if (faulty && failed_for_want_of_memory(walker, &before, operation, result))
		return same_state(walker);
	/* What a kernel that died answered says less than that it did. */
	return (walker->run.machine->kernel.dead || lfb__walker_is_dead(walker) ||
		lfb__same_answer(walker, operation, result, object)) && same_state(walker);
}

bool lfb__walker_set_up(struct lfb_walker *walker, const struct lfb_world *world, bool first)
{
	bool same = true;

	for (size_t i = first ? 0 : world->once; same && i < world->once + world->setup; i++)
		same = lfb__walker_do(walker, &world->scenario->operations[i]);
	return same;
}

/* Without it, what the rest of the letter is about is not there. */
static bool rest_depends_on(enum lfb_verb verb)
{
	return verb == LFB_VERB_REBOOT || verb == LFB_VERB_PREPARE || verb == LFB_VERB_DO;
}

bool lfb__walker_letter(struct lfb_walker *walker, const struct lfb_world *world,
			unsigned int number)
{
	const struct lfb_letter *letter = &world->letters[number];
	const struct lfb_operation *operation = &world->scenario->operations[letter->first];

	for (unsigned int i = 0; i < letter->count; i++, operation++) {
		bool jumps = operation->verb == LFB_VERB_REBOOT || operation->verb == LFB_VERB_JUMP;

		if (!lfb__walker_do(walker, operation))
			return false;
		if (walker->answer.result && rest_depends_on(operation->verb))
			return true;
		if (jumps && !letter->sets_up && !walker->answer.result &&
		    !lfb__walker_set_up(walker, world, false))
			return false;
	}
	return true;
}

bool lfb__walker_word(struct lfb_walker *walker, const struct lfb_world *world, const u8 *word,
		      size_t length)
{
	bool same = lfb__walker_set_up(walker, world, true);

	for (size_t i = 0; same && i < length; i++)
		same = lfb__walker_letter(walker, world, word[i]);
	return same;
}

/* What the agent can reach: the session behind each descriptor it keeps, and its files. */
static void agent_state(struct lfb_state_sink *sink, const struct lfb_run *run)
{
	for (unsigned int i = 0; i < run->scenario->nr_sessions; i++) {
		const struct liveupdate_session *session;

		lfb__state_fact(sink, "held", run->sessions[i] >= 0);
		if (run->sessions[i] < 0)
			continue;
		session = lfb_agent_file(run->agent, run->sessions[i])->private_data;
		lfb__state_fact(sink, "incoming", session->sessions->incoming);
		lfb__state_subject(sink, "session held", session->name, sizeof(session->name));
	}
	for (unsigned int i = 0; i < run->scenario->nr_inodes; i++) {
		const struct file *file;

		lfb__state_fact(sink, "held", run->files[i] >= 0);
		if (run->files[i] < 0)
			continue;
		file = lfb_agent_file(run->agent, run->files[i]);
		lfb__state_fact(sink, "private data", (uintptr_t)file->private_data);
		lfb__state_fact(sink, "preserved", file->lfb_preserved);
	}
	lfb__state_fact(sink, "device", run->device >= 0);
	lfb__state_fact(sink, "waits", run->agent->task.blocked_on != NULL);
}

static void more(struct lfb_state_sink *sink, const void *context)
{
	const struct lfb_walker *walker = context;
	const struct lfb_model *model = &walker->model;

	lfb__state_bytes(sink, model, offsetof(struct lfb_model, outgoing));
	lfb__state_bytes(sink, &model->outgoing.list,
			 model->outgoing.count * sizeof(model->outgoing.list[0]));
	lfb__state_bytes(sink, &model->incoming.list,
			 model->incoming.count * sizeof(model->incoming.list[0]));
	lfb__state_recorder(sink, walker->run.recorder);
	agent_state(sink, &walker->run);
}

static void more_of_judge(struct lfb_state_sink *sink, const void *context)
{
	const struct lfb_walker *walker = context;

	lfb__judge_taught(sink, walker);
	lfb__state_recorder(sink, walker->judge.recorder);
	agent_state(sink, &walker->judge);
}

/* What was taught is told by the judge. */
static void more_of_image(struct lfb_state_sink *sink, const void *context)
{
	lfb__state_recorder(sink, ((const struct lfb_walker *)context)->run.recorder);
}

void lfb__walker_key(const struct lfb_walker *walker, struct lfb_state_key *key)
{
	struct lfb_state_key judge;

	if (!walker->judge.machine) {
		lfb__state_key(walker->run.machine, more, walker, key);
		return;
	}
	lfb__state_key(walker->judge.machine, more_of_judge, walker, &judge);
	lfb__state_key(walker->run.machine, more_of_image, walker, key);
	for (size_t i = 0; i < ARRAY_SIZE(key->half); i++)
		key->half[i] = lfb__hash_mix(key->half[i], judge.half[i]);
}
