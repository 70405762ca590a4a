// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The handle is the number of a slot, and 0 is taken for "nothing was handed over".
 */
#include "tests/newcomer/newcomer.h"

#define SLOTS 2

struct state {
	phys_addr_t slot[SLOTS];
};

/* Slots of the old kernel. */
static LFB_MODULE_DATA(newcomer) void *pages[SLOTS];
static LFB_MODULE_DATA(newcomer) struct state *state;

static int flb_preserve(struct liveupdate_flb_op_args *argp)
{
	int err = page_preserve(argp);

	if (!err)
		state = argp->obj;
	return err;
}

static int flb_retrieve(struct liveupdate_flb_op_args *argp)
{
	state = phys_to_virt(argp->data);
	argp->obj = state;
	return 0;
}

static int preserve(struct liveupdate_file_op_args *args)
{
	unsigned int slot = pages[0] ? 1 : 0;
	void *page = kho_alloc_preserve(PAGE_SIZE);

	if (IS_ERR(page))
		return (int)PTR_ERR(page);
	pages[slot] = page;
	state->slot[slot] = virt_to_phys(page);
	args->serialized_data = slot;
	return 0;
}

static void unpreserve(struct liveupdate_file_op_args *args)
{
	kho_unpreserve_free(pages[args->serialized_data]);
	pages[args->serialized_data] = NULL;
}

static void finish(struct liveupdate_file_op_args *args)
{
	void *obj;

	if (IS_BAD && !args->serialized_data)
		return;
	if (liveupdate_flb_get_incoming(&newcomer_flb[0], &obj))
		return;
	kho_restore_free(phys_to_virt(state->slot[args->serialized_data]));
	liveupdate_flb_put_incoming(&newcomer_flb[0]);
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = flb_preserve,
	.unpreserve = page_unpreserve,
	.retrieve = flb_retrieve,
	.finish = page_finish,
};

static const struct liveupdate_file_ops file_ops = {
	.can_preserve = is_ours,
	.preserve = preserve,
	.unpreserve = unpreserve,
	.retrieve = number_retrieve,
	.finish = finish,
};

const struct newcomer newcomer = { .file = &file_ops, .flb = { &flb_ops } };
