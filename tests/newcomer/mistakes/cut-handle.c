// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A physical address is kept in 32 bits: right on machines with less than 4 GiB only.
 */
#include "tests/newcomer/newcomer.h"

struct state {
#ifdef BAD
	u32 table;
#else
	phys_addr_t table;
#endif
};

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	void *table;
	int err = page_preserve(argp);

	if (err)
		return err;
	table = kho_alloc_preserve(4 * PAGE_SIZE);
	if (IS_ERR(table)) {
		kho_unpreserve_free(argp->obj);
		return (int)PTR_ERR(table);
	}
	state = argp->obj;
	state->table = virt_to_phys(table);
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state = argp->obj;

	kho_unpreserve_free(phys_to_virt(state->table));
	kho_unpreserve_free(state);
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	struct state *state = argp->obj ? argp->obj : phys_to_virt(argp->data);

	kho_restore_free(phys_to_virt(state->table));
	kho_restore_free(state);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = page_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
