// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A kernel image is not compared with the model, which knows no defects, but with a second machine:
 * the library's orchestrator of the image's version, with the quirks that are asked for.
 */
#include <string.h>

#include "lib/luo/luo.h"
#include "sim/explore/exhaust/walk.h"

/* What its callbacks say is the answer. */
static int capture(void *context, const char *bytes, size_t size)
{
	struct lfb_model_answer *answer = &((struct lfb_walker *)context)->answer;

	if (answer->length + size < sizeof(answer->callbacks)) {
		memcpy(answer->callbacks + answer->length, bytes, size);
		answer->length += size;
	}
	answer->callbacks[answer->length] = '\0';
	return 0;
}

int lfb__judge_make(struct lfb_walker *walker)
{
	struct lfb_machine *machine = walker->run.machine;
	int err = lfb__machine_check_look(machine, "a search");

	if (err)
		return lfb__error(NULL, err, "%s", lfb_error_text(machine));
	return lfb__walker_make_run(walker, machine->profile->name, NULL, capture, &walker->judge);
}

/* Is there anything to call the kernel with? */
bool lfb__judge_possible(const struct lfb_walker *walker, const struct lfb_operation *op)
{
	const struct lfb_run *run = &walker->judge;
	const struct lfb_recorded *flb = NULL;

	if (run->machine->kernel.dead)
		return false;
	if ((lfb__verbs[op->verb].flags & LFB_SESSION_VERB) && run->sessions[op->session] < 0)
		return false;
	if (op->verb == LFB_VERB_PUTIN || op->verb == LFB_VERB_PUTOUT)
		flb = run->recorder->flbs[op->flb];
	switch (op->verb) {
	case LFB_VERB_SESSION:
	case LFB_VERB_RSESSION:
		return run->device >= 0;
	case LFB_VERB_PRESERVE:
		return run->files[op->inode] < 0;
	case LFB_VERB_AGAIN:
		return run->files[op->inode] >= 0;
	case LFB_VERB_PUTIN:
		return flb && flb->held[true];
	case LFB_VERB_PUTOUT:
		return flb && flb->held[false];
	default:
		return true;
	}
}

bool lfb__judge_freezes(const struct lfb_walker *walker, unsigned int handler)
{
	const struct lfb_run *run = &walker->judge;
	const struct luo *luo = run->machine->kernel.luo;
	const struct lfb_recorded *recorded = run->recorder->handlers[handler];
	const struct liveupdate_session *session;
	const struct luo_file *file;

	list_for_each_entry(session, &luo->outgoing.list, list) {
		list_for_each_entry(file, &session->files, list) {
			if (recorded && file->handler == &recorded->handler)
				return true;
		}
	}
	return false;
}

static void taught(struct lfb_state_sink *sink, const struct lfb_recorded *recorded)
{
	const struct lfb_code *code = recorded ? recorded->code : NULL;

	lfb__state_fact(sink, "is there", recorded != NULL);
	if (!recorded)
		return;
	lfb__state_bytes(sink, recorded->fails, sizeof(recorded->fails));
	for (unsigned int i = 0; code && i < LFB_CALLBACKS; i++)
		lfb__state_fact(sink, "steps", code->programs[i].count);
	if (!code || !code->identity)
		return;
	lfb__state_fact(sink, "identity", code->identity);
	lfb__state_fact(sink, "constant", code->constant);
	lfb__state_fact(sink, "asked", recorded->asked);
}

/* The model would know what the module was told to do. */
void lfb__judge_taught(struct lfb_state_sink *sink, const struct lfb_walker *walker)
{
	const struct lfb_recorder *recorder = walker->judge.recorder;

	for (unsigned int i = 0; i < recorder->nr_handlers; i++)
		taught(sink, recorder->handlers[i]);
	for (unsigned int i = 0; i < recorder->nr_flbs; i++)
		taught(sink, recorder->flbs[i]);
}

void lfb__judge_step(struct lfb_walker *walker, const struct lfb_operation *operation)
{
	struct lfb_model_answer *answer = &walker->answer;

	answer->object = 0;
	answer->length = 0;
	answer->callbacks[0] = '\0';
	answer->result = lfb__walker_perform(&walker->judge, operation, &answer->object);
	/* What returns nothing in those kernels lib/ answers all the same. */
	if ((lfb__verbs[operation->verb].flags & LFB_VOID_VERB) && answer->result != -EBUSY &&
	    walker->judge.machine->profile->unregister_unlinks)
		answer->result = 0;
}

/* What the more careful of the two says of memory is no difference. */
bool lfb__judge_same_state(struct lfb_walker *walker)
{
	struct lfb_machine *judge = walker->judge.machine, *machine = walker->run.machine;
	const enum lfb_machine_state wanted = lfb_machine_state(judge);
	const enum lfb_machine_state state = lfb_machine_state(machine);
	char difference[1024];

	if (state != wanted)
		return lfb__differs(walker, "life", lfb_machine_state_name(wanted), "%s: %s",
				    lfb_machine_state_name(state), lfb_error_text(machine));
	if (walker->unsafe_judge == judge->kernel.trace.count[LFB_EVENT_UNSAFE] &&
	    !lfb__same_safety(walker))
		return false;
	if (state != LFB_RUNNING || judge->kernel.dead ||
	    !lfb__state_compare(judge, machine, difference, sizeof(difference)))
		return true;
	return lfb__differs(walker, "state", "what the profile remembers", "%s", difference);
}
