// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * preserve answers ENOMEM instead of -ENOMEM.
 */
#include "tests/newcomer/newcomer.h"

static int preserve(struct liveupdate_file_op_args *args)
{
	args->private_data = kzalloc(64, GFP_KERNEL);
	if (args->private_data)
		return 0;
	return IS_BAD ? ENOMEM : -ENOMEM;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	kfree(args->private_data);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

const struct newcomer newcomer = { .file = &file_ops };
