// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * vmalloc areas: mapped for real, undone completely, gone after a jump.
 */
#include <sys/resource.h>

#include "tests/support/kernel_fixture.h"

static struct lfb_kernel *start(u64 size, enum lfb_memory_mode mode)
{
	struct lfb_kernel *kernel = fixture_start(size, mode, LFB_PAGES_BUDDY);

	assert_non_null(kernel);
	return kernel;
}

static void expect_nothing_allocated(struct lfb_kernel *kernel)
{
	assert_int_equal(kernel->vmallocs.count, 0);
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(kernel->pages.allocated, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void an_area_shows_its_pages_side_by_side(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	unsigned long n, i;

	for (n = 1; n <= 20; n++) {
		u8 *area = vmalloc(n * PAGE_SIZE - 7);
		struct page **pages = lfb__vmalloc_area(kernel, area).pages;

		assert_non_null(area);
		assert_ptr_equal(lfb__vmalloc_area(kernel, area + n * PAGE_SIZE - 1).pages, pages);
		assert_int_equal(lfb__vmalloc_area(kernel, area).nr_pages, n);
		assert_int_equal(kernel->pages.allocated, n);
		for (i = 0; i < n; i++) {
			u8 *linear = page_address(pages[i]);

			area[i * PAGE_SIZE + 5] = (u8)i;
			assert_int_equal(linear[5], i);
			assert_ptr_equal(vmalloc_to_page(area + i * PAGE_SIZE + 9), pages[i]);
			assert_true(is_vmalloc_addr(area + (i + 1) * PAGE_SIZE - 1));
		}
		assert_false(is_vmalloc_addr(area + n * PAGE_SIZE));
		assert_false(fixture_readable(area + n * PAGE_SIZE));
		vfree(area);
		assert_false(fixture_readable(area));
		assert_false(is_vmalloc_addr(area));
		expect_nothing_allocated(kernel);
	}
	fixture_stop(kernel);
}

static void scattered_pages_are_mapped_in_the_order_given(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	static const unsigned int order[] = { 5, 6, 7, 2, 1, 0, 3, 4 };
	struct page *pages[8], *given[8];
	u8 *area;

	for (unsigned int i = 0; i < 8; i++) {
		pages[i] = alloc_pages(0, 0);
		memset(page_address(pages[i]), (int)i, PAGE_SIZE);
	}
	for (unsigned int i = 0; i < 8; i++)
		given[i] = pages[order[i]];
	area = lfb__vmap(kernel, given, 8, 0, VM_ALLOC);
	assert_non_null(area);
	for (unsigned int i = 0; i < 8; i++)
		assert_int_equal(area[i * PAGE_SIZE + 100], order[i]);
	vfree(area);
	assert_null(lfb__vmap(kernel, given, 0, 0, VM_ALLOC));
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void areas_do_not_touch_and_space_is_used_again(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	u8 *areas[10];

	for (unsigned int i = 0; i < 10; i++) {
		areas[i] = vzalloc((i + 1) * PAGE_SIZE);
		assert_non_null(areas[i]);
		assert_int_equal(areas[i][(i + 1) * PAGE_SIZE - 1], 0);
		if (i > 0)
			assert_true(areas[i] > areas[i - 1] + i * PAGE_SIZE);
	}
	/* One inside, then from the top: everything above the highest one left is free. */
	vfree(areas[3]);
	for (unsigned int i = 9; i >= 5; i--)
		vfree(areas[i]);
	assert_ptr_equal(vmalloc(PAGE_SIZE), areas[5]);
	vfree(areas[5]);
	vfree(areas[4]);
	assert_ptr_equal(vmalloc(PAGE_SIZE), areas[3]);
	vfree(areas[0]);
	vfree(areas[1]);
	vfree(areas[2]);
	vfree(areas[3]);
	assert_ptr_equal(vmalloc(PAGE_SIZE), areas[0]);
	vfree(areas[0]);
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void zeroed_means_zeroed(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	static const u8 zeros[4 * PAGE_SIZE];
	u8 *area = vmalloc(sizeof(zeros));

	memset(area, 0xaa, sizeof(zeros));
	vfree(area);
	area = vzalloc(sizeof(zeros));
	assert_memory_equal(area, zeros, sizeof(zeros));
	fixture_stop(kernel);
}

static void every_step_can_fail_and_is_undone(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	unsigned long nth;
	void *area;

	/* Five pages, and the record of the area. */
	for (nth = 1; nth <= 6; nth++) {
		fixture_fail_alloc(kernel, nth, false);
		assert_null(vmalloc(5 * PAGE_SIZE));
		assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], nth);
		expect_nothing_allocated(kernel);
	}
	fixture_fail_alloc(kernel, 7, false);
	area = vmalloc(5 * PAGE_SIZE);
	assert_non_null(area);
	assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], 6);
	vfree(area);

	fixture_fail_alloc(kernel, 1, false);
	assert_null(lfb__vmap(kernel, &(struct page *){ pfn_to_page(20) }, 1, 0, VM_ALLOC));
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void sizes_that_cannot_be_give_nothing(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);

	assert_null(vmalloc(0));
	assert_null(vmalloc(FIXTURE_MIB));
	assert_null(vmalloc(kernel->memory.vmalloc_size));
	assert_null(vmalloc(kernel->memory.vmalloc_size + 1));
	assert_null(vmalloc(SIZE_MAX));
	assert_null(lfb__vmap(kernel, NULL, SIZE_MAX / 8, 0, VM_ALLOC));
	assert_null(lfb__vmap(kernel, NULL, SIZE_MAX / 4, 0, VM_ALLOC));
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void a_full_window_gives_nothing(void **state)
{
	struct lfb_kernel *kernel = start(128 * FIXTURE_MIB, LFB_MEMORY_FIXED);
	struct page *page = alloc_pages(0, 0);
	u8 *areas[5];

	/* Four times 25 MiB fit into 128 MiB, a fifth and the pages that fault do not. */
	for (unsigned int i = 0; i < 4; i++)
		areas[i] = vmalloc(25 * FIXTURE_MIB);
	assert_non_null(areas[3]);
	kernel->vmallocs.next = kernel->memory.vmalloc_size - PAGE_SIZE;
	assert_null(vmalloc(1));
	assert_null(lfb__vmap(kernel, &page, 1, 0, VM_ALLOC));
	kernel->vmallocs.next -= PAGE_SIZE;
	areas[4] = lfb__vmap(kernel, &page, 1, 0, VM_ALLOC);
	assert_non_null(areas[4]);
	assert_false(fixture_readable(areas[4] + PAGE_SIZE));
	for (unsigned int i = 0; i < 5; i++)
		vfree(areas[i]);
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void a_host_that_cannot_map_is_reported(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	struct rlimit before, none;
	void *area;

	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none = before;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	area = vmalloc(3 * PAGE_SIZE);
	setrlimit(RLIMIT_AS, &before);
	assert_null(area);
	expect_nothing_allocated(kernel);
	vfree(vmalloc(3 * PAGE_SIZE));
	expect_nothing_allocated(kernel);
	fixture_stop(kernel);
}

static void a_wrong_free_is_a_bug_and_changes_nothing(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_FIXED);
	u8 *area = vmalloc(3 * PAGE_SIZE);
	const void *wrong[] = {
		area + 1, area + PAGE_SIZE, area + 3 * PAGE_SIZE, area - PAGE_SIZE, &area,
		phys_to_virt(0x10000), ERR_PTR(-ENOMEM), page_address(vmalloc_to_page(area)),
	};

	for (unsigned int i = 0; i < ARRAY_SIZE(wrong); i++) {
		vfree(wrong[i]);
		assert_int_equal(fixture_bugs(kernel), 1);
		if (i >= 2)
			assert_null(lfb__vmalloc_area(kernel, wrong[i]).pages);
		assert_int_equal(kernel->vmallocs.count, 1);
	}
	assert_null(vmalloc_to_page(&area));
	assert_null(vmalloc_to_page(NULL));
	vfree(NULL);
	vfree(area);
	expect_nothing_allocated(kernel);
	vfree(area);
	assert_int_equal(fixture_bugs(kernel), 1);
	fixture_stop(kernel);
}

static void areas_do_not_survive_a_jump(enum lfb_memory_mode mode)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, mode);
	phys_addr_t phys;
	unsigned int boot;

	for (boot = 0; boot < 2 * LFB_WINDOWS; boot++) {
		u8 *area = vmalloc(3 * PAGE_SIZE), *window = kernel->memory.vmalloc_base;

		assert_ptr_equal(area, window);
		assert_int_equal(lfb__address_kind(&kernel->memory, area + PAGE_SIZE + 3, &phys),
				 LFB_ADDRESS_CURRENT);
		assert_int_equal(phys, page_to_phys(vmalloc_to_page(area + PAGE_SIZE)) + 3);
		fixture_jump(kernel);
		assert_false(fixture_readable(area));
		fixture_ready(kernel);
		assert_false(is_vmalloc_addr(area));
		assert_int_equal(lfb__address_kind(&kernel->memory, area, &phys),
				 mode == LFB_MEMORY_REMAP ? LFB_ADDRESS_STALE :
							    LFB_ADDRESS_CURRENT);
		assert_int_equal(phys, ~0ull);
		expect_nothing_allocated(kernel);
	}
	fixture_stop(kernel);
}

static void areas_are_gone_in_the_next_kernel(void **state)
{
	areas_do_not_survive_a_jump(LFB_MEMORY_REMAP);
	areas_do_not_survive_a_jump(LFB_MEMORY_FIXED);
}

static void areas_are_gone_after_a_power_cycle(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB, LFB_MEMORY_REMAP);
	u8 *area = vmalloc(3 * PAGE_SIZE);

	fixture_boot(kernel);
	assert_false(fixture_readable(area));
	expect_nothing_allocated(kernel);
	assert_ptr_equal(vmalloc(1), area);
	fixture_stop(kernel);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_area_shows_its_pages_side_by_side),
		cmocka_unit_test(scattered_pages_are_mapped_in_the_order_given),
		cmocka_unit_test(areas_do_not_touch_and_space_is_used_again),
		cmocka_unit_test(zeroed_means_zeroed),
		cmocka_unit_test(every_step_can_fail_and_is_undone),
		cmocka_unit_test(sizes_that_cannot_be_give_nothing),
		cmocka_unit_test(a_full_window_gives_nothing),
		cmocka_unit_test(a_host_that_cannot_map_is_reported),
		cmocka_unit_test(a_wrong_free_is_a_bug_and_changes_nothing),
		cmocka_unit_test(areas_are_gone_in_the_next_kernel),
		cmocka_unit_test(areas_are_gone_after_a_power_cycle),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
