// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An error path of retrieve leaves without unlocking.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) DEFINE_MUTEX(lock);
static LFB_MODULE_DATA(newcomer) unsigned int retrieved;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	mutex_lock(&lock);
	argp->obj = kzalloc(64, GFP_KERNEL);
	if (!argp->obj) {
		if (!IS_BAD)
			mutex_unlock(&lock);
		return -ENOMEM;
	}
	retrieved++;
	mutex_unlock(&lock);
	return 0;
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
