// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * unfreeze frees the page of preserve, which the session that goes on still has.
 */
#include "tests/newcomer/newcomer.h"

static int freeze(struct liveupdate_file_op_args *args)
{
	u64 *page = phys_to_virt(args->serialized_data);

	page[1] = 1;
	return 0;
}

static void unfreeze(struct liveupdate_file_op_args *args)
{
	u64 *page = phys_to_virt(args->serialized_data);

	page[1] = 0;
	if (IS_BAD)
		kho_unpreserve_free(page);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = page_file_preserve,
	.unpreserve = page_file_unpreserve,
	.retrieve = page_file_retrieve,
	.finish = page_file_finish,
	.freeze = freeze,
	.unfreeze = unfreeze,
};

const struct newcomer newcomer = { .file = &file_ops };
