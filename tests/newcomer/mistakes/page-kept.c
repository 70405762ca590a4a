// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A page is freed by finish, and a worker that knows its address writes to it afterwards.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) u64 *counter;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	int err = page_retrieve(argp);

	counter = argp->obj;
	return err;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	if (!IS_BAD)
		counter = NULL;
	page_finish(argp);
}

/* The worker runs while the object is there, and once more when all is finished. */
static void use(void *obj)
{
	if (counter)
		*counter += 1;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .use = use };
