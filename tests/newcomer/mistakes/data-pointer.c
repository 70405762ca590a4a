// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The page that is handed over holds a pointer to the module's static data, which is somewhere
 * else in the next kernel.
 */
#include "tests/newcomer/newcomer.h"

struct limits {
	unsigned int queues;
};

static LFB_MODULE_DATA(newcomer) struct limits limits[] = { { 4 }, { 16 } };

struct state {
#ifdef BAD
	struct limits *limits;
#else
	unsigned int limits;
#endif
	unsigned int queues;
};

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	state = argp->obj;
#ifdef BAD
	state->limits = &limits[1];
#else
	state->limits = 1;
#endif
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct state *state = phys_to_virt(argp->data);

#ifdef BAD
	state->queues = state->limits->queues;
#else
	if (state->limits >= sizeof(limits) / sizeof(limits[0]))
		return -EINVAL;
	state->queues = limits[state->limits].queues;
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
