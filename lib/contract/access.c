// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Who gets at an FLB's object when, and whether it is given back. */
#include "lib/contract/contract.h"

static void asked(struct luo *luo, const struct liveupdate_flb *flb, bool incoming, int err)
{
	const char *what = NULL;

	if (incoming && err == -ENODATA && flb->private.incoming.finished)
		what = "the object of the kernel before is finished";
	else if (!incoming && err && flb->private.outgoing.count > 0)
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_REFUSED, luo_flb_name(flb).text,
			  "%lld files need it, and preserve set no object",
			  luo_flb_files(&flb->private.outgoing));
	else if (!incoming && err)
		what = "nothing is preserved";
	else if (!incoming && luo->serialized)
		what = "the FLBs are serialized: what is changed now is not handed over";
	if (unlikely(what != NULL))
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_WRONG_PHASE, luo_flb_name(flb).text,
			  "%s", what);
}

static void object_replaced(struct luo *luo, const struct liveupdate_flb *flb)
{
	lfb__find(luo->kernel, LFB_FINDING_FLB_UNLOCK_OTHER_OBJECT, luo_flb_name(flb).text,
		  "unlocked with another object than it was locked with");
	lfb__find(luo->kernel, LFB_FINDING_FLB_OBJECT_REPLACED, luo_flb_name(flb).text,
		  "the argument of unlock is its object now");
}

/*
 * What a callback makes while it has a reference of an FLB is part of what files share: in the old
 * kernel it goes with that at the latest, in the new one it may go on anywhere.
 */
static void borrow(struct luo *luo, struct liveupdate_flb_state *state, bool incoming)
{
	struct lfb_frame *frame = lfb__frame(luo->kernel);

	if (!frame || frame->holder == &state->lfb_holder)
		return;
	frame->borrows = state;
	frame->lender = incoming ? NULL : &state->lfb_holder;
}

static void puts_back(struct luo *luo, const struct luo_args *args)
{
	struct lfb_frame *frame = lfb__frame(luo->kernel);

	if (frame && frame->borrows == luo_flb_state(args->flb, args->incoming))
		frame->borrows = NULL;
}

static void got(struct luo *luo, const struct luo_args *args, bool counted)
{
	struct liveupdate_flb_state *state = luo_flb_state(args->flb, args->incoming);

	state->lent += !counted;
	if (counted)
		borrow(luo, state, args->incoming);
	luo_on_flb(luo, LFB_DID_FLB_GOT, args->flb, args->incoming, counted, NULL);
	if (unlikely(!state->obj))
		lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL, luo_flb_name(args->flb).text,
			  "%s() succeeded, and there is no object", args->function);
}

static void got_nothing(struct luo *luo, const struct luo_args *args)
{
	lfb__find(luo->kernel, LFB_FINDING_FLB_GET_NULL, luo_flb_name(args->flb).text,
		  "nothing is preserved, and %s() returned 0", args->function);
}

/*
 * A kernel without references has no put, but who calls it has used the object until now. With
 * loans of both kinds it may be any of them: the younger ones are given back first.
 */
static void given_back(struct luo *luo, struct liveupdate_flb *flb, bool incoming)
{
	struct liveupdate_flb_state *state = luo_flb_state(flb, incoming);

	if (state->lent > 0) {
		state->lent--;
	} else if (state->overdue > 0) {
		state->overdue--;
		lfb__find(luo->kernel, LFB_FINDING_FLB_USED_AFTER_PUT, luo_flb_name(flb).text,
			  "it was taken before %s and is given back only now; this kernel counts "
			  "no references", incoming ? "finish" : "unpreserve");
	}
}

const struct luo_watch_access luo_contract_access = {
	.asked = asked,
	.object_replaced = object_replaced,
	.got = got,
	.puts = puts_back,
	.got_nothing = got_nothing,
	.given_back = given_back,
};
