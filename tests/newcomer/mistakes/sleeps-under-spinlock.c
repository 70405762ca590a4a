// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An allocation that may sleep is made under a spinlock.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) DEFINE_SPINLOCK(lock);
static LFB_MODULE_DATA(newcomer) void *last;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	void *obj = NULL;

	if (!IS_BAD)
		obj = kzalloc(64, GFP_KERNEL);
	spin_lock(&lock);
	if (IS_BAD)
		obj = kzalloc(64, GFP_KERNEL);
	last = obj;
	spin_unlock(&lock);
	argp->obj = obj;
	return obj ? 0 : -ENOMEM;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
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
