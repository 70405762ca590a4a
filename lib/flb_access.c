// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * How subsystems get at their FLB's objects: two families, one helper each, two directions.
 */
#include "lib/luo/luo.h"

enum direction { OUTGOING, INCOMING };

static struct liveupdate_flb_state *state_of(struct liveupdate_flb *flb, enum direction direction)
{
	return direction == INCOMING ? &flb->private.incoming : &flb->private.outgoing;
}

static int check(struct luo *luo, const struct liveupdate_flb *flb, void **objp,
		 enum luo_accessors family, const char *function)
{
	if (luo->profile->accessors != family)
		return luo_not_here(luo, function);
	if (!flb || !objp)
		return lfb__fail(luo->kernel, -EINVAL, "%s: no %s", function,
				 flb ? "place for the object" : "FLB");
	if (luo->profile->has_init_flb && !flb->private.initialized)
		return lfb__fail(luo->kernel, -EINVAL, "%s: FLB %.47s: liveupdate_init_flb() first",
				 function, flb->compatible);
	return 0;
}

/* With the lock held: is there an object to give? */
static int have_object(struct luo *luo, struct liveupdate_flb *flb, enum direction direction)
{
	struct liveupdate_flb_state *state = state_of(flb, direction);

	if (direction == INCOMING)
		return luo_flb_retrieve_locked(luo, flb);
	return state->count > 0 || state->references > 0 ? 0 : -ENOENT;
}

/* Called with the lock held, with what have_object() said. */
static void find_wrong_phase(struct luo *luo, const struct liveupdate_flb *flb,
			     enum direction direction, int err)
{
	const char *what = NULL;

	if (direction == INCOMING && err == -ENODATA && flb->private.incoming.finished)
		what = "the object of the kernel before is finished";
	else if (direction == OUTGOING && err)
		what = "nothing is preserved";
	else if (direction == OUTGOING && luo->serialized)
		what = "the FLBs are serialized: what is changed now is not handed over";
	if (unlikely(what != NULL))
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_WRONG_PHASE,
			  luo_name("flb", flb->compatible).text, "%s", what);
}

/*
 * The locked family (rfc-v6): on success the object cannot go away until unlock.
 */

static int get_locked(struct luo *luo, struct liveupdate_flb *flb, void **objp,
		      enum direction direction)
{
	struct liveupdate_flb_state *state = state_of(flb, direction);
	int err;

	mutex_lock(&state->lock);
	err = have_object(luo, flb, direction);
	if (!err || direction == INCOMING)
		find_wrong_phase(luo, flb, direction, err);
	if (!err) {
		*objp = state->obj;
		return 0;
	}
	mutex_unlock(&state->lock);
	if (direction == OUTGOING)
		lfb__warn_as(LFB_FINDING_FLB_GET_WRONG_PHASE, luo_name("flb", flb->compatible).text,
			     "liveupdate_flb_outgoing_locked", "FLB %.47s: nothing is preserved",
			     flb->compatible);
	return err;
}

static long incoming_locked(struct luo *luo, void *flb, void *objp, void *c)
{
	int err = check(luo, flb, objp, LUO_ACCESSORS_LOCKED, "liveupdate_flb_incoming_locked");

	(void)c;
	return err ? err : get_locked(luo, flb, objp, INCOMING);
}

static long outgoing_locked(struct luo *luo, void *flb, void *objp, void *c)
{
	int err = check(luo, flb, objp, LUO_ACCESSORS_LOCKED, "liveupdate_flb_outgoing_locked");

	(void)c;
	return err ? err : get_locked(luo, flb, objp, OUTGOING);
}

int liveupdate_flb_incoming_locked(struct liveupdate_flb *flb, void **objp)
{
	return (int)luo_enter(incoming_locked, flb, objp, NULL);
}

int liveupdate_flb_outgoing_locked(struct liveupdate_flb *flb, void **objp)
{
	return (int)luo_enter(outgoing_locked, flb, objp, NULL);
}

/* The review asked of the argument: assignment or validation? The posted patch assigns. */
static void unlock(struct luo *luo, struct liveupdate_flb *flb, void *obj,
		   enum direction direction)
{
	struct liveupdate_flb_state *state = state_of(flb, direction);
	struct luo_name name;

	if (unlikely(obj != state->obj)) {
		name = luo_name("flb", flb->compatible);
		if (luo_quirk(luo, LUO_QUIRK_FLB_UNLOCK_STORES_OBJ)) {
			state->obj = obj;
			lfb__find(luo->kernel, LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, name.text,
				  "unlocked with another object than it was locked with");
			lfb__find(luo->kernel, LFB_FINDING_FLB_OBJECT_REPLACED, name.text,
				  "the argument of unlock is its object now");
		} else {
			lfb__warn_as(LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, name.text,
				     "liveupdate_flb_unlock", "FLB %.47s: unlocked with another "
				     "object than it was locked with", flb->compatible);
		}
	}
	mutex_unlock(&state->lock);
}

static long unlock_entry(struct luo *luo, struct liveupdate_flb *flb, void *obj,
			 enum direction direction, const char *function)
{
	int err = check(luo, flb, &obj, LUO_ACCESSORS_LOCKED, function);

	if (!err)
		unlock(luo, flb, obj, direction);
	return err;
}

static long incoming_unlock(struct luo *luo, void *flb, void *obj, void *c)
{
	(void)c;
	return unlock_entry(luo, flb, obj, INCOMING, "liveupdate_flb_incoming_unlock");
}

static long outgoing_unlock(struct luo *luo, void *flb, void *obj, void *c)
{
	(void)c;
	return unlock_entry(luo, flb, obj, OUTGOING, "liveupdate_flb_outgoing_unlock");
}

void liveupdate_flb_incoming_unlock(struct liveupdate_flb *flb, void *obj)
{
	luo_enter(incoming_unlock, flb, obj, NULL);
}

void liveupdate_flb_outgoing_unlock(struct liveupdate_flb *flb, void *obj)
{
	luo_enter(outgoing_unlock, flb, obj, NULL);
}

/*
 * The get family (linux-7.0 and later): the lock is not held on return.
 */

static int get(struct luo *luo, struct liveupdate_flb *flb, void **objp, enum direction direction)
{
	struct liveupdate_flb_state *state = state_of(flb, direction);
	int err;

	*objp = NULL;
	luo_flb_init_lazily(luo, flb);
	mutex_lock(&state->lock);
	err = have_object(luo, flb, direction);
	if (!err) {
		*objp = state->obj;
		if (!luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED))
			state->references++;
		else
			state->lent++;
		if (!state->obj)
			lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL,
				  luo_name("flb", flb->compatible).text, "%s succeeded, and there "
				  "is no object", direction == INCOMING ?
				  "liveupdate_flb_get_incoming()" :
				  "liveupdate_flb_get_outgoing()");
	} else if (direction == OUTGOING && luo_quirk(luo, LUO_QUIRK_FLB_GET_OUTGOING_NULL)) {
		err = 0;
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL,
			  luo_name("flb", flb->compatible).text, "nothing is preserved, and "
			  "liveupdate_flb_get_outgoing() returned 0");
	}
	find_wrong_phase(luo, flb, direction, err);
	mutex_unlock(&state->lock);
	return err;
}

static long get_incoming(struct luo *luo, void *flb, void *objp, void *c)
{
	int err = check(luo, flb, objp, LUO_ACCESSORS_GET, "liveupdate_flb_get_incoming");

	(void)c;
	return err ? err : get(luo, flb, objp, INCOMING);
}

static long get_outgoing(struct luo *luo, void *flb, void *objp, void *c)
{
	int err = check(luo, flb, objp, LUO_ACCESSORS_GET, "liveupdate_flb_get_outgoing");

	(void)c;
	return err ? err : get(luo, flb, objp, OUTGOING);
}

int liveupdate_flb_get_incoming(struct liveupdate_flb *flb, void **objp)
{
	return (int)luo_enter(get_incoming, flb, objp, NULL);
}

int liveupdate_flb_get_outgoing(struct liveupdate_flb *flb, void **objp)
{
	return (int)luo_enter(get_outgoing, flb, objp, NULL);
}

/*
 * A kernel without references has no put, but who calls it has used the object until now. With
 * loans of both kinds it may be any of them: the younger ones are given back first.
 */
static void end_loan(struct luo *luo, const struct liveupdate_flb *flb,
		     struct liveupdate_flb_state *state)
{
	if (state->lent > 0) {
		state->lent--;
	} else if (state->overdue > 0) {
		state->overdue--;
		lfb__find(luo->kernel, LFB_FINDING_FLB_USED_AFTER_PUT,
			  luo_name("flb", flb->compatible).text, "it was taken before %s and is "
			  "given back only now; this kernel counts no references",
			  state == &flb->private.incoming ? "finish" : "unpreserve");
	}
}

static long put_entry(struct luo *luo, struct liveupdate_flb *flb, enum direction direction,
		      const char *function)
{
	int err;

	if (luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED)) {
		if (flb && luo->profile->accessors == LUO_ACCESSORS_GET)
			end_loan(luo, flb, state_of(flb, direction));
		return luo_not_here(luo, function);
	}
	err = check(luo, flb, (void **)&flb, LUO_ACCESSORS_GET, function);
	if (!err) {
		luo_flb_init_lazily(luo, flb);
		luo_flb_put(luo, flb, direction == INCOMING);
	}
	return err;
}

static long put_incoming(struct luo *luo, void *flb, void *b, void *c)
{
	(void)b, (void)c;
	return put_entry(luo, flb, INCOMING, "liveupdate_flb_put_incoming");
}

static long put_outgoing(struct luo *luo, void *flb, void *b, void *c)
{
	(void)b, (void)c;
	return put_entry(luo, flb, OUTGOING, "liveupdate_flb_put_outgoing");
}

void liveupdate_flb_put_incoming(struct liveupdate_flb *flb)
{
	luo_enter(put_incoming, flb, NULL, NULL);
}

void liveupdate_flb_put_outgoing(struct liveupdate_flb *flb)
{
	luo_enter(put_outgoing, flb, NULL, NULL);
}
