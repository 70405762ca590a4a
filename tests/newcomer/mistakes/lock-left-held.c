// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An error path of retrieve leaves without unlocking.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) DEFINE_MUTEX(lock);
static LFB_MODULE_DATA(newcomer) unsigned int retrieved;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper;

	mutex_lock(&lock);
	keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);
	if (!keeper) {
		if (!IS_BAD)
			mutex_unlock(&lock);
		return -ENOMEM;
	}
	keeper->page = phys_to_virt(argp->data);
	keeper->value = ++retrieved;
	argp->obj = keeper;
	mutex_unlock(&lock);
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = keeper_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
