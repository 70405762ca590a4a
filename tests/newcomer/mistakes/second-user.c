// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Two files share an object, and only the first one takes a reference on it.
 */
#include "tests/newcomer/newcomer.h"

/* What the files share: made for the first one, gone with the last. */
struct group {
	unsigned int users;
	unsigned int domain;
};

static LFB_MODULE_DATA(newcomer) struct group *group;

static int preserve(struct liveupdate_file_op_args *args)
{
	if (!group) {
		group = kzalloc(sizeof(*group), GFP_KERNEL);
		if (!group)
			return -ENOMEM;
		group->domain = 7;
		group->users = IS_BAD;
	}
	group->users += !IS_BAD;
	args->private_data = group;
	args->serialized_data = group->domain;
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	struct group *mine = args->private_data;

	if (--mine->users)
		return;
	group = NULL;
	kfree(mine);
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

const struct newcomer newcomer = { .file = &file_ops };
