// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Folios and addresses: from each to the others, and nothing from what is none of them.
 */
#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *start(void)
{
	struct lfb_kernel *kernel =
		fixture_start(16 * FIXTURE_MIB, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);

	assert_non_null(kernel);
	return kernel;
}

static void a_folio_knows_its_size_and_place(void **state)
{
	struct lfb_kernel *kernel = start();
	unsigned int order;

	for (order = 0; order <= MAX_PAGE_ORDER; order++) {
		struct folio *folio = folio_alloc(GFP_KERNEL, order);

		assert_int_equal(folio_order(folio), order);
		assert_int_equal(folio_nr_pages(folio), 1ul << order);
		assert_int_equal(folio_size(folio), PAGE_SIZE << order);
		assert_int_equal(virt_to_phys(folio_address(folio)), PFN_PHYS(folio_pfn(folio)));
		for (unsigned long i = 0; i < 1ul << order; i++) {
			struct page *page = folio_page(folio, i);

			assert_int_equal(page_to_pfn(page), folio_pfn(folio) + i);
			assert_ptr_equal(page_folio(page), folio);
			assert_ptr_equal(virt_to_folio(page_address(page)), folio);
			assert_int_equal(page_count(page), 1);
		}
		assert_null(folio_page(folio, 1ul << order));
		folio_put(folio);
	}
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

static void the_last_reference_frees(void **state)
{
	struct lfb_kernel *kernel = start();
	struct folio *folio = folio_alloc(GFP_KERNEL, 2);

	folio_get(folio);
	folio_get(folio);
	assert_int_equal(page_count(folio_page(folio, 3)), 3);
	folio_put(folio);
	__free_pages(&folio->page, 2);
	assert_int_equal(kernel->pages.allocated, 4);
	assert_int_equal(page_count(&folio->page), 1);
	folio_put(folio);
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(fixture_bugs(kernel), 0);

	folio_put(folio);
	folio_get(folio);
	folio_put(NULL);
	folio_get(NULL);
	assert_int_equal(fixture_bugs(kernel), 4);
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

static void every_page_has_a_number_an_address_and_a_place(void **state)
{
	struct lfb_kernel *kernel = start();
	const unsigned long nr_pages = kernel->memory.nr_pages;
	unsigned long pfn;

	for (pfn = 0; pfn < nr_pages; pfn++) {
		struct page *page = pfn_to_page(pfn);

		assert_int_equal(page_to_pfn(page), pfn);
		assert_int_equal(page_to_phys(page), pfn << PAGE_SHIFT);
		assert_ptr_equal(phys_to_page(PFN_PHYS(pfn) + 4095), page);
		assert_ptr_equal(page_address(page), phys_to_virt(PFN_PHYS(pfn)));
		assert_ptr_equal(virt_to_page((u8 *)page_address(page) + 77), page);
		assert_ptr_equal(lfb__page(kernel, pfn), page);
	}
	assert_null(pfn_to_page(nr_pages));
	assert_null(pfn_to_page(~0ul));
	assert_null(phys_to_page(PFN_PHYS(nr_pages)));
	assert_null(phys_to_page(~0ull));
	assert_null(phys_to_virt(PFN_PHYS(nr_pages)));
	assert_null(phys_to_virt(~0ull));
	assert_non_null(phys_to_virt(PFN_PHYS(nr_pages) - 1));
	assert_int_equal(fixture_warns(kernel), 0);
	fixture_stop(kernel);
}

static void what_is_no_page_has_nothing(void **state)
{
	struct lfb_kernel *kernel = start();
	struct page *const wrong[] = { NULL, ERR_PTR(-EINVAL), kernel->memory.map - 1,
				       kernel->memory.map + kernel->memory.nr_pages,
				       (struct page *)((u8 *)kernel->memory.map + 1) };

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct folio *folio = (struct folio *)wrong[i];

		assert_int_equal(page_to_pfn(wrong[i]), ~0ul);
		assert_int_equal(page_to_phys(wrong[i]), ~0ull);
		assert_null(page_address(wrong[i]));
		assert_null(page_folio(wrong[i]));
		assert_int_equal(page_count(wrong[i]), 0);
		assert_int_equal(folio_order(folio), 0);
		assert_int_equal(folio_nr_pages(folio), 0);
		assert_int_equal(folio_size(folio), 0);
		assert_int_equal(folio_pfn(folio), ~0ul);
		assert_null(folio_address(folio));
		assert_null(folio_page(folio, 0));
	}
	fixture_stop(kernel);
}

static void a_pointer_that_is_not_linear_is_named(void **state)
{
	struct lfb_kernel *kernel = start();
	void *area = vmalloc(1), *object = kmalloc(1, GFP_KERNEL);
	const struct {
		const void *pointer;
		const char *why;
	} wrong[] = {
		{ object, "earlier kernel" },
		{ NULL, "NULL" },
		{ &kernel, "not a kernel address" },
		{ kernel, "not a kernel address" },
	};

	assert_true(virt_to_phys(object) < kernel->memory.size);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(virt_to_phys(area), ~0ull);
	assert_int_equal(fixture_warns(kernel), 1);
	assert_non_null(strstr(kernel->trace.complaint, "vmalloc"));

	fixture_jump(kernel);
	fixture_ready(kernel);
	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(virt_to_phys(wrong[i].pointer), ~0ull);
		assert_int_equal(fixture_warns(kernel), 1);
		assert_non_null(strstr(kernel->trace.complaint, wrong[i].why));
		assert_null(virt_to_page(wrong[i].pointer));
		assert_null(virt_to_folio(wrong[i].pointer));
	}
	assert_int_equal(fixture_warns(kernel), 0);
	fixture_stop(kernel);
}

static void an_order_holds_its_size(void **state)
{
	unsigned int order;

	assert_int_equal(get_order(0), 0);
	assert_int_equal(get_order(1), 0);
	for (order = 0; order < 50; order++) {
		assert_int_equal(get_order(PAGE_SIZE << order), order);
		assert_int_equal(get_order((PAGE_SIZE << order) + 1), order + 1);
	}
	assert_int_equal(get_order(SIZE_MAX), 52);
}

static void outside_of_a_kernel_everything_fails_quietly(void **state)
{
	struct lfb_kernel *kernel = start();
	struct folio *folio = folio_alloc(GFP_KERNEL, 1);
	struct page *page = alloc_pages(0, 0);
	void *object = kmalloc(1, GFP_KERNEL), *area = vmalloc(1);
	unsigned long address = __get_free_pages(0, 0);

	lfb__current = NULL;
	assert_null(alloc_pages(0, 0));
	assert_int_equal(__get_free_pages(0, 0), 0);
	assert_null(folio_alloc(0, 0));
	assert_null(kmalloc(1, 0));
	assert_null(kzalloc(1, 0));
	assert_null(kcalloc(1, 1, 0));
	assert_null(kmemdup("x", 1, 0));
	assert_null(kstrdup("x", 0));
	assert_null(vmalloc(1));
	assert_null(vzalloc(1));
	assert_int_equal(ksize(object), 0);
	assert_null(vmalloc_to_page(area));
	assert_false(is_vmalloc_addr(area));
	assert_null(pfn_to_page(20));
	assert_null(phys_to_page(0x20000));
	assert_null(phys_to_virt(0x20000));
	assert_int_equal(virt_to_phys(object), ~0ull);
	assert_null(virt_to_page(object));
	assert_null(virt_to_folio(object));
	assert_int_equal(page_to_pfn(page), ~0ul);
	assert_int_equal(page_to_phys(page), ~0ull);
	assert_null(page_address(page));
	assert_null(page_folio(page));
	assert_int_equal(page_count(page), 0);
	assert_int_equal(folio_order(folio), 0);
	assert_int_equal(folio_nr_pages(folio), 0);
	assert_int_equal(folio_pfn(folio), ~0ul);
	assert_null(folio_address(folio));
	assert_null(folio_page(folio, 0));
	folio_get(folio);
	folio_put(folio);
	__free_pages(page, 0);
	free_pages(address, 0);
	kfree(object);
	vfree(area);

	lfb__current = kernel;
	assert_int_equal(kernel->pages.allocated, 5);
	assert_int_equal(kernel->slabs.objects, 2);
	assert_int_equal(fixture_bugs(kernel) + fixture_warns(kernel), 0);
	fixture_stop(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folio_knows_its_size_and_place),
		cmocka_unit_test(the_last_reference_frees),
		cmocka_unit_test(every_page_has_a_number_an_address_and_a_place),
		cmocka_unit_test(what_is_no_page_has_nothing),
		cmocka_unit_test(a_pointer_that_is_not_linear_is_named),
		cmocka_unit_test(an_order_holds_its_size),
		cmocka_unit_test(outside_of_a_kernel_everything_fails_quietly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
