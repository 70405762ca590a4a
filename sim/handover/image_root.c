// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Which of the root trees in an image is the one, and which generation's state it has. */
#include <string.h>

#include "sim/handover/inspect.h"

/* So many are looked at; memory has as many as kernels ran in it, and copies of them. */
#define ROOTS_MAX 64
/* Blocks of all their maps together. */
#define SEARCH_MAX (1ull << 26)

const struct luo_codec *lfb__found_codec(const struct lfb_view *view, phys_addr_t luo, u64 size,
					 struct luo_head *head)
{
	static const struct luo_codec *const codecs[] = {
		&luo_codec_v1, &luo_codec_v2, &luo_codec_v5,
	};
	const struct luo_reader silent = { .view = view };
	const struct luo_codec *damaged = NULL;
	struct luo_head partly = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(codecs); i++) {
		if (!codecs[i]->read_head(codecs[i], &silent, luo, size, head))
			return codecs[i];
		if (head->number) {
			damaged = codecs[i];
			partly = *head;
		}
	}
	*head = partly;
	return damaged;
}

struct choice {
	struct lfb_inspection *found;
	u64 budget;			/* of blocks */
	phys_addr_t luo, root;		/* are they in this map? */
	bool holds_luo, holds_root;
};

static int look_for_both(void *context, phys_addr_t phys, unsigned int order)
{
	struct choice *choice = context;

	if (phys <= choice->luo && choice->luo - phys < PAGE_SIZE << order)
		choice->holds_luo = true;
	if (phys <= choice->root && choice->root - phys < PAGE_SIZE << order)
		choice->holds_root = true;
	if ((choice->holds_luo && choice->holds_root) || !choice->budget)
		return -ECANCELED;
	choice->budget--;
	return 0;
}

static void weigh(struct choice *choice, const struct kho_root *root, struct lfb_found_root *item)
{
	const struct lfb_view *view = &choice->found->view;
	const struct kho_abi *abi = kho__abi_of(root);
	struct lfb_problem problem;
	struct luo_head head;
	u64 size;

	if (!abi || kho__read_subtree(root, abi, LUO_FDT_KHO_ENTRY_NAME, &choice->luo, &size))
		return;
	lfb__found_codec(view, choice->luo, size, &head);
	item->number = head.number;
	choice->holds_luo = choice->holds_root = false;
	choice->root = root->phys;
	abi->read_map(view, root->map, look_for_both, NULL, choice, &problem);
	item->holds_luo = choice->holds_luo;
	item->holds_itself = choice->holds_root;
}

static int add_root(void *context, const struct kho_root *root)
{
	struct choice *choice = context;
	struct lfb_found_root item = { .address = root->phys };

	if (choice->found->roots.count == ROOTS_MAX || !choice->budget)
		return -E2BIG;
	kho__fdt_compatible_text(root->fdt, 0, item.compatible, sizeof(item.compatible));
	weigh(choice, root, &item);
	return lfb__found_add(choice->found, &choice->found->roots, &item, sizeof(item));
}

/*
 * A stale one's memory has been given out again: its state is overwritten, or older. Of what was
 * read of memory that is in use a copy may be in it, this program's for one.
 */
static bool is_better(const struct lfb_found_root *a, const struct lfb_found_root *b)
{
	if (a->holds_luo != b->holds_luo)
		return a->holds_luo;
	return a->number != b->number ? a->number > b->number : a->holds_itself && !b->holds_itself;
}

phys_addr_t lfb__image_root(struct lfb_inspection *found)
{
	struct choice choice = { .found = found, .budget = SEARCH_MAX };
	int err = lfb__source_find_roots(found->source, add_root, &choice);
	struct lfb_found_root *roots = found->roots.items;
	phys_addr_t address;
	size_t best = 0;

	if (err == -E2BIG)
		lfb__found_problem(found, LFB_FOUND(IMAGE_ROOTS, "image/other_roots", 0), 0,
				   "there are more root trees than anybody would look at: name "
				   "the one");
	else if (err)
		found->error = err;
	if (!found->roots.count)
		return 0;
	for (size_t i = 1; i < found->roots.count; i++) {
		if (is_better(&roots[i], &roots[best]))
			best = i;
	}
	address = roots[best].address;
	found->roots.count--;
	memmove(&roots[best], &roots[best + 1], (found->roots.count - best) * sizeof(*roots));
	return address;
}
