// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* Taking over what the previous kernel preserved: once, whole, and nothing else. */
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

static u8 pattern(phys_addr_t phys)
{
	return (u8)(PHYS_PFN(phys) * 37 + 11);
}

static void fill(phys_addr_t phys, unsigned long nr_pages)
{
	for (; nr_pages--; phys += PAGE_SIZE)
		memset(phys_to_virt(phys), pattern(phys), PAGE_SIZE);
}

static void assert_filled(phys_addr_t phys, unsigned long nr_pages)
{
	for (; nr_pages--; phys += PAGE_SIZE) {
		const u8 *bytes = phys_to_virt(phys);

		for (size_t i = 0; i < PAGE_SIZE; i++)
			assert_int_equal(bytes[i], pattern(phys));
	}
}

/* What there is to restore besides the root tree, and what is allocated. */
static void assert_pages(unsigned long incoming, unsigned long allocated)
{
	assert_int_equal(kernel->pages.incoming, incoming + 1);
	assert_int_equal(kernel->pages.allocated, allocated);
}

static void folios_of_every_order_are_restored_once(void **state)
{
	phys_addr_t phys[MAX_PAGE_ORDER + 1];
	unsigned long pages = 0;

	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);

		phys[order] = PFN_PHYS(folio_pfn(folio));
		fill(phys[order], 1ul << order);
		assert_int_equal(kho_preserve_folio(folio), 0);
		pages += 1ul << order;
	}
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_pages(pages, 0);
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio;

		assert_filled(phys[order], 1ul << order);
		folio = kho_restore_folio(phys[order]);
		assert_non_null(folio);
		assert_int_equal(fixture_warns(kernel), 0);
		assert_int_equal(folio_pfn(folio), PHYS_PFN(phys[order]));
		assert_int_equal(folio_order(folio), order);
		assert_int_equal(page_count(&folio->page), 1);
		assert_filled(phys[order], 1ul << order);
		pages -= 1ul << order;
		assert_pages(pages, 1ul << order);

		assert_null(kho_restore_folio(phys[order]));
		assert_int_equal(fixture_warns(kernel), 1);
		assert_null(kho_restore_pages(phys[order], 1ul << order));
		assert_int_equal(fixture_warns(kernel), 1);
		folio_put(folio);
		assert_pages(pages, 0);
		assert_null(kho_restore_folio(phys[order]));
		assert_int_equal(fixture_warns(kernel), 1);
	}
	assert_int_equal(fixture_bugs(kernel), 0);
}

/* A block of @order, larger than what is allocated at once, with its addresses in its pages. */
static phys_addr_t preserve_large_block(unsigned int order)
{
	const unsigned long pages = 1ul << order;
	struct page *first = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);

	while (page_to_pfn(first) % pages)
		first = alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER);
	for (unsigned long n = LFB_CHUNK_PAGES; n < pages; n += LFB_CHUNK_PAGES)
		assert_ptr_equal(alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER), first + n);
	fill(page_to_phys(first), pages);
	assert_int_equal(kho_preserve_pages(first, pages), 0);
	assert_int_equal(kernel->kho.orders[order].blocks, 1);
	return page_to_phys(first);
}

static unsigned long free_chunks(void)
{
	unsigned long chunks = 0;

	while (alloc_pages(GFP_KERNEL, MAX_PAGE_ORDER))
		chunks++;
	return chunks;
}

static void blocks_larger_than_any_allocated_are_restored(void **state)
{
	const unsigned int order = MAX_PAGE_ORDER + 1;
	const unsigned long pages = 1ul << order;
	const phys_addr_t phys = preserve_large_block(order);
	unsigned long chunks;
	struct folio *folio;
	struct page *page;

	/* Once as a folio, which is preserved again … */
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_pages(pages, 0);
	folio = kho_restore_folio(phys);
	assert_non_null(folio);
	assert_int_equal(folio_order(folio), order);
	assert_filled(phys, pages);
	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kernel->kho.orders[order].blocks, 1);
	/* … then as pages, of which the last one goes over … */
	assert_int_equal(kho_fixture_handover(kernel), 0);
	page = kho_restore_pages(phys, pages);
	assert_non_null(page);
	assert_filled(phys, pages);
	for (unsigned long i = 0; i < pages - 1; i++)
		__free_pages(page + i, 0);
	assert_pages(0, 1);
	assert_int_equal(kho_preserve_pages(page + pages - 1, 1), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	page = kho_restore_pages(phys + (pages - 1) * PAGE_SIZE, 1);
	assert_non_null(page);
	__free_pages(page, 0);
	chunks = free_chunks();
	assert_int_equal(kho_fixture_handover(kernel), 0);
	/* … and what is freed as a whole is there again to be allocated. */
	assert_int_equal(preserve_large_block(order), phys);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	folio = kho_restore_folio(phys);
	assert_non_null(folio);
	folio_put(folio);
	assert_pages(0, 0);
	assert_int_equal(free_chunks(), chunks);
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
}

/* As kernels up to linux-7.0 have it. */
static void blocks_larger_than_any_allocated_may_be_refused(void **state)
{
	const unsigned long pages = 2 * LFB_CHUNK_PAGES;
	const phys_addr_t phys = preserve_large_block(MAX_PAGE_ORDER + 1);

	assert_int_equal(kho_fixture_handover(kernel), 0);
	kernel->kho.rules |= KHO_RESTORES_SMALL_BLOCKS;
	assert_null(kho_restore_pages(phys, pages));
	assert_int_equal(fixture_warns(kernel), 1);
	assert_null(kho_restore_folio(phys));
	assert_int_equal(fixture_warns(kernel), 1);
	kho_restore_free(phys_to_virt(phys));
	assert_int_equal(fixture_warns(kernel), 1);
	assert_pages(pages, 0);
	kernel->kho.rules &= ~(unsigned int)KHO_RESTORES_SMALL_BLOCKS;
	assert_non_null(kho_restore_pages(phys, pages));
}

static void every_small_range_is_restored_as_single_pages(void **state)
{
	for (unsigned long first = 0; first < 16; first++) {
		for (unsigned long n = 1; n <= 16 - first; n++) {
			struct page *page = alloc_pages(GFP_KERNEL, 4) + first;
			const phys_addr_t phys = page_to_phys(page);

			fill(phys, n);
			assert_int_equal(kho_preserve_pages(page, n), 0);
			assert_int_equal(kho_fixture_handover(kernel), 0);
			assert_pages(n, 0);
			page = kho_restore_pages(phys, n);
			assert_non_null(page);
			assert_int_equal(page_to_phys(page), phys);
			assert_filled(phys, n);
			assert_pages(0, n);
			assert_null(kho_restore_pages(phys, n));
			assert_int_equal(fixture_warns(kernel), 1);
			for (unsigned long i = 0; i < n; i++) {
				assert_int_equal(page_count(page + i), 1);
				__free_pages(page + i, 0);
			}
			assert_pages(0, 0);
			assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
		}
	}
}

static void nothing_is_restored_when_a_block_is_missing(void **state)
{
	/* 1 to 14 of 16 pages: blocks of 1, 2, 4, 4, 2 and 1 pages. */
	static const unsigned long starts[] = { 1, 2, 4, 8, 12, 14 };

	for (size_t missing = 0; missing < ARRAY_SIZE(starts); missing++) {
		struct page *page = alloc_pages(GFP_KERNEL, 4);
		const phys_addr_t phys = page_to_phys(page);

		assert_int_equal(kho_preserve_pages(page + 1, 14), 0);
		assert_int_equal(kho_fixture_handover(kernel), 0);
		assert_non_null(kho_restore_folio(phys + starts[missing] * PAGE_SIZE));
		assert_int_equal(fixture_warns(kernel), 0);
		assert_null(kho_restore_pages(phys + PAGE_SIZE, 14));
		assert_int_equal(fixture_warns(kernel), 1);
		for (size_t i = 0; i < ARRAY_SIZE(starts); i++) {
			if (i != missing)
				assert_non_null(kho_restore_folio(phys + starts[i] * PAGE_SIZE));
		}
		assert_int_equal(fixture_warns(kernel), 0);
		assert_pages(0, 14);
	}
}

static void other_cuts_than_the_preserved_one_are_refused(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 3);
	const phys_addr_t phys = page_to_phys(page);

	assert_int_equal(kho_preserve_pages(page, 8), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	for (unsigned long first = 0; first < 8; first++) {
		for (unsigned long n = 1; n <= 9 - first; n++) {
			if (!first && n == 8)
				continue;
			assert_null(kho_restore_pages(phys + first * PAGE_SIZE, n));
			assert_int_equal(fixture_warns(kernel), 1);
		}
	}
	assert_pages(8, 0);
	assert_non_null(kho_restore_pages(phys, 8));
}

static void with_heads_alone_other_cuts_come_over_as_they_were(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 4);
	const phys_addr_t phys = page_to_phys(page);

	/* 8 as 4; 4 and 4 as 8. */
	assert_int_equal(kho_preserve_pages(page, 8), 0);
	assert_int_equal(kho_preserve_pages(page + 8, 4), 0);
	assert_int_equal(kho_preserve_pages(page + 12, 4), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	kernel->kho.rules |= KHO_RESTORES_BY_HEADS;
	assert_pages(16, 0);
	assert_non_null(kho_restore_pages(phys, 4));
	assert_pages(8, 8);
	assert_non_null(kho_restore_pages(phys + 8 * PAGE_SIZE, 8));
	assert_pages(4, 12);
	assert_int_equal(fixture_warns(kernel), 0);

	/* A failure half way, nothing at all, and none. */
	assert_null(kho_restore_pages(phys + 12 * PAGE_SIZE, 5));
	assert_int_equal(fixture_warns(kernel), 1);
	assert_pages(0, 16);
	assert_null(kho_restore_pages(phys, 8));
	assert_null(kho_restore_pages(phys, ~0ul));
	assert_int_equal(fixture_warns(kernel), 2);
}

static void wild_addresses_are_refused(void **state)
{
	struct folio *folio = folio_alloc(GFP_KERNEL, 1);
	const phys_addr_t phys = PFN_PHYS(folio_pfn(folio));
	const phys_addr_t wild[] = { 0,
				     PAGE_SIZE,
				     phys + PAGE_SIZE,
				     phys - PAGE_SIZE,
				     phys + 2 * PAGE_SIZE,
				     MEMORY - PAGE_SIZE,
				     MEMORY,
				     1ull << 52,
				     ~0xfffull,
				     ~0ull };

	assert_int_equal(kho_preserve_folio(folio), 0);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	for (size_t i = 0; i < ARRAY_SIZE(wild); i++) {
		assert_null(kho_restore_folio(wild[i]));
		assert_null(kho_restore_pages(wild[i], 1));
		assert_int_equal(fixture_warns(kernel), 2);
	}
	assert_null(kho_restore_pages(phys, 0));
	assert_null(kho_restore_pages(phys, ~0ul));
	assert_null(kho_restore_pages(phys, ~0ul >> 12));
	assert_int_equal(fixture_warns(kernel), 3);
	assert_pages(2, 0);
}

static void nothing_can_be_restored_after_a_cold_boot(void **state)
{
	void *mem = kho_alloc_preserve(PAGE_SIZE);

	assert_null(kho_restore_folio(virt_to_phys(mem)));
	assert_null(kho_restore_pages(virt_to_phys(mem), 1));
	kho_restore_free(mem);
	kho__restore_free_sized(mem, PAGE_SIZE);
	assert_int_equal(fixture_warns(kernel), 4);
	kho_unpreserve_free(mem);
	assert_int_equal(fixture_warns(kernel), 0);
}

static void allocated_memory_of_every_order_is_restored_and_freed(void **state)
{
	for (unsigned int order = 0; order <= MAX_PAGE_ORDER; order++) {
		void *mem = kho_alloc_preserve(PAGE_SIZE << order);
		void *other = kho_alloc_preserve((PAGE_SIZE << order) - PAGE_SIZE + 1);
		const phys_addr_t phys = virt_to_phys(mem);
		const phys_addr_t other_phys = virt_to_phys(other);

		assert_int_equal(kho_fixture_handover(kernel), 0);
		assert_pages(2ul << order, 0);
		kho_restore_free(phys_to_virt(phys));
		assert_pages(1ul << order, 0);
		kho__restore_free_sized(phys_to_virt(other_phys),
					(PAGE_SIZE << order) - PAGE_SIZE + 1);
		assert_pages(0, 0);
		assert_int_equal(fixture_warns(kernel), 0);
		kho_restore_free(phys_to_virt(phys));
		kho__restore_free_sized(phys_to_virt(other_phys), PAGE_SIZE << order);
		assert_int_equal(fixture_warns(kernel), 2);
	}
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void freeing_what_is_no_such_memory_is_found(void **state)
{
	void *mem = kho_alloc_preserve(2 * PAGE_SIZE);
	const phys_addr_t phys = virt_to_phys(mem);
	int local;

	assert_int_equal(kho_fixture_handover(kernel), 0);
	mem = phys_to_virt(phys);
	kho_restore_free(NULL);
	kho__restore_free_sized(NULL, PAGE_SIZE);
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
	kho_restore_free(ERR_PTR(-EINVAL));
	kho__restore_free_sized(ERR_PTR(-EINVAL), PAGE_SIZE);
	assert_int_equal(fixture_bugs(kernel), 2);

	kho_restore_free(&local);
	kho_restore_free((u8 *)mem + PAGE_SIZE);
	kho_restore_free(kernel->memory.base);
	kho__restore_free_sized(&local, PAGE_SIZE);
	kho__restore_free_sized(mem, PAGE_SIZE);
	kho__restore_free_sized(mem, 3 * PAGE_SIZE);
	kho__restore_free_sized(mem, 0);
	kho__restore_free_sized(mem, SIZE_MAX);
	kho__restore_free_sized(phys_to_virt(MEMORY - PAGE_SIZE), 2 * PAGE_SIZE);
	assert_int_equal(fixture_warns(kernel), 9);
	assert_pages(2, 0);
	/* Inside of the first page is as good as its start. */
	kho_restore_free((u8 *)mem + 8);
	assert_pages(0, 0);
	assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
}

/* Each order from each of 32 places: blocks that start anywhere go over in pieces. */
static void unaligned_memory_is_restored_and_freed_as_a_whole(void **state)
{
	for (unsigned int order = 0; order <= 5; order++) {
		for (unsigned long shift = 0; shift < 32; shift++) {
			phys_addr_t phys;
			void *mem;

			/* Everything is as new. */
			assert_int_equal(kho_fixture_jump(kernel, 0, NULL), 0);
			for (unsigned long i = 0; i < shift; i++)
				assert_non_null(alloc_pages(GFP_KERNEL, 0));
			mem = kho_alloc_preserve(PAGE_SIZE << order);
			phys = virt_to_phys(mem);
			assert_int_equal(phys, PFN_PHYS(LFB_LOW_PAGES + shift));
			fill(phys, 1ul << order);
			assert_int_equal(kho_fixture_handover(kernel), 0);
			assert_pages(1ul << order, 0);
			assert_filled(phys, 1ul << order);
			kho__restore_free_sized(phys_to_virt(phys), PAGE_SIZE << order);
			assert_pages(0, 0);
			assert_int_equal(fixture_warns(kernel) + fixture_bugs(kernel), 0);
		}
	}
}

static void freeing_unaligned_memory_without_its_size_frees_the_first_block(void **state)
{
	phys_addr_t phys;

	assert_non_null(alloc_pages(GFP_KERNEL, 0));
	phys = virt_to_phys(kho_alloc_preserve(4 * PAGE_SIZE));
	assert_int_equal(kho_fixture_handover(kernel), 0);
	kho_restore_free(phys_to_virt(phys));
	assert_pages(3, 0);
	assert_int_equal(fixture_warns(kernel), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
#define TEST_ASCENDING(name) cmocka_unit_test_setup_teardown(name, start_ascending, stop)
	const struct CMUnitTest tests[] = {
		TEST(folios_of_every_order_are_restored_once),
		TEST(blocks_larger_than_any_allocated_are_restored),
		TEST(blocks_larger_than_any_allocated_may_be_refused),
		TEST(every_small_range_is_restored_as_single_pages),
		TEST(nothing_is_restored_when_a_block_is_missing),
		TEST(other_cuts_than_the_preserved_one_are_refused),
		TEST(with_heads_alone_other_cuts_come_over_as_they_were),
		TEST(wild_addresses_are_refused),
		TEST(nothing_can_be_restored_after_a_cold_boot),
		TEST(allocated_memory_of_every_order_is_restored_and_freed),
		TEST(freeing_what_is_no_such_memory_is_found),
		TEST_ASCENDING(unaligned_memory_is_restored_and_freed_as_a_whole),
		TEST_ASCENDING(freeing_unaligned_memory_without_its_size_frees_the_first_block),
	};

	return kho_fixture_run(tests, ARRAY_SIZE(tests));
}
