// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The FLB's object is kept when it is given back, and used when it is finished.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) u64 *kept;
static LFB_MODULE_DATA(newcomer) u64 seen;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	argp->obj = kmemdup(phys_to_virt(argp->data), 64, GFP_KERNEL);
	return argp->obj ? 0 : -ENOMEM;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	kfree(argp->obj);
	page_finish(argp);
}

static void use(void *obj, bool finished)
{
	if (finished)
		seen += kept ? *kept : 0;
	else if (IS_BAD)
		kept = obj;
	else
		seen = *(u64 *)obj;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .use = use };
