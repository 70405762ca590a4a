// SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later
/*
 * The slab allocator, without what is put in front of it while somebody checks.
 */
#include "sim/kernel/memory/asan.h"
#include "tests/support/kernel_fixture.h"

#define MAX_KMALLOC (PAGE_SIZE << MAX_PAGE_ORDER)

static struct lfb_kernel *start(u64 size)
{
	struct lfb_kernel *kernel = fixture_start(size, LFB_MEMORY_REMAP, LFB_PAGES_BUDDY);

	assert_non_null(kernel);
	kernel->checks = LFB_CHECKS_OFF;
	return kernel;
}

static void every_small_size_is_given_and_taken_back(void **state)
{
	struct lfb_kernel *kernel = start(4 * FIXTURE_MIB);
	size_t size;

	for (size = 1; size <= 3 * PAGE_SIZE; size++) {
		u8 *object = kmalloc(size, GFP_KERNEL);

		assert_non_null(object);
		assert_true(IS_ALIGNED((uintptr_t)object, 16));
		object[0] = object[size - 1] = 1;
		assert_int_equal(kernel->slabs.objects, 1);
		assert_true(ksize(object) >= size);
		/* No more than a half is wasted, a third above 16 and up to 256 bytes. */
		assert_true(ksize(object) < 2 * size || size < 16);
		object[ksize(object) - 1] = 1;
		kfree(object);
		assert_int_equal(kernel->slabs.objects, 0);
	}
	assert_int_equal(fixture_bugs(kernel), 0);
	assert_int_equal(kernel->pages.allocated, 0);
	fixture_stop(kernel);
}

static void large_objects_are_blocks_of_pages(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB);
	size_t size;

	for (size = 16 << 10; size <= MAX_KMALLOC; size *= 2) {
		u8 *object = kmalloc(size - 1, __GFP_ZERO);
		unsigned long pages = kernel->slabs.pages;

		assert_non_null(object);
		assert_int_equal(object[size - 2], 0);
		assert_int_equal(ksize(object), size);
		kfree(object + PAGE_SIZE);
		assert_int_equal(fixture_bugs(kernel), 1);
		kfree(object);
		assert_int_equal(kernel->slabs.pages, pages - size / PAGE_SIZE);
	}
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void sizes_that_cannot_be_give_nothing(void **state)
{
	struct lfb_kernel *kernel = start(16 * FIXTURE_MIB);

	assert_null(kmalloc(0, GFP_KERNEL));
	assert_null(kmalloc(MAX_KMALLOC + 1, GFP_KERNEL));
	assert_null(kmalloc(SIZE_MAX, GFP_KERNEL));
	assert_null(kcalloc(SIZE_MAX / 8, 16, GFP_KERNEL));
	assert_null(kcalloc(0, 16, GFP_KERNEL));
	assert_null(kcalloc(16, 0, GFP_KERNEL));
	assert_null(kmemdup("", 0, GFP_KERNEL));
	assert_null(kmemdup(NULL, 4, GFP_KERNEL));
	assert_null(kstrdup(NULL, GFP_KERNEL));
	kfree(NULL);
	assert_int_equal(ksize(NULL), 0);
	assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], 0);
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void zeroed_means_zeroed(void **state)
{
	struct lfb_kernel *kernel = start(4 * FIXTURE_MIB);
	static const u8 zeros[20000];
	size_t size;

	for (size = 1; size <= sizeof(zeros); size += size < 300 ? 1 : 997) {
		void *object = kmalloc(size, GFP_KERNEL);

		memset(object, 0xee, size);
		kfree(object);
		object = size % 2 ? kzalloc(size, GFP_KERNEL) : kcalloc(2, size / 2, GFP_KERNEL);
		assert_memory_equal(object, zeros, size);
		kfree(object);
	}
	fixture_stop(kernel);
}

static void copies_are_copies(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	char *text = kstrdup("handed over", GFP_KERNEL);
	char *bytes = kmemdup("a\0b", 3, GFP_KERNEL);

	assert_string_equal(text, "handed over");
	assert_memory_equal(bytes, "a\0b", 3);
	kfree(text);
	kfree(bytes);
	assert_int_equal(kernel->slabs.objects, 0);
	fixture_stop(kernel);
}

static void live_objects_do_not_overlap(void **state)
{
	static const size_t sizes[] = { 1, 16, 17, 40, 96, 100, 160, 256, 300, 1000, 2000, 4096,
					5000, 8192, 9000, 40000 };
	struct lfb_kernel *kernel = start(64 * FIXTURE_MIB);
	static u8 *objects[ARRAY_SIZE(sizes)][300];
	unsigned int round, i, n;

	for (round = 0; round < 3; round++) {
		for (n = 0; n < 300; n++) {
			for (i = 0; i < ARRAY_SIZE(sizes); i++) {
				if (!objects[i][n])
					objects[i][n] = kmalloc(sizes[i], GFP_KERNEL);
				assert_non_null(objects[i][n]);
				memset(objects[i][n], (int)(i * 31 + n), sizes[i]);
			}
		}
		for (n = 0; n < 300; n++) {
			for (i = 0; i < ARRAY_SIZE(sizes); i++) {
				const u8 *bytes = objects[i][n];

				assert_int_equal(bytes[0], (u8)(i * 31 + n));
				assert_memory_equal(bytes, bytes + 1, sizes[i] - 1);
				if (round < 2 && (n + i) % (round + 2))
					continue;
				kfree(bytes);
				objects[i][n] = NULL;
			}
		}
	}
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void freed_slabs_give_their_pages_back(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	static void *objects[4096];
	unsigned long kept = 0, count, i;
	size_t size;

	for (size = 16; size <= 8192; size *= 2) {
		for (count = 0; count < ARRAY_SIZE(objects); count++) {
			objects[count] = kmalloc(size, GFP_KERNEL);
			if (!objects[count])
				break;
		}
		assert_true(count > 10);
		for (i = 0; i < count; i++)
			kfree(objects[i]);
		assert_int_equal(kernel->slabs.objects, 0);
		/* One slab of each size stays, of 8 pages at most. */
		assert_true(kernel->slabs.pages <= kept + 8);
		kept = kernel->slabs.pages;
	}
	assert_int_equal(fixture_bugs(kernel), 0);
	fixture_stop(kernel);
}

static void the_last_slab_of_a_size_is_kept(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	void *object = kmalloc(500, GFP_KERNEL);
	unsigned long pages = kernel->slabs.pages;

	kfree(object);
	assert_int_equal(kernel->slabs.pages, pages);
	assert_ptr_equal(kmalloc(500, GFP_KERNEL), object);
	assert_int_equal(kernel->slabs.pages, pages);
	fixture_stop(kernel);
}

static void the_lowest_free_object_comes_next(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	u8 *objects[128];

	for (unsigned int i = 0; i < 128; i++)
		objects[i] = kmalloc(32, GFP_KERNEL);
	for (unsigned int i = 1; i < 128; i++)
		assert_ptr_equal(objects[i], objects[0] + 32 * i);
	kfree(objects[100]);
	kfree(objects[7]);
	kfree(objects[64]);
	assert_ptr_equal(kmalloc(32, GFP_KERNEL), objects[7]);
	assert_ptr_equal(kmalloc(32, GFP_KERNEL), objects[64]);
	assert_ptr_equal(kmalloc(32, GFP_KERNEL), objects[100]);
	fixture_stop(kernel);
}

static void expect_refused(struct lfb_kernel *kernel, const void *ptr, const char *why)
{
	const unsigned long objects = kernel->slabs.objects;

	kfree(ptr);
	assert_int_equal(fixture_bugs(kernel), 1);
	assert_non_null(strstr(kernel->trace.complaint, why));
	assert_int_equal(kernel->slabs.objects, objects);
	assert_int_equal(ksize(ptr), 0);
}

static void a_wrong_free_is_a_bug_and_changes_nothing(void **state)
{
	struct lfb_kernel *kernel = start(4 * FIXTURE_MIB);
	u8 *object = kmalloc(96, GFP_KERNEL), *other = kmalloc(96, GFP_KERNEL);
	u8 *large = kmalloc(20000, GFP_KERNEL), *big = kmalloc(3000, GFP_KERNEL);
	u8 *area = vmalloc(1), *page = page_address(alloc_pages(0, 0));

	for (unsigned int i = 1; i < 96; i++)
		expect_refused(kernel, object + i, "inside of an object");
	expect_refused(kernel, object + 2 * 96, "not allocated");
	/* Behind the last of the 42 objects in the slab's page. */
	expect_refused(kernel, object + 42 * 96, "not allocated");
	expect_refused(kernel, big + PAGE_SIZE + 8, "inside of an object");
	expect_refused(kernel, big + 2 * PAGE_SIZE, "not allocated");
	expect_refused(kernel, large + 1, "inside of an object");
	expect_refused(kernel, large + 2 * PAGE_SIZE, "inside of an object");
	expect_refused(kernel, page, "not an object");
	expect_refused(kernel, area, "not in this kernel's memory");
	expect_refused(kernel, &object, "not in this kernel's memory");
	expect_refused(kernel, ERR_PTR(-ENOMEM), "not in this kernel's memory");
	kfree(other);
	expect_refused(kernel, other, "not allocated");
	kfree(large);
	expect_refused(kernel, large, "not an object");

	fixture_jump(kernel);
	fixture_ready(kernel);
	expect_refused(kernel, object, "of an earlier kernel");
	fixture_stop(kernel);
}

static void a_boot_starts_without_objects(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);

	while (kmalloc(2048, GFP_KERNEL))
		;
	fixture_jump(kernel);
	fixture_ready(kernel);
	assert_int_equal(kernel->slabs.objects, 0);
	assert_int_equal(kernel->slabs.pages, 0);
	for (unsigned int i = 0; i < 300; i++)
		assert_non_null(kmalloc(2048, GFP_KERNEL));
	fixture_stop(kernel);
}

static void every_allocation_is_one_fault_point(void **state)
{
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	unsigned long nth;

	for (nth = 1; nth <= 6; nth++) {
		void *objects[6];

		fixture_fail_alloc(kernel, nth, false);
		objects[0] = kmalloc(1, GFP_KERNEL);
		objects[1] = kzalloc(50000, GFP_KERNEL);
		objects[2] = kcalloc(3, 5, GFP_KERNEL);
		objects[3] = kmemdup("x", 1, GFP_KERNEL);
		objects[4] = kstrdup("x", GFP_KERNEL);
		objects[5] = kmalloc(8192, GFP_KERNEL);
		assert_int_equal(kernel->faults.count[LFB_FAULT_ALLOC], 6);
		for (unsigned int i = 0; i < 6; i++) {
			assert_int_equal(objects[i] == NULL, i + 1 == nth);
			kfree(objects[i]);
		}
	}
	assert_int_equal(kernel->slabs.objects, 0);
	fixture_stop(kernel);
}

static void slabs_leave_no_holes_between_ascending_pages(void **state)
{
	struct lfb_kernel *kernel =
		fixture_start(FIXTURE_MIB, LFB_MEMORY_FIXED, LFB_PAGES_ASCENDING);
	void *objects[40];
	unsigned long pages;
	unsigned int round, i;

	for (round = 0; round < 50; round++) {
		assert_int_equal(page_to_pfn(alloc_pages(0, 0)), LFB_LOW_PAGES + round);
		for (i = 0; i < 40; i++)
			objects[i] = kmalloc(1024, GFP_KERNEL);
		if (round == 0)
			pages = kernel->slabs.pages;
		for (i = 0; i < 40; i++)
			kfree(objects[i]);
		/* Slabs are kept, or every round would use up memory for good. */
		assert_int_equal(kernel->slabs.pages, pages);
	}
	fixture_stop(kernel);
}

static void the_sanitizer_knows_what_is_allocated(void **state)
{
#if LFB_ASAN
	struct lfb_kernel *kernel = start(FIXTURE_MIB);
	static const size_t sizes[] = { 1, 7, 8, 20, 100, 3000, 10000 };
	void *page;

	for (unsigned int i = 0; i < ARRAY_SIZE(sizes); i++) {
		u8 *object = kmalloc(sizes[i], GFP_KERNEL);

		assert_null(__asan_region_is_poisoned(object, sizes[i]));
		assert_true(__asan_address_is_poisoned(object + sizes[i]));
		kfree(object);
		assert_true(__asan_address_is_poisoned(object));
		fixture_jump(kernel);
		fixture_ready(kernel);
		assert_false(__asan_address_is_poisoned(object));
		assert_false(__asan_address_is_poisoned(phys_to_virt(0x10000)));
	}
	page = page_address(alloc_pages(0, 1));
	__free_pages(virt_to_page(page), 1);
	assert_true(__asan_address_is_poisoned((u8 *)page + PAGE_SIZE));
	fixture_stop(kernel);
#else
	skip();
#endif
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_small_size_is_given_and_taken_back),
		cmocka_unit_test(large_objects_are_blocks_of_pages),
		cmocka_unit_test(sizes_that_cannot_be_give_nothing),
		cmocka_unit_test(zeroed_means_zeroed),
		cmocka_unit_test(copies_are_copies),
		cmocka_unit_test(live_objects_do_not_overlap),
		cmocka_unit_test(freed_slabs_give_their_pages_back),
		cmocka_unit_test(the_last_slab_of_a_size_is_kept),
		cmocka_unit_test(the_lowest_free_object_comes_next),
		cmocka_unit_test(a_wrong_free_is_a_bug_and_changes_nothing),
		cmocka_unit_test(a_boot_starts_without_objects),
		cmocka_unit_test(every_allocation_is_one_fault_point),
		cmocka_unit_test(slabs_leave_no_holes_between_ascending_pages),
		cmocka_unit_test(the_sanitizer_knows_what_is_allocated),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
