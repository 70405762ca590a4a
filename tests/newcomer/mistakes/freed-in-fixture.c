// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * unpreserve frees the object and then reads from it, in a test whose machine was made in a
 * fixture.
 */
#include "tests/newcomer/newcomer.h"

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);
	int err;

	if (!keeper)
		return -ENOMEM;
	err = page_preserve(argp);
	if (err) {
		kfree(keeper);
		return err;
	}
	keeper->page = argp->obj;
	argp->obj = keeper;
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = argp->obj;

#ifdef BAD
	kfree(keeper);
	kho_unpreserve_free(keeper->page);
#else
	kho_unpreserve_free(keeper->page);
	kfree(keeper);
#endif
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .fixture = true };
