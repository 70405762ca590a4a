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
	const char *why = "no file of it is preserved";
	int err = -ENOENT;

	if (incoming) {
		err = luo_flb_retrieve_locked(luo, flb);
		why = flb->private.incoming.finished ? "it is finished" :
		      err == -ENODATA ? "this kernel was handed no live update" :
		      err == -ENOENT ? "none was handed over" : "it could not be retrieved";
	} else if (luo_quirk(luo, LUO_QUIRK_FLB_GET_OUTGOING_NEEDS_OBJ) ? outgoing->obj != NULL :
									  outgoing->count > 0) {
		err = 0;
	}
	return err ? lfb__fail(luo->kernel, err, "FLB %.47s has no %s object: %s (%d)",
			       flb->compatible, incoming ? "incoming" : "outgoing", why, err) : 0;
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
		luo->watch->access->asked(luo, args->flb, args->incoming, err);
	if (!err) {
		*args->objp = state->obj;
		luo_on_flb(luo, LFB_DID_FLB_LOCKED, args->flb, args->incoming, 0, NULL);
		return 0;
	}
	mutex_unlock(&state->lock);
	if (!args->incoming)
		luo->watch->flb->warned(args->flb, LUO_WARN_NOTHING_TO_LOCK);
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
	if (likely(obj == state->obj))
		return;
	if (luo_quirk(luo, LUO_QUIRK_FLB_UNLOCK_STORES_OBJ)) {
		state->obj = obj;
		luo->watch->access->object_replaced(luo, flb);
	} else {
		luo->watch->flb->warned(flb, LUO_WARN_UNLOCKED_WITH_OTHER);
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
	luo_on_flb(luo, LFB_DID_FLB_UNLOCKED, args->flb, args->incoming, 0, NULL);
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
		luo_flb_hold(luo, args->flb, args->incoming);
	luo->watch->access->got(luo, args, counted);
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
		luo->watch->access->got_nothing(luo, args);
	}
	luo->watch->access->asked(luo, flb, args->incoming, err);
	mutex_unlock(mutex);
	return err;
}

int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(get, &(struct luo_args){ .which = LUO_FLB_GET, .function = __func__,
						  .flb = flb, .incoming = true, .objp = objp });
}

int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)
{
	return luo_enter(get, &(struct luo_args){ .which = LUO_FLB_GET, .function = __func__,
						  .flb = flb, .objp = objp });
}

static int put(struct luo *luo, const struct luo_args *args)
{
	struct liveupdate_flb *flb = args->flb;
	int err;

	if (luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED)) {
		if (flb && luo->profile->accessors == LUO_ACCESSORS_GET)
			luo->watch->access->given_back(luo, flb, args->incoming);
		return luo_not_here(luo, args->function);
	}
	err = check(luo, args, LUO_ACCESSORS_GET, args);
	if (err)
		return err;
	luo_flb_init_lazily(luo, flb);
	luo->watch->access->puts(luo, args);
	luo_flb_put(luo, flb, args->incoming);
	return 0;
}

void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
	luo_enter(put, &(struct luo_args){ .which = LUO_FLB_PUT, .function = __func__,
					   .flb = flb, .incoming = true });
}

void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
	luo_enter(put, &(struct luo_args){ .which = LUO_FLB_PUT, .function = __func__,
					   .flb = flb });
}
