// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the kernel did next to what the model says. The first thing that differs is the difference.
 */
#include <stdio.h>
#include <string.h>

#include <luo/trace.h>

#include "sim/explore/exhaust/walk.h"

static bool differs(struct lfb_walker *walker, const char *what)
{
	walker->difference.what = what;
	return false;
}

static bool same_life(struct lfb_walker *walker)
{
	struct lfb_difference *difference = &walker->difference;
	struct lfb_machine *machine = walker->run.machine;

	enum lfb_machine_state state = lfb_machine_state(machine);

	if (walker->model.dead && state == LFB_PANICKED)
		return true;
	if (walker->model.dead) {
		snprintf(difference->expected, LFB_DIFFERENCE_MAX,
			 "a kernel that does not boot on what it cannot understand");
		snprintf(difference->got, LFB_DIFFERENCE_MAX, "a kernel that boots");
		return differs(walker, "life");
	}
	if (state == (walker->model.prepared ? LFB_REBOOTING : LFB_RUNNING))
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, "a kernel that runs");
	snprintf(difference->got, LFB_DIFFERENCE_MAX, "a kernel that %s: %s",
		 state == LFB_HUNG ? "hangs" : "died",
		 lfb_error_text(machine));
	return differs(walker, "life");
}

static bool same_answer(struct lfb_walker *walker, const struct lfb_operation *operation,
			long result, u64 object)
{
	struct lfb_difference *difference = &walker->difference;
	const struct lfb_model_answer *answer = &walker->answer;
	bool shows = lfb__answers_object(operation->verb);

	if (result == answer->result && object == answer->object)
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, shows ? "%ld obj=%llx" : "%ld",
		 answer->result, answer->object);
	snprintf(difference->got, LFB_DIFFERENCE_MAX, shows ? "%ld obj=%llx" : "%ld", result,
		 object);
	return differs(walker, "result");
}

static bool same_callbacks(struct lfb_walker *walker)
{
	struct lfb_difference *difference = &walker->difference;
	const struct lfb_model_answer *answer = &walker->answer;

	if (walker->length == answer->length &&
	    !memcmp(walker->callbacks, answer->callbacks, walker->length))
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, "%s", answer->callbacks);
	snprintf(difference->got, LFB_DIFFERENCE_MAX, "%s", walker->callbacks);
	return differs(walker, "callbacks");
}

bool lfb__same_safety(struct lfb_walker *walker)
{
	struct lfb_difference *difference = &walker->difference;
	const struct lfb_trace *trace = &walker->run.machine->kernel.trace;

	if (trace->count[LFB_EVENT_UNSAFE] == walker->unsafe)
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, "no memory touched that must not be");
	snprintf(difference->got, LFB_DIFFERENCE_MAX, "%s", trace->complaint);
	return differs(walker, "safety");
}

static void format_counts(char *text, const struct lfb_model_counts *counts)
{
	snprintf(text, LFB_DIFFERENCE_MAX,
		 "sessions %lu outgoing %lu incoming, files %lu preserved %lu open, %lu blocks "
		 "preserved", counts->sessions_outgoing, counts->sessions_incoming,
		 counts->files_preserved, counts->files, counts->preserved_blocks);
}

static bool same_counts(struct lfb_walker *walker)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	struct lfb_difference *difference = &walker->difference;
	struct lfb_model_counts expected, got;

	lfb_machine_stats(walker->run.machine, &stats);
	lfb__model_count(&walker->model, &expected);
	got = (struct lfb_model_counts){
		.sessions_outgoing = stats.sessions_outgoing,
		.sessions_incoming = stats.sessions_incoming,
		.files_preserved = stats.files_preserved,
		.files = stats.files,
		.preserved_blocks = stats.preserved_blocks,
	};
	/* The older formats keep other memory. */
	if (walker->model.locked)
		expected.preserved_blocks = got.preserved_blocks;
	/* Nobody can get at the part that was restored. */
	if (walker->model.useless)
		expected.sessions_incoming = got.sessions_incoming;
	if (!memcmp(&expected, &got, sizeof(got)))
		return true;
	format_counts(difference->expected, &expected);
	format_counts(difference->got, &got);
	return differs(walker, "counts");
}

static bool same_outgoing(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.outgoing_flb[f];
	struct lfb_difference *difference = &walker->difference;
	static const char format[] = "FLB %u outgoing: %d files, %d references";

	if (state->count == flb->count && state->references == flb->references)
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, format, f, flb->count,
		 flb->references);
	snprintf(difference->got, LFB_DIFFERENCE_MAX, format, f, (int)state->count,
		 (int)state->references);
	return differs(walker, "counts");
}

/* Before it was read, and when all is over, the number of files means nothing. */
static bool same_incoming(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.incoming_flb[f];
	struct lfb_difference *difference = &walker->difference;
	int count = flb->loaded && !flb->finished ? (int)state->count : flb->count;
	static const char format[] =
		"FLB %u incoming: %d files, %d references, retrieve %d, finished %d";

	if (count == flb->count && state->references == flb->references &&
	    state->retrieve_status == flb->status && state->finished == flb->finished)
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, format, f, flb->count,
		 flb->references, flb->status, flb->finished);
	snprintf(difference->got, LFB_DIFFERENCE_MAX, format, f, count,
		 (int)state->references, state->retrieve_status, state->finished);
	return differs(walker, "counts");
}

static bool same_flbs(struct lfb_walker *walker)
{
	const struct lfb_recorder *recorder = walker->run.recorder;

	for (unsigned int f = 0; f < walker->run.scenario->nr_flbs; f++) {
		const struct lfb_recorded_flb *recorded = recorder->flbs[f];

		if (recorded &&
		    (!same_outgoing(walker, f, &recorded->flb.private.outgoing) ||
		     !same_incoming(walker, f, &recorded->flb.private.incoming)))
			return false;
	}
	return true;
}

bool lfb__same_answer(struct lfb_walker *walker, const struct lfb_operation *operation, long result,
		      u64 object)
{
	return same_answer(walker, operation, result, object) && same_callbacks(walker);
}

/* Calls that wait have made half of what they do: then there is nothing to count. */
bool lfb__same_state(struct lfb_walker *walker)
{
	return same_life(walker) && lfb__same_safety(walker) &&
	       (walker->model.dead || walker->model.prepared ||
		(same_counts(walker) && same_flbs(walker)));
}
