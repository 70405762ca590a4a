// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The count in what was handed over is trusted: 40 entries are read into a table of 16.
 */
#include "tests/newcomer/newcomer.h"

#define ENTRIES 40
#define TABLE 16

struct state {
	u32 count;
	u64 entry[];
};

struct table {
	struct keeper keeper;
	u32 count;
	u64 entry[TABLE];
};

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct state *state;
	int err = page_preserve(argp);

	if (err)
		return err;
	state = argp->obj;
	state->count = ENTRIES;
	for (u32 i = 0; i < ENTRIES; i++)
		state->entry[i] = 0x1000 + i;
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	const struct state *state = phys_to_virt(argp->data);
	struct table *table = kzalloc(sizeof(*table), GFP_KERNEL);

	if (!table)
		return -ENOMEM;
	table->keeper.page = phys_to_virt(argp->data);
	table->count = state->count;
	if (!IS_BAD && table->count > TABLE)
		table->count = TABLE;
	for (u32 i = 0; i < table->count; i++)
		table->entry[i] = state->entry[i];
	argp->obj = table;
	return 0;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = keeper_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
