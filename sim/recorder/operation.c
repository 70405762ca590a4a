// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The verbs that the recorded module performs.
 */
#include "lib/luo/luo.h"
#include "sim/recorder/inside.h"

/* No reference is kept that could be put. */
#define NOTHING_HELD (-EBADFD)
/* The module is not loaded: there is no code that could run. */
#define NO_MODULE (-EBADFD)

struct call {
	struct lfb_recorder *recorder;
	const struct lfb_operation *operation;
	void *object;
};

static int register_handler(struct call *call)
{
	return lfb__recorder_register_handler(call->recorder, call->operation->handler);
}

static int unregister_handler(struct call *call)
{
	return lfb__recorder_unregister_handler(call->recorder, call->operation->handler);
}

static int register_flb(struct call *call)
{
	return lfb__recorder_register_flb(call->recorder, call->operation->handler,
					  call->operation->flb);
}

static int unregister_flb(struct call *call)
{
	return lfb__recorder_unregister_flb(call->recorder, call->operation->handler,
					    call->operation->flb);
}

static int do_step(struct call *call)
{
	return lfb__run_step(call->recorder, &call->operation->step);
}

/*
 * FLBs' objects
 */

static bool is_incoming(const struct call *call)
{
	return lfb__verbs[call->operation->verb].flags & LFB_INCOMING_VERB;
}

/* References kept. The FLB exists. */
static unsigned int *held(const struct call *call)
{
	return &call->recorder->flbs[call->operation->flb]->held[is_incoming(call)];
}

static int get(struct call *call, struct liveupdate_flb *flb)
{
	return is_incoming(call) ? liveupdate_flb_get_incoming(flb, &call->object) :
				   liveupdate_flb_get_outgoing(flb, &call->object);
}

static void put(const struct call *call, struct liveupdate_flb *flb)
{
	if (is_incoming(call))
		liveupdate_flb_put_incoming(flb);
	else
		liveupdate_flb_put_outgoing(flb);
}

static int lock_and_unlock(struct call *call, struct liveupdate_flb *flb)
{
	int err = is_incoming(call) ? liveupdate_flb_incoming_locked(flb, &call->object) :
				      liveupdate_flb_outgoing_locked(flb, &call->object);

	if (err)
		return err;
	if (is_incoming(call))
		liveupdate_flb_incoming_unlock(flb, call->object);
	else
		liveupdate_flb_outgoing_unlock(flb, call->object);
	return 0;
}

/* A counted reference goes back at once. */
static int get_object(struct call *call)
{
	struct liveupdate_flb *flb;
	int err = lfb__recorder_flb(call->recorder, call->operation->flb, &flb);

	if (err)
		return err;
	if (call->recorder->machine->profile->accessors != LUO_ACCESSORS_GET)
		return lock_and_unlock(call, flb);
	err = get(call, flb);
	if (!err && lfb__recorder_counts_references(call->recorder))
		put(call, flb);
	return err;
}

static int hold_object(struct call *call)
{
	struct liveupdate_flb *flb;
	int err = lfb__recorder_flb(call->recorder, call->operation->flb, &flb);

	if (err)
		return err;
	if (!lfb__recorder_counts_references(call->recorder))
		return -EOPNOTSUPP;
	err = get(call, flb);
	if (!err)
		++*held(call);
	return err;
}

static int put_object(struct call *call)
{
	struct liveupdate_flb *flb;
	int err = lfb__recorder_flb(call->recorder, call->operation->flb, &flb);

	if (err)
		return err;
	if (!*held(call))
		return NOTHING_HELD;
	--*held(call);
	put(call, flb);
	return 0;
}

/*
 * By verb
 */

static int (*const of_module[LFB_VERBS])(struct call *call) = {
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = function,
	LFB_MODULE_VERBS(X)
#undef X
};

static int (*const of_author[LFB_VERBS])(struct lfb_recorder *recorder,
					 const struct lfb_operation *operation) = {
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = lfb__recorder_##function,
	LFB_AUTHOR_VERBS(X)
#undef X
};

static int (*const of_loader[LFB_VERBS])(struct lfb_recorder *recorder) = {
#define X(verb, name, arguments, function, flags) [LFB_VERB_##verb] = lfb__recorder_##function,
	LFB_LOADER_VERBS(X)
#undef X
};

static long perform(void *argument)
{
	struct call *call = argument;

	return of_module[call->operation->verb](call);
}

long lfb__recorder_perform(struct lfb_recorder *recorder, const struct lfb_operation *operation,
			   u64 *object)
{
	struct call call = { .recorder = recorder, .operation = operation };
	const enum lfb_verb verb = operation->verb;
	long result;

	if (of_author[verb])
		return of_author[verb](recorder, operation);
	if (of_loader[verb])
		return of_loader[verb](recorder);
	if (recorder->is_module && !recorder->loaded)
		return NO_MODULE;
	result = lfb_machine_call(recorder->machine, perform, &call);
	if (!result)
		*object = lfb__recorder_shown(recorder, (uintptr_t)call.object);
	return result;
}
