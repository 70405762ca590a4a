// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A loop that should stop before the last entry writes behind the object.
 */
#include "tests/newcomer/newcomer.h"

#define ENTRIES 8

static int preserve(struct liveupdate_file_op_args *args)
{
	u64 *shadow = kmalloc(ENTRIES * sizeof(*shadow), GFP_KERNEL);

	if (!shadow)
		return -ENOMEM;
	for (int i = 0; i < ENTRIES + IS_BAD; i++)
		shadow[i] = 0x100u + (unsigned int)i;
	args->private_data = shadow;
	args->serialized_data = shadow[1];
	return 0;
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
