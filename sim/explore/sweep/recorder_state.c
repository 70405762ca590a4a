// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The recorded module as a part of the machine's state, for sweeps.
 */
#include <string.h>

#include "sim/recorder/recorder.h"
#include "sim/explore/sweep/state.h"

static void unlearn(struct lfb_code **table, unsigned int nr)
{
	for (unsigned int i = 0; i < nr; i++) {
		if (!table[i])
			continue;
		table[i]->renamed = false;
		for (int callback = 0; callback < LFB_CALLBACKS; callback++)
			table[i]->programs[callback].count = 0;
	}
}

void lfb__recorder_unlearn(struct lfb_recorder *recorder)
{
	unlearn(recorder->handler_code, recorder->nr_handlers);
	unlearn(recorder->flb_code, recorder->nr_flbs);
	if (recorder->loaded)
		lfb_machine_remove_module(recorder->machine, LFB_RECORDER_NAME);
	recorder->loaded = false;
	recorder->is_module = false;
	recorder->file_ops.owner = NULL;
	recorder->flb_ops.owner = NULL;
}

static void failures_state(const struct lfb_failure *fails, struct lfb_state_sink *sink)
{
	static const char *const names[LFB_RECORDED_OPS] = {
		"preserve to fail", "retrieve to fail", "freeze to fail", "can_finish to fail",
	};

	for (int op = 0; op < LFB_RECORDED_OPS; op++)
		lfb__state_fact(sink, names[op], fails[op].times);
}

static unsigned int pending(const struct lfb_failure *fails)
{
	unsigned int times = 0;

	for (int op = 0; op < LFB_RECORDED_OPS; op++)
		times |= fails[op].times;
	return times;
}

/* Never used for anything: whether it exists already is nobody's business. */
static bool is_as_new(const struct lfb_recorded_flb *flb)
{
	const struct liveupdate_flb_state *out = &flb->flb.private.outgoing;
	const struct liveupdate_flb_state *in = &flb->flb.private.incoming;
	unsigned int used = flb->held[0] | flb->held[1] | flb->flb.private.users;

	if (used || pending(flb->fails) || out->count || out->references || out->obj)
		return false;
	return (in->loaded || !in->count) && !in->references && !in->retrieve_status &&
	       !in->finished;
}

void lfb__recorder_state(const struct lfb_recorder *recorder, struct lfb_state_sink *sink)
{
	unsigned int i;

	for (i = 0; i < recorder->nr_handlers; i++) {
		const struct lfb_recorded_handler *handler = recorder->handlers[i];

		if (!handler || !pending(handler->fails))
			continue;
		lfb__state_subject(sink, "recorder's handler", handler->handler.compatible,
				   sizeof(handler->handler.compatible));
		failures_state(handler->fails, sink);
	}
	for (i = 0; i < recorder->nr_flbs; i++) {
		const struct lfb_recorded_flb *flb = recorder->flbs[i];

		if (!flb || is_as_new(flb))
			continue;
		lfb__state_flb(sink, &flb->flb);
		lfb__state_fact(sink, "references kept", flb->held[0]);
		lfb__state_fact(sink, "incoming references kept", flb->held[1]);
		failures_state(flb->fails, sink);
	}
}

void lfb__recorder_end(struct lfb_recorder *recorder)
{
	unsigned int i;

	for (i = 0; i < recorder->nr_handlers; i++) {
		struct lfb_recorded_handler *handler = recorder->handlers[i];

		if (handler)
			memset(handler->fails, 0, sizeof(handler->fails));
	}
	for (i = 0; i < recorder->nr_flbs; i++) {
		struct lfb_recorded_flb *flb = recorder->flbs[i];

		if (!flb)
			continue;
		memset(flb->fails, 0, sizeof(flb->fails));
		for (; flb->held[0]; flb->held[0]--)
			liveupdate_flb_put_outgoing(&flb->flb);
		for (; flb->held[1]; flb->held[1]--)
			liveupdate_flb_put_incoming(&flb->flb);
	}
}
