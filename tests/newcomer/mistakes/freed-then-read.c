// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * finish frees the object and then reads from it where the page is.
 */
#include "tests/newcomer/newcomer.h"

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);

	if (!keeper)
		return -ENOMEM;
	keeper->page = phys_to_virt(argp->data);
	argp->obj = keeper;
	return 0;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = argp->obj;

	if (!keeper) {
		kho_restore_free(phys_to_virt(argp->data));
		return;
	}
#ifdef BAD
	kfree(keeper);
	kho_restore_free(keeper->page);
#else
	kho_restore_free(keeper->page);
	kfree(keeper);
#endif
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
