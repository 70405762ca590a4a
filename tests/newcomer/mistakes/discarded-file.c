// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * finish frees what was handed over only if the file was retrieved.
 */
#include "tests/newcomer/newcomer.h"

static void finish(struct liveupdate_file_op_args *args)
{
	if (IS_BAD && !args->file)
		return;
	page_file_finish(args);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = page_file_preserve,
	.unpreserve = page_file_unpreserve,
	.retrieve = page_file_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .file = &file_ops };
