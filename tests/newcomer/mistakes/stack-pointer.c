// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What describes the file is on the stack of preserve, and a pointer to it is handed over.
 */
#include "tests/newcomer/newcomer.h"

struct label {
	char text[32];
};

struct state {
#ifdef BAD
	const struct label *label;
#else
	struct label label;
#endif
};

static LFB_MODULE_DATA(newcomer) size_t length;

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct label label = { "newcomer" };
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	state = argp->obj;
#ifdef BAD
	state->label = &label;
#else
	state->label = label;
#endif
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	const struct state *state = phys_to_virt(argp->data);

#ifdef BAD
	length = strnlen(state->label->text, sizeof(struct label));
#else
	length = strnlen(state->label.text, sizeof(struct label));
#endif
	return page_retrieve(argp);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
