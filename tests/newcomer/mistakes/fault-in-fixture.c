// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * NULL is followed in a test whose machine was made in a fixture.
 */
#include "tests/newcomer/newcomer.h"

static LFB_MODULE_DATA(newcomer) struct keeper *earlier;

/* Nothing was preserved before: there is no earlier object to go on from. */
static int preserve(struct liveupdate_flb_op_args *argp)
{
	int err = page_preserve(argp);

	if (!err && (IS_BAD || earlier))
		*(u64 *)argp->obj = earlier->value;
	return err;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = page_retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .fixture = true };
