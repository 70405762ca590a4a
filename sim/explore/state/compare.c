// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* States with names: what differs between two of them, for people. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/explore/state/sink.h"

static struct lfb_state *capture(struct lfb_state_sink *sink)
{
	struct lfb_state *state = calloc(1, sizeof(*state));

	if (!state)
		return NULL;
	sink->state = state;
	lfb__state_walk(sink);
	if (!state->incomplete)
		return state;
	lfb__state_free(state);
	return NULL;
}

struct lfb_state *lfb__state_capture(struct lfb_machine *machine, lfb_state_more_fn more,
				     const void *context)
{
	struct lfb_state_sink sink = { .machine = machine, .more = more, .context = context };

	return capture(&sink);
}

void lfb__state_free(struct lfb_state *state)
{
	if (state)
		lfb__list_free(&state->facts);
	free(state);
}

static const struct lfb_fact *fact_at(const struct lfb_state *state, size_t i)
{
	return (const struct lfb_fact *)state->facts.items + i;
}

static bool same_fact(const struct lfb_fact *one, const struct lfb_fact *other)
{
	return one->field == other->field && !strcmp(one->subject, other->subject);
}

static const struct lfb_fact *find(const struct lfb_state *state, const struct lfb_fact *wanted)
{
	size_t i = 0;

	while (i < state->facts.count && !same_fact(fact_at(state, i), wanted))
		i++;
	return i < state->facts.count ? fact_at(state, i) : NULL;
}

static const char *format_value(u64 value, char *text, size_t size)
{
	if ((value & ~0xfffffull) == LFB_STATE_BLOCK)
		snprintf(text, size, "a block of order %u", (unsigned int)(value & 0xff));
	else if (value == LFB_STATE_FREE)
		snprintf(text, size, "memory that is not in use");
	else if (value == LFB_STATE_MEMORY)
		snprintf(text, size, "memory");
	else if (value == LFB_STATE_STALE)
		snprintf(text, size, "memory of an earlier kernel");
	else if (value == LFB_STATE_POINTER)
		snprintf(text, size, "a pointer");
	else if (value > 0xfffff && (s64)value > 0)
		snprintf(text, size, "0x%llx", value);
	else
		snprintf(text, size, "%lld", value);
	return text;
}

struct differences {
	char *text;
	size_t size;
	size_t length;
	unsigned int count;
};

static void add(struct differences *differences, const struct lfb_fact *fact, const char *now,
		const char *was)
{
	if (differences->length + 1 < differences->size)
		differences->length += (size_t)snprintf(
			differences->text + differences->length,
			differences->size - differences->length, "%s%s: %s %s, was %s",
			differences->count ? "; " : "", fact->subject, fact->field, now, was);
	differences->count++;
}

/* Facts of @state that @other lacks altogether, one for each subject. */
static void add_missing(struct differences *differences, const struct lfb_state *state,
			const struct lfb_state *other, bool gone)
{
	const char *subject = "";

	for (size_t i = 0; i < state->facts.count; i++) {
		const struct lfb_fact *fact = fact_at(state, i);
		char value[48];

		if (find(other, fact) || !strcmp(fact->subject, subject))
			continue;
		subject = fact->subject;
		format_value(fact->value, value, sizeof(value));
		add(differences, fact, gone ? "gone" : value, gone ? value : "not there");
	}
}

/* The same facts, but in another order? */
static void check_order(struct differences *differences, const struct lfb_state *before,
			const struct lfb_state *after)
{
	for (size_t i = 0; i < before->facts.count && i < after->facts.count; i++) {
		if (!same_fact(fact_at(before, i), fact_at(after, i))) {
			add(differences, fact_at(after, i), "earlier", "later");
			return;
		}
	}
}

unsigned int lfb__state_diff(const struct lfb_state *before, const struct lfb_state *after,
			     char *text, size_t size)
{
	struct differences differences = { .text = text, .size = size };

	if (size)
		text[0] = '\0';
	if (!before || !after)
		return 0;
	for (size_t i = 0; i < after->facts.count; i++) {
		const struct lfb_fact *now = fact_at(after, i);
		const struct lfb_fact *was = find(before, now);
		char is[48], before_it[48];

		if (was && was->value != now->value)
			add(&differences, now, format_value(now->value, is, sizeof(is)),
			    format_value(was->value, before_it, sizeof(before_it)));
	}
	add_missing(&differences, after, before, false);
	add_missing(&differences, before, after, true);
	if (!differences.count)
		check_order(&differences, before, after);
	return differences.count;
}

static u64 shared_digest(struct lfb_machine *machine)
{
	struct lfb_state_sink sink = { .machine = machine, .shared = true };

	lfb__state_walk(&sink);
	return sink.digest.exact;
}

unsigned int lfb__state_compare(struct lfb_machine *wanted, struct lfb_machine *machine, char *text,
				size_t size)
{
	struct lfb_state_sink one = { .machine = wanted, .shared = true };
	struct lfb_state_sink other = { .machine = machine, .shared = true };
	struct lfb_state *before, *after;
	unsigned int differences;

	if (shared_digest(wanted) == shared_digest(machine))
		return 0;
	before = capture(&one);
	after = capture(&other);
	differences = lfb__state_diff(before, after, text, size);
	lfb__state_free(before);
	lfb__state_free(after);
	return differences;
}
