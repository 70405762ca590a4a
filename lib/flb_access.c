// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* How subsystems get at their FLB's objects: two families, one helper each, two directions. */
#include "lib/flb.h"

/* @place: for what is handed out or back. */
static int check(struct luo *luo, const struct luo_args *args, enum luo_accessors family,
		 const void *place)
{
	const struct liveupdate_flb *flb = args->flb;

	if (luo->profile->accessors != family)
		return luo_not_here(luo, args->function);
	if (!flb || !place)
		return lfb__fail(luo->kernel, -EINVAL, "%s: no %s", args->function,
				 flb ? "place for the object" : "FLB");
	if (luo->profile->has_init_flb && !flb->private.initialized)
		return lfb__fail(luo->kernel, -EINVAL, "%s: FLB %.47s: liveupdate_init_flb() first",
				 args->function, flb->compatible);
	return 0;
}

/* With the lock held: is there an object to give? */
static int have_object(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	const struct liveupdate_flb_state *outgoing = &flb->private.outgoing;

	int err = -ENOENT;

	if (incoming)
		err = luo_flb_retrieve_locked(luo, flb);
	else if (outgoing->count > 0 || outgoing->references > 0)
		err = 0;
	return err ? lfb__fail(luo->kernel, err, "FLB %.47s has no %s object (%d)", flb->compatible,
			       incoming ? "incoming" : "outgoing", err) : 0;
}

/* Called with the lock held, with what have_object() said. */
static void find_wrong_phase(struct luo *luo, const struct liveupdate_flb *flb, bool incoming,
			     int err)
{
	const char *what = NULL;

	if (incoming && err == -ENODATA && flb->private.incoming.finished)
		what = "the object of the kernel before is finished";
	else if (!incoming && err)
		what = "nothing is preserved";
	else if (!incoming && luo->serialized)
		what = "the FLBs are serialized: what is changed now is not handed over";
	if (unlikely(what != NULL))
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_WRONG_PHASE,
			  luo_flb_name(flb).text, "%s", what);
}

/* The locked family (rfc-v6): on success the object cannot go away until unlock. */

static int lock(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb_state *state;
	int err = check(luo, args, LUO_ACCESSORS_LOCKED, args->objp);

	if (err)
		return err;
	state = luo_flb_state(args->flb, args->incoming);
	mutex_lock(&state->lock);
	err = have_object(luo, args->flb, args->incoming);
	if (!err || args->incoming)
		find_wrong_phase(luo, args->flb, args->incoming, err);
	if (!err) {
		*args->objp = state->obj;
		luo_flb_tell(luo, LFB_DID_FLB_LOCKED, args->flb, args->incoming,
			     (struct luo_flb_change){ 0 });
		return 0;
	}
	mutex_unlock(&state->lock);
	if (!args->incoming)
		lfb__warn_as(LFB_FINDING_FLB_GET_WRONG_PHASE,
			     luo_flb_name(args->flb).text, args->function,
			     "FLB %.47s: nothing is preserved", args->flb->compatible);
	return err;
}

int liveupdate_flb_incoming_locked(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(lock, &(struct luo_args){ .function = __func__, .flb = flb,
						   .incoming = true, .objp = objp });
}

int liveupdate_flb_outgoing_locked(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(lock, &(struct luo_args){ .function = __func__, .flb = flb,
						   .objp = objp });
}

/* The review asked of the argument: assignment or validation? The posted patch assigns. */
static void take_back(struct luo *luo, const struct liveupdate_flb *flb,
		      struct liveupdate_flb_state *state, void *obj)
{
	struct luo_name name;

	if (likely(obj == state->obj))
		return;
	name = luo_flb_name(flb);
	if (luo_quirk(luo, LUO_QUIRK_FLB_UNLOCK_STORES_OBJ)) {
		state->obj = obj;
		lfb__find(luo->kernel, LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, name.text,
			  "unlocked with another object than it was locked with");
		lfb__find(luo->kernel, LFB_FINDING_FLB_OBJECT_REPLACED, name.text,
			  "the argument of unlock is its object now");
	} else {
		lfb__warn_as(LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, name.text,
			     "liveupdate_flb_unlock", "FLB %.47s: unlocked with another object "
			     "than it was locked with", flb->compatible);
	}
}

static int unlock(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb_state *state;
	int err = check(luo, args, LUO_ACCESSORS_LOCKED, args->objp);

	if (err)
		return err;
	state = luo_flb_state(args->flb, args->incoming);
	take_back(luo, args->flb, state, *args->objp);
	luo_flb_tell(luo, LFB_DID_FLB_UNLOCKED, args->flb, args->incoming,
		     (struct luo_flb_change){ 0 });
	mutex_unlock(&state->lock);
	return 0;
}

void liveupdate_flb_incoming_unlock(struct liveupdate_flb *flb, void *obj)
{
	luo_enter(unlock, &(struct luo_args){ .function = __func__, .flb = flb,
					      .incoming = true, .objp = &obj });
}

void liveupdate_flb_outgoing_unlock(struct liveupdate_flb *flb, void *obj)
{
	luo_enter(unlock, &(struct luo_args){ .function = __func__, .flb = flb, .objp = &obj });
}

/* The get family (linux-7.0 and later): the lock is not held on return. */

/* Called with the lock held. */
static void hand_out(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb_state *state = luo_flb_state(args->flb, args->incoming);
	bool counted = !luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED);

	*args->objp = state->obj;
	if (counted)
		state->references++;
	else
		state->lent++;
	luo_flb_tell(luo, LFB_DID_FLB_GOT, args->flb, args->incoming,
		     (struct luo_flb_change){ .references = counted });
	if (!state->obj)
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL, luo_flb_name(args->flb).text,
			  "%s() succeeded, and there is no object", args->function);
}

static int get(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb *flb = args->flb;
	struct mutex *mutex;
	int err = check(luo, args, LUO_ACCESSORS_GET, args->objp);

	if (err)
		return err;
	*args->objp = NULL;
	luo_flb_init_lazily(luo, flb);
	mutex = &luo_flb_state(flb, args->incoming)->lock;
	mutex_lock(mutex);
	err = have_object(luo, flb, args->incoming);
	if (!err) {
		hand_out(luo, args);
	} else if (!args->incoming && luo_quirk(luo, LUO_QUIRK_FLB_GET_OUTGOING_NULL)) {
		err = 0;
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL, luo_flb_name(flb).text,
			  "nothing is preserved, and %s() returned 0", args->function);
	}
	find_wrong_phase(luo, flb, args->incoming, err);
	mutex_unlock(mutex);
	return err;
}

int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(get, &(struct luo_args){ .function = __func__, .flb = flb,
						  .incoming = true, .objp = objp });
}

int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(get, &(struct luo_args){ .function = __func__, .flb = flb, .objp = objp });
}

/*
 * A kernel without references has no put, but who calls it has used the object until now. With
 * loans of both kinds it may be any of them: the younger ones are given back first.
 */
static void end_loan(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);

	if (state->lent > 0) {
		state->lent--;
	} else if (state->overdue > 0) {
		state->overdue--;
		lfb__find(luo->kernel, LFB_FINDING_FLB_USED_AFTER_PUT,
			  luo_flb_name(flb).text, "it was taken before %s and is "
			  "given back only now; this kernel counts no references",
			  incoming ? "finish" : "unpreserve");
	}
}

static int put(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb *flb = args->flb;
	int err;

	if (luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED)) {
		if (flb && luo->profile->accessors == LUO_ACCESSORS_GET)
			end_loan(luo, flb, args->incoming);
		return luo_not_here(luo, args->function);
	}
	err = check(luo, args, LUO_ACCESSORS_GET, args);
	if (err)
		return err;
	luo_flb_init_lazily(luo, flb);
	luo_flb_put(luo, flb, args->incoming);
	return 0;
}

void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
	luo_enter(put, &(struct luo_args){ .function = __func__, .flb = flb, .incoming = true });
}

void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
	luo_enter(put, &(struct luo_args){ .function = __func__, .flb = flb });
}
