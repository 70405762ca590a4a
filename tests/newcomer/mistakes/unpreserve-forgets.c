// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The object that preserve made is forgotten by unpreserve.
 */
#include "tests/newcomer/newcomer.h"

struct wrapper {
	void *page;
};

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct wrapper *wrapper = kzalloc(sizeof(*wrapper), GFP_KERNEL);
	int err;

	if (!wrapper)
		return -ENOMEM;
	err = page_preserve(argp);
	if (err) {
		kfree(wrapper);
		return err;
	}
	wrapper->page = argp->obj;
	argp->obj = wrapper;
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct wrapper *wrapper = argp->obj;

	kho_unpreserve_free(wrapper->page);
	if (!IS_BAD)
		kfree(wrapper);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
