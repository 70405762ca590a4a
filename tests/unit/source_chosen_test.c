// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * What device trees of arm64 say of a handover, and the scratch areas that are found by it: trees
 * that say it, each in another way, and those that say nothing.
 */
#include <libfdt.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "sim/handover/source/source.h"
#include "tests/support/test.h"
#include "tests/support/temporary.h"

#define ROOT 0x80000000ull
#define SCRATCH 0x123456000ull

/* How a tree is made, or damaged; 0: as kernels have it. */
struct tree {
	const char *what;
	bool says;		/* what is in it is found */
	const char *node;	/* for "chosen" */
	int address_cells;	/* -1: none is there */
	int size_cells;
	bool is_narrow;		/* addresses and sizes of one cell */
	bool no_scratch;
	bool nops;
	bool twice;		/* a second /chosen says otherwise */
	u32 odd_cells;		/* "#size-cells" has so many bytes */
	u32 claims;		/* its size */
	void (*damage)(void *fdt);
};

static void *token(void *fdt, u32 tag, unsigned int skip)
{
	for (int at = 0, next;; at = next) {
		const u32 found = fdt_next_tag(fdt, at, &next);

		assert_in_range(next, 1, PAGE_SIZE);
		if (found == tag && !skip--)
			return (u8 *)fdt + fdt_off_dt_struct(fdt) + at;
	}
}

/* Of the first property: behind all strings there are. */
static void name_beyond(void *fdt)
{
	struct fdt_property *property = token(fdt, FDT_PROP, 0);

	property->nameoff = cpu_to_fdt32(fdt_size_dt_strings(fdt));
}

/* … and with a name that would go on behind them. */
static void name_cut(void *fdt)
{
	struct fdt_property *property = token(fdt, FDT_PROP, 0);

	property->nameoff = cpu_to_fdt32(fdt_size_dt_strings(fdt) - 2);
}

static void ends_before_it_begins(void *fdt)
{
	fdt32_t *node = token(fdt, FDT_BEGIN_NODE, 0);

	node[0] = cpu_to_fdt32(FDT_END_NODE);
	node[1] = cpu_to_fdt32(FDT_NOP);
}

static void ends_in_a_node(void *fdt)
{
	*(fdt32_t *)token(fdt, FDT_END_NODE, 1) = cpu_to_fdt32(FDT_END);
}

static void unknown_tag(void *fdt)
{
	*(fdt32_t *)token(fdt, FDT_END_NODE, 1) = cpu_to_fdt32(7);
}

/* Of /chosen: it ends with what there is. */
static void name_without_end(void *fdt)
{
	u8 *node = token(fdt, FDT_BEGIN_NODE, 1);

	memset(node + 4, 'c', (size_t)((u8 *)fdt + fdt_off_dt_struct(fdt) +
				       fdt_size_dt_struct(fdt) - node - 4));
}

static const struct tree trees[] = {
	{ "as kernels have it", true },
	{ "with another name of the node", true, .node = "chosen@0" },
	{ "of another node", .node = "chosen@1" },
	{ "of no node", .node = "cho" },
	{ "with NOPs", true, .nops = true },
	{ "of two nodes", true, .twice = true },
	{ "of one cell", true, .address_cells = 1, .size_cells = 1, .is_narrow = true },
	{ "where nothing says how many cells", true, .address_cells = -1, .size_cells = -1,
	  .is_narrow = true },
	{ "of no cells for an address", .address_cells = 0x1000000 },
	{ "of no cells for a size", .size_cells = 3 },
	{ "of more cells than there are", .is_narrow = true },
	{ "with a number of cells of two bytes", .odd_cells = 2 },
	{ "without scratch", .no_scratch = true },
	{ "that claims to be smaller than a header", .claims = 8 },
	{ "that claims to be larger than kernels map", .claims = (2u << 20) + 1 },
	{ "that claims to be larger than memory", .claims = 2u << 20 },
	{ "with a property without a name", .damage = name_beyond },
	{ "with a name that is cut off", .damage = name_cut },
	{ "that ends before it begins", .damage = ends_before_it_begins },
	{ "that ends in a node", .damage = ends_in_a_node },
	{ "with a tag nobody knows", .damage = unknown_tag },
	{ "with a name that does not end", .damage = name_without_end },
};

/* Most significant first. */
static void put_range(void *fdt, const struct tree *tree, const char *name, u64 address, u64 size)
{
	const fdt32_t words[] = {
		cpu_to_fdt32((u32)(address >> 32)), cpu_to_fdt32((u32)address),
		cpu_to_fdt32((u32)(size >> 32)), cpu_to_fdt32((u32)size),
	};
	const fdt32_t narrow[] = { words[1], words[3] };

	assert_int_equal(fdt_property(fdt, name, tree->is_narrow ? narrow : words,
				      tree->is_narrow ? sizeof(narrow) : sizeof(words)), 0);
	/* The last one written becomes words that say nothing. */
	if (tree->nops && !fdt_property(fdt, "nop", words, 4)) {
		fdt32_t *end = (fdt32_t *)((u8 *)fdt + fdt_off_dt_struct(fdt) +
					   fdt_size_dt_struct(fdt));

		for (unsigned int i = 1; i <= 4; i++)
			end[-(int)i] = cpu_to_fdt32(FDT_NOP);
	}
}

static void put_cells(void *fdt, const char *name, int cells, u32 size)
{
	const fdt32_t word = cpu_to_fdt32(cells ? (u32)cells : 2);

	if (cells >= 0)
		assert_int_equal(fdt_property(fdt, name, &word, (int)size), 0);
}

static void put_chosen(void *fdt, const struct tree *tree, u64 root)
{
	assert_int_equal(fdt_begin_node(fdt, tree->node ? tree->node : "chosen"), 0);
	put_range(fdt, tree, "linux,kho-fdt", root, PAGE_SIZE);
	if (!tree->no_scratch)
		put_range(fdt, tree, "linux,kho-scratch",
			  tree->is_narrow ? SCRATCH & 0xffffffff : SCRATCH, 32);
	/* What is in another node says nothing. */
	assert_int_equal(fdt_begin_node(fdt, "chosen"), 0);
	put_range(fdt, tree, "linux,kho-fdt", 7, 7);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_end_node(fdt), 0);
}

static void make(void *fdt, const struct tree *tree)
{
	assert_int_equal(fdt_create(fdt, PAGE_SIZE), 0);
	assert_int_equal(fdt_finish_reservemap(fdt), 0);
	assert_int_equal(fdt_begin_node(fdt, ""), 0);
	put_cells(fdt, "#address-cells", tree->address_cells, 4);
	put_cells(fdt, "#size-cells", tree->size_cells, tree->odd_cells ? tree->odd_cells : 4);
	put_chosen(fdt, tree, ROOT);
	if (tree->twice)
		put_chosen(fdt, tree, ROOT + PAGE_SIZE);
	assert_int_equal(fdt_end_node(fdt), 0);
	assert_int_equal(fdt_finish(fdt), 0);
	if (tree->claims)
		fdt_set_totalsize(fdt, tree->claims);
	if (tree->damage)
		tree->damage(fdt);
}

static const char *const path = temporary_path;

static void open_pages(const void *pages, size_t size, struct lfb_source *source)
{
	FILE *file = fopen(path, "wb");

	assert_non_null(file);
	assert_int_equal(fwrite(pages, 1, size, file), size);
	fclose(file);
	assert_int_equal(lfb__source_open(path, PAGE_SIZE, source), 0);
}

static void a_tree_says_where_the_root_and_scratch_are_or_nothing(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(trees); i++) {
		const struct tree *tree = &trees[i];
		struct lfb_boot_data boot = { 0 };
		struct lfb_source source;
		u8 page[PAGE_SIZE] = { 0 };

		make(page, tree);
		open_pages(page, sizeof(page), &source);
		if (lfb__source_chosen(&source, PAGE_SIZE, page, &boot) != tree->says)
			fail_msg("a tree %s says something, or nothing", tree->what);
		if (tree->says) {
			assert_int_equal(boot.root, ROOT);
			assert_int_equal(boot.root_size, PAGE_SIZE);
			assert_int_equal(boot.scratch, tree->is_narrow ? SCRATCH & 0xffffffff :
									 SCRATCH);
			assert_int_equal(boot.scratch_size, 32);
		}
		lfb__source_close(&source);
	}
}

/* More than memory has of them: a file of nothing but heads of trees is read to its end. */
static void of_all_trees_only_so_many_bytes_are_looked_at(void **state)
{
	struct lfb_boot_data boot;
	struct lfb_source source;
	u8 page[PAGE_SIZE] = { 0 };
	unsigned int said = 0;

	make(page, &trees[0]);
	fdt_set_totalsize(page, PAGE_SIZE);
	open_pages(page, sizeof(page), &source);
	while (lfb__source_chosen(&source, PAGE_SIZE, page, &boot))
		said++;
	assert_int_equal(said, (64 << 20) / PAGE_SIZE);
	lfb__source_close(&source);
}

/* Scratch */

#define AREA (2ull << 20)

/* Three pages: what a kernel says to the next one, a list, and another. */
struct said {
	const char *what;
	bool found;
	struct lfb_boot_data boot;
	struct lfb_scratch_area areas[2];
	bool elsewhere;		/* the list is at the third page, where it will be is not there */
};

#define LIST (2 * PAGE_SIZE)
#define HERE { ROOT, PAGE_SIZE, LIST, 32 }
#define GOOD { { 0x1000000, AREA }, { 0, AREA } }

static const struct said all_said[] = {
	{ "as kernels have it", true, HERE, GOOD },
	{ "before it is moved", true, { ROOT, PAGE_SIZE, 0x1000000, 32 }, GOOD, true },
	{ "of one area", true, { ROOT, PAGE_SIZE, LIST, 16 }, { { 0, AREA } } },
	{ "of another root", false, { ROOT + 1, PAGE_SIZE, LIST, 32 }, GOOD },
	{ "of no area", false, { ROOT, PAGE_SIZE, LIST, 0 }, GOOD },
	{ "of more than a page has room for", false, { ROOT, PAGE_SIZE, LIST, 4112 }, GOOD },
	{ "of half an area", false, { ROOT, PAGE_SIZE, LIST, 24 }, GOOD },
	{ "between pages", false, { ROOT, PAGE_SIZE, LIST + 8, 32 }, GOOD },
	{ "where nothing is", false, { ROOT, PAGE_SIZE, 1ull << 40, 32 }, GOOD },
	{ "of an odd address", false, HERE, { { 0, AREA }, { 0x1001, AREA } } },
	{ "of an odd size", false, HERE, { { 0, AREA }, { AREA, 0x1001 } } },
	{ "of an address there is not", false, HERE, { { 0, AREA }, { ~0ull - AREA + 1, AREA } } },
	{ "of a size there is not", false, HERE, { { 0, AREA }, { AREA, ~0ull - AREA + 1 } } },
	{ "in none of its areas", false, HERE, { { AREA, AREA }, { 0x1000000, AREA } } },
};

static void scratch_is_found_where_all_that_is_said_of_it_fits(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(all_said); i++) {
		const struct said *said = &all_said[i];
		const phys_addr_t list = LIST + (said->elsewhere ? PAGE_SIZE : 0);
		const struct lfb_scratch_area *areas;
		struct lfb_source source;
		phys_addr_t at = 0;
		size_t count = 0;
		u64 pages[3][PAGE_SIZE / 8] = { { 0 } };

		pages[0][9] = 10 | (u64)sizeof(said->boot) << 32;
		memcpy(&pages[0][10], &said->boot, sizeof(said->boot));
		memcpy(pages[list / PAGE_SIZE - 1], said->areas, sizeof(said->areas));
		open_pages(pages, sizeof(pages), &source);
		for (size_t page = 0; page < ARRAY_SIZE(pages); page++)
			assert_int_equal(lfb__source_note(&source, (page + 1) * PAGE_SIZE,
							  (const u8 *)pages[page]), 0);
		areas = lfb__source_scratch(&source, ROOT, &count, &at);
		if (!areas != !said->found)
			fail_msg("a list %s is found, or not", said->what);
		if (areas) {
			assert_int_equal(count, said->boot.scratch_size / 16);
			assert_int_equal(at, list);
			assert_memory_equal(areas, said->areas, said->boot.scratch_size);
		}
		lfb__source_close(&source);
	}
}

/* Pages that look as if they said it are many in memory from hell: the first ones count. */
static void of_pages_that_look_so_only_the_first_count(void **state)
{
	struct lfb_source source;
	u64 page[PAGE_SIZE / 8] = { 1 << 24, AREA };

	page[9] = 10 | (u64)sizeof(struct lfb_boot_data) << 32;
	open_pages(page, sizeof(page), &source);
	for (u64 i = 0; i < 5000; i++)
		assert_int_equal(lfb__source_note(&source, i << PAGE_SHIFT, (const u8 *)page), 0);
	assert_int_equal(source.pairs.count, 4096);
	assert_int_equal(source.boots.count, 64);
	lfb__source_close(&source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_tree_says_where_the_root_and_scratch_are_or_nothing),
		cmocka_unit_test(of_all_trees_only_so_many_bytes_are_looked_at),
		cmocka_unit_test(scratch_is_found_where_all_that_is_said_of_it_fits),
		cmocka_unit_test(of_pages_that_look_so_only_the_first_count),
	};

	return cmocka_run_group_tests(tests, temporary_make, temporary_remove);
}
