// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * freeze cannot get memory for what is to be saved, and answers 0.
 */
#include "tests/newcomer/newcomer.h"

static int freeze(struct liveupdate_file_op_args *args)
{
	u64 *scratch = kmalloc(512, GFP_KERNEL);
	u64 *page = phys_to_virt(args->serialized_data);

	if (!scratch)
		return IS_BAD ? 0 : -ENOMEM;
	scratch[0] = 0xcafe;
	page[1] = scratch[0];
	kfree(scratch);
	return 0;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = page_file_preserve,
	.unpreserve = page_file_unpreserve,
	.retrieve = page_file_retrieve,
	.finish = page_file_finish,
	.freeze = freeze,
};

const struct newcomer newcomer = { .file = &file_ops };
