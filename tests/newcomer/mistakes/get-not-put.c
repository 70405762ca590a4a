// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A file's preserve borrows the FLB's object, and does not give it back when it fails.
 */
#include "tests/newcomer/newcomer.h"

static int preserve(struct liveupdate_file_op_args *args)
{
	void *obj;
	int err = liveupdate_flb_get_outgoing(&newcomer_flb[0], &obj);

	if (err)
		return err;
	args->private_data = kmemdup(obj, 64, GFP_KERNEL);
	if (!args->private_data) {
		if (!IS_BAD)
			liveupdate_flb_put_outgoing(&newcomer_flb[0]);
		return -ENOMEM;
	}
	liveupdate_flb_put_outgoing(&newcomer_flb[0]);
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	kfree(args->private_data);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

const struct newcomer newcomer = { .file = &file_ops, .flb = { &flb_ops } };
