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

/* Which of its kind a step takes or gives back, by what its arguments begin with. */
static u64 key_of(const struct lfb_step_call *call, const struct lfb_step *step)
{
	switch (*lfb__steps[step->code].arguments) {
	case 'L':
		return step->lock;
	case 'F':
		return step->flb;
	case '\0':
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
	held->key = key_of(call, step);
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
	enum lfb_step_code code = 0;
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
	while (lfb__steps[code].gives != held->holding)
		code++;
	return runs[code](call, &step);
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
	u64 key = gives ? key_of(call, step) : 0;
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
	if (!err && call->can_fail && call->answered && !lfb__answers_bool(call->callback))
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
