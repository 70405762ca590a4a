// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What the operations of a scenario do: the recorded module's calls.
 */
#include "lib/luo/luo.h"
#include "sim/play/play.h"

/* No reference is kept that could be put. */
#define NOTHING_HELD (-EBADFD)
/* The module is not loaded: there is no code that could run. */
#define NO_MODULE (-EBADFD)

struct module_call {
	struct lfb_run *run;
	const struct lfb_operation *operation;
	void *object;
};

static void put(struct liveupdate_flb *flb, bool incoming)
{
	if (incoming)
		liveupdate_flb_put_incoming(flb);
	else
		liveupdate_flb_put_outgoing(flb);
}

/* Asks for the object; a counted reference goes back at once. */
static long get_and_put(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err = incoming ? liveupdate_flb_get_incoming(flb, &call->object) :
			     liveupdate_flb_get_outgoing(flb, &call->object);

	if (!err && lfb__recorder_counts_references(call->run->recorder))
		put(flb, incoming);
	return err;
}

static long hold_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err;

	if (!lfb__recorder_counts_references(call->run->recorder))
		return -EOPNOTSUPP;
	err = incoming ? liveupdate_flb_get_incoming(flb, &call->object) :
			 liveupdate_flb_get_outgoing(flb, &call->object);
	if (!err)
		++*lfb__recorder_held(call->run->recorder, call->operation->flb, incoming);
	return err;
}

static long put_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	unsigned int *held =
		lfb__recorder_held(call->run->recorder, call->operation->flb, incoming);

	if (!*held)
		return NOTHING_HELD;
	--*held;
	put(flb, incoming);
	return 0;
}

static long get_object(struct module_call *call, struct liveupdate_flb *flb, bool incoming)
{
	int err;

	if (call->run->machine->profile->accessors == LUO_ACCESSORS_GET)
		return get_and_put(call, flb, incoming);
	err = incoming ? liveupdate_flb_incoming_locked(flb, &call->object) :
			 liveupdate_flb_outgoing_locked(flb, &call->object);
	if (err)
		return err;
	if (incoming)
		liveupdate_flb_incoming_unlock(flb, call->object);
	else
		liveupdate_flb_outgoing_unlock(flb, call->object);
	return 0;
}

static long call_flb(struct module_call *call)
{
	const struct lfb_operation *operation = call->operation;
	struct liveupdate_flb *flb;
	int err = lfb__recorder_flb(call->run->recorder, operation->flb, &flb);

	if (err)
		return err;
	switch (operation->verb) {
	case LFB_VERB_GETIN:
	case LFB_VERB_GETOUT:
		return get_object(call, flb, operation->verb == LFB_VERB_GETIN);
	case LFB_VERB_HOLDIN:
	case LFB_VERB_HOLDOUT:
		return hold_object(call, flb, operation->verb == LFB_VERB_HOLDIN);
	default:
		return put_object(call, flb, operation->verb == LFB_VERB_PUTIN);
	}
}

static long call_module(void *argument)
{
	struct module_call *call = argument;
	const struct lfb_operation *operation = call->operation;
	struct lfb_recorder *recorder = call->run->recorder;

	switch (operation->verb) {
	case LFB_VERB_HANDLER:
		return lfb__recorder_register_handler(recorder, operation->handler);
	case LFB_VERB_UNHANDLER:
		return lfb__recorder_unregister_handler(recorder, operation->handler);
	case LFB_VERB_FLB:
		return lfb__recorder_register_flb(recorder, operation->handler, operation->flb);
	case LFB_VERB_UNFLB:
		return lfb__recorder_unregister_flb(recorder, operation->handler, operation->flb);
	case LFB_VERB_DO:
		return lfb__run_step(recorder, &operation->step);
	default:
		return call_flb(call);
	}
}

long lfb__run_module(struct lfb_run *run, const struct lfb_operation *operation, u64 *object)
{
	struct module_call call = { run, operation, NULL };
	long result;

	if (run->recorder->is_module && !run->recorder->loaded)
		return NO_MODULE;
	result = lfb_machine_call(run->machine, call_module, &call);
	if (!result)
		*object = lfb__recorder_shown(run->recorder, (uintptr_t)call.object);
	return result;
}
