// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The module of plain.h. */
#include "tests/newcomer/plain/plain.h"

static bool can_preserve(struct liveupdate_file_handler *handler, struct file *file)
{
	return true;
}

static int nothing(struct liveupdate_file_op_args *args)
{
	return 0;
}

static void no_more(struct liveupdate_file_op_args *args)
{
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = can_preserve,
	.preserve = nothing,
	.unpreserve = no_more,
	.retrieve = nothing,
	.finish = no_more,
};

static LFB_MODULE_DATA(plain) struct liveupdate_file_handler handler = {
	.ops = &file_ops,
	.compatible = "plain-file-v1",
};

static int init(void)
{
	return liveupdate_register_file_handler(&handler) ?:
	       liveupdate_register_flb(&handler, &plain_flb);
}

LFB_MODULE(plain, init, NULL);

struct lfb_module *plain_module_of_the_kernel(void)
{
	return &plain_module;
}
