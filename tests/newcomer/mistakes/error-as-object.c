// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An error pointer is stored as the object, and retrieve answers 0.
 */
#include "tests/newcomer/newcomer.h"

static void *make_table(phys_addr_t phys)
{
	u64 *table = kmemdup(phys_to_virt(phys), 64, GFP_KERNEL);

	return table ? table : ERR_PTR(-ENOMEM);
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	void *table = make_table(argp->data);

	if (!IS_BAD && IS_ERR(table))
		return (int)PTR_ERR(table);
	argp->obj = table;
	return 0;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	if (!IS_ERR(argp->obj))
		kfree(argp->obj);
	page_finish(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
