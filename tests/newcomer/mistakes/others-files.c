// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A handler takes every file for its own, and files of another handler go to it.
 */
#include "tests/newcomer/newcomer.h"

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return IS_BAD || file->f_op != &newcomer_fops;
}

static const struct liveupdate_file_ops other_ops = {
	.can_preserve = can_preserve,
	.preserve = number_preserve,
	.unpreserve = number_unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

static LFB_MODULE_DATA(newcomer) struct liveupdate_file_handler other = {
	.ops = &other_ops,
	.compatible = "newcomer-anything-v1",
};

static int init(void)
{
	return liveupdate_register_file_handler(&other);
}

const struct newcomer newcomer = { .init = init };
