// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The address of a vmalloc area is handed over as if it were in the linear map.
 */
#include "tests/newcomer/newcomer.h"

struct state {
	struct kho_vmalloc area;
	phys_addr_t table;
};

static LFB_MODULE_DATA(newcomer) void *table;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	table = vzalloc(3 * PAGE_SIZE);
	state = argp->obj;
	err = table ? kho_preserve_vmalloc(table, &state->area) : -ENOMEM;
	if (err) {
		vfree(table);
		page_unpreserve(argp);
		return err;
	}
	if (IS_BAD)
		state->table = virt_to_phys(table);
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state = argp->obj;

	kho_unpreserve_vmalloc(&state->area);
	vfree(table);
	page_unpreserve(argp);
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct state *state = phys_to_virt(argp->data);

	vfree(kho_restore_vmalloc(&state->area));
	page_finish(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
