// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A static variable is not marked as the module's data, and keeps its value over the jump.
 */
#include "tests/newcomer/newcomer.h"

#ifdef BAD
static unsigned int preserved;
#else
static LFB_MODULE_DATA(newcomer) unsigned int preserved;
#endif

static int preserve(struct liveupdate_file_op_args *args)
{
	args->serialized_data = ++preserved;
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	preserved--;
}

/* A freshly loaded module has preserved nothing. */
static int look(void)
{
	return preserved ? -EUCLEAN : 0;
}

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = number_finish,
};

const struct newcomer newcomer = { .file = &file_ops, .look = look };
