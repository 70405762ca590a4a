// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Of a structure only as many bytes are saved as a pointer to it has.
 */
#include "tests/newcomer/newcomer.h"

struct regs {
	u64 base;
	u64 limit;
};

static LFB_MODULE_DATA(newcomer) struct regs regs;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	const struct regs now = { .base = 0x1000, .limit = 0x2000 };
	const struct regs *from = &now;
	int err = page_preserve(argp);

	if (!err)
		memcpy(argp->obj, from, IS_BAD ? sizeof(from) : sizeof(*from));
	return err;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	int err = page_retrieve(argp);

	if (!err)
		memcpy(&regs, argp->obj, sizeof(regs));
	return err;
}

static int look(void)
{
	return regs.limit == 0x2000 ? 0 : -EUCLEAN;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops }, .look = look };
