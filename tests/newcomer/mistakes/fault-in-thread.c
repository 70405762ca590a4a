// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * NULL is followed in a thread of the test's.
 */
#include "tests/newcomer/newcomer.h"

struct state {
	phys_addr_t next;
	unsigned int weight;
};

/* The first entry is the only one: there is no next to look at. */
static int retrieve(struct liveupdate_flb_op_args *argp)
{
	const struct state *state = phys_to_virt(argp->data);
	const struct state *next = state->next ? phys_to_virt(state->next) : NULL;

	if ((IS_BAD || next) && next->weight)
		return -EINVAL;
	return page_retrieve(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .thread = true };
