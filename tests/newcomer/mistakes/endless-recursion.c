// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * A list of what was handed over is followed by recursion, and its last entry names itself.
 */
#include "tests/newcomer/newcomer.h"

struct node {
	phys_addr_t next;
	unsigned int weight;
};

static unsigned int weigh(const struct node *node)
{
	unsigned int rest = node->next ? weigh(phys_to_virt(node->next)) : 0;

	return rest + node->weight;
}

static int preserve(struct liveupdate_flb_op_args *argp)
{
	struct node *nodes;
	int err = page_preserve(argp);

	if (err)
		return err;
	nodes = argp->obj;
	for (unsigned int i = 0; i < 3; i++) {
		nodes[i].weight = i;
		nodes[i].next = argp->data + (i + 1) * sizeof(*nodes);
	}
	nodes[3].next = IS_BAD ? argp->data + 3 * sizeof(*nodes) : 0;
	return 0;
}

static int retrieve(struct liveupdate_flb_op_args *argp)
{
	int err = page_retrieve(argp);

	if (err)
		return err;
	return weigh(argp->obj) == 3 ? 0 : -EINVAL;
}

static const struct liveupdate_flb_ops flb_ops = {
	.preserve = preserve,
	.unpreserve = page_unpreserve,
	.retrieve = retrieve,
	.finish = page_finish,
};

const struct newcomer newcomer = { .flb = { &flb_ops } };
