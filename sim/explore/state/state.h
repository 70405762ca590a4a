/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The state of a running machine, fact by fact: one walk over all that a kernel consists of. A
 * sweep compares states, because a failed step must leave the one it found; a search merges
 * sequences that lead to the same. Uses sim/recorder and what lies below it.
 *
 * Names, orders, counts, numbers and errnos are compared exactly; of pointers and of physical
 * addresses of live blocks only that they are there, because memory may come from elsewhere the
 * second time. What a kernel keeps for speed (empty slabs and nodes of trees, hash tables) is no
 * part of the state.
 */
#ifndef SIM_EXPLORE_STATE_STATE_H
#define SIM_EXPLORE_STATE_STATE_H

#include "sim/machine/machine.h"

struct lfb_recorder;
struct lfb_state;
struct lfb_state_sink;

/*
 * Equal states have equal digests. Some leave out what kernels promise to keep: @forgiving the
 * errors that are remembered, of a failed retrieve of a file or an FLB, and what it freed; @thawed
 * the handles of preserved files, which freeze may change and unfreeze cannot.
 */
struct lfb_digest {
	u64 exact;
	u64 forgiving;
	u64 thawed;
};

/* Equal keys mean equal states, also among millions. */
struct lfb_state_key {
	u64 half[2];
};

/* Adds what the machine cannot know: a module's own objects. Called as kernel code. */
typedef void (*lfb_state_more_fn)(struct lfb_state_sink *sink, const void *context);

/*
 * What an agent or a module could tell apart, and what would be a leak. What was read already of
 * what was handed over makes no difference. @more may be NULL.
 */
void lfb__state_digest(struct lfb_machine *machine, lfb_state_more_fn more, const void *context,
		       struct lfb_digest *digest);
/*
 * In which words of handed-over memory there is something, whatever it is: an address may be
 * another one the second time. No part of the state, as what is undone may stand there still.
 */
u64 lfb__state_contents(struct lfb_machine *machine);
/* The state's facts with names, to be compared by lfb__state_diff(). NULL without memory. */
struct lfb_state *lfb__state_capture(struct lfb_machine *machine, lfb_state_more_fn more,
				     const void *context);
void lfb__state_free(struct lfb_state *state);

/*
 * What decides what the machine will do from here on: not how many kernels ran before, nor which
 * numbers descriptors have. @more tells what the agent holds. Nothing may be broken.
 */
void lfb__state_key(struct lfb_machine *machine, lfb_state_more_fn more, const void *context,
		    struct lfb_state_key *key);

/*
 * Says what differs, as "flb flb-0-v1: count 1, was 0; …". Returns how many facts do; the text is
 * cut where @size ends.
 */
unsigned int lfb__state_diff(const struct lfb_state *before, const struct lfb_state *after,
			     char *text, size_t size);

/*
 * The same of two machines that did the same, in what all orchestrators remember. 0: nothing
 * differs.
 */
unsigned int lfb__state_compare(struct lfb_machine *wanted, struct lfb_machine *machine, char *text,
				size_t size);

/*
 * For lfb_state_more_fn: what the next facts are about, and the facts. @name may lack its NUL when
 * it fills its field of @size bytes. Strings must be constants.
 */
void lfb__state_subject(struct lfb_state_sink *sink, const char *kind, const char *name,
			size_t size);
void lfb__state_fact(struct lfb_state_sink *sink, const char *field, u64 value);
/* A fact that has no name, for keys only. */
void lfb__state_bytes(struct lfb_state_sink *sink, const void *bytes, size_t size);
/* What the recorded module remembers, and its FLBs that are on no list. */
void lfb__state_recorder(struct lfb_state_sink *sink, const struct lfb_recorder *recorder);

#endif
