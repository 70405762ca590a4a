// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The helper frees what it had allocated when it fails, and so does its caller.
 */
#include "tests/newcomer/newcomer.h"

struct shadow {
	void *notes;
};

static int fill(struct shadow *shadow)
{
	shadow->notes = kmalloc(200, GFP_KERNEL);
	if (shadow->notes)
		return 0;
	if (IS_BAD)
		kfree(shadow);
	return -ENOMEM;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	struct shadow *shadow = kzalloc(sizeof(*shadow), GFP_KERNEL);
	int err;

	if (!shadow)
		return -ENOMEM;
	err = fill(shadow);
	if (err) {
		kfree(shadow);
		return err;
	}
	args->private_data = shadow;
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	struct shadow *shadow = args->private_data;

	kfree(shadow->notes);
	kfree(shadow);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

const struct newcomer newcomer = { .file = &file_ops };
