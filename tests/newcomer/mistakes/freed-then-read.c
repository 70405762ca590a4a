// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * finish frees the object and then reads from it where the page is.
 */
#include "tests/newcomer/newcomer.h"

struct wrapper {
	void *page;
};

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct wrapper *wrapper = kzalloc(sizeof(*wrapper), GFP_KERNEL);

	if (!wrapper)
		return -ENOMEM;
	wrapper->page = phys_to_virt(argp->data);
	argp->obj = wrapper;
	return 0;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct wrapper *wrapper = argp->obj;

	if (!wrapper) {
		kho_restore_free(phys_to_virt(argp->data));
		return;
	}
#ifdef BAD
	kfree(wrapper);
	kho_restore_free(wrapper->page);
#else
	kho_restore_free(wrapper->page);
	kfree(wrapper);
#endif
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
