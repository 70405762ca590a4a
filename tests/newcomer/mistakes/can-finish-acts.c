// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * can_finish, which is asked again when another file is not ready, takes the page over.
 */
#include "tests/newcomer/newcomer.h"

static bool can_finish(struct liveupdate_file_op_args *args)
{
	if (IS_BAD)
		page_file_finish(args);
	return true;
}

static void finish(struct liveupdate_file_op_args *args)
{
	if (!IS_BAD)
		page_file_finish(args);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = page_file_preserve,
	.unpreserve = page_file_unpreserve,
	.retrieve = page_file_retrieve,
	.finish = finish,
	.can_finish = can_finish,
};

const struct newcomer newcomer = { .file = &file_ops };
