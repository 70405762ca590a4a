// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The choice stream. One question, "which of @bound?", and four things that can answer it: a
 * seeded generator, a list, a fuzzer's bytes, or an odometer that goes through all answers there
 * are. Whoever answered, the decision is recorded, so that a list can repeat it.
 */
#include <stdlib.h>
#include <string.h>

#include "sim/kernel/seams/seams.h"

/* A longer run is not replayed by its record but by its seed. */
#define RECORD_MAX (1ul << 20)

/* splitmix64: one word of state, and any seed is a good one. */
static u64 random_u64(u64 *state)
{
	u64 z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
	return z ^ (z >> 31);
}

static unsigned int choose_seeded(struct lfb_choices *choices, unsigned int bound)
{
	/* The high half of the product spreads evenly over 0 … bound - 1. */
	return (unsigned int)(((random_u64(&choices->state) >> 32) * bound) >> 32);
}

static unsigned int choose_listed(struct lfb_choices *choices, unsigned int bound)
{
	if (choices->next == choices->count)
		return 0;
	LFB_ASSERT(choices->next < choices->count);
	return choices->list[choices->next++] % bound;
}

static unsigned int choose_bytes(struct lfb_choices *choices, unsigned int bound)
{
	size_t wanted = bound <= 256 ? 1 : sizeof(u32);
	u32 value = 0;

	for (size_t i = 0; i < wanted && choices->next < choices->count; i++)
		value |= (u32)choices->bytes[choices->next++] << (8 * i);
	return value % bound;
}

/* Room for @count values and their bounds in all. */
static bool make_room(struct lfb_choices *choices, size_t count)
{
	size_t capacity = choices->capacity;
	unsigned int *list, *bounds;

	list = lfb__room(choices->list, 0, count, &capacity, sizeof(*list));
	if (!list)
		return false;
	choices->list = list;
	bounds = lfb__room(choices->bounds, 0, count, &choices->capacity, sizeof(*bounds));
	if (bounds)
		choices->bounds = bounds;
	return bounds != NULL;
}

/* The odometer: a digit for each decision of the run, each with the bound it was asked with. */
static unsigned int choose_all(struct lfb_choices *choices, unsigned int bound)
{
	size_t digit = choices->next;

	if (digit == choices->count) {
		if (!make_room(choices, digit + 1))
			return 0;
		choices->list[digit] = 0;
		choices->count++;
	}
	LFB_ASSERT(digit < choices->count && choices->count <= choices->capacity);
	/* A run that repeats its decisions repeats its bounds; any other must not get too much. */
	choices->bounds[digit] = bound;
	choices->list[digit] %= bound;
	choices->next++;
	return choices->list[digit];
}

static void record(struct lfb_choices *choices, unsigned int decision)
{
	unsigned int *more = NULL;

	if (choices->record_ended)
		return;
	if (choices->record_count < RECORD_MAX)
		more = lfb__room(choices->record, choices->record_count, 1,
				 &choices->record_capacity, sizeof(*more));
	choices->record_ended = !more;
	if (!more)
		return;
	choices->record = more;
	choices->record[choices->record_count++] = decision;
}

unsigned int lfb__choices_choose(struct lfb_choices *choices, unsigned int bound)
{
	unsigned int decision = 0;

	if (bound == 0)
		bound = 1;
	switch (choices->source) {
	case LFB_CHOICE_SEED:
		decision = choose_seeded(choices, bound);
		break;
	case LFB_CHOICE_LIST:
		decision = choose_listed(choices, bound);
		break;
	case LFB_CHOICE_BYTES:
		decision = choose_bytes(choices, bound);
		break;
	case LFB_CHOICE_ALL:
		decision = choose_all(choices, bound);
		break;
	}
	LFB_ASSERT(decision < bound);
	record(choices, decision);
	return decision;
}

static void start(struct lfb_choices *choices, enum lfb_choice_source source, size_t count)
{
	choices->source = source;
	choices->count = count;
	choices->next = 0;
	choices->record_count = 0;
	choices->record_ended = false;
}

void lfb__choices_seed(struct lfb_choices *choices, u64 seed)
{
	start(choices, LFB_CHOICE_SEED, 0);
	choices->state = seed;
}

int lfb__choices_list(struct lfb_choices *choices, const unsigned int *list, size_t count)
{
	if (!list && count > 0)
		return -EINVAL;
	if (!make_room(choices, count))
		return -ENOMEM;
	if (count > 0)
		memmove(choices->list, list, count * sizeof(*list));
	start(choices, LFB_CHOICE_LIST, count);
	return 0;
}

int lfb__choices_bytes(struct lfb_choices *choices, const void *bytes, size_t size)
{
	u8 *room;

	if (!bytes && size > 0)
		return -EINVAL;
	room = lfb__room(choices->bytes, 0, size, &choices->room, 1);
	if (!room)
		return -ENOMEM;
	choices->bytes = room;
	if (size > 0)
		memcpy(room, bytes, size);
	start(choices, LFB_CHOICE_BYTES, size);
	return 0;
}

void lfb__choices_all(struct lfb_choices *choices)
{
	start(choices, LFB_CHOICE_ALL, 0);
}

bool lfb__choices_next(struct lfb_choices *choices)
{
	size_t digit;

	if (choices->source != LFB_CHOICE_ALL)
		return false;
	LFB_ASSERT(choices->next <= choices->count);
	/* Turn the last digit that can be turned; those behind it start again at 0. */
	for (digit = choices->next; digit > 0; digit--) {
		if (choices->list[digit - 1] + 1 < choices->bounds[digit - 1])
			break;
	}
	if (digit > 0)
		choices->list[digit - 1]++;
	start(choices, LFB_CHOICE_ALL, digit);
	return digit > 0;
}

void lfb__choices_save(struct lfb_choices *choices, struct lfb_saved *saved)
{
	const bool listed = choices->source == LFB_CHOICE_LIST ||
			    choices->source == LFB_CHOICE_ALL;
	const size_t listed_size = listed ? choices->count * sizeof(*choices->list) : 0;

	lfb__save(saved, choices, sizeof(*choices));
	lfb__save_block(saved, &choices->list, listed_size,
			choices->capacity * sizeof(*choices->list));
	lfb__save_block(saved, &choices->bounds,
			choices->source == LFB_CHOICE_ALL ? listed_size : 0,
			choices->capacity * sizeof(*choices->bounds));
	lfb__save_block(saved, &choices->bytes,
			choices->source == LFB_CHOICE_BYTES ? choices->count : 0, choices->room);
	lfb__save_block(saved, &choices->record, choices->record_count * sizeof(*choices->record),
			choices->record_capacity * sizeof(*choices->record));
}

void lfb__choices_destroy(struct lfb_choices *choices)
{
	free(choices->list);
	free(choices->bounds);
	free(choices->bytes);
	free(choices->record);
	memset(choices, 0, sizeof(*choices));
}

void lfb__sched_pass(struct lfb_kernel *kernel, const char *point, const char *object)
{
	if (kernel->sched.beside)
		kernel->sched.stand(kernel, point, object);
	lfb__sched_switch(kernel, point, object);
}

void lfb__sched_switch(struct lfb_kernel *kernel, const char *point, const char *object)
{
	struct task_struct *task = kernel->task;
	struct lfb_frame *frame = task ? task->frame : NULL;
	unsigned int internal = task ? task->internal : 0;
	unsigned long operation = kernel->operation;
	const char *doing = kernel->doing;
	const struct lfb_call_about about = kernel->about;
	char error[sizeof(kernel->error)];

	memcpy(error, kernel->error, strlen(kernel->error) + 1);
	/* The hook may call kernel functions itself, too. */
	if (task) {
		task->frame = NULL;
		task->internal = 0;
	}
	kernel->at_point++;
	kernel->sched.hook(kernel->sched.context, point, object);
	LFB_ASSERT(kernel->at_point > 0 && kernel->task == task);
	kernel->at_point--;
	if (task) {
		task->frame = frame;
		task->internal = internal;
	}
	kernel->operation = operation;
	kernel->doing = doing;
	kernel->about = about;
	/* The sentence of a death is everybody's. */
	if (!kernel->dead)
		memcpy(kernel->error, error, strlen(error) + 1);
}
