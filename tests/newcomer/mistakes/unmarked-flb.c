// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * An FLB is not marked as the module's data: the next kernel finds it as the old one left it.
 */
#include "tests/newcomer/newcomer.h"

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = page_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

static
#ifndef BAD
LFB_MODULE_DATA(newcomer)
#endif
struct liveupdate_flb unmarked = { .ops = &flb_ops, .compatible = "unmarked-v1" };

static int init(void)
{
	return liveupdate_register_flb(&newcomer_handler, &unmarked);
}

const struct newcomer newcomer = { .init = init };
