// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * Guard mode: what nobody has faults, what was freed stays so for long, and the kernel dies of it
 * with a finding that says whose it was. In both memory modes, with both page policies.
 */
#include <luo/agent.h>
#include <luo/finding.h>
#include <luo/profile.h>

#include "tests/support/kho_fixture.h"
#include "tests/support/rig.h"

#define MEMORY (4 * FIXTURE_MIB)

static struct lfb_kernel *kernel;
static enum lfb_memory_mode mode;
static enum lfb_page_policy policy;

static int start(void **state)
{
	kernel = kho_fixture_start_with(&(struct lfb_memory_options){
		.size = MEMORY,
		.mode = mode,
		.policy = policy,
		.checks = LFB_CHECKS_GUARD,
	});
	assert_non_null(kernel);
	kernel->catch_faults = true;
	kernel->operation = 1;
	return 0;
}

static int stop(void **state)
{
	fixture_stop(kernel);
	return 0;
}

static void objects_may_be_used_up_to_their_end(void **state)
{
	static const size_t sizes[] = { 1, 16, 24, 100, 128, 4096, 4097, 8192, 100000, 1 << 19 };

	for (size_t i = 0; i < ARRAY_SIZE(sizes); i++) {
		const size_t size = sizes[i], end = (size + 15) & ~15ul;
		u8 *object = kmalloc(size, GFP_KERNEL);

		assert_non_null(object);
		assert_true(((uintptr_t)object & 15) == 0);
		memset(object, 0xff, size);
		assert_true(fixture_dies(kernel, object + end));
		fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, NULL,
				       "allocated outside of callbacks");
		/* One page is the first of its block: before it is whatever there is. */
		if (end % PAGE_SIZE == 0 && end > PAGE_SIZE) {
			assert_true(fixture_dies(kernel, object - 1));
			fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, NULL,
					       "used at offset -1");
		}
		kfree(object);
		assert_int_equal(kernel->findings.count, 0);
	}
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(kernel->slabs.pages, 0);
}

static void bytes_nobody_asked_for_are_looked_at_when_it_is_freed(void **state)
{
	u8 *object = kmalloc(100, GFP_KERNEL);

	assert_false(fixture_dies(kernel, object + 105));
	kfree(object);
	assert_int_equal(fixture_warns(kernel), 1);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, "object kmalloc-128",
			       "at offset 105");
	object = kmalloc(100, GFP_KERNEL);
	memset(object, 1, ksize(object));
	kfree(object);
	assert_int_equal(fixture_warns(kernel), 0);
	assert_int_equal(fixture_bugs(kernel), 0);
}

static void a_freed_object_says_who_had_it_and_who_freed_it(void **state)
{
	fixture_use_after_free(kernel);
}

static void what_an_flb_frees_at_its_end_is_its_object(void **state)
{
	static const char *const ops[] = { "unpreserve", "finish" };
	struct lfb_frame frame;

	for (size_t i = 0; i < ARRAY_SIZE(ops); i++) {
		u8 *object = kmalloc(64, GFP_KERNEL);
		struct page *page = alloc_pages(GFP_KERNEL, 1);

		fixture_enter(kernel, &frame, ops[i], 5);
		kfree(object);
		__free_pages(page, 1);
		kernel->task->frame = NULL;
		assert_true(fixture_dies(kernel, object));
		fixture_assert_finding(kernel, LFB_FINDING_FLB_USED_AFTER_PUT, "flb iommu-v1",
				       ops[i]);
		assert_true(fixture_dies(kernel, (u8 *)kernel->memory.base + page_to_phys(page) +
						 PAGE_SIZE));
		fixture_assert_finding(kernel, LFB_FINDING_FLB_USED_AFTER_PUT, "flb iommu-v1",
				       "offset 4096");
	}
}

static void freed_pages_fault_until_there_are_no_others(void **state)
{
	struct page *first = alloc_pages(GFP_KERNEL, 0);
	u8 *bytes = page_address(first);
	unsigned long others = 0;
	struct page *page;

	assert_false(fixture_dies(kernel, bytes));
	__free_pages(first, 0);
	assert_true(fixture_dies(kernel, bytes + 5));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_USE_AFTER_FREE, NULL,
			       "was used at offset 5");
	while ((page = alloc_pages(GFP_KERNEL, 0)) && page != first)
		others++;
	assert_true(others > 500);
	assert_true(page == (policy == LFB_PAGES_BUDDY ? first : NULL));
	assert_int_equal(fixture_dies(kernel, bytes), policy != LFB_PAGES_BUDDY);
}

/* Oldest first, and blocks that are put together again serve larger requests. */
static void freed_memory_comes_back(void **state)
{
	unsigned int objects = 0;

	if (policy != LFB_PAGES_BUDDY)
		return;
	for (int i = 0; i < 5000; i++) {
		void *object = kmalloc(i % 9000 + 1, GFP_KERNEL);

		assert_non_null(object);
		kfree(object);
	}
	while (kmalloc(64, GFP_KERNEL))
		objects++;
	assert_in_range(objects, 400, 512);
	assert_int_equal(kernel->findings.count, 0);
}

static void memory_nobody_allocated_faults(void **state)
{
	struct page *page = alloc_pages(GFP_KERNEL, 0);
	u8 *bytes = page_address(page);

	assert_true(fixture_dies(kernel, kernel->memory.base + MEMORY / 2));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, "phys 0x200000",
			       "nobody allocated");
	assert_true(fixture_dies(kernel, bytes + PAGE_SIZE + 8));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_OVERRUN, NULL, "8 bytes behind its end");
	assert_true(fixture_dies(kernel, NULL));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_WILD_POINTER, "task guard_mode_test",
			       "NULL pointer");
}

static void reading_what_was_not_preserved_faults(void **state)
{
	phys_addr_t pages = page_to_phys(alloc_pages(GFP_KERNEL, 4)) + 12 * PAGE_SIZE;
	phys_addr_t slab = virt_to_phys(kmalloc(15 * PAGE_SIZE, GFP_KERNEL)) + 12 * PAGE_SIZE;
	u8 *preserved = kho_alloc_preserve(PAGE_SIZE);
	phys_addr_t phys = virt_to_phys(preserved);

	*preserved = 1;
	assert_int_equal(kho_fixture_handover(kernel), 0);
	assert_false(fixture_dies(kernel, kernel->memory.base + phys));
	assert_int_equal(*(kernel->memory.base + phys), 2);
	assert_true(fixture_dies(kernel, kernel->memory.base + pages));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_NOT_PRESERVED, NULL, "in the kernel before");
	assert_true(fixture_dies(kernel, kernel->memory.base + slab));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_SLAB_HANDED_OVER, NULL,
			       "in the kernel before");
	kho_restore_free(phys_to_virt(phys));
	assert_true(fixture_dies(kernel, kernel->memory.base + phys));
	fixture_assert_finding(kernel, LFB_FINDING_MEM_USE_AFTER_FREE, NULL, "freed");
}

static void large_blocks_are_looked_through_as_well(void **state)
{
	u64 *block = kho_alloc_preserve(PAGE_SIZE << 6);

	block[30000] = (uintptr_t)block;
	lfb__check_serialized(kernel);
	fixture_assert_finding(kernel, LFB_FINDING_MEM_POINTER_HANDED_OVER, NULL, "offset 240000");
	block[4] = 1;
	assert_int_equal(kho_fixture_handover(kernel), 0);
	fixture_assert_finding(kernel, LFB_FINDING_KHO_WRITTEN_AFTER_SERIALIZE, NULL, "");
}

static void whoever_looks_from_outside_sees_all_memory(void **state)
{
	u8 *object = kmalloc(64, GFP_KERNEL | __GFP_ZERO), byte = 1;
	phys_addr_t phys = virt_to_phys(object);

	object[3] = 77;
	kfree(object);
	assert_int_equal(lfb__memory_copy(&kernel->memory, phys + 3, &byte, 1), 0);
	assert_int_equal(byte, 77);
	assert_non_null(lfb__memory_at(&kernel->memory, 0, MEMORY));
	assert_false(fixture_readable(object));
}

/* A whole machine, with its orchestrator, in this mode: nothing it does is a mistake. */
static void updates_work(void **state)
{
	struct lfb_machine_options options = {
		.sz = sizeof(options),
		.mode = mode,
		.policy = policy,
		.checks = LFB_CHECKS_GUARD,
		/* That one is rfc-v6's own mistake. */
		.quirks_off = "FLB_FINISH_BEFORE_FILE",
	};

	for (unsigned int i = 0; lfb_profile_name(i); i++) {
		struct rig rig;

		options.profile = lfb_profile_name(i);
		assert_int_equal(rig_start(&rig, &options), 0);
		for (int update = 0; update < 3; update++)
			assert_int_equal(rig_update(&rig), 0);
		assert_int_equal(lfb_machine_shutdown(rig.machine), 0);
		assert_int_equal(lfb_machine_boot(rig.machine), 0);
		assert_int_equal(rig_update(&rig), 0);
		if (lfb_finding_count(rig.machine))
			fail_msg("%s", lfb_finding_at(rig.machine, 0)->text);
		rig_stop(&rig);
	}
}

#define fenced_test(f) cmocka_unit_test_setup_teardown(f, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fenced_test(objects_may_be_used_up_to_their_end),
		fenced_test(bytes_nobody_asked_for_are_looked_at_when_it_is_freed),
		fenced_test(a_freed_object_says_who_had_it_and_who_freed_it),
		fenced_test(what_an_flb_frees_at_its_end_is_its_object),
		fenced_test(freed_pages_fault_until_there_are_no_others),
		fenced_test(freed_memory_comes_back),
		fenced_test(memory_nobody_allocated_faults),
		fenced_test(reading_what_was_not_preserved_faults),
		fenced_test(large_blocks_are_looked_through_as_well),
		fenced_test(whoever_looks_from_outside_sees_all_memory),
		cmocka_unit_test(updates_work),
	};
	int failed = 0;

	for (mode = LFB_MEMORY_REMAP; mode <= LFB_MEMORY_FIXED; mode++) {
		for (policy = LFB_PAGES_BUDDY; policy <= LFB_PAGES_ASCENDING; policy++)
			failed += cmocka_run_group_tests(tests, NULL, NULL);
	}
	return failed;
}
