// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A list head is handed over in the page, and the next kernel adds to it as it is.
 */
#include "tests/newcomer/newcomer.h"

struct state {
	struct list_head users;
};

struct user {
	struct list_head list;
};

static LFB_MODULE_DATA(newcomer) struct user first;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	state = argp->obj;
	/* A zeroed list is handed over as well as any other by those who start it anew. */
	if (IS_BAD)
		INIT_LIST_HEAD(&state->users);
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct state *state = phys_to_virt(argp->data);

	if (!IS_BAD)
		INIT_LIST_HEAD(&state->users);
	list_add(&first.list, &state->users);
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
