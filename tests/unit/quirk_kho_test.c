// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/* The known defects of KHO, docs/facts.md section 9: each with its quirk on and off. */
#include "tests/support/linux_7_3.h"

static void pages_of_two_nodes_are_restored_in_part(struct world *world, bool on)
{
	struct lfb_memory *memory = &world->machine->kernel.memory;
	struct page *page = alloc_pages(GFP_KERNEL | __GFP_ZERO, 3);
	const phys_addr_t phys = page_to_phys(page);

	memory->nodes.count = 2;
	memory->nodes.each[0].end = page_to_pfn(page) + 2 - memory->first_page;
	memory->nodes.each[1].end = memory->nr_pages - memory->first_page;
	assert_int_equal(kho_preserve_pages(page, 8), 0);
	assert_int_equal(world_reboot(world), 0);
	assert_non_null(kho_restore_pages(phys, 8));
	assert_int_equal(kho_restore_pages(phys + 4 * PAGE_SIZE, 4) != NULL, on);
}

static void a_huge_area_that_failed_stays_preserved_in_part(struct world *world, bool on)
{
	struct kho_vmalloc preservation = { 0 };
	void *area = vmalloc_huge(4ul << 20, GFP_KERNEL);
	const phys_addr_t phys = page_to_phys(vmalloc_to_page(area));

	world_fail_step(world, LFB_FAULT_KHO, 3);
	assert_int_equal(kho_preserve_vmalloc(area, &preservation), -ENOMEM);
	world_fail_step(world, LFB_FAULT_KHO, 0);
	assert_int_equal(world_reboot(world), 0);
	assert_int_equal(kho_restore_pages(phys, 512) != NULL, on);
}

int main(void)
{
	static const char *const prefixes[] = { "KHO_", NULL };
	const struct quirk_test tests[] = {
		quirk_test_in(linux_7_3_profiles, KHO_RESTORE_PAGES_NUMA,
			      pages_of_two_nodes_are_restored_in_part),
		quirk_test_in(linux_7_3_profiles, KHO_VMALLOC_ROLLBACK_ORDER,
			      a_huge_area_that_failed_stays_preserved_in_part),
	};

	return quirk_tests_run(tests, ARRAY_SIZE(tests), prefixes);
}
