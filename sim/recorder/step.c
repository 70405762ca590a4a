// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Running steps: one after the other, and back again when one fails. */
#include <string.h>

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

/* There is room: see run_step(). */
static void note_taken(struct lfb_step_call *call, const struct lfb_step *step)
{
	struct lfb_taken *held = lfb__list_add(&call->recorder->held, sizeof(*held));

	if (!LFB_ASSERT(held != NULL))
		return;
	held->holding = lfb__steps[step->code].takes;
	held->step = step;
	held->key = key_of(call, step);
	if (step->nr_slots)
		held->slot = lfb__step_slot(call, step, step->nr_slots - 1);
}

static bool forget_taken(struct lfb_list *held, size_t first, enum lfb_holding holding, u64 key)
{
	struct lfb_taken *items = held->items;

	for (size_t i = held->count; i-- > first;) {
		if (items[i].holding != holding || items[i].key != key)
			continue;
		held->count--;
		memmove(items + i, items + i + 1, (held->count - i) * sizeof(*items));
		return true;
	}
	return false;
}

/* What is given back was taken last; a callback may give back what a "do" line took. */
static void note_given(struct lfb_step_call *call, enum lfb_holding holding, u64 key)
{
	if (!forget_taken(&call->recorder->held, call->held, holding, key))
		forget_taken(&call->recorder->done, 0, holding, key);
}

static int give_back_step(struct lfb_step_call *call, const struct lfb_taken *held)
{
	enum lfb_step_code code = 0;
	struct lfb_step step = *held->step;

	if (held->holding == LFB_HOLD_MEMORY)
		return lfb__free_slot(call, held->slot);
	if ((held->holding == LFB_HOLD_INCOMING || held->holding == LFB_HOLD_OUTGOING) &&
	    !lfb__recorder_counts_references(call->recorder))
		return 0;
	if (step.nr_slots) {
		/* The slot may hold something else by now. */
		step.slots[0] = step.slots[step.nr_slots - 1];
		step.nr_slots = 1;
		lfb__step_fill(call, &step, 0, held->slot);
	}
	while (code < LFB_STEP_CODES - 1 && lfb__steps[code].gives != held->holding)
		code++;
	LFB_ASSERT(lfb__steps[code].gives == held->holding);
	return runs[code](call, &step);
}

static void unwind(struct lfb_step_call *call)
{
	struct lfb_list *list = &call->recorder->held;

	LFB_ASSERT(list->count >= call->held);
	while (list->count > call->held) {
		const struct lfb_taken held = ((struct lfb_taken *)list->items)[--list->count];

		give_back_step(call, &held);
	}
}

/* Steps */

static int run_step(struct lfb_step_call *call, const struct lfb_step *step)
{
	const enum lfb_holding gives = lfb__steps[step->code].gives;
	u64 key = gives ? key_of(call, step) : 0;
	int err;

	/* Room first, so that what was taken can always be noted. */
	if (!lfb__list_add(&call->recorder->held, sizeof(struct lfb_taken)))
		return -ENOMEM;
	call->recorder->held.count--;
	err = runs[step->code](call, step);
	if (err)
		return err;
	if (gives)
		note_given(call, gives, key);
	if (lfb__steps[step->code].takes)
		note_taken(call, step);
	return 0;
}

static bool leaves_it_all(const struct lfb_list *program)
{
	const struct lfb_program_line *lines = program->items;

	for (size_t i = 0; i < program->count; i++) {
		if (lines[i].step->code == LFB_STEP_no_unwind)
			return true;
	}
	return false;
}

int lfb__run_program(struct lfb_step_call *call)
{
	int err = 0;

	call->held = call->recorder->held.count;
	for (; !err && call->line < call->program->count; call->line++) {
		/* A step may lead to a point at which the program grows. */
		const struct lfb_program_line *lines = call->program->items;
		const struct lfb_step *step = lines[call->line].step;

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
	return err;
}

void lfb__end_program(struct lfb_step_call *call, int err)
{
	if (err < 0 && !leaves_it_all(call->program))
		unwind(call);
	call->recorder->held.count = call->held;
}

int lfb__run_step(struct lfb_recorder *recorder, const struct lfb_step *step)
{
	struct lfb_step_call call = { .recorder = recorder, .held = recorder->held.count };
	int err = run_step(&call, step);
	struct lfb_taken *taken;

	/* Without room for it nobody gives it back. */
	if (recorder->held.count > call.held) {
		taken = lfb__list_add(&recorder->done, sizeof(*taken));
		if (taken)
			*taken = ((struct lfb_taken *)recorder->held.items)[call.held];
	}
	recorder->held.count = call.held;
	return err;
}

void lfb__undo_steps(struct lfb_recorder *recorder)
{
	struct lfb_step_call call = { .recorder = recorder };
	struct lfb_taken last;

	while (recorder->done.count) {
		last = ((struct lfb_taken *)recorder->done.items)[--recorder->done.count];
		give_back_step(&call, &last);
	}
}
