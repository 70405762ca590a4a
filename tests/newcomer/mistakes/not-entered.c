// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The test calls the kernel without having entered the machine.
 */
#include "tests/newcomer/newcomer.h"

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .outside = IS_BAD };
