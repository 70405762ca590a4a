// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* kho_finalize(), in the generation whose map is written in the end. */
#include <libfdt.h>

#include "tests/support/kho_fixture.h"

#define MEMORY (32 * FIXTURE_MIB)

static struct lfb_kernel *kernel;

static int start(void **state)
{
	return kho_fixture_set_up(&kernel, MEMORY, LFB_MEMORY_FIXED, LFB_PAGES_BUDDY);
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static void without_it_nothing_is_handed_over(void **state)
{
	struct lfb_problem problem = { 0 };

	assert_false(kho__has_handover(kernel));
	assert_int_equal(kho_fixture_jump(kernel, kho__root_phys(kernel), &problem), 0);
	assert_non_null(strstr(problem.what, "no map"));
	assert_false(is_kho_boot());
}

static void finalizing_again_takes_in_what_came_since(void **state)
{
	void *mem[3];
	phys_addr_t phys[3];
	unsigned long internal;

	mem[0] = kho_alloc_preserve(PAGE_SIZE);
	mem[1] = kho_alloc_preserve(PAGE_SIZE);
	assert_false(kho__has_handover(kernel));
	assert_int_equal(kho_finalize(), 0);
	assert_true(kho__has_handover(kernel));
	internal = kernel->pages.internal;
	assert_int_equal(kho_finalize(), 0);
	assert_int_equal(kernel->pages.internal, internal);

	/* Another order needs a bitmap and a chunk more. */
	mem[2] = kho_alloc_preserve(4 * PAGE_SIZE);
	phys[0] = virt_to_phys(mem[0]);
	phys[1] = virt_to_phys(mem[1]);
	phys[2] = virt_to_phys(mem[2]);
	kho_unpreserve_free(mem[1]);
	assert_int_equal(kho_finalize(), 0);
	assert_int_equal(kernel->pages.internal, internal + 2);
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_non_null(kho_restore_folio(phys[0]));
	assert_non_null(kho_restore_folio(phys[2]));
	assert_int_equal(fixture_warns(kernel), 0);
	assert_null(kho_restore_folio(phys[1]));
	assert_int_equal(kernel->pages.incoming, 1);
}

static void a_failed_finalize_keeps_the_map_before(void **state)
{
	void *mem[2] = { kho_alloc_preserve(PAGE_SIZE), NULL };
	const phys_addr_t phys = virt_to_phys(mem[0]);
	u64 map, after;

	assert_int_equal(kho_finalize(), 0);
	assert_int_equal(kho__fdt_u64_property(kernel->kho.root, 0, "preserved-memory-map", &map),
			 0);
	assert_int_equal(map, PFN_PHYS(kernel->kho.map_page));

	kho_fixture_fail(kernel, LFB_FAULT_KHO, 1);
	assert_int_equal(kho_finalize(), -ENOMEM);
	kho_fixture_fail(kernel, LFB_FAULT_KHO, 0);
	mem[1] = kho_alloc_preserve(4 * PAGE_SIZE);
	assert_false(IS_ERR(mem[1]));
	kho_fixture_exhaust();
	assert_int_equal(kho_finalize(), -ENOMEM);
	assert_false(mutex_is_locked(&kernel->kho.lock));
	assert_int_equal(kho__fdt_u64_property(kernel->kho.root, 0, "preserved-memory-map", &after),
			 0);
	assert_int_equal(after, map);

	assert_int_equal(kho_fixture_jump(kernel, kho__root_phys(kernel), NULL), 0);
	assert_true(is_kho_boot());
	assert_non_null(kho_restore_folio(phys));
	assert_int_equal(kernel->pages.incoming, 1);
}

static void a_root_tree_that_was_overwritten_cannot_be_finalized(void **state)
{
	unsigned long internal = kernel->pages.internal;

	assert_int_equal(fdt_delprop(kernel->kho.root, 0, "preserved-memory-map"), 0);
	assert_int_equal(kho_finalize(), -EINVAL);
	assert_int_equal(kernel->pages.internal, internal);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		TEST(without_it_nothing_is_handed_over),
		TEST(finalizing_again_takes_in_what_came_since),
		TEST(a_failed_finalize_keeps_the_map_before),
		TEST(a_root_tree_that_was_overwritten_cannot_be_finalized),
	};

	kho_fixture_abi = &kho__abi_v1;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
