// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Running steps: one after the other, and back again when one fails. */
#include "lib/luo/luo.h"
#include "sim/recorder/inside.h"

static int (*const runs[LFB_STEP_CODES])(struct lfb_step_call *call,
					 const struct lfb_step *step) = {
#define X(function, name, arguments, takes, gives) [LFB_STEP_##function] = lfb__step_##function,
	LFB_STEPS(X)
#undef X
};

/* What the callbacks that run now have taken */

/* Which of its kind a step takes or gives back. */
static u64 key_of(const struct lfb_step_call *call, const struct lfb_step *step,
		  enum lfb_holding holding)
{
	switch (holding) {
	case LFB_HOLD_MUTEX:
	case LFB_HOLD_SPIN:
	case LFB_HOLD_READ:
	case LFB_HOLD_WRITE:
		return step->lock;
	case LFB_HOLD_INCOMING:
	case LFB_HOLD_OUTGOING:
	case LFB_HOLD_INCOMING_LOCK:
	case LFB_HOLD_OUTGOING_LOCK:
		return step->flb;
	case LFB_HOLD_MODULE:
		return 0;
	default:
		return (uintptr_t)lfb__step_slot(call, step, step->nr_slots - 1).address;
	}
}

/* Makes room first, so that what was taken can always be noted. */
static int reserve_held(struct lfb_recorder *recorder)
{
	struct lfb_taken *held = lfb__room(recorder->held, recorder->nr_held, 1,
					   &recorder->held_capacity, sizeof(*held));

	if (!held)
		return -ENOMEM;
	recorder->held = held;
	return 0;
}

static void note_taken(struct lfb_step_call *call, const struct lfb_step *step)
{
	struct lfb_recorder *recorder = call->recorder;
	struct lfb_taken *held = &recorder->held[recorder->nr_held++];

	held->holding = lfb__steps[step->code].takes;
	held->step = step;
	held->key = key_of(call, step, held->holding);
	held->slot = (struct lfb_slot){ 0 };
	if (step->nr_slots)
		held->slot = lfb__step_slot(call, step, step->nr_slots - 1);
}

/* What is given back was taken last. */
static void note_given(struct lfb_step_call *call, enum lfb_holding holding, u64 key)
{
	struct lfb_recorder *recorder = call->recorder;
	unsigned int i, last;

	for (i = recorder->nr_held; i-- > call->held;) {
		if (recorder->held[i].holding != holding || recorder->held[i].key != key)
			continue;
		for (last = --recorder->nr_held; i < last; i++)
			recorder->held[i] = recorder->held[i + 1];
		return;
	}
}

static int give_back_step(struct lfb_step_call *call, const struct lfb_taken *held)
{
	static int (*const back[LFB_HOLDINGS])(struct lfb_step_call *, const struct lfb_step *) = {
		[LFB_HOLD_FOLIO] = lfb__step_unpreserve_folio,
		[LFB_HOLD_PAGES] = lfb__step_unpreserve_pages,
		[LFB_HOLD_AREA] = lfb__step_unpreserve_vmalloc,
		[LFB_HOLD_SUBTREE] = lfb__step_remove_subtree,
		[LFB_HOLD_MUTEX] = lfb__step_unlock,
		[LFB_HOLD_SPIN] = lfb__step_spin_unlock,
		[LFB_HOLD_READ] = lfb__step_up_read,
		[LFB_HOLD_WRITE] = lfb__step_up_write,
		[LFB_HOLD_INCOMING] = lfb__step_put_incoming,
		[LFB_HOLD_OUTGOING] = lfb__step_put_outgoing,
		[LFB_HOLD_INCOMING_LOCK] = lfb__step_unlock_incoming,
		[LFB_HOLD_OUTGOING_LOCK] = lfb__step_unlock_outgoing,
		[LFB_HOLD_MODULE] = lfb__step_module_put,
	};
	struct lfb_step step = *held->step;

	if (held->holding == LFB_HOLD_MEMORY)
		return lfb__free_slot(call, &held->slot);
	if ((held->holding == LFB_HOLD_INCOMING || held->holding == LFB_HOLD_OUTGOING) &&
	    !lfb__recorder_counts_references(call->recorder))
		return 0;
	if (step.nr_slots) {
		/* The slot may hold something else by now. */
		step.slots[0] = step.slots[step.nr_slots - 1];
		step.nr_slots = 1;
		lfb__step_fill(call, &step, 0, held->slot);
	}
	return back[held->holding](call, &step);
}

static void unwind(struct lfb_step_call *call)
{
	struct lfb_recorder *recorder = call->recorder;

	while (recorder->nr_held > call->held) {
		const struct lfb_taken held = recorder->held[--recorder->nr_held];

		give_back_step(call, &held);
	}
}

/* Steps */

static int run_step(struct lfb_step_call *call, const struct lfb_step *step)
{
	const enum lfb_holding gives = lfb__steps[step->code].gives;
	u64 key = gives ? key_of(call, step, gives) : 0;
	int err;

	err = reserve_held(call->recorder);
	if (!err)
		err = runs[step->code](call, step);
	if (err)
		return err;
	if (gives)
		note_given(call, gives, key);
	if (lfb__steps[step->code].takes)
		note_taken(call, step);
	return 0;
}

static bool leaves_it_all(const struct lfb_program *program)
{
	for (unsigned int i = 0; i < program->count; i++) {
		if (program->lines[i].step->code == LFB_STEP_no_unwind)
			return true;
	}
	return false;
}

/* A bool callback that answers says so by what it answers; the others by an errno. */
static bool answers_bool(enum lfb_callback callback)
{
	return callback == LFB_CALLBACK_CAN_PRESERVE || callback == LFB_CALLBACK_CAN_FINISH;
}

int lfb__run_program(struct lfb_step_call *call)
{
	struct lfb_recorder *recorder = call->recorder;
	int err = 0;

	call->held = recorder->nr_held;
	for (; !err && call->line < call->program->count; call->line++) {
		const struct lfb_step *step = call->program->lines[call->line].step;

		err = run_step(call, step);
		if (err)
			pr_err("%s %u %s: %s: %d", lfb__whose(call->recorded),
			       call->recorded->number, lfb__callbacks[call->callback],
			       lfb__steps[step->code].name, err);
		if (!call->can_fail)
			err = 0;
	}
	if (!err && call->can_fail && call->answered && !answers_bool(call->callback))
		err = call->answer;
	if (err < 0 && !leaves_it_all(call->program))
		unwind(call);
	recorder->nr_held = call->held;
	return err;
}

int lfb__run_step(struct lfb_recorder *recorder, const struct lfb_step *step)
{
	struct lfb_step_call call = { .recorder = recorder, .held = recorder->nr_held };
	int err = run_step(&call, step);

	recorder->nr_held = call.held;
	return err;
}
