// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * How subsystems get at their FLB's objects: two families, one helper each, two directions.
 */
#include "lib/luo.h"

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
		return lfb_fail(luo->kernel, -EINVAL, "%s: no %s", function,
				flb ? "place for the object" : "FLB");
	if (luo->profile->has_init_flb && !flb->private.initialized)
		return lfb_fail(luo->kernel, -EINVAL, "%s: FLB %.47s: liveupdate_init_flb() first",
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
	if (!err) {
		*objp = state->obj;
		return 0;
	}
	mutex_unlock(&state->lock);
	if (direction == OUTGOING)
		lfb_warn("liveupdate_flb_outgoing_locked", "FLB %.47s: nothing is preserved",
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

	if (luo_quirk(luo, LUO_QUIRK_FLB_UNLOCK_STORES_OBJ))
		state->obj = obj;
	else if (obj != state->obj)
		lfb_warn("liveupdate_flb_unlock", "FLB %.47s: unlocked with another object than "
			 "it was locked with", flb->compatible);
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
	} else if (direction == OUTGOING && luo_quirk(luo, LUO_QUIRK_FLB_GET_OUTGOING_NULL)) {
		err = 0;
	}
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

static long put_entry(struct luo *luo, struct liveupdate_flb *flb, enum direction direction,
		      const char *function)
{
	int err;

	if (luo_quirk(luo, LUO_QUIRK_FLB_GET_UNCOUNTED))
		return luo_not_here(luo, function);
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
