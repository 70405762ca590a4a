// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* What may be preserved, as which blocks, and how it is taken back. */
#include "sim/kernel/memory/page.h"
#include "tests/support/kho_fixture.h"

#define MEMORY (32 * FIXTURE_MIB)

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int start_ascending(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_ASCENDING);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

/* Is this block of 2^@order pages one of those that @nr_pages from @first are cut into? */
static bool is_in_cut(unsigned long pfn, unsigned int order, unsigned long first,
		      unsigned long nr_pages)
{
	unsigned long parent = pfn & ~((2ul << order) - 1);

	if (pfn < first || pfn + (1ul << order) > first + nr_pages)
		return false;
	return parent < first || parent + (2ul << order) > first + nr_pages;
}

static void assert_cut(unsigned long first, unsigned long nr_pages, unsigned long from,
		       unsigned long end)
{
	for (unsigned int order = 0; order <= KHO_MAX_ORDER; order++) {
		const unsigned long pages = 1ul << order;

		for (unsigned long pfn = from & ~(pages - 1); pfn < end; pfn += pages)
			assert_int_equal(kho__is_preserved(kernel, pfn, order),
					 is_in_cut(pfn, order, first, nr_pages));
	}
}

static void a_folio_of_any_order_is_one_block(void **state)
{
	const unsigned long before = kernel->kho.blocks;

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);

		assert_non_null(folio);
		assert_int_equal(kho_preserve_folio(folio), 0);
		assert_int_equal(kernel->kho.blocks, before + 1);
		for (unsigned int other = 0; other <= MAX_PAGE_ORDER + 1; other++)
			assert_int_equal(kho__is_preserved(kernel, folio_pfn(folio), other),
					 other == order);
		kho_unpreserve_folio(folio);
		assert_int_equal(kernel->kho.blocks, before);
		assert_false(kho__is_preserved(kernel, folio_pfn(folio), order));
		folio_put(folio);
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void preserved_twice_and_unpreserved_once_is_not_preserved(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);
	const unsigned long before = kernel->kho.blocks;

	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kernel->kho.blocks, before + 1);
	kho_unpreserve_folio(folio);
	assert_int_equal(kernel->kho.blocks, before);
	assert_int_equal(fixture_warns(kernel), 0);

	/* The tree still has a place for it, so the kernel says nothing. */
	kho_unpreserve_folio(folio);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(kernel->kho.blocks, before);
	folio_put(folio);
}

static void every_small_range_is_cut_into_maximal_aligned_blocks(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 6);
	const unsigned long pfn = page_to_pfn(page);
	const unsigned long before = kernel->kho.blocks;

	for (unsigned long first = 0; first < 64; first++) {
		for (unsigned long n = 1; n <= 64 - first; n++) {
			assert_int_equal(kho_preserve_pages(page + first, n), 0);
			assert_cut(pfn + first, n, pfn, pfn + 64);
			kho_unpreserve_pages(page + first, n);
			assert_int_equal(kernel->kho.blocks, before);
		}
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void a_long_range_is_cut_into_blocks_that_nobody_allocates(void **state)
{
	struct page *low = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	const unsigned long pages = 2 * LFB_CHUNK_PAGES;
	const unsigned long before = kernel->kho.blocks;

	if (page_to_pfn(low) % pages)
		low = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	assert_int_equal(page_to_pfn(low) % pages, 0);
	assert_ptr_equal(low + LFB_CHUNK_PAGES, alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER));
	assert_int_equal(kho_preserve_pages(low, pages), 0);
	assert_int_equal(kernel->kho.blocks, before + 1);
	assert_int_equal(kernel->kho.orders[MAX_PAGE_ORDER + 1].blocks, 1);
	assert_cut(page_to_pfn(low), pages, page_to_pfn(low), page_to_pfn(low) + pages);
	kho_unpreserve_pages(low, pages);
	assert_int_equal(kernel->kho.blocks, before);
	assert_int_equal(kho_preserve_pages(low + 1, pages - 2), 0);
	assert_cut(page_to_pfn(low) + 1, pages - 2, page_to_pfn(low), page_to_pfn(low) + pages);
	kho_unpreserve_pages(low + 1, pages - 2);
	assert_int_equal(kernel->kho.blocks, before);
}

static void unpreserving_with_other_arguments_warns_and_keeps_the_rest(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	const unsigned long before = kernel->kho.blocks;

	/* One block of 8 pages; asked to take back 4 and 3. */
	assert_int_equal(kho_preserve_pages(page, 8), 0);
	kho_unpreserve_pages(page, 4);
	kho_unpreserve_pages(page, 3);
	assert_int_equal(fixture_warns(kernel), 2);
	assert_int_equal(kernel->kho.blocks, before + 1);
	kho_unpreserve_pages(page, 8);
	assert_int_equal(fixture_warns(kernel), 0);

	/* Blocks of 4, 2 and 1: the first two are found in the range of 6. */
	assert_int_equal(kho_preserve_pages(page, 7), 0);
	kho_unpreserve_pages(page, 6);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(kernel->kho.blocks, before + 1);
	/* The tree has a place for each of them, so the kernel says nothing. */
	kho_unpreserve_pages(page, 7);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(kernel->kho.blocks, before);
}

static void pages_freed_too_early_can_be_unpreserved(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 1);
	const unsigned long before = kernel->kho.blocks;

	assert_int_equal(kho_preserve_pages(page, 2), 0);
	__free_pages(page, 1);
	kho_unpreserve_pages(page, 2);
	assert_int_equal(kernel->kho.blocks, before);
}

static void assert_no_folio(void *folio)
{
	const unsigned long before = kernel->kho.blocks;

	assert_int_equal(kho_preserve_folio(folio), -EINVAL);
	assert_int_equal(fixture_warns(kernel), 1);
	kho_unpreserve_folio(folio);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_int_equal(kernel->kho.blocks, before);
}

static void assert_no_pages(void *page, unsigned long nr_pages)
{
	const unsigned long before = kernel->kho.blocks;

	assert_int_equal(kho_preserve_pages(page, nr_pages), -EINVAL);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_int_equal(kernel->kho.blocks, before);
}

static void what_is_no_live_memory_is_refused(void **state)
{
	struct page *map = kernel->memory.map;
	struct folio *folio = folio_alloc(GFP_KERNEL, 1);
	struct page *freed = alloc_pages(GFP_KERNEL, 0);
	struct page *pair = alloc_pages(GFP_KERNEL, 1);
	void *object = kmalloc(64, GFP_KERNEL);
	void *const wild[] = {
		NULL,
		&folio,
		(u8 *)map + 1,
		(u8 *)folio + 8,
		map - 1,
		map + kernel->memory.nr_pages,
		map,				/* the low pages are nobody's */
		map + LFB_LOW_PAGES - 1,
		pfn_to_page(PHYS_PFN(kernel->memory.scratch)),
		map + kernel->memory.nr_pages - 1,
		freed,
		virt_to_page(object),
		virt_to_page(kernel->kho.root),
	};

	__free_pages(freed, 0);
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		assert_no_folio(wild[i]);
		assert_no_pages(wild[i], 1);
	}
	/* Inside of one, and a block that is no folio. */
	assert_no_folio(folio_page(folio, 1));
	assert_no_folio(pair);
	kfree(object);
}

static void every_page_of_a_range_is_looked_at(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	const unsigned long nr_pages = kernel->memory.nr_pages;
	const unsigned long left = nr_pages - page_to_pfn(page);

	lfb__split_page(kernel, page, 2);
	assert_int_equal(kho_preserve_pages(page, 4), 0);
	kho_unpreserve_pages(page, 4);
	for (unsigned int hole = 0; hole < 4; hole++) {
		struct page *again;

		__free_pages(page + hole, 0);
		assert_no_pages(page, 4);
		again = alloc_pages(GFP_KERNEL, 0);
		assert_ptr_equal(again, page + hole);
	}
	assert_int_equal(kho_preserve_pages(page, 0), 0);
	assert_no_pages(page, left);
	assert_no_pages(page, left + 1);
	assert_no_pages(page, ~0ul);
	kho_unpreserve_pages(page, 0);
	kho_unpreserve_pages(NULL, 1);
	kho_unpreserve_pages(page, left);
	assert_int_equal(fixture_warns(kernel), 2);
}

static void without_room_for_a_bitmap_nothing_new_is_marked(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 2);
	const unsigned long pfn = page_to_pfn(page);
	unsigned long before;

	/* Bitmaps of order 0 exist, those of order 1 do not. */
	assert_int_equal(kho_preserve_pages(page + 1, 1), 0);
	before = kernel->kho.blocks;
	kho_fixture_exhaust();
	assert_int_equal(kho_preserve_pages(page + 1, 3), -ENOMEM);
	assert_int_equal(kernel->kho.blocks, before);
	assert_true(kho__is_preserved(kernel, pfn + 1, 0));
	assert_false(kho__is_preserved(kernel, pfn + 2, 1));
	assert_int_equal(kho_preserve_pages(page + 3, 1), 0);
	assert_int_equal(kernel->kho.blocks, before + 1);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void each_call_is_one_fault_point(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 3);
	const unsigned long blocks = kernel->kho.blocks;
	const unsigned long allocated = kernel->pages.allocated;

	kho_fixture_fail(kernel, LFB_FAULT_KHO, 1);
	assert_int_equal(kho_preserve_folio(folio), -ENOMEM);
	kho_fixture_fail(kernel, LFB_FAULT_KHO, 1);
	assert_int_equal(kho_preserve_pages(&folio->page + 1, 7), -ENOMEM);
	kho_fixture_fail(kernel, LFB_FAULT_KHO, 1);
	assert_int_equal(PTR_ERR(kho_alloc_preserve(1)), -ENOMEM);
	kho_fixture_fail(kernel, LFB_FAULT_ALLOC, 1);
	assert_int_equal(PTR_ERR(kho_alloc_preserve(1)), -ENOMEM);
	assert_int_equal(kernel->kho.blocks, blocks);
	assert_int_equal(kernel->pages.allocated, allocated);
	assert_int_equal(fixture_warns(kernel), 0);

	kho_fixture_fail(kernel, LFB_FAULT_KHO, 0);
	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kho_preserve_pages(&folio->page + 1, 7), 0);
	kho_unpreserve_free(kho_alloc_preserve(1));
	assert_int_equal(kernel->faults.count[LFB_FAULT_KHO], 3);
}

static void allocated_memory_is_zeroed_rounded_up_and_preserved(void **state)
{
	static const struct {
		size_t size;
		int order;	/* or the errno */
	} cases[] = {
		{ 0, -EINVAL },
		{ 1, 0 },
		{ PAGE_SIZE, 0 },
		{ PAGE_SIZE + 1, 1 },
		{ 2 * PAGE_SIZE, 1 },
		{ 3 * PAGE_SIZE, 2 },
		{ 512 * PAGE_SIZE + 1, 10 },
		{ 1024 * PAGE_SIZE, 10 },
		{ 1024 * PAGE_SIZE + 1, -E2BIG },
		{ SIZE_MAX, -E2BIG },
	};
	const unsigned long blocks = kernel->kho.blocks;
	const unsigned long allocated = kernel->pages.allocated;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		u8 *mem = kho_alloc_preserve(cases[i].size);

		if (cases[i].order < 0) {
			assert_int_equal(PTR_ERR(mem), cases[i].order);
			continue;
		}
		assert_false(IS_ERR_OR_NULL(mem));
		for (size_t at = 0; at < PAGE_SIZE << cases[i].order; at++)
			assert_int_equal(mem[at], 0);
		memset(mem, 0xaa, PAGE_SIZE << cases[i].order);
		assert_true(kho__is_preserved(kernel, PHYS_PFN(virt_to_phys(mem)),
					      (unsigned int)cases[i].order));
		assert_int_equal(kernel->kho.blocks, blocks + 1);
		kho_unpreserve_free(mem);
		assert_int_equal(kernel->kho.blocks, blocks);
		assert_int_equal(kernel->pages.allocated, allocated);
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void only_what_was_allocated_so_can_be_unpreserved_and_freed(void **state)
{
	void *mem = kho_alloc_preserve(2 * PAGE_SIZE);
	void *unpreserved = folio_address(folio_alloc(GFP_KERNEL, 0));
	void *object = kmalloc(64, GFP_KERNEL);
	void *area = vmalloc(PAGE_SIZE);
	int local;
	void *const wrong[] = { &local, object, area, kernel->kho.root, kernel->memory.base };
	const unsigned long blocks = kernel->kho.blocks;
	const unsigned long allocated = kernel->pages.allocated;

	kho_unpreserve_free(NULL);
	assert_int_equal(fixture_warns(kernel), 0);
	kho_unpreserve_free(ERR_PTR(-ENOMEM));
	assert_int_equal(fixture_bugs(kernel), 1);
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		kho_unpreserve_free(wrong[i]);
		assert_int_equal(fixture_warns(kernel), 1);
	}
	assert_int_equal(kernel->kho.blocks, blocks);
	assert_int_equal(kernel->pages.allocated, allocated);

	/*
	 * An address inside of it will do. Twice; and memory that is the caller's, but was not
	 * preserved: freed, and the tree has a place for it.
	 */
	kho_unpreserve_free((u8 *)mem + PAGE_SIZE + 1);
	assert_int_equal(fixture_warns(kernel), 0);
	kho_unpreserve_free(mem);
	assert_int_equal(fixture_warns(kernel), 1);
	kho_unpreserve_free(unpreserved);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(kernel->pages.allocated, allocated - 3);
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void unaligned_folios_are_refused(void **state)
{
	struct folio *single = folio_alloc(GFP_KERNEL, 0);
	struct folio *pair = folio_alloc(GFP_KERNEL, 1);

	assert_int_equal(folio_pfn(single), LFB_LOW_PAGES);
	assert_int_equal(folio_pfn(pair), LFB_LOW_PAGES + 1);
	assert_int_equal(kho_preserve_folio(single), 0);
	assert_no_folio(pair);
}

static void unaligned_memory_is_preserved_in_pieces(void **state)
{
	unsigned long blocks, allocated;

	for (unsigned int shift = 0; shift < 20; shift++) {
		const unsigned int order = shift % 5;
		void *mem;

		assert_non_null(alloc_pages(GFP_KERNEL, 0));
		blocks = kernel->kho.blocks;
		allocated = kernel->pages.allocated;
		mem = kho_alloc_preserve(PAGE_SIZE << order);
		assert_false(IS_ERR(mem));
		assert_cut(PHYS_PFN(virt_to_phys(mem)), 1ul << order, PHYS_PFN(virt_to_phys(mem)),
			   PHYS_PFN(virt_to_phys(mem)) + (1ul << order));
		kho_unpreserve_free(mem);
		assert_int_equal(kernel->kho.blocks, blocks);
		assert_int_equal(kernel->pages.allocated, allocated);
	}
	assert_int_equal(fixture_warns(kernel), 0);
}

static void nothing_is_given_out_or_preserved_in_any_scratch_area(void **state)
{
	for (unsigned int policy = 0; policy <= LFB_PAGES_ASCENDING; policy++) {
		struct lfb_kernel *other = kho_fixture_start_with(&(struct lfb_memory_options){
			.size = 4 * FIXTURE_MIB, .policy = policy, .scratch_areas = 3,
		});
		const struct lfb_memory *memory = &other->memory;
		unsigned long pages = 0;
		struct page *page;

		for (; (page = alloc_pages(GFP_KERNEL, 0)) != NULL; pages++)
			assert_false(lfb__in_scratch(memory, page_to_pfn(page), 1));
		/* All the others are: but for KHO's own and the lowest, none is lost. */
		assert_in_range(pages, 1024 - 3 * 16 - 40, 1024 - 3 * 16);
		for (unsigned int n = 0; n < 3; n++) {
			page = pfn_to_page(lfb__scratch_area(memory, n));
			assert_int_equal(kho_preserve_pages(page, 1), -EINVAL);
			assert_int_equal(kho_preserve_pages(page + 15, 1), -EINVAL);
			fixture_warns(other);
		}
		fixture_stop(other);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define TEST_ASCENDING(name) cmocka_unit_test_setup_teardown(name, start_ascending, stop)
	const struct CMUnitTest tests[] = {
		TEST(a_folio_of_any_order_is_one_block),
		TEST(preserved_twice_and_unpreserved_once_is_not_preserved),
		TEST(every_small_range_is_cut_into_maximal_aligned_blocks),
		TEST(a_long_range_is_cut_into_blocks_that_nobody_allocates),
		TEST(unpreserving_with_other_arguments_warns_and_keeps_the_rest),
		TEST(pages_freed_too_early_can_be_unpreserved),
		TEST(what_is_no_live_memory_is_refused),
		TEST(every_page_of_a_range_is_looked_at),
		TEST(without_room_for_a_bitmap_nothing_new_is_marked),
		TEST(each_call_is_one_fault_point),
		TEST(allocated_memory_is_zeroed_rounded_up_and_preserved),
		TEST(only_what_was_allocated_so_can_be_unpreserved_and_freed),
		cmocka_unit_test(nothing_is_given_out_or_preserved_in_any_scratch_area),
		TEST_ASCENDING(unaligned_folios_are_refused),
		TEST_ASCENDING(unaligned_memory_is_preserved_in_pieces),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
