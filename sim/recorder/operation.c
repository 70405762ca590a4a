// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The verbs that the recorded module performs. */
#include <string.h>

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

static struct lfb_registration registration_of(const struct lfb_operation *operation)
{
	return (struct lfb_registration){
		.handler = operation->handler,
		.flb = operation->flb,
		.of_flb = operation->verb == LFB_VERB_FLB || operation->verb == LFB_VERB_UNFLB,
	};
}

static int register_it(struct call *call)
{
	return lfb__recorder_register(call->recorder, registration_of(call->operation));
}

static int unregister_it(struct call *call)
{
	return lfb__recorder_unregister(call->recorder, registration_of(call->operation));
}

static int do_step(struct call *call)
{
	return lfb__run_step(call->recorder, &call->operation->step);
}

/* FLBs' objects */

static bool is_incoming(const struct call *call)
{
	return lfb__verbs[call->operation->verb].flags & LFB_INCOMING_VERB;
}

/* References kept. The FLB exists. */
static unsigned int *held(const struct call *call)
{
	return &call->recorder->flbs[call->operation->flb]->held[is_incoming(call)];
}

static const struct accessors {
	int (*get)(struct liveupdate_flb *flb, void **objp);
	void (*put)(struct liveupdate_flb *flb);
	int (*lock)(struct liveupdate_flb *flb, void **objp);
	void (*unlock)(struct liveupdate_flb *flb, void *obj);
} all_accessors[2] = {
	{ liveupdate_flb_get_outgoing, liveupdate_flb_put_outgoing,
	  liveupdate_flb_outgoing_locked, liveupdate_flb_outgoing_unlock },
	{ liveupdate_flb_get_incoming, liveupdate_flb_put_incoming,
	  liveupdate_flb_incoming_locked, liveupdate_flb_incoming_unlock },
};

/* One of the recorded module's, or one that another has registered. */
static int find_flb(const struct call *call, struct liveupdate_flb **found)
{
	const char *compatible = call->operation->compatible;
	const struct luo *luo = luo_seen(&call->recorder->machine->kernel);

	if (!compatible)
		return lfb__recorder_flb(call->recorder, call->operation->flb, found);
	*found = luo ? luo_flb_by_compatible(luo, compatible) : NULL;
	return *found ? 0 : -ENOENT;
}

/* A counted reference goes back at once. */
static int get_object(struct call *call)
{
	const struct accessors *accessors = &all_accessors[is_incoming(call)];
	struct liveupdate_flb *flb;
	int err = find_flb(call, &flb);

	if (err)
		return err;
	if (call->recorder->machine->profile->accessors != LUO_ACCESSORS_GET) {
		err = accessors->lock(flb, &call->object);
		if (!err)
			accessors->unlock(flb, call->object);
		return err;
	}
	err = accessors->get(flb, &call->object);
	if (!err && lfb__recorder_counts_references(call->recorder))
		accessors->put(flb);
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
	err = all_accessors[is_incoming(call)].get(flb, &call->object);
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
	all_accessors[is_incoming(call)].put(flb);
	return 0;
}

/* By verb */

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
