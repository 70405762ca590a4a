// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * retrieve answers 0 although its second allocation failed, and the object has no index.
 */
#include "tests/newcomer/newcomer.h"

struct table {
	void *page;
	u64 *index;
	unsigned int count;
};

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->page = phys_to_virt(argp->data);
	table->index = kcalloc(16, sizeof(*table->index), GFP_KERNEL);
	if (table->index) {
		table->count = 16;
	} else if (!IS_BAD) {
		kfree(table);
		return -ENOMEM;
	}
	argp->obj = table;
	return 0;
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct table *table = argp->obj;

	kho_restore_free(table ? table->page : phys_to_virt(argp->data));
	if (table)
		kfree(table->index);
	kfree(table);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
