// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The object that preserve makes has a lock that is initialized, the one of retrieve has none.
 */
#include "tests/newcomer/newcomer.h"

struct table {
	struct keeper keeper;
	struct mutex lock;
};

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->keeper.page = phys_to_virt(argp->data);
	if (!IS_BAD)
		mutex_init(&table->lock);
	argp->obj = table;
	return 0;
}

static void use(void *obj)
{
	struct table *table = obj;

	if (!table)
		return;
	mutex_lock(&table->lock);
	table->keeper.value++;
	mutex_unlock(&table->lock);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = keeper_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .use = use };
