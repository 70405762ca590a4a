// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A second file handler is not marked as the module's data, and stays registered over the jump.
 */
#include "tests/newcomer/newcomer.h"

static bool is_nobodys(struct liveupdate_file_handler *handler, struct file *file)
{
	return false;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_nobodys,
	.preserve = number_preserve,
	.unpreserve = number_unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

static
#ifndef BAD
LFB_MODULE_DATA(newcomer)
#endif
struct liveupdate_file_handler unmarked = { .ops = &file_ops, .compatible = "unmarked-v1" };

static int init(void)
{
	return liveupdate_register_file_handler(&unmarked);
}

const struct newcomer newcomer = { .init = init };
