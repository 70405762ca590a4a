// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the kernel did next to what the model says. The first thing that differs is the difference.
 */
#include <stdio.h>
#include <string.h>

#include <luo/trace.h>

#include "sim/explore/exhaust/walk.h"

bool lfb__differs(struct lfb_walker *walker, const char *what, const char *expected,
		  const char *got, ...)
{
	struct lfb_difference *difference = &walker->difference;
	va_list args;

	difference->what = what;
	snprintf(difference->expected, LFB_DIFFERENCE_MAX, "%s", expected);
	va_start(args, got);
	vsnprintf(difference->got, LFB_DIFFERENCE_MAX, got, args);
	va_end(args);
	return false;
}

static bool same_life(struct lfb_walker *walker)
{
	struct lfb_machine *machine = walker->run.machine;
	enum lfb_machine_state state = lfb_machine_state(machine);

	if (walker->model.dead)
		return state == LFB_PANICKED ||
		       lfb__differs(walker, "life", "a kernel that does not boot on what it cannot "
			       "understand", "a kernel that boots");
	return state == (walker->model.prepared ? LFB_REBOOTING : LFB_RUNNING) ||
	       lfb__differs(walker, "life", "a kernel that runs", "a kernel that %s: %s",
		       state == LFB_HUNG ? "hangs" : "died", lfb_error_text(machine));
}

bool lfb__same_answer(struct lfb_walker *walker, const struct lfb_operation *operation, long result,
		      u64 object)
{
	const struct lfb_model_answer *answer = &walker->answer;
	char expected[64], got[64];

	if (result != answer->result || object != answer->object) {
		bool shows = lfb__answers_object(operation->verb);

		snprintf(expected, sizeof(expected), shows ? "%ld obj=%llx" : "%ld",
			 answer->result, answer->object);
		snprintf(got, sizeof(got), shows ? "%ld obj=%llx" : "%ld", result, object);
		return lfb__differs(walker, "result", expected, "%s", got);
	}
	return (walker->length == answer->length &&
		!memcmp(walker->callbacks, answer->callbacks, walker->length)) ||
	       lfb__differs(walker, "callbacks", answer->callbacks, "%s", walker->callbacks);
}

bool lfb__same_safety(struct lfb_walker *walker)
{
	const struct lfb_trace *trace = &walker->run.machine->kernel.trace;

	return trace->count[LFB_EVENT_UNSAFE] == walker->unsafe ||
	       lfb__differs(walker, "safety", "no memory touched that must not be", "%s",
		       trace->complaint);
}

/* Up to five numbers, which @format shows. */
static bool same_numbers(struct lfb_walker *walker, const char *format, const long *model,
			 const long *kernel)
{
	char expected[256], got[256];

	if (!memcmp(model, kernel, 5 * sizeof(*model)))
		return true;
	snprintf(expected, sizeof(expected), format, model[0], model[1], model[2], model[3],
		 model[4]);
	snprintf(got, sizeof(got), format, kernel[0], kernel[1], kernel[2], kernel[3], kernel[4]);
	return lfb__differs(walker, "counts", expected, "%s", got);
}

/*
 * When all is finished that came in the page of FLBs, it goes; KHO's root and kexec-metadata stay.
 * A kernel that retrieves what is finished reads it again.
 */
static bool same_rest(struct lfb_walker *walker)
{
	const struct lfb_model *model = &walker->model;
	struct lfb_machine_stats is = { .sz = sizeof(is) };
	bool finished = true;

	if (!model->handed_over || !model->opened || model->incoming.count || model->locked ||
	    luo_quirk(walker->run.machine->kernel.luo, LUO_QUIRK_FLB_RETRIEVE_AFTER_FINISH))
		return true;
	for (unsigned int f = 0; f < LFB_MODEL_FLBS; f++)
		finished &= !model->incoming_flb[f].handed || model->incoming_flb[f].finished;
	lfb_machine_stats(walker->run.machine, &is);
	return same_numbers(walker, "%ld pages of the last kernel",
			    (const long[5]){ finished ? 2 : 3 },
			    (const long[5]){ (long)is.incoming_pages });
}

static bool same_counts(struct lfb_walker *walker)
{
	struct lfb_machine_stats is = { .sz = sizeof(is) }, expected;

	lfb_machine_stats(walker->run.machine, &is);
	lfb__model_count(&walker->model, &expected);
	/* The older formats keep other memory. */
	if (walker->model.locked)
		expected.preserved_blocks = is.preserved_blocks;
	/* Nobody can get at the part that was restored. */
	if (walker->model.useless)
		expected.sessions_incoming = is.sessions_incoming;
	return same_numbers(walker, "sessions %ld outgoing %ld incoming, files %ld preserved %ld "
			    "open, %ld blocks preserved",
			    (const long[]){ expected.sessions_outgoing, expected.sessions_incoming,
					    expected.files_preserved, expected.files,
					    expected.preserved_blocks },
			    (const long[]){ is.sessions_outgoing, is.sessions_incoming,
					    is.files_preserved, is.files, is.preserved_blocks });
}

/* What is kept under an identity; more says no kernel to anybody. */
static bool same_identities(struct lfb_walker *walker)
{
	const struct luo *luo = walker->run.machine->kernel.luo;

	return same_numbers(walker, "%ld identities kept",
			    (const long[5]){ lfb__model_identities(&walker->model) },
			    (const long[5]){ luo ? (long)luo->preserved.count : 0 });
}

static bool same_outgoing(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.outgoing_flb[f];

	return same_numbers(walker, "FLB %ld outgoing: %ld files, %ld references",
			    (const long[5]){ f, flb->count, flb->references },
			    (const long[5]){ f, luo_flb_files(state), state->references });
}

/* Before it was read, and when all is over, the number of files means nothing. */
static bool same_incoming(struct lfb_walker *walker, unsigned int f,
			  const struct liveupdate_flb_state *state)
{
	const struct lfb_model_flb *flb = &walker->model.incoming_flb[f];
	long count = flb->loaded && !flb->finished ? luo_flb_files(state) : flb->count;

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

/* Calls that wait have made half of what they do: then there is nothing to count. */
bool lfb__same_state(struct lfb_walker *walker)
{
	return same_life(walker) && lfb__same_safety(walker) &&
	       (walker->model.dead || walker->model.prepared ||
		(same_counts(walker) && same_rest(walker) && same_identities(walker) &&
		 same_flbs(walker)));
}
