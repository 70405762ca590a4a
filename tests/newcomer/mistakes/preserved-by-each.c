// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Each file preserves the folio that all share: it is one bit, gone with the first file.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) struct folio *shared;
static LFB_MODULE_DATA(newcomer) unsigned int users;

static int preserve(struct liveupdate_file_op_args *args)
{
	int err = 0;

	if (IS_BAD || !users)
		err = kho_preserve_folio(shared);
	if (err)
		return err;
	users++;
	args->serialized_data = PFN_PHYS(folio_pfn(shared));
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	users--;
	if (IS_BAD || !users)
		kho_unpreserve_folio(shared);
}

static LFB_MODULE_DATA(newcomer) bool taken_over;

/* Whichever file is finished first gives the old kernel's folio back. */
static void finish(struct liveupdate_file_op_args *args)
{
	struct folio *folio = taken_over ? NULL : kho_restore_folio(args->serialized_data);

	taken_over = true;
	if (folio)
		folio_put(folio);
}

static int init(void)
{
	shared = folio_alloc(GFP_KERNEL | __GFP_ZERO, 0);
	return shared ? 0 : -ENOMEM;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .file = &file_ops, .init = init };
