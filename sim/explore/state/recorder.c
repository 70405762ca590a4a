// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The recorded module as a part of the machine's state. */
#include "sim/explore/state/sink.h"
#include "sim/recorder/recorder.h"

static void failures_state(struct lfb_state_sink *sink, const struct lfb_failure *fails)
{
	static const char *const names[LFB_RECORDED_OPS] = {
		"preserve to fail", "retrieve to fail", "freeze to fail", "can_finish to fail",
	};

	for (int op = 0; op < LFB_RECORDED_OPS; op++)
		lfb__state_fact(sink, names[op], fails[op].times);
}

static bool pending(const struct lfb_failure *fails)
{
	unsigned int times = 0;

	for (int op = 0; op < LFB_RECORDED_OPS; op++)
		times |= fails[op].times;
	return times;
}

/*
 * Never used for anything, but for a retrieve that failed: whether it exists already is nobody's
 * business.
 */
static bool is_as_new(const struct lfb_recorded *flb, const struct liveupdate_flb *known)
{
	const struct liveupdate_flb_state *out = &known->private.outgoing;
	const struct liveupdate_flb_state *in = &known->private.incoming;
	unsigned int used = flb->held[0] | flb->held[1] | known->private.users;

	if (used || pending(flb->fails) || out->count || out->references || out->obj)
		return false;
	return (in->loaded || !in->count) && !in->references && in->retrieve_status <= 0 &&
	       !in->finished;
}

static void forgiven_state(struct lfb_state_sink *sink, const struct liveupdate_flb *flb)
{
	int status = flb->private.incoming.retrieve_status;

	if (status)
		lfb__state_latched(sink, "flb", flb->compatible, sizeof(flb->compatible),
				   "retrieved", status);
}

void lfb__state_recorder(struct lfb_state_sink *sink, const struct lfb_recorder *recorder)
{
	for (unsigned int i = 0; i < recorder->nr_handlers; i++) {
		const struct lfb_recorded *handler = recorder->handlers[i];

		if (!handler || !pending(handler->fails))
			continue;
		lfb__state_subject(sink, "recorder's handler", handler->handler.compatible,
				   sizeof(handler->handler.compatible));
		failures_state(sink, handler->fails);
	}
	for (unsigned int i = 0; i < recorder->nr_flbs; i++) {
		const struct lfb_recorded *flb = recorder->flbs[i];
		const struct liveupdate_flb *known;

		if (!flb)
			continue;
		known = luo_look_at(sink->kernel, &flb->flb);
		if (!sink->ahead && is_as_new(flb, known)) {
			forgiven_state(sink, known);
			continue;
		}
		if (sink->ahead && known->private.users > 0)
			continue;
		lfb__state_flb(sink, &flb->flb);
		lfb__state_fact(sink, "references kept", flb->held[0]);
		lfb__state_fact(sink, "incoming references kept", flb->held[1]);
		failures_state(sink, flb->fails);
	}
}
