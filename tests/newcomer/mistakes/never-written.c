// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A page is handed over of which one field was never written, and the next kernel reads it.
 */
#include "tests/newcomer/newcomer.h"

struct state {
	u32 version;
	u32 flags;
	u64 base;
};

static LFB_MODULE_DATA(newcomer) unsigned int bases;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct folio *folio = folio_alloc(IS_BAD ? GFP_KERNEL : GFP_KERNEL | __GFP_ZERO, 0);
	struct state *state;
	int err;

	if (!folio)
		return -ENOMEM;
	err = kho_preserve_folio(folio);
	if (err) {
		folio_put(folio);
		return err;
	}
	state = folio_address(folio);
	state->version = 1;
	state->base = 0xfee00000;
	argp->obj = folio;
	argp->data = folio_pfn(folio) << PAGE_SHIFT;
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	kho_unpreserve_folio(argp->obj);
	folio_put(argp->obj);
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	const struct state *state = phys_to_virt(argp->data);

	if (state->version != 1)
		return -EINVAL;
	if (state->flags & 1)
		bases++;
	return page_retrieve(argp);
}

static void finish(struct liveupdate_flb_op_args *argp)
{
	phys_addr_t phys = argp->obj ? virt_to_phys(argp->obj) : argp->data;
	struct folio *folio = kho_restore_folio(phys);

	if (folio)
		folio_put(folio);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
