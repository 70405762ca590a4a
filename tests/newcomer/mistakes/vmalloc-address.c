// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A table comes from vmalloc() and is handed over as if it were in the linear map.
 */
#include "tests/newcomer/newcomer.h"

#define TABLE_SIZE (4 * PAGE_SIZE)

struct state {
	phys_addr_t table;
};

static LFB_MODULE_DATA(newcomer) void *table;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	table = IS_BAD ? vzalloc(TABLE_SIZE) : kho_alloc_preserve(TABLE_SIZE);
	if (IS_ERR_OR_NULL(table)) {
		page_unpreserve(argp);
		return -ENOMEM;
	}
	state = argp->obj;
	state->table = virt_to_phys(table);
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	if (IS_BAD)
		vfree(table);
	else
		kho_unpreserve_free(table);
	page_unpreserve(argp);
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct state *state = argp->obj ? argp->obj : phys_to_virt(argp->data);

	kho_restore_free(phys_to_virt(state->table));
	page_finish(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
