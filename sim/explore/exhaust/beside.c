// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A pair of operations, in one schedule: what is right, from the model and from the kernel that
 * does one before the other; and what came.
 */
#include <stdio.h>
#include <string.h>

#include "sim/explore/exhaust/beside.h"

/* Who has nothing to call the kernel with. */
#define NOTHING_HELD (-EBADFD)

/* Where the pairs begin */

int lfb__pair_begin(struct lfb_pair *pair, struct lfb_walker *walker)
{
	int err;

	pair->walker = walker;
	pair->model = walker->model;
	err = lfb_machine_copy(walker->run.machine, &pair->machine);
	if (err)
		return lfb__error(NULL, err, "%s", lfb_error_text(walker->run.machine));
	lfb__run_save(&walker->run, &pair->rest);
	return pair->rest.failed ? -ENOMEM : 0;
}

int lfb__pair_go_back(struct lfb_pair *pair)
{
	struct lfb_walker *walker = pair->walker;
	int err = lfb_machine_rewind(walker->run.machine, pair->machine);

	if (err)
		return lfb__error(NULL, err, "%s", lfb_error_text(walker->run.machine));
	if (!lfb__saved_prepare(&pair->rest))
		return -ENOMEM;
	lfb__saved_put_back(&pair->rest);
	walker->model = pair->model;
	walker->difference.what = NULL;
	walker->length = 0;
	walker->callbacks[0] = '\0';
	walker->said = 0;
	return 0;
}

void lfb__pair_end(struct lfb_pair *pair)
{
	lfb_machine_copy_free(pair->machine);
	lfb__saved_free(&pair->rest);
	pair->machine = NULL;
}

static const struct lfb_operation *operation_of(const struct lfb_pair *pair, unsigned int block)
{
	return &pair->walker->run.scenario->operations[pair->at + block];
}

/*
 * What is right
 */

/* Who comes second may have nothing left to call the kernel with. */
static bool is_left_nothing(const struct lfb_model *model, const struct lfb_operation *operation)
{
	const unsigned int f = operation->flb;

	switch (operation->verb) {
	case LFB_VERB_PUTIN:
		return model->incoming_flb[f].references <= 0;
	case LFB_VERB_PUTOUT:
		return model->outgoing_flb[f].references <= 0;
	default:
		return (lfb__verbs[operation->verb].flags & LFB_SESSION_VERB) &&
		       !model->handles[operation->session];
	}
}

static void step(struct lfb_model *model, const struct lfb_operation *operation,
		 struct lfb_model_answer *answer)
{
	if (is_left_nothing(model, operation)) {
		answer->result = NOTHING_HELD;
		answer->object = answer->length = 0;
	} else {
		lfb__model_step(model, operation, answer);
	}
}

static void begin_outcome(const struct lfb_pair *pair, unsigned int first,
			  struct lfb_outcome *outcome)
{
	outcome->first = first;
	outcome->model = pair->model;
	outcome->done = false;
	step(&outcome->model, operation_of(pair, first), &outcome->answers[first]);
}

/* A machine is rebooted once at a time, and a file is made once. */
static bool is_once(const struct lfb_operation *a, const struct lfb_operation *b)
{
	return a->verb == b->verb && (a->verb == LFB_VERB_PREPARE ||
				      (a->verb == LFB_VERB_PRESERVE && a->inode == b->inode));
}

/* What the model says of one after the other. False: it has no rule for that. */
static bool predict(struct lfb_pair *pair)
{
	if (is_once(operation_of(pair, 0), operation_of(pair, 1)))
		return false;
	for (unsigned int first = 0; first < 2; first++) {
		struct lfb_outcome *outcome = &pair->outcomes[first];
		const struct lfb_operation *second = operation_of(pair, !first);

		begin_outcome(pair, first, outcome);
		if (!lfb__model_knows(&outcome->model, second))
			return false;
		step(&outcome->model, second, &outcome->answers[!first]);
	}
	return true;
}

/* The other one, in the middle of the first. */
static void do_between(struct lfb_model *model, void *context)
{
	struct lfb_pair *pair = context;
	const unsigned int block = !pair->between.first;

	step(model, operation_of(pair, block), &pair->between.answers[block]);
}

static bool share_session(const struct lfb_operation *a, const struct lfb_operation *b)
{
	return (lfb__verbs[a->verb].flags & lfb__verbs[b->verb].flags & LFB_SESSION_VERB) &&
	       a->session == b->session;
}

/* Is it a close of the session that the other one uses? */
static bool closes_other(const struct lfb_operation *close, const struct lfb_operation *other)
{
	return close->verb == LFB_VERB_CLOSE && share_session(close, other);
}

/* Who works on a session, or reboots, waits for who does: neither is in the middle of the other. */
static bool waits_for(const struct lfb_operation *a, const struct lfb_operation *b)
{
	return a->verb == LFB_VERB_PREPARE || b->verb == LFB_VERB_PREPARE || share_session(a, b);
}

/* The other one is done where this one pauses for the so many-th time. False: it does not. */
static bool expect_between(struct lfb_pair *pair, unsigned int block, unsigned int pauses)
{
	struct lfb_outcome *outcome = &pair->between;
	struct lfb_model_answer *answer = &outcome->answers[block];
	bool paused;

	outcome->first = block;
	outcome->model = pair->model;
	outcome->done = false;
	answer->pauses = pauses;
	answer->between = do_between;
	answer->context = pair;
	step(&outcome->model, operation_of(pair, block), answer);
	paused = !answer->pauses;
	answer->pauses = 0;
	return paused;
}

/*
 * The agent has made the file that it wants to preserve when its other thread closes the session:
 * the kernel is asked, and knows no such descriptor.
 */
static bool expect_closed(struct lfb_pair *pair, unsigned int block)
{
	const struct lfb_operation *operation = operation_of(pair, block);
	const struct lfb_operation *other = operation_of(pair, !block);
	struct lfb_outcome *outcome = &pair->between;

	if (operation->verb != LFB_VERB_PRESERVE || !closes_other(other, operation))
		return false;
	begin_outcome(pair, !block, outcome);
	outcome->model.made[operation->inode] = (u8)(operation->handler + 1);
	outcome->model.open_files++;
	outcome->answers[block].result = -EBADF;
	outcome->answers[block].object = outcome->answers[block].length = 0;
	return true;
}

/*
 * What came
 */

static bool same_answers(struct lfb_pair *pair, const struct lfb_outcome *outcome)
{
	for (unsigned int block = 0; block < 2; block++) {
		const struct lfb_model_answer *right = &outcome->answers[block];
		u64 object;
		long result;

		if (!lfb__run_answered(&pair->walker->run, pair->at + block, &result, &object) ||
		    result != right->result || object != right->object)
			return false;
	}
	return true;
}

/* Lines of one block after the other. */
static size_t said_by(const struct lfb_walker *walker, u8 block, char *text)
{
	const char *line = walker->callbacks;
	size_t length = 0;

	for (unsigned int i = 0; i < walker->said; i++) {
		const size_t size = strcspn(line, "\n") + 1;

		if (walker->said_by[i] == block) {
			memcpy(text + length, line, size);
			length += size;
		}
		line += size;
	}
	return length;
}

static bool is_text(const struct lfb_model_answer *answer, const char *text, size_t length)
{
	return length == answer->length && !memcmp(text, answer->callbacks, length);
}

/*
 * Each ran its own callbacks, in whatever order with the other's. Or a session was closed, which
 * ends when the last one who uses its file is done, as whose task that may be: then all came in the
 * order of one before the other.
 */
static bool same_callbacks(struct lfb_pair *pair, const struct lfb_outcome *outcome)
{
	const struct lfb_operation *first = operation_of(pair, 0), *second = operation_of(pair, 1);
	struct lfb_walker *walker = pair->walker;
	const struct lfb_model_answer *before = &outcome->answers[outcome->first];
	const struct lfb_model_answer *after = &outcome->answers[!outcome->first];
	char said[2][LFB_DIFFERENCE_MAX], right[2 * sizeof(before->callbacks)];

	if (is_text(&outcome->answers[0], said[0], said_by(walker, 0, said[0])) &&
	    is_text(&outcome->answers[1], said[1], said_by(walker, 1, said[1])))
		return true;
	if ((closes_other(first, second) || closes_other(second, first)) &&
	    walker->length == before->length + after->length &&
	    is_text(before, walker->callbacks, before->length) &&
	    is_text(after, walker->callbacks + before->length, after->length))
		return true;
	snprintf(right, sizeof(right), "%.*s%.*s", (int)before->length, before->callbacks,
		 (int)after->length, after->callbacks);
	return lfb__differs(walker, "callbacks", right, "%s", walker->callbacks);
}

static void list_errors(struct lfb_walker *walker, bool found[LFB_FINDINGS_NR])
{
	const struct lfb_finding *finding;

	memset(found, 0, LFB_FINDINGS_NR * sizeof(*found));
	for (size_t i = 0; (finding = lfb_finding_at(walker->run.machine, i)) != NULL; i++)
		found[finding->id] |= lfb_finding_severity(finding->id) >= LFB_SEVERITY_ERROR;
}

static bool same_findings(struct lfb_pair *pair)
{
	const struct lfb_outcome *outcomes = pair->outcomes;
	struct lfb_walker *walker = pair->walker;
	bool found[LFB_FINDINGS_NR];

	if (!outcomes[0].done || !outcomes[1].done)
		return true;
	list_errors(walker, found);
	for (unsigned int id = 0; id < LFB_FINDINGS_NR; id++) {
		if (found[id] && !outcomes[0].found[id] && !outcomes[1].found[id])
			return lfb__differs(walker, "finding", "none that one before the other "
					    "does not raise", "%s", lfb_finding_name(id));
	}
	return true;
}

/* A kernel that is about to jump is compared behind it. */
static bool has_key(const struct lfb_walker *walker)
{
	return !walker->model.prepared && !walker->model.dead;
}

/* What the kernel remembers; of what it has not done one by one that is not known. */
static bool same_memory(struct lfb_walker *walker, const struct lfb_outcome *outcome)
{
	struct lfb_state_key key;

	if (!outcome->done || !has_key(walker))
		return true;
	lfb__walker_key(walker, &key);
	return !memcmp(&key, &outcome->key, sizeof(key)) ||
	       lfb__differs(walker, "state", "that state", "another one");
}

/* False: the difference says what is not. */
static bool is_as(struct lfb_pair *pair, const struct lfb_outcome *outcome)
{
	struct lfb_walker *walker = pair->walker;

	walker->model = outcome->model;
	if (walker->run.machine->kernel.dead)
		return lfb__same_state(walker);
	if (!same_answers(pair, outcome)) {
		walker->difference.what = "result";
		return false;
	}
	return same_callbacks(pair, outcome) && lfb__same_state(walker) &&
	       same_findings(pair) && same_memory(walker, outcome);
}

static void blocks(struct lfb_pair *pair, lfb_pick_fn pick, void *picker)
{
	struct lfb_walker *walker = pair->walker;
	size_t at = pair->at;

	walker->steps += 2;
	walker->run.pick = pick;
	walker->run.picker = picker;
	lfb__run_blocks(&walker->run, &at);
	walker->run.pick = NULL;
}

/* Neither stacks nor memory, perhaps. */
static int could_run(const struct lfb_walker *walker)
{
	const int result = walker->run.result;

	return result == -EOPNOTSUPP || result == -ENOMEM ?
		       lfb__error(NULL, result, "%s", walker->run.why) : 0;
}

/* An lfb_pick_fn: this block, and then the other one. */
static unsigned int pick_first(void *context, unsigned int nr, bool stays)
{
	unsigned int *first = context, chosen = *first;

	(void)nr, (void)stays;
	*first = 0;
	return chosen;
}

int lfb__pair_expect(struct lfb_pair *pair, size_t at)
{
	struct lfb_walker *walker = pair->walker;
	int err = 0;

	pair->at = at;
	if (!predict(pair))
		return -ENODATA;
	for (unsigned int first = 0; !err && first < 2; first++) {
		struct lfb_outcome *outcome = &pair->outcomes[first];
		unsigned int chosen = first;

		err = lfb__pair_go_back(pair);
		if (err)
			return err;
		blocks(pair, pick_first, &chosen);
		err = could_run(walker);
		if (err || !is_as(pair, outcome))
			continue;
		outcome->done = true;
		list_errors(walker, outcome->found);
		if (has_key(walker))
			lfb__walker_key(walker, &outcome->key);
	}
	return err;
}

/* As lines show them. */
static void answers_text(const struct lfb_pair *pair, const struct lfb_model_answer answers[2],
			char *text, size_t size)
{
	int length = 0;

	for (unsigned int block = 0; block < 2; block++) {
		length += snprintf(text + length, size - (size_t)length, "%s%ld",
				   block ? " and " : "", answers[block].result);
		if (lfb__answers_object(operation_of(pair, block)->verb))
			length += snprintf(text + length, size - (size_t)length, " obj=%llx",
					   answers[block].object);
	}
}

static struct lfb_expectation expectation(const struct lfb_pair *pair, unsigned int block)
{
	const struct lfb_model_answer *answer = &pair->outcomes[0].answers[block];

	return (struct lfb_expectation){
		.given = true,
		.object_given = lfb__answers_object(operation_of(pair, block)->verb),
		.result = answer->result,
		.object = answer->object,
	};
}

/* What both answered, next to what they answer in one order and in the other. */
static void tell_answers(struct lfb_pair *pair)
{
	const struct lfb_outcome *outcomes = pair->outcomes;
	struct lfb_model_answer *came = pair->between.answers;
	struct lfb_walker *walker = pair->walker;
	char right[2][100], both[220], got[100];

	for (unsigned int block = 0; block < 2; block++) {
		answers_text(pair, outcomes[block].answers, right[block], sizeof(right[block]));
		lfb__run_answered(&walker->run, pair->at + block, &came[block].result,
				  &came[block].object);
	}
	answers_text(pair, came, got, sizeof(got));
	snprintf(both, sizeof(both), strcmp(right[0], right[1]) ? "%s\n%s" : "%s", right[0],
		 right[1]);
	lfb__differs(walker, "result", both, "%s", got);
	walker->difference.expected_beside = expectation(pair, 0);
	walker->difference.expected_answer = expectation(pair, 1);
}

/* What the kernel remembers otherwise than after the one order that has the same answers. */
static int tell_state(struct lfb_pair *pair, unsigned int first)
{
	struct lfb_machine *machine = pair->walker->run.machine;
	struct lfb_state *came = lfb__state_capture(machine, NULL, NULL), *right = NULL;
	char difference[1024] = "what the agent holds, or the module remembers";
	int err = lfb__pair_go_back(pair);

	if (!err) {
		blocks(pair, pick_first, &first);
		right = lfb__state_capture(machine, NULL, NULL);
	}
	if (!err && (!came || !right))
		err = -ENOMEM;
	if (!err)
		lfb__state_diff(right, came, difference, sizeof(difference));
	lfb__state_free(came);
	lfb__state_free(right);
	lfb__differs(pair->walker, "state", "what one before the other leaves", "%s", difference);
	return err;
}

/* One was in the middle of the other. */
static bool is_between(struct lfb_pair *pair)
{
	const bool waits = waits_for(operation_of(pair, 0), operation_of(pair, 1));

	for (unsigned int block = 0; block < 2; block++) {
		if (expect_closed(pair, block) && is_as(pair, &pair->between))
			return true;
		for (unsigned int i = 1; !waits && expect_between(pair, block, i); i++) {
			if (is_as(pair, &pair->between))
				return true;
		}
	}
	return false;
}

int lfb__pair_do(struct lfb_pair *pair, lfb_pick_fn pick, void *picker)
{
	struct lfb_walker *walker = pair->walker;
	struct lfb_difference *difference = &walker->difference, kept = { 0 };
	unsigned int nearest = 0;
	int err = lfb__pair_go_back(pair);

	if (err)
		return err;
	blocks(pair, pick, picker);
	err = could_run(walker);
	if (err)
		return err;
	for (unsigned int first = 0; first < 2; first++) {
		if (is_as(pair, &pair->outcomes[first])) {
			difference->what = NULL;
			return 0;
		}
		/* That of the order with the right answers says more. */
		if (first && strcmp(kept.what, "result"))
			continue;
		kept = *difference;
		nearest = first;
	}
	if (is_between(pair)) {
		difference->what = NULL;
		return 0;
	}
	*difference = kept;
	if (!strcmp(difference->what, "result"))
		tell_answers(pair);
	else if (!strcmp(difference->what, "state"))
		err = tell_state(pair, nearest);
	difference->verb = operation_of(pair, 0)->verb;
	return err;
}
