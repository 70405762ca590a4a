// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An allocation that may sleep is made under a spinlock.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) DEFINE_SPINLOCK(lock);
static LFB_MODULE_DATA(newcomer) u64 retrieved;

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct keeper *keeper = NULL;

	if (!IS_BAD)
		keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);
	spin_lock(&lock);
	if (IS_BAD)
		keeper = kzalloc(sizeof(*keeper), GFP_KERNEL);
	if (keeper)
		keeper->value = ++retrieved;
	spin_unlock(&lock);
	if (!keeper)
		return -ENOMEM;
	keeper->page = phys_to_virt(argp->data);
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
