// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An error pointer is stored as the object, and retrieve answers 0.
 */
#include "tests/newcomer/newcomer.h"

static void *make_keeper(phys_addr_t phys)
{
	struct keeper *keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);

	if (!keeper)
		return ERR_PTR(-ENOMEM);
	keeper->page = phys_to_virt(phys);
	return keeper;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	void *keeper = make_keeper(argp->data);

	if (!IS_BAD && IS_ERR(keeper))
		return (int)PTR_ERR(keeper);
	argp->obj = keeper;
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = keeper_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
