// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What was found in a handover, as it is gathered. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/handover/inspect.h"

#define PROBLEMS_MAX 1000

int lfb__found_add(struct lfb_inspection *found, struct lfb_list *list, const void *item,
		   size_t size)
{
	void *room = lfb__list_add(list, size);

	if (!room)
		return found->error = -ENOMEM;
	memcpy(room, item, size);
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
	if (found->problems.count < PROBLEMS_MAX &&
	    lfb__found_add(found, &found->problems, problem, sizeof(*problem)))
		return -ENOMEM;
	return error;
}

void lfb__found_problem(struct lfb_inspection *found, phys_addr_t where, const char *format, ...)
{
	struct lfb_problem problem = { .where = where };
	va_list args;

	va_start(args, format);
	vsnprintf(problem.what, sizeof(problem.what), format, args);
	va_end(args);
	lfb__found_add_problem(found, -EINVAL, &problem);
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
			lfb__found_problem(found, run->address, "preserved twice: in blocks of "
					   "order %u and of order %u", before->order, run->order);
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

void lfb__inspection_release(struct lfb_inspection *found)
{
	lfb__list_free(&found->entries);
	lfb__list_free(&found->runs);
	lfb__list_free(&found->areas);
	lfb__list_free(&found->sessions);
	lfb__list_free(&found->files);
	lfb__list_free(&found->flbs);
	lfb__list_free(&found->roots);
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
