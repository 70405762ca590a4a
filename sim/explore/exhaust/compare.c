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
		 state == LFB_HUNG ? "hangs" : "died", lfb_error_text(machine));
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

/* Up to five numbers, which @format shows. */
static bool same_numbers(struct lfb_walker *walker, const char *format, const long *model,
			 const long *kernel)
{
	struct lfb_difference *difference = &walker->difference;

	if (!memcmp(model, kernel, 5 * sizeof(*model)))
		return true;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, format, model[0], model[1], model[2],
		 model[3], model[4]);
	snprintf(difference->got, LFB_DIFFERENCE_MAX, format, kernel[0], kernel[1], kernel[2],
		 kernel[3], kernel[4]);
	return differs(walker, "counts");
}

static bool same_counts(struct lfb_walker *walker)
{
	struct lfb_machine_stats stats = { .sz = sizeof(stats) };
	struct lfb_model_counts expected;

	lfb_machine_stats(walker->run.machine, &stats);
	lfb__model_count(&walker->model, &expected);
	/* The older formats keep other memory. */
	if (walker->model.locked)
		expected.preserved_blocks = (long)stats.preserved_blocks;
	/* Nobody can get at the part that was restored. */
	if (walker->model.useless)
		expected.sessions_incoming = (long)stats.sessions_incoming;
	return same_numbers(walker, "sessions %ld outgoing %ld incoming, files %ld preserved %ld "
			    "open, %ld blocks preserved",
			    (const long[]){ expected.sessions_outgoing, expected.sessions_incoming,
					    expected.files_preserved, expected.files,
					    expected.preserved_blocks },
			    (const long[]){ (long)stats.sessions_outgoing,
					    (long)stats.sessions_incoming,
					    (long)stats.files_preserved, (long)stats.files,
					    (long)stats.preserved_blocks });
}

static bool same_outgoing(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.outgoing_flb[f];

	return same_numbers(walker, "FLB %ld outgoing: %ld files, %ld references",
			    (const long[5]){ f, flb->count, flb->references },
			    (const long[5]){ f, state->count, state->references });
}

/* Before it was read, and when all is over, the number of files means nothing. */
static bool same_incoming(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.incoming_flb[f];
	long count = flb->loaded && !flb->finished ? state->count : flb->count;

	return same_numbers(walker, "FLB %ld incoming: %ld files, %ld references, retrieve %ld, "
			    "finished %ld",
			    (const long[]){ f, flb->count, flb->references, flb->status,
					    flb->finished },
			    (const long[]){ f, count, state->references, state->retrieve_status,
					    state->finished });
}

static bool same_flbs(struct lfb_walker *walker)
{
	const struct lfb_recorder *recorder = walker->run.recorder;

	for (unsigned int f = 0; f < walker->run.scenario->nr_flbs; f++) {
		const struct lfb_recorded *recorded = recorder->flbs[f];

		if (recorded && (!same_outgoing(walker, f, &recorded->flb.private.outgoing) ||
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
