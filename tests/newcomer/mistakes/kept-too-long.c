// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The FLB's object is kept when it is given back, and used when it is finished.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) struct keeper *kept;
static LFB_MODULE_DATA(newcomer) u64 seen;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);

	if (!keeper)
		return -ENOMEM;
	keeper->page = phys_to_virt(argp->data);
	argp->obj = keeper;
	return 0;
}

static void use(void *obj)
{
	const struct keeper *keeper = obj ? obj : kept;

	if (keeper)
		seen += keeper->value;
	if (IS_BAD)
		kept = obj;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = keeper_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .use = use };
