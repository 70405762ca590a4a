// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A folio is given back, and is still marked as preserved.
 */
#include "tests/newcomer/newcomer.h"

#define ORDER 2

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct folio *folio = folio_alloc(GFP_KERNEL | __GFP_ZERO, ORDER);
	int err;

	if (!folio)
		return -ENOMEM;
	err = kho_preserve_folio(folio);
	if (err) {
		folio_put(folio);
		return err;
	}
	argp->obj = folio;
	argp->data = PFN_PHYS(folio_pfn(folio));
	return 0;
}

static void unpreserve(struct liveupdate_flb_op_args *argp)
{
	if (!IS_BAD)
		kho_unpreserve_folio(argp->obj);
	folio_put(argp->obj);
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
	.retrieve = page_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
