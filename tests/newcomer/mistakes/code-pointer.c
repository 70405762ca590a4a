// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The page that is handed over holds the address of a function, which the next kernel calls.
 */
#include "tests/newcomer/newcomer.h"

struct state {
#ifdef BAD
	void (*reset)(struct state *state);
#else
	unsigned int kind;
#endif
	unsigned int queues;
};

static void reset_slowly(struct state *state)
{
	state->queues = 1;
}

#ifndef BAD
static void reset_fast(struct state *state)
{
	state->queues = 16;
}

static void (*const resets[])(struct state *state) = { reset_fast, reset_slowly };
#endif

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	state = argp->obj;
#ifdef BAD
	state->reset = reset_slowly;
#else
	state->kind = 1;
#endif
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct state *state = phys_to_virt(argp->data);

#ifdef BAD
	state->reset(state);
#else
	if (state->kind >= sizeof(resets) / sizeof(resets[0]))
		return -EINVAL;
	resets[state->kind](state);
#endif
	argp->obj = state;
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
