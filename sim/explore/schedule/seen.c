// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * States that were gone on from. Two orders of steps that have nothing to do with each other lead
 * to the same state, to the byte, and from there to the same failures: the second time that is
 * enough. A state is all that a rewind puts back, and what each task stands in the middle of: its
 * stack. Nothing has to be said of which steps have to do with each other.
 */
#include "sim/explore/schedule/schedule.h"

/* So many are known; of more it is not, and they are gone on from again. */
#define STATES_MAX (4u << 20)

struct state {
	u64 digest[2];
	unsigned int preemptions;	/* the fewest, on a way there */
};

static bool same(const void *states, u32 number, const void *key)
{
	const struct state *state = (const struct state *)states + number, *wanted = key;

	return state->digest[0] == wanted->digest[0] && state->digest[1] == wanted->digest[1];
}

/*
 * What was found on the way decides what is found again, and a finding hides a wrong answer. Events
 * are counted, and each finding is one, so no scenario is known that needs this.
 */
static void mix_findings(const struct lfb_machine *machine, struct lfb_mix *mix)
{
	const struct lfb_findings *findings = &machine->kernel.findings;

	for (size_t i = 0; i < findings->count; i++) {
		const struct lfb_finding *finding = findings->all[i];

		lfb__mix(mix, &finding->id, sizeof(finding->id));
		lfb__mix(mix, finding->object, strlen(finding->object));
		lfb__mix(mix, finding->text, strlen(finding->text));
	}
}

static bool take_state(struct lfb_seen *seen, struct lfb_run *run, bool stays, struct state *state)
{
	struct lfb_machine *machine = run->machine;
	const struct lfb_faults *faults = &machine->kernel.faults;
	const u64 who = stays ? machine->kernel.sched.beside->now : LFB_BESIDE_MAX;
	struct lfb_mix mix = { { 0 } };

	if (!lfb__machine_mix(machine, &seen->room, &mix) ||
	    !lfb__run_mix(run, &seen->room, &mix))
		return false;
	mix_findings(machine, &mix);
	lfb__mix(&mix, &faults->plan, sizeof(faults->plan));
	lfb__mix(&mix, &faults->reached, sizeof(faults->reached));
	lfb__mix(&mix, &faults->hits, sizeof(faults->hits));
	/* Whose stack stands in the middle of asking says so as well. */
	lfb__mix(&mix, &who, sizeof(who));
	lfb__mix_end(&mix, state->digest);
	return true;
}

bool lfb__seen_before(struct lfb_seen *seen, struct lfb_run *run, bool stays,
		      unsigned int preemptions)
{
	struct state state = { .preemptions = preemptions }, *known = seen->states.items;
	u32 number;

	if (!take_state(seen, run, stays, &state))
		return false;
	number = lfb__table_find(&seen->table, state.digest[0], same, known, &state);
	if (number != LFB_TABLE_NONE) {
		if (known[number].preemptions <= preemptions)
			return true;
		/* With more that are left, it goes further. */
		known[number].preemptions = preemptions;
		return false;
	}
	if (seen->states.count == STATES_MAX)
		return false;
	known = lfb__list_add(&seen->states, sizeof(*known));
	if (!known)
		return false;
	*known = state;
	if (lfb__table_add(&seen->table, state.digest[0], (u32)seen->states.count - 1))
		seen->states.count--;
	return false;
}

void lfb__seen_free(struct lfb_seen *seen)
{
	lfb__saved_free(&seen->room);
	lfb__list_free(&seen->states);
	lfb__table_free(&seen->table);
}
