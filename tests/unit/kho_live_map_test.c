// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* A map that is always current: the tree of kho-v4 as the kernel grows it. */
#include "sim/kernel/kho/map.h"
#include "tests/support/kho_fixture.h"

#define ORDERS (MAX_PAGE_ORDER + 1)
#define MEMORY (64 * FIXTURE_GIB)
#define SMALL_MEMORY (16 * FIXTURE_MIB)

static struct lfb_kernel *kernel;
static struct kho_blocks expected, found;

static void start_again(const struct kho_abi *abi, u64 memory_size)
{
	fixture_stop(kernel);
	kho_fixture_abi = abi;
	kernel = kho_fixture_start(memory_size, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
	assert_non_null(kernel);
}

static int start(void **state)
{
	start_again(&kho__abi_v4, MEMORY);
	return 0;
}

static int start_small(void **state)
{
	start_again(&kho__abi_v4, SMALL_MEMORY);
	return 0;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	kernel = NULL;
	return 0;
}

/* Marks a block without asking whose memory it is; false when it was marked already. */
static bool mark(phys_addr_t phys, unsigned int order)
{
	const unsigned long pfn = PHYS_PFN(phys);

	if (kho__is_preserved(kernel, pfn, order))
		return false;
	assert_int_equal(kho__track_prepare(kernel, pfn, 1ul << order), 0);
	kho__track_set(kernel, pfn, 1ul << order);
	assert_true(kho__is_preserved(kernel, pfn, order));
	assert_int_equal(kho_blocks_add(&expected, phys, order), 0);
	return true;
}

/* The root tree's own page is always there. */
static void expect_only_root(void)
{
	expected.count = 0;
	assert_int_equal(kho_blocks_add(&expected, kho__root_phys(kernel), 0), 0);
}

static int by_key(const void *left, const void *right)
{
	const struct kho_met_block *a = left, *b = right;

	if (a->order != b->order)
		return a->order > b->order ? -1 : 1;
	return a->phys < b->phys ? -1 : a->phys > b->phys;
}

/* The map that the root tree names, as a kernel with @size bytes of memory reads it. */
static void read_live_map(u64 size)
{
	struct lfb_view view = kho__memory_view(kernel);
	struct lfb_problem problem = { 0 };
	struct kho_root root;

	assert_int_equal(kho__read_root(&view, kho__root_phys(kernel), &root, &problem), 0);
	assert_ptr_equal(kho__abi_of(&root), &kho__abi_v4);
	view.size = size;
	assert_int_equal(kho_blocks_read(&found, &kho__abi_v4, &view, root.map, &problem), 0);
	assert_string_equal(problem.what, "");
}

static void assert_same_blocks(void)
{
	qsort(expected.block, expected.count, sizeof(expected.block[0]), by_key);
	assert_int_equal(found.count, expected.count);
	for (size_t i = 0; i < found.count; i++) {
		assert_int_equal(found.block[i].phys, expected.block[i].phys);
		assert_int_equal(found.block[i].order, expected.block[i].order);
	}
}

static void assert_read_back(u64 size)
{
	read_live_map(size);
	assert_same_blocks();
	assert_int_equal(kernel->kho.blocks, expected.count);
	/* All of them are nodes, but one is the page of the root tree. */
	assert_int_equal(found.own_pages, kernel->pages.internal - 1);
}

static void unmark_all_but_root(void)
{
	for (size_t i = 0; i < expected.count; i++) {
		const struct kho_met_block *block = &expected.block[i];
		const unsigned long pfn = PHYS_PFN(block->phys);

		if (block->phys == kho__root_phys(kernel) && !block->order)
			continue;
		assert_true(kho__track_clear(kernel, pfn, 1ul << block->order));
		assert_false(kho__track_clear(kernel, pfn, 1ul << block->order));
		assert_false(kho__is_preserved(kernel, pfn, block->order));
	}
	expect_only_root();
}

static u64 draw(u64 *seed)
{
	*seed = *seed * 6364136223846793005ull + 1442695040888963407ull;
	return *seed >> 33;
}

/* Far apart, side by side, and over each other in different orders. */
static void mark_generated(u64 seed)
{
	const size_t blocks = draw(&seed) % 150;

	for (size_t i = 0; i < blocks; i++) {
		unsigned int order = draw(&seed) % ORDERS;
		const u64 size = PAGE_SIZE << order;
		phys_addr_t phys = (draw(&seed) << 31 | draw(&seed)) % kernel->memory.size;
		unsigned long neighbours = draw(&seed) % 4;

		phys &= ~(size - 1);
		for (; neighbours && phys < kernel->memory.size; neighbours--) {
			mark(phys, order);
			if (order)
				mark(phys, order - 1);
			phys += size;
		}
	}
}

static void every_set_of_blocks_is_read_back_as_marked(void **state)
{
	for (u64 seed = 1; seed <= 30; seed++) {
		unsigned long internal;

		expect_only_root();
		mark_generated(seed);
		assert_read_back(MEMORY);
		internal = kernel->pages.internal;
		unmark_all_but_root();
		assert_read_back(MEMORY);
		assert_int_equal(kernel->pages.internal, internal);
	}
}

static void first_and_last_block_of_every_bitmap_are_read_back(void **state)
{
	expect_only_root();
	for (unsigned int order = 0; order < ORDERS; order++) {
		const u64 size = PAGE_SIZE << order;
		const u64 covered = KHO_BITMAP_BITS * size;

		for (phys_addr_t phys = 0; phys < MEMORY; phys += covered) {
			mark(phys, order);
			if (phys + covered <= MEMORY)
				mark(phys + covered - size, order);
		}
		mark(MEMORY - size, order);
	}
	assert_read_back(MEMORY);
}

/* The tree can speak of more memory than there is here: of 2^46 bytes, where a real one may end. */
static void blocks_anywhere_below_two_to_the_46_are_read_back(void **state)
{
	const u64 end = 1ull << 46;

	expect_only_root();
	for (unsigned int order = 0; order < ORDERS; order++) {
		const u64 size = PAGE_SIZE << order;

		for (unsigned int bit = PAGE_SHIFT + order; bit < 46; bit++) {
			mark(1ull << bit, order);
			mark((1ull << bit) + size, order);
			mark((1ull << bit) - size, order);
		}
		mark(end - size, order);
	}
	assert_read_back(end);
	unmark_all_but_root();
	assert_read_back(end);
}

static void both_formats_hand_over_the_same_blocks(void **state)
{
	for (u64 seed = 100; seed < 110; seed++) {
		struct lfb_view view;
		u32 first;

		/* What lies where depends on the format, also the root tree: that is left out. */
		start_again(&kho__abi_v1, MEMORY);
		assert_true(kho__track_clear(kernel, PHYS_PFN(kho__root_phys(kernel)), 1));
		expected.count = 0;
		mark_generated(seed);
		assert_int_equal(kho__abi_v1.write_map(kernel, &first), 0);
		view = kho__memory_view(kernel);
		assert_int_equal(kho_blocks_read(&found, &kho__abi_v1, &view, PFN_PHYS(first),
						 NULL), 0);
		qsort(found.block, found.count, sizeof(found.block[0]), by_key);
		assert_same_blocks();

		start_again(&kho__abi_v4, MEMORY);
		assert_true(kho__track_clear(kernel, PHYS_PFN(kho__root_phys(kernel)), 1));
		expected.count = 0;
		mark_generated(seed);
		qsort(expected.block, expected.count, sizeof(expected.block[0]), by_key);
		assert_same_blocks();
		read_live_map(MEMORY);
		assert_same_blocks();
	}
}

/*
 * The tree itself, by its offsets.
 */

static u64 get64(phys_addr_t phys, size_t index)
{
	return ((const u64 *)phys_to_virt(phys))[index];
}

static void a_tree_is_as_the_kernel_lays_it_out(void **state)
{
	phys_addr_t root, node;

	expect_only_root();
	/* 2^46 + 2^36 + 0x1000 bytes is page 2^34 + 2^24 + 1: key 2^52 + 2^34 + 2^24 + 1. */
	mark((1ull << 46) + (1ull << 36) + 0x1000, 0);
	root = PFN_PHYS(kernel->kho.map_page);
	node = get64(root, 2);
	node = get64(node, 0);
	node = get64(node, 2);
	node = get64(node, 1);
	node = get64(node, 0);
	assert_int_equal(get64(node, 0), 2);

	/* 2^46 bytes less 4 MiB is block 2^24 - 1 of order 10: key 2^42 + 2^24 - 1. */
	mark((1ull << 46) - 0x400000, 10);
	node = get64(root, 0);
	node = get64(node, 1);
	node = get64(node, 0);
	node = get64(node, 0);
	node = get64(node, 511);
	assert_int_equal(get64(node, 511), 1ull << 63);
	assert_int_equal(get64(root, 1), 0);
}

/*
 * Life
 */

static void the_map_is_current_at_any_time(void **state)
{
	void *mem[2];
	phys_addr_t phys[2];

	assert_true(kho__has_handover(kernel));
	expect_only_root();
	assert_read_back(SMALL_MEMORY);
	for (int i = 0; i < 2; i++) {
		mem[i] = kho_alloc_preserve(4 * PAGE_SIZE);
		phys[i] = virt_to_phys(mem[i]);
		kho_blocks_add(&expected, phys[i], 2);
		assert_read_back(SMALL_MEMORY);
	}
	kho_unpreserve_free(mem[1]);
	expected.block[0] = (struct kho_met_block){ phys[0], 2 };
	expected.block[1] = (struct kho_met_block){ kho__root_phys(kernel), 0 };
	expected.count = 2;
	assert_read_back(SMALL_MEMORY);

	assert_int_equal(kho_fixture_jump(kernel, kho__root_phys(kernel), NULL), 0);
	assert_true(is_kho_boot());
	assert_null(kho_restore_folio(phys[1]));
	assert_int_equal(fixture_warns(kernel), 1);
	assert_non_null(kho_restore_folio(phys[0]));
	assert_int_equal(kernel->pages.incoming, 1);
}

static void there_is_nothing_to_finalize(void **state)
{
	const u32 map = kernel->kho.map_page;

	assert_int_equal(kho_finalize(), -EOPNOTSUPP);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_non_null(strstr(kernel->trace.complaint, "kho-v4"));
	assert_int_equal(kernel->kho.map_page, map);
	assert_int_equal(kernel->faults.count[LFB_FAULT_KHO], 0);
	assert_null(kho__abi_v4.write_map);
	assert_null(kho__abi_v4.free_map);
}

static void emptied_nodes_are_used_again(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 3);
	unsigned long internal = kernel->pages.internal;

	assert_int_equal(kho_preserve_folio(folio), 0);
	/* The first one of its order: a branch of four tables and a bitmap. */
	assert_int_equal(kernel->pages.internal, internal + 5);
	internal = kernel->pages.internal;
	for (int i = 0; i < 3; i++) {
		kho_unpreserve_folio(folio);
		assert_int_equal(kernel->pages.internal, internal);
		assert_int_equal(kho_preserve_folio(folio), 0);
		assert_int_equal(kernel->pages.internal, internal);
	}
}

/*
 * Memory is exhausted up to some pages: for each number of them up to what is needed. A block
 * that fails leaves no node behind; one that came before it in the range leaves empty ones.
 */

#define BRANCH 5	/* nodes for the first block of an order */

static int preserve_six_pages(struct folio *folio)
{
	return kho_preserve_pages(&folio->page + 2, 6);
}

static void unpreserve_six_pages(struct folio *folio)
{
	kho_unpreserve_pages(&folio->page + 2, 6);
}

static void every_failing_allocation_leaves_the_tracking_as_it_was(void **state)
{
	static const struct {
		unsigned long needed;
		int (*preserve)(struct folio *folio);
		void (*unpreserve)(struct folio *folio);
	} attempts[] = {
		{ BRANCH, kho_preserve_folio, kho_unpreserve_folio },
		/* Blocks of 2 and of 4 pages. */
		{ 2 * BRANCH, preserve_six_pages, unpreserve_six_pages },
	};

	for (size_t i = 0; i < ARRAY_SIZE(attempts); i++) {
		for (unsigned long pages = 0; pages <= attempts[i].needed; pages++) {
			struct page *room[2 * BRANCH];
			struct folio *folio;
			unsigned long internal;
			int err;

			start_again(&kho__abi_v4, SMALL_MEMORY);
			folio = folio_alloc(GFP_KERNEL, 3);
			for (unsigned long n = 0; n < pages; n++)
				room[n] = alloc_pages(GFP_KERNEL, 0);
			kho_fixture_exhaust();
			for (unsigned long n = 0; n < pages; n++)
				__free_pages(room[n], 0);
			internal = kernel->pages.internal;

			err = attempts[i].preserve(folio);
			assert_int_equal(err, pages < attempts[i].needed ? -ENOMEM : 0);
			assert_int_equal(kernel->pages.internal,
					 internal + pages / BRANCH * BRANCH);
			assert_false(mutex_is_locked(&kernel->kho.map_lock));
			expect_only_root();
			if (!err)
				attempts[i].unpreserve(folio);
			assert_read_back(SMALL_MEMORY);
			assert_int_equal(fixture_warns(kernel), 0);
		}
	}
}

static void allocating_for_the_handover_without_room_for_nodes_frees_the_memory(void **state)
{
	/* Pairs of pages: one for the memory itself, three for a branch. */
	for (unsigned long pairs = 0; pairs <= 4; pairs++) {
		struct page *room[4];
		unsigned long allocated, internal;
		void *mem;

		start_again(&kho__abi_v4, SMALL_MEMORY);
		for (unsigned long n = 0; n < pairs; n++)
			room[n] = alloc_pages(GFP_KERNEL, 1);
		kho_fixture_exhaust();
		for (unsigned long n = 0; n < pairs; n++)
			__free_pages(room[n], 1);
		allocated = kernel->pages.allocated;
		internal = kernel->pages.internal;
		mem = kho_alloc_preserve(2 * PAGE_SIZE);
		if (pairs == 4) {
			assert_false(IS_ERR(mem));
			continue;
		}
		assert_int_equal(PTR_ERR(mem), -ENOMEM);
		assert_int_equal(kernel->pages.allocated, allocated);
		assert_int_equal(kernel->pages.internal, internal);
		expect_only_root();
		assert_read_back(SMALL_MEMORY);
	}
}

/*
 * Locking
 */

struct lock_uses {
	unsigned int tree, other;
	unsigned int depth, deepest;
};

static void count_lock_use(void *context, const char *point, const char *object)
{
	struct lock_uses *uses = context;

	if (strcmp(object, "kho radix tree")) {
		uses->other++;
		return;
	}
	uses->tree++;
	if (!strcmp(point, "mutex_lock") && ++uses->depth > uses->deepest)
		uses->deepest = uses->depth;
	if (!strcmp(point, "mutex_unlock"))
		uses->depth--;
}

static void only_a_live_map_has_a_lock_of_its_own(void **state)
{
	static const struct kho_abi *const abis[] = { &kho__abi_v1, &kho__abi_v4 };

	for (size_t i = 0; i < ARRAY_SIZE(abis); i++) {
		struct lock_uses uses = { 0 };
		struct folio *folio;

		start_again(abis[i], SMALL_MEMORY);
		folio = folio_alloc(GFP_KERNEL, 1);
		kernel->sched.hook = count_lock_use;
		kernel->sched.context = &uses;
		assert_int_equal(kho_preserve_folio(folio), 0);
		kho_unpreserve_folio(folio);
		kernel->sched.hook = NULL;
		/* Finding room, marking and clearing. */
		assert_int_equal(uses.tree, abis[i]->map_is_live ? 2 * 3 : 0);
		assert_int_equal(uses.deepest, abis[i]->map_is_live);
		assert_int_equal(uses.depth + uses.other, 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define TEST_SMALL(name) cmocka_unit_test_setup_teardown(name, start_small, stop)
	const struct CMUnitTest tests[] = {
		TEST(every_set_of_blocks_is_read_back_as_marked),
		TEST(first_and_last_block_of_every_bitmap_are_read_back),
		TEST(blocks_anywhere_below_two_to_the_46_are_read_back),
		TEST(both_formats_hand_over_the_same_blocks),
		TEST_SMALL(a_tree_is_as_the_kernel_lays_it_out),
		TEST_SMALL(the_map_is_current_at_any_time),
		TEST_SMALL(there_is_nothing_to_finalize),
		TEST_SMALL(emptied_nodes_are_used_again),
		TEST_SMALL(every_failing_allocation_leaves_the_tracking_as_it_was),
		TEST_SMALL(allocating_for_the_handover_without_room_for_nodes_frees_the_memory),
		TEST_SMALL(only_a_live_map_has_a_lock_of_its_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
