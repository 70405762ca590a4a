// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The rules; what was found in a handover, as it is gathered; and whose the memory is. */
#include <libfdt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/inspect.h"

#define PROBLEMS_MAX 1000

/* The rules by name */

static const struct {
	const char *name;
	const char *sentence;
	enum lfb_severity severity;
} rules[] = {
#define LFB_DESCRIBE(name, id, severity, sentence)                                                 \
	[LFB_CHECK_##name] = { id, sentence, LFB_SEVERITY_##severity },
	LFB_CHECK_IDS(LFB_DESCRIBE)
#undef LFB_DESCRIBE
};

const char *lfb_check_name(enum lfb_check_id id)
{
	return (unsigned int)id < LFB_CHECKS_NR ? rules[id].name : NULL;
}

const char *lfb_check_sentence(enum lfb_check_id id)
{
	return (unsigned int)id < LFB_CHECKS_NR ? rules[id].sentence : "";
}

enum lfb_severity lfb_check_severity(enum lfb_check_id id)
{
	return (unsigned int)id < LFB_CHECKS_NR ? rules[id].severity : LFB_SEVERITY_NOTE;
}

int lfb_check_by_name(const char *name)
{
	for (int id = 0; name && id < LFB_CHECKS_NR; id++) {
		if (!strcmp(rules[id].name, name))
			return id;
	}
	return -ENOENT;
}

/* Gathering */

int lfb__found_add(struct lfb_inspection *found, struct lfb_list *list, const void *item,
		   size_t size)
{
	void *room = lfb__list_add(list, size);

	if (!room)
		return found->error = -ENOMEM;
	memcpy(room, item, size);
	return 0;
}

void lfb__found_enter(struct lfb_inspection *found, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(found->path, sizeof(found->path), format, args);
	va_end(args);
}

/* What is read, and of that what the problem is about. */
static int add_whole(struct lfb_inspection *found, const struct lfb_problem *problem)
{
	const char *joint = found->path[0] && problem->path[0] ? "/" : "";
	struct lfb_problem *added = lfb__list_add(&found->problems, sizeof(*added));

	if (!added)
		return found->error = -ENOMEM;
	*added = *problem;
	/* Who raises one says which. */
	if (!LFB_ASSERT(problem->id < LFB_CHECKS_NR))
		added->id = LFB_CHECK_ROOT_TREE;
	snprintf(added->path, sizeof(added->path), "%s%s%.63s", found->path, joint, problem->path);
	return 0;
}

int lfb__found_add_problem(void *context, int error, const struct lfb_problem *problem)
{
	struct lfb_inspection *found = context;
	const struct lfb_problem *last = found->problems.items;

	/* Sessions are read twice, so what is wrong with their blocks is met twice. */
	if (found->problems.count) {
		last += found->problems.count - 1;
		if (last->where == problem->where && !strcmp(last->what, problem->what))
			return error;
	}
	if (found->problems.count < PROBLEMS_MAX && add_whole(found, problem))
		return -ENOMEM;
	return error;
}

void lfb__found_problem(struct lfb_inspection *found, struct lfb_rule rule, phys_addr_t where,
			const char *format, ...)
{
	struct lfb_problem problem = { .where = where };
	va_list args;

	lfb__problem_name(&problem, rule);
	va_start(args, format);
	vsnprintf(problem.what, sizeof(problem.what), format, args);
	va_end(args);
	lfb__found_add_problem(found, -EINVAL, &problem);
}

void lfb__found_compatible_ends(struct lfb_inspection *found, struct lfb_rule rule,
				phys_addr_t phys, const void *fdt, int node)
{
	int size;
	/* What it was compatible with is in it. */
	const char *list = fdt_getprop(fdt, node, "compatible", &size);

	if (list[size - 1])
		lfb__found_problem(found, rule, phys, "\"compatible\" of %.40s has no end",
				   node ? fdt_get_name(fdt, node, NULL) : "the tree");
}

/* Where it is */

u64 lfb__found_offset(const struct lfb_inspection *found, phys_addr_t phys)
{
	const u8 *byte;

	if (found->source)
		return lfb__source_offset(found->source, phys);
	byte = found->view.at(&found->view, phys, 1);
	return byte ? (u64)(byte - found->bytes) : LFB_CHECK_NOWHERE;
}

struct lfb_field lfb__found_property(const void *fdt, phys_addr_t phys, int node, const char *name)
{
	int size;
	const void *value = fdt_getprop(fdt, node, name, &size);

	if (!value || !size)
		return (struct lfb_field){ .instead = "not there" };
	return (struct lfb_field){
		.kind = size == sizeof(u64) && strcmp(name, "compatible") ? LFB_FIELD_NUMBER :
									    LFB_FIELD_TEXT,
		.at = phys + (u64)((const u8 *)value - (const u8 *)fdt),
		.width = (size_t)size,
	};
}

struct lfb_field lfb__found_node(const void *fdt, phys_addr_t phys, int node)
{
	int length = 0;
	const char *name = fdt_get_name(fdt, node, &length);

	return (struct lfb_field){
		.kind = LFB_FIELD_NODE,
		.at = phys + (u64)((const u8 *)name - (const u8 *)fdt),
		.width = ALIGN((size_t)length + 1, FDT_TAGSIZE),
	};
}

static int by_address(const void *a, const void *b)
{
	const struct lfb_found_run *const *left = a, *const *right = b;

	return lfb__by_address(*left, *right);
}

void lfb__found_sort(struct lfb_inspection *found)
{
	const size_t count = found->runs.count;

	found->sorted = calloc(count + 1, sizeof(struct lfb_found_run *));
	if (!found->sorted) {
		found->error = -ENOMEM;
		return;
	}
	for (size_t i = 0; i < count; i++)
		found->sorted[i] = (struct lfb_found_run *)found->runs.items + i;
	qsort(found->sorted, count, sizeof(struct lfb_found_run *), by_address);
	for (size_t i = 1; i < count; i++) {
		const struct lfb_found_run *before = found->sorted[i - 1], *run = found->sorted[i];

		if (run->address < before->address + lfb__run_size(before))
			lfb__found_problem(found, LFB_FOUND(MAP_TWICE, "map", 0), run->address,
					   "preserved twice: in blocks of order %u and of order "
					   "%u", before->order, run->order);
	}
}

/* The number of runs that begin at or below @phys. */
static size_t runs_below(const struct lfb_inspection *found, phys_addr_t phys)
{
	size_t low = 0, high = found->sorted ? found->runs.count : 0;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;

		if (found->sorted[middle]->address <= phys)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool lfb__found_block(const struct lfb_inspection *found, phys_addr_t phys, phys_addr_t *start,
		      unsigned int *order)
{
	const size_t below = runs_below(found, phys);
	const struct lfb_found_run *run = below ? found->sorted[below - 1] : NULL;

	if (!run || phys - run->address >= lfb__run_size(run))
		return false;
	*order = run->order;
	*start = phys - (phys - run->address) % (PAGE_SIZE << run->order);
	return true;
}

/* A block is as a whole whoever's a part of it is. */
void lfb__found_name(struct lfb_inspection *found, phys_addr_t address, u64 size)
{
	struct lfb_found_area area = { address & PAGE_MASK, 0 };
	phys_addr_t end = address + size, start;
	unsigned int order;

	if (!size || end < address || end > LFB_SOURCE_ADDRESSES)
		return;
	if (lfb__found_block(found, address, &start, &order))
		area.address = start;
	if (lfb__found_block(found, end - 1, &start, &order))
		end = start + (PAGE_SIZE << order);
	area.size = PAGE_ALIGN(end) - area.address;
	lfb__found_add(found, &found->named, &area, sizeof(area));
}

/* Whose the preserved memory is, as far as those that are known name it. */

/* What of a run no area names; areas are ascending, and those before *@next end before it. */
static void find_unnamed(struct lfb_inspection *found, const struct lfb_found_run *run,
			 size_t *next)
{
	const struct lfb_found_area *areas = found->named.items;
	const u64 end = run->address + lfb__run_size(run);
	u64 at = run->address;

	while (at < end && !found->error) {
		const size_t count = found->unnamed.count;
		struct lfb_found_area *last = count ? found->unnamed.items : NULL;
		u64 until = end;

		while (*next < found->named.count &&
		       areas[*next].address + areas[*next].size <= at)
			++*next;
		if (*next < found->named.count && areas[*next].address <= at) {
			at = areas[*next].address + areas[*next].size;
			continue;
		}
		if (*next < found->named.count && areas[*next].address < until)
			until = areas[*next].address;
		if (last && last[count - 1].address + last[count - 1].size == at)
			last[count - 1].size += until - at;
		else
			lfb__found_add(found, &found->unnamed,
				       &(struct lfb_found_area){ at, until - at }, sizeof(*last));
		at = until;
	}
}

static void check_scratch(struct lfb_inspection *found, const struct lfb_found_area *scratch)
{
	for (size_t i = 0; i < found->runs.count && !found->error; i++) {
		const struct lfb_found_run *run = found->sorted[i];

		if (run->address < scratch->address + scratch->size &&
		    scratch->address < run->address + lfb__run_size(run))
			lfb__found_problem(found, LFB_FOUND(MAP_IN_SCRATCH, "map", 0),
					   run->address, "%llu blocks of order %u from here on "
					   "reach into scratch, where the next kernel boots",
					   run->blocks, run->order);
	}
}

/* What the map does not name the next kernel gives out, whoever has yet to read it. */
static void check_preserved(struct lfb_inspection *found, struct lfb_rule rule, phys_addr_t phys)
{
	phys_addr_t start;
	unsigned int order;

	if (!lfb__found_block(found, phys, &start, &order))
		lfb__found_problem(found, rule, phys, "0x%llx is not preserved: the next kernel "
				   "gives it out", phys);
}

static void check_state(struct lfb_inspection *found)
{
	const struct lfb_found_area *areas = found->areas.items;

	if (!lfb__found_map(found))
		return;
	check_preserved(found, LFB_FOUND(ROOT_UNPRESERVED, "kho", 0), found->root.phys);
	for (size_t i = 0; i < found->areas.count; i++) {
		for (u64 at = 0; at < areas[i].size && !found->error; at += PAGE_SIZE)
			check_preserved(found, LFB_FOUND(LUO_UNPRESERVED, "luo", 0),
					areas[i].address + at);
	}
}

void lfb__found_owners(struct lfb_inspection *found)
{
	const struct lfb_found_area *areas = found->areas.items, *scratch = found->scratch.items;
	const struct lfb_found_entry *entries = found->entries.items;
	const struct lfb_found_file *files = found->files.items;
	const struct lfb_found_flb *flbs = found->flbs.items;
	phys_addr_t start;
	unsigned int order;
	size_t next = 0;

	lfb__found_name(found, found->root.phys, PAGE_SIZE);
	for (size_t i = 0; i < found->entries.count; i++)
		lfb__found_name(found, entries[i].address, entries[i].size);
	for (size_t i = 0; i < found->areas.count; i++)
		lfb__found_name(found, areas[i].address, areas[i].size);
	/* What a handler or an FLB left is its own business; often it is where its memory is. */
	for (size_t i = 0; i < found->files.count; i++) {
		if (lfb__found_block(found, files[i].record.data, &start, &order))
			lfb__found_name(found, files[i].record.data, 1);
	}
	for (size_t i = 0; i < found->flbs.count; i++) {
		if (lfb__found_block(found, flbs[i].record.data, &start, &order))
			lfb__found_name(found, flbs[i].record.data, 1);
	}
	if (found->error)
		return;
	qsort(found->named.items, found->named.count, sizeof(*areas), lfb__by_address);
	/* Both ascend, so each area is passed once. */
	for (size_t i = 0; i < found->runs.count && !found->error; i++)
		find_unnamed(found, found->sorted[i], &next);
	for (size_t i = 0; i < found->scratch.count; i++)
		check_scratch(found, &scratch[i]);
	check_state(found);
}

/* Which root tree of an image is the one, and which generation's state it has */

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

void lfb__inspection_release(struct lfb_inspection *found)
{
	lfb__list_free(&found->entries);
	lfb__list_free(&found->runs);
	lfb__list_free(&found->areas);
	lfb__list_free(&found->chains);
	lfb__list_free(&found->sessions);
	lfb__list_free(&found->files);
	lfb__list_free(&found->flbs);
	lfb__list_free(&found->roots);
	lfb__list_free(&found->owned);
	lfb__list_free(&found->named);
	lfb__list_free(&found->unnamed);
	lfb__list_free(&found->scratch);
	lfb__list_free(&found->regions);
	lfb__list_free(&found->memfds);
	lfb__list_free(&found->pages);
	lfb__list_free(&found->folios);
	free(found->sorted);
	lfb__list_free(&found->problems);
}
